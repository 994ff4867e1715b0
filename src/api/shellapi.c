// SPDX-License-Identifier: MIT
/*
 * shellapi.h: a command line taken apart, by the rules that Windows programs are started by: 2n
 * backslashes and a quote are n backslashes and the begin or end of a quoted part; 2n+1 and a quote
 * are n and a quote; two quotes inside a quoted part are one. The first argument, the program,
 * knows no backslash rules.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <windows.h>
#include <shellapi.h>

#include "api/wide16.h"
#include "lib/loader/loader.h"
#include "rtl/text.h"

#define NATIVE sizeof(wchar_t)

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

/* One block: the pointers, a NULL, the texts. */
static void **split_line(const void *line, unsigned width, int *ret_count)
{
    struct split split = {.line = line, .width = width};
    size_t head;

    read_line(&split);
    head = (split.n_arguments + 1) * sizeof(void *);
    split.arguments = LocalAlloc(LMEM_FIXED, head + split.n_units * width);
    if (!split.arguments)
        return NULL;
    split.units = (char *)split.arguments + head;
    read_line(&split);
    split.arguments[split.n_arguments] = NULL;
    *ret_count = (int)split.n_arguments;
    return split.arguments;
}

/* An empty line stands for the program itself. */
static void **split_program(unsigned width, int *ret_count)
{
    NT_CLEANUP(nt_freep) char *path = NULL;
    NT_CLEANUP(nt_freep) char *quoted = NULL;
    NT_CLEANUP(nt_freep) void *line = NULL;
    const char *program;
    size_t size;

    program = NT_SUCCESS(nt_module_path(NULL, &path)) ? path : "";
    size = strlen(program) + sizeof("\"\"");
    quoted = malloc(size);
    if (quoted) {
        snprintf(quoted, size, "\"%s\"", program);
        line = nt_text_new(quoted, 1, SIZE_MAX, width, NULL);
    }
    if (!line) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    return split_line(line, width, ret_count);
}

static void **command_line_to_argv(const void *line, unsigned width, int *ret_count)
{
    if (!line || !ret_count) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    return nt_text_unit(line, width, 0) ? split_line(line, width, ret_count)
                                        : split_program(width, ret_count);
}

NT_EXPORT LPWSTR *WINAPI CommandLineToArgvW(LPCWSTR line, int *count)
{
    return (LPWSTR *)command_line_to_argv(line, NATIVE, count);
}

NT_TWIN(uint16_t **, CommandLineToArgvW, const uint16_t *line, int *count)
{
    return (uint16_t **)command_line_to_argv(line, 2, count);
}
