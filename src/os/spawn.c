// SPDX-License-Identifier: MIT
/*
 * Starting a program; see spawn.h. The child runs in our memory, so that a large program is not
 * copied, and waits until we say that it may go on; then we wait until it has the memory no more:
 * the kernel tells (CLONE_CHILD_CLEARTID). Both use one thread's storage meanwhile, so the child
 * does nothing but system calls, and those without errno (call()).
 *
 * A suspended one has to outlive our call: it is a copy, and gives up everything that it is not to
 * keep before we return, so that it holds no lease. ThreadSanitizer takes clone() for a fork and
 * loses track of our locks if memory is shared: there it is always copied, and goes on without
 * being told.
 *
 * No exit signal: until it has come to execve() a child that fails is nobody's SIGCHLD. From then
 * on the kernel makes it one as any other.
 */
#include "os/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "os/fault.h"
#include "os/peer.h"
#include "os/pidfd.h"
#include "util/macro.h"

#ifndef CLONE_PIDFD
#    define CLONE_PIDFD 0x1000
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#    define CLOSE_RANGE_CLOEXEC 4u
#endif

#define STACK_SIZE  65536
#define LAST_SIGNAL 64

/* A system call that leaves errno alone: -errno itself. */
static long call(long number, long a, long b, long c, long d)
{
#if defined(__x86_64__)
    register long fourth __asm__("r10") = d;
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth)
                     : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long which __asm__("x8") = number;
    register long first __asm__("x0") = a;
    register long second __asm__("x1") = b;
    register long third __asm__("x2") = c;
    register long fourth __asm__("x3") = d;

    __asm__ volatile("svc 0"
                     : "+r"(first)
                     : "r"(which), "r"(second), "r"(third), "r"(fourth)
                     : "memory");
    return first;
#else
    long result = syscall(number, a, b, c, d);

    return result < 0 ? -errno : result;
#endif
}

/* What a child waits for. */
enum { GO_WAIT, GO_ON, GO_END };

/* For the child. */
struct start {
    const struct nt_os_spawn *spawn;
    int wait_fd;         /* the read end that a suspended one waits at; -1 */
    rlim_t limit;        /* of descriptors, as the program began with; RLIM_INFINITY: as it is */
    _Atomic uint32_t go; /* a futex */
    _Atomic uint32_t in_our_memory; /* a futex: not 0 as long as the child is */
    pid_t parent;
    bool told; /* it waits for go */
};

/* As the kernel takes it; all 0 is the default action. */
struct kernel_sigaction {
    unsigned long handler, flags, restorer, mask;
};

static void begin_signals(void)
{
    const struct kernel_sigaction fresh = {0};

    for (long number = 1; number <= LAST_SIGNAL; number++)
        call(SYS_rt_sigaction, number, (long)&fresh, 0, sizeof(fresh.mask));
}

static void allow_signals(void)
{
    const unsigned long none = 0;

    call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&none, 0, sizeof(none));
}

static long set_fd_flags(int fd, int flags)
{
    return call(SYS_fcntl, fd, F_SETFD, flags, 0);
}

/* Descriptors 0 to 2. What is to become one of them may be another one of them. */
static long begin_standard(const int *standard)
{
    long from[3];

    for (int i = 0; i < 3; i++) {
        from[i] = standard[i];
        if (from[i] >= 0 && from[i] < 3 && from[i] != i)
            from[i] = call(SYS_fcntl, from[i], F_DUPFD_CLOEXEC, 3, 0);
        if (standard[i] >= 0 && from[i] < 0)
            return from[i];
    }
    for (int i = 0; i < 3; i++) {
        long r = 0;

        if (from[i] == i)
            r = set_fd_flags(i, 0);
        else if (from[i] >= 0)
            r = call(SYS_dup3, from[i], i, 0, 0);
        if (r < 0)
            return r;
    }
    return 0;
}

/* Kernels before 5.11 do not know close_range() with this flag. */
static void close_each_on_exec(void)
{
    struct rlimit limit = {0};

    call(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, (long)&limit);
    for (rlim_t fd = 3; fd < limit.rlim_cur && fd < INT_MAX; fd++)
        set_fd_flags((int)fd, FD_CLOEXEC);
}

static void begin_descriptors(const struct start *start)
{
    const struct nt_os_spawn *spawn = start->spawn;

    if (call(SYS_close_range, 3, ~0u, CLOSE_RANGE_CLOEXEC, 0) < 0)
        close_each_on_exec();
    for (size_t i = 0; i < spawn->n_keep; i++)
        set_fd_flags(spawn->keep[i], 0);
}

static void close_between(unsigned first, unsigned last)
{
    if (first <= last)
        call(SYS_close_range, first, last, 0, 0);
}

