// SPDX-License-Identifier: MIT
/*
 * `ntshm open`: is the name there, and may I? And one more who keeps it. With --fd a command that
 * knows nothing of names gets a section's memory as a file descriptor.
 */
#include "tool/kit/child.h"
#include "tool/kit/number.h"
#include "tool/verbs/keep.h"
#include "tool/kit/output.h"
#include "tool/kit/process.h"
#include "tool/names/open.h"
#include "tool/tool.h"

#include <fcntl.h>
#include <limits.h>
#include <ntshm/ntshm.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#define EXIT_TIMEOUT 3
#define LOOK_MS      20 /* between two looks for a name that is not there yet: nobody tells */

struct open_options {
    struct nt_output output;
    struct nt_keep keep;
    const char *name;
    bool read_only, waits;
    uint64_t timeout_ms;
    int fd; /* where the command finds the memory; -1: nowhere */
};

/* The memory, on its way to a descriptor of the command's. */
struct delivery {
    int from, to;
};

static const struct argp_option options[] = {
    {"read-only", 'r', NULL, 0, "ask for no more than reading", 0},
    {"timeout", 't', "MS", 0, "wait for the name to appear, at most so long (exit code 3)", 0},
    {"fd", 'f', "N", 0, "the command finds the section's memory as descriptor N; with -- COMMAND",
     0},
    {0},
};

