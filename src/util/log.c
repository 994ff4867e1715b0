// SPDX-License-Identifier: MIT
/*
 * The log hook: one function pointer and its context, published together through one pointer so
 * that a message never meets the function of one owner and the context of another.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/log.h"

struct sink {
    nt_log_function function;
    void *context;
    struct sink *previous; /* never freed: another thread may be in the middle of a message */
};

static _Atomic(struct sink *) current_sink;

void nt_log_set(nt_log_function function, void *context)
{
    struct sink *sink = calloc(1, sizeof(*sink));

    if (!sink)
        return;
    sink->function = function;
    sink->context = context;
    sink->previous = atomic_load(&current_sink);
    while (!atomic_compare_exchange_weak(&current_sink, &sink->previous, sink))
        ;
}

void nt_log(enum nt_log_level level, const char *format, ...)
{
    struct sink *sink = atomic_load_explicit(&current_sink, memory_order_acquire);
    int saved_errno = errno;
    char message[512];
    va_list arguments;

    if (!sink || !sink->function)
        return;

    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    sink->function((int)level, message, sink->context);
    errno = saved_errno;
}
