/*
 * What becomes of relationships when all rules hold: which kind each is, whose foreign key it goes
 * through, and the association tables that are made for it. What is told of wrong ones is tested
 * by the headers in bad/.
 */
#include "reading.h"

#include "support/harness.h"
#include "support/ration.h"

#include <stdio.h>
#include <string.h>

static const calx_model_entity *entity(const reading *run, const char *tag)
{
    for (size_t i = 0; i < run->model.entity_count; i++) {
        if (strcmp(run->model.entities[i].tag, tag) == 0)
            return &run->model.entities[i];
    }
    fail_msg("no entity '%s'", tag);
    return NULL;
}

static const calx_model_relationship *relationship(const reading *run, const char *tag,
                                                   const char *member)
{
    const calx_model_entity *owner = entity(run, tag);
    for (uint16_t i = 0; i < owner->relationship_count; i++) {
        if (strcmp(owner->relationships[i].member, member) == 0)
            return &owner->relationships[i];
    }
    fail_msg("%s has no relationship '%s'", tag, member);
    return NULL;
}

static void start(reading *run, const char *text)
{
    reading_start(run);
    reading_run_text(run, "models.h", text);
    reading_must_succeed(run);
}

static void a_reference_without_a_key_of_its_own_is_the_far_side(void **state)
{
    (void)state;
    reading run;
    start(&run, "struct profile;\n"
                "struct CALX_ENTITY(\"users\") user {\n"
                "    int64_t id CALX_PRIMARY_KEY;\n"
                "    CALX_ONE(struct profile) profile CALX_INVERSE(user)\n"
                "        CALX_CASCADE(all, delete_orphan);\n"
                "    CALX_ONE(struct profile) draft;\n"
                "};\n"
                "struct CALX_ENTITY(\"profiles\") profile {\n"
                "    int64_t id CALX_PRIMARY_KEY;\n"
                "    calx_nullable_int64 user_id CALX_REFERENCES(user, id) CALX_UNIQUE;\n"
                "    CALX_ONE(struct user) user;\n"
                "};\n");
    const calx_model_relationship *far = relationship(&run, "user", "profile");
    const calx_model_relationship *near = relationship(&run, "profile", "user");
    assert_int_equal(far->kind, CALX_RELATIONSHIP_ONE_TO_ONE);
    assert_int_equal(far->foreign_key, 0);
    assert_int_equal(far->inverse, near->position);
    assert_int_equal(near->kind, CALX_RELATIONSHIP_ONE);
    assert_int_equal(near->inverse, far->position);
    assert_int_equal(relationship(&run, "user", "draft")->kind, CALX_RELATIONSHIP_ONE_TO_ONE);
    reading_end(&run);
}

static void via_tells_the_sides_where_both_structs_have_a_key(void **state)
{
    (void)state;
    reading run;
    start(&run, "struct ship;\n"
                "struct CALX_ENTITY(\"captains\") captain {\n"
                "    int64_t id CALX_PRIMARY_KEY;\n"
                "    calx_nullable_int64 ship_id CALX_REFERENCES(ship, id);\n"
                "    CALX_ONE(struct ship) ship CALX_VIA(ship_id) CALX_INVERSE(captain);\n"
                "    CALX_ONE(struct ship) owned CALX_VIA(owner_id);\n"
                "};\n"
                "struct CALX_ENTITY(\"ships\") ship {\n"
                "    int64_t id CALX_PRIMARY_KEY;\n"
                "    calx_nullable_int64 owner_id CALX_REFERENCES(captain, id);\n"
                "    CALX_ONE(struct captain) captain;\n"
                "    CALX_ONE(struct captain) owner CALX_VIA(owner_id) CALX_INVERSE(owned);\n"
                "};\n");
    assert_int_equal(relationship(&run, "captain", "ship")->kind, CALX_RELATIONSHIP_ONE);
    assert_int_equal(relationship(&run, "ship", "captain")->kind, CALX_RELATIONSHIP_ONE_TO_ONE);
    assert_int_equal(relationship(&run, "captain", "owned")->kind, CALX_RELATIONSHIP_ONE_TO_ONE);
    assert_int_equal(relationship(&run, "ship", "owner")->kind, CALX_RELATIONSHIP_ONE);
    reading_end(&run);
}

