// SPDX-License-Identifier: MIT
/*
 * Lines of events: beside a bare atomic word, which is the floor of any such call, and beside the
 * futex calls that a kernel object would cost; a ping-pong also beside what programs without events
 * use, an eventfd and a pipe.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/work.h"

struct words {
    _Atomic uint32_t ping, pong, stop, waiters;
};

static long futex(_Atomic uint32_t *word, int operation, uint32_t value)
{
    return syscall(SYS_futex, word, operation, value, NULL, NULL, 0);
}

static void *words_begin(unsigned parameter)
{
    void *words = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    (void)parameter;
    if (words == MAP_FAILED)
        bench_fail("mmap: errno %d", errno);
    return words;
}

static uint64_t atomic_set(void *state, unsigned n)
{
    struct words *words = state;

    for (unsigned i = 0; i < n; i++) {
        atomic_fetch_or(&words->ping, 1);
        if (atomic_load(&words->waiters))
            futex(&words->ping, FUTEX_WAKE, 1);
    }
    return 0;
}

static uint64_t atomic_take(void *state, unsigned n)
{
    struct words *words = state;

    for (unsigned i = 0; i < n; i++) {
        uint32_t set = 1;

        atomic_fetch_or(&words->ping, 1);
        if (atomic_load(&words->waiters))
            futex(&words->ping, FUTEX_WAKE, 1);
        if (!atomic_compare_exchange_strong(&words->ping, &set, 0))
            bench_fail("the word was not set");
    }
    return 0;
}

static uint64_t atomic_look(void *state, unsigned n)
{
    struct words *words = state;

    for (unsigned i = 0; i < n; i++) {
        if (atomic_load(&words->ping))
            bench_fail("the word is set");
    }
    return 0;
}

static uint64_t futex_wake(void *state, unsigned n)
{
    struct words *words = state;

    for (unsigned i = 0; i < n; i++)
        futex(&words->ping, FUTEX_WAKE, 1);
    return 0;
}

/* --- ping-pong ---------------------------------------------------------------------- */

static void put(_Atomic uint32_t *word)
{
    atomic_store(word, 1);
    futex(word, FUTEX_WAKE, 1);
}

static void take(_Atomic uint32_t *word)
{
    while (atomic_exchange(word, 0) == 0)
        futex(word, FUTEX_WAIT, 0);
}

static void *futex_ping_begin(unsigned parameter)
{
    struct words *words = words_begin(parameter);
    pid_t pid = bench_fork();

    if (pid == 0) {
        for (;;) {
            take(&words->ping);
            put(&words->pong);
        }
    }
    bench_set_partner(pid);
    return words;
}

static uint64_t futex_ping(void *state, unsigned n)
{
    struct words *words = state;

    for (unsigned i = 0; i < n; i++) {
        put(&words->ping);
        take(&words->pong);
    }
    return 0;
}

/* Descriptors that carry a signal: an eventfd, or the two ends of a pipe. */
struct channel {
    int to[2], from[2]; /* [1] is written, [0] read */
};

static void pass(int fd)
{
    uint64_t one = 1;

    bench_must(write(fd, &one, sizeof(one)), "write");
}

static void await(int fd)
{
    uint64_t got;
    ssize_t n;

    do
        n = read(fd, &got, sizeof(got));
    while (n < 0 && errno == EINTR);
    if (n != sizeof(got))
        bench_fail("read: errno %d", errno);
}

static void open_eventfd(int ends[2])
{
    ends[0] = ends[1] = (int)bench_must(eventfd(0, EFD_CLOEXEC), "eventfd");
}

static void open_pipe(int ends[2])
{
    bench_must(pipe2(ends, O_CLOEXEC), "pipe2");
}

static void *channel_begin(void (*open_one)(int ends[2]))
{
    struct channel *channel = calloc(1, sizeof(*channel));
    pid_t pid;

    if (!channel)
        bench_fail("no memory");
    open_one(channel->to);
    open_one(channel->from);
    pid = bench_fork();
    if (pid == 0) {
        for (;;) {
            await(channel->to[0]);
            pass(channel->from[1]);
        }
    }
    bench_set_partner(pid);
    return channel;
}

