// SPDX-License-Identifier: MIT
/*
 * The kit: processes and users; see kit.h.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "broker/kit.h"
#include "harness/test.h"

/* --- brokers -------------------------------------------------------------------------------- */

/* In the child: nothing of the case's but the end of the pipe. */
__attribute__((noreturn)) static void run_broker(const char *directory, unsigned linger_ms,
                                                 unsigned max_fds, int ready_fd)
{
    const char *program = getenv("NTSHM_BROKER_PATH");
    char linger[32], ready[32];

    snprintf(linger, sizeof(linger), "--linger=%u", linger_ms);
    snprintf(ready, sizeof(ready), "--ready=%d", 3);
    if (program && dup2(ready_fd, 3) == 3) {
        syscall(SYS_close_range, 4u, ~0u, 0u);
        if (max_fds && setrlimit(RLIMIT_NOFILE, &(struct rlimit){max_fds, max_fds}) < 0)
            _exit(127);
        execl(program, program, "--directory", directory, linger, ready, (char *)NULL);
    }
    _exit(127);
}

static bool await_byte(int fd, int ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    uint64_t end = test_now_ms() + (uint64_t)ms * (uint64_t)test_slowness();
    char byte;

    while (test_now_ms() < end) {
        if (poll(&p, 1, 50) > 0)
            return read(fd, &byte, 1) == 1;
    }
    return false;
}

void kit_broker_start(struct kit_broker *broker, const char *name, unsigned linger_ms)
{
    kit_broker_start_small(broker, name, linger_ms, 0);
}

void kit_broker_start_small(struct kit_broker *broker, const char *name, unsigned linger_ms,
                            unsigned max_fds)
{
    int ends[2];
    bool ready;

    snprintf(broker->directory, sizeof(broker->directory), "%s/%s", test_dir(), name);
    require(pipe2(ends, O_CLOEXEC) == 0);
    fflush(NULL);
    broker->pid = fork();
    if (broker->pid == 0)
        run_broker(broker->directory, linger_ms, max_fds, ends[1]);
    close(ends[1]);
    ready = broker->pid > 0 && await_byte(ends[0], 20000);
    close(ends[0]);
    require(ready, "no broker in %s", broker->directory);
    setenv("NTSHM_BROKER", broker->directory, 1);
}