static void rows_of_one_table_are_one_to_one_too(void **state)
{
    (void)state;
    reading run;
    start(&run, "struct CALX_ENTITY(\"members\") member {\n"
                "    int64_t id CALX_PRIMARY_KEY;\n"
                "    calx_nullable_int64 partner_id CALX_REFERENCES(member, id);\n"
                "    CALX_ONE(struct member) partner_of CALX_INVERSE(partner);\n"
                "    CALX_ONE(struct member) partner CALX_VIA(partner_id);\n"
                "    CALX_ONE(struct member) other;\n"
                "};\n");
    assert_int_equal(relationship(&run, "member", "partner")->kind, CALX_RELATIONSHIP_ONE);
    assert_int_equal(relationship(&run, "member", "partner_of")->kind,
                     CALX_RELATIONSHIP_ONE_TO_ONE);
    assert_int_equal(relationship(&run, "member", "other")->kind, CALX_RELATIONSHIP_ONE);
    reading_end(&run);
}

static void both_sides_of_a_many_to_many_share_a_table(void **state)
{
    (void)state;
    reading run;
    start(&run, "#define TABLE \"post_tags\"\n"
                "#define post_id 1\n"
                "struct tag;\n"
                "struct CALX_ENTITY(\"posts\") CALX_NAME(blog_post) post {\n"
                "    int64_t id CALX_PRIMARY_KEY;\n"
                "    CALX_MANY(struct tag) tags CALX_SECONDARY(TABLE) CALX_INVERSE(posts);\n"
                "    CALX_MANY(struct tag) own CALX_SECONDARY(\"own\", post_id, tag);\n"
                "};\n"
                "struct CALX_ENTITY(\"tags\") tag {\n"
                "    char name[20] CALX_PRIMARY_KEY CALX_LENGTH(19);\n"
                "    CALX_MANY(struct post) posts CALX_SECONDARY(TABLE);\n"
                "};\n");
    const calx_model_relationship *tags = relationship(&run, "post", "tags");
    const calx_model_relationship *posts = relationship(&run, "tag", "posts");
    assert_int_equal(run.model.association_count, 2);
    assert_ptr_equal(tags->association, &run.model.associations[0]);
    assert_ptr_equal(posts->association, tags->association);
    assert_int_equal(tags->foreign_key, posts->target_key);
    assert_int_equal(tags->target_key, posts->foreign_key);
    assert_int_equal(tags->inverse, posts->position);
    const calx_model_entity *table = tags->association;
    assert_string_equal(table->table, "post_tags");
    assert_string_equal(table->columns[0].name, "post_id");
    assert_string_equal(table->columns[1].name, "tag_name");
    assert_int_equal(table->columns[1].type, CALX_TYPE_TEXT);
    assert_int_equal(table->columns[1].length, 19);
    assert_int_equal(table->key_count, 2);
    assert_ptr_equal(table->foreign_keys[tags->foreign_key].target, entity(&run, "post"));
    assert_ptr_equal(table->foreign_keys[tags->target_key].target, entity(&run, "tag"));
    assert_string_equal(table->indexes[0].name, "post_tags_by_tag_name");
    assert_string_equal(relationship(&run, "post", "own")->association->columns[0].name, "post_id");
    reading_end(&run);
}

