/*
 * What a relationship says of itself in words: its cascades, its order, how it is loaded and
 * written. Here words become facts; whether the facts go together is asked in relationship_rules.c,
 * when it is known which kind of relationship each is.
 */
#include "check/relationship.h"

#include <string.h>

/* A word of an annotation and what it stands for. */
typedef struct word_meaning {
    const char *word;
    unsigned meaning;
} word_meaning;

enum {
    CASCADE_USUAL = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE,
    CASCADE_ALL =
        CASCADE_USUAL | CALX_CASCADE_REFRESH_EXPIRE | CALX_CASCADE_EXPUNGE | CALX_CASCADE_DELETE,
    CASCADE_WRITING = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_DELETE | CALX_CASCADE_DELETE_ORPHAN,
    DEEPEST_JOIN = 60 /* SQLite joins 64 tables at most */
};

static const word_meaning cascades[] = {
    { "save_update", CALX_CASCADE_SAVE_UPDATE },
    { "merge", CALX_CASCADE_MERGE },
    { "refresh_expire", CALX_CASCADE_REFRESH_EXPIRE },
    { "expunge", CALX_CASCADE_EXPUNGE },
    { "delete", CALX_CASCADE_DELETE },
    { "delete_orphan", CALX_CASCADE_DELETE_ORPHAN },
    { "all", CASCADE_ALL },
    { "none", 0 },
};

static const word_meaning loadings[] = {
    { "select", CALX_LOADING_SELECT },     { "joined", CALX_LOADING_JOINED },
    { "selectin", CALX_LOADING_SELECTIN }, { "subquery", CALX_LOADING_SUBQUERY },
    { "raise", CALX_LOADING_RAISE },       { "immediate", CALX_LOADING_IMMEDIATE },
    { "noload", CALX_LOADING_NOLOAD },     { "raise_on_sql", CALX_LOADING_RAISE_ON_SQL },
};

static const word_meaning passive_deletes[] = {
    { "off", 0 },
    { "on", CALX_RELATIONSHIP_PASSIVE_DELETES },
    { "all", CALX_RELATIONSHIP_PASSIVE_DELETES | CALX_RELATIONSHIP_PASSIVE_DELETES_ALL },
};

static const word_meaning passive_updates[] = {
    { "on", 0 },
    { "off", CALX_RELATIONSHIP_ACTIVE_UPDATES },
};

static const word_meaning *find_word(const word_meaning *words, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i].word, word) == 0)
            return &words[i];
    }
    return NULL;
}

/* ---- cascade ---- */

static void report_cascade(const calx_check_relationship *one, const calx_annotation *annotation,
                           const char *word)
{
    calx_diagnostic *diagnostic = calx_check_report(one->context, one->entity, CALX_RULE_CASCADE,
                                                    annotation->place, "'%s' is no cascade", word);
    calx_check_fix(one->context, diagnostic,
                   "the cascades are save_update, merge, refresh_expire, expunge, delete, all of "
                   "these as 'all', delete_orphan, and none");
}

static void read_cascade(const calx_check_relationship *one)
{
    const calx_annotation *annotation = calx_check_relationship_note(one, CALX_ANNOTATION_CASCADE);
    one->facts->cascade = CASCADE_USUAL;
    if (annotation == NULL)
        return;
    one->facts->cascade = 0;
    for (size_t i = 0; i < annotation->word_count; i++) {
        const word_meaning *word =
            find_word(cascades, sizeof(cascades) / sizeof(cascades[0]), annotation->words[i]);
        if (word == NULL)
            report_cascade(one, annotation, annotation->words[i]);
        else if (word->meaning == 0 && annotation->word_count > 1)
            calx_check_report(one->context, one->entity, CALX_RULE_CASCADE, annotation->place,
                              "'none' stands alone");
        else
            one->facts->cascade |= word->meaning;
    }
}

/* ---- order ---- */

static bool is_ordered_by(const calx_model_relationship *facts,
                          const calx_relationship_order *order, uint16_t column)
{
    for (uint16_t i = 0; i < facts->order_count; i++) {
        if (order[i].column == column)
            return true;
    }
    return false;
}

static void report_order(const calx_check_relationship *one, const calx_annotation *annotation,
                         const char *member)
{
    calx_diagnostic *diagnostic =
        calx_check_report(one->context, one->entity, CALX_RULE_ORDER_BY, annotation->place,
                          "'%s' cannot be ordered by '%s': it is no column of %s",
                          one->facts->member, member, one->target->facts->c_type);
    calx_check_suggest_member(one->context, diagnostic, one->target, member);
}

