/* SPDX-License-Identifier: MIT */
/*
 * The region map: the one truth about the address space that this library made. An ordered
 * tree of allocations (VirtualAlloc regions and views), each with the run-length state of its
 * pages. NT_LOCK_REGIONS guards it and is never held across mmap, munmap or mprotect: a region
 * enters the map as busy before the kernel is asked and leaves it after; a second call on a
 * busy region waits, a query reports the state that it had.
 *
 * The contract that other rooms use is below; see region.c, view.c, private.c, query.c.
 */
#ifndef NT_LIB_MEMORY_REGION_H
#define NT_LIB_MEMORY_REGION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <windows.h>
#include <winternl.h>

#include "lib/memory/section.h"

#define NT_GRANULARITY 0x10000u

/* The address space of a program, as GetSystemInfo and VirtualQuery tell it. */
#define NT_USER_LOWEST 0x10000ull
#define NT_USER_END    0x7FFFFFFF0000ull /* the first byte behind it */

/* What a view is asked to be. All of it is checked here, in the order of 17.3. */
struct nt_view_request {
    void *base;              /* NULL: the system chooses */
    uint64_t offset;         /* bytes into the section */
    size_t size;             /* bytes; 0: to the end */
    ULONG allocation_type;   /* 0 or MEM_RESERVE; MEM_REPLACE_PLACEHOLDER, MEM_LARGE_PAGES */
    ULONG protect;           /* PAGE_ value of the view */
    uint64_t lowest;         /* from MEM_ADDRESS_REQUIREMENTS; 0 for none */
    uint64_t highest;        /* last byte allowed; 0 for none */
    NTSTATUS process_status; /* what looking the process up gave: reported at its turn */
    bool on_node;            /* a NUMA node was asked for: @node */
    ULONG node;
    bool top_down;        /* MEM_TOP_DOWN: the highest address that will do */
    bool no_placeholders; /* the call does not know them (5.3) */
};

/* What VirtualAlloc and its kin are asked for. All of it is checked in nt_memory_allocate(). */
struct nt_allocation {
    void *base;              /* in: NULL: the system chooses; out, on success: what was allocated */
    size_t size;             /* bytes, the same */
    ULONG type;              /* MEM_ flags */
    ULONG protect;           /* PAGE_ value */
    bool extended;           /* the call knows placeholders (VirtualAlloc2 and its Nt kin: 5.3) */
    bool constrained;        /* requirements that are not all zero were given (7.40, 7.41) */
    uint64_t lowest;         /* MEM_ADDRESS_REQUIREMENTS; 0 for none */
    uint64_t highest;        /* last byte allowed; 0 for none */
    uint64_t alignment;      /* 0 for NT_GRANULARITY */
    uint64_t attributes;     /* MemExtendedParameterAttributeFlags */
    NTSTATUS process_status; /* what looking the process up gave: reported at its turn */
    bool on_node;            /* a NUMA node was asked for: @node */
    ULONG node;
};

/**
 * nt_view_map() - map a view of a section into this process
 * @handle:   the section's
 * @ret_base: first byte of the view
 * @ret_size: bytes mapped, a multiple of the page size
 *
 * Return: STATUS_SUCCESS; for an image also STATUS_IMAGE_NOT_AT_BASE, a success, and the other
 * values of nt_image_map(); STATUS_INVALID_PARAMETER_9 (allocation type),
 * STATUS_INVALID_PAGE_PROTECTION, STATUS_MAPPED_ALIGNMENT, STATUS_INVALID_PARAMETER_3 (base),
 * @request's process_status, STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH,
 * STATUS_ACCESS_DENIED, STATUS_SECTION_PROTECTION, STATUS_INVALID_VIEW_SIZE,
 * STATUS_INVALID_PARAMETER_4 (the end lies beyond the address space),
 * STATUS_CONFLICTING_ADDRESSES, STATUS_COMMITMENT_LIMIT (copy-on-write, 3.47),
 * STATUS_NO_MEMORY; STATUS_INVALID_PARAMETER for large pages of a section that has none, for an
 * image in place of a placeholder, and for a NUMA node that the machine does not have; what the
 * kernel said.
 */
NTSTATUS nt_view_map(HANDLE handle, const struct nt_view_request *request, void **ret_base,
                     size_t *ret_size);

/** nt_view_needs() - what a handle must carry for a view with @protect */
ACCESS_MASK nt_view_needs(ULONG protect);
/**
 * nt_view_find() - the first half of nt_view_map(): what can be said before the section is looked
 * at
 * @ret_object: the section, one open
 * @ret_access: what the handle carries; may be NULL
 *
 * For a view in another process: there nt_view_map_object() does the rest.
 */
NTSTATUS nt_view_find(HANDLE handle, const struct nt_view_request *request,
                      struct nt_object **ret_object, ACCESS_MASK *ret_access);
/**
 * nt_view_map_object() - nt_view_map() of a section that is held open
 * @access: what the handle to it carries, wherever that is
 */
NTSTATUS nt_view_map_object(struct nt_object *object, ACCESS_MASK access,
                            const struct nt_view_request *request, void **ret_base,
                            size_t *ret_size);

