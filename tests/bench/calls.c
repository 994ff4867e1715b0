// SPDX-License-Identifier: MIT
/*
 * The counter. A tracee is seized (nothing is sent to it), stopped once, and goes from one system
 * call to the next. A mark is a getpriority() with arguments that nobody uses: a call that does
 * nothing, and that the tracer knows by its arguments.
 */
#include "bench/calls.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef __WALL
#    define __WALL 0x40000000
#endif

#define MARK         0x6e74626dul
#define MARK_BEGIN   1ul
#define MARK_END     2ul
#define SYSCALL_STOP (SIGTRAP | 0x80)

/* struct ptrace_syscall_info of linux/ptrace.h (5.3), which does not go with sys/ptrace.h. */
struct syscall_stop {
    uint8_t op; /* 1: entry */
    uint8_t pad[3];
    uint32_t arch;
    uint64_t instruction_pointer, stack_pointer;
    struct {
        uint64_t number;
        uint64_t arguments[6];
    } entry;
};

#define GET_SYSCALL_INFO 0x420e
#define STOP_ENTRY       1

void bench_mark(bool begin)
{
    syscall(SYS_getpriority, MARK, begin ? MARK_BEGIN : MARK_END);
}

static long trace(int request, pid_t tid, uintptr_t address, void *data)
{
    return ptrace((enum __ptrace_request)request, tid, (void *)address, data);
}

static pid_t wait_for(pid_t tid, int *status)
{
    pid_t got;

    do
        got = waitpid(tid, status, __WALL);
    while (got < 0 && errno == EINTR);
    return got;
}

/* --- attaching ------------------------------------------------------------------------------- */

/* Stops a tracee that runs, and swallows what stop it comes to. */
static bool stop(pid_t tid)
{
    int status;

    if (trace(PTRACE_INTERRUPT, tid, 0, NULL) < 0)
        return false;
    return wait_for(tid, &status) == tid && WIFSTOPPED(status);
}

static int attach_thread(struct bench_counter *counter, pid_t tid, unsigned who)
{
    uintptr_t options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE;

    if (counter->n_tracees == sizeof(counter->tracees) / sizeof(counter->tracees[0]))
        return -ENOSPC;
    if (trace(PTRACE_SEIZE, tid, 0, (void *)options) < 0)
        return -errno;
    counter->tracees[counter->n_tracees].tid = tid;
    counter->tracees[counter->n_tracees].who = who;
    counter->tracees[counter->n_tracees++].alive = true;
    if (!stop(tid))
        return -ESRCH;
    return trace(PTRACE_SYSCALL, tid, 0, NULL) < 0 ? -errno : 0;
}

int bench_counter_attach(struct bench_counter *counter, pid_t pid, unsigned who)
{
    struct dirent *entry;
    char path[64];
    DIR *tasks;
    int r = 0;

    snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
    tasks = opendir(path);
    if (!tasks)
        return -errno;
    while (r == 0 && (entry = readdir(tasks)) != NULL) {
        if (entry->d_name[0] != '.')
            r = attach_thread(counter, (pid_t)atol(entry->d_name), who);
    }
    closedir(tasks);
    return r;
}

void bench_counter_detach(struct bench_counter *counter)
{
    for (unsigned i = 0; i < counter->n_tracees; i++) {
        if (counter->tracees[i].alive && stop(counter->tracees[i].tid))
            trace(PTRACE_DETACH, counter->tracees[i].tid, 0, NULL);
    }
    counter->n_tracees = 0;
}

/* --- counting ----------------------------------------------------------------------- */

static void count(struct bench_calls *calls, long number)
{
    unsigned i = 0;

    if (calls->total < BENCH_CALL_LOG)
        calls->log[calls->total] = number;
    calls->total++;
    while (i < calls->n_kinds && calls->kinds[i].number != number)
        i++;
    if (i == calls->n_kinds) {
        if (i == BENCH_CALL_KINDS)
            return;
        calls->kinds[calls->n_kinds++].number = number;
    }
    calls->kinds[i].count++;
}

unsigned bench_calls_count(const struct bench_calls *calls, long number)
{
    for (unsigned i = 0; i < calls->n_kinds; i++) {
        if (calls->kinds[i].number == number)
            return calls->kinds[i].count;
    }
    return 0;
}

