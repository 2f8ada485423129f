/*
 * Lists packed into bytes: what goes in comes out, and bytes that are no list are seen as such,
 * wherever they end. Such bytes are copied to blocks of their own size, so that a sanitizer sees a
 * look behind them.
 */
#include "engine_fixture.h"

#include "sql/packed.h"

#include <calx/allocator.h>

#include <stdlib.h>
#include <string.h>

static const unsigned char raw[] = { 0, 1, 255 };

static void pack(calx_buffer *packed)
{
    calx_packed_put(packed, calx_value_int64(INT64_MIN));
    calx_packed_put(packed, calx_value_bool(true));
    calx_packed_put(packed, calx_value_double(0.1));
    calx_packed_put(packed, calx_value_text("text"));
    calx_packed_put(packed, calx_value_bytes((calx_bytes){ raw, sizeof raw }));
    calx_packed_put(packed, calx_value_timestamp(-1));
    assert_int_equal(packed->status, CALX_OK);
}

/* How many values can be read from a block of exactly this size; -1: something else is behind them.
 */
static int count_values(const char *data, size_t size)
{
    unsigned char *block = malloc(size + 1);
    assert_non_null(block);
    memcpy(block + 1, data, size);
    size_t at = 0;
    int count = 0;
    calx_value value;
    for (size_t taken = 1; at < size && taken > 0; at += taken) {
        taken = calx_packed_read(block + 1 + at, size - at, &value);
        count = taken > 0 ? count + 1 : -1;
    }
    free(block);
    return count;
}

static void what_is_packed_comes_out_again(void **state)
{
    (void)state;
    calx_buffer packed = CALX_BUFFER_INIT;
    calx_value values[6];
    size_t at = 0;
    pack(&packed);
    const unsigned char *data = (const unsigned char *)packed.data;
    for (int i = 0; i < 6; i++) {
        size_t taken = calx_packed_read(data + at, packed.size - at, &values[i]);
        assert_true(taken > 0);
        at += taken;
    }
    assert_int_equal(at, packed.size);
    assert_true(values[0].type == CALX_VALUE_INT64 && values[0].as.int64 == INT64_MIN);
    assert_true(values[1].type == CALX_VALUE_INT64 && values[1].as.int64 == 1);
    assert_true(values[2].type == CALX_VALUE_DOUBLE && values[2].as.real == 0.1);
    assert_true(values[3].type == CALX_VALUE_TEXT && values[3].as.span.size == 4);
    assert_memory_equal(values[3].as.span.data, "text", 4);
    assert_true(values[4].type == CALX_VALUE_BYTES && values[4].as.span.size == sizeof raw);
    assert_memory_equal(values[4].as.span.data, raw, sizeof raw);
    assert_true(values[5].type == CALX_VALUE_TIMESTAMP && values[5].as.int64 == -1);
    calx_buffer_clear(&packed);
}

static void a_list_that_is_cut_is_none(void **state)
{
    (void)state;
    static const size_t ends[] = { 0, 9, 18, 27, 36, 44, 53 };
    calx_buffer packed = CALX_BUFFER_INIT;
    int whole = 0;
    pack(&packed);
    assert_int_equal(packed.size, ends[6]);
    for (size_t size = 0; size <= packed.size; size++) {
        int count = count_values(packed.data, size);
        assert_int_equal(count, size == ends[whole] ? whole : -1);
        whole += size == ends[whole];
    }
    calx_buffer_clear(&packed);
}

static void anything_may_be_read(void **state)
{
    (void)state;
    unsigned seed = 7;
    for (int round = 0; round < 20000; round++) {
        char data[64];
        size_t size = (size_t)(round % (int)sizeof data);
        for (size_t i = 0; i < size; i++) {
            seed = seed * 1664525u + 1013904223u;
            data[i] = (char)(i % 5 == 0 ? (seed >> 24) % 9 : seed >> 24);
        }
        int count = count_values(data, size);
        assert_true(count >= -1 && count <= (int)size);
    }
}

static void the_table_of_items_takes_nothing_else(void **state)
{
    (void)state;
    static const char *const others[] = { "x'00'",           "x'02'",  "x'020000'",
                                          "x'05ffffffff61'", "'text'", "17" };
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        char sql[80];
        snprintf(sql, sizeof sql, "SELECT count(*) FROM calx_items(%s)", others[i]);
        assert_true(try_sql(connection, sql) != CALX_OK);
        assert_non_null(
            strstr(calx_connection_error(connection)->message, "lists that Calx binds"));
        ok(connection, calx_connection_rollback(connection));
    }
    run(connection, "SELECT count(*) FROM calx_items(NULL)");
    run(connection, "SELECT count(*) FROM calx_items");
    run(connection, "SELECT a.value, b.value FROM calx_items(x'020000000000000000') a, "
                    "calx_items(x'020000000000000000') b WHERE a.list = b.list");
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
    calx_engine_free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_packed_comes_out_again),
        cmocka_unit_test(a_list_that_is_cut_is_none),
        cmocka_unit_test(anything_may_be_read),
        CALX_SQLITE(the_table_of_items_takes_nothing_else),
    };
    return CALX_RUN("sql_packed", tests);
}
