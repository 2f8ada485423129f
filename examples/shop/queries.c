/*
 * The questions, from one table to windows and recursion. A select that stands in another one can
 * be freed as soon as it was given to it.
 */
#include "queries.h"

#include "models.calx.h"

static calx_alias entity(const calx_mapper *mapper)
{
    return calx_alias_of(mapper, 0);
}

/* What a line of an invoice costs. */
static calx_expression price(void)
{
    return calx_mul(line_col.quantity, track_col.cents);
}

static void longest_tracks(calx_session *session, calx_select *select)
{
    (void)session;
    calx_select_column(select, track_col.name);
    calx_select_column(select, track_col.seconds);
    calx_select_order_by(select, calx_desc(track_col.seconds));
    calx_select_order_by(select, calx_asc(track_col.id));
    calx_select_limit(select, 5);
}

static void albums_of_an_artist(calx_session *session, calx_select *select)
{
    (void)session;
    calx_select_column(select, album_col.title);
    calx_select_column(select, album_col.year);
    calx_select_join(select, album_rel.artist);
    calx_select_where(select, calx_eq(artist_col.name, "Ida Moor"));
    calx_select_order_by(select, calx_asc(album_col.year));
    calx_select_order_by(select, calx_asc(album_col.id));
}

static void names_with_a_word(calx_session *session, calx_select *select)
{
    (void)session;
    calx_select_value(select, calx_upper(track_col.name), "name");
    calx_select_value(select, calx_div(track_col.seconds, 60), "minutes");
    calx_select_where(select, calx_or(calx_starts_with(track_col.name, "Long"),
                                      calx_between(track_col.seconds, 100, 120)));
    calx_select_order_by(select, calx_asc(track_col.id));
}

static void tracks_of_each_genre(calx_session *session, calx_select *select)
{
    (void)session;
    calx_select_value(select, calx_coalesce(genre_col.name, "none"), "genre");
    calx_select_value(select, calx_count_all(), "tracks");
    calx_select_value(select, calx_avg(track_col.seconds), "seconds");
    calx_select_from(select, entity(&track_mapper));
    calx_select_left_join(select, track_rel.genre);
    calx_select_group_by(select, genre_col.name);
    calx_select_order_by(select, calx_nulls_last(calx_asc(genre_col.name)));
}

static void albums_that_sell(calx_session *session, calx_select *select)
{
    (void)session;
    calx_select_column(select, album_col.title);
    calx_select_value(select, calx_sum(line_col.quantity), "sold");
    calx_select_from(select, entity(&album_mapper));
    calx_select_join(select, album_rel.tracks);
    calx_select_join(select, track_rel.sales);
    calx_select_group_by(select, album_col.id);
    calx_select_having(select, calx_gt(calx_sum(line_col.quantity), 8));
    calx_select_order_by_label(select, "sold", true);
    calx_select_order_by(select, calx_asc(album_col.id));
}

static void what_customers_spent(calx_session *session, calx_select *select)
{
    (void)session;
    calx_select_column(select, customer_col.name);
    calx_select_value(select, calx_coalesce(calx_sum(price()), 0), "cents");
    calx_select_value(select, calx_distinct(calx_count(invoice_col.id)), "invoices");
    calx_select_from(select, entity(&customer_mapper));
    calx_select_left_join(select, customer_rel.invoices);
    calx_select_left_join(select, invoice_rel.lines);
    calx_select_left_join(select, line_rel.track);
    calx_select_group_by(select, customer_col.id);
    calx_select_order_by_label(select, "cents", true);
    calx_select_order_by(select, calx_asc(customer_col.id));
}

/* The ids of customers who bought something of a genre. */
static calx_select *buyers_of(calx_session *session, const char *genre)
{
    calx_select *buyers = calx_select_new(session);
    calx_select_column(buyers, invoice_col.customer_id);
    calx_select_join(buyers, invoice_rel.lines);
    calx_select_join(buyers, line_rel.track);
    calx_select_join(buyers, track_rel.genre);
    calx_select_where(buyers, calx_eq(genre_col.name, genre));
    return buyers;
}

