/* SPDX-License-Identifier: MIT */
/*
 * Sections (file mapping objects): memory that views show. A page-file section is a sealed
 * memfd: made here when it has no name, by the broker when it has one. A file section has
 * descriptions of the file of its own, which bear the marks that tell every process that the file
 * is mapped (file/marks.h); a named one's are with the broker too. The descriptors live as long
 * as some handle does; a view keeps the memory, and the marks, by being mapped and needs none.
 */
#ifndef NT_LIB_MEMORY_SECTION_H
#define NT_LIB_MEMORY_SECTION_H

#include "lib/object/object.h"
#include "lib/object/name.h"

struct nt_image;
struct nt_reserve;

struct nt_section {
    struct nt_object object;
    _Atomic uint64_t size; /* bytes; a page-file section's is a multiple of the page size, a file
                              section's is exact, may grow (NtExtendSection), and never shrinks */
    ULONG protection;      /* PAGE_ value given at creation */
    ULONG attributes;      /* SEC_ flags that it keeps (section-attributes.h): SEC_FILE for a
                              file's, and SEC_IMAGE (and SEC_NOCACHE: no execute) for an image's */
    ULONG node;            /* NUMA node that its pages are wanted on, or NUMA_NO_PREFERRED_NODE */
    uint64_t charged;      /* bytes that nt_commit_check() allowed it, given back when it ends */
    int lease_fd;          /* -1 for an unnamed one */
    int write_fd;          /* read-write description, or -1 */
    int read_fd;           /* read-only description, or -1 */
    int map_fd;            /* SEC_RESERVE: the commit map, to be sent along; else -1 */
    _Atomic uint32_t n_keepers; /* of the descriptors: the opens together, and nt_section_keep() */
    struct nt_image *image;     /* SEC_IMAGE: what the headers say (memory/image.h), else NULL */
    struct nt_reserve *reserve; /* SEC_RESERVE of the page file (memory/reserve.h), else NULL */
};

extern const struct nt_object_type nt_section_type;

/** nt_section_new() - without memory yet: every descriptor is -1; one open; NULL without memory */
struct nt_section *nt_section_new(void);

/* Its part of a parcel, and what it can do after that (section-parcel.c). */
ACCESS_MASK nt_section_reach(const struct nt_object *object);
NTSTATUS nt_section_pack(struct nt_object *object, ACCESS_MASK access, struct nt_parcel *parcel);
NTSTATUS nt_section_unpack(struct nt_parcel *parcel, ACCESS_MASK access,
                           struct nt_object **ret_object);

/**
 * nt_section_to_fd() - a descriptor that is the section's memory, for who knows no handles
 * @access: SECTION_MAP_READ, or more with SECTION_MAP_WRITE; the handle must carry these two
 * @ret_fd: the caller's; what it can do is what @access says
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER for another @access; those of nt_handle_get();
 * STATUS_NOT_SUPPORTED for a section of a file, an image, and one whose pages are only reserved;
 * STATUS_ACCESS_DENIED.
 */
NTSTATUS nt_section_to_fd(HANDLE handle, ACCESS_MASK access, int *ret_fd);
/**
 * nt_section_from_fd() - a section over memory that came as a descriptor
 * @fd:     a memfd that nobody can shorten; borrowed
 *
 * The handle gets all rights that the descriptor has. Return: STATUS_SUCCESS;
 * STATUS_INVALID_HANDLE for no descriptor; STATUS_OBJECT_TYPE_MISMATCH for what is no memory;
 * STATUS_ACCESS_DENIED when it cannot be read; STATUS_INVALID_PARAMETER for memory that can be
 * shortened, or has no byte.
 */
NTSTATUS nt_section_from_fd(int fd, ULONG attributes, HANDLE *ret_handle);

/**
 * nt_section_close_to_others() - before a descriptor of the section leaves its process
 *
 * Memory that was made here has every mode bit until then: no other user is to reopen it with more.
 * Return: STATUS_SUCCESS, also when it is another's to do; STATUS_ACCESS_DENIED: another user's.
 */
NTSTATUS nt_section_close_to_others(const struct nt_section *section);

