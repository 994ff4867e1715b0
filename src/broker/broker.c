// SPDX-License-Identifier: MIT
/*
 * The event loop. Level-triggered throughout, an event's data is an index and a generation, so
 * that an event that comes late for something that is gone meets nothing.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "broker/broker.h"
#include "broker/recover.h"
#include "os/os.h"
#include "util/log.h"
#include "util/macro.h"

#define N_EVENTS 64

int nt_broker_watch_fd(struct nt_broker *broker, int fd, uint32_t events, enum nt_broker_event kind,
                       uint64_t generation, uint32_t index)
{
    struct epoll_event event = {
        .events = events,
        .data.u64 = (uint64_t)kind << 56 | (generation & 0xffffff) << 32 | index,
    };

    return epoll_ctl(broker->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

/* SIGTERM and SIGINT end the broker, SIGUSR1 this worker; SIGUSR2: the keeper may have died. */
static int watch_signals(struct nt_broker *broker)
{
    sigset_t signals;
    int r;

    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGUSR1);
    sigaddset(&signals, SIGUSR2);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    r = nt_os_adopt_fd(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK), &broker->signal_fd);
    if (r < 0)
        return r;
    return nt_broker_watch_fd(broker, broker->signal_fd, EPOLLIN, NT_EVENT_SIGNAL, 0, 0);
}

/* As many descriptors as the hard limit allows: each name takes two or three. */
static uint64_t raise_fd_limit(void)
{
    struct rlimit limit = {1024, 1024};

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        struct rlimit higher = {limit.rlim_max, limit.rlim_max};

        if (setrlimit(RLIMIT_NOFILE, &higher) == 0)
            limit = higher;
    }
    return limit.rlim_cur;
}

/* The event loop's own descriptors. */
static int init_loop(struct nt_broker *broker)
{
    int r;

    r = nt_os_adopt_fd(epoll_create1(EPOLL_CLOEXEC), &broker->epoll_fd);
    if (r == 0)
        r = nt_os_dup(broker->epoll_fd, &broker->spare_fd);
    if (r == 0)
        r = nt_broker_watch_fd(broker, broker->objects.leases_fd, EPOLLIN, NT_EVENT_LEASES, 0, 0);
    if (r == 0)
        r = watch_signals(broker);
    return r;
}

int nt_broker_init(struct nt_broker *broker, const struct nt_options *options,
                   const struct nt_arena *arena)
{
    int r;

    memset(broker, 0, sizeof(*broker));
    broker->epoll_fd = broker->listen_fd = broker->incumbent_fd = -1;
    broker->watch_fd = broker->signal_fd = broker->spare_fd = -1;
    broker->uid = geteuid();
    broker->options = *options;
    r = nt_place_init(&broker->place, options->directory, broker->uid);
    if (r < 0)
        return r;
    nt_users_init(&broker->users, raise_fd_limit());
    broker->users.share = options->system;
    memcpy(broker->users.most, options->most, sizeof(options->most));
    r = nt_objects_init(&broker->objects, &broker->users, arena);
    if (r < 0)
        return r;
    r = nt_answers_init(&broker->answers, &broker->objects.arena);
    if (r == 0 && arena)
        r = nt_recover(broker);
    if (r == 0)
        r = init_loop(broker);
    if (r == 0)
        r = nt_endpoint_init(broker);
    /* What was there before must be there for the next one who tries. */
    if (r < 0 && !arena)
        nt_broker_deinit(broker);
    return r;
}

void nt_broker_deinit(struct nt_broker *broker)
{
    nt_clients_deinit(broker);
    nt_endpoint_deinit(broker);
    nt_objects_deinit(&broker->objects);
    nt_answers_deinit(&broker->answers);
    broker->signal_fd = nt_os_close(broker->signal_fd);
    broker->spare_fd = nt_os_close(broker->spare_fd);
    broker->epoll_fd = nt_os_close(broker->epoll_fd);
    nt_os_drop_caches();
}

static void take_signals(struct nt_broker *broker)
{
    const struct nt_arena_header *header = broker->objects.arena.header;
    struct signalfd_siginfo info;

    while (read(broker->signal_fd, &info, sizeof(info)) == sizeof(info)) {
        broker->stopping |= info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT;
        broker->handover |= info.ssi_signo == SIGUSR1;
        /* Anybody of this user can send the signal. */
        broker->orphaned |= info.ssi_signo == SIGUSR2 && (uint32_t)getppid() != header->keeper;
    }
}

static void handle_event(struct nt_broker *broker, const struct epoll_event *event)
{
    uint32_t index = (uint32_t)event->data.u64;
    uint32_t generation = (uint32_t)(event->data.u64 >> 32) & 0xffffff;

    switch ((enum nt_broker_event)(event->data.u64 >> 56)) {
    case NT_EVENT_LISTEN:
        nt_clients_accept(broker);
        break;
    case NT_EVENT_INCUMBENT:
        nt_endpoint_poked(broker);
        break;
    case NT_EVENT_WATCH:
        nt_endpoint_watched(broker);
        break;
    case NT_EVENT_SIGNAL:
        take_signals(broker);
        break;
    case NT_EVENT_CLIENT:
        nt_client_ready(broker, generation, index, event->events);
        break;
    case NT_EVENT_USER:
        nt_clients_user_ready(broker, index);
        break;
    case NT_EVENT_LEASES:
        nt_objects_reap_some(&broker->objects);
        break;
    }
}

static bool is_idle(struct nt_broker *broker)
{
    return broker->n_clients == 0 && nt_objects_reap_all(&broker->objects) == 0;
}

int nt_broker_turn(struct nt_broker *broker, int timeout_ms)
{
    struct epoll_event events[N_EVENTS];
    int n = epoll_wait(broker->epoll_fd, events, N_EVENTS, timeout_ms);

    if (n < 0)
        return -errno;
    for (int i = 0; i < n; i++)
        handle_event(broker, &events[i]);
    return n;
}

int nt_broker_run(struct nt_broker *broker)
{
    while (!broker->stopping && !broker->handover && !broker->orphaned) {
        bool may_leave = broker->n_clients == 0 && broker->objects.n_objects == 0;
        int n = nt_broker_turn(broker, may_leave ? (int)broker->options.linger_ms : -1);

        if (n < 0 && n != -EINTR)
            return n;
        if (n == 0 && is_idle(broker) && nt_endpoint_leave(broker))
            return 0;
    }
    return 0;
}
