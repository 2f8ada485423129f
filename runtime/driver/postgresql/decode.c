/*
 * Values out of results. Types of the driver's own list come in binary; a result with a column of
 * any other type comes as text altogether, since libpq asks for one form a result, and gives the
 * same values then. The rule kept: what is stored decides, a value is never bent into another class
 * (ENG-155).
 */
#include "driver/postgresql/postgresql.h"

#include "base/apart.h"
#include "base/error.h"
#include "base/timestamp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EPOCH INT64_C(946684800000000)
/* Integers beyond this are not all exact as a double. */
#define EXACT_DOUBLE INT64_C(9007199254740992)

/* How a type is read. */
typedef enum type_family {
    FAMILY_OTHER = 0, /* as text */
    FAMILY_TEXT,
    FAMILY_BOOL,
    FAMILY_INTEGER,
    FAMILY_REAL,
    FAMILY_NUMERIC,
    FAMILY_BYTES,
    FAMILY_TIMESTAMP
} type_family;

static type_family family_of(Oid type)
{
    switch (type) {
    case CALX_OID_BOOL:
        return FAMILY_BOOL;
    case CALX_OID_INT2:
    case CALX_OID_INT4:
    case CALX_OID_INT8:
    case CALX_OID_OID:
        return FAMILY_INTEGER;
    case CALX_OID_FLOAT4:
    case CALX_OID_FLOAT8:
        return FAMILY_REAL;
    case CALX_OID_NUMERIC:
        return FAMILY_NUMERIC;
    case CALX_OID_BYTEA:
        return FAMILY_BYTES;
    case CALX_OID_TIMESTAMP:
    case CALX_OID_TIMESTAMPTZ:
        return FAMILY_TIMESTAMP;
    case CALX_OID_TEXT:
    case CALX_OID_VARCHAR:
    case CALX_OID_BPCHAR:
    case CALX_OID_NAME:
    case CALX_OID_CHAR:
    case CALX_OID_JSON:
    case CALX_OID_XML:
    case CALX_OID_UNKNOWN:
        return FAMILY_TEXT;
    default:
        return FAMILY_OTHER;
    }
}

bool calx_postgresql_is_binary(Oid type)
{
    return family_of(type) != FAMILY_OTHER;
}

static const char *stored_name(type_family family)
{
    static const char *const names[] = {
        [FAMILY_OTHER] = "text",         [FAMILY_TEXT] = "text",
        [FAMILY_BOOL] = "a truth value", [FAMILY_INTEGER] = "an integer",
        [FAMILY_REAL] = "a real number", [FAMILY_NUMERIC] = "a numeric",
        [FAMILY_BYTES] = "bytes",        [FAMILY_TIMESTAMP] = "a timestamp",
    };
    return names[family];
}

static calx_value_type own_class(type_family family)
{
    static const calx_value_type classes[] = {
        [FAMILY_OTHER] = CALX_VALUE_TEXT,  [FAMILY_TEXT] = CALX_VALUE_TEXT,
        [FAMILY_BOOL] = CALX_VALUE_BOOL,   [FAMILY_INTEGER] = CALX_VALUE_INT64,
        [FAMILY_REAL] = CALX_VALUE_DOUBLE, [FAMILY_NUMERIC] = CALX_VALUE_NULL,
        [FAMILY_BYTES] = CALX_VALUE_BYTES, [FAMILY_TIMESTAMP] = CALX_VALUE_TIMESTAMP,
    };
    return classes[family];
}

/* What is worked out may be of a type that nobody chose: NULL alone is text. */
calx_value_type calx_postgresql_column_class(calx_driver_statement *base, size_t column)
{
    const calx_postgresql_statement *statement = (calx_postgresql_statement *)base;
    if (column >= calx_postgresql_column_count(base) ||
        PQftable(statement->description, (int)column) == InvalidOid)
        return CALX_VALUE_NULL;
    return own_class(family_of(PQftype(statement->description, (int)column)));
}

static uint64_t get_big_endian(const unsigned char *data, int size)
{
    uint64_t number = 0;
    for (int i = 0; i < size; i++)
        number = number << 8 | data[i];
    return number;
}

/* An integer as the class wanted. false: it is no such value. */
static bool put_integer(uint64_t number, bool negative, calx_value *out)
{
    int64_t with_sign = negative ? (int64_t)(0 - number) : (int64_t)number;
    bool fits = negative ? number <= (uint64_t)INT64_MAX + 1 : number <= INT64_MAX;
    if (negative && number == 0)
        negative = false;
    switch (out->type) {
    case CALX_VALUE_INT64:
        out->as.int64 = with_sign;
        return fits;
    case CALX_VALUE_UINT64:
        out->as.uint64 = number;
        return !negative;
    case CALX_VALUE_BOOL:
        out->as.boolean = number == 1;
        return !negative && number <= 1;
    case CALX_VALUE_DOUBLE:
        out->as.real = (double)with_sign;
        return number <= (uint64_t)EXACT_DOUBLE;
    default:
        return false;
    }
}