static void parse_fd(struct open_options *open, const char *text, struct argp_state *state)
{
    uint64_t number;

    if (!nt_number_parse(text, 1023, &number))
        argp_error(state, "--fd is the number of a descriptor");
    open->fd = (int)number;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct open_options *open = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &open->keep;
        state->child_inputs[1] = &open->output;
        return 0;
    case 'r':
        open->read_only = true;
        return 0;
    case 't':
        open->waits = true;
        if (!nt_number_parse(argument, INT_MAX, &open->timeout_ms))
            argp_error(state, "--timeout is a number of milliseconds");
        return 0;
    case 'f':
        parse_fd(open, argument, state);
        return 0;
    case ARGP_KEY_ARG:
        if (open->name)
            argp_error(state, "one NAME at a time; a command comes after --");
        open->name = argument;
        return 0;
    case ARGP_KEY_END:
        if (!open->name || !open->name[0])
            argp_error(state, "which name?");
        if (open->fd >= 0 && !open->keep.command)
            argp_error(state, "--fd is for the COMMAND after --");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* --- opening ---------------------------------------------------------------------------------- */

static DWORD open_name(const struct open_options *open, struct nt_named *ret_named)
{
    static const DWORD reading[NT_NAME_KINDS] = {
        [NT_KIND_SECTION] = FILE_MAP_READ,     [NT_KIND_EVENT] = SYNCHRONIZE,
        [NT_KIND_MUTANT] = SYNCHRONIZE,        [NT_KIND_SEMAPHORE] = SYNCHRONIZE,
        [NT_KIND_TIMER] = SYNCHRONIZE,         [NT_KIND_JOB] = JOB_OBJECT_QUERY,
        [NT_KIND_DIRECTORY] = DIRECTORY_QUERY,
    };
    uint64_t end = nt_now_ms() + open->timeout_ms;
    DWORD error;

    for (;;) {
        error = nt_name_open_kinds(open->name, open->read_only ? reading : NULL, ret_named);
        if (error != ERROR_FILE_NOT_FOUND || nt_now_ms() >= end)
            return error;
        poll(NULL, 0, LOOK_MS);
    }
}

/* --- descriptors ------------------------------------------------------------------------------ */

static bool deliver(void *context)
{
    const struct delivery *delivery = context;

    if (delivery->from == delivery->to)
        return fcntl(delivery->to, F_SETFD, 0) == 0;
    if (dup2(delivery->from, delivery->to) >= 0)
        return true;
    nt_tool_error("the command cannot have descriptor %d", delivery->to);
    return false;
}

/* As much as may be; read-only where it must. */
static int memory_of(const struct open_options *open, HANDLE section)
{
    int fd = open->read_only ? -1 : ntshm_handle_to_fd(section, FILE_MAP_WRITE);

    if (fd < 0)
        fd = ntshm_handle_to_fd(section, FILE_MAP_READ);
    if (fd >= 0)
        return fd;
    if (GetLastError() == ERROR_NOT_SUPPORTED)
        nt_tool_error(
            "this section has no memory to hand on as a descriptor: it shows a file or an "
            "image, or its pages are only reserved");
    else
        nt_name_failed(open->name, "made a descriptor", GetLastError());
    return -1;
}

static int run_command(struct open_options *open, const struct nt_named *named)
{
    struct delivery delivery = {.to = open->fd};
    int code;

    if (open->fd < 0)
        return nt_child_run(open->keep.command, NULL, NULL);
    if (named->kind != NT_KIND_SECTION)
        return nt_name_failed(open->name, "made a descriptor", ERROR_INVALID_HANDLE);
    delivery.from = memory_of(open, named->handle);
    if (delivery.from < 0)
        return NT_TOOL_FAILED;
    code = nt_child_run(open->keep.command, deliver, &delivery);
    close(delivery.from);
    return code;
}

/* --- the command ------------------------------------------------------------------------------ */

static int report(const struct open_options *open, const struct nt_named *named)
{
    struct json_object *object;
    char clean[1024];

    nt_output_clean(open->name, clean, sizeof(clean));
    if (!open->output.json) {
        if (open->keep.detach)
            printf("%d\n", (int)getpid());
        else if (open->keep.hold)
            printf("holding     %s (%s)\n", clean, nt_name_kind(named->kind));
        else if (!open->keep.command)
            printf("%s\n", nt_name_kind(named->kind));
        fflush(stdout);
        return NT_TOOL_OK;
    }
    object = json_object_new_object();
    json_object_object_add(object, "name", json_object_new_string(clean));
    json_object_object_add(object, "type", json_object_new_string(nt_name_kind(named->kind)));
    json_object_object_add(object, "pid", json_object_new_int(getpid()));
    return nt_tool_print_json(object);
}

static int open_and_report(struct open_options *open, struct nt_named *named)
{
    DWORD error;

    if (open->waits && !open->output.seconds_given)
        nt_output_deadline(0);
    error = open_name(open, named);
    nt_keep_prepare(&open->keep);
    if (error == 0)
        return report(open, named);
    nt_name_not_opened(open->name, error);
    return open->waits && error == ERROR_FILE_NOT_FOUND ? EXIT_TIMEOUT : NT_TOOL_FAILED;
}

int nt_tool_open(int argc, char **argv)
{
    static const struct argp_child children[] = {
        {&nt_keep_argp, 0, NULL, 0}, {&nt_output_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        options,
        parse,
        "NAME [-- COMMAND [ARGUMENT...]]",
        "Open what has a name, and say what it is.\vThe name is opened for all that this user may "
        "do "
        "with it, and let go again at once, unless this process shall keep it: with --hold, "
        "--detach, or while a command runs. Programs that know no names get a section's memory as "
        "a descriptor:\n\n"
        "  ntshm open 'Local\\frame' --fd 3 -- ffmpeg -i /proc/self/fd/3 frame.png\n\n"
        "Exit codes: 0 it is there, 1 it is not or may not be opened, 3 it did not appear in time; "
        "with -- COMMAND the command's, or 126 and 127 when it could not be run.",
        children,
        NULL,
        NULL};
    struct open_options open = {.fd = -1};
    struct nt_named named = {.handle = NULL};
    int code;

    open.keep.command = nt_keep_command(&argc, argv);
    argp_parse(&argp, argc, argv, 0, NULL, &open);
    if (!nt_keep_detach(&open.keep, open.output.seconds, &code))
        return code;
    code = open_and_report(&open, &named);
    nt_keep_ready(&open.keep, code);
    if (code == NT_TOOL_OK && open.keep.command)
        code = run_command(&open, &named);
    else if (code == NT_TOOL_OK && (open.keep.hold || open.keep.detach))
        code = nt_keep_until_told();
    if (named.handle)
        CloseHandle(named.handle);
    return code;
}