static void see_call(struct bench_counter *counter, pid_t tid, unsigned who)
{
    struct syscall_stop info = {.op = 0};

    if (trace(GET_SYSCALL_INFO, tid, sizeof(info), &info) < 0 || info.op != STOP_ENTRY)
        return;
    if (info.entry.number == SYS_getpriority && info.entry.arguments[0] == MARK) {
        counter->counting = info.entry.arguments[1] == MARK_BEGIN;
        counter->done = !counter->counting;
        return;
    }
    if (counter->counting)
        count(&counter->calls[who], (long)info.entry.number);
}

/* The tracee of that id; a thread that a tracee made is its own. */
static unsigned find(struct bench_counter *counter, pid_t tid)
{
    unsigned i = 0;

    while (i < counter->n_tracees && counter->tracees[i].tid != tid)
        i++;
    if (i == counter->n_tracees && i < sizeof(counter->tracees) / sizeof(counter->tracees[0])) {
        counter->tracees[i].tid = tid;
        counter->tracees[i].who = 0;
        counter->tracees[i].alive = true;
        counter->n_tracees++;
    }
    return i;
}

/* Lets a stopped tracee go on; a signal that stopped it is delivered. */
static void go_on(struct bench_counter *counter, unsigned i, int status)
{
    pid_t tid = counter->tracees[i].tid;
    int sig = WSTOPSIG(status);

    if (sig == SYSCALL_STOP) {
        see_call(counter, tid, counter->tracees[i].who);
        sig = 0;
    } else if (status >> 16) {
        sig = 0; /* an event of ptrace itself */
    }
    trace(PTRACE_SYSCALL, tid, 0, (void *)(uintptr_t)sig);
}

int bench_counter_run(struct bench_counter *counter)
{
    while (!counter->done) {
        int status;
        pid_t tid = wait_for(-1, &status);
        unsigned i;

        if (tid < 0)
            return -errno;
        if (!WIFSTOPPED(status)) {
            for (i = 0; i < counter->n_tracees; i++) {
                if (counter->tracees[i].tid == tid)
                    counter->tracees[i].alive = false;
            }
            if (!counter->tracees[0].alive)
                return -ESRCH;
            continue;
        }
        i = find(counter, tid);
        if (i < counter->n_tracees)
            go_on(counter, i, status);
    }
    return 0;
}

/* --- names -------------------------------------------------------------------------- */

/* clang-format off */
#define NAMED(X)                                                                                  \
    X(accept4) X(brk) X(clock_nanosleep) X(clone) X(close) X(close_range) X(connect) X(dup)       \
    X(epoll_ctl) X(epoll_pwait) X(eventfd2) X(execve) X(exit) X(exit_group) X(fallocate)          \
    X(fchmod) X(fcntl) X(fstat) X(ftruncate) X(futex) X(getdents64) X(getegid) X(geteuid)         \
    X(getgroups) X(getpid) X(faccessat2)                                                          \
    X(getrandom) X(getsockopt) X(gettid) X(ioctl) X(kill) X(madvise) X(membarrier)                \
    X(memfd_create) X(mmap) X(mprotect) X(mremap) X(munmap) X(nanosleep) X(openat)                \
    X(pidfd_getfd) X(pidfd_open) X(pidfd_send_signal) X(pipe2) X(ppoll) X(prctl) X(prlimit64) X(pread64) X(read)       \
    X(readlinkat) X(recvfrom) X(recvmsg) X(restart_syscall) X(rt_sigaction) X(rt_sigprocmask)     \
    X(sched_yield) X(sendmsg) X(sendto) X(setsockopt) X(socket) X(socketpair) X(statx) X(tgkill)  \
    X(unlinkat) X(wait4) X(write) X(writev)
#if defined(__x86_64__)
#    define NAMED_OLD(X)                                                                          \
    X(access) X(epoll_wait) X(newfstatat) X(open) X(pipe) X(poll) X(readlink) X(stat) X(unlink)
#else
#    define NAMED_OLD(X)
#endif
/* clang-format on */

const char *bench_call_name(long number)
{
    static char texts[4][32];
    static unsigned next;
    char *text;

    switch (number) {
#define X(name)      \
    case SYS_##name: \
        return #name;
        NAMED(X)
        NAMED_OLD(X)
#undef X
    default:
        text = texts[next++ % 4];
        snprintf(text, sizeof(texts[0]), "call-%ld", number);
        return text;
    }
}
