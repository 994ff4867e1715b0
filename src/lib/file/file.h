/* SPDX-License-Identifier: MIT */
/*
 * Files: handles over open file descriptions. A file handle is what CreateFile gives: rights,
 * a position of its own, a sharing mode that other openers who use this library respect, and
 * perhaps the promise to delete the file when the last such handle closes.
 *
 * Nothing stands between processes but the file itself: how it is opened, shared and mapped is
 * told by marks, OFD read locks on far bytes of the file (marks.h). A description that can read
 * bears them; a file that one may write but not read is opened without marks.
 *
 * A description is this handle's own (also O_PATH, for rights that need no data), or borrowed:
 * one of the program's, behind GetStdHandle() and _get_osfhandle(), which is never closed here.
 */
#ifndef NT_LIB_FILE_FILE_H
#define NT_LIB_FILE_FILE_H

#include <sys/stat.h>

#include "lib/object/object.h"

struct nt_file_locks;

struct nt_file {
    struct nt_object object;
    int fd;                /* this handle's description */
    int type;              /* FILE_TYPE_DISK, FILE_TYPE_CHAR, FILE_TYPE_PIPE */
    bool directory;        /* FILE_TYPE_DISK, and not a regular file */
    _Atomic bool borrowed; /* fd is the program's */
    bool bare;             /* fd was opened for rights that need no data, perhaps as O_PATH */
    _Atomic bool shared;   /* the description went to another process, or came from one */
    unsigned marks;        /* that fd bears for this handle (marks.h) */
    uint32_t opener;    /* the process that opened it: a forked child neither clears nor deletes */
    ACCESS_MASK opened; /* rights it was opened with; no copy of the handle has other data rights */
    ULONG options;      /* FILE_FLAG_ bits of CreateFile */
    char *path; /* absolute, as opened, for messages; may be stale; NULL for borrowed ones */
    _Atomic bool delete_on_close;
    struct nt_file_locks *_Atomic locks; /* LockFile's ranges (lock.h), or NULL */
};

extern const struct nt_object_type nt_file_type;

/* Its part of a parcel (parcel.c). */
NTSTATUS nt_file_pack(struct nt_object *object, ACCESS_MASK access, struct nt_parcel *parcel);
NTSTATUS nt_file_unpack(struct nt_parcel *parcel, ACCESS_MASK access,
                        struct nt_object **ret_object);

/** nt_file_new() - an object over @fd, which it owns from now on; one open; NULL without memory */
struct nt_file *nt_file_new(int fd);
/** nt_file_set_type() - tell what it is: file, directory, device, pipe */
void nt_file_set_type(struct nt_file *file, const struct stat *stat);

/** nt_file_is_read_only() - FILE_ATTRIBUTE_READONLY: a file that nobody may write */
static inline bool nt_file_is_read_only(const struct stat *stat)
{
    return S_ISREG(stat->st_mode) && (stat->st_mode & 0222) == 0;
}

/** nt_file_status() - what a failed call on a file or a path means; 0 is STATUS_SUCCESS */
NTSTATUS nt_file_status(int error);

/**
 * nt_file_get() - the file behind a handle, for the length of a call
 * @access:   rights that the handle must carry, all of them
 * @ret_file: one open; give it back with nt_file_put()
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_HANDLE; STATUS_OBJECT_TYPE_MISMATCH;
 * STATUS_ACCESS_DENIED.
 */
NTSTATUS nt_file_get(HANDLE handle, ACCESS_MASK access, struct nt_file **ret_file);
/** nt_file_get_any() - the same when one of the rights is enough; @ret_access: what it carries */
NTSTATUS nt_file_get_any(HANDLE handle, ACCESS_MASK access, struct nt_file **ret_file,
                         ACCESS_MASK *ret_access);
/** nt_file_put() - NULL is allowed; returns NULL */
struct nt_file *nt_file_put(struct nt_file *file);
/** nt_file_putp() - for NT_CLEANUP */
void nt_file_putp(struct nt_file **file);

/* --- opening (open.c) ---------------------------------------------------------------------- */

