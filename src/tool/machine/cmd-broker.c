// SPDX-License-Identifier: MIT
/*
 * `ntshm broker status|stop|log`: the process that keeps the names. None of them starts one.
 */
#include "tool/kit/output.h"
#include "tool/kit/process.h"
#include "tool/kit/text.h"
#include "tool/tool.h"

#include <windows.h>
#include <errno.h>
#include <json-c/json.h>
#include <ntshm/ntshm.h>
#include <signal.h>
#include <string.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STOP_DEADLINE_MS 10000

struct broker_options {
    struct nt_output output;
    bool force;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct broker_options *broker = state->input;

    switch (key) {
    case 'f':
        broker->force = true;
        return 0;
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &broker->output;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "what is '%s' for?", argument);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&nt_output_argp, 0, NULL, 0}, {0}};

static const struct argp_option stop_options[] = {
    {"force", 'f', NULL, 0, "also when names are alive; they will not be found any more", 0},
    {0},
};

/* Asks the broker. Return: 0; ERROR_FILE_NOT_FOUND when none runs; another error. */
static DWORD ask(struct ntshm_broker_statistics *statistics)
{
    memset(statistics, 0, sizeof(*statistics));
    statistics->size = sizeof(*statistics);
    return ntshm_broker_statistics(statistics) ? 0 : GetLastError();
}

static struct json_object *status_to_json(DWORD error, const struct ntshm_broker_place *place,
                                          const struct ntshm_broker_statistics *is)
{
    struct json_object *object = json_object_new_object();
    char clean[3 * sizeof(place->directory)];

    json_object_object_add(object, "running", json_object_new_boolean(error == 0));
    if (place->size) {
        json_object_object_add(
            object, "directory",
            json_object_new_string(nt_output_clean(place->directory, clean, sizeof(clean))));
        json_object_object_add(object, "system", json_object_new_boolean(place->is_system != 0));
    }
    if (error == 0) {
        json_object_object_add(object, "pid", json_object_new_uint64(is->pid));
        json_object_object_add(object, "clients", json_object_new_uint64(is->clients));
        json_object_object_add(object, "names", json_object_new_uint64(is->names));
        json_object_object_add(object, "bytes", json_object_new_uint64(is->bytes));
        json_object_object_add(object, "descriptors", json_object_new_uint64(is->fds));
        json_object_object_add(object, "requests", json_object_new_uint64(is->requests));
        json_object_object_add(object, "worker", json_object_new_uint64(is->worker));
        json_object_object_add(object, "restarts", json_object_new_uint64(is->restarts));
    }
    return object;
}

static void print_status(const struct ntshm_broker_statistics *is)
{
    char number[3][32];

    printf("broker      pid %u, its worker %u\n", is->pid, is->worker);
    if (is->restarts > 0)
        printf("restarts    %u: a worker died, and another one went on ('ntshm broker log')\n",
               is->restarts);
    printf("clients     %s, this one included\n", nt_text_number(is->clients, number[0]));
    printf("names       %s, of %s bytes of memory\n", nt_text_number(is->names, number[0]),
           nt_text_number(is->bytes, number[1]));
    printf("descriptors %s kept for them\n", nt_text_number(is->fds, number[0]));
    printf("requests    %s answered\n", nt_text_number(is->requests, number[2]));
}

static void print_place(const struct ntshm_broker_place *place)
{
    char clean[256];

    if (place->size)
        printf("place       %s (%s)\n", nt_output_clean(place->directory, clean, sizeof(clean)),
               place->is_system ? "the machine's, for all users" : "this user's own");
}