static void read_order(const calx_check_relationship *one)
{
    const calx_annotation *annotation = calx_check_relationship_note(one, CALX_ANNOTATION_ORDER_BY);
    if (annotation == NULL || one->target == NULL)
        return;
    calx_model_relationship *facts = one->facts;
    calx_relationship_order *order =
        calx_check_array(one->context, annotation->word_count, sizeof(*order));
    for (size_t i = 0; order != NULL && i < annotation->word_count; i++) {
        const char *member = annotation->words[i];
        const calx_model_column *column = calx_check_find_column(one->target, member);
        if (column == NULL)
            report_order(one, annotation, member);
        else if (is_ordered_by(facts, order, column->position))
            calx_check_report(one->context, one->entity, CALX_RULE_ORDER_BY, annotation->place,
                              "'%s' is ordered by '%s' twice", facts->member, member);
        else
            order[facts->order_count++] =
                (calx_relationship_order){ .column = column->position,
                                           .descending = annotation->descending[i] };
    }
    facts->order = order;
}

/* ---- loading ---- */

static void read_loading(const calx_check_relationship *one)
{
    const calx_annotation *annotation = calx_check_relationship_note(one, CALX_ANNOTATION_LAZY);
    if (annotation == NULL)
        return;
    const word_meaning *word =
        find_word(loadings, sizeof(loadings) / sizeof(loadings[0]), annotation->words[0]);
    if (word != NULL) {
        one->facts->loading = (calx_loading)word->meaning;
        return;
    }
    calx_diagnostic *diagnostic =
        calx_check_report(one->context, one->entity, CALX_RULE_LOADING, annotation->place,
                          "'%s' is no way of loading", annotation->words[0]);
    calx_check_fix(one->context, diagnostic,
                   "the ways are select, joined, selectin, subquery, immediate, raise, "
                   "raise_on_sql and noload");
}

static void read_join_depth(const calx_check_relationship *one)
{
    const calx_annotation *annotation =
        calx_check_relationship_note(one, CALX_ANNOTATION_JOIN_DEPTH);
    if (annotation == NULL)
        return;
    if (!annotation->has_number)
        calx_check_report(one->context, one->entity, CALX_RULE_NOT_A_CONSTANT, annotation->place,
                          "CALX_JOIN_DEPTH(%s) is no integer constant expression",
                          annotation->text);
    else if (annotation->negative || annotation->number == 0 || annotation->number > DEEPEST_JOIN)
        calx_check_report(one->context, one->entity, CALX_RULE_LOADING, annotation->place,
                          "CALX_JOIN_DEPTH(%s): it is from 1 to %d", annotation->text,
                          DEEPEST_JOIN);
    else
        one->facts->join_depth = (uint16_t)annotation->number;
}

/* ---- flags ---- */

static void read_passive(const calx_check_relationship *one, calx_annotation_kind kind,
                         const word_meaning *words, size_t count, const char *choices)
{
    const calx_annotation *annotation = calx_check_relationship_note(one, kind);
    if (annotation == NULL)
        return;
    const word_meaning *word = find_word(words, count, annotation->words[0]);
    if (word != NULL) {
        one->facts->flags |= word->meaning;
        return;
    }
    calx_diagnostic *diagnostic =
        calx_check_report(one->context, one->entity, CALX_RULE_PASSIVE, annotation->place,
                          "%s(%s): '%s' is none of its words", annotation->macro, annotation->text,
                          annotation->words[0]);
    calx_check_fix(one->context, diagnostic, "%s", choices);
}

static void read_flags(const calx_check_relationship *one)
{
    static const struct {
        calx_annotation_kind kind;
        unsigned flag;
    } flags[] = {
        { CALX_ANNOTATION_VIEW_ONLY, CALX_RELATIONSHIP_VIEW_ONLY },
        { CALX_ANNOTATION_SINGLE_PARENT, CALX_RELATIONSHIP_SINGLE_PARENT },
        { CALX_ANNOTATION_POST_UPDATE, CALX_RELATIONSHIP_POST_UPDATE },
        { CALX_ANNOTATION_INNER_JOIN, CALX_RELATIONSHIP_INNER_JOIN },
        { CALX_ANNOTATION_LOAD_ON_PENDING, CALX_RELATIONSHIP_LOAD_ON_PENDING },
    };
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        if (calx_check_relationship_note(one, flags[i].kind) != NULL)
            one->facts->flags |= flags[i].flag;
    }
    read_passive(one, CALX_ANNOTATION_PASSIVE_DELETES, passive_deletes,
                 sizeof(passive_deletes) / sizeof(passive_deletes[0]), "it takes on, all or off");
    read_passive(one, CALX_ANNOTATION_PASSIVE_UPDATES, passive_updates,
                 sizeof(passive_updates) / sizeof(passive_updates[0]), "it takes on or off");
}

void calx_check_relationship_words(const calx_check_relationship *one)
{
    read_cascade(one);
    read_order(one);
    read_loading(one);
    read_join_depth(one);
    read_flags(one);
    if (calx_check_is_view_only(one))
        one->facts->cascade &= ~(unsigned)CASCADE_WRITING;
}

bool calx_check_is_view_only(const calx_check_relationship *one)
{
    return (one->facts->flags & CALX_RELATIONSHIP_VIEW_ONLY) != 0;
}