/* All but the kept ones and @also are closed now: a copy of a lease would keep a name. */
static void give_up_descriptors(const struct nt_os_spawn *spawn, unsigned also)
{
    unsigned next = 3;
    bool passed = false;

    for (size_t i = 0; i <= spawn->n_keep; i++) {
        unsigned fd = i < spawn->n_keep ? (unsigned)spawn->keep[i] : ~0u;

        if (!passed && also < fd) {
            close_between(next, also - 1);
            next = also + 1;
            passed = true;
        }
        close_between(next, fd == ~0u ? fd : fd - 1);
        next = fd + 1;
    }
}

static void tell_number(const struct start *start)
{
    atomic_store(start->spawn->pid, (uint32_t)call(SYS_getpid, 0, 0, 0, 0));
}

/* A suspended child; false: nobody will let it begin. */
static bool wait_for_byte(const struct start *start)
{
    char byte;
    long n;

    give_up_descriptors(start->spawn, (unsigned)start->wait_fd);
    tell_number(start);
    call(SYS_futex, (long)start->spawn->pid, FUTEX_WAKE, 1, 0);
    allow_signals();
    do
        n = call(SYS_read, start->wait_fd, (long)&byte, 1, 0);
    while (n == -EINTR);
    return n == 1;
}

/* 0: the parent is of another pid name space. */
static bool has_parent(const struct start *start)
{
    long parent = call(SYS_getppid, 0, 0, 0, 0);

    return parent == start->parent || parent == 0;
}

/*
 * The other one. It dies with the thread that made it, which may be gone before its process is, or
 * before the kernel knows of this wish: so it looks for the process now and then too.
 */
static bool wait_for_word(struct start *start)
{
    const struct timespec while_ = {.tv_nsec = 100000000};

    call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0);
    while (atomic_load(&start->go) == GO_WAIT) {
        if (!has_parent(start))
            return false;
        call(SYS_futex, (long)&start->go, FUTEX_WAIT, GO_WAIT, (long)&while_);
    }
    call(SYS_prctl, PR_SET_PDEATHSIG, 0, 0, 0);
    return atomic_load(&start->go) == GO_ON;
}

static long begin_place(const struct start *start)
{
    const struct nt_os_spawn *spawn = start->spawn;
    struct rlimit limit;
    long r = spawn->directory_fd < 0 ? 0 : call(SYS_fchdir, spawn->directory_fd, 0, 0, 0);

    if (r < 0)
        return r;
    if (spawn->session)
        call(SYS_setsid, 0, 0, 0, 0);
    else if (spawn->group)
        call(SYS_setpgid, 0, 0, 0, 0);
    if (spawn->nice != INT_MIN)
        call(SYS_setpriority, PRIO_PROCESS, 0, spawn->nice, 0);
    if (start->limit != RLIM_INFINITY &&
        call(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, (long)&limit) == 0 &&
        start->limit < limit.rlim_cur) {
        limit.rlim_cur = start->limit;
        call(SYS_prlimit64, 0, RLIMIT_NOFILE, (long)&limit, 0);
    }
    return 0;
}

static int run(void *argument)
{
    struct start *start = argument;
    const struct nt_os_spawn *spawn = start->spawn;
    bool goes = !start->told || wait_for_word(start);
    long r;

    if (!goes)
        call(SYS_exit_group, 127, 0, 0, 0);
    if (start->wait_fd < 0)
        tell_number(start);
    begin_signals();
    r = begin_place(start);
    if (r == 0)
        r = begin_standard(spawn->standard);
    if (r == 0) {
        begin_descriptors(start);
        if (start->wait_fd >= 0 && !wait_for_byte(start))
            call(SYS_exit_group, 127, 0, 0, 0);
        allow_signals();
        r = call(SYS_execve, (long)spawn->path, (long)spawn->arguments, (long)spawn->environment,
                 0);
    }
    atomic_store(spawn->failed, (uint32_t)-r);
    call(SYS_exit_group, 127, 0, 0, 0);
    return 0;
}

/* It has ended, or is about to. */
static void bury(int pidfd)
{
    struct nt_os_exit ended;

    nt_os_pidfd_kill(pidfd);
    nt_os_pidfd_wait(pidfd, UINT64_MAX);
    nt_os_pidfd_reap(pidfd, &ended);
}

/* A child without a pidfd. */
static void bury_by_number(pid_t pid)
{
    kill(pid, SIGKILL);
    while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
        ;
}

/* How the child shares our memory, and for how long. */
static int choose_flags(struct start *start)
{
    if (start->wait_fd >= 0)
        return 0;
#ifdef __SANITIZE_THREAD__
    return CLONE_VFORK;
#else
    start->told = true;
    return CLONE_VM | CLONE_CHILD_CLEARTID;
#endif
}