static bool decode_integer(Oid type, const unsigned char *data, int size, calx_value *out)
{
    uint64_t bits = get_big_endian(data, size);
    if (size != (type == CALX_OID_INT2 ? 2 : type == CALX_OID_INT8 ? 8 : 4))
        return false;
    bool negative = type != CALX_OID_OID && (bits >> (8 * size - 1)) != 0;
    if (negative && size < 8)
        bits |= ~UINT64_C(0) << (8 * size);
    return put_integer(negative ? 0 - bits : bits, negative, out);
}

static bool decode_real(const unsigned char *data, int size, calx_value *out)
{
    uint64_t bits = get_big_endian(data, size);
    uint32_t small_bits = (uint32_t)bits;
    float small;
    if (out->type != CALX_VALUE_DOUBLE)
        return false;
    memcpy(&small, &small_bits, sizeof(small));
    memcpy(&out->as.real, &bits, sizeof(bits));
    if (size == 4)
        out->as.real = (double)small;
    return size == 4 || size == 8;
}

/* As stored, a numeric is an integer if it is one, else the nearest real number. */
static bool decode_numeric(const unsigned char *data, int size, calx_value *out)
{
    uint64_t number = 0;
    bool negative = false;
    bool whole = calx_postgresql_get_integer(data, size, &number, &negative);
    bool as_stored = out->type == CALX_VALUE_NULL;
    if (as_stored && whole) {
        bool unsigned_only = !negative && number > INT64_MAX;
        out->type = unsigned_only ? CALX_VALUE_UINT64 : CALX_VALUE_INT64;
        if (put_integer(number, negative, out))
            return true;
    }
    if (as_stored)
        out->type = CALX_VALUE_DOUBLE;
    if (out->type == CALX_VALUE_DOUBLE)
        return calx_postgresql_get_real(data, size, &out->as.real);
    return whole && put_integer(number, negative, out);
}

static bool decode_timestamp(const unsigned char *data, int size, calx_value *out)
{
    int64_t moment = (int64_t)get_big_endian(data, size);
    /* The two ends stand for the two infinities. */
    if (size != 8 || out->type != CALX_VALUE_TIMESTAMP || moment == INT64_MIN ||
        moment > INT64_MAX - EPOCH)
        return false;
    out->as.int64 = moment + EPOCH;
    return true;
}

static bool put_span(const unsigned char *data, int size, calx_value_type stored, calx_value *out)
{
    if (out->type != stored)
        return false;
    out->as.span.data = data;
    out->as.span.size = (size_t)size;
    return true;
}

static bool decode_binary(Oid type, const unsigned char *data, int size, calx_value *out)
{
    switch (family_of(type)) {
    case FAMILY_BOOL:
        out->as.boolean = size == 1 && data[0] != 0;
        return size == 1 && out->type == CALX_VALUE_BOOL;
    case FAMILY_INTEGER:
        return decode_integer(type, data, size, out);
    case FAMILY_REAL:
        return decode_real(data, size, out);
    case FAMILY_NUMERIC:
        return decode_numeric(data, size, out);
    case FAMILY_BYTES:
        return put_span(data, size, CALX_VALUE_BYTES, out);
    case FAMILY_TIMESTAMP:
        return decode_timestamp(data, size, out);
    default:
        return put_span(data, size, CALX_VALUE_TEXT, out);
    }
}

/* An integer in text, perhaps with a fraction of zeros. false: it is none, or too big. */
static bool parse_integer(const char *text, calx_value *out)
{
    uint64_t number = 0;
    bool negative = *text == '-';
    const char *digit = text + negative;
    for (; *digit >= '0' && *digit <= '9'; digit++) {
        uint64_t value = (uint64_t)(*digit - '0');
        if (number > (UINT64_MAX - value) / 10)
            return false;
        number = number * 10 + value;
    }
    bool any = digit > text + negative;
    digit += *digit == '.' ? 1 + strspn(digit + 1, "0") : 0;
    return *digit == '\0' && any && put_integer(number, negative, out);
}

static bool parse_real(const char *text, calx_value *out)
{
    char *end = NULL;
    out->as.real = strtod(text, &end);
    return out->type == CALX_VALUE_DOUBLE && end > text && *end == '\0';
}

