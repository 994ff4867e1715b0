// SPDX-License-Identifier: MIT
/*
 * The private directory of a case and the end of the broker in it.
 *
 * The broker is found twice over: as the owner of a socket in its directory (SO_PEERCRED of a
 * connection), and by its name among our children, where it arrives because the supervisor is a
 * subreaper.  Either way works alone; neither needs the library under test.
 */
#include "harness/sandbox.h"
#include "harness/core.h"

#include <ntshm/ntshm.h>

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#pragma weak ntshm_broker_statistics

#define BROKER_NAME       "ntshmd"
#define SANITIZER_REPORTS "reports" /* open to all: children may be other users */

/* --- directories ---------------------------------------------------------------------------- */

/* Tells processes that start from now on to write sanitizer reports where we look for them. */
static void set_report_path(const char *variable, const char *root)
{
    const char *old = getenv(variable);
    char options[512];

    snprintf(options, sizeof(options), "%s%slog_path=%s/" SANITIZER_REPORTS "/sanitizer",
             old ? old : "", old ? ":" : "", root);
    setenv(variable, options, 1);
}

bool test_sandbox_enter(struct test_sandbox *box)
{
    strcpy(box->root, "/tmp/ntshm-test-XXXXXX");
    if (!mkdtemp(box->root))
        return false;
    snprintf(box->broker, sizeof(box->broker), "%s/broker", box->root);
    snprintf(box->dir, sizeof(box->dir), "%s/dir", box->root);
    if (mkdir(box->broker, 0700) < 0 || mkdir(box->dir, 0700) < 0)
        return false;
    setenv("NTSHM_BROKER", box->broker, 1);
    setenv("NTSHM_TEST_DIR", box->dir, 1);
#ifdef NT_TEST_BROKER_PATH
    setenv("NTSHM_BROKER_PATH", NT_TEST_BROKER_PATH, 0);
#endif
    if (TEST_SANITIZED) {
        char reports[sizeof(box->root) + sizeof("/" SANITIZER_REPORTS)];

        snprintf(reports, sizeof(reports), "%s/" SANITIZER_REPORTS, box->root);
        if (mkdir(reports, 0700) < 0 || chmod(reports, 01777) < 0)
            return false;
        set_report_path("ASAN_OPTIONS", box->root);
        set_report_path("TSAN_OPTIONS", box->root);
        set_report_path("UBSAN_OPTIONS", box->root);
    }
    return true;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    (void)remove(path);
    return 0;
}

static void show_file(const char *path)
{
    FILE *file = fopen(path, "re");
    char line[1024];

    while (file && fgets(line, sizeof(line), file))
        fputs(line, stderr);
    if (file)
        fclose(file);
}

static void show_reports(const struct test_sandbox *box, test_complain_fn *complain)
{
    struct dirent *entry;
    char path[400];
    DIR *dir;

    snprintf(path, sizeof(path), "%s/" SANITIZER_REPORTS, box->root);
    dir = opendir(path);
    while (dir && (entry = readdir(dir))) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/" SANITIZER_REPORTS "/%s", box->root, entry->d_name);
        show_file(path);
        complain("a process it started met a sanitizer");
    }
    if (dir)
        closedir(dir);
}

void test_sandbox_leave(const struct test_sandbox *box, test_complain_fn *complain)
{
    show_reports(box, complain);
    nftw(box->root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* --- processes ------------------------------------------------------------------------------ */

const char *test_process_name(pid_t pid, char name[32])
{
    char path[64];
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
    file = fopen(path, "re");
    if (!file || !fgets(name, 32, file))
        strcpy(name, "?");
    name[strcspn(name, "\n")] = '\0';
    if (file)
        fclose(file);
    return name;
}

static bool is_broker(pid_t pid)
{
    char name[32];

    return strncmp(test_process_name(pid, name), BROKER_NAME, strlen(BROKER_NAME)) == 0;
}

#define KERNEL_PF_EXITING 0x4u

/* The parent of a process that has not ended; 0 for others. */
static pid_t living_parent(pid_t pid, bool *ret_is_exiting)
{
    char path[64], text[512];
    unsigned flags = 0;
    FILE *file;
    size_t n;
    char *rest, state = 'X';
    int parent = 0;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    file = fopen(path, "re");
    if (!file)
        return 0;
    n = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    text[n] = '\0';
    rest = strrchr(text, ')'); /* a process may have ')' in its name */
    if (!rest || sscanf(rest + 1, " %c %d %*d %*d %*d %*d %u", &state, &parent, &flags) != 3 ||
        state == 'Z' || state == 'X')
        return 0;
    *ret_is_exiting = (flags & KERNEL_PF_EXITING) != 0;
    return parent;
}

size_t test_children(pid_t *pids, size_t size, bool brokers)
{
    DIR *dir = opendir("/proc");
    struct dirent *entry;
    size_t n = 0;

    while (dir && n < size && (entry = readdir(dir))) {
        pid_t pid = atoi(entry->d_name);
        bool is_exiting = false;

        if (pid <= 0 || living_parent(pid, &is_exiting) != getpid() || is_broker(pid) != brokers)
            continue;
        /* One that is just ending was not left running; a broker's end is worth waiting for. */
        if (brokers || !is_exiting)
            pids[n++] = pid;
    }
    if (dir)
        closedir(dir);
    return n;
}

bool test_is_sanitizer_code(int code)
{
    return TEST_SANITIZED && (code == 66 || code == 98 || code == 99);
}

static void judge_broker(pid_t pid, int status, test_complain_fn *complain)
{
    int sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

    if (sig && sig != SIGKILL && sig != SIGTERM)
        complain("broker %d died by signal %d (%s)", (int)pid, sig, strsignal(sig));
    if (WIFEXITED(status) && test_is_sanitizer_code(WEXITSTATUS(status)))
        complain("broker %d met a sanitizer (code %d)", (int)pid, WEXITSTATUS(status));
}

bool test_reap(pid_t watched, int *ret_status, test_complain_fn *complain)
{
    bool found = false;

    for (;;) {
        siginfo_t info = {.si_pid = 0};
        bool broker;
        int status;

        /* The name of an ended process can be read until it is reaped. */
        if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid == 0)
            return found;
        broker = is_broker(info.si_pid);
        if (waitpid(info.si_pid, &status, WNOHANG) != info.si_pid)
            continue;
        if (info.si_pid == watched) {
            *ret_status = status;
            found = true;
        } else if (broker) {
            judge_broker(info.si_pid, status, complain);
        }
    }
}

/* --- the broker ----------------------------------------------------------------------------- */

/* Who listens on the socket @path; 0 for nobody. */
static pid_t listener(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct ucred peer = {.pid = 0};
    socklen_t size = sizeof(peer);
    int fd;

    if (strlen(path) >= sizeof(address.sun_path))
        return 0;
    strcpy(address.sun_path, path);
    fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return 0;
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size);
    close(fd);
    return peer.pid;
}

