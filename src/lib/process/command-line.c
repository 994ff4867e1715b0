// SPDX-License-Identifier: MIT
/*
 * The command line; see environment.h. The kernel keeps the arguments of the process, each with
 * its NUL; they are quoted by the rules by which CommandLineToArgvW takes a line apart.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "lib/process/environment.h"
#include "os/system.h"
#include "util/macro.h"

#define MOST_BYTES (256u << 10) /* of arguments; a longer line is cut */

static char *line;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Backslashes count only before a quote; there they are doubled. Returns the end. */
static char *put_quoted(char *to, const char *argument)
{
    size_t backslashes = 0;

    *to++ = '"';
    for (; *argument; argument++) {
        if (*argument == '"') {
            memset(to, '\\', backslashes + 1);
            to += backslashes + 1;
        }
        backslashes = *argument == '\\' ? backslashes + 1 : 0;
        *to++ = *argument;
    }
    memset(to, '\\', backslashes);
    to += backslashes;
    *to++ = '"';
    return to;
}

static char *put_argument(char *to, const char *argument)
{
    if (*argument && !strpbrk(argument, " \t\n\v\""))
        return stpcpy(to, argument);
    return put_quoted(to, argument);
}

static void make_line(void)
{
    NT_CLEANUP(nt_freep) char *arguments = calloc(1, MOST_BYTES);
    size_t end = MOST_BYTES;
    char *to;

    if (!arguments || nt_os_read_text("/proc/self/cmdline", arguments, MOST_BYTES) < 0)
        return;
    while (end && !arguments[end - 1])
        end--;
    /* At worst each byte is a quote; and each argument has two quotes and a space. */
    to = line = calloc(4, end + 2);
    for (size_t at = 0; to && at <= end && end; at += strlen(arguments + at) + 1) {
        if (at)
            *to++ = ' ';
        to = put_argument(to, arguments + at);
    }
}

const char *nt_command_line(void)
{
    pthread_once(&once, make_line);
    return line ? line : "";
}
