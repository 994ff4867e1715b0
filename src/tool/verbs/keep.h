/* SPDX-License-Identifier: MIT */
/*
 * Who keeps a name: it lives as long as somebody has a handle, and the tool's own handle ends with
 * the tool. So `create` and `open` are told who stays: this process until it is told to end
 * (--hold), one in the background (--detach), or this one while a command runs (-- COMMAND).
 */
#ifndef NT_TOOL_KEEP_H
#define NT_TOOL_KEEP_H

#include <argp.h>
#include <stdbool.h>

struct nt_keep {
    bool hold, detach;
    char **command; /* what is behind "--", ended by NULL; or NULL */
    int report;     /* nt_keep_detach(): to who waits for the one in the background; -1: nobody */
};

/* --hold and --detach; its input is a struct nt_keep. */
extern const struct argp nt_keep_argp;

/**
 * nt_keep_command() - cut "-- COMMAND" off the end of the arguments, before they are parsed
 *
 * One without a command is wrong usage, which ends the process.
 *
 * Return: what follows the first "--" that stands alone, or NULL; *@argc is what is before it.
 */
char **nt_keep_command(int *argc, char **argv);

/**
 * nt_keep_detach() - with --detach: go on in a process of its own, before anything is opened
 * @seconds:  the deadline, which goes along
 * @ret_code: in the first process, which waits until the other one is ready: its exit code
 *
 * Return: true in the process that goes on.
 */
bool nt_keep_detach(struct nt_keep *keep, unsigned seconds, int *ret_code);

/** nt_keep_ready() - what there was to do and say is done: the first process may end with @code */
void nt_keep_ready(struct nt_keep *keep, int code);

/**
 * nt_keep_prepare() - before anybody is told of the name: a signal to let go waits from now on for
 * nt_keep_until_told()
 * @keep: with --hold or --detach only; NULL: in any case
 */
void nt_keep_prepare(const struct nt_keep *keep);

/**
 * nt_keep_until_told() - until SIGINT, SIGTERM or SIGHUP, or the end of standard input where that
 * is a terminal, a pipe or a socket: the shell gives background jobs /dev/null
 *
 * Return: an exit code.
 */
int nt_keep_until_told(void);

#endif
