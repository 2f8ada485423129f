/*
 * Mapper tables written by hand, as calx-gen would write them, so that the rooms of the runtime
 * are tested without the generator: users and addresses, a table with a key of two columns, and one
 * with a member of every type.
 */
#ifndef TESTS_SUPPORT_SAMPLE_MODEL_H
#define TESTS_SUPPORT_SAMPLE_MODEL_H

#include <calx/annotate.h>
#include <calx/column.h>
#include <calx/mapper.h>

enum role { ROLE_GUEST, ROLE_MEMBER, ROLE_ADMIN };
struct address;

struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL CALX_LENGTH(30) CALX_UNIQUE;
    const char *fullname;
    calx_nullable_int32 age CALX_CHECK("age >= 0");
    enum role role CALX_DEFAULT("1");
    calx_timestamp created CALX_SERVER_DEFAULT("CURRENT_TIMESTAMP");
    int32_t revision CALX_VERSION_COLUMN;
    CALX_MANY(struct address) addresses CALX_INVERSE(user) CALX_CASCADE(all, delete_orphan);
};

struct CALX_ENTITY("addresses") CALX_INDEX(by_email, email) address {
    int64_t id CALX_PRIMARY_KEY;
    const char *email CALX_NOT_NULL;
    int64_t user_id CALX_REFERENCES(user, id) CALX_ON_DELETE(cascade);
    CALX_ONE(struct user) user CALX_VIA(user_id);
};

/* The key is two columns, and its order is not that of the table. */
struct CALX_ENTITY("memberships") CALX_UNIQUE_INDEX(one_rank, group_name, rank) membership {
    char group_name[12] CALX_PRIMARY_KEY;
    int64_t user_id CALX_PRIMARY_KEY CALX_REFERENCES(user, id);
    int16_t rank CALX_SERVER_DEFAULT("1 + 1");
};

/* One member of every type; the key is not made by the database. */
struct CALX_ENTITY("order") everything {
    uint32_t key CALX_PRIMARY_KEY CALX_COLUMN("select");
    bool flag;
    int8_t i8;
    int16_t i16;
    int32_t i32;
    int64_t i64;
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
    float real32;
    double real64;
    const char *text;
    char array[8];
    calx_bytes bytes;
    calx_timestamp moment;
    calx_nullable_double maybe;
    calx_nullable_bool perhaps;
};

extern const calx_mapper user_mapper;
extern const calx_mapper address_mapper;
extern const calx_mapper membership_mapper;
extern const calx_mapper everything_mapper;
extern const calx_metadata sample_metadata;

/* Positions in the column tables. */
enum { USER_ID, USER_NAME, USER_FULLNAME, USER_AGE, USER_ROLE, USER_CREATED, USER_REVISION };
enum { ADDRESS_ID, ADDRESS_EMAIL, ADDRESS_USER_ID };
enum { MEMBERSHIP_GROUP_NAME, MEMBERSHIP_USER_ID, MEMBERSHIP_RANK };
enum {
    EVERYTHING_KEY,
    EVERYTHING_FLAG,
    EVERYTHING_I8,
    EVERYTHING_I16,
    EVERYTHING_I32,
    EVERYTHING_I64,
    EVERYTHING_U8,
    EVERYTHING_U16,
    EVERYTHING_U32,
    EVERYTHING_U64,
    EVERYTHING_REAL32,
    EVERYTHING_REAL64,
    EVERYTHING_TEXT,
    EVERYTHING_ARRAY,
    EVERYTHING_BYTES,
    EVERYTHING_MOMENT,
    EVERYTHING_MAYBE,
    EVERYTHING_PERHAPS
};

extern const struct user_col {
    calx_int64_column id;
    calx_text_column name;
    calx_text_column fullname;
    calx_int64_column age;
    calx_int64_column role;
    calx_timestamp_column created;
    calx_int64_column revision;
} user_col;

extern const struct address_col {
    calx_int64_column id;
    calx_text_column email;
    calx_int64_column user_id;
} address_col;

extern const struct membership_col {
    calx_text_column group_name;
    calx_int64_column user_id;
    calx_int64_column rank;
} membership_col;

extern const struct everything_col {
    calx_uint64_column key;
    calx_bool_column flag;
    calx_int64_column i8;
    calx_int64_column i16;
    calx_int64_column i32;
    calx_int64_column i64;
    calx_uint64_column u8;
    calx_uint64_column u64;
    calx_double_column real32;
    calx_double_column real64;
    calx_text_column text;
    calx_text_column array;
    calx_bytes_column bytes;
    calx_timestamp_column moment;
    calx_double_column maybe;
    calx_bool_column perhaps;
} everything_col;

#endif
