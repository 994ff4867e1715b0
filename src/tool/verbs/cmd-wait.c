// SPDX-License-Identifier: MIT
/*
 * `ntshm wait`: WaitForMultipleObjects for shell scripts, and with -- COMMAND what flock(1) is for
 * files: the command runs while a mutex is owned, or a place of a semaphore taken.
 */
#include "tool/kit/child.h"
#include "tool/kit/number.h"
#include "tool/verbs/keep.h"
#include "tool/kit/output.h"
#include "tool/names/open.h"
#include "tool/tool.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

enum { EXIT_TIMEOUT = 3, EXIT_ABANDONED = 4 };
enum { KEY_TIMEOUT_CODE = 0x2000 };

struct wait_options {
    struct nt_output output;
    const char *names[MAXIMUM_WAIT_OBJECTS];
    unsigned n_names;
    bool all, quiet;
    uint64_t timeout_ms; /* INFINITE: none */
    uint64_t timeout_code;
    char **command;
};

static const struct argp_option options[] = {
    {"all", 'a', NULL, 0, "until all are signaled at once; without, any one of them", 0},
    {"timeout", 't', "MS", 0, "at most so many milliseconds; 0 only looks", 0},
    {"timeout-code", KEY_TIMEOUT_CODE, "CODE", 0, "exit code of a timeout, 3 unless told", 0},
    {"quiet", 'q', NULL, 0, "do not print which one it was", 0},
    {0},
};

