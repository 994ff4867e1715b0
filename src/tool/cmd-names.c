// SPDX-License-Identifier: MIT
/*
 * `ntshm list`, `ntshm show` and `ntshm hold`: the names that there are, what one of them is, and
 * keeping one alive: a name lives as long as somebody has a handle.
 */
#include "tool/names.h"
#include "tool/tool.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

struct name_options {
    const char *name;
    bool json;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct name_options *options = state->input;

    switch (key) {
    case 'j':
        options->json = true;
        return 0;
    case ARGP_KEY_ARG:
        if (options->name)
            argp_error(state, "one NAME at a time");
        options->name = argument;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse_with_name(int key, char *argument, struct argp_state *state)
{
    if (key == ARGP_KEY_NO_ARGS)
        argp_error(state, "which name?");
    return parse(key, argument, state);
}

static const struct argp_option options_json[] = {
    {"json", 'j', NULL, 0, "print JSON", 0},
    {0},
};

/* Why a name was not opened. */
static int not_opened(const char *name)
{
    switch (GetLastError()) {
    case ERROR_FILE_NOT_FOUND:
        return nt_tool_error("nobody has a handle of the name '%s'", name);
    case ERROR_PATH_NOT_FOUND:
        return nt_tool_error("there is no such directory: '%s'", name);
    case ERROR_ACCESS_DENIED:
        return nt_tool_error("'%s' may not be opened", name);
    default:
        return nt_tool_error("'%s' cannot be opened (error %u)", name, (unsigned)GetLastError());
    }
}

/* --- list ------------------------------------------------------------------------------------ */

static void print_list(struct json_object *list)
{
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        struct json_object *entry = json_object_array_get_idx(list, i);

        printf("%-20s %s\n", json_object_get_string(json_object_object_get(entry, "type")),
               json_object_get_string(json_object_object_get(entry, "name")));
    }
}

int nt_tool_list(int argc, char **argv)
{
    static const struct argp argp = {options_json,
                                     parse,
                                     "[PATH]",
                                     "List names and the types of what has them.\vPATH is a "
                                     "directory of the name space, \\BaseNamedObjects for one; "
                                     "without it, the names of this session and Global\\.",
                                     NULL,
                                     NULL,
                                     NULL};
    struct name_options options = {.name = NULL};
    struct json_object *list;

    argp_parse(&argp, argc, argv, 0, NULL, &options);
    list = nt_name_list(options.name);
    if (!list)
        return not_opened(options.name ? options.name : "\\BaseNamedObjects");
    if (options.json)
        return nt_tool_print_json(list);
    print_list(list);
    json_object_put(list);
    return NT_TOOL_OK;
}

/* --- show ------------------------------------------------------------------------------------ */

int nt_tool_show(int argc, char **argv)
{
    static const struct argp argp = {options_json,
                                     parse_with_name,
                                     "NAME",
                                     "Print what a name stands for: type, size, descriptors, who "
                                     "may open it.",
                                     NULL,
                                     NULL,
                                     NULL};
    struct name_options options = {.name = NULL};
    struct json_object *facts;
    HANDLE handle;

    argp_parse(&argp, argc, argv, 0, NULL, &options);
    handle = nt_name_open(options.name);
    if (!handle)
        return not_opened(options.name);
    facts = nt_name_facts(options.name, handle);
    CloseHandle(handle);
    if (!facts || options.json)
        return nt_tool_print_json(facts);
    nt_name_print(stdout, facts);
    json_object_put(facts);
    return NT_TOOL_OK;
}

/* --- hold ------------------------------------------------------------------------------------ */

/* A descriptor that tells of the signals that say that it is enough; or -1. */
static int watch_signals(void)
{
    sigset_t enough;

    sigemptyset(&enough);
    sigaddset(&enough, SIGINT);
    sigaddset(&enough, SIGTERM);
    sigprocmask(SIG_BLOCK, &enough, NULL);
    return signalfd(-1, &enough, SFD_CLOEXEC);
}

/* Until standard input ends, or such a signal comes. */
static void wait_for_end(int signals)
{
    struct pollfd entries[2] = {{.fd = STDIN_FILENO, .events = POLLIN},
                                {.fd = signals, .events = POLLIN}};
    char buffer[256];
    ssize_t n = 1;

    while (n > 0) {
        if (poll(entries, 2, -1) < 0) {
            if (errno != EINTR)
                return;
            continue;
        }
        if (entries[1].revents)
            return;
        if (entries[0].revents)
            n = read(STDIN_FILENO, buffer, sizeof(buffer));
        if (n < 0 && errno == EINTR)
            n = 1;
    }
}

int nt_tool_hold(int argc, char **argv)
{
    static const struct argp argp = {NULL,
                                     parse_with_name,
                                     "NAME",
                                     "Keep a name alive.\vIt lives as long as anybody has a "
                                     "handle: this is one more, until standard input ends or "
                                     "SIGINT or SIGTERM comes.",
                                     NULL,
                                     NULL,
                                     NULL};
    struct name_options options = {.name = NULL};
    char type[NT_NAME_TYPE];
    HANDLE handle;
    int signals;

    argp_parse(&argp, argc, argv, 0, NULL, &options);
    handle = nt_name_open(options.name);
    if (!handle)
        return not_opened(options.name);
    signals = watch_signals();
    if (signals >= 0) {
        printf("holding     %s (%s)\n", options.name, nt_name_type(handle, type));
        fflush(stdout);
        wait_for_end(signals);
        close(signals);
    }
    CloseHandle(handle);
    return signals < 0 ? nt_tool_error("signals cannot be waited for") : NT_TOOL_OK;
}
