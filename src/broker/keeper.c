// SPDX-License-Identifier: MIT
/*
 * The keeper waits for signals, and that is all: the end of its worker, a request to stop, a
 * request to execute the program anew.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "broker/answer.h"
#include "broker/keeper.h"
#include "os/os.h"
#include "util/log.h"
#include "util/macro.h"

/* Workers in a row that could not begin: the broker itself is broken. */
#define MOST_FAILURES 20
#define MOST_PAUSE_MS 1000
#define LONG_NS       1000000000ull
#define PATIENCE_S    5
#define FIRST_FD      3 /* of what a service manager passes on */

struct keeper {
    const struct nt_options *options;
    char **argv;
    struct nt_arena arena;
    char program[PATH_MAX]; /* this one, or what an upgrade has put in its place */
    pid_t worker;
    unsigned n_failures; /* workers in a row that were of no use */
    uint64_t begun_ns, begun_requests;
    bool stopping, reexec;
    sigset_t signals; /* that are blocked, and waited for */
};

/* --- the worker ----------------------------------------------------------------------------- */

static int execute(struct keeper *keeper, const char *program);

static int keep(struct keeper *keeper);

/*
 * In the worker that has lost its keeper. Where the program cannot be executed any more, it goes
 * on as the keeper with what it has.
 */
static int succeed(struct keeper *keeper)
{
    nt_log(NT_LOG_WARNING, "the keeper is gone: its worker takes its place");
    nt_os_drop_caches();
    execute(keeper, "/proc/self/exe");
    nt_log(NT_LOG_ERROR, "cannot execute the program anew: %s", strerror(errno));
    prctl(PR_SET_PDEATHSIG, 0);
    prctl(PR_SET_NAME, "ntshmd");
    keeper->n_failures = 0;
    return keep(keeper);
}

/*
 * The same as fork(), but that the table of descriptors is one for both. The C library may not
 * know of it: there is one thread here, and nothing that it does after fork() matters to one.
 */
static pid_t clone_worker(void)
{
    return (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, NULL, NULL, NULL, NULL);
}

static void start_worker(struct keeper *keeper)
{
    struct nt_arena_header *header = keeper->arena.header;

    header->keeper = (uint32_t)getpid();
    atomic_store(&header->is_serving, 0);
    keeper->begun_ns = nt_os_now_ns();
    keeper->begun_requests = header->n_requests;
    /* What the seam keeps would be another process's in the worker. */
    nt_os_drop_caches();
    keeper->worker = clone_worker();
    if (keeper->worker == 0) {
        int code = nt_worker_run(keeper->options, &keeper->arena);

        exit(code == NT_WORKER_ORPHAN ? succeed(keeper) : code);
    }
}

/* --- executing the program anew ------------------------------------------------------------- */

static void keep_open(int fd)
{
    if (fd >= 0)
        fcntl(fd, F_SETFD, 0);
}

/* Every descriptor that the arena names goes along; all others end with the program. */
static void keep_descriptors(const struct nt_arena *arena)
{
    struct nt_arena_header *header = arena->header;

    header->is_kept_open = 1;
    keep_open(arena->fd);
    keep_open(header->leases_fd);
    keep_open(header->watch_fd);
    keep_open(header->listen_fd);
    keep_open(header->incumbent_fd);
    keep_open(header->ready_fd);
    for (uint32_t i = 0; i < header->records_used_up_to && i < arena->n_records; i++) {
        const struct nt_record *record = &arena->records[i];

        if ((atomic_load(&record->word) & 0xff) != NT_RECORD_LIVE)
            continue;
        keep_open(record->lease_fd);
        keep_open(record->second_lease_fd);
        keep_open(record->write_fd);
        keep_open(record->read_fd);
        keep_open(record->extra_fd);
        keep_open(record->extra_read_fd);
    }
}

static bool is_resume(const char *argument)
{
    return strncmp(argument, "--resume=", strlen("--resume=")) == 0;
}

