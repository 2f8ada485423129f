#ifndef NAMES_H
#define NAMES_H

#include <calx/annotate.h>

struct session;

/** A struct without a tag. */
typedef struct CALX_ENTITY("points") {
    int64_t id CALX_PRIMARY_KEY;
    double x;
    double y;
} point;

/** Its generated functions begin with another name. */
typedef struct CALX_ENTITY("shapes") CALX_NAME(figure) {
    int64_t id CALX_PRIMARY_KEY;
    const char *key;
    int64_t center_id CALX_REFERENCES(point, id);
    CALX_ONE(point) center;
    CALX_MANY(struct session) sessions CALX_CASCADE(all);
} shape_t;

/** Its name is that of a parameter. */
struct CALX_ENTITY("sessions") session {
    int64_t id CALX_PRIMARY_KEY;
    const char *session;
    int64_t shape_id CALX_REFERENCES(shape_t, id);
    CALX_ONE(shape_t) shape;
};

/** Names so long that lines must be folded. */
struct CALX_ENTITY("measurements_of_temperature") CALX_INDEX(by_weather_station, weather_station) temperature_measurement {
    int64_t measurement_number CALX_PRIMARY_KEY;
    const char *weather_station CALX_NOT_NULL;
    calx_nullable_double degrees_above_absolute_zero CALX_CHECK("degrees_above_absolute_zero IS NULL OR degrees_above_absolute_zero >= 0") CALX_UNIQUE;
    calx_nullable_int64 preceding_measurement CALX_REFERENCES(temperature_measurement, measurement_number) CALX_ON_DELETE(set_null);
    CALX_ONE(struct temperature_measurement) preceding CALX_VIA(preceding_measurement) CALX_INVERSE(following_measurements);
    CALX_MANY(struct temperature_measurement) following_measurements CALX_VIA(preceding_measurement) CALX_INVERSE(preceding) CALX_CASCADE(save_update, merge, refresh_expire, expunge);
};

#endif
