/* SPDX-License-Identifier: MIT */
/*
 * Whole files: copies, other names, one in the place of another. Paths are as nt_path_from_...()
 * made them. How others have opened and mapped the files is respected as far as it is told
 * (marks.h).
 */
#ifndef NT_LIB_FILE_COPY_H
#define NT_LIB_FILE_COPY_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/file/file.h"

/* What a program wants to be told while it copies. */
struct nt_copy_state {
    uint64_t total; /* bytes of the source when it was opened */
    uint64_t done;
    bool began; /* nothing is copied yet: the first report */
    HANDLE from, to;
};

enum nt_copy_answer {
    NT_COPY_GO_ON,
    NT_COPY_QUIET,  /* go on, and report no more */
    NT_COPY_CANCEL, /* fail, and delete what was made */
    NT_COPY_STOP,   /* fail, and keep what was made */
};

struct nt_copy_request {
    const char *from, *to;
    bool fail_if_exists;
    enum nt_copy_answer (*report)(const struct nt_copy_state *state, void *context); /* or NULL */
    void *context;
};

/**
 * nt_file_copy() - make a copy: bytes, permission bits, the time of the last write
 *
 * A copy that fails half-way is deleted. Return: STATUS_SUCCESS; those of nt_file_open() for both
 * files (16.7, 16.8), also STATUS_SHARING_VIOLATION for a file copied to itself;
 * STATUS_FILE_LOCK_CONFLICT; STATUS_DISK_FULL; STATUS_REQUEST_ABORTED.
 */
NTSTATUS nt_file_copy(const struct nt_copy_request *request);

enum nt_move_flags {
    NT_MOVE_REPLACE = 1,       /* a file that has the name is replaced */
    NT_MOVE_COPY = 2,          /* into another file system a file is copied; the source goes if it
                                  can be deleted */
    NT_MOVE_WRITE_THROUGH = 4, /* on the disk when it is done */
};

/**
 * nt_path_move() - give a file or directory another name
 *
 * Return: STATUS_SUCCESS; STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_PATH_NOT_FOUND;
 * STATUS_OBJECT_NAME_COLLISION; STATUS_SHARING_VIOLATION (the file is open without
 * FILE_SHARE_DELETE); STATUS_ACCESS_DENIED, STATUS_CANNOT_DELETE (what would be replaced is open
 * so, mapped, read-only or a directory); STATUS_NOT_SAME_DEVICE; what the kernel said.
 */
NTSTATUS nt_path_move(const char *from, const char *to, enum nt_move_flags flags);

/** nt_file_rename() - the same for the file behind a handle that carries DELETE */
NTSTATUS nt_file_rename(struct nt_file *file, const char *to, bool replace);

/**
 * nt_path_replace() - ReplaceFile: @replacement takes the name and permission bits of @replaced
 * @backup: what the replaced file is called then, or NULL; a file of that name is replaced
 *
 * Both steps are renames: at any moment somebody finds one of the files under the name, where
 * the file system has hard links or no backup is wanted. Return: as nt_path_move();
 * STATUS_NOT_FOUND when @replacement could not be moved after @replaced was.
 */
NTSTATUS nt_path_replace(const char *replaced, const char *replacement, const char *backup);

/** nt_path_link() - one more name; STATUS_TOO_MANY_LINKS, and as nt_path_move() */
NTSTATUS nt_path_link(const char *existing, const char *name);

#endif
