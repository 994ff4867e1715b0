// SPDX-License-Identifier: MIT
/*
 * ntshm, the command line. This file knows how commands are found; each cmd-*.c is one of them.
 */
#include "tool/tool.h"
#include "util/macro.h"

#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef NT_VERSION
#    define NT_VERSION "unknown"
#endif

/* Seen by libc's argp, which a hidden symbol would not be. */
NT_EXPORT const char *argp_program_version = "ntshm " NT_VERSION;

static const struct nt_tool_command commands[] = {
    {"blackbox", "a flight recorder for GPU work: demo, read, watch", nt_tool_blackbox},
    {"broker", "the process that keeps the names: status, stop", nt_tool_broker},
    {"list", "the names that there are", nt_tool_list},
    {"show", "what a name stands for", nt_tool_show},
    {"hold", "keep a name alive", nt_tool_hold},
    {NULL, NULL, NULL},
};

int nt_tool_error(const char *format, ...)
{
    va_list arguments;

    fflush(stdout);
    fputs("ntshm: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return NT_TOOL_FAILED;
}

int nt_tool_print_json(struct json_object *object)
{
    const char *text = NULL;
    int status = NT_TOOL_OK;

    if (object)
        text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY |
                                                          JSON_C_TO_STRING_NOSLASHESCAPE);
    if (!text || puts(text) < 0 || fflush(stdout) != 0)
        status = nt_tool_error("the JSON could not be written");
    json_object_put(object);
    return status;
}

/* --- finding a command ------------------------------------------------------------------------ */

static error_t parse_dispatch(int key, char *argument, struct argp_state *state)
{
    (void)argument;
    if (key == ARGP_KEY_ARG) {
        *(int *)state->input = state->next - 1;
        state->next = state->argc; /* the rest is the command's */
        return 0;
    }
    if (key == ARGP_KEY_NO_ARGS)
        argp_error(state, "which command?");
    return key == ARGP_KEY_END ? 0 : ARGP_ERR_UNKNOWN;
}

static const struct nt_tool_command *find_command(const struct nt_tool_command *table,
                                                  const char *name)
{
    for (; table->name; table++)
        if (strcmp(table->name, name) == 0)
            return table;
    return NULL;
}

/* The text of --help: what it is about, then the commands. Owned by the caller. */
static char *make_doc(const struct nt_tool_command *table, const char *doc)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    if (!stream)
        return NULL;
    fprintf(stream, "%s\vCommands:\n", doc);
    for (; table->name; table++)
        if (table->summary)
            fprintf(stream, "  %-10s %s\n", table->name, table->summary);
    fputs("\nEach command has --help. Exit codes: 0 done, 1 failed, 2 wrong usage.", stream);
    if (fclose(stream) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

int nt_tool_dispatch(const struct nt_tool_command *table, const char *doc, int argc, char **argv)
{
    char *text = make_doc(table, doc);
    struct argp argp = {.parser = parse_dispatch, .args_doc = "COMMAND [ARGUMENT...]", .doc = text};
    const struct nt_tool_command *command;
    char way[128];
    int first = 0;

    if (!text)
        return nt_tool_error("out of memory");
    argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &first);
    free(text);
    command = find_command(table, argv[first]);
    if (!command) {
        nt_tool_error("'%s' is not a command; see '%s --help'", argv[first], argv[0]);
        return NT_TOOL_USAGE;
    }
    snprintf(way, sizeof(way), "%s %s", argv[0], command->name);
    argv[first] = way;
    return command->run(argc - first, argv + first);
}

int main(int argc, char **argv)
{
    static char name[] = "ntshm";
    int status;

    argp_err_exit_status = NT_TOOL_USAGE;
    if (argc < 1)
        return NT_TOOL_USAGE;
    argv[0] = name;
    status = nt_tool_dispatch(
        commands, "Named shared memory with Windows semantics, and what lives in it.", argc, argv);
    /* A full disk behind stdout is a failure too. */
    if (fflush(stdout) != 0 && status == NT_TOOL_OK)
        status = nt_tool_error("the output could not be written");
    return status;
}
