// SPDX-License-Identifier: MIT
/*
 * `ntshm hold`: keeping a name alive. It lives as long as somebody has a handle, and this is one.
 */
#include "tool/verbs/keep.h"
#include "tool/names/names.h"
#include "tool/names/open.h"
#include "tool/kit/output.h"
#include "tool/tool.h"

#include <stdio.h>

struct hold_options {
    struct nt_output output;
    const char *name;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct hold_options *options = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->output;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which name?");
        return 0;
    case ARGP_KEY_ARG:
        if (options->name)
            argp_error(state, "one NAME at a time");
        if (!argument[0])
            argp_error(state, "which name?");
        options->name = argument;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* One line that says that it is held: a script may read it. */
static void say_held(const struct hold_options *options, HANDLE handle)
{
    char type[NT_NAME_TYPE], clean[3 * 1024];
    struct json_object *object;

    nt_name_type(handle, type);
    nt_output_clean(options->name, clean, sizeof(clean));
    if (!options->output.json) {
        printf("holding     %s (%s)\n", clean, type);
        fflush(stdout);
        return;
    }
    object = json_object_new_object();
    json_object_object_add(object, "name", json_object_new_string(clean));
    json_object_object_add(object, "type", json_object_new_string(type));
    nt_tool_print_json(object);
}

int nt_tool_hold(int argc, char **argv)
{
    static const struct argp_child children[] = {{&nt_output_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {NULL,
                                     parse,
                                     "NAME",
                                     "Keep a name alive.\vIt lives as long as anybody has a "
                                     "handle: this is one more, until SIGINT, SIGTERM or SIGHUP "
                                     "comes, or standard input ends where that is a terminal, a "
                                     "pipe or a socket. The deadline is that of opening "
                                     "it.",
                                     children,
                                     NULL,
                                     NULL};
    struct hold_options options = {.name = NULL};
    HANDLE handle;
    int status;

    argp_parse(&argp, argc, argv, 0, NULL, &options);
    handle = nt_name_open(options.name);
    if (!handle)
        return nt_name_not_opened(options.name, GetLastError());
    nt_keep_prepare(NULL);
    say_held(&options, handle);
    status = nt_keep_until_told();
    CloseHandle(handle);
    return status;
}
