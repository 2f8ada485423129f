#include <calx/annotate.h>
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    uint8_t small CALX_DEFAULT("256");
    int8_t less CALX_DEFAULT("-129");
    uint32_t positive CALX_DEFAULT("-1");
    int32_t word CALX_DEFAULT("many");
    bool truth CALX_DEFAULT("yes");
    double real CALX_DEFAULT("1,5");
    float big CALX_DEFAULT("1e40");
    char code[4] CALX_DEFAULT("four");
    const char *name CALX_LENGTH(3) CALX_DEFAULT("long");
    char *text CALX_DEFAULT("x");
    calx_bytes data CALX_DEFAULT("x");
    calx_timestamp when CALX_DEFAULT("now");
    int64_t below CALX_DEFAULT("-9223372036854775809");
};

// expect: 4:19 CALX-E027 the default '256' does not fit 'small', which is uint8_t
// note: - its values are 0 to 255
// expect: 5:17 CALX-E027 the default '-129' does not fit 'less', which is int8_t
// note: - its values are -128 to 127
// expect: 6:23 CALX-E027 the default '-1' does not fit 'positive', which is uint32_t
// note: - its values are 0 to 4294967295
// expect: 7:18 CALX-E027 the default 'many' does not fit 'word', which is int32_t
// note: - it takes an integer
// expect: 8:16 CALX-E027 the default 'yes' does not fit 'truth', which is bool
// note: - it takes "true" or "false"
// expect: 9:17 CALX-E027 the default '1,5' does not fit 'real', which is double
// note: - it takes a number such as "1.5"
// expect: 10:15 CALX-E027 the default '1e40' does not fit 'big', which is float
// note: - the number is too large
// expect: 11:18 CALX-E027 the default 'four' does not fit 'code', which is char[4]
// note: - the text does not fit into the array
// expect: 12:37 CALX-E027 the default 'long' does not fit 'name', which is const char *
// note: - the text is longer than its CALX_LENGTH
// expect: 13:16 CALX-E027 the default 'x' does not fit 'text', which is char *
// note: - a constant cannot be written to: make it const char * or an array
// expect: 14:21 CALX-E027 the default 'x' does not fit 'data', which is calx_bytes
// note: - this type has no constants: use CALX_SERVER_DEFAULT
// expect: 15:25 CALX-E027 the default 'now' does not fit 'when', which is calx_timestamp
// note: - it takes microseconds since 1970; for the time of the INSERT write CALX_SERVER_DEFAULT("CURRENT_TIMESTAMP")
// expect: 16:19 CALX-E027 the default '-9223372036854775809' does not fit 'below', which is int64_t
// note: - it takes an integer