/**
 * nt_view_unmap() - unmap the view that holds @address, whole (4.1 to 4.6)
 * @flags: MEM_UNMAP_WITH_TRANSIENT_BOOST, MEM_PRESERVE_PLACEHOLDER
 *
 * Return: STATUS_SUCCESS; STATUS_NOT_MAPPED_VIEW; STATUS_INVALID_PARAMETER (flags);
 * STATUS_CONFLICTING_ADDRESSES (MEM_PRESERVE_PLACEHOLDER on a view that replaced none);
 * STATUS_INVALID_PAGE_PROTECTION when the view is pinned, or its section SEC_NO_CHANGE (1.50).
 */
NTSTATUS nt_view_unmap(const void *address, ULONG flags);

/**
 * nt_view_flush() - start writing the dirty pages of a file's view (16.18 to 16.23)
 * @base, @size: in: as given, a size of 0 for the rest; out, on success: rounded to whole pages
 *
 * Return: STATUS_SUCCESS; STATUS_NOT_MAPPED_VIEW; STATUS_INVALID_PARAMETER (past the view's end);
 * STATUS_NOT_MAPPED_DATA: no file is behind the view, and there was nothing to do; what the
 * kernel said of the file.
 */
NTSTATUS nt_view_flush(void **base, size_t *size);

/**
 * nt_memory_allocate() - VirtualAlloc within this process: reserve, commit or both
 *
 * On failure base and size are as they were given.
 *
 * Committing pages of a view re-protects them, within what the view allows (6.8, 6.9); in a view
 * of a SEC_RESERVE section it commits them for everybody (6.4).
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER_2, _4, _5 (base, size, type),
 * STATUS_INVALID_PAGE_PROTECTION, STATUS_CONFLICTING_ADDRESSES, STATUS_NO_MEMORY,
 * STATUS_COMMITMENT_LIMIT, STATUS_ALREADY_COMMITTED (a view of a file or an image),
 * STATUS_USER_MAPPED_FILE (MEM_RESET of one), STATUS_ACCESS_DENIED, STATUS_PRIVILEGE_NOT_HELD;
 * STATUS_INVALID_PARAMETER for placeholders where they are not known or not as they must be (5.2 to
 * 5.4, 5.10, 5.11, 5.17), requirements beside an address (7.40), and nodes that do not exist;
 * @allocation's process_status; STATUS_NOT_SUPPORTED for MEM_WRITE_WATCH where the kernel has no
 * way.
 */
NTSTATUS nt_memory_allocate(struct nt_allocation *allocation);

/**
 * nt_memory_protect() - VirtualProtect within this process
 * @base, @size: in: as given; out, on success: rounded to whole pages
 * @protect:     a PAGE_ value, perhaps with PAGE_REVERT_TO_FILE_MAP
 * @ret_old:     what the first page was; written on success only
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PAGE_PROTECTION (the value, what the view admits, a
 * pinned region or one that must not change), STATUS_INVALID_PARAMETER_2, _3 (base, size),
 * STATUS_CONFLICTING_ADDRESSES (not within one allocation), STATUS_NOT_COMMITTED,
 * STATUS_COMMITMENT_LIMIT, STATUS_NO_MEMORY, STATUS_ACCESS_DENIED, STATUS_NOT_SUPPORTED.
 */
NTSTATUS nt_memory_protect(void **base, size_t *size, ULONG protect, ULONG *ret_old);

/**
 * nt_memory_free() - VirtualFree: MEM_DECOMMIT or MEM_RELEASE, and what makes, splits and joins
 * placeholders
 * @base, @size: in: as given, a size of 0 for all; out, on success: rounded to what was freed
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER_3, _4, STATUS_MEMORY_NOT_ALLOCATED,
 * STATUS_UNABLE_TO_DELETE_SECTION (a view), STATUS_FREE_VM_NOT_AT_BASE,
 * STATUS_UNABLE_TO_FREE_VM (longer than the allocation), STATUS_CONFLICTING_ADDRESSES (no
 * placeholder, or not the right ones), STATUS_INVALID_PAGE_PROTECTION (pinned), STATUS_NO_MEMORY.
 */
NTSTATUS nt_memory_free(void **base, size_t *size, ULONG free_type);
/**
 * nt_memory_query() - VirtualQuery: ours from the map, the rest from the kernel
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER beyond the address space (8.24); what the
 * kernel said when it could not be asked.
 */
NTSTATUS nt_memory_query(const void *address, MEMORY_BASIC_INFORMATION *ret_information);

struct ntshm_region;
/** nt_region_pin(), nt_region_unpin() - see ntshm/ntshm.h; STATUS_INVALID_ADDRESS's Win32 face
 *  is the caller's: they return STATUS_CONFLICTING_ADDRESSES when no region is there. */
NTSTATUS nt_region_pin(const void *address, struct ntshm_region *ret_region);
NTSTATUS nt_region_unpin(const void *address);

/**
 * nt_regions_quiesce() - for ntshm_quiesce(): give back what the map keeps for speed only
 *
 * The anchor pages of an arena in which no region is left; the next one makes them again.
 */
void nt_regions_quiesce(void);

/**
 * nt_regions_wait_idle() - before fork, with NT_LOCK_REGIONS held: wait until no region is busy
 */
void nt_regions_wait_idle(void);
/** nt_regions_forked() - in a forked child, locks still held: nobody else is at work any more */
void nt_regions_forked(void);
/** nt_regions_renew() - in a child made behind pthread_atfork: drop what was busy then */
void nt_regions_renew(void);

#endif
