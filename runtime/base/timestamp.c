/*
 * Timestamps as the text SQLite's own date functions write and read. Computed by hand: the C
 * library's calendar knows time zones and locales, neither of which may have a say in what is
 * stored.
 */
#include "base/timestamp.h"

#include <stdint.h>

#define SECONDS_PER_DAY   INT64_C(86400)
#define MICROS_PER_SECOND INT64_C(1000000)
/* Days from 0000-03-01, where counting is easy since leap days come last, to 1970-01-01. */
#define DAYS_TO_1970       INT64_C(719468)
#define DAYS_PER_400_YEARS INT64_C(146097)

/* Years 0000 to 9999, in seconds from 1970. */
#define FIRST_SECOND (INT64_C(-719528) * SECONDS_PER_DAY)
#define LAST_SECOND  (INT64_C(2932897) * SECONDS_PER_DAY - 1)

/* Days since 1970-01-01 of a day in the Gregorian calendar, carried on backwards. */
static int64_t days_of_date(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_400_YEARS + day_of_era - DAYS_TO_1970;
}

static void date_of_days(int64_t days, int64_t *out_year, int *out_month, int *out_day)
{
    days += DAYS_TO_1970;
    int64_t era = (days >= 0 ? days : days - (DAYS_PER_400_YEARS - 1)) / DAYS_PER_400_YEARS;
    int64_t day_of_era = days - era * DAYS_PER_400_YEARS;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted_month = (5 * day_of_year + 2) / 153;
    *out_day = (int)(day_of_year - (153 * shifted_month + 2) / 5 + 1);
    *out_month = (int)(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
    *out_year = year_of_era + era * 400 + (*out_month <= 2);
}

static char *put_digits(char *text, int64_t number, int digits)
{
    for (int i = digits - 1; i >= 0; i--) {
        text[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return text + digits;
}

size_t calx_timestamp_text(calx_timestamp timestamp, char text[CALX_TIMESTAMP_TEXT_SIZE])
{
    int64_t micros = timestamp % MICROS_PER_SECOND;
    int64_t seconds = timestamp / MICROS_PER_SECOND;
    if (micros < 0) {
        micros += MICROS_PER_SECOND;
        seconds--;
    }
    if (seconds < FIRST_SECOND || seconds > LAST_SECOND)
        return 0;
    int64_t days = (seconds - FIRST_SECOND) / SECONDS_PER_DAY + FIRST_SECOND / SECONDS_PER_DAY;
    int64_t rest = seconds - days * SECONDS_PER_DAY;
    int64_t year;
    int month;
    int day;
    date_of_days(days, &year, &month, &day);
    const struct {
        int64_t number;
        int digits;
        char before;
    } fields[] = { { year, 4, 0 },          { month, 2, '-' },          { day, 2, '-' },
                   { rest / 3600, 2, ' ' }, { rest / 60 % 60, 2, ':' }, { rest % 60, 2, ':' },
                   { micros, 6, '.' } };
    size_t field_count = micros != 0 ? 7 : 6;
    char *end = text;
    for (size_t i = 0; i < field_count; i++) {
        if (fields[i].before != 0)
            *end++ = fields[i].before;
        end = put_digits(end, fields[i].number, fields[i].digits);
    }
    *end = '\0';
    return (size_t)(end - text);
}

/* Where parsing stands; at == end: all read. */
typedef struct text_reader {
    const char *at;
    const char *end;
} text_reader;

static bool skip(text_reader *reader, char letter)
{
    bool there = reader->at < reader->end && *reader->at == letter;
    reader->at += there;
    return there;
}

/* Exactly so many digits, of a number from low to high. */
static bool read_digits(text_reader *reader, int digits, int low, int high, int *out_number)
{
    int number = 0;
    for (int i = 0; i < digits; i++, reader->at++) {
        if (reader->at == reader->end || *reader->at < '0' || *reader->at > '9')
            return false;
        number = number * 10 + (*reader->at - '0');
    }
    *out_number = number;
    return number >= low && number <= high;
}

static int days_in_month(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

/* The digits after the point as microseconds; what is finer must be zero. */
static bool read_fraction(text_reader *reader, int64_t *out_micros)
{
    int64_t unit = MICROS_PER_SECOND / 10;
    const char *start = reader->at;
    *out_micros = 0;
    for (; reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9'; reader->at++) {
        if (unit == 0 && *reader->at != '0')
            return false;
        *out_micros += (*reader->at - '0') * unit;
        unit /= 10;
    }
    return reader->at > start;
}

/* HH:MM[:SS[.f]] */
static bool read_time(text_reader *reader, int64_t *out_seconds, int64_t *out_micros)
{
    int hour;
    int minute;
    int second = 0;
    if (!read_digits(reader, 2, 0, 23, &hour) || !skip(reader, ':') ||
        !read_digits(reader, 2, 0, 59, &minute))
        return false;
    if (skip(reader, ':')) {
        if (!read_digits(reader, 2, 0, 59, &second))
            return false;
        if (skip(reader, '.') && !read_fraction(reader, out_micros))
            return false;
    }
    *out_seconds = hour * INT64_C(3600) + minute * INT64_C(60) + second;
    return true;
}

/* Z, ±hh:mm or nothing: the seconds the text is ahead of UTC. */
static bool read_zone(text_reader *reader, int64_t *out_ahead)
{
    *out_ahead = 0;
    if (reader->at == reader->end || skip(reader, 'Z'))
        return true;
    bool behind = skip(reader, '-');
    int hour;
    int minute;
    if ((!behind && !skip(reader, '+')) || !read_digits(reader, 2, 0, 23, &hour) ||
        !skip(reader, ':') || !read_digits(reader, 2, 0, 59, &minute))
        return false;
    int64_t seconds = hour * INT64_C(3600) + minute * INT64_C(60);
    *out_ahead = behind ? -seconds : seconds;
    return true;
}

bool calx_timestamp_parse(const char *text, size_t size, calx_timestamp *out_timestamp)
{
    text_reader reader = { text, text + size };
    int year;
    int month;
    int day;
    int64_t seconds = 0;
    int64_t micros = 0;
    int64_t ahead = 0;
    if (!read_digits(&reader, 4, 0, 9999, &year) || !skip(&reader, '-') ||
        !read_digits(&reader, 2, 1, 12, &month) || !skip(&reader, '-') ||
        !read_digits(&reader, 2, 1, days_in_month(year, month), &day))
        return false;
    if (skip(&reader, ' ') || skip(&reader, 'T')) {
        if (!read_time(&reader, &seconds, &micros) || !read_zone(&reader, &ahead))
            return false;
    }
    if (reader.at != reader.end)
        return false;
    seconds += days_of_date(year, month, day) * SECONDS_PER_DAY - ahead;
    *out_timestamp = seconds * MICROS_PER_SECOND + micros;
    return true;
}
