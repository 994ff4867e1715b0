// SPDX-License-Identifier: MIT
/*
 * `ntshm signal` and `ntshm reset`: what a thread waits for, changed by hand. What that means
 * depends on what has the name; a mutex is nobody's to signal but its owner's, so there is a line
 * that says what to do instead.
 */
#include "tool/kit/number.h"
#include "tool/kit/output.h"
#include "tool/names/open.h"
#include "tool/tool.h"
#include "tool/verbs/timer.h"

#include <stdio.h>

enum deed { DEED_SIGNAL, DEED_RESET, DEED_PULSE, DEED_TERMINATE };

struct signal_options {
    struct nt_output output;
    enum deed deed;
    const char *name;
    uint64_t count, due, period, code;
    bool has_count, has_due;
};

enum { KEY_PULSE = 0x2000, KEY_DUE, KEY_PERIOD, KEY_TERMINATE };

static const struct argp_option signal_options[] = {
    {"count", 'n', "N", 0, "a semaphore: count up by N, 1 unless told", 0},
    {"pulse", KEY_PULSE, NULL, 0, "an event: release who waits now, and leave it reset", 0},
    {"due", KEY_DUE, "MS", 0, "a timer: start it anew, signaled in so many milliseconds", 0},
    {"period", KEY_PERIOD, "MS", 0, "and again each so many milliseconds; with --due", 0},
    {"terminate", KEY_TERMINATE, "CODE", OPTION_ARG_OPTIONAL,
     "a job: end its processes, with this exit code (1 unless told)", 0},
    {0},
};

static error_t parse_name(int key, char *argument, struct argp_state *state)
{
    struct signal_options *options = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->output;
        return 0;
    case ARGP_KEY_ARG:
        if (options->name)
            argp_error(state, "one NAME at a time");
        options->name = argument;
        return 0;
    case ARGP_KEY_END:
        if (!options->name || !options->name[0])
            argp_error(state, "which name?");
        if (options->period && !options->has_due)
            argp_error(state, "--period goes with --due");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct signal_options *options = state->input;

    switch (key) {
    case 'n':
        options->has_count = true;
        options->count = nt_number_argument(argument, 0x7fffffff, state);
        return 0;
    case KEY_PULSE:
        options->deed = DEED_PULSE;
        return 0;
    case KEY_DUE:
        options->has_due = true;
        options->due = nt_number_argument(argument, NT_TIMER_MOST_MS, state);
        return 0;
    case KEY_PERIOD:
        options->period = nt_number_argument(argument, 0x7fffffff, state);
        return 0;
    case KEY_TERMINATE:
        options->deed = DEED_TERMINATE;
        options->code = argument ? nt_number_argument(argument, UINT32_MAX, state) : 1;
        return 0;
    default:
        return parse_name(key, argument, state);
    }
}

/* --- deeds ------------------------------------------------------------------------------------ */

static bool change_event(const struct signal_options *options, HANDLE event)
{
    if (options->deed == DEED_PULSE)
        return PulseEvent(event);
    return options->deed == DEED_RESET ? ResetEvent(event) : SetEvent(event);
}

/* Why a kind does not do this; NULL: it does. */
static const char *objection(const struct signal_options *options, enum nt_kind kind)
{
    bool resets = options->deed == DEED_RESET;

    switch (kind) {
    case NT_KIND_MUTANT:
        return "a mutex is let go by the thread that owns it: end the command that holds it "
               "('ntshm "
               "holders' tells who has it open)";
    case NT_KIND_SECTION:
    case NT_KIND_D3D12:
        return "nobody waits for memory: there is nothing to signal";
    case NT_KIND_DIRECTORY:
        return "nobody waits for a directory: there is nothing to signal";
    case NT_KIND_JOB:
        return options->deed == DEED_TERMINATE ? NULL : "a job is only ended: --terminate";
    case NT_KIND_SEMAPHORE:
        return resets ? "a semaphore is counted down by who waits for it: 'ntshm wait'" : NULL;
    default:
        return NULL;
    }
}