static void parse_argument(struct wait_options *wait, const char *argument,
                           struct argp_state *state)
{
    if (wait->n_names == MAXIMUM_WAIT_OBJECTS)
        argp_error(state, "%d names at most", MAXIMUM_WAIT_OBJECTS);
    if (!argument[0])
        argp_error(state, "which name?");
    wait->names[wait->n_names++] = argument;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct wait_options *wait = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &wait->output;
        return 0;
    case 'a':
        wait->all = true;
        return 0;
    case 't':
        if (!nt_number_parse(argument, INFINITE - 1, &wait->timeout_ms))
            argp_error(state, "--timeout is a number of milliseconds");
        return 0;
    case KEY_TIMEOUT_CODE:
        if (!nt_number_parse(argument, 255, &wait->timeout_code))
            argp_error(state, "--timeout-code is a number from 0 to 255");
        return 0;
    case 'q':
        wait->quiet = true;
        return 0;
    case ARGP_KEY_ARG:
        parse_argument(wait, argument, state);
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which name?");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* --- opening and letting go ------------------------------------------------------------------- */

static bool can_wait(enum nt_kind kind)
{
    return kind != NT_KIND_SECTION && kind != NT_KIND_D3D12 && kind != NT_KIND_DIRECTORY;
}

static int open_all(const struct wait_options *wait, struct nt_named *named)
{
    /* What a semaphore gave is given back after the command. */
    const DWORD back = wait->command ? SEMAPHORE_MODIFY_STATE : 0;
    const DWORD rights[NT_NAME_KINDS] = {
        [NT_KIND_SECTION] = SECTION_QUERY,     [NT_KIND_EVENT] = SYNCHRONIZE,
        [NT_KIND_MUTANT] = SYNCHRONIZE,        [NT_KIND_SEMAPHORE] = SYNCHRONIZE | back,
        [NT_KIND_TIMER] = SYNCHRONIZE,         [NT_KIND_JOB] = SYNCHRONIZE,
        [NT_KIND_DIRECTORY] = DIRECTORY_QUERY,
    };

    for (unsigned i = 0; i < wait->n_names; i++) {
        DWORD error = nt_name_open_kinds(wait->names[i], rights, &named[i]);

        if (error == 0 && !can_wait(named[i].kind))
            error = ERROR_INVALID_HANDLE;
        if (error)
            return nt_name_failed(wait->names[i], "waited for", error);
    }
    return NT_TOOL_OK;
}

static void close_all(const struct wait_options *wait, struct nt_named *named)
{
    for (unsigned i = 0; i < wait->n_names; i++)
        if (named[i].handle)
            CloseHandle(named[i].handle);
}

/* What the wait took: a mutex is let go, and a place of a semaphore where a command had it. */
static void give_back(const struct wait_options *wait, const struct nt_named *named, unsigned taken)
{
    for (unsigned i = 0; i < wait->n_names; i++) {
        if (!wait->all && i != taken)
            continue;
        if (named[i].kind == NT_KIND_MUTANT)
            ReleaseMutex(named[i].handle);
        if (named[i].kind == NT_KIND_SEMAPHORE && wait->command)
            ReleaseSemaphore(named[i].handle, 1, NULL);
    }
}

/* --- what came of it -------------------------------------------------------------------------- */

static int report(const struct wait_options *wait, const char *result, unsigned index)
{
    bool is_one = index < wait->n_names && !wait->all;
    struct json_object *object;
    char clean[1024] = "";

    if (is_one)
        nt_output_clean(wait->names[index], clean, sizeof(clean));
    if (!wait->output.json) {
        if (is_one && wait->n_names > 1 && !wait->quiet)
            printf("%s\n", clean);
        return NT_TOOL_OK;
    }
    object = json_object_new_object();
    json_object_object_add(object, "result", json_object_new_string(result));
    if (is_one) {
        json_object_object_add(object, "index", json_object_new_int((int)index));
        json_object_object_add(object, "name", json_object_new_string(clean));
    }
    return nt_tool_print_json(object);
}

/* The wait was satisfied. */
static int satisfied(const struct wait_options *wait, const struct nt_named *named, unsigned index,
                     bool abandoned)
{
    int code;

    report(wait, abandoned ? "abandoned" : "signaled", index);
    if (abandoned)
        nt_tool_error(
            "the mutex was abandoned: who owned it has ended without letting go, and what "
            "it protects may be half done");
    if (wait->command) {
        if (abandoned)
            setenv("NTSHM_ABANDONED", "1", 1);
        code = nt_child_run(wait->command, NULL, NULL);
    } else {
        code = abandoned ? EXIT_ABANDONED : NT_TOOL_OK;
    }
    give_back(wait, named, index);
    return code;
}

static int perform(const struct wait_options *wait, const struct nt_named *named)
{
    HANDLE handles[MAXIMUM_WAIT_OBJECTS];
    DWORD answer;

    for (unsigned i = 0; i < wait->n_names; i++)
        handles[i] = named[i].handle;
    if (!wait->output.seconds_given)
        nt_output_deadline(0);
    answer = WaitForMultipleObjects(wait->n_names, handles, wait->all, (DWORD)wait->timeout_ms);
    if (answer == WAIT_TIMEOUT) {
        report(wait, "timeout", wait->n_names);
        return (int)wait->timeout_code;
    }
    if (answer - WAIT_OBJECT_0 < wait->n_names)
        return satisfied(wait, named, answer - WAIT_OBJECT_0, false);
    if (answer - WAIT_ABANDONED_0 < wait->n_names)
        return satisfied(wait, named, answer - WAIT_ABANDONED_0, true);
    return nt_name_failed(wait->names[0], "waited for", GetLastError());
}

int nt_tool_wait(int argc, char **argv)
{
    static const struct argp_child children[] = {{&nt_output_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        options,
        parse,
        "NAME... [-- COMMAND [ARGUMENT...]]",
        "Wait until an event, mutex, semaphore or timer is signaled.\vOf several names the one "
        "that "
        "was signaled is printed. The wait takes what it waits for: an event that is not manual is "
        "reset, a semaphore counted down. A mutex is let go again - unless a command was given: "
        "that runs while the mutex is owned, or the place of a semaphore taken, and then both are "
        "given back:\n\n"
        "  ntshm wait 'Global\\backup' --timeout 0 -- tar -cf /backup.tar /home\n\n"
        "Exit codes: 0 signaled; 1 failed; 2 usage; 3 timeout (--timeout-code); 4 signaled by the "
        "end of a mutex's owner, who did not let go. With -- COMMAND the command's, or 126 and 127 "
        "when it could not be run; NTSHM_ABANDONED=1 is in its environment instead of code 4. When "
        "this process is killed, the mutex is abandoned while the command may still run.",
        children,
        NULL,
        NULL};
    struct wait_options wait = {.timeout_ms = INFINITE, .timeout_code = EXIT_TIMEOUT};
    struct nt_named named[MAXIMUM_WAIT_OBJECTS] = {{.handle = NULL}};
    int code;

    wait.command = nt_keep_command(&argc, argv);
    argp_parse(&argp, argc, argv, 0, NULL, &wait);
    code = open_all(&wait, named);
    if (code == NT_TOOL_OK)
        code = perform(&wait, named);
    close_all(&wait, named);
    return code;
}
