// SPDX-License-Identifier: MIT
/*
 * shellapi.h: a command line taken apart (rtl/command-line.h), in one block of memory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <windows.h>
#include <shellapi.h>

#include "api/wide16.h"
#include "lib/loader/loader.h"
#include "rtl/command-line.h"
#include "rtl/text.h"

#define NATIVE sizeof(wchar_t)

/* One block: the pointers, a NULL, the texts. */
static void **split_line(const void *line, unsigned width, int *ret_count)
{
    size_t n_units, count = nt_command_line_split(line, width, NULL, NULL, &n_units);
    size_t head = (count + 1) * sizeof(void *);
    void **arguments = LocalAlloc(LMEM_FIXED, head + n_units * width);

    if (!arguments)
        return NULL;
    nt_command_line_split(line, width, arguments, (char *)arguments + head, &n_units);
    arguments[count] = NULL;
    *ret_count = (int)count;
    return arguments;
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