static void one_side_may_name_the_columns_for_both(void **state)
{
    (void)state;
    reading run;
    start(&run, "struct CALX_ENTITY(\"users\") user {\n"
                "    int64_t id CALX_PRIMARY_KEY;\n"
                "    CALX_MANY(struct user) followers CALX_SECONDARY(\"follows\")\n"
                "        CALX_INVERSE(following);\n"
                "    CALX_MANY(struct user) following CALX_SECONDARY(\"follows\", int, followed);\n"
                "};\n");
    const calx_model_relationship *followers = relationship(&run, "user", "followers");
    const calx_model_entity *table = followers->association;
    assert_int_equal(run.model.association_count, 1);
    const calx_model_foreign_key *here = &table->foreign_keys[followers->foreign_key];
    assert_string_equal(table->columns[here->columns[0]].name, "followed");
    const calx_model_foreign_key *there = &table->foreign_keys[followers->target_key];
    assert_string_equal(table->columns[there->columns[0]].name, "int");
    assert_string_not_equal(table->columns[there->columns[0]].member, "int");
    reading_end(&run);
}

static void composite_keys_are_joined_whole(void **state)
{
    (void)state;
    reading run;
    start(&run, "struct place;\n"
                "struct CALX_ENTITY(\"trips\") trip {\n"
                "    int64_t id CALX_PRIMARY_KEY;\n"
                "    CALX_MANY(struct place) places CALX_SECONDARY(\"stops\");\n"
                "};\n"
                "struct CALX_ENTITY(\"places\") place {\n"
                "    const char *country CALX_PRIMARY_KEY;\n"
                "    const char *town CALX_PRIMARY_KEY CALX_COLUMN(\"the town\");\n"
                "};\n");
    const calx_model_relationship *places = relationship(&run, "trip", "places");
    const calx_model_entity *table = places->association;
    assert_int_equal(table->column_count, 3);
    assert_string_equal(table->columns[2].name, "place_the town");
    assert_int_equal(table->foreign_keys[places->target_key].column_count, 2);
    assert_int_equal(table->foreign_keys[places->target_key].target_columns[1], 1);
    reading_end(&run);
}

static void columns_are_named_after_the_struct_as_people_call_it(void **state)
{
    (void)state;
    reading run;
    start(&run, "enum colour { RED };\n"
                "typedef struct CALX_ENTITY(\"paints\") {\n"
                "    enum colour colour CALX_PRIMARY_KEY;\n"
                "} paint_t;\n"
                "struct CALX_ENTITY(\"walls\") CALX_NAME(db_wall) wall {\n"
                "    int64_t number CALX_PRIMARY_KEY CALX_COLUMN(\"no\");\n"
                "    CALX_MANY(paint_t) paints\n"
                "        CALX_SECONDARY(\"a_table_with_a_name_that_is_as_long_as_it_may_be\");\n"
                "};\n");
    const calx_model_entity *table = relationship(&run, "wall", "paints")->association;
    assert_string_equal(table->columns[0].name, "wall_no");
    assert_string_equal(table->columns[1].name, "paint_colour");
    assert_string_equal(table->columns[1].c_type, "enum colour");
    assert_string_equal(table->name, "db_wall_paints_association");
    assert_string_equal(table->indexes[0].name,
                        "a_table_with_a_name_that_is_as_long_as_it_may_be_back");
    reading_end(&run);
}

static void cascades_are_save_update_and_merge_unless_said(void **state)
{
    (void)state;
    reading run;
    calx_shows("SES-270");
    start(&run, "struct CALX_ENTITY(\"users\") user {\n"
                "    int64_t id CALX_PRIMARY_KEY;\n"
                "    calx_nullable_int64 boss_id CALX_REFERENCES(user, id);\n"
                "    CALX_MANY(struct user) usual;\n"
                "    CALX_MANY(struct user) all CALX_CASCADE(all);\n"
                "    CALX_MANY(struct user) none CALX_CASCADE(none);\n"
                "    CALX_MANY(struct user) two CALX_CASCADE(expunge, refresh_expire);\n"
                "};\n");
    unsigned usual = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE;
    unsigned two = CALX_CASCADE_REFRESH_EXPIRE | CALX_CASCADE_EXPUNGE;
    assert_int_equal(relationship(&run, "user", "usual")->cascade, usual);
    assert_int_equal(relationship(&run, "user", "all")->cascade, usual | two | CALX_CASCADE_DELETE);
    assert_int_equal(relationship(&run, "user", "none")->cascade, 0);
    assert_int_equal(relationship(&run, "user", "two")->cascade, two);
    reading_end(&run);
}

