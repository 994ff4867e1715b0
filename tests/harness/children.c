// SPDX-License-Identifier: MIT
/*
 * Other processes of a case: spawned as this executable with --child NAME, or forked.
 *
 * A child's standard input and output are pipes to its parent and carry lines; its standard error
 * is the parent's, so what fails there is shown.  All waiting has a deadline and survives EINTR.
 */
#include "harness/core.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_ARGS 32

extern char **environ;

/* The two pipes of a child that is being made. */
struct pipes {
    int child_in, parent_out;
    int parent_in, child_out;
};

/* Downward it is a socket: writing to a child that died must not raise SIGPIPE. */
static bool make_pipes(struct pipes *p)
{
    int down[2], up[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, down) < 0)
        return false;
    if (pipe2(up, O_CLOEXEC) < 0) {
        close(down[0]);
        close(down[1]);
        return false;
    }
    *p = (struct pipes){
        .child_in = down[0], .parent_out = down[1], .parent_in = up[0], .child_out = up[1]};
    return true;
}

static bool started(const char *file, int line, struct test_child *c, struct pipes *p, pid_t pid,
                    int error)
{
    close(p->child_in);
    close(p->child_out);
    if (pid <= 0) {
        close(p->parent_in);
        close(p->parent_out);
        return test_assertion(file, line, false, "no child: %s", strerror(error));
    }
    c->process = pid;
    c->pid = pid;
    c->to = p->parent_out;
    c->from = p->parent_in;
    return true;
}

static int spawn(struct pipes *p, char **argv, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);

    if (error)
        return error;
    error = posix_spawn_file_actions_adddup2(&actions, p->child_in, 0);
    if (!error)
        error = posix_spawn_file_actions_adddup2(&actions, p->child_out, 1);
    if (!error)
        error = posix_spawn(ret_pid, "/proc/self/exe", &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

bool test_child_start_(const char *file, int line, struct test_child *c, const char *name, ...)
{
    const char *argv[MAX_ARGS + 4] = {"test", "--child", name};
    struct pipes p;
    pid_t pid = 0;
    va_list args;
    int n = 3, error;

    *c = (struct test_child){.process = -1, .to = -1, .from = -1};
    va_start(args, name);
    while (n < MAX_ARGS + 3 && (argv[n] = va_arg(args, const char *)))
        n++;
    va_end(args);
    argv[n] = NULL;
    if (!make_pipes(&p))
        return test_assertion(file, line, false, "no pipes: %s", strerror(errno));
    error = spawn(&p, (char **)argv, &pid);
    return started(file, line, c, &p, error ? 0 : pid, error);
}

bool test_child_fork_(const char *file, int line, struct test_child *c, int (*body)(void *),
                      void *arg)
{
    struct pipes p;
    pid_t pid;

    *c = (struct test_child){.process = -1, .to = -1, .from = -1};
    if (!make_pipes(&p))
        return test_assertion(file, line, false, "no pipes: %s", strerror(errno));
    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        dup2(p.child_in, 0);
        dup2(p.child_out, 1);
        close(p.child_in);
        close(p.child_out);
        close(p.parent_in);
        close(p.parent_out);
        test_backend_child_init();
        /* Failures are counted in the case's own state; the exit code is the body's. */
        int code = body(arg);
        fflush(NULL);
        _exit(code);
    }
    return started(file, line, c, &p, pid, errno);
}

static void close_ends(struct test_child *c)
{
    if (c->to >= 0)
        close((int)c->to);
    if (c->from >= 0)
        close((int)c->from);
    c->to = c->from = -1;
    c->process = -1;
}

static int code_of(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Waits until the process ended or @end passed. */
static void await_end(pid_t pid, uint64_t end)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    struct pollfd p = {.fd = fd, .events = POLLIN};
    uint64_t now = test_now_ms();

    if (fd < 0) {
        test_pause();
        return;
    }
    /* Rounded up, so that the caller's clock has passed @end as well. */
    poll(&p, 1, now >= end ? 0 : end - now > 3600000 ? -1 : (int)(end - now) + 1);
    close(fd);
}

/* Reaps, not later than @end; false when the child still runs then. */
static bool reap_until(struct test_child *c, uint64_t end, int *ret_code)
{
    int status;

    for (;;) {
        pid_t got = waitpid((pid_t)c->process, &status, WNOHANG);

        if (got == (pid_t)c->process) {
            *ret_code = code_of(status);
            return true;
        }
        if ((got < 0 && errno != EINTR) || test_now_ms() >= end)
            return false;
        await_end((pid_t)c->process, end);
    }
}

static uint64_t end_of(int ms)
{
    return test_now_ms() + (uint64_t)ms * (uint64_t)test_slowness();
}

int test_child_wait_(const char *file, int line, struct test_child *c, int ms)
{
    int code = TEST_CHILD_NO_CODE;

    if (c->process <= 0)
        return TEST_CHILD_NO_CODE;
    /* The end of its input is a sign to a child that listens. */
    if (c->to >= 0)
        close((int)c->to);
    c->to = -1;
    if (!reap_until(c, end_of(ms), &code)) {
        test_assertion(file, line, false, "child %ld did not end within %d ms", c->pid, ms);
        kill((pid_t)c->process, SIGKILL);
        reap_until(c, UINT64_MAX, &code);
        code = TEST_CHILD_NO_CODE;
    }
    if (code == TEST_CHILD_FAILED)
        test_assertion(file, line, false, "assertions failed in child %ld", c->pid);
    close_ends(c);
    return code;
}

