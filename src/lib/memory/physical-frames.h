/* SPDX-License-Identifier: MIT */
/*
 * The pages behind physical.h, for its two files. NT_LOCK_REGIONS guards all of it, but for the
 * calls that say otherwise.
 */
#ifndef NT_LIB_MEMORY_PHYSICAL_FRAMES_H
#define NT_LIB_MEMORY_PHYSICAL_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#include <windows.h>
#include <winternl.h>

/*
 * Where a page is: an address; the same with NT_FRAME_MOVING while the window around it is busy;
 * or one of these.
 */
#define NT_FRAME_UNMAPPED 0ull
#define NT_FRAME_MOVING   1ull
#define NT_FRAME_LEAVING  0xFFFFFFFFFFFFFFF0ull /* about to be allocated or freed */
#define NT_FRAME_FREE     0xFFFFFFFFFFFFFFF8ull

/** nt_frame_place() - where @frame is, to be read and changed; NULL when it is no page at all */
uint64_t *nt_frame_place(uint64_t frame);
/** nt_frame_file() - the descriptor that a page lies in and its offset there, in bytes */
int nt_frame_file(uint64_t frame, uint64_t *ret_offset);
/** nt_frames_adjoin() - whether @next lies just behind @frame in the same descriptor */
bool nt_frames_adjoin(uint64_t frame, uint64_t next);
/** nt_frames_each() - call @visit for each page that is allocated, with its place */
void nt_frames_each(void (*visit)(uint64_t frame, uint64_t *place));

/**
 * nt_frames_release() - give up pages that are NT_FRAME_LEAVING, in ascending order
 *
 * The lock is not held. Their memory goes, unless it is a parent's.
 */
void nt_frames_release(const uint64_t *frames, uint64_t count);
/** nt_frames_inherit() - in a forked child: what there is belongs to the parent */
void nt_frames_inherit(void);

/** nt_physical_read(), nt_physical_write() - arrays of the caller; -EFAULT where it has none */
int nt_physical_read(void *to, const void *from, size_t size);
int nt_physical_write(void *to, const void *from, size_t size);

#endif
