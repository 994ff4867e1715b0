// SPDX-License-Identifier: MIT
/*
 * Which system calls the hot paths make, one by one: what needs no name asks no broker, and what
 * needs one asks it once. The calls are seen by ptrace, in a child, between two marks.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <windows.h>

#include "bench/calls.h"
#include "bench/work.h"
#include "harness/core.h"

#define ROUNDS 8u

struct watched {
    const char *work;
    bool warm; /* once before the first mark: what the first call of a process makes is not seen */
};

/* The child: waits for the tracer, then does @ROUNDS operations between the marks. */
__attribute__((noreturn)) static void run_watched(const struct watched *watched, int go_fd)
{
    struct bench_work_state state = {.parameter = 0};
    const struct bench_work *work = bench_work_find(watched->work);
    const char *failed = NULL;
    char byte;

    while (read(go_fd, &byte, 1) < 0 && errno == EINTR)
        ;
    if (!watched->warm)
        bench_mark(true);
    failed = work->begin(&state);
    if (!failed && watched->warm) {
        failed = work->run(&state, 1);
        bench_mark(true);
    }
    if (!failed)
        failed = work->run(&state, ROUNDS);
    bench_mark(false);
    if (failed)
        fprintf(stderr, "%s: %s\n", watched->work, failed);
    _exit(failed ? 1 : 0);
}

/* Runs a work under the counter; skips the case where ptrace is not permitted. */
static struct bench_calls watch(const char *work, bool warm)
{
    struct watched watched = {work, warm};
    struct bench_counter counter = {.n_tracees = 0};
    int ends[2], status = 0, r;
    pid_t pid;

    if (TEST_SANITIZED)
        skip("a sanitizer makes system calls of its own");
    require(pipe(ends) == 0);
    pid = fork();
    require(pid >= 0);
    if (pid == 0) {
        close(ends[1]);
        run_watched(&watched, ends[0]);
    }
    close(ends[0]);
    r = bench_counter_attach(&counter, pid, 0);
    ok_eq(write(ends[1], "", 1), 1);
    close(ends[1]);
    if (r == 0)
        r = bench_counter_run(&counter);
    bench_counter_detach(&counter);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (r == -EPERM || r == -ENOSYS)
        skip("ptrace is not permitted here");
    ok_eq(r, 0);
    ok_eq(status, 0);
    return counter.calls[0];
}

/* Each operation made exactly these calls, in this order. */
static void ok_calls(const struct bench_calls *calls, const long *expected, unsigned n)
{
    ok_eq(calls->total, n * ROUNDS);
    for (unsigned i = 0; i < n * ROUNDS && i < calls->total && i < BENCH_CALL_LOG; i++)
        ok_str_eq(bench_call_name(calls->log[i]), bench_call_name(expected[i % n]));
}

#define OK_CALLS(calls, ...)                        \
    ok_calls(&(calls), (const long[]){__VA_ARGS__}, \
             sizeof((const long[]){__VA_ARGS__}) / sizeof(long))

/* Nobody was asked, and nobody was started who could be asked. */
static void ok_no_broker(const struct bench_calls *calls)
{
    static const long talks[] = {SYS_socket,  SYS_connect, SYS_sendmsg,
                                 SYS_recvmsg, SYS_clone,   SYS_execve};
    const char *directory = getenv("NTSHM_BROKER");
    char path[200];

    for (size_t i = 0; i < sizeof(talks) / sizeof(talks[0]); i++)
        ok(bench_calls_count(calls, talks[i]) == 0, "%s was called", bench_call_name(talks[i]));
    require(directory != NULL);
    snprintf(path, sizeof(path), "%s/broker", directory);
    ok(access(path, F_OK) < 0, "a broker serves %s", path);
}

/* Mapping and unmapping need the address of a slot, and nothing else of the kernel. */
TEST(unnamed_cycle_is_six_system_calls, "")
{
    struct bench_calls calls = watch("unnamed_cycle", true);

    OK_CALLS(calls, SYS_memfd_create, SYS_ftruncate, SYS_fcntl, SYS_mmap, SYS_munmap, SYS_close);
    ok_no_broker(&calls);
}

/* Also not at the very first call of a process, which prepares more. */
TEST(unnamed_cycle_asks_no_broker_from_the_start, "")
{
    struct bench_calls calls = watch("unnamed_cycle", false);

    ok(calls.total >= 6 * ROUNDS, "%u calls", calls.total);
    ok(calls.total <= 6 * ROUNDS + 12, "%u calls", calls.total);
    ok_eq(bench_calls_count(&calls, SYS_memfd_create), ROUNDS);
    ok_no_broker(&calls);
}

TEST(view_is_one_system_call_each_way, "")
{
    struct bench_calls calls = watch("views", true);

    OK_CALLS(calls, SYS_mmap, SYS_munmap);
}

TEST(allocation_is_one_system_call_each_way, "")
{
    struct bench_calls calls = watch("allocate", true);

    OK_CALLS(calls, SYS_mmap, SYS_munmap);
}

/* The place is never free in between: one mapping over it, and one over that. */
TEST(placeholder_is_one_system_call_each_way, "5.19 5.30 5.60")
{
    struct bench_calls view = watch("placeholder_view", true);
    struct bench_calls memory = watch("placeholder_memory", true);

    OK_CALLS(view, SYS_mmap, SYS_mmap);
    OK_CALLS(memory, SYS_mmap, SYS_mmap);
}

