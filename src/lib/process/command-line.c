// SPDX-License-Identifier: MIT
/*
 * The command line; see environment.h. CreateProcess hands its own down; else the kernel keeps the
 * arguments of the process, each with its NUL, and they are quoted by the rules by which
 * CommandLineToArgvW takes a line apart.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "lib/process/environment.h"
#include "os/system.h"
#include "rtl/command-line.h"
#include "util/macro.h"

#define MOST_BYTES (256u << 10) /* of arguments; a longer line is cut */

static char *line;
static pthread_once_t once = PTHREAD_ONCE_INIT;

void nt_command_line_set(char *given)
{
    line = given;
}

static void make_line(void)
{
    NT_CLEANUP(nt_freep) char *arguments = calloc(1, MOST_BYTES);
    size_t end = MOST_BYTES;
    char *to;

    if (line)
        return;
    if (!arguments || nt_os_read_text("/proc/self/cmdline", arguments, MOST_BYTES) < 0)
        return;
    while (end && !arguments[end - 1])
        end--;
    /* At worst each byte is a quote; and each argument has two quotes and a space. */
    to = line = calloc(4, end + 2);
    for (size_t at = 0; to && at <= end && end; at += strlen(arguments + at) + 1) {
        if (at)
            *to++ = ' ';
        to = nt_command_line_quote(to, arguments + at);
    }
}

const char *nt_command_line(void)
{
    pthread_once(&once, make_line);
    return line ? line : "";
}
