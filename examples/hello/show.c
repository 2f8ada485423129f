/*
 * What makes the output of hello tell the whole story: a few lines of the header that was generated
 * from models.h, then the SQL; the rows are main.c's.
 */
#include "show.h"

#include <stdio.h>
#include <string.h>

void print_generated(const char *directory)
{
    static const char *const shown[] = { "*user_new(",
                                         "user_get(",
                                         "*user_edit(",
                                         "user_set_name(",
                                         "user_addresses_append(",
                                         "address_user(",
                                         "user_query_where(" };
    char line[512];
    snprintf(line, sizeof(line), "%s/models.calx.h", directory);
    FILE *header = fopen(line, "r");
    if (header == NULL)
        return;
    while (fgets(line, sizeof(line), header) != NULL) {
        for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
            if (line[0] != ' ' && strstr(line, shown[i]) != NULL)
                printf("gen | %s", line);
        }
    }
    fclose(header);
}

void print_sql(void *context, calx_log_level level, const char *logger, const char *text)
{
    (void)context, (void)level, (void)logger;
    printf("sql | %s\n", text);
}
