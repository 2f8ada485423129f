/*
 * What an INSERT says of columns nobody set, and how the instance learns what the database put in
 * their place.
 */
#include "default_models.calx.h"
#include "session_fixture.h"

#include <stdio.h>

static struct offer *added_offer(const fixture *fix)
{
    struct offer *offer = offer_new();
    assert_non_null(offer);
    assert_int_equal(offer_add(fix->session, offer), CALX_OK);
    return offer;
}

/* What a query past the unit of work finds. */
static void assert_row(const fixture *fix, const char *condition)
{
    char sql[200];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM offers WHERE %s", condition);
    assert_int_equal(number(fix->session, sql), 1);
}

/* The text of the INSERT names a column, or does not. */
static bool inserts(fixture *fix, const char *column)
{
    long line = log_sink_find(&fix->sink, 0, "INSERT INTO \"offers\"");
    assert_true(line >= 0);
    const char *text = fix->sink.lines[line].text;
    const char *values = strstr(text, ") VALUES");
    const char *found = strstr(text, column);
    if (values == NULL)
        values = strstr(text, ") SELECT");
    assert_non_null(values);
    return found != NULL && found < values;
}

static void what_nobody_set_and_has_no_default_is_said_to_be_null(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-175");
    set_up_model(&fix, &default_models_metadata);
    struct offer *offer = added_offer(&fix);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_true(inserts(&fix, "\"title\""));
    assert_true(inserts(&fix, "\"stock\""));
    assert_false(inserts(&fix, "\"phase\""));
    assert_false(inserts(&fix, "\"price\""));
    assert_false(inserts(&fix, "\"rating\""));
    assert_int_equal(offer->stock.value, 3); /* from offer_new() on */
    assert_row(&fix,
               "title IS NULL AND stock = 3 AND phase = 'draft' AND price = 7 AND rating = 5");
    tear_down(&fix);
}

static void an_empty_value_that_was_set_is_stored(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-175");
    set_up_model(&fix, &default_models_metadata);
    struct offer *offer = added_offer(&fix);
    const calx_nullable_int32 nothing = { false, 0 };
    assert_int_equal(offer_set_stock(offer, nothing), CALX_OK);
    assert_int_equal(offer_set_phase(offer, NULL), CALX_OK);
    assert_int_equal(offer_set_price(offer, nothing), CALX_OK);
    assert_int_equal(offer_set_rating(offer, 0), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_row(&fix, "stock IS NULL AND phase IS NULL AND price IS NULL AND rating = 0");
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_load(fix.session, offer), CALX_OK); /* nothing is left to know */
    assert_int_equal(logged(&fix, "SELECT"), 0);
    assert_null(offer->phase);
    assert_false(offer->price.has_value);
    tear_down(&fix);
}

static void an_empty_member_that_was_only_assigned_takes_the_default(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-175");
    set_up_model(&fix, &default_models_metadata);
    struct offer *offer = added_offer(&fix);
    offer->stock.has_value = false; /* the program's own default is in the struct, and gone now */
    offer->phase = NULL;
    offer->price.has_value = false;
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_row(&fix, "stock IS NULL AND phase = 'draft' AND price = 7 AND rating = 5");
    tear_down(&fix);
}

static void what_the_database_made_is_read_when_it_is_asked_for(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-176");
    set_up_model(&fix, &default_models_metadata);
    struct offer *offer = added_offer(&fix);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(offer->id, 1); /* at once, and by no SELECT */
    assert_int_equal(logged(&fix, "SELECT"), 0);
    assert_null(offer->phase);
    assert_int_equal(calx_session_load(fix.session, offer), CALX_OK);
    assert_string_equal(offer->phase, "draft");
    assert_int_equal(offer->price.value, 7);
    assert_int_equal(offer->rating, 5);
    assert_int_equal(calx_session_load(fix.session, offer), CALX_OK);
    assert_int_equal(logged(&fix, "SELECT"), 1);
    tear_down(&fix);
}

static void what_the_program_gave_is_known_without_reading(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-176");
    set_up_model(&fix, &default_models_metadata);
    struct offer *offer = added_offer(&fix);
    offer->id = 40;
    offer->title = "chair";
    offer->phase = "final";
    offer->price = (calx_nullable_int32){ true, 9 };
    offer->rating = 1;
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_load(fix.session, offer), CALX_OK);
    assert_int_equal(offer->id, 40);
    assert_int_equal(logged(&fix, "SELECT"), 0);
    assert_row(&fix, "id = 40 AND phase = 'final' AND price = 9 AND rating = 1");
    tear_down(&fix);
}

/* No column is declared to change by an UPDATE, so nothing is asked for after one. */
static void an_update_says_nothing_of_defaults_and_reads_none(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-176");
    set_up_model(&fix, &default_models_metadata);
    struct offer *offer = added_offer(&fix);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, offer), CALX_OK);
    log_sink_forget(&fix.sink);
    assert_int_equal(offer_set_title(offer, "table"), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, offer), CALX_OK);
    assert_int_equal(log_sink_count(&fix.sink, "SELECT"), 0);
    assert_int_equal(log_sink_count(&fix.sink, "\"phase\""), 0);
    assert_int_equal(offer_set_phase(offer, NULL), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_row(&fix, "title = 'table' AND phase IS NULL AND price = 7");
    tear_down(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_nobody_set_and_has_no_default_is_said_to_be_null),
        cmocka_unit_test(an_empty_value_that_was_set_is_stored),
        cmocka_unit_test(an_empty_member_that_was_only_assigned_takes_the_default),
        cmocka_unit_test(what_the_database_made_is_read_when_it_is_asked_for),
        cmocka_unit_test(what_the_program_gave_is_known_without_reading),
        cmocka_unit_test(an_update_says_nothing_of_defaults_and_reads_none),
    };
    return CALX_RUN("inserted_values", tests);
}
