// SPDX-License-Identifier: MIT
/*
 * `ntshm blackbox watch NAME`: the keeper. It opens the name, so that the name and the memory stay
 * when their maker is gone, and waits for the recorder's end or for the loss of its device.
 *
 * The recorder is known by pid and start time, and waited for through a pidfd: also a SIGKILL that
 * comes in the middle of an instruction is an end.
 */
#include "tool/blackbox/blackbox-print.h"
#include "tool/blackbox/blackbox-source.h"
#include "tool/kit/output.h"
#include "tool/kit/process.h"
#include "tool/kit/text.h"
#include "tool/tool.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define LOOK_MS 100 /* how often the box's own words are looked at while its recorder lives */

struct watch_options {
    const char *name;
    const char *dump;
    const char *ready_event;
    bool daemon;
    bool quiet;
    struct nt_output output;
};

static const struct argp_option options[] = {
    {"daemon", 'd', NULL, OPTION_HIDDEN, "leave directory and signals of the one who started it",
     0},
    {"output", 'o', "FILE", 0, "save to FILE (default: ntshm-blackbox-PID.dump, PID the recorder)",
     0},
    {"quiet", 'q', NULL, 0, "print errors only", 0},
    {"ready-event", 'e', "NAME", 0, "set this event once the black box is open", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct watch_options *watch = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &watch->output;
        return 0;
    case 'd':
        watch->daemon = true;
        return 0;
    case 'e':
        watch->ready_event = argument;
        return 0;
    case 'o':
        watch->dump = argument;
        return 0;
    case 'q':
        watch->quiet = true;
        return 0;
    case ARGP_KEY_ARG:
        if (watch->name)
            argp_error(state, "one NAME at a time");
        watch->name = argument;
        return 0;
    case ARGP_KEY_END:
        if (!watch->name)
            argp_error(state, "which black box?");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* A keeper that an engine started holds nothing of it: no directory, no blocked or ignored signal.
 */
static bool leave_starter(void)
{
    sigset_t none;

    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL); /* fails for the few that cannot be changed */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    return chdir("/") == 0;
}

static bool tell_ready(const char *name)
{
    HANDLE event;
    bool set;

    if (!name)
        return true;
    event = OpenEventA(EVENT_MODIFY_STATE, FALSE, name);
    set = event && SetEvent(event);
    if (event)
        CloseHandle(event);
    return set;
}

static uint32_t live_state(const struct nt_blackbox_source *source)
{
    const struct ntshm_blackbox_header *header = (const void *)source->view;

    return __atomic_load_n(&header->state, __ATOMIC_ACQUIRE);
}

/* Waits until there is something to save; 0 when the box was closed in good order. */
static uint32_t wait_for_reason(const struct nt_blackbox_source *source,
                                const struct ntshm_blackbox_header *header)
{
    int fd = nt_process_open((pid_t)header->pid, header->pid_start);
    uint32_t state, reason;

    for (;;) {
        bool dead = fd < 0 || nt_process_wait(fd, LOOK_MS);

        state = live_state(source);
        if (dead || state != NTSHM_BLACKBOX_RECORDING)
            break;
    }
    if (fd >= 0)
        close(fd);
    reason =
        state == NTSHM_BLACKBOX_REMOVED ? NTSHM_BLACKBOX_SAVED_REMOVED : NTSHM_BLACKBOX_SAVED_DEATH;
    return state == NTSHM_BLACKBOX_CLOSED ? 0 : reason;
}

static int print_saved(const struct watch_options *watch, const struct nt_blackbox_source *source,
                       const char *path, uint64_t bytes)
{
    struct nt_blackbox_origin origin = {
        .title = watch->name, .live = true, .styled = nt_output_styled(&watch->output, stdout)};
    struct nt_blackbox_report report;
    struct json_object *object;
    char why[NT_BLACKBOX_WHY], number[32];
    int status = NT_TOOL_OK;

    if (nt_blackbox_parse(source->meta, source->meta_size, source->size, &report, why))
        return nt_tool_error("%s: %s", watch->name, why);
    if (watch->output.json) {
        object = nt_blackbox_to_json(&report, &origin);
        if (object)
            json_object_object_add(object, "dump", json_object_new_string(path));
        status = nt_tool_print_json(object);
    } else {
        nt_blackbox_print(stdout, &report, &origin);
        printf("saved       %s bytes to %s\n", nt_text_number(bytes, number), path);
    }
    nt_blackbox_report_deinit(&report);
    return status;
}

static int watch_source(const struct watch_options *watch, struct nt_blackbox_source *source)
{
    struct ntshm_blackbox_header header = *(const struct ntshm_blackbox_header *)source->meta;
    char path[64], why[NT_BLACKBOX_WHY];
    const char *dump = watch->dump;
    uint64_t bytes;
    uint32_t reason;

    if (!tell_ready(watch->ready_event))
        return nt_tool_error("event %s: it cannot be set (error %u)", watch->ready_event,
                             (unsigned)GetLastError());
    if (!watch->quiet && !watch->output.json) {
        printf("watching    %s, recorded by pid %u\n", watch->name, header.pid);
        fflush(stdout);
    }
    reason = wait_for_reason(source, &header);
    if (reason == 0) {
        if (!watch->quiet && !watch->output.json)
            printf("closed      nothing was lost, nothing is saved\n");
        return NT_TOOL_OK;
    }
    if (!dump) {
        snprintf(path, sizeof(path), "ntshm-blackbox-%u.dump", header.pid);
        dump = path;
    }
    if (!nt_blackbox_source_copy(source, why) ||
        !nt_blackbox_source_save(source, dump, reason, &bytes, why))
        return nt_tool_error("%s: %s", watch->name, why);
    return watch->quiet ? NT_TOOL_OK : print_saved(watch, source, dump, bytes);
}

int nt_tool_blackbox_watch(int argc, char **argv)
{
    static const struct argp_child children[] = {{&nt_output_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        options,
        parse,
        "NAME",
        "Open the black box NAME, so that it outlives its recorder; save it when the recorder "
        "dies without closing it or loses its device.\vEnds then, or when the recorder closes "
        "the box. The dump file is for 'ntshm blackbox read'. --deadline is for the opening.",
        children,
        NULL,
        NULL};
    struct watch_options watch = {0};
    struct nt_blackbox_source source;
    char why[NT_BLACKBOX_WHY];
    int status;

    argp_parse(&argp, argc, argv, 0, NULL, &watch);
    if (watch.daemon && !leave_starter())
        return nt_tool_error("the root directory cannot be entered");
    if (!nt_blackbox_source_open_name(watch.name, &source, why))
        return nt_tool_error("%s: %s", watch.name, why);
    nt_output_deadline(0); /* the deadline is for the opening; then this waits by nature */
    status = watch_source(&watch, &source);
    nt_blackbox_source_close(&source);
    return status;
}
