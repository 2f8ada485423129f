/*
 * Log lines. The rule kept here: logging never fails and never writes anywhere itself. Lines of
 * usual length are formatted on the stack; a longer one takes memory, and is cut with a mark at the
 * end when there is none.
 */
#include "base/log.h"

#include "base/allocator.h"

#include <stdio.h>
#include <string.h>

enum { LINE_ON_STACK = 512 };

void calx_log_text(const calx_logger *logger, calx_log_level level, const char *text)
{
    if (!calx_log_enabled(logger, level))
        return;
    logger->function(logger->context, level, logger->name != NULL ? logger->name : "calx", text);
}

void calx_log(const calx_logger *logger, calx_log_level level, const char *format, ...)
{
    if (!calx_log_enabled(logger, level))
        return;
    va_list arguments;
    va_start(arguments, format);
    calx_log_v(logger, level, format, arguments);
    va_end(arguments);
}

void calx_log_v(const calx_logger *logger, calx_log_level level, const char *format,
                va_list arguments)
{
    static const char cut_mark[] = "...";
    char line[LINE_ON_STACK];
    char *long_line = NULL;
    va_list again;
    if (!calx_log_enabled(logger, level))
        return;
    va_copy(again, arguments);
    int size = vsnprintf(line, sizeof(line), format, arguments);
    if (size < 0) {
        /* A wide character without a multibyte form: the format still says what it was about. */
        calx_log_text(logger, level, format);
        goto out;
    }
    if ((size_t)size >= sizeof(line)) {
        long_line = calx_alloc((size_t)size + 1);
        if (long_line != NULL)
            vsnprintf(long_line, (size_t)size + 1, format, again);
        else
            memcpy(line + sizeof(line) - sizeof(cut_mark), cut_mark, sizeof(cut_mark));
    }
    calx_log_text(logger, level, long_line != NULL ? long_line : line);
out:
    calx_release(long_line);
    va_end(again);
}
