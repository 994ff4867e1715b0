/* SPDX-License-Identifier: MIT */
/*
 * Address windowing (AWE): pages that a program allocates and maps itself into windows, which are
 * allocations of MEM_RESERVE + MEM_PHYSICAL. See physical-frames.c for the pages, physical-call.c
 * for how they are mapped.
 *
 * A page lies in a memfd of this process and is known by a number that means nothing outside; it
 * has its memory from the start and keeps what it holds until it is freed, mapped or not. At any
 * time it is mapped at one address at most.
 *
 * A forked child sees the windows as they are and the pages in them, which are then shared with
 * its parent. What it frees stays its parent's; what the parent frees is zero for both.
 */
#ifndef NT_LIB_MEMORY_PHYSICAL_H
#define NT_LIB_MEMORY_PHYSICAL_H

#include <stdbool.h>
#include <stdint.h>

#include <windows.h>
#include <winternl.h>

struct nt_region;

/**
 * nt_physical_allocate() - AllocateUserPhysicalPages
 * @count:   in: pages wanted; out, on success: pages allocated, perhaps fewer
 * @frames:  receives their numbers, which are never 0
 * @on_node: @node is where they come from if they can
 *
 * Return: STATUS_SUCCESS; STATUS_PRIVILEGE_NOT_HELD; STATUS_ACCESS_VIOLATION (@frames is not the
 * caller's to write); STATUS_INVALID_PARAMETER (there is no such node); STATUS_NO_MEMORY,
 * STATUS_INSUFFICIENT_RESOURCES (not one page); what the kernel said.
 */
NTSTATUS nt_physical_allocate(ULONG_PTR *count, ULONG_PTR *frames, bool on_node, ULONG node);

/**
 * nt_physical_free() - FreeUserPhysicalPages: unmap pages where they are mapped, and free them
 * @count: in: how many; out: how many were freed: all of them, or, on failure, none
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER (a number that is none of an allocated page, or
 * is there twice), STATUS_INVALID_PAGE_PROTECTION (in a window that is pinned),
 * STATUS_ACCESS_VIOLATION, STATUS_NO_MEMORY.
 */
NTSTATUS nt_physical_free(ULONG_PTR *count, const ULONG_PTR *frames);

/**
 * nt_physical_map() - MapUserPhysicalPages: @count pages from @address on
 * @frames: their numbers; NULL to unmap
 *
 * Whatever was mapped there is unmapped. All or nothing; only when the kernel runs out of mappings
 * while it is put back as it was can pages be left unmapped, and they are told so.
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER_1, _2 (not within a window);
 * STATUS_INVALID_PARAMETER_3 (a number that is none of an allocated page, is there twice, or is
 * mapped elsewhere); STATUS_INVALID_PAGE_PROTECTION (a window is pinned);
 * STATUS_ACCESS_VIOLATION; STATUS_NO_MEMORY.
 */
NTSTATUS nt_physical_map(void *address, ULONG_PTR count, const ULONG_PTR *frames);

/**
 * nt_physical_scatter() - MapUserPhysicalPagesScatter: each page at an address of its own
 * @addresses: one for each page, in any number of windows, none of them twice
 * @frames:    a 0 unmaps; NULL unmaps all
 */
NTSTATUS nt_physical_scatter(void *const *addresses, ULONG_PTR count, const ULONG_PTR *frames);

/* Which page is mapped where in one window. */
struct nt_window;

/** nt_window_new() - of a window of @size bytes, nothing mapped; NULL: no memory */
struct nt_window *nt_window_new(uint64_t size);
/**
 * nt_window_free() - the window at @base is gone: its pages are mapped nowhere
 *
 * The lock is held. NULL is allowed. Returns NULL.
 */
struct nt_window *nt_window_free(struct nt_window *window);

/** nt_physical_forked() - in a forked child, alone: the pages are the parent's, the rest is here */
void nt_physical_forked(void);

#endif
