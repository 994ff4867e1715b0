// SPDX-License-Identifier: MIT
/*
 * The worker: the event loop, between taking over and letting go. On a stop it tidies up; when it
 * hands over, or has become the keeper's heir, it leaves everything where it is.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "broker/broker.h"
#include "broker/keeper.h"
#include "broker/step.h"
#include "util/log.h"

/* Whoever started the broker waits for one byte; said once in the life of an arena. */
static void say_ready(struct nt_arena_header *header)
{
    int fd = header->ready_fd;

    header->ready_fd = -1;
    if (fd < 0)
        return;
    while (write(fd, "R", 1) < 0 && errno == EINTR)
        ;
    nt_os_close(fd);
}

/* Its keeper's death is a signal; one that died before this was asked for is another parent now. */
static bool has_keeper(const struct nt_arena_header *header)
{
    prctl(PR_SET_PDEATHSIG, SIGUSR2);
    return (uint32_t)getppid() == header->keeper;
}

static int serve(struct nt_broker *broker, struct nt_arena_header *header)
{
    int r;

    atomic_store(&header->is_serving, 1);
    nt_log(NT_LOG_INFO, "ntshmd " NT_VERSION " %s %s, %llu names",
           header->has_served ? "goes on serving" : "serves", broker->place.directory,
           (unsigned long long)broker->objects.n_objects);
    header->has_served = 1;
    say_ready(header);
    nt_notify("READY=1\nMAINPID=%u", (unsigned)header->keeper);
    r = nt_broker_run(broker);
    if (r < 0)
        return 1;
    /* Whoever is told to stop stops, whatever else he was told. */
    if (!broker->stopping && broker->orphaned)
        return NT_WORKER_ORPHAN;
    if (!broker->stopping && broker->handover)
        return NT_WORKER_HANDOVER;
    if (broker->stopping)
        nt_log(NT_LOG_INFO, "was told to stop, with %llu names",
               (unsigned long long)broker->objects.n_objects);
    else
        nt_log(NT_LOG_INFO, "leaves: nobody needs it");
    broker->objects.arena.fd = -1; /* the keeper's to close: this is not the end of it yet */
    nt_broker_deinit(broker);
    return 0;
}

/* @inherited: a keeper that was a worker has the tables it had then; nobody uses them any more */
static int init(struct nt_broker **broker, const struct nt_options *options,
                const struct nt_arena *arena)
{
    struct nt_broker *inherited = *broker;
    int r;

    *broker = calloc(1, sizeof(**broker));
    if (!*broker)
        return -ENOMEM;
    r = nt_broker_init(*broker, options, arena);
    (*broker)->inherited = inherited;
    return r;
}

int nt_worker_run(const struct nt_options *options, const struct nt_arena *arena)
{
    static struct nt_broker *broker;
    int r;

    prctl(PR_SET_NAME, "ntshmd-worker");
    if (!has_keeper(arena->header))
        return NT_WORKER_ORPHAN;
#ifdef NT_BROKER_STEPS
    nt_step_init(&arena->header->step_hits);
#endif
    r = init(&broker, options, arena);
    if (r == -EEXIST) {
        /* Another one serves this directory and has been told that someone looks for it. */
        say_ready(arena->header);
        return 0;
    }
    if (r < 0) {
        fprintf(stderr, "ntshmd: %s: %s\n", options->directory ? options->directory : "start",
                strerror(-r));
        return 1;
    }
    return serve(broker, arena->header);
}