static int clone_child(struct start *start, void *stack, pid_t *ret_pid, int *ret_pidfd)
{
    int flags = CLONE_PIDFD | choose_flags(start);
    sigset_t all, saved;
    pid_t pid;
    int error, pidfd = -1;

    start->parent = getpid();
    atomic_store(&start->in_our_memory, start->told);
    /* A signal handler of the program must not run in a child that shares its memory. */
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &saved);
    do
        pid = clone(run, (char *)stack + STACK_SIZE, flags, start, &pidfd, NULL,
                    &start->in_our_memory);
    while (pid < 0 && errno == EMFILE && nt_os_more_fds());
    error = errno;
    pthread_sigmask(SIG_SETMASK, &saved, NULL);
    if (pid < 0)
        return -error;
    *ret_pid = pid;
    *ret_pidfd = pidfd;
    return 0;
}

/* The child goes on, or ends; afterwards it has our memory no more. */
static void let_go(struct start *start, bool on)
{
    atomic_store(&start->go, on ? GO_ON : GO_END);
    nt_os_futex_wake(&start->go, 1);
    /* errno is the child's too: whatever a wait says, the word decides. */
    while (atomic_load(&start->in_our_memory))
        nt_os_futex_wait(&start->in_our_memory, 1, UINT64_MAX);
}

#define LOOK_NS 10000000u /* between two looks whether a child has died */

/* A suspended child tells its number when it has given up what is not its own, or dies before. */
static void await_number(const struct nt_os_spawn *spawn, int pidfd)
{
    while (!atomic_load(spawn->pid) && nt_os_pidfd_is_alive(pidfd))
        nt_os_futex_wait(spawn->pid, 0, nt_os_now_ns() + LOOK_NS);
}

static int ask(const struct nt_os_spawn *spawn, int pidfd)
{
    return spawn->made ? spawn->made(pidfd, spawn->context) : 0;
}

/* Until the program runs, or has failed to. */
static int begin(struct start *start, pid_t *ret_pid, int *ret_pidfd)
{
    int saved_errno = errno;
    int pidfd = -1, r, adopted;
    void *stack;

    stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK,
                 -1, 0);
    if (stack == MAP_FAILED)
        return -ENOMEM;
    r = clone_child(start, stack, ret_pid, &pidfd);
    if (r == 0) {
        r = adopted = nt_os_adopt_fd(pidfd, ret_pidfd);
        if (r == 0)
            r = ask(start->spawn, *ret_pidfd);
        if (start->told)
            let_go(start, r >= 0);
        if (r >= 0 && start->wait_fd >= 0)
            await_number(start->spawn, *ret_pidfd);
        if (adopted < 0)
            bury_by_number(*ret_pid);
        else if (r < 0)
            bury(*ret_pidfd);
    }
    munmap(stack, STACK_SIZE);
    errno = saved_errno;
    return r;
}

static int spawn_with(const struct nt_os_spawn *spawn, int wait_fd, pid_t *ret_pid, int *ret_pidfd)
{
    struct start start = {.spawn = spawn, .wait_fd = wait_fd, .limit = nt_os_first_nofile()};
    int cancel_state = nt_os_hold_cancel();
    uint32_t failed;
    int r;

    atomic_store(spawn->pid, 0);
    atomic_store(spawn->failed, 0);
    r = begin(&start, ret_pid, ret_pidfd);
    nt_os_allow_cancel(cancel_state);
    if (r < 0)
        return r;
    failed = atomic_load(spawn->failed);
    if (!failed)
        return 0;
    bury(*ret_pidfd);
    return failed <= 4095 ? -(int)failed : -EIO;
}

int nt_os_spawn(const struct nt_os_spawn *spawn, pid_t *ret_pid, int *ret_pidfd, int *ret_resume_fd)
{
    NT_CLEANUP(nt_os_closep) int wait_fd = -1;
    NT_CLEANUP(nt_os_closep) int resume_fd = -1;
    NT_CLEANUP(nt_os_closep) int pidfd = -1;
    pid_t pid = -1;
    int r;

    NT_OS_FAULT(NT_OS_SPAWN);
    if (spawn->suspended) {
        r = nt_os_pipe(&wait_fd, &resume_fd);
        if (r < 0)
            return r;
    }
    r = spawn_with(spawn, wait_fd, &pid, &pidfd);
    if (r < 0)
        return r;
    *ret_pid = pid;
    *ret_pidfd = nt_steal_fd(&pidfd);
    *ret_resume_fd = nt_steal_fd(&resume_fd);
    return 0;
}

int nt_os_close_on_exec(int fd)
{
    return fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ? -errno : 0;
}
