/* SPDX-License-Identifier: MIT */
/*
 * The terminal behind standard input: a key at a time. A part of os.h, with the same rules.
 *
 * While a key is waited for the terminal neither echoes nor collects lines. It is put back
 * afterwards, by exit(), and by SIGINT, SIGTERM, SIGHUP, SIGQUIT and SIGTSTP where the program
 * leaves those to the system.
 */
#ifndef NT_OS_TERMINAL_H
#define NT_OS_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/** nt_os_is_terminal() - @fd is one */
bool nt_os_is_terminal(int fd);

/**
 * nt_os_read_keys() - wait for a key
 * @bytes, @size: receives what it sends: a byte, a character of UTF-8, or a sequence that begins
 *   with ESC and came at once; at least 16 bytes
 *
 * One thread at a time. Return: how many bytes; 0 at the end of the input; -errno.
 */
int nt_os_read_keys(char *bytes, size_t size);

/** nt_os_key_waits() - nt_os_read_keys() would return at once */
bool nt_os_key_waits(void);

/** nt_os_can_read() - @fd has something to read, or its end */
bool nt_os_can_read(int fd);

#endif