/* As the server writes it in ISO style: an offset of whole hours has no minutes. */
static bool parse_timestamp(const char *text, size_t size, calx_value *out)
{
    char full[64];
    bool short_offset = size > 3 && (text[size - 3] == '+' || text[size - 3] == '-');
    if (out->type != CALX_VALUE_TIMESTAMP || size + 4 > sizeof(full))
        return false;
    memcpy(full, text, size);
    memcpy(full + size, ":00", 3);
    return calx_timestamp_parse(full, short_offset ? size + 3 : size, &out->as.int64);
}

static int hex_digit(char letter)
{
    if (letter >= '0' && letter <= '9')
        return letter - '0';
    if (letter >= 'a' && letter <= 'f')
        return letter - 'a' + 10;
    return -1;
}

/*
 * Bytes are "\\x" and two digits for each, and are put where the digits were; "\\X" then says that
 * this was done. The older form, which a setting asks for, has no such beginning.
 */
static bool parse_bytes(char *text, int size, calx_value *out, const char **out_stored)
{
    if (size < 2 || text[0] != '\\' || (text[1] != 'x' && text[1] != 'X')) {
        *out_stored = "bytes in the escape form (SET bytea_output = 'hex')";
        return false;
    }
    for (int i = 2; text[1] == 'x' && i + 1 < size; i += 2) {
        int high = hex_digit(text[i]);
        int low = hex_digit(text[i + 1]);
        if (high < 0 || low < 0)
            return false;
        text[2 + (i - 2) / 2] = (char)(high << 4 | low);
    }
    text[1] = 'X';
    return put_span((const unsigned char *)text + 2, (size - 2) / 2, CALX_VALUE_BYTES, out);
}

/* As from its binary form: an integer if it is one, else a real number. */
static bool parse_numeric(const char *text, calx_value *out)
{
    static const calx_value_type classes[] = { CALX_VALUE_INT64, CALX_VALUE_UINT64 };
    if (out->type == CALX_VALUE_DOUBLE)
        return parse_real(text, out);
    if (out->type != CALX_VALUE_NULL)
        return parse_integer(text, out);
    for (size_t i = 0; i < 2; i++) {
        out->type = classes[i];
        if (parse_integer(text, out))
            return true;
    }
    out->type = CALX_VALUE_DOUBLE;
    return parse_real(text, out);
}

/* The same in its text form. */
static bool decode_text(Oid type, char *text, int size, calx_value *out, const char **out_stored)
{
    switch (family_of(type)) {
    case FAMILY_BOOL:
        out->as.boolean = text[0] == 't';
        return out->type == CALX_VALUE_BOOL;
    case FAMILY_INTEGER:
        return parse_integer(text, out);
    case FAMILY_REAL:
        return parse_real(text, out);
    case FAMILY_NUMERIC:
        return parse_numeric(text, out);
    case FAMILY_TIMESTAMP:
        return parse_timestamp(text, (size_t)size, out);
    case FAMILY_BYTES:
        return parse_bytes(text, size, out, out_stored);
    default:
        return put_span((const unsigned char *)text, size, CALX_VALUE_TEXT, out);
    }
}

/* One value. out->type is the class wanted; CALX_VALUE_NULL: as stored. false: it is none such. */
static CALX_APART bool decode(const PGresult *result, int row, int column, calx_value *out,
                              const char **out_stored)
{
    Oid type = PQftype(result, column);
    char *data = PQgetvalue(result, row, column);
    int size = PQgetlength(result, row, column);
    if (out->type == CALX_VALUE_NULL)
        out->type = own_class(family_of(type));
    *out_stored = stored_name(family_of(type));
    if (PQfformat(result, column) == 0)
        return decode_text(type, data, size, out, out_stored);
    return decode_binary(type, (const unsigned char *)data, size, out);
}

/* ---- rows ---- */

/* How a column is read whose values mostly are of the class wanted. */
enum { READ_ANY = 0, READ_INT8, READ_INT4, READ_FLOAT8, READ_TEXT };

/* What is read as stored is of this class. */
static calx_value_type stored_class(unsigned char reader)
{
    static const calx_value_type classes[] = { [READ_ANY] = CALX_VALUE_NULL,
                                               [READ_INT8] = CALX_VALUE_INT64,
                                               [READ_INT4] = CALX_VALUE_INT64,
                                               [READ_FLOAT8] = CALX_VALUE_DOUBLE,
                                               [READ_TEXT] = CALX_VALUE_TEXT };
    return classes[reader];
}

static unsigned char reader_of(const PGresult *result, int column)
{
    Oid type = PQftype(result, column);
    if (PQfformat(result, column) == 0)
        return READ_ANY;
    switch (type) {
    case CALX_OID_INT8:
        return READ_INT8;
    case CALX_OID_INT4:
        return READ_INT4;
    case CALX_OID_FLOAT8:
        return READ_FLOAT8;
    default:
        return family_of(type) == FAMILY_TEXT ? READ_TEXT : READ_ANY;
    }
}

