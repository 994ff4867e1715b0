// SPDX-License-Identifier: MIT
/*
 * The deadline of a command; see deadline.h. It is a thread of its own, not a signal: a wait inside
 * a file system that does not answer is broken off by nothing less than the end of the process,
 * which any thread may ask for.
 */
#include "tool/kit/deadline.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "tool/tool.h"

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    pid_t pid; /* whose thread it is: a fork's child has none */
    bool runs;
    bool over; /* no longer wanted */
    unsigned seconds;
    struct timespec until;
    void (*clean)(void);
} deadline = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void give_up(unsigned seconds)
{
    struct pollfd room = {.fd = STDERR_FILENO, .events = POLLOUT};
    char line[160];
    int n = snprintf(line, sizeof(line),
                     "ntshm: not done after %u seconds: who was asked does not answer "
                     "(--deadline=SECONDS waits longer, 0 for ever)\n",
                     seconds);

    if (deadline.clean)
        deadline.clean();
    /* stdio may be locked by who does not get on. */
    if (poll(&room, 1, 0) == 1)
        (void)!write(STDERR_FILENO, line, (size_t)n);
    _exit(NT_TOOL_FAILED);
}

static void *watch(void *nothing)
{
    int error = 0;

    (void)nothing;
    pthread_mutex_lock(&deadline.lock);
    while (!deadline.over && error == 0)
        error = pthread_cond_timedwait(&deadline.changed, &deadline.lock, &deadline.until);
    if (!deadline.over)
        give_up(deadline.seconds);
    pthread_mutex_unlock(&deadline.lock);
    return NULL;
}

static void take_away(void)
{
    if (!deadline.runs || deadline.pid != getpid())
        return;
    pthread_mutex_lock(&deadline.lock);
    deadline.over = true;
    pthread_cond_signal(&deadline.changed);
    pthread_mutex_unlock(&deadline.lock);
    pthread_join(deadline.thread, NULL);
    deadline.runs = false;
}

/* Everything that there is once in a process. False when it cannot be had. */
static bool prepare(void)
{
    static bool prepared;
    pthread_condattr_t attributes;

    if (prepared)
        return true;
    if (pthread_condattr_init(&attributes) != 0)
        return false;
    prepared = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
               pthread_cond_init(&deadline.changed, &attributes) == 0 && atexit(take_away) == 0;
    pthread_condattr_destroy(&attributes);
    return prepared;
}

static bool start(unsigned seconds)
{
    sigset_t all, before;

    if (!prepare() || clock_gettime(CLOCK_MONOTONIC, &deadline.until) < 0)
        return false;
    deadline.until.tv_sec += seconds;
    deadline.seconds = seconds;
    deadline.over = false;
    deadline.pid = getpid();
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    deadline.runs = pthread_create(&deadline.thread, NULL, watch, NULL) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return deadline.runs;
}

void nt_output_deadline(unsigned seconds)
{
    take_away();
    alarm(0);
    /* Without a thread the kernel's alarm ends the process, in fewer words. */
    if (seconds && !start(seconds))
        alarm(seconds);
}

void nt_output_deadline_clean(void (*clean)(void))
{
    pthread_mutex_lock(&deadline.lock);
    deadline.clean = clean;
    pthread_mutex_unlock(&deadline.lock);
}

void nt_output_deadline_restore(void)
{
    pthread_mutex_lock(&deadline.lock);
    if (deadline.clean)
        deadline.clean();
    pthread_mutex_unlock(&deadline.lock);
}