static int run_status(int argc, char **argv)
{
    static const struct argp argp = {NULL,
                                     parse,
                                     NULL,
                                     "Print what the broker holds.\vExit code 0 also when none "
                                     "runs: a user's own is started on first need.",
                                     children,
                                     NULL,
                                     NULL};
    struct broker_options broker = {.force = false};
    struct ntshm_broker_statistics statistics;
    struct ntshm_broker_place place = {.size = sizeof(place)};
    DWORD error;

    argp_parse(&argp, argc, argv, 0, NULL, &broker);
    if (!ntshm_broker_place(&place))
        place.size = 0;
    error = ask(&statistics);
    if (error && error != ERROR_FILE_NOT_FOUND)
        return nt_tool_error("the broker in %s does not answer (error %u)",
                             place.size ? place.directory : "NTSHM_BROKER", (unsigned)error);
    if (broker.output.json)
        return nt_tool_print_json(status_to_json(error, &place, &statistics));
    if (error)
        printf("broker      none runs\n");
    else
        print_status(&statistics);
    print_place(&place);
    return NT_TOOL_OK;
}

/* Ends the broker behind @pidfd, and waits until it is gone. */
static int end_broker(int pidfd, uint32_t pid)
{
    if (syscall(SYS_pidfd_send_signal, pidfd, SIGTERM, NULL, 0) < 0)
        return nt_tool_error("the broker (pid %u) cannot be signalled", pid);
    ntshm_quiesce(); /* our own connection must not keep it */
    if (!nt_process_wait(pidfd, STOP_DEADLINE_MS))
        return nt_tool_error("the broker (pid %u) does not end", pid);
    return NT_TOOL_OK;
}

static int stop(const struct broker_options *broker, uint32_t *ret_pid)
{
    struct ntshm_broker_statistics statistics;
    DWORD error = ask(&statistics);
    uint64_t instance = statistics.instance;
    int pidfd, status;

    *ret_pid = 0;
    if (error == ERROR_FILE_NOT_FOUND)
        return NT_TOOL_OK;
    if (error)
        return nt_tool_error("the broker does not answer (error %u)", (unsigned)error);
    if (statistics.names > 0 && !broker->force)
        return nt_tool_error("%llu names are alive; --force stops it all the same",
                             (unsigned long long)statistics.names);
    pidfd = nt_process_open((pid_t)statistics.pid, 0);
    if (pidfd == -ESRCH)
        return NT_TOOL_OK; /* it has ended by itself */
    if (pidfd < 0)
        return nt_tool_error("the broker (pid %u) cannot be waited for: %s", statistics.pid,
                             strerror(-pidfd));
    *ret_pid = statistics.pid;
    /* The descriptor is the broker's if the same broker answers again. */
    status = ask(&statistics) == 0 && statistics.instance == instance
                 ? end_broker(pidfd, statistics.pid)
                 : nt_tool_error("the broker has changed meanwhile; try again");
    close(pidfd);
    return status;
}

static int run_stop(int argc, char **argv)
{
    static const struct argp argp = {
        stop_options,
        parse,
        NULL,
        "End the broker.\vRefused while names are alive. The next use of a name starts another.",
        children,
        NULL,
        NULL};
    struct broker_options broker = {.force = false};
    struct json_object *object;
    uint32_t pid;
    int status;

    argp_parse(&argp, argc, argv, 0, NULL, &broker);
    status = stop(&broker, &pid);
    if (status != NT_TOOL_OK)
        return status;
    if (broker.output.json) {
        object = json_object_new_object();
        json_object_object_add(object, "stopped", json_object_new_boolean(pid != 0));
        if (pid)
            json_object_object_add(object, "pid", json_object_new_uint64(pid));
        return nt_tool_print_json(object);
    }
    if (pid)
        printf("broker      pid %u has ended\n", pid);
    else
        printf("broker      none runs\n");
    return NT_TOOL_OK;
}

static const struct nt_tool_command commands[] = {
    {"status", "print what the broker holds", run_status},
    {"stop", "end the broker", run_stop},
    {"log", "print what it had to complain of", nt_tool_broker_log},
    {NULL, NULL, NULL},
};

int nt_tool_broker(int argc, char **argv)
{
    return nt_tool_dispatch(
        commands, "The broker, the process that keeps the names of shared objects.", argc, argv);
}
