/* SPDX-License-Identifier: MIT */
/*
 * What the machine says about itself, as far as sections ask: small texts of /proc and /sys, and
 * whether memory may be executed. A part of os.h, with the same rules.
 */
#ifndef NT_OS_SYSTEM_H
#define NT_OS_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * nt_os_read_text() - the start of a small file
 * @text: at least one byte; always ends with 0, also on failure (then it is empty)
 *
 * Return: 0, also when there is more than @size - 1 bytes; -errno.
 */
int nt_os_read_text(const char *path, char *text, size_t size);

/* What a file system has, in bytes. */
struct nt_os_space {
    uint64_t size, free, available; /* @available: to this user */
    uint64_t block;                 /* what it is given out in */
};
/** nt_os_space() - of the file system that @path lies on; 0 or -errno */
int nt_os_space(const char *path, struct nt_os_space *ret_space);
/** nt_os_is_noexec() - the file lies where nothing may be mapped executable */
bool nt_os_is_noexec(int fd);

/** nt_os_refuses_exec_gain() - PR_SET_MDWE stands: what is writable is never executable */
bool nt_os_refuses_exec_gain(void);

#endif