int test_child_kill_(const char *file, int line, struct test_child *c)
{
    int code = TEST_CHILD_NO_CODE;

    if (c->process <= 0)
        return TEST_CHILD_NO_CODE;
    if (kill((pid_t)c->process, SIGKILL) < 0)
        test_assertion(file, line, false, "kill: %s", strerror(errno));
    reap_until(c, UINT64_MAX, &code);
    close_ends(c);
    return code;
}

/* --- lines ---------------------------------------------------------------------------------- */

/* Takes a whole line out of what was read before. */
static bool take_line(char *kept, size_t *n_kept, char *buf, size_t size)
{
    char *end = memchr(kept, '\n', *n_kept);
    size_t length;

    if (!end)
        return false;
    length = (size_t)(end - kept);
    snprintf(buf, size, "%.*s", (int)length, kept);
    *n_kept -= length + 1;
    memmove(kept, end + 1, *n_kept);
    return true;
}

/* Gives NULL, or why there is no line. */
static const char *read_line(int fd, char *kept, size_t *n_kept, size_t room, char *buf,
                             size_t size, uint64_t end)
{
    while (!take_line(kept, n_kept, buf, size)) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        uint64_t now = test_now_ms();
        ssize_t n;
        int ready = poll(&p, 1, now >= end ? 0 : (int)(end - now));

        if (ready == 0)
            return "deadline passed";
        if (ready < 0 && errno == EINTR)
            continue;
        if (*n_kept == room)
            return "line too long";
        n = read(fd, kept + *n_kept, room - *n_kept);
        if (n == 0)
            return "it closed its output";
        if (n < 0 && errno != EINTR)
            return strerror(errno);
        *n_kept += n > 0 ? (size_t)n : 0;
    }
    return NULL;
}

static const char *write_all(int fd, bool is_socket, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t n = is_socket ? send(fd, text, size, MSG_NOSIGNAL) : write(fd, text, size);

        if (n < 0 && errno != EINTR)
            return strerror(errno);
        text += n > 0 ? n : 0;
        size -= n > 0 ? (size_t)n : 0;
    }
    return NULL;
}

/* Ends the text that vsnprintf() made, which said @n, with a newline; gives its length. */
static size_t end_line(char *text, size_t size, int n)
{
    size_t length = n < 0 ? 0 : (size_t)n < size - 2 ? (size_t)n : size - 2;

    text[length] = '\n';
    return length + 1;
}

bool test_child_read_line_(const char *file, int line, struct test_child *c, char *buf, size_t size,
                           int ms)
{
    const char *wrong =
        read_line((int)c->from, c->kept, &c->n_kept, sizeof(c->kept), buf, size, end_of(ms));

    if (wrong)
        buf[0] = '\0';
    return test_helper(file, line, !wrong, "no line from child %ld: %s", c->pid, wrong);
}

bool test_child_expect_(const char *file, int line, struct test_child *c, const char *want, int ms)
{
    char got[sizeof(c->kept)];

    if (!test_child_read_line_(file, line, c, got, sizeof(got), ms))
        return false;
    return test_ok_str(file, line, "line from the child", got, want);
}

bool test_child_write_line_(const char *file, int line, struct test_child *c, const char *fmt, ...)
{
    char text[sizeof(c->kept)];
    const char *wrong;
    va_list args;
    int n;

    va_start(args, fmt);
    n = vsnprintf(text, sizeof(text) - 1, fmt, args);
    va_end(args);
    wrong = write_all((int)c->to, true, text, end_line(text, sizeof(text), n));
    return test_helper(file, line, !wrong, "no line to child %ld: %s", c->pid, wrong);
}

void test_say(const char *fmt, ...)
{
    char text[1024];
    va_list args;
    int n;

    va_start(args, fmt);
    n = vsnprintf(text, sizeof(text) - 1, fmt, args);
    va_end(args);
    write_all(1, false, text, end_line(text, sizeof(text), n));
}

bool test_hear(char *buf, size_t size, int ms)
{
    static char kept[1024];
    static size_t n_kept;

    return read_line(0, kept, &n_kept, sizeof(kept), buf, size, end_of(ms)) == NULL;
}

/* --- threads -------------------------------------------------------------------------------- */

static void *run_thread(void *arg)
{
    struct test_thread *t = arg;

    t->body(t->arg);
    return NULL;
}

void test_thread_start(struct test_thread *t, void (*body)(void *), void *arg)
{
    pthread_t thread;
    int error;

    t->body = body;
    t->arg = arg;
    error = pthread_create(&thread, NULL, run_thread, t);
    if (error) {
        test_assertion(__FILE__, __LINE__, false, "pthread_create: %s", strerror(error));
        test_stop();
    }
    t->thread = (intptr_t)thread;
}

void test_thread_join(struct test_thread *t)
{
    pthread_join((pthread_t)t->thread, NULL);
}
