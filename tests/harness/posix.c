// SPDX-License-Identifier: MIT
/*
 * The runner on Linux.  Three generations of processes:
 *
 *   runner      picks cases, keeps --jobs of them going, prints and counts; never uses the library
 *   supervisor  one a case: makes the private directory, watches the deadline, and afterwards looks
 *               for processes and names that were left; subreaper of all below it
 *   case        runs the body, then looks for descriptors, mappings and threads it left
 *
 * Supervisor and case write into one memory file that the runner shows when the case failed, and
 * count in one shared struct test_state.  The supervisor never waits without a deadline: signals
 * are blocked and taken with sigtimedwait().
 */
#include "harness/core.h"
#include "harness/leaks.h"
#include "harness/sandbox.h"

#include <ntshm/ntshm.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#pragma weak ntshm_quiesce

#define MAX_JOBS       64
#define AGAIN_VARIABLE "NTSHM_TEST_RUNNER"
#ifndef NT_TEST_SUPPRESSIONS
#    define NT_TEST_SUPPRESSIONS "tests/harness"
#endif

#define STORM_VARIABLE "NTSHM_TEST_STORM"

/* --- small things the portable half needs ---------------------------------------------------- */

bool test_on_wine(void)
{
    return false;
}

bool test_on_windows(void)
{
    return false;
}

