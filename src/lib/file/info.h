/* SPDX-License-Identifier: MIT */
/*
 * What there is to know about an open file, and to change: the information classes of the Nt
 * layer, which the Win32 functions are made of too.
 */
#ifndef NT_LIB_FILE_INFO_H
#define NT_LIB_FILE_INFO_H

#include <stdbool.h>

#include "lib/file/file.h"

/* What stat() tells, in Windows' words. */
struct nt_file_stat {
    uint64_t size, allocated; /* bytes */
    uint64_t volume, id;
    ULONG links;
    ULONG attributes;
    bool directory;
    bool delete_pending;
};

/** nt_file_attributes() - FILE_ATTRIBUTE_ bits */
ULONG nt_file_attributes(const struct stat *stat);
/** nt_file_mode_for() - permission bits that say FILE_ATTRIBUTE_READONLY, or no longer do */
mode_t nt_file_mode_for(mode_t mode, ULONG attributes);
/** nt_file_get_stat() - needs no right */
NTSTATUS nt_file_get_stat(struct nt_file *file, struct nt_file_stat *ret_stat);

/**
 * nt_file_query() - NtQueryInformationFile
 * @buffer, @size: the class's structure; more room than needed is accepted
 * @width:         bytes of a character in names: 2 for 16-bit units, 4 for native ones
 * @ret_size:      bytes given; set on STATUS_BUFFER_OVERFLOW too
 */
NTSTATUS nt_file_query(HANDLE handle, FILE_INFORMATION_CLASS which, void *buffer, ULONG size,
                       unsigned width, ULONG *ret_size);

/**
 * nt_file_set() - NtSetInformationFile
 *
 * A name to rename to that has no separator stays in the file's directory.
 */
NTSTATUS nt_file_set(HANDLE handle, FILE_INFORMATION_CLASS which, const void *buffer, ULONG size,
                     unsigned width);
/** nt_file_set_win32() - the same; a name to rename to begins in the current directory */
NTSTATUS nt_file_set_win32(HANDLE handle, FILE_INFORMATION_CLASS which, const void *buffer,
                           ULONG size, unsigned width);

/* What a file system has, in bytes; @available to this user. */
struct nt_file_space {
    uint64_t size, free, available;
    uint64_t block; /* what it is given out in */
};
/** nt_file_space() - of the file system that @path lies on */
NTSTATUS nt_file_space(const char *path, struct nt_file_space *ret_space);

/** nt_file_name() - the path that an open file has now; the caller frees it */
NTSTATUS nt_file_name(const struct nt_file *file, char **ret_path);

#endif
