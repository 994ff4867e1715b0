// SPDX-License-Identifier: MIT
/*
 * `ntshmd --reexec`, as a package says it after an upgrade: asks the running broker for its
 * processes, tells the keeper to execute the program that stands at its path now, and waits for
 * the new worker. The number of the arena's layout goes along: a keeper whose names the new
 * program could not read stays what it is.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "broker/keeper.h"
#include "ipc/place.h"
#include "ipc/protocol.h"
#include "os/os.h"
#include "util/macro.h"

#define DEADLINE_MS 10000
#define PAUSE_MS    10

struct answer {
    struct nt_reply_header header;
    union {
        struct nt_hello_reply hello;
        struct nt_statistics_reply statistics;
    };
};

/* One request, and its answer when it is a success. */
static int ask(int fd, unsigned type, uint64_t number, const void *fixed, struct answer *answer)
{
    const struct nt_message_info *info = nt_message_info(type);
    struct nt_request_header header = {
        .size = (uint32_t)(sizeof(header) + info->request_size),
        .type = (uint16_t)type,
        .number = number,
    };
    struct iovec parts[] = {{&header, sizeof(header)}, {(void *)fixed, info->request_size}};
    int fds[NT_OS_MAX_FDS];
    size_t size, n_fds;
    int r;

    r = nt_os_socket_send(fd, parts, 2, NULL, 0, true);
    if (r == 0)
        r = nt_os_socket_recv(fd, answer, sizeof(*answer), &size, fds, 0, &n_fds, NULL, true);
    if (r < 0)
        return r;
    return size == sizeof(answer->header) + info->reply_size && answer->header.status >= 0
               ? 0
               : -EPROTO;
}

static int ask_statistics(const struct nt_place *place, struct nt_statistics_reply *ret_statistics)
{
    const struct nt_hello_request hello = {
        .magic = NT_IPC_MAGIC,
        .version_min = NT_IPC_VERSION_MIN,
        .version_max = NT_IPC_VERSION_MAX,
    };
    const struct nt_statistics_request statistics = {0};
    NT_CLEANUP(nt_os_closep) int fd = -1;
    struct answer answer;
    int r;

    r = nt_os_socket_connect(place->socket, &fd);
    if (r == 0)
        r = ask(fd, NT_MESSAGE_HELLO, 0, &hello, &answer);
    if (r == 0)
        r = ask(fd, NT_MESSAGE_STATISTICS, 1, &statistics, &answer);
    if (r == 0)
        *ret_statistics = answer.statistics;
    return r;
}

/* Until another worker answers. */
static int await_successor(const struct nt_place *place, const struct nt_statistics_reply *before)
{
    uint64_t deadline = nt_os_now_ns() + DEADLINE_MS * 1000000ull;

    while (nt_os_now_ns() < deadline) {
        struct nt_statistics_reply now;

        if (ask_statistics(place, &now) == 0 && now.pid != before->pid)
            return now.keeper == before->keeper ? 0 : -ESRCH;
        poll(NULL, 0, PAUSE_MS);
    }
    return -ETIMEDOUT;
}

int nt_reexec_ask(const struct nt_options *options)
{
    union sigval layout = {.sival_int = (int)NT_ARENA_VERSION};
    struct nt_statistics_reply before;
    struct nt_place place;
    int r;

    r = nt_place_init(&place, options->directory, geteuid());
    if (r == 0)
        r = ask_statistics(&place, &before);
    if (r < 0) {
        fprintf(stderr, "ntshmd: no broker answers: %s\n", strerror(-r));
        return 1;
    }
    if (sigqueue((pid_t)before.keeper, SIGUSR1, layout) < 0)
        r = -errno;
    if (r == 0)
        r = await_successor(&place, &before);
    if (r == -ETIMEDOUT)
        fprintf(stderr, "ntshmd: the broker stays what it is: it keeps its names in another "
                        "layout, or is stuck\n");
    else if (r < 0)
        fprintf(stderr, "ntshmd: process %u: %s\n", before.keeper, strerror(-r));
    return r < 0 ? 1 : 0;
}