/**
 * nt_section_keep() - the section's descriptor, for who keeps its memory mapped in his own way
 * @handle:      carries SECTION_MAP_WRITE; of the page file (also large pages, also only reserved)
 *               or of a file
 * @ret_section: its write_fd is good until nt_section_drop(), also when no handle is left; neither
 *               name nor handle is kept
 * @ret_size:    of the section; what is only reserved has less memory than that
 *
 * Return: STATUS_SUCCESS; STATUS_NOT_SUPPORTED for an image; STATUS_ACCESS_DENIED; those of
 * nt_handle_get().
 */
NTSTATUS nt_section_keep(HANDLE handle, struct nt_section **ret_section, uint64_t *ret_size);
/** nt_section_drop() - the end of it, for one nt_section_keep() */
void nt_section_drop(struct nt_section *section);
/**
 * nt_section_dup() - a descriptor of a kept section for the caller, which may go to other processes
 *
 * Return: STATUS_SUCCESS; STATUS_ACCESS_DENIED; STATUS_TOO_MANY_OPENED_FILES.
 */
NTSTATUS nt_section_dup(struct nt_section *section, int *ret_fd);

struct nt_section_parameters {
    uint64_t size;      /* bytes; 0 is STATUS_INVALID_PARAMETER_4 for a page-file section */
    ULONG protection;   /* PAGE_ value, checked here */
    ULONG attributes;   /* SEC_ flags, checked here */
    ACCESS_MASK access; /* of the new handle; generic bits are mapped here */
    HANDLE file;        /* what the section shows, or NULL for the page file */
    bool on_node;       /* its pages are wanted on @node, which exists */
    ULONG node;
};

/**
 * nt_section_create() - create a section, or open the one of that name
 * @name:       parsed name, or NULL for an unnamed section
 * @ret_handle: the handle; on STATUS_OBJECT_NAME_EXISTS it is one to the old section
 *
 * A section that already exists keeps its size and protection (1.19).
 *
 * Return: STATUS_SUCCESS; STATUS_OBJECT_NAME_EXISTS, also a success (only when @name has
 * OBJ_OPENIF); STATUS_INVALID_PAGE_PROTECTION, STATUS_INVALID_PARAMETER_n,
 * STATUS_INVALID_FILE_FOR_SECTION, STATUS_OBJECT_NAME_COLLISION, STATUS_OBJECT_TYPE_MISMATCH,
 * STATUS_ACCESS_DENIED, STATUS_PRIVILEGE_NOT_HELD (large pages), STATUS_SECTION_TOO_BIG,
 * STATUS_COMMITMENT_LIMIT, STATUS_NO_MEMORY, those of nt_section_back() for a file, the name's
 * and the connection's errors.
 */
NTSTATUS nt_section_create(const struct nt_object_name *name,
                           const struct nt_section_parameters *parameters, HANDLE *ret_handle);

/**
 * nt_section_open() - open a section by name
 * @access: generic bits and MAXIMUM_ALLOWED are mapped here
 *
 * Return: STATUS_SUCCESS; STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_TYPE_MISMATCH,
 * STATUS_ACCESS_DENIED, the name's and the connection's errors.
 */
NTSTATUS nt_section_open(const struct nt_object_name *name, ACCESS_MASK access, HANDLE *ret_handle);

/**
 * nt_section_fd() - the descriptor to map from
 * @section: held open (nt_handle_get())
 * @write:   a shared, writable mapping is wanted
 *
 * Borrowed. -1 when the rights under which this section was opened give none.
 */
int nt_section_fd(const struct nt_section *section, bool write);

/**
 * nt_section_refresh_size() - the size of the section now, in bytes
 * @section: held open, or referenced by a view
 *
 * Another process may have made a named file section larger. Then it is one question to the
 * broker; for every other section nobody is asked.
 */
uint64_t nt_section_refresh_size(struct nt_section *section);

/**
 * nt_section_extend() - make a section of a file larger, and its file with it
 * @handle:       must carry SECTION_EXTEND_SIZE
 * @size:         wanted, in bytes; a section never gets smaller
 * @ret_size:     what it has now
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH,
 * STATUS_ACCESS_DENIED; STATUS_SECTION_NOT_EXTENDED for the page file, an image, and what is not
 * writable; STATUS_DISK_FULL, and nothing changed.
 */
NTSTATUS nt_section_extend(HANDLE handle, uint64_t size, uint64_t *ret_size);

#endif