/* Returns only when it fails; the descriptors are as they were then. */
static int execute(struct keeper *keeper, const char *program)
{
    char resume[32];
    char **argv;
    size_t n = 0;

    while (keeper->argv[n])
        n++;
    argv = calloc(n + 2, sizeof(*argv));
    if (!argv)
        return -ENOMEM;
    snprintf(resume, sizeof(resume), "--resume=%d", keeper->arena.fd);
    argv[0] = keeper->argv[0];
    n = 1;
    for (size_t i = 1; keeper->argv[0] && keeper->argv[i]; i++) {
        if (!is_resume(keeper->argv[i]))
            argv[n++] = keeper->argv[i];
    }
    argv[n] = resume;
    keep_descriptors(&keeper->arena);
    execv(program, argv);
    free(argv);
    return -errno;
}

/* --- deaths --------------------------------------------------------------------------------- */

/* Has the worker answered anyone, or lived for long? One that has not may be followed by many. */
static bool was_of_use(const struct keeper *keeper)
{
    const struct nt_arena_header *header = keeper->arena.header;

    return atomic_load(&header->is_serving) && (header->n_requests != keeper->begun_requests ||
                                                nt_os_now_ns() - keeper->begun_ns >= LONG_NS);
}

/* Return: -1 to go on with another worker, else the exit status. */
static int judge(struct keeper *keeper, int status)
{
    bool served = atomic_load(&keeper->arena.header->is_serving);
    bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;

    if (WIFEXITED(status) && WEXITSTATUS(status) == NT_WORKER_HANDOVER)
        return -1;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    if (keeper->stopping)
        return 1;
    /* A first worker that cannot begin has said why. */
    if (WIFEXITED(status) && !keeper->arena.header->has_served)
        return WEXITSTATUS(status);
    nt_log(NT_LOG_ERROR, "the worker died (status %#x)", (unsigned)status);
    nt_answer_blame(&keeper->arena, killed ? NT_DEATH_KILLED : NT_DEATH_CRASHED);
    keeper->arena.header->restarts++;
    keeper->n_failures = was_of_use(keeper) ? 0 : keeper->n_failures + 1;
    return served || keeper->n_failures < MOST_FAILURES ? -1 : 1;
}

/* --- signals -------------------------------------------------------------------------------- */

static void block_signals(sigset_t *ret_signals)
{
    static const int signals[] = {SIGTERM, SIGINT, SIGCHLD, SIGUSR1, SIGUSR2};

    sigemptyset(ret_signals);
    for (size_t i = 0; i < NT_ARRAY_SIZE(signals); i++)
        sigaddset(ret_signals, signals[i]);
    sigprocmask(SIG_SETMASK, ret_signals, NULL);
}

/* Whether there is something that the worker has to end for. */
static bool take_signal(struct keeper *keeper, const siginfo_t *info)
{
    if (info->si_signo == SIGTERM || info->si_signo == SIGINT) {
        keeper->stopping = true;
        kill(keeper->worker, SIGTERM);
        return true;
    }
    /* Whoever asks says which layout his program knows: names must survive. */
    if (info->si_signo == SIGUSR1 && info->si_code == SI_QUEUE &&
        info->si_value.sival_int == (int)NT_ARENA_VERSION) {
        keeper->reexec = true;
        kill(keeper->worker, SIGUSR1);
        return true;
    }
    return false;
}

static bool has_ended(const struct keeper *keeper, int *ret_status)
{
    pid_t pid;

    while ((pid = waitpid(-1, ret_status, WNOHANG)) > 0) {
        if (pid == keeper->worker)
            return true;
    }
    return false;
}

/* Waits for the end of the worker; one that was told to end and does not is killed. */
static int wait_for_worker(struct keeper *keeper)
{
    const struct timespec patience = {.tv_sec = PATIENCE_S};
    bool told = keeper->stopping;
    siginfo_t info;
    int status = 0;

    /* One that was made after that was said has not heard it. */
    if (told)
        kill(keeper->worker, SIGTERM);
    while (!has_ended(keeper, &status)) {
        int number = sigtimedwait(&keeper->signals, &info, told ? &patience : NULL);

        if (number > 0)
            told |= take_signal(keeper, &info);
        else if (errno == EAGAIN)
            kill(keeper->worker, SIGKILL);
    }
    return status;
}

