// SPDX-License-Identifier: MIT
/*
 * ntshm, the command line. This file knows how commands are found; each cmd-*.c is one of them.
 */
#include "tool/names/open.h"
#include "tool/tool.h"
#include "util/macro.h"

#include <errno.h>
#include <fcntl.h>
#include <ntshm/ntshm.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef NT_VERSION
#    define NT_VERSION "unknown"
#endif

/* Seen by libc's argp, which a hidden symbol would not be. */
NT_EXPORT const char *argp_program_version = "ntshm " NT_VERSION;

static const struct nt_tool_command commands[] = {
    {"blackbox", "a flight recorder for GPU work: demo, read, watch", nt_tool_blackbox},
    {"broker", "the process that keeps the names: status, stop, log", nt_tool_broker},
    {"ls", "the names that there are", nt_tool_ls},
    {"list", NULL, nt_tool_ls},
    {"tree", "the same as a tree", nt_tool_tree},
    {"show", "everything about an object", nt_tool_show},
    {"sd", "an object's security descriptor", nt_tool_sd},
    {"access", "what a user may do with an object, and why", nt_tool_access},
    {"holders", "who has an object open, or its memory", nt_tool_holders},
    {"hold", "keep a name alive", nt_tool_hold},
    {"create", "make an object that has a name, and keep it", nt_tool_create},
    {"open", "see whether a name is there; keep it; get its memory", nt_tool_open},
    {"signal", "set an event, count up a semaphore, end a job", nt_tool_signal},
    {"reset", "reset an event, stop a timer", nt_tool_reset},
    {"wait", "wait for events, mutexes, semaphores, timers", nt_tool_wait},
    {"dump", "print or save the bytes of a section", nt_tool_dump},
    {"run", "a name space of its own for a command", nt_tool_run},
    {"doctor", "whether this machine has what it takes", nt_tool_doctor},
    {"complete", NULL, nt_tool_complete}, /* for the shells */
    {"map", "the address space of a process: table, JSON, picture, difference", nt_tool_map},
    {NULL, NULL, NULL},
};

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

/*
 * A standard stream that was closed must not be found by what is opened later: an error's line
 * would go into a dump. Here each use of it fails, as it would have.
 */
static void take_standard_places(void)
{
    for (int fd = 0; fd < 3; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
            open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) < 0)
            _exit(NT_TOOL_FAILED);
}

int main(int argc, char **argv)
{
    static char name[] = "ntshm";
    int status;

    take_standard_places();
    argp_err_exit_status = NT_TOOL_USAGE;
    if (argc < 1)
        return NT_TOOL_USAGE;
    /* Who reads us may stop reading: that ends us quietly, whatever we were started with. */
    signal(SIGPIPE, SIG_DFL);
    argv[0] = name;
    ntshm_set_log(nt_name_hear, NULL);
    status = nt_tool_dispatch(
        commands, "Named shared memory with Windows semantics, and what lives in it.", argc, argv);
    /* A full disk behind stdout is a failure too. */
    if ((fflush(stdout) != 0 || ferror(stdout)) && status == NT_TOOL_OK)
        status = nt_tool_error("the output could not be written");
    return status;
}