TEST(query_of_a_placeholder_makes_no_system_call, "5.5")
{
    struct bench_calls calls = watch("placeholder_query", true);

    ok_eq(calls.total, 0);
}

TEST(large_reservation_costs_what_is_used_of_it, "7.7")
{
    struct bench_calls calls = watch("reserve_large", true);

    OK_CALLS(calls, SYS_mmap, SYS_mprotect, SYS_munmap);
}

/* An event nobody waits for, and a wait that is satisfied, are words in memory. */
TEST(uncontended_event_makes_no_system_call, "")
{
    struct bench_calls set = watch("event_set", true);
    struct bench_calls take = watch("event_take", true);
    struct bench_calls look = watch("event_look", true);

    ok_eq(set.total, 0);
    ok_eq(take.total, 0);
    ok_eq(look.total, 0);
    ok_no_broker(&take);
}

/* A mutex and a semaphore that nobody else has too, with a name or without. */
TEST(uncontended_mutex_and_semaphore_make_no_system_call, "")
{
    static const char *const ids[] = {"event_wait", "mutex_cycle", "mutex_named_cycle",
                                      "semaphore_cycle"};

    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        struct bench_calls calls = watch(ids[i], true);

        ok(calls.total == 0, "%s: %u calls", ids[i], calls.total);
    }
}

TEST(query_of_a_view_makes_no_system_call, "")
{
    struct bench_calls calls = watch("query_own", true);

    ok_eq(calls.total, 0);
}

TEST(protection_is_one_system_call, "")
{
    struct bench_calls calls = watch("protect", true);

    OK_CALLS(calls, SYS_mprotect);
}

/* The kernel carries what is committed: the memfd grows, and nothing else is asked of it. */
TEST(commit_of_a_reserved_page_is_one_system_call, "6.3")
{
    struct bench_calls calls = watch("commit", true);

    OK_CALLS(calls, SYS_ftruncate);
}

/* Who the calling thread is, which another thread or a call of its own may have changed. */
#define WHO_ASKS SYS_geteuid, SYS_getegid, SYS_getgroups

/* One round trip to create, and the two descriptors closed: lease and memory. */
TEST(named_create_is_one_round_trip, "1.18")
{
    struct bench_calls calls = watch("named_create", true);

    OK_CALLS(calls, WHO_ASKS, SYS_sendmsg, SYS_recvmsg, SYS_close, SYS_close);
}

TEST(named_open_is_at_most_one_round_trip, "2.1")
{
    struct bench_calls calls = watch("named_open", true);
    struct bench_calls missing = watch("named_missing", true);

    ok(bench_calls_count(&calls, SYS_sendmsg) <= ROUNDS, "%u messages sent",
       bench_calls_count(&calls, SYS_sendmsg));
    ok(bench_calls_count(&missing, SYS_sendmsg) <= ROUNDS, "%u messages sent",
       bench_calls_count(&missing, SYS_sendmsg));
    ok_eq(bench_calls_count(&calls, SYS_connect), 0);
    ok(calls.total <= 8 * ROUNDS, "%u calls", calls.total);
    ok(missing.total <= 5 * ROUNDS, "%u calls", missing.total);
}

/* A descriptor, its check and a private namespace cost no round trip more. */
TEST(descriptor_costs_no_round_trip, "13.8 11.39")
{
    static const char *const works[] = {"secure_create", "secure_open", "space_open",
                                        "get_security", "widen_named"};

    for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++) {
        struct bench_calls calls = watch(works[i], true);

        ok_eq(bench_calls_count(&calls, SYS_sendmsg), ROUNDS);
        ok_eq(bench_calls_count(&calls, SYS_recvmsg), ROUNDS);
        ok_eq(bench_calls_count(&calls, SYS_connect), 0);
    }
}

TEST(descriptor_alone_asks_nobody, "13.17")
{
    struct bench_calls check = watch("access_check", true);
    struct bench_calls parse = watch("sddl_parse", true);
    struct bench_calls widen = watch("widen_unnamed", true);

    ok_eq(check.total, 0);
    ok_eq(parse.total, 0);
    ok_no_broker(&widen);
}

/* The counter itself: a process that asks for three things is seen to ask for three. */
TEST(counter_sees_every_call, "")
{
    struct bench_counter counter = {.n_tracees = 0};
    int ends[2], status, r;
    pid_t pid;
    char byte;

    if (TEST_SANITIZED)
        skip("a sanitizer has threads of its own, which may begin while the counter begins");
    require(pipe(ends) == 0);
    pid = fork();
    require(pid >= 0);
    if (pid == 0) {
        close(ends[1]);
        while (read(ends[0], &byte, 1) < 0 && errno == EINTR)
            ;
        bench_mark(true);
        syscall(SYS_getpid);
        syscall(SYS_gettid);
        syscall(SYS_getpid);
        bench_mark(false);
        syscall(SYS_getpid);
        _exit(0);
    }
    r = bench_counter_attach(&counter, pid, 0);
    ok_eq(write(ends[1], "", 1), 1);
    close(ends[0]);
    close(ends[1]);
    if (r == 0)
        r = bench_counter_run(&counter);
    bench_counter_detach(&counter);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (r == -EPERM || r == -ENOSYS)
        skip("ptrace is not permitted here");
    ok_eq(r, 0);
    ok_eq(counter.calls[0].total, 3);
    ok_eq(bench_calls_count(&counter.calls[0], SYS_getpid), 2);
    ok_eq(counter.calls[0].log[1], SYS_gettid);
}