static void *eventfd_ping_begin(unsigned parameter)
{
    (void)parameter;
    return channel_begin(open_eventfd);
}

static void *pipe_ping_begin(unsigned parameter)
{
    (void)parameter;
    return channel_begin(open_pipe);
}

static uint64_t channel_ping(void *state, unsigned n)
{
    struct channel *channel = state;

    for (unsigned i = 0; i < n; i++) {
        pass(channel->to[1]);
        await(channel->from[0]);
    }
    return 0;
}

/* The partner opens the names once they are there: a byte says so. */
struct ours_ping {
    struct bench_work_state state;
    const struct bench_work *work;
    pid_t pid;
};

static void *ours_ping_begin(unsigned parameter)
{
    struct ours_ping *ping = calloc(1, sizeof(*ping));
    const char *failed;
    int ends[2];
    char byte = 0;

    (void)parameter;
    if (!ping)
        bench_fail("no memory");
    bench_must(pipe(ends), "pipe");
    ping->pid = bench_fork();
    if (ping->pid == 0) {
        close(ends[1]);
        if (read(ends[0], &byte, 1) != 1)
            _exit(1);
        _exit(bench_pong() ? 1 : 0);
    }
    ping->work = bench_work_find("event_ping_pong");
    failed = ping->work->begin(&ping->state);
    if (failed)
        bench_fail("%s", failed);
    bench_must(write(ends[1], &byte, 1), "write");
    bench_set_partner(ping->pid);
    return ping;
}

static uint64_t ours_ping(void *state, unsigned n)
{
    struct ours_ping *ping = state;
    const char *failed = ping->work->run(&ping->state, n);

    if (failed)
        bench_fail("%s", failed);
    return 0;
}

static void ours_ping_check(void *state)
{
    struct ours_ping *ping = state;
    const char *failed = ping->work->check(&ping->state);

    if (failed)
        bench_fail("%s", failed);
}

static void ours_ping_end(void *state)
{
    struct ours_ping *ping = state;
    int status;

    bench_pong_stop(&ping->state);
    while (waitpid(ping->pid, &status, 0) < 0 && errno == EINTR)
        ;
}

/* clang-format off */
#define EVENT_LINE(id_, title_, work_, bare_, target_)                                             \
    {                                                                                              \
        .id = id_, .title = title_, .unit = BENCH_NS, .time_target = target_, .wine = work_,       \
        .subjects = {                                                                              \
            {.name = "ours", .work = work_},                                                       \
            {.name = "atomic word", .begin = words_begin, .run = bare_},                           \
            {.name = "futex wake", .begin = words_begin, .run = futex_wake},                       \
        },                                                                                         \
    }
#define PING_LINE(id_, place_, wine_)                                                              \
    {                                                                                              \
        .id = id_, .title = "two processes, two named auto-reset events: there and back",          \
        .place = place_, .ratio_target = 1.3, .wine = wine_,                                       \
        .subjects = {                                                                              \
            {.name = "ours", .partner = BENCH_OWN_PARTNER, .begin = ours_ping_begin,               \
             .run = ours_ping, .check = ours_ping_check, .end = ours_ping_end},                    \
            {.name = "futex", .partner = BENCH_OWN_PARTNER, .begin = futex_ping_begin,             \
             .run = futex_ping},                                                                   \
            {.name = "eventfd", .partner = BENCH_OWN_PARTNER, .begin = eventfd_ping_begin,         \
             .run = channel_ping},                                                                 \
            {.name = "pipe", .partner = BENCH_OWN_PARTNER, .begin = pipe_ping_begin,               \
             .run = channel_ping},                                                                 \
        },                                                                                         \
    }

const struct bench_line bench_event_lines[] = {
    EVENT_LINE("event_set", "SetEvent, nobody waits", "event_set", atomic_set, 60),
    EVENT_LINE("event_take", "SetEvent and a wait that it satisfies", "event_take", atomic_take,
               120),
    EVENT_LINE("event_look", "WaitForSingleObject(0), not signalled", "event_look", atomic_look,
               60),
    PING_LINE("ping_pong_same", BENCH_SAME_CPU, "event_ping_pong"),
    PING_LINE("ping_pong_cross", BENCH_TWO_CPUS, NULL),
    {.id = NULL},
};
/* clang-format on */
