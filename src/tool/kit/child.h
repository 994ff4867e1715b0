/* SPDX-License-Identifier: MIT */
/*
 * A command that runs while the tool holds something for it, as `flock FILE COMMAND` does: signals
 * go on to it, and its exit code becomes the tool's.
 */
#ifndef NT_TOOL_CHILD_H
#define NT_TOOL_CHILD_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

/* As the shell has them. */
#define NT_CHILD_NOT_EXECUTABLE 126
#define NT_CHILD_NOT_FOUND      127

/**
 * nt_child_run() - run a command and wait for its end
 * @argv:    found along PATH
 * @prepare: in the child before the command begins, NULL for nothing; false: it must not run, and
 *           @prepare has said why (NT_CHILD_NOT_EXECUTABLE)
 *
 * SIGTERM, SIGHUP, SIGUSR1 and SIGUSR2 are handed on, and so are SIGINT and SIGQUIT that somebody
 * sent with kill (those of the terminal reach the command by themselves). The deadline is taken
 * away: a command may take its time.
 *
 * Return: its exit code; 128 and the number of the signal that ended it; NT_CHILD_NOT_...; 1 when
 * there was no process for it.
 */
int nt_child_run(char **argv, bool (*prepare)(void *context), void *context);

/** nt_child_signals() - block the signals that nt_child_forward() takes, and SIGCHLD */
void nt_child_signals(sigset_t *ret_blocked, sigset_t *ret_before);
/** nt_child_forward() - hand a signal on to @pid, where it would not arrive by itself */
void nt_child_forward(pid_t pid, const siginfo_t *info);
/** nt_child_exec() - be the command; says why not, and ends with NT_CHILD_NOT_... */
_Noreturn void nt_child_exec(char **argv, const sigset_t *mask);
/** nt_child_code() - of a status of waitpid() */
int nt_child_code(int status);

#endif