static void jazz_but_no_folk(calx_session *session, calx_select *select)
{
    calx_select *jazz = buyers_of(session, "jazz");
    calx_select *folk = buyers_of(session, "folk");
    calx_select_column(select, customer_col.name);
    calx_select_column(select, customer_col.city);
    calx_select_where(select, calx_in_select(customer_col.id, jazz));
    calx_select_where(select, calx_not(calx_in_select(customer_col.id, folk)));
    calx_select_order_by(select, calx_asc(customer_col.name));
    calx_select_free(jazz);
    calx_select_free(folk);
}

static void longer_than_their_album(calx_session *session, calx_select *select)
{
    const calx_alias other = calx_alias_of(&track_mapper, 1);
    calx_select *average = calx_select_new(session);
    calx_select_from(average, other);
    calx_select_value(average, calx_avg(calx_as(track_col.seconds, other)), NULL);
    calx_select_where(average, calx_eq(calx_as(track_col.album_id, other), track_col.album_id));
    calx_select_column(select, album_col.title);
    calx_select_column(select, track_col.name);
    calx_select_column(select, track_col.seconds);
    calx_select_from(select, entity(&track_mapper));
    calx_select_join(select, track_rel.album);
    calx_select_where(select,
                      calx_gt(track_col.seconds, calx_mul(calx_select_expression(average), 1.5)));
    calx_select_order_by(select, calx_asc(album_col.title));
    calx_select_order_by(select, calx_asc(track_col.id));
    calx_select_free(average);
}

static void cities_of_the_shop(calx_session *session, calx_select *select)
{
    calx_select *employees = calx_select_new(session);
    calx_select_column(select, customer_col.city);
    calx_select_where(select, calx_is_not_null(customer_col.city));
    calx_select_column(employees, employee_col.city);
    calx_select_combine(select, CALX_EXCEPT, employees);
    calx_select_order_by(select, calx_asc(customer_col.city));
    calx_select_free(employees);
}

static void running_totals(calx_session *session, calx_select *select)
{
    (void)session;
    calx_expression so_far = calx_over(calx_sum(price()));
    so_far = calx_window_order(so_far, invoice_col.day, false);
    so_far = calx_frame_of(calx_window_order(so_far, line_col.id, false), CALX_FRAME_ROWS,
                           -CALX_FRAME_UNBOUNDED, 0);
    calx_select_column(select, invoice_col.day);
    calx_select_column(select, track_col.name);
    calx_select_value(select, price(), "cents");
    calx_select_value(select, so_far, "so far");
    calx_select_from(select, entity(&line_mapper));
    calx_select_join(select, line_rel.invoice);
    calx_select_join(select, line_rel.track);
    calx_select_order_by(select, calx_asc(invoice_col.day));
    calx_select_order_by(select, calx_asc(line_col.id));
    calx_select_limit(select, 8);
}

static void everyone_below(calx_session *session, calx_select *select)
{
    const calx_alias below = calx_alias_of(&employee_mapper, 1);
    calx_select *start = calx_select_new(session);
    calx_select *step = calx_select_new(session);
    calx_select_entity(start, entity(&employee_mapper));
    calx_select_where(start, calx_eq(employee_col.name, "Sam"));
    calx_select_entity(step, entity(&employee_mapper));
    calx_select_join_on(step, below,
                        calx_eq(employee_col.boss_id, calx_as(employee_col.id, below)));
    calx_select_combine(start, CALX_UNION_ALL, step);
    calx_select_with_recursive(select, below, start);
    calx_select_from(select, below);
    calx_select_column(select, calx_as(employee_col.name, below));
    calx_select_column(select, calx_as(employee_col.city, below));
    calx_select_order_by(select, calx_asc(calx_as(employee_col.id, below)));
    calx_select_free(start);
    calx_select_free(step);
}

const question questions[] = {
    { "The longest tracks", longest_tracks },
    { "Albums of Ida Moor", albums_of_an_artist },
    { "Long in name, or about two minutes", names_with_a_word },
    { "Tracks of each genre", tracks_of_each_genre },
    { "Albums of which more than eight tracks were sold", albums_that_sell },
    { "What customers spent", what_customers_spent },
    { "Who bought jazz and no folk", jazz_but_no_folk },
    { "Half as long again as their album's average", longer_than_their_album },
    { "Cities of customers where nobody works", cities_of_the_shop },
    { "The first sales, and what they add up to", running_totals },
    { "Sam, and everyone below", everyone_below },
};

const size_t question_count = sizeof questions / sizeof *questions;