/* told: the error, with its place; way: what is to be written instead. */
static void must_tell(const char *members, const char *told, const char *way)
{
    char text[1024];
    reading run;
    reading_start(&run);
    snprintf(text, sizeof(text),
             "struct CALX_ENTITY(\"users\") user {\n"
             "    int64_t id CALX_PRIMARY_KEY;\n"
             "    calx_nullable_int64 boss_id CALX_REFERENCES(user, id);\n"
             "    %s\n"
             "};\n",
             members);
    reading_run_text(&run, "models.h", text);
    assert_int_equal(run.status, CALX_E_DATA);
    reading_must_tell(&run, told);
    reading_must_tell(&run, way);
    reading_end(&run);
}

static void a_cascade_that_cannot_be_is_told_where_it_stands(void **state)
{
    (void)state;
    calx_shows("SES-271");
    must_tell("CALX_MANY(struct user) staff CALX_CASCADE(fly);",
              "models.h:5:34: error: 'fly' is no cascade [CALX-E055]",
              "note: the cascades are save_update, merge, refresh_expire, expunge, delete, all of "
              "these as 'all', delete_orphan, and none");
    must_tell("CALX_MANY(struct user) staff CALX_CASCADE(delete_orphan);",
              "models.h:5:34: error: delete_orphan needs delete too",
              "write CALX_CASCADE(all, delete_orphan)");
    calx_shows("SES-272");
    must_tell("CALX_ONE(struct user) boss CALX_CASCADE(all, delete_orphan);",
              "models.h:5:32: error: delete_orphan on a CALX_ONE",
              "note: say CALX_SINGLE_PARENT if none ever does");
    must_tell("CALX_MANY(struct user) friends CALX_SECONDARY(\"friends\", a, b)\n"
              "CALX_CASCADE(all, delete_orphan);",
              "models.h:6:1: error: delete_orphan on a many-to-many",
              "note: say CALX_SINGLE_PARENT if none ever does");
    must_tell("CALX_MANY(struct user) staff CALX_CASCADE(delete) CALX_PASSIVE_DELETES(all);",
              "models.h:5:55: error: 'staff' leaves all deletes to the database",
              "note: say CALX_PASSIVE_DELETES(on) to have loaded ones deleted");
    must_tell("CALX_MANY(struct user) staff CALX_CASCADE(all, delete_orphan) "
              "CALX_PASSIVE_DELETES(all);",
              "models.h:5:67: error: 'staff' leaves all deletes to the database",
              "take delete and delete_orphan out of the cascade");
}

static void a_single_parent_may_delete_its_orphans(void **state)
{
    (void)state;
    reading run;
    calx_shows("SES-272");
    start(&run, "struct CALX_ENTITY(\"users\") user {\n"
                "    int64_t id CALX_PRIMARY_KEY;\n"
                "    calx_nullable_int64 boss_id CALX_REFERENCES(user, id);\n"
                "    CALX_ONE(struct user) boss CALX_CASCADE(all, delete_orphan)\n"
                "        CALX_SINGLE_PARENT;\n"
                "    CALX_MANY(struct user) pets CALX_SECONDARY(\"pets\", a, b)\n"
                "        CALX_CASCADE(all, delete_orphan) CALX_SINGLE_PARENT;\n"
                "};\n");
    assert_int_equal(relationship(&run, "user", "boss")->flags, CALX_RELATIONSHIP_SINGLE_PARENT);
    assert_int_equal(relationship(&run, "user", "pets")->flags, CALX_RELATIONSHIP_SINGLE_PARENT);
    reading_end(&run);
}

