/* SPDX-License-Identifier: MIT */
/*
 * A pool of large pages for a test. Filling it is the administrator's business, so a case that
 * needs one runs as root or is skipped; one case at a time has it, on the whole machine, and the
 * sizes that were there before come back at its end, also when the case dies.
 */
#ifndef NT_TESTS_API_LARGE_POOL_LINUX_H
#define NT_TESTS_API_LARGE_POOL_LINUX_H

#include <stdbool.h>
#include <stddef.h>

/**
 * large_pool_begin() - at least @pages free pages of GetLargePageMinimum() bytes
 *
 * Skips the case when there can be none. While it lasts the pool does not grow by itself.
 */
void large_pool_begin(unsigned pages);
/** large_pool_end() - as it was; every page that the case took is given back by then */
void large_pool_end(void);

/** large_pool_free() - free pages in the pool */
long large_pool_free(void);
/**
 * large_pool_take() - takes @pages of the pool (all that are free for 0), as another process would
 *
 * Return: a descriptor that holds them, for close(). Required.
 */
int large_pool_take(unsigned pages);

/** large_pool_allow() - enable or disable SeLockMemoryPrivilege; whether all was as asked */
bool large_pool_allow(bool enable);

#endif