/* The columns are those of all results of a run. */
static void find_readers(calx_postgresql_statement *statement)
{
    size_t width = (size_t)PQnfields(statement->result);
    size_t known = width < CALX_POSTGRESQL_READERS ? width : CALX_POSTGRESQL_READERS;
    memset(statement->readers, READ_ANY, sizeof(statement->readers));
    for (size_t i = 0; i < known; i++)
        statement->readers[i] = reader_of(statement->result, (int)i);
    statement->width = width;
}

static uint64_t get_word(const unsigned char *data)
{
    return (uint64_t)data[0] << 56 | (uint64_t)data[1] << 48 | (uint64_t)data[2] << 40 |
           (uint64_t)data[3] << 32 | (uint64_t)data[4] << 24 | (uint64_t)data[5] << 16 |
           (uint64_t)data[6] << 8 | data[7];
}

/* A value as its column's reader has it. false: it is to be looked at closer. */
static bool read_usual(unsigned char reader, const char *cell, int size, calx_value *out)
{
    const unsigned char *data = (const unsigned char *)cell;
    uint64_t word;
    if (reader == READ_TEXT)
        return put_span(data, size, CALX_VALUE_TEXT, out);
    if (reader == READ_INT8 && size == 8 && out->type == CALX_VALUE_INT64) {
        out->as.int64 = (int64_t)get_word(data);
    } else if (reader == READ_FLOAT8 && size == 8 && out->type == CALX_VALUE_DOUBLE) {
        word = get_word(data);
        memcpy(&out->as.real, &word, sizeof(word));
    } else {
        return reader == READ_INT4 && decode_integer(CALX_OID_INT4, data, size, out);
    }
    return true;
}

static CALX_APART calx_status no_column(const calx_postgresql_statement *statement, size_t count)
{
    return calx_error_set(&statement->base.connection->error, CALX_E_STALE_PLAN,
                          "%zu columns were asked for, the row has %zu", count, statement->width);
}

static const char *wanted_name(calx_value_type wanted)
{
    static const char *const names[] = {
        [CALX_VALUE_NULL] = "any value",       [CALX_VALUE_BOOL] = "a truth value",
        [CALX_VALUE_INT64] = "an integer",     [CALX_VALUE_UINT64] = "an unsigned integer",
        [CALX_VALUE_DOUBLE] = "a real number", [CALX_VALUE_TEXT] = "text",
        [CALX_VALUE_BYTES] = "bytes",          [CALX_VALUE_TIMESTAMP] = "a timestamp",
    };
    return names[wanted];
}

static CALX_APART calx_status read_any(calx_postgresql_statement *statement, int column,
                                       calx_value_type wanted, calx_value *out)
{
    const char *stored = "";
    out->type = wanted;
    if (decode(statement->result, statement->row, column, out, &stored))
        return CALX_OK;
    return calx_error_set(&statement->base.connection->error, CALX_E_DATA,
                          "column %d (%s): %s is stored, which cannot be read as %s", column,
                          PQfname(statement->result, column), stored, wanted_name(wanted));
}

calx_status calx_postgresql_read_from(calx_driver_statement *base, size_t first,
                                      const calx_value_type *wanted, calx_value *out, size_t count)
{
    calx_postgresql_statement *statement = (calx_postgresql_statement *)base;
    const PGresult *result = statement->result;
    int row = statement->row;
    if (statement->width == 0)
        find_readers(statement);
    if (first + count > statement->width)
        return no_column(statement, first + count);
    for (size_t i = 0; i < count; i++) {
        int column = (int)(first + i);
        unsigned char reader = first + i < CALX_POSTGRESQL_READERS ? statement->readers[column]
                                                                   : (unsigned char)READ_ANY;
        int size = PQgetlength(result, row, column);
        out[i].type = CALX_VALUE_NULL;
        if (size == 0 && PQgetisnull(result, row, column))
            continue;
        out[i].type = wanted[i] == CALX_VALUE_NULL ? stored_class(reader) : wanted[i];
        if (reader != READ_ANY &&
            read_usual(reader, PQgetvalue(result, row, column), size, &out[i]))
            continue;
        calx_status status = read_any(statement, column, wanted[i], &out[i]);
        if (status != CALX_OK)
            return status;
    }
    return CALX_OK;
}

calx_status calx_postgresql_read(calx_driver_statement *base, const calx_value_type *wanted,
                                 calx_value *out, size_t count)
{
    return calx_postgresql_read_from(base, 0, wanted, out, count);
}
