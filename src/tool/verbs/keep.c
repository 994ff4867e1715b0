// SPDX-License-Identifier: MIT
/*
 * Keeping a name; see keep.h.
 */
#include "tool/verbs/keep.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tool/kit/deadline.h"
#include "tool/tool.h"

/* --- the options ------------------------------------------------------------------------------ */

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct nt_keep *keep = state->input;

    (void)argument;
    switch (key) {
    case 'H':
        keep->hold = true;
        return 0;
    case 'd':
        keep->detach = true;
        return 0;
    case ARGP_KEY_END:
        if (keep->hold + keep->detach + (keep->command != NULL) > 1)
            argp_error(state, "one of --hold, --detach and -- COMMAND");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option options[] = {
    {"hold", 'H', NULL, 0,
     "keep the name until SIGINT, SIGTERM or the end of standard input (a terminal or a pipe)", 0},
    {"detach", 'd', NULL, 0,
     "keep the name in a process in the background, and print its pid when it is ready; kill it to "
     "let go",
     0},
    {0},
};

const struct argp nt_keep_argp = {.options = options, .parser = parse};

char **nt_keep_command(int *argc, char **argv)
{
    for (int i = 1; i < *argc; i++) {
        if (strcmp(argv[i], "--") != 0)
            continue;
        if (!argv[i + 1]) {
            nt_tool_error("which command? It comes after --");
            exit(NT_TOOL_USAGE);
        }
        argv[i] = NULL;
        *argc = i;
        return argv + i + 1;
    }
    return NULL;
}

/* --- in the background ------------------------------------------------------------------------ */

/* The one byte that the other process reports. One that ends before has said why, unless it died.
 */
static int hear(int fd, pid_t pid)
{
    unsigned char code;
    int status = 0;
    ssize_t n;

    while ((n = read(fd, &code, 1)) < 0 && errno == EINTR)
        ;
    close(fd);
    if (n == 1)
        return code;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
        return WEXITSTATUS(status);
    return nt_tool_error("the process in the background has died");
}

bool nt_keep_detach(struct nt_keep *keep, unsigned seconds, int *ret_code)
{
    int ends[2];
    pid_t pid;

    keep->report = -1;
    if (!keep->detach)
        return true;
    *ret_code = NT_TOOL_FAILED;
    nt_output_deadline(0); /* it is the other one's */
    fflush(NULL);
    if (pipe2(ends, O_CLOEXEC) < 0 || (pid = fork()) < 0) {
        nt_tool_error("no process in the background: %s", strerror(errno));
        return false;
    }
    if (pid > 0) {
        close(ends[1]);
        *ret_code = hear(ends[0], pid);
        return false;
    }
    close(ends[0]);
    keep->report = ends[1];
    setsid();
    nt_output_deadline(seconds);
    return true;
}

/* A background process keeps neither the terminal nor the pipe that somebody reads to its end. */
static void leave_streams(void)
{
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (int i = 0; fd >= 0 && i < 3; i++)
        dup2(fd, i);
    if (fd > 2)
        close(fd);
    (void)!chdir("/");
}

void nt_keep_ready(struct nt_keep *keep, int code)
{
    unsigned char byte = NT_TOOL_OK;

    /* One that ends now is waited for. */
    if (keep->report < 0 || code != NT_TOOL_OK)
        return;
    if (fflush(stdout) != 0)
        exit(nt_tool_error("the pid could not be written: %s", strerror(errno)));
    leave_streams();
    while (write(keep->report, &byte, 1) < 0 && errno == EINTR)
        ;
    close(keep->report);
    keep->report = -1;
}

/* --- until told ------------------------------------------------------------------------------- */

static void block_signals(sigset_t *ret_enough)
{
    sigemptyset(ret_enough);
    sigaddset(ret_enough, SIGINT);
    sigaddset(ret_enough, SIGTERM);
    sigaddset(ret_enough, SIGHUP);
    sigprocmask(SIG_BLOCK, ret_enough, NULL);
}

void nt_keep_prepare(const struct nt_keep *keep)
{
    sigset_t enough;

    if (!keep || keep->hold || keep->detach)
        block_signals(&enough);
}

static int watch_signals(void)
{
    sigset_t enough;

    block_signals(&enough);
    return signalfd(-1, &enough, SFD_CLOEXEC);
}

static bool input_can_end(void)
{
    struct stat status;

    if (fstat(STDIN_FILENO, &status) < 0)
        return false;
    return S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) || isatty(STDIN_FILENO);
}

int nt_keep_until_told(void)
{
    struct pollfd entries[2] = {{.fd = watch_signals(), .events = POLLIN},
                                {.fd = input_can_end() ? STDIN_FILENO : -1, .events = POLLIN}};
    char buffer[256];
    ssize_t n = 1;

    nt_output_deadline(0);
    if (entries[0].fd < 0)
        return nt_tool_error("signals cannot be waited for: %s", strerror(errno));
    while (n != 0) {
        if (poll(entries, 2, -1) < 0 && errno != EINTR)
            break;
        if (entries[0].revents)
            break;
        if (entries[1].revents)
            n = read(STDIN_FILENO, buffer, sizeof(buffer));
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            break;
    }
    close(entries[0].fd);
    return NT_TOOL_OK;
}