static void a_pending_owner_may_load(void **state)
{
    (void)state;
    reading run;
    calx_shows("SES-302");
    start(&run, "struct CALX_ENTITY(\"users\") user {\n"
                "    int64_t id CALX_PRIMARY_KEY;\n"
                "    calx_nullable_int64 boss_id CALX_REFERENCES(user, id);\n"
                "    CALX_ONE(struct user) boss CALX_VIA(boss_id) CALX_LOAD_ON_PENDING;\n"
                "    CALX_MANY(struct user) pets CALX_SECONDARY(\"pets\", a, b);\n"
                "};\n");
    assert_int_equal(relationship(&run, "user", "boss")->flags, CALX_RELATIONSHIP_LOAD_ON_PENDING);
    assert_int_equal(relationship(&run, "user", "pets")->flags, 0);
    reading_end(&run);
}

static void what_is_view_only_keeps_no_cascade_that_writes(void **state)
{
    (void)state;
    reading run;
    calx_shows("SES-292");
    start(&run,
          "struct CALX_ENTITY(\"users\") user {\n"
          "    int64_t id CALX_PRIMARY_KEY;\n"
          "    int64_t boss_id CALX_REFERENCES(user, id);\n"
          "    CALX_MANY(struct user) staff CALX_VIEW_ONLY CALX_CASCADE(all, delete_orphan);\n"
          "    CALX_MANY(struct user) plain CALX_VIEW_ONLY;\n"
          "};\n");
    const calx_model_relationship *staff = relationship(&run, "user", "staff");
    assert_int_equal(staff->flags, CALX_RELATIONSHIP_VIEW_ONLY);
    assert_int_equal(staff->cascade,
                     CALX_CASCADE_MERGE | CALX_CASCADE_REFRESH_EXPIRE | CALX_CASCADE_EXPUNGE);
    assert_int_equal(relationship(&run, "user", "plain")->cascade, CALX_CASCADE_MERGE);
    reading_end(&run);
}

static void a_view_only_relationship_may_go_through_an_entity(void **state)
{
    (void)state;
    reading run;
    start(&run,
          "struct user;\n"
          "struct CALX_ENTITY(\"follows\") follow {\n"
          "    int64_t from CALX_PRIMARY_KEY CALX_REFERENCES(user, id);\n"
          "    int64_t to CALX_PRIMARY_KEY CALX_REFERENCES(user, id) CALX_COLUMN(\"to_id\");\n"
          "};\n"
          "struct CALX_ENTITY(\"users\") user {\n"
          "    int64_t id CALX_PRIMARY_KEY;\n"
          "    CALX_MANY(struct user) fans CALX_SECONDARY(\"follows\", to_id, from)\n"
          "        CALX_VIEW_ONLY;\n"
          "    CALX_MANY(struct user) seen CALX_SECONDARY(\"pairs\", b, a) CALX_VIEW_ONLY;\n"
          "    CALX_MANY(struct user) pairs CALX_SECONDARY(\"pairs\", a, b);\n"
          "};\n");
    const calx_model_relationship *fans = relationship(&run, "user", "fans");
    const calx_model_relationship *seen = relationship(&run, "user", "seen");
    const calx_model_relationship *pairs = relationship(&run, "user", "pairs");
    assert_int_equal(run.model.association_count, 1);
    assert_ptr_equal(fans->association, entity(&run, "follow"));
    assert_int_equal(fans->foreign_key, 1);
    assert_int_equal(fans->target_key, 0);
    assert_ptr_equal(seen->association, pairs->association);
    assert_int_equal(seen->foreign_key, pairs->target_key);
    reading_end(&run);
}