static size_t listeners(const struct test_sandbox *box, pid_t *pids, size_t size)
{
    DIR *dir = opendir(box->broker);
    struct dirent *entry;
    char path[400];
    struct stat st;
    size_t n = 0;

    while (dir && n < size && (entry = readdir(dir))) {
        snprintf(path, sizeof(path), "%s/%s", box->broker, entry->d_name);
        if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode) && (pids[n] = listener(path)) > 0)
            n++;
    }
    if (dir)
        closedir(dir);
    return n;
}

bool test_sandbox_has_broker(const struct test_sandbox *box)
{
    pid_t pid;

    return listeners(box, &pid, 1) > 0;
}

/* What the helper process found out; in memory shared with it. */
struct names_answer {
    bool asked;
    uint64_t names, objects;
};

static void ask_for_names(volatile struct names_answer *answer)
{
    struct ntshm_broker_statistics statistics = {.size = sizeof(statistics)};
    uint64_t end = test_now_ms() + 5000 * (uint64_t)test_slowness();

    /* Names go with their last holder; a moment is allowed for a holder that is just ending. */
    do {
        if (!ntshm_broker_statistics(&statistics))
            return;
        answer->names = statistics.names;
        answer->objects = statistics.objects;
        answer->asked = true;
        if (statistics.names == 0 && statistics.objects == 0)
            return;
        test_pause();
    } while (test_now_ms() < end);
}

void test_sandbox_check_names(const struct test_sandbox *box, test_complain_fn *complain)
{
    struct names_answer *answer;
    int status = -1;
    pid_t pid;

    if (!ntshm_broker_statistics || !test_sandbox_has_broker(box))
        return;
    answer = mmap(NULL, sizeof(*answer), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (answer == MAP_FAILED)
        return complain("harness: no memory");
    pid = fork();
    if (pid == 0) {
        alarm(30 * (unsigned)test_slowness());
        ask_for_names(answer);
        _exit(0);
    }
    while (pid > 0 && !test_reap(pid, &status, complain))
        test_pause();
    if (status == 0 && !answer->asked && !test_sandbox_has_broker(box))
        ; /* It left meanwhile, as one that holds no name may. */
    else if (status != 0 || !answer->asked)
        complain("asking the broker for leaked names failed (status %#x)", status);
    else if (answer->names || answer->objects)
        complain("leaked %llu names (%llu broker objects)", (unsigned long long)answer->names,
                 (unsigned long long)answer->objects);
    munmap(answer, sizeof(*answer));
}

static size_t all_brokers(const struct test_sandbox *box, pid_t *pids, size_t size)
{
    size_t n = listeners(box, pids, size);

    return n + test_children(pids + n, size - n, true);
}

void test_sandbox_end_broker(const struct test_sandbox *box, test_complain_fn *complain)
{
    uint64_t end = test_now_ms() + 10000 * (uint64_t)test_slowness();
    bool asked = false;
    pid_t pids[32];
    size_t n;
    int status;

    while ((n = all_brokers(box, pids, 32)) > 0) {
        bool late = test_now_ms() >= end;

        for (size_t i = 0; i < n && (late || !asked); i++) {
            if (late)
                complain("broker %d ignored SIGTERM", (int)pids[i]);
            kill(pids[i], late ? SIGKILL : SIGTERM);
            kill(pids[i], SIGCONT);
        }
        asked = true;
        if (late)
            end = UINT64_MAX;
        test_pause();
        test_reap(0, &status, complain);
    }
    test_reap(0, &status, complain);
}
