/*
 * What becomes of relationships when all rules hold: which kind each is, whose foreign key it goes
 * through, and the association tables that are made for it. What is told of wrong ones is tested
 * by the headers in bad/.
 */
#include "reading.h"

#include "support/harness.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reference_without_a_key_of_its_own_is_the_far_side),
        cmocka_unit_test(via_tells_the_sides_where_both_structs_have_a_key),
        cmocka_unit_test(rows_of_one_table_are_one_to_one_too),
        cmocka_unit_test(both_sides_of_a_many_to_many_share_a_table),
        cmocka_unit_test(one_side_may_name_the_columns_for_both),
        cmocka_unit_test(composite_keys_are_joined_whole),
    };
    return CALX_RUN("generator-relationships", tests);
}
