// SPDX-License-Identifier: MIT
/*
 * `ntshm ls --watch` on a terminal of its own: it refreshes, ends in every way that it should, and
 * leaves the terminal as it found it; and what reads the commands' output may go away.
 */
#include <windows.h>

#include "harness/test.h"
#include "tool/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define MS 30000

struct terminal {
    pid_t pid;
    int fd; /* the master */
    char text[1 << 16];
    size_t size;
};

static void watch(struct terminal *terminal, const char *deadline)
{
    struct winsize size = {.ws_row = 12, .ws_col = 60};

    terminal->size = 0;
    terminal->pid = forkpty(&terminal->fd, NULL, NULL, &size);
    if (terminal->pid == 0) {
        setenv("TERM", "xterm", 1);
        execl(NT_TEST_TOOL_PATH, "ntshm", "ls", "--watch=1", deadline, (char *)NULL);
        _exit(127);
    }
    require(terminal->pid > 0);
}

/* Reads until @text has come @times; false at the end or the deadline. */
static bool sees(struct terminal *terminal, const char *text, unsigned times)
{
    uint64_t end = test_now_ms() + MS;

    while (test_now_ms() < end) {
        struct pollfd ready = {.fd = terminal->fd, .events = POLLIN};
        unsigned n = 0;
        ssize_t got;

        terminal->text[terminal->size] = 0;
        for (const char *at = terminal->text; (at = strstr(at, text)); at++)
            n++;
        if (n >= times)
            return true;
        if (poll(&ready, 1, 1000) <= 0)
            continue;
        got = read(terminal->fd, terminal->text + terminal->size,
                   sizeof(terminal->text) - terminal->size - 1);
        if (got <= 0 && errno != EINTR)
            return false;
        terminal->size += got > 0 ? (size_t)got : 0;
    }
    return false;
}

/* Its exit code, with everything that it said until then. */
static int end_of(struct terminal *terminal)
{
    int status;

    sees(terminal, "\033[?1049l", 1);
    while (waitpid(terminal->pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void ok_cleaned(struct terminal *terminal)
{
    struct termios is;

    ok(strstr(terminal->text, "\033[?25h\033[?1049l") != NULL);
    ok(tcgetattr(terminal->fd, &is) == 0);
    ok(is.c_lflag & ICANON);
    ok(is.c_lflag & ECHO);
    close(terminal->fd);
}

TEST_DEADLINE(watch_refreshes_in_place_and_cleans_up, "", 120)
{
    static struct terminal terminal;
    HANDLE handle = CreateEventW(NULL, TRUE, FALSE, L"Local\\first"), other;

    for (unsigned way = 0; way < 3; way++) {
        watch(&terminal, "--deadline=60");
        ok(sees(&terminal, "first", 2));
        other = CreateEventW(NULL, TRUE, FALSE, L"Local\\second");
        ok(sees(&terminal, "second", 1));
        CloseHandle(other);
        if (way == 0)
            ok(write(terminal.fd, "q", 1) == 1);
        else if (way == 1)
            ok(write(terminal.fd, "\003", 1) == 1); /* ^C */
        else
            kill(terminal.pid, SIGTERM);
        ok_eq(end_of(&terminal), 0);
        ok_cleaned(&terminal);
    }
    CloseHandle(handle);
}

/* Another size shows at once, and what is wider is cut by columns. */
TEST_DEADLINE(watch_fits_the_terminal, "", 120)
{
    static struct terminal terminal;
    struct winsize small = {.ws_row = 4, .ws_col = 20};
    HANDLE handles[8];
    wchar_t name[64];

    for (unsigned i = 0; i < 8; i++) {
        swprintf(name, 64, L"Local\\a-long-name-for-a-small-terminal-%u", i);
        handles[i] = CreateEventW(NULL, TRUE, FALSE, name);
    }
    watch(&terminal, "--deadline=60");
    ok(sees(&terminal, "a-small-terminal-7", 1));
    terminal.size = 0;
    require(ioctl(terminal.fd, TIOCSWINSZ, &small) == 0);
    ok(sees(&terminal, "\r\n...", 1));
    ok(strstr(terminal.text, "\\a-long-name") != NULL);
    ok(write(terminal.fd, "q", 1) == 1);
    ok_eq(end_of(&terminal), 0);
    ok_cleaned(&terminal);
    for (unsigned i = 0; i < 8; i++)
        CloseHandle(handles[i]);
}

TEST_DEADLINE(a_broker_that_stops_ends_watch_with_a_clean_terminal, "", 120)
{
    struct json_object *status;
    static struct terminal terminal;
    HANDLE handle = CreateEventW(NULL, TRUE, FALSE, L"Local\\first");
    struct run run;
    pid_t broker;

    run_tool(&run, "broker", "status", "--json");
    status = run_json(&run);
    broker = (pid_t)json_number(status, "worker");
    json_object_put(status);
    run_free(&run);
    require(broker > 0);
    watch(&terminal, "--deadline=5");
    ok(sees(&terminal, "first", 1));
    kill(broker, SIGSTOP);
    ok_eq(end_of(&terminal), 1);
    kill(broker, SIGCONT);
    ok(sees(&terminal, "not done after", 1));
    ok_cleaned(&terminal);
    CloseHandle(handle);
}

/* JSON, a line each time; and it ends when nobody reads any more. */
TEST_DEADLINE(watch_into_a_pipe, "", 120)
{
    HANDLE handle = CreateEventW(NULL, TRUE, FALSE, L"Local\\first");
    struct run run;
    char text[8192];
    size_t size = 0, n_lines = 0;

    run_start(&run, "ls", "--watch=1", "--json");
    while (n_lines < 2) {
        ssize_t n = read(run.out_fd, text + size, sizeof(text) - size - 1);

        if (n < 0 && errno == EINTR)
            continue;
        require(n > 0);
        size += (size_t)n;
        text[size] = 0;
        n_lines = 0;
        for (const char *at = text; (at = strchr(at, '\n')); at++)
            n_lines++;
    }
    ok(strncmp(text, "[{\"name\":", 9) == 0, "%s", text);
    close(run.out_fd);
    run.out_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    run_wait(&run);
    ok_eq(run.code, 128 + SIGPIPE);
    ok_str_eq(run.out, "");
    run_free(&run);
    CloseHandle(handle);
}
