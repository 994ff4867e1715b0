/* SPDX-License-Identifier: MIT */
/*
 * Pages of a shared view that are apart from its section (9.16, 10.15): VirtualProtect has made
 * them copy-on-write, so they are mapped privately. They follow the section until they are
 * written; made PAGE_READWRITE again, those that were not written are shared again.
 *
 * Mapping anew takes a descriptor. Where no handle of the section is open any more and the kernel
 * gives none either, the pages are copied at once and no longer follow the section.
 */
#ifndef NT_LIB_MEMORY_APART_H
#define NT_LIB_MEMORY_APART_H

#include "lib/memory/change.h"

enum nt_apart_state {
    NT_APART_SHARED,
    NT_APART_PRIVATE, /* a private mapping of the section */
    NT_APART_COPIED,  /* memory of this process's own */
};

struct nt_apart {
    struct nt_pages pages; /* enum nt_apart_state of each page */
    int fd;                /* of the section, writable; -1 when there was none */
};

/* How pages of a shared view are to be. */
struct nt_apart_wish {
    struct nt_range range;
    ULONG protect;
    bool drop; /* pages that are shared again lose what was written to them */
    /* What else has to succeed, when all pages are as wished. */
    NTSTATUS (*follow_up)(const void *context);
    const void *context;
};

/**
 * nt_apart_change() - protect pages of a busy shared view, mapping anew what has to be
 *
 * No lock is held. Undone when it fails, but for what was dropped. Return: as
 * nt_change_protect().
 */
NTSTATUS nt_apart_change(struct nt_region *region, const struct nt_apart_wish *wish);

/** nt_apart_at() - how a page is mapped, and up to where (at most @limit) others are alike */
enum nt_apart_state nt_apart_at(const struct nt_region *region, uint64_t address, uint64_t limit,
                                uint64_t *ret_end);
/** nt_apart_has() - whether a page of @range is in @state */
bool nt_apart_has(const struct nt_region *region, const struct nt_range *range,
                  enum nt_apart_state state);

/** nt_apart_free() - NULL is allowed; returns NULL */
struct nt_apart *nt_apart_free(struct nt_apart *apart);

#endif