static void what_else_is_said_becomes_facts(void **state)
{
    (void)state;
    reading run;
    start(&run,
          "#define DEPTH 3\n"
          "struct post;\n"
          "struct CALX_ENTITY(\"users\") CALX_LEGACY_IS_ORPHAN user {\n"
          "    int64_t id CALX_PRIMARY_KEY;\n"
          "    calx_bytes picture CALX_DEFERRED;\n"
          "    CALX_MANY(struct post) posts CALX_INVERSE(user) CALX_POST_UPDATE\n"
          "        CALX_ORDER_BY(title desc, id asc, user_id) CALX_LAZY(subquery)\n"
          "        CALX_PASSIVE_DELETES(all) CALX_PASSIVE_UPDATES(off);\n"
          "};\n"
          "struct CALX_ENTITY(\"posts\") post {\n"
          "    int64_t id CALX_PRIMARY_KEY;\n"
          "    const char *title;\n"
          "    calx_nullable_int64 user_id CALX_REFERENCES(user, id)\n"
          "        CALX_ON_UPDATE(restrict);\n"
          "    CALX_ONE(struct user) user CALX_LAZY(raise_on_sql) CALX_JOIN_DEPTH(DEPTH + 1);\n"
          "};\n");
    const calx_model_relationship *posts = relationship(&run, "user", "posts");
    const calx_model_relationship *user = relationship(&run, "post", "user");
    assert_true(entity(&run, "user")->legacy_is_orphan);
    assert_true(entity(&run, "user")->columns[1].deferred);
    assert_false(entity(&run, "user")->columns[0].deferred);
    assert_int_equal(posts->flags,
                     CALX_RELATIONSHIP_POST_UPDATE | CALX_RELATIONSHIP_PASSIVE_DELETES |
                         CALX_RELATIONSHIP_PASSIVE_DELETES_ALL | CALX_RELATIONSHIP_ACTIVE_UPDATES);
    assert_int_equal(posts->order_count, 3);
    assert_int_equal(posts->order[0].column, 1);
    assert_true(posts->order[0].descending);
    assert_false(posts->order[1].descending);
    assert_int_equal(posts->order[2].column, 2);
    assert_int_equal(posts->loading, CALX_LOADING_SUBQUERY);
    assert_int_equal(user->flags, CALX_RELATIONSHIP_POST_UPDATE); /* one foreign key, both sides */
    assert_int_equal(user->loading, CALX_LOADING_RAISE_ON_SQL);
    assert_int_equal(user->join_depth, 4);
    assert_int_equal(entity(&run, "post")->foreign_keys[0].on_update, CALX_ON_UPDATE_RESTRICT);
    reading_end(&run);
}

/* Checks what was read once more, with an arena of its own whose memory may run out. */
static calx_status check_again(const reading *run, size_t chunk)
{
    calx_arena arena;
    calx_diagnostics diagnostics;
    calx_model model;
    calx_arena_init(&arena, chunk);
    calx_diagnostics_init(&diagnostics, &arena);
    calx_status status = calx_check(&run->declarations, &run->naming, &arena, &diagnostics, &model);
    calx_arena_clear(&arena);
    return status;
}

/* An arena's chunks grow, so that each first size lets other blocks fail. */
static void any_memory_may_run_out(const char *text, calx_status expected)
{
    reading run;
    reading_start(&run);
    reading_run_text(&run, "models.h", text);
    assert_int_equal(run.status, expected);
    for (size_t chunk = 32; chunk < 2400; chunk += 88) {
        calx_status status = CALX_E_NOMEM;
        for (long allowed = 0; status == CALX_E_NOMEM; allowed++) {
            ration account;
            assert_true(ration_start(&account, allowed));
            status = check_again(&run, chunk);
            assert_int_equal(ration_stop(&account), 0);
        }
        assert_int_equal(status, expected);
    }
    reading_end(&run);
}

