/* SPDX-License-Identifier: MIT */
/*
 * The commit state of a SEC_RESERVE section: shared by section offset by every view in every
 * process, only ever growing (6.1 to 6.18).
 *
 * The kernel carries what matters: the memfd's *size* is the end of the highest committed page
 * (sealed against shrinking only), so that a page that any process commits is at once accessible
 * to everybody, the kernel's own copies included. A page beyond the size raises SIGBUS, which
 * the fault handler reports as an access violation. The commit map, a second shared memfd, tells
 * VirtualQuery and the accounting which pages below are committed; nothing that it holds is ever
 * relied upon for access, so that scribbling on it harms answers only.
 */
#ifndef NT_LIB_MEMORY_RESERVE_H
#define NT_LIB_MEMORY_RESERVE_H

#include <stdbool.h>
#include <stdint.h>

#include <windows.h>
#include <winternl.h>

#include "rtl/reserve-map.h"

struct nt_reserve;

/* Larger sections have no commit map: no program could show a part of them that matters. */
#define NT_RESERVE_MAX (256ull << 40)

/**
 * nt_reserve_new() - the state of a section of @size bytes
 * @memory_fd: the section's memory; copied, so that views can commit when no handle is left
 * @map_fd:    the commit map; copied
 *
 * Either may be open for reading only: it is opened anew for writing when something is committed,
 * where that is allowed.
 *
 * Return: STATUS_SUCCESS; STATUS_SECTION_TOO_BIG; STATUS_ACCESS_DENIED when what a peer gave is
 * not sealed or too small; STATUS_NO_MEMORY, what else the kernel said.
 */
NTSTATUS nt_reserve_new(uint64_t size, int memory_fd, int map_fd, struct nt_reserve **ret_reserve);
/** nt_reserve_free() - NULL is allowed; returns NULL */
struct nt_reserve *nt_reserve_free(struct nt_reserve *reserve);

/**
 * nt_reserve_commit() - commit the pages [@first, @first + @count) of the section
 *
 * Return: STATUS_SUCCESS, also for pages that were; STATUS_COMMITMENT_LIMIT; STATUS_ACCESS_DENIED
 * when this process has nothing but read-only descriptions and may not make others. Then nothing
 * has changed.
 */
NTSTATUS nt_reserve_commit(struct nt_reserve *reserve, uint64_t first, uint64_t count);

/**
 * nt_reserve_at() - whether a page is committed, and up to where its neighbours are the same
 * @limit:   the first page that does not matter
 * @ret_end: at most @limit
 *
 * No lock and no system call; of a section of 16 TiB that nobody has committed anything in, eight
 * pages of the map are read at most.
 */
bool nt_reserve_at(const struct nt_reserve *reserve, uint64_t page, uint64_t limit,
                   uint64_t *ret_end);

/** nt_reserve_dup() - a writable descriptor of the section's memory; -EACCES, -EMFILE */
int nt_reserve_dup(struct nt_reserve *reserve, int *ret_fd);

#endif