int kit_broker_await(struct kit_broker *broker, int ms)
{
    int status = 0;
    pid_t got = 0;

    if (!test_until((got = waitpid(broker->pid, &status, WNOHANG)) != 0, ms) || got < 0)
        return -1;
    broker->pid = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int kit_broker_end(struct kit_broker *broker, int signal)
{
    int code;

    if (broker->pid <= 0)
        return -1;
    if (signal == SIGKILL)
        kit_broker_kill(broker->pid);
    else
        kill(broker->pid, signal);
    code = kit_broker_await(broker, 20000);
    if (code < 0 && broker->pid > 0) {
        kit_broker_kill(broker->pid);
        kit_reap(broker->pid);
    }
    return code;
}

#define WORKER "ntshmd-worker"

/* A file of /proc that is small; its length, -1 when it cannot be read. */
static ssize_t read_proc(pid_t pid, const char *file, char *text, size_t size)
{
    char path[64];
    ssize_t n;
    int fd;

    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    n = read(fd, text, size - 1);
    close(fd);
    if (n >= 0)
        text[n] = '\0';
    return n;
}

/* What stands behind the name in /proc/PID/stat: the state and many numbers. */
static const char *read_stat(pid_t pid, char text[512])
{
    const char *end;

    if (read_proc(pid, "stat", text, 512) <= 0)
        return NULL;
    end = strrchr(text, ')');
    return end && end[1] == ' ' ? end + 2 : NULL;
}

int kit_reap(pid_t pid)
{
    int status = -1;

    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

bool kit_is_gone(pid_t pid)
{
    char text[512];
    const char *stat = read_stat(pid, text);

    return !stat || *stat == 'Z' || *stat == 'X';
}

long kit_processor_ms(pid_t pid)
{
    unsigned long user, system;
    char text[512];
    const char *stat = read_stat(pid, text);

    if (!stat ||
        sscanf(stat, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2)
        return -1;
    return (long)(user + system) * 1000 / sysconf(_SC_CLK_TCK);
}

/* Whether one of the strings of a command line is @wanted. */
static bool has_argument(const char *line, ssize_t size, const char *wanted)
{
    for (const char *at = line; at < line + size; at += strlen(at) + 1) {
        if (strcmp(at, wanted) == 0)
            return true;
    }
    return false;
}

int kit_count_brokers(const char *directory)
{
    DIR *dir = opendir("/proc");
    const struct dirent *entry;
    int count = 0;

    while (dir && (entry = readdir(dir))) {
        pid_t pid = atoi(entry->d_name);
        char name[64], line[1024];
        ssize_t n;

        if (pid <= 0 || read_proc(pid, "comm", name, sizeof(name)) <= 0 ||
            strncmp(name, "ntshmd", 6) != 0 || strncmp(name, WORKER, strlen(WORKER)) == 0 ||
            kit_is_gone(pid))
            continue;
        n = read_proc(pid, "cmdline", line, sizeof(line));
        count += n > 0 && has_argument(line, n, directory);
    }
    if (dir)
        closedir(dir);
    return count;
}

pid_t kit_worker_of(pid_t keeper)
{
    DIR *dir = opendir("/proc");
    const struct dirent *entry;
    pid_t found = 0;

    while (dir && !found && (entry = readdir(dir))) {
        pid_t pid = atoi(entry->d_name);
        char name[64], text[512];
        const char *stat;
        char state;
        int parent;

        /* A worker is a keeper's child from its first moment, and has its name a little later. */
        if (pid <= 0 || read_proc(pid, "comm", name, sizeof(name)) <= 0 ||
            strncmp(name, "ntshmd", 6) != 0)
            continue;
        stat = read_stat(pid, text);
        if (stat && sscanf(stat, "%c %d", &state, &parent) == 2 && parent == (int)keeper &&
            state != 'Z' && state != 'X')
            found = pid;
    }
    if (dir)
        closedir(dir);
    return found;
}

static bool is_stopped(pid_t pid)
{
    char text[512];
    const char *stat = read_stat(pid, text);

    return !stat || strchr("TtZX", *stat);
}

void kit_broker_kill(pid_t keeper)
{
    uint64_t end = test_now_ms() + 20000 * (uint64_t)test_slowness();
    pid_t worker;

    /* A stopped one makes no other worker. */
    kill(keeper, SIGSTOP);
    while (!is_stopped(keeper) && test_now_ms() < end)
        sched_yield();
    while ((worker = kit_worker_of(keeper)) > 0)
        kill(worker, SIGKILL);
    kill(keeper, SIGKILL);
}

int kit_count_fds(pid_t pid)
{
    const struct dirent *entry;
    char path[64];
    int count = 0;
    DIR *dir;

    snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
    dir = opendir(path);
    if (!dir)
        return -1;
    while ((entry = readdir(dir)))
        count += entry->d_name[0] != '.';
    closedir(dir);
    return count;
}

/* --- shared memory -------------------------------------------------------------------------- */

void *kit_board(const char *name, size_t size)
{
    char path[128];
    void *board;
    int fd;

    snprintf(path, sizeof(path), "%s/%s", test_dir(), name);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    require(fd >= 0 && ftruncate(fd, (off_t)size) == 0, "%s: %s", path, strerror(errno));
    board = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    require(board != MAP_FAILED);
    return board;
}

void kit_board_drop(void *board, size_t size)
{
    munmap(board, size);
}

bool kit_wait_not(_Atomic uint32_t *word, uint32_t value, int ms)
{
    uint64_t end = nt_os_now_ns() + (uint64_t)ms * (uint64_t)test_slowness() * 1000000u;

    while (atomic_load(word) == value) {
        if (nt_os_futex_wait(word, value, end) < 0)
            return atomic_load(word) != value;
    }
    return true;
}

void kit_set(_Atomic uint32_t *word, uint32_t value)
{
    atomic_store(word, value);
    nt_os_futex_wake(word, INT32_MAX);
}

/* --- other users ---------------------------------------------------------------------------- */

void kit_need_root(void)
{
    if (geteuid() != 0)
        skip("needs root, to be other users");
}

static void copy_program(const char *from, const char *to)
{
    int source = open(from, O_RDONLY | O_CLOEXEC);
    int target = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
    char buffer[65536];
    ssize_t n = -1;

    require(source >= 0 && target >= 0, "%s to %s: %s", from, to, strerror(errno));
    while ((n = read(source, buffer, sizeof(buffer))) > 0)
        require(write(target, buffer, (size_t)n) == n);
    require(n == 0 && fchmod(target, 0755) == 0);
    close(source);
    close(target);
}

void kit_open_house(void)
{
    const char *program = getenv("NTSHM_BROKER_PATH");
    char path[128];

    require(program != NULL);
    snprintf(path, sizeof(path), "%s/..", test_dir());
    require(chmod(path, 0711) == 0 && chmod(test_dir(), 0711) == 0);
    snprintf(path, sizeof(path), "%s/ntshmd", test_dir());
    copy_program(program, path);
    setenv("NTSHM_BROKER_PATH", path, 1);
}

const char *kit_room_of(uid_t uid)
{
    static char path[128];

    snprintf(path, sizeof(path), "%s/room-%u", test_dir(), (unsigned)uid);
    require(mkdir(path, 0700) == 0 || errno == EEXIST);
    require(chown(path, uid, uid) == 0);
    return path;
}

void kit_become(uid_t uid)
{
    require(setgroups(0, NULL) == 0 && setresgid(uid, uid, uid) == 0 &&
                setresuid(uid, uid, uid) == 0,
            "cannot become user %u: %s", (unsigned)uid, strerror(errno));
    require(prctl(PR_SET_DUMPABLE, 1) == 0);
}
