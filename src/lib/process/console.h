/* SPDX-License-Identifier: MIT */
/*
 * Keys and questions: the console of a Windows program, as far as a terminal is one.
 */
#ifndef NT_LIB_PROCESS_CONSOLE_H
#define NT_LIB_PROCESS_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

/**
 * nt_console_get() - the next byte of a key, or of standard input where that is no terminal
 *
 * Arrows and function keys are two values: 0xE0 or 0, then a code. Return: -1 at the end.
 */
int nt_console_get(void);
/** nt_console_unget() - give @value back; false when one is there already */
bool nt_console_unget(int value);
/** nt_console_waits() - nt_console_get() would return at once */
bool nt_console_waits(void);

/**
 * nt_console_can_ask() - standard input and standard error are terminals
 */
bool nt_console_can_ask(void);

/**
 * nt_console_ask_line() - a line from standard input
 *
 * Return: false at its end.
 */
bool nt_console_ask_line(char *line, size_t size);

#endif
