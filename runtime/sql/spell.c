/*
 * Spelling expressions for messages. It is the walk that writes SQL, in a dialect of its own that
 * has each operator's plainest form, and with any column, since which may stand is another
 * question.
 */
#include "sql/spell.h"

#include "base/allocator.h"
#include "sql/writer.h"

static const calx_dialect plain = {
    .name = "plain",
    .quote_open = '"',
    .quote_close = '"',
    .max_parameters = SIZE_MAX,
    .placeholder = CALX_PLACEHOLDER_QUESTION,
    .literal_true = "TRUE",
    .literal_false = "FALSE",
    .templates = { [CALX_OP_ENDS_WITH] = "ends_with([0], [1])",
                   [CALX_OP_CONTAINS] = "contains([0], [1])" },
    .cut_template = "[0]",
    .truth_template = "[0]",
    .cast_types = { "UNKNOWN", "BOOLEAN", "BIGINT", "NUMERIC(20)", "DOUBLE PRECISION", "TEXT",
                    "BYTEA", "TIMESTAMP" },
};

char *calx_spell(const calx_node *nodes)
{
    calx_buffer text = CALX_BUFFER_INIT;
    calx_parameter_list parameters;
    char *spelled = NULL;
    calx_parameter_list_init(&parameters);
    calx_sql_writer writer = { .out = &text, .parameters = &parameters, .dialect = &plain };
    calx_sql_put_part(&writer, nodes);
    if (calx_buffer_finish(&text, &spelled, NULL) != CALX_OK)
        spelled = NULL;
    calx_parameter_list_clear(&parameters);
    calx_buffer_clear(&text);
    return spelled;
}

void calx_spell_free(char *spelled)
{
    calx_release(spelled);
}
