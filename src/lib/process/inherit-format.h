/* SPDX-License-Identifier: MIT */
/*
 * What CreateProcess hands to its child: a sealed memfd with all handles that it inherits, its
 * command line, and what STARTUPINFO said. The descriptors named in it are open in the child under
 * the same numbers. NTSHM_INHERIT=FD:DEVICE:INODE:NONCE in the environment names the memfd.
 *
 * A header; texts, each with its NUL; then the handles, each a struct nt_inherit_handle with the
 * bytes of its parcel behind it. Everything begins at a multiple of 8.
 */
#ifndef NT_LIB_PROCESS_INHERIT_FORMAT_H
#define NT_LIB_PROCESS_INHERIT_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/object/parcel.h"

#define NT_INHERIT_VARIABLE "NTSHM_INHERIT"
#define NT_INHERIT_MAGIC    0x31484e49u /* "INH1" */
#define NT_INHERIT_MAX      ((uint64_t)1 << 32)
#define NT_INHERIT_NONCE    16u

enum nt_inherit_text { NT_INHERIT_LINE, NT_INHERIT_TITLE, NT_INHERIT_DESKTOP, NT_INHERIT_TEXTS };

struct nt_inherit_header {
    uint32_t magic;
    uint32_t zero;
    unsigned char nonce[NT_INHERIT_NONCE];
    uint64_t size; /* of all */
    int32_t page_fd;
    uint32_t n_handles;
    uint32_t startup_flags, show; /* STARTUPINFO's */
    uint32_t geometry[7];         /* dwX to dwFillAttribute */
    uint32_t reserved;
    uint64_t text_at[NT_INHERIT_TEXTS]; /* from the start; 0: none */
    uint64_t handles_at;
};

struct nt_inherit_handle {
    uint64_t handle;
    uint32_t size; /* of the bytes that follow, which are padded to 8 */
    uint32_t n_fds;
    int32_t fds[NT_PARCEL_FDS];
};

/**
 * nt_inherit_check() - whether bytes are what is described above
 * @bytes: 8-byte aligned
 *
 * Every offset and length is within @size, every text ends there, every handle is a value that can
 * be one, and every descriptor is above 2 and named once.
 */
bool nt_inherit_check(const void *bytes, size_t size);

/** nt_inherit_text() - of checked bytes; NULL: none */
const char *nt_inherit_text(const void *bytes, enum nt_inherit_text text);
/** nt_inherit_next() - the handle behind @handle, of which there is one; NULL: the first one */
const struct nt_inherit_handle *nt_inherit_next(const void *bytes,
                                                const struct nt_inherit_handle *handle);

/* What NTSHM_INHERIT says. */
struct nt_inherit_name {
    int fd;
    uint64_t device, inode;
    unsigned char nonce[NT_INHERIT_NONCE];
};

#define NT_INHERIT_NAME_SIZE 96 /* bytes of its text */

/** nt_inherit_name_print() - the variable's value */
void nt_inherit_name_print(const struct nt_inherit_name *name, char *text);
/** nt_inherit_name_parse() - false for what that did not print */
bool nt_inherit_name_parse(const char *text, struct nt_inherit_name *ret_name);

#endif