/* --- life ----------------------------------------------------------------------------------- */

/* A socket that a service manager has bound for us (socket activation). */
static int passed_socket(void)
{
    const char *pid = getenv("LISTEN_PID"), *n = getenv("LISTEN_FDS");

    if (!pid || !n || atoi(pid) != (int)getpid() || atoi(n) != 1)
        return -1;
    return FIRST_FD;
}

static int keeper_init(struct keeper *keeper, const struct nt_options *options, char **argv)
{
    static const char deleted[] = " (deleted)";
    size_t end;
    ssize_t n;
    int r;

    keeper->options = options;
    keeper->argv = argv;
    prctl(PR_SET_PDEATHSIG, 0);
    prctl(PR_SET_NAME, "ntshmd");
    n = readlink("/proc/self/exe", keeper->program, sizeof(keeper->program) - 1);
    keeper->program[n > 0 ? n : 0] = '\0';
    end = strlen(keeper->program);
    if (end >= strlen(deleted) && strcmp(keeper->program + end - strlen(deleted), deleted) == 0)
        keeper->program[end - strlen(deleted)] = '\0';
    if (options->resume_fd >= 0)
        return nt_arena_attach(&keeper->arena, options->resume_fd);
    r = nt_arena_init(&keeper->arena);
    if (r == 0) {
        keeper->arena.header->ready_fd = options->ready_fd;
        keeper->arena.header->listen_fd = options->system ? passed_socket() : -1;
        keeper->arena.header->socket_is_passed = keeper->arena.header->listen_fd >= 0;
    }
    return r;
}

/*
 * Until the next try: longer each time, so that a broker that is broken costs the machine nothing,
 * and one that was refused a process or memory for a moment loses no name.
 */
static void pause_before(struct keeper *keeper, unsigned n_failures)
{
    unsigned ms = n_failures < 11 ? 1u << (n_failures - 1) : MOST_PAUSE_MS;
    const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};
    sigset_t ends;
    siginfo_t info;

    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    if (sigtimedwait(&ends, &info, &pause) > 0)
        keeper->stopping = true;
}

/* A clone that is refused is tried again: somebody may have names. Return: 0 or -errno. */
static int have_worker(struct keeper *keeper)
{
    unsigned n_refusals = 0;

    start_worker(keeper);
    while (keeper->worker < 0) {
        int r = -errno;

        if (!keeper->arena.header->has_served || keeper->stopping)
            return r;
        nt_log(NT_LOG_ERROR, "no worker: %s", strerror(-r));
        pause_before(keeper, ++n_refusals);
        start_worker(keeper);
    }
    return 0;
}

static void upgrade(struct keeper *keeper)
{
    int r;

    keeper->reexec = false;
    nt_os_drop_caches();
    r = execute(keeper, keeper->program);
    nt_log(NT_LOG_ERROR, "cannot execute %s: %s", keeper->program, strerror(-r));
}

/* Return: the exit status. */
static int keep(struct keeper *keeper)
{
    int code = -1;

    while (code < 0) {
        int r = have_worker(keeper);

        if (r < 0) {
            fprintf(stderr, "ntshmd: no worker: %s\n", strerror(-r));
            return 1;
        }
        code = judge(keeper, wait_for_worker(keeper));
        if (code < 0 && keeper->reexec && !keeper->stopping)
            upgrade(keeper);
        if (code < 0 && keeper->n_failures > 0)
            pause_before(keeper, keeper->n_failures);
    }
    return code;
}

int nt_keeper_run(const struct nt_options *options, char **argv)
{
    static struct keeper keeper;
    int r, code;

    block_signals(&keeper.signals);
    r = keeper_init(&keeper, options, argv);
    if (r < 0) {
        fprintf(stderr, "ntshmd: %s: %s\n", options->resume_fd >= 0 ? "--resume" : "start",
                strerror(-r));
        return 1;
    }
    code = keep(&keeper);
    nt_arena_deinit(&keeper.arena);
    return code;
}
