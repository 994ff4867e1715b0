// SPDX-License-Identifier: MIT
/*
 * Command lines; see command-line.h. The line is read twice by who writes the arguments: first
 * everything is counted.
 */
#include "rtl/command-line.h"

#include <stdbool.h>
#include <string.h>

#include "rtl/text.h"

/* Where arguments are counted (units is NULL) or written. */
struct split {
    const void *line;
    unsigned width;
    size_t at;
    char *units;
    size_t n_units;
    void **arguments;
    size_t n_arguments;
};

static uint32_t peek(const struct split *split)
{
    return nt_text_unit(split->line, split->width, split->at);
}

static bool at_space(const struct split *split)
{
    return peek(split) == ' ' || peek(split) == '\t';
}

static void put(struct split *split, uint32_t unit, size_t count)
{
    for (; count; count--, split->n_units++) {
        if (split->units)
            nt_text_set(split->units, split->width, split->n_units, unit);
    }
}

static void begin(struct split *split)
{
    if (split->units)
        split->arguments[split->n_arguments] = split->units + split->n_units * split->width;
    split->n_arguments++;
}

static void read_program(struct split *split)
{
    begin(split);
    if (peek(split) == '"') {
        for (split->at++; peek(split) && peek(split) != '"'; split->at++)
            put(split, peek(split), 1);
        split->at += peek(split) == '"';
    } else {
        for (; peek(split) && !at_space(split); split->at++)
            put(split, peek(split), 1);
    }
    put(split, 0, 1);
}

static void read_argument(struct split *split)
{
    bool quoted = false;

    begin(split);
    while (peek(split) && (quoted || !at_space(split))) {
        size_t backslashes = 0;

        for (; peek(split) == '\\'; split->at++)
            backslashes++;
        if (peek(split) != '"') {
            put(split, '\\', backslashes);
            if (peek(split) && (quoted || !at_space(split)))
                put(split, nt_text_unit(split->line, split->width, split->at++), 1);
            continue;
        }
        split->at++;
        put(split, '\\', backslashes / 2);
        if (backslashes % 2) {
            put(split, '"', 1);
        } else if (quoted && peek(split) == '"') {
            split->at++;
            put(split, '"', 1);
            quoted = false;
        } else {
            quoted = !quoted;
        }
    }
    put(split, 0, 1);
}

static void read_line(struct split *split)
{
    split->at = split->n_units = split->n_arguments = 0;
    read_program(split);
    for (;;) {
        for (; at_space(split); split->at++)
            ;
        if (!peek(split))
            return;
        read_argument(split);
    }
}

size_t nt_command_line_split(const void *line, unsigned width, void **arguments, void *units,
                             size_t *ret_units)
{
    struct split split = {.line = line, .width = width, .units = units, .arguments = arguments};

    read_line(&split);
    *ret_units = split.n_units;
    return split.n_arguments;
}

/* --- quoting -------------------------------------------------------------------------------- */

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

char *nt_command_line_quote(char *to, const char *argument)
{
    if (*argument && !strpbrk(argument, " \t\n\v\""))
        return stpcpy(to, argument);
    return put_quoted(to, argument);
}