uint64_t test_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void test_pause(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

int test_slowness(void)
{
    const char *given = getenv("NTSHM_TEST_SLOWNESS");
    int factor = given ? atoi(given) : 0;

    return (factor > 0 && factor <= 100 ? factor : 1) * (TEST_SANITIZED ? 5 : 1);
}

const char *test_dir(void)
{
    const char *dir = getenv("NTSHM_TEST_DIR");

    return dir ? dir : "/tmp";
}

void test_backend_setenv(const char *name, const char *value)
{
    setenv(name, value, 1);
}

void test_backend_print(const char *text)
{
    size_t size = strlen(text);

    fflush(stdout);
    while (size > 0) {
        ssize_t n = write(2, text, size);

        if (n < 0 && errno != EINTR)
            return;
        text += n > 0 ? n : 0;
        size -= n > 0 ? (size_t)n : 0;
    }
}

/* --- the signal storm ------------------------------------------------------------------------- */

static timer_t storm_timer;
static bool storm_runs;

static void on_storm(int sig)
{
    (void)sig;
}

/* A signal every millisecond whose handler lets no system call go on by itself. */
static void storm_start(void)
{
    struct sigaction action = {.sa_handler = on_storm}; /* no SA_RESTART */
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
    struct itimerspec each_ms = {{0, 1000000}, {0, 1000000}};

    if (!getenv(STORM_VARIABLE))
        return;
    if (sigaction(SIGALRM, &action, NULL) < 0 ||
        timer_create(CLOCK_MONOTONIC, &event, &storm_timer) < 0 ||
        timer_settime(storm_timer, 0, &each_ms, NULL) < 0) {
        fprintf(stderr, "harness: no signal storm: %s\n", strerror(errno));
        _exit(TEST_EXIT_FAIL);
    }
    storm_runs = true;
}

static void storm_stop(void)
{
    if (storm_runs)
        timer_delete(storm_timer);
    storm_runs = false;
}

void test_backend_child_init(void)
{
    storm_start();
}

/* --- the case ----------------------------------------------------------------------- */

static void settle(void)
{
    if (test_settle)
        test_settle();
    if (ntshm_quiesce)
        ntshm_quiesce();
}

static unsigned leaks_checked(void)
{
    return test_leaks_checked ? test_leaks_checked() : TEST_LEAK_ALL;
}

static void do_nothing(void *arg)
{
    (void)arg;
}

/* ThreadSanitizer starts a thread of its own with the first one of ours; let it be there. */
static void warm_up_sanitizer(void)
{
    struct test_thread t;

    if (TEST_SANITIZED) {
        test_thread_start(&t, do_nothing, NULL);
        test_thread_join(&t);
    }
}

/* What a case sees of the world is set; runs its body and looks at what it left. */
static void run_body(const struct test_case *c)
{
    struct test_snapshot *before;

    test_current = c;
    if (test_prepare)
        test_prepare();
    settle();
    warm_up_sanitizer();
    before = test_snapshot_new();
    storm_start();
    c->body();
    storm_stop();
    settle();
    fflush(NULL);
    test_snapshot_check(before, leaks_checked());
    test_snapshot_free(before);
    __atomic_store_n(&test_state->end, TEST_END_DONE, __ATOMIC_RELEASE);
}

static void use_null_input(void)
{
    int fd = open("/dev/null", O_RDONLY);

    if (fd > 0) {
        dup2(fd, 0);
        close(fd);
    }
}

__attribute__((noreturn)) static void case_process(const struct test_case *c,
                                                   const sigset_t *old_mask)
{
    setpgid(0, 0);
    sigprocmask(SIG_SETMASK, old_mask, NULL);
    use_null_input();
    run_body(c);
    /* With exit handlers: what the library does there, and a leak sanitizer, belong to the case. */
    exit(test_state->n_failures > 0 ? TEST_EXIT_FAIL : TEST_EXIT_PASS);
}

/* --- the supervisor ----------------------------------------------------------------- */

static void complain(const char *fmt, ...) TEST_PRINTF(1, 2);
static void complain(const char *fmt, ...)
{
    static bool complained;
    char text[256];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    test_note("%s", text);
    if (!complained)
        memcpy(test_state->reason, text, sizeof(text));
    complained = true;
    __atomic_add_fetch(&test_state->n_failures, 1, __ATOMIC_RELAXED);
}

static void block_signals(sigset_t *set, sigset_t *old)
{
    sigemptyset(set);
    sigaddset(set, SIGCHLD);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigprocmask(SIG_BLOCK, set, old);
}

static void show_thread(pid_t pid, const char *thread)
{
    static const char *const files[] = {"comm", "wchan", "syscall"};
    char path[96], text[3][128];

    for (int i = 0; i < 3; i++) {
        FILE *file;
        size_t n = 0;

        snprintf(path, sizeof(path), "/proc/%d/task/%.20s/%s", (int)pid, thread, files[i]);
        file = fopen(path, "re");
        if (file) {
            n = fread(text[i], 1, sizeof(text[i]) - 1, file);
            fclose(file);
        }
        text[i][n] = '\0';
        text[i][strcspn(text[i], "\n")] = '\0';
    }
    test_note("  thread %s (%s) in %s, system call %s", thread, text[0], text[1], text[2]);
}

static void show_where_it_hangs(pid_t pid)
{
    struct dirent *entry;
    char path[64];
    DIR *dir;

    snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
    dir = opendir(path);
    while (dir && (entry = readdir(dir)))
        if (entry->d_name[0] != '.')
            show_thread(pid, entry->d_name);
    if (dir)
        closedir(dir);
}

/* Waits for the case; after its deadline, or on SIGTERM, kills it. Gives its status. */
static int await_case(const struct test_case *c, pid_t pid, const sigset_t *set)
{
    int seconds = c->deadline_s * test_slowness();
    uint64_t end = test_now_ms() + (uint64_t)seconds * 1000;
    bool killed = false;
    int status = 0;

    while (!test_reap(pid, &status, complain)) {
        uint64_t now = test_now_ms();
        uint64_t left = now >= end ? 0 : end - now;
        struct timespec ts = {(time_t)(left / 1000), (long)(left % 1000) * 1000000};
        int sig = killed ? sigwaitinfo(set, NULL) : sigtimedwait(set, NULL, &ts);

        if (killed || sig == SIGCHLD || (sig < 0 && errno != EAGAIN))
            continue;
        if (sig < 0)
            show_where_it_hangs(pid);
        complain(sig < 0 ? "deadline of %d s passed" : "interrupted", seconds);
        kill(pid, SIGKILL);
        killed = true;
    }
    return killed ? 0 : status;
}

/* Kills what the case left running, until nothing is left; the case fails for each. */
static void end_stragglers(pid_t group)
{
    pid_t pids[64];
    char name[32];
    int status;
    size_t n;

    n = test_children(pids, 64, false);
    for (size_t i = 0; i < n; i++)
        complain("left process %d (%s) running", (int)pids[i], test_process_name(pids[i], name));
    kill(-group, SIGKILL);
    while (test_reap(0, &status, complain), (n = test_children(pids, 64, false)) > 0) {
        for (size_t i = 0; i < n; i++)
            kill(pids[i], SIGKILL);
        test_pause();
    }
}

static void judge_status(int status)
{
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;

    if (test_is_sanitizer_code(code))
        complain("met a sanitizer (code %d)", code);
    else if (WIFSIGNALED(status))
        complain("killed by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    else if (test_state->end == TEST_END_DONE && test_state->n_failures == 0 && code != 0)
        complain("exited with code %d after its end", code);
}

__attribute__((noreturn)) static void supervise(const struct test_case *c, unsigned number, int out)
{
    struct test_sandbox box;
    sigset_t set, old;
    pid_t pid;

    /* The case starts with the signal actions of a fresh process, not with the runner's. */
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_DFL); /* under nohup it is ignored */
    dup2(out, 1);
    dup2(out, 2);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    block_signals(&set, &old);
    test_set_tag(number);
    if (!test_sandbox_enter(&box)) {
        complain("harness: no private directory: %s", strerror(errno));
        _exit(test_verdict(c, test_state));
    }
    pid = fork();
    if (pid == 0)
        case_process(c, &old);
    if (pid < 0) {
        complain("harness: fork: %s", strerror(errno));
    } else {
        judge_status(await_case(c, pid, &set));
        end_stragglers(pid);
        if (test_state->n_failures == 0 && (leaks_checked() & TEST_LEAK_NAMES))
            test_sandbox_check_names(&box, complain);
        test_sandbox_end_broker(&box, complain);
    }
    test_sandbox_leave(&box, complain);
    _exit(test_verdict(c, test_state));
}

/* --- the runner --------------------------------------------------------------------- */

struct job {
    pid_t pid; /* the supervisor; 0 when the place is free */
    const struct test_case *c;
    struct test_state *state;
    int out;
    uint64_t since;
};

struct totals {
    unsigned passed, failed, skipped;
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int sig)
{
    (void)sig;
    interrupted = 1;
}

static void die(const char *what)
{
    fprintf(stderr, "harness: %s: %s\n", what, strerror(errno));
    exit(2);
}

static void start_job(struct job *job, const struct test_case *c, unsigned number)
{
    job->c = c;
    job->since = test_now_ms();
    job->out = memfd_create("test-output", MFD_CLOEXEC);
    job->state =
        mmap(NULL, sizeof(*job->state), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (job->out < 0 || job->state == MAP_FAILED)
        die("no memory for a case");
    fflush(NULL);
    job->pid = fork();
    if (job->pid < 0)
        die("fork");
    if (job->pid == 0) {
        test_state = job->state;
        supervise(c, number, job->out);
    }
}

static void show_output(int fd)
{
    char buffer[4096];
    ssize_t n;
    off_t at = 0;

    while ((n = pread(fd, buffer, sizeof(buffer), at)) > 0) {
        fwrite(buffer, 1, (size_t)n, stdout);
        at += n;
    }
    if (at > 0)
        fflush(stdout);
}

static void end_job(struct job *job, int status, const struct test_options *o, struct totals *t)
{
    int verdict = WIFEXITED(status) ? WEXITSTATUS(status) : TEST_EXIT_FAIL;

    if (!WIFEXITED(status))
        snprintf(job->state->reason, sizeof(job->state->reason), "its supervisor died (%#x)",
                 status);
    if (o->verbose || verdict == TEST_EXIT_FAIL)
        show_output(job->out);
    test_print_verdict(job->c, verdict, job->state->reason, test_now_ms() - job->since);
    if (verdict == TEST_EXIT_PASS)
        t->passed++;
    else if (verdict == TEST_EXIT_SKIP)
        t->skipped++;
    else
        t->failed++;
    munmap(job->state, sizeof(*job->state));
    close(job->out);
    job->pid = 0;
}

/* Waits for one supervisor. */
static void reap_job(struct job *jobs, const struct test_options *o, struct totals *t)
{
    int status;
    pid_t pid = waitpid(-1, &status, 0);

    for (int i = 0; pid < 0 && errno == EINTR && interrupted && i < MAX_JOBS; i++)
        if (jobs[i].pid > 0)
            kill(jobs[i].pid, SIGTERM);
    for (int i = 0; pid > 0 && i < MAX_JOBS; i++)
        if (jobs[i].pid == pid)
            end_job(&jobs[i], status, o, t);
}

static struct job *free_job(struct job *jobs, int n)
{
    for (int i = 0; i < n; i++)
        if (jobs[i].pid == 0)
            return &jobs[i];
    return NULL;
}

int test_backend_run(const struct test_options *o)
{
    static struct job jobs[MAX_JOBS];
    struct sigaction action = {.sa_handler = on_interrupt};
    struct totals t = {0, 0, 0};
    unsigned number = 0;

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    for (struct test_case *c = test_cases(); c && !interrupted; c = c->next) {
        struct job *job;

        if (!test_selected(o, c))
            continue;
        while (!(job = free_job(jobs, o->jobs)))
            reap_job(jobs, o, &t);
        start_job(job, c, number++);
    }
    for (int i = 0; i < o->jobs; i++)
        while (jobs[i].pid > 0)
            reap_job(jobs, o, &t);
    if (number == 0)
        printf("no case matched\n");
    printf("%u passed, %u failed, %u skipped\n", t.passed, t.failed, t.skipped);
    return t.failed > 0 || number == 0 || interrupted ? TEST_EXIT_FAIL : TEST_EXIT_PASS;
}

int test_backend_run_here(const struct test_options *o, const struct test_case *c)
{
    struct test_sandbox box;
    uint64_t since = test_now_ms();
    int verdict;

    (void)o;
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    test_set_tag(0);
    if (!test_sandbox_enter(&box))
        die("no private directory");
    run_body(c);
    if (test_state->n_failures == 0 && (leaks_checked() & TEST_LEAK_NAMES))
        test_sandbox_check_names(&box, complain);
    test_sandbox_end_broker(&box, complain);
    test_sandbox_leave(&box, complain);
    verdict = test_verdict(c, test_state);
    test_print_verdict(c, verdict, test_state->reason, test_now_ms() - since);
    return verdict;
}

/* Adds to an option list in the environment. */
static void add_options(const char *variable, const char *separator, const char *options)
{
    const char *old = getenv(variable);
    char text[512];

    snprintf(text, sizeof(text), "%s%s%s", old ? old : "", old ? separator : "", options);
    setenv(variable, text, 1);
}

/*
 * Some things are read from the environment when a process starts, so the runner starts twice.
 * Under --no-fork it does not: a debugger should see one program.
 */
static void start_again(char **argv)
{
    if (getenv(AGAIN_VARIABLE))
        return;
    setenv(AGAIN_VARIABLE, "1", 1);
    add_options("GLIBC_TUNABLES", ":", "glibc.pthread.stack_cache_size=0");
    add_options("ASAN_OPTIONS", ":", "exitcode=99:allocator_may_return_null=1");
    add_options("LSAN_OPTIONS", ":",
                "exitcode=98:print_suppressions=0:suppressions=" NT_TEST_SUPPRESSIONS "/lsan.supp");
    /* What a Vulkan driver, built without the sanitizer, does inside is its own business. */
    add_options("TSAN_OPTIONS", ":",
                "exitcode=66:die_after_fork=0:second_deadlock_stack=1:"
                "suppressions=" NT_TEST_SUPPRESSIONS "/tsan.supp");
    add_options("UBSAN_OPTIONS", ":", "print_stacktrace=1");
    execv("/proc/self/exe", argv);
    die("/proc/self/exe");
}

void test_backend_init(char **argv, const struct test_options *o)
{
    if (o->storm)
        setenv(STORM_VARIABLE, "1", 1);
    if (!o->list && !o->no_fork)
        start_again(argv);
    /* See leaks.c: allocations stay in the heap, where they are not mistaken for views. */
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_ARENA_MAX, 1);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (test_leaks_possible() != TEST_LEAK_ALL && !o->list)
        printf("note: leaked mappings are not looked for in a sanitizer build\n");
}
