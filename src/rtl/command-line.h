/* SPDX-License-Identifier: MIT */
/*
 * A command line taken apart, by the rules that Windows programs are started by: 2n backslashes and
 * a quote are n backslashes and the begin or end of a quoted part; 2n+1 and a quote are n and a
 * quote; two quotes inside a quoted part are one. The first argument, the program, knows no
 * backslash rules. And an argument quoted so that it comes out as it was.
 */
#ifndef NT_RTL_COMMAND_LINE_H
#define NT_RTL_COMMAND_LINE_H

#include <stddef.h>

/**
 * nt_command_line_split() - count or write the arguments
 * @line:      ends with NUL; its units have @width bytes (rtl/text.h)
 * @arguments: receives the place of each in @units; NULL: they are only counted
 * @units:     receives the arguments, each with its NUL
 * @ret_units: how many units that takes
 *
 * Return: how many arguments, the program among them: at least 1.
 */
size_t nt_command_line_split(const void *line, unsigned width, void **arguments, void *units,
                             size_t *ret_units);

/**
 * nt_command_line_quote() - add an argument to a line
 * @to: room for twice its bytes, two quotes and the NUL that is not counted
 *
 * Return: the end.
 */
char *nt_command_line_quote(char *to, const char *argument);

#endif