struct nt_file_request {
    const char *path;   /* as nt_path_from_...() made it */
    ACCESS_MASK access; /* generic bits and MAXIMUM_ALLOWED are mapped here */
    ULONG share;        /* FILE_SHARE_ */
    ULONG disposition;  /* CREATE_NEW ... TRUNCATE_EXISTING */
    ULONG options;      /* FILE_FLAG_ */
    ULONG attributes;   /* FILE_ATTRIBUTE_ of a new file */
    ULONG handle_flags; /* OBJ_INHERIT */
};

/**
 * nt_file_open() - what CreateFile does
 * @ret_file:    one open, not yet a handle (nt_handle_hand_out(), or nt_file_put())
 * @ret_access:  the rights that were granted
 * @ret_existed: the file was there already; may be NULL
 *
 * Return: STATUS_SUCCESS; STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_PATH_NOT_FOUND,
 * STATUS_OBJECT_NAME_INVALID; STATUS_OBJECT_NAME_COLLISION (CREATE_NEW); STATUS_ACCESS_DENIED;
 * STATUS_FILE_IS_A_DIRECTORY; STATUS_SHARING_VIOLATION; STATUS_USER_MAPPED_FILE;
 * STATUS_CANNOT_DELETE; STATUS_DELETE_PENDING; STATUS_INVALID_PARAMETER; what the kernel said.
 */
NTSTATUS nt_file_open(const struct nt_file_request *request, struct nt_file **ret_file,
                      ACCESS_MASK *ret_access, bool *ret_existed);
/** nt_file_create() - the same, as a handle */
NTSTATUS nt_file_create(const struct nt_file_request *request, HANDLE *ret_handle,
                        bool *ret_existed);

/**
 * nt_file_borrow() - a handle over a descriptor of the program's, which stays the program's
 *
 * Its rights are those of the descriptor. Return: STATUS_INVALID_HANDLE when it is not open.
 */
NTSTATUS nt_file_borrow(int fd, HANDLE *ret_handle);

/* --- sizes and deletion (io.c, delete.c) --------------------------------------------------- */

/** nt_file_get_size() - bytes; STATUS_INVALID_DEVICE_REQUEST for what has none */
NTSTATUS nt_file_get_size(const struct nt_file *file, uint64_t *ret_size);
/**
 * nt_file_set_size() - SetEndOfFile: make it shorter, or longer
 *
 * The handle carries FILE_WRITE_DATA (the caller has looked). Shorter while a section or view of
 * anybody shows it: STATUS_USER_MAPPED_FILE (16.1 to 16.5).
 */
NTSTATUS nt_file_set_size(struct nt_file *file, uint64_t size);

/**
 * nt_file_check_delete() - may the file go? 14.20, 16.9, 16.10
 *
 * Return: STATUS_SUCCESS; STATUS_CANNOT_DELETE: read-only, or mapped.
 */
NTSTATUS nt_file_check_delete(struct nt_file *file);
/** nt_file_unlink() - take the name away that the open file has now, if it is still its name */
NTSTATUS nt_file_unlink(const struct nt_file *file);
/**
 * nt_file_delete() - DeleteFile: the name goes at once
 *
 * Also while data sections show the file (16.12), not while an image does (14.20).
 */
NTSTATUS nt_file_delete(const char *path);

/* --- sections ------------------------------------------------------------------------------ */

/* What a section needs of the file it shows. */
struct nt_file_backing {
    int read_fd;   /* a description of its own, O_RDONLY; the caller closes it */
    int write_fd;  /* the same, O_RDWR, when @write was asked; else -1 */
    uint64_t size; /* of the file now */
};

/**
 * nt_file_backing() - new descriptions of a file, for a section
 * @handle: a file's; @access it must carry: FILE_READ_DATA, FILE_WRITE_DATA, FILE_EXECUTE
 * @write:  a read-write one is wanted too
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_HANDLE; STATUS_OBJECT_TYPE_MISMATCH (no file, 1.24);
 * STATUS_ACCESS_DENIED (1.27 to 1.29); STATUS_INVALID_FILE_FOR_SECTION for a directory, a pipe,
 * a device (1.25); what the kernel said.
 */
NTSTATUS nt_file_backing(HANDLE handle, ACCESS_MASK access, bool write,
                         struct nt_file_backing *ret_backing);

#endif
