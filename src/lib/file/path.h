/* SPDX-License-Identifier: MIT */
/*
 * Paths: Windows spellings become Linux ones. Both / and \ separate, the prefixes \\?\, \\.\ and
 * \??\ are dropped, NUL is /dev/null, CONIN$ and CONOUT$ are the terminal. There are no drives:
 * C:\x is a path that is not found. Names are compared as Linux does, case and all.
 */
#ifndef NT_LIB_FILE_PATH_H
#define NT_LIB_FILE_PATH_H

#include <stddef.h>

#include <windows.h>
#include <winternl.h>

/**
 * nt_path_from_utf8(), nt_path_from_wide() - a path that system calls take
 * @text:     may be NULL
 * @ret_path: the caller frees it; never empty
 *
 * A pair of surrogates in wide text is one character. Return: STATUS_SUCCESS;
 * STATUS_OBJECT_PATH_NOT_FOUND for no text, an empty one, and drives; STATUS_UNMAPPABLE_CHARACTER
 * for text that is no UTF-8; STATUS_OBJECT_NAME_INVALID for wide text that is no Unicode;
 * STATUS_NO_MEMORY.
 */
NTSTATUS nt_path_from_utf8(const char *text, char **ret_path);
NTSTATUS nt_path_from_wide(const WCHAR *text, char **ret_path);

/**
 * nt_path_to_wide() - the way back, for calls that tell a path
 * @text:      room for @room characters, may be NULL when that is 0; ends with 0 when all fits
 * @ret_count: characters of the path, without the 0
 *
 * Return: STATUS_SUCCESS; STATUS_BUFFER_TOO_SMALL (and @ret_count is set);
 * STATUS_UNMAPPABLE_CHARACTER for a path that is no UTF-8; STATUS_NO_MEMORY.
 */
NTSTATUS nt_path_to_wide(const char *path, WCHAR *text, size_t room, size_t *ret_count);

/**
 * nt_path_full() - an absolute path without . and .. and doubled separators, by its text alone
 *
 * As Windows, and unlike the kernel, a .. takes the name before it away also when that is a link.
 * @ret_path: the caller frees it
 */
NTSTATUS nt_path_full(const char *path, char **ret_path);

/**
 * nt_path_status() - what a failed call on @path means: as nt_file_status(), and a directory on
 * the way that is not there is STATUS_OBJECT_PATH_NOT_FOUND
 */
NTSTATUS nt_path_status(const char *path, int error);

#endif
