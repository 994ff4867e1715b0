/* SPDX-License-Identifier: MIT */
/*
 * Which pages of private memory were written, as the kernel's page tables tell it. A part of the
 * seam; see os.h for its rules.
 *
 * The first way (Linux 6.7): memory is registered with a userfaultfd in asynchronous mode and its
 * pages are write-protected in the page tables. The first write to a page, the kernel's own
 * included, takes the protection off and goes on; PAGEMAP_SCAN finds the pages without it, and can
 * protect them again in the same moment. No thread waits for anybody, and nothing is read from the
 * descriptor. The second way: soft-dirty bits, which are set by writes and can only be cleared for
 * the whole process at once.
 *
 * Both keep descriptors that belong to one process: a forked child must not use its parent's.
 */
#ifndef NT_OS_PAGE_WATCH_H
#define NT_OS_PAGE_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* struct page_region of linux/fs.h, as the kernel fills it. */
struct nt_os_page_run {
    uint64_t start, end; /* addresses */
    uint64_t categories;
};

/**
 * nt_os_watch_open() - make the kept descriptors, unless they are there
 *
 * Any thread may call it. Return: 0; -ENOSYS where the kernel lacks something, or forbids it to
 * this process; -errno.
 */
int nt_os_watch_open(void);
/**
 * nt_os_watch_detach() - the kept descriptors are the caller's, to be closed; -1 for none
 *
 * Nothing is registered any more, and nobody is about to register.
 */
void nt_os_watch_detach(int ret_fds[2]);
/** nt_os_forget_watch() - in a forked child: close what is the parent's */
void nt_os_forget_watch(void);

/** nt_os_watch_register() - let pages of [@start, @end) be protected; twice is allowed */
int nt_os_watch_register(uint64_t start, uint64_t end);
/**
 * nt_os_watch_arm() - from now on no page of [@start, @end) counts as written
 *
 * Registered pages, also such that were never touched. One call, and it is the cheaper the more
 * pages are protected already.
 */
int nt_os_watch_arm(uint64_t start, uint64_t end);
/** nt_os_watch_arm_absent() - the same for those pages alone that have no memory */
int nt_os_watch_arm_absent(uint64_t start, uint64_t end);
/** nt_os_watch_disarm() - from now on every page of [@start, @end) counts as written */
int nt_os_watch_disarm(uint64_t start, uint64_t end);

/* What to look for, and what to do with it. */
struct nt_os_watch_scan {
    uint64_t start, end;         /* out: @start is where the next look begins; @end: all done */
    uint64_t max_pages;          /* not 0 */
    bool reset;                  /* pages that are told are armed, each at the moment of the look */
    struct nt_os_page_run *runs; /* to fill */
    size_t room, n_runs;
};

/** nt_os_watch_scan() - runs of written pages; one system call */
int nt_os_watch_scan(struct nt_os_watch_scan *scan);

/* --- soft-dirty bits ----------------------------------------------------------------- */

enum nt_os_page_state {
    NT_OS_PAGE_PRESENT = 1, /* has memory, or is swapped out */
    NT_OS_PAGE_DIRTY = 2,   /* its soft-dirty bit is set */
};

/**
 * nt_os_page_states() - of @n_pages pages from @start on, at most 512
 *
 * Return: 0; -errno. It needs nothing but /proc/self/pagemap, whose descriptor it keeps.
 */
int nt_os_page_states(uint64_t start, size_t n_pages, uint8_t *ret_states);

/** nt_os_soft_dirty_probe() - 0 when the kernel keeps soft-dirty bits; -ENOSYS; -errno */
int nt_os_soft_dirty_probe(void);
/** nt_os_soft_dirty_clear() - all of this process; walks every page table that it has */
int nt_os_soft_dirty_clear(void);
/**
 * nt_os_fault_count() - page faults of all other threads so far
 *
 * No page that is not dirty gets dirty without one. This thread's own do not count: clearing the
 * bits costs it some, for its own stack.
 */
uint64_t nt_os_fault_count(void);

#endif