static const char *wrong_option(const struct signal_options *options, enum nt_kind kind)
{
    if (options->deed == DEED_TERMINATE && kind != NT_KIND_JOB)
        return "--terminate is for jobs";
    if (options->deed == DEED_PULSE && kind != NT_KIND_EVENT)
        return "--pulse is for events";
    if (options->has_count && kind != NT_KIND_SEMAPHORE)
        return "--count is for semaphores";
    if (options->has_due && kind != NT_KIND_TIMER)
        return "--due is for timers";
    return objection(options, kind);
}

static bool change(const struct signal_options *options, const struct nt_named *named,
                   LONG *ret_previous)
{
    switch (named->kind) {
    case NT_KIND_EVENT:
        return change_event(options, named->handle);
    case NT_KIND_SEMAPHORE:
        return ReleaseSemaphore(named->handle, (LONG)options->count, ret_previous);
    case NT_KIND_TIMER:
        return options->deed == DEED_RESET
                   ? CancelWaitableTimer(named->handle)
                   : nt_timer_start(named->handle, options->due, options->period);
    default:
        return TerminateJobObject(named->handle, (UINT)options->code);
    }
}

static int report(const struct signal_options *options, enum nt_kind kind, LONG previous)
{
    struct json_object *object;
    char clean[1024];

    if (!options->output.json)
        return NT_TOOL_OK;
    object = json_object_new_object();
    json_object_object_add(
        object, "name",
        json_object_new_string(nt_output_clean(options->name, clean, sizeof(clean))));
    json_object_object_add(object, "type", json_object_new_string(nt_name_kind(kind)));
    if (kind == NT_KIND_SEMAPHORE)
        json_object_object_add(object, "previous_count", json_object_new_int(previous));
    return nt_tool_print_json(object);
}

static int perform(const struct signal_options *options, const struct nt_named *named)
{
    const char *wrong = wrong_option(options, named->kind);
    const char *done = options->deed == DEED_RESET ? "reset" : "signaled";
    LONG previous = 0;
    char clean[512];

    if (wrong)
        return nt_tool_error("'%s' (%s): %s", nt_output_clean(options->name, clean, sizeof(clean)),
                             nt_name_kind(named->kind), wrong);
    if (!change(options, named, &previous))
        return nt_name_failed(options->name, done, GetLastError());
    return report(options, named->kind, previous);
}

static int run(struct signal_options *options)
{
    static const DWORD rights[NT_NAME_KINDS] = {
        [NT_KIND_SECTION] = SECTION_QUERY,     [NT_KIND_EVENT] = EVENT_MODIFY_STATE,
        [NT_KIND_MUTANT] = SYNCHRONIZE,        [NT_KIND_SEMAPHORE] = SEMAPHORE_MODIFY_STATE,
        [NT_KIND_TIMER] = TIMER_MODIFY_STATE,  [NT_KIND_JOB] = JOB_OBJECT_TERMINATE,
        [NT_KIND_DIRECTORY] = DIRECTORY_QUERY,
    };
    struct nt_named named;
    DWORD error = nt_name_open_kinds(options->name, rights, &named);
    int code;

    if (error)
        return nt_name_not_opened(options->name, error);
    code = perform(options, &named);
    CloseHandle(named.handle);
    return code;
}

static const struct argp_child children[] = {{&nt_output_argp, 0, NULL, 0}, {0}};

int nt_tool_signal(int argc, char **argv)
{
    static const struct argp argp = {
        signal_options,
        parse,
        "NAME",
        "Signal an event, semaphore, timer or job.\vAn event is set, a semaphore counted up, a "
        "timer "
        "signaled at once or --due, the processes of a job ended. A mutex is let go by its owner "
        "alone, which is the thread that waited for it.",
        children,
        NULL,
        NULL};
    struct signal_options options = {.count = 1};

    argp_parse(&argp, argc, argv, 0, NULL, &options);
    return run(&options);
}

int nt_tool_reset(int argc, char **argv)
{
    static const struct argp argp = {
        NULL,
        parse_name,
        "NAME",
        "Reset an event, or stop a timer.\vAn event is not signaled then; a timer will not be, and "
        "stays signaled where it is.",
        children,
        NULL,
        NULL};
    struct signal_options options = {.deed = DEED_RESET};

    argp_parse(&argp, argc, argv, 0, NULL, &options);
    return run(&options);
}
