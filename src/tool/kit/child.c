// SPDX-License-Identifier: MIT
/*
 * A command's process; see child.h. Signals are blocked before the fork and taken by sigwaitinfo(),
 * so that none falls between two looks.
 */
#include "tool/kit/child.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tool/kit/deadline.h"
#include "tool/kit/output.h"
#include "tool/tool.h"
#include "util/macro.h"

void nt_child_signals(sigset_t *ret_blocked, sigset_t *ret_before)
{
    static const int taken[] = {SIGCHLD, SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2};

    signal(SIGCHLD,
           SIG_DFL); /* who started us may have ignored it: then nobody could be waited for */
    sigemptyset(ret_blocked);
    for (size_t i = 0; i < NT_ARRAY_SIZE(taken); i++)
        sigaddset(ret_blocked, taken[i]);
    sigprocmask(SIG_BLOCK, ret_blocked, ret_before);
}

void nt_child_forward(pid_t pid, const siginfo_t *info)
{
    bool from_terminal =
        info->si_code == SI_KERNEL && (info->si_signo == SIGINT || info->si_signo == SIGQUIT);

    if (info->si_signo != SIGCHLD && !from_terminal)
        kill(pid, info->si_signo);
}

void nt_child_exec(char **argv, const sigset_t *mask)
{
    char clean[512];
    int error;

    sigprocmask(SIG_SETMASK, mask, NULL);
    execvp(argv[0], argv);
    error = errno;
    nt_tool_error("'%s' cannot be run: %s", nt_output_clean(argv[0], clean, sizeof(clean)),
                  strerror(error));
    _exit(error == ENOENT ? NT_CHILD_NOT_FOUND : NT_CHILD_NOT_EXECUTABLE);
}

int nt_child_code(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int wait_for(pid_t pid, const sigset_t *blocked)
{
    siginfo_t info;
    int status;

    for (;;) {
        pid_t ended = waitpid(pid, &status, WNOHANG);

        if (ended == pid)
            return nt_child_code(status);
        if (ended < 0 && errno != EINTR)
            return nt_tool_error("the command is lost: %s", strerror(errno));
        if (sigwaitinfo(blocked, &info) > 0)
            nt_child_forward(pid, &info);
    }
}

int nt_child_run(char **argv, bool (*prepare)(void *context), void *context)
{
    sigset_t blocked, before;
    pid_t pid;
    int code;

    nt_output_deadline(0);
    fflush(NULL);
    nt_child_signals(&blocked, &before);
    pid = fork();
    if (pid == 0) {
        if (prepare && !prepare(context))
            _exit(NT_CHILD_NOT_EXECUTABLE);
        nt_child_exec(argv, &before);
    }
    code = pid < 0 ? nt_tool_error("no process for the command: %s", strerror(errno))
                   : wait_for(pid, &blocked);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return code;
}