static void memory_may_run_out_at_any_point(void **state)
{
    (void)state;
    any_memory_may_run_out(
        "struct tag;\n"
        "struct CALX_ENTITY(\"links\") link {\n"
        "    int64_t post_id CALX_PRIMARY_KEY CALX_REFERENCES(post, id);\n"
        "    int64_t tag_id CALX_PRIMARY_KEY CALX_REFERENCES(tag, id);\n"
        "};\n"
        "struct CALX_ENTITY(\"posts\") post {\n"
        "    int64_t id CALX_PRIMARY_KEY;\n"
        "    CALX_MANY(struct tag) tags CALX_SECONDARY(\"post_tags\") CALX_INVERSE(posts)\n"
        "        CALX_ORDER_BY(id desc) CALX_LAZY(joined);\n"
        "    CALX_MANY(struct tag) linked CALX_SECONDARY(\"links\") CALX_VIEW_ONLY;\n"
        "    CALX_MANY(struct tag) seen CALX_SECONDARY(\"post_tags\") CALX_VIEW_ONLY;\n"
        "    CALX_MANY(struct post) related CALX_SECONDARY(\"related\", a, b);\n"
        "};\n"
        "struct CALX_ENTITY(\"tags\") tag {\n"
        "    int64_t id CALX_PRIMARY_KEY;\n"
        "    CALX_MANY(struct post) posts CALX_SECONDARY(\"post_tags\");\n"
        "};\n",
        CALX_OK);
    any_memory_may_run_out(
        "struct tag;\n"
        "struct CALX_ENTITY(\"posts\") post {\n"
        "    int64_t id CALX_PRIMARY_KEY;\n"
        "    CALX_MANY(struct tag) a CALX_SECONDARY(\"a\", x) CALX_ORDER_BY(x, id, id);\n"
        "    CALX_MANY(struct tag) b CALX_SECONDARY(\"b\", x, x) CALX_INVERSE(posts);\n"
        "    CALX_MANY(struct tag) c CALX_SECONDARY(\"posts\") CALX_LAZY(never);\n"
        "    CALX_MANY(struct post) d CALX_SECONDARY(\"d\") CALX_PASSIVE_DELETES(maybe);\n"
        "    CALX_MANY(struct tag) e CALX_SECONDARY(\"tags\") CALX_VIEW_ONLY CALX_POST_UPDATE;\n"
        "};\n"
        "struct CALX_ENTITY(\"tags\") tag {\n"
        "    int64_t id CALX_PRIMARY_KEY;\n"
        "    int64_t post_id CALX_REFERENCES(post, id) CALX_ON_UPDATE(set_null) CALX_DEFERRED;\n"
        "    CALX_MANY(struct post) posts CALX_SECONDARY(\"other\");\n"
        "    CALX_ONE(struct post) post CALX_CASCADE(all, delete_orphan) CALX_POST_UPDATE;\n"
        "};\n",
        CALX_E_DATA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reference_without_a_key_of_its_own_is_the_far_side),
        cmocka_unit_test(via_tells_the_sides_where_both_structs_have_a_key),
        cmocka_unit_test(rows_of_one_table_are_one_to_one_too),
        cmocka_unit_test(both_sides_of_a_many_to_many_share_a_table),
        cmocka_unit_test(one_side_may_name_the_columns_for_both),
        cmocka_unit_test(composite_keys_are_joined_whole),
        cmocka_unit_test(columns_are_named_after_the_struct_as_people_call_it),
        cmocka_unit_test(cascades_are_save_update_and_merge_unless_said),
        cmocka_unit_test(a_cascade_that_cannot_be_is_told_where_it_stands),
        cmocka_unit_test(a_single_parent_may_delete_its_orphans),
        cmocka_unit_test(a_pending_owner_may_load),
        cmocka_unit_test(what_is_view_only_keeps_no_cascade_that_writes),
        cmocka_unit_test(a_view_only_relationship_may_go_through_an_entity),
        cmocka_unit_test(what_else_is_said_becomes_facts),
        cmocka_unit_test(memory_may_run_out_at_any_point),
    };
    return CALX_RUN("generator-relationships", tests);
}
