/* SPDX-License-Identifier: MIT */
/*
 * Refreshing in place: what --watch does. On a terminal the other screen is used, so that what
 * stood there before stands there again; q, ^C and signals end it, and however it ends the terminal
 * is as it was.
 */
#ifndef NT_TOOL_WATCH_H
#define NT_TOOL_WATCH_H

#include <stdio.h>

#include "tool/kit/output.h"

/**
 * nt_watch() - print again and again until it is enough
 * @seconds: between two
 * @title:   one line above, on a terminal
 * @print:   one time, to @stream; returns an exit code, and another than NT_TOOL_OK ends it
 *
 * Each time has the deadline of @output for itself. Elsewhere than on a terminal the times are
 * separated by an empty line, and only signals end it. Return: an exit code.
 */
int nt_watch(const struct nt_output *output, unsigned seconds, const char *title,
             int (*print)(FILE *stream, void *what), void *what);

#endif
