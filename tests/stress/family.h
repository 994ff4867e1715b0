/* SPDX-License-Identifier: MIT */
/*
 * What goes from one generation of a family of processes to the next: seven things, a bundle, and
 * the page on which the generations write to each other. The Windows interface only.
 */
#ifndef NTSHM_TEST_STRESS_FAMILY_H
#define NTSHM_TEST_STRESS_FAMILY_H

#include <stdbool.h>
#include <stdint.h>

#include <windows.h>

#include "harness/test.h"

enum item { SECTION, EVENT, MUTEX, SEMAPHORE, TIMER, DATA_FILE, PROCESS, N_ITEMS };

#define BUNDLE_SECTION_SIZE 0x20000

/* What the members of a bundle are to allow. */
enum bundle_rights { ALL_RIGHTS, FEW_RIGHTS };

struct bundle {
    HANDLE items[N_ITEMS];
};

/* Handle values on the way from one process to another. */
struct values {
    uint64_t items[N_ITEMS];
};

/** bundle_make() - new things without names; the process is the calling one */
void bundle_make(struct bundle *bundle, bool is_inherited, uint32_t number);

/** bundle_make_named() - new things named "<text>-..." in place of all but file and process */
void bundle_make_named(struct bundle *bundle, const char *text, uint32_t number);

/** bundle_open_named() - the same things, as another process finds them */
void bundle_open_named(struct bundle *bundle, const char *text, DWORD process_id);

/** bundle_end() - remove the file that all bundles share */
void bundle_end(void);

/** bundle_close() - all of them */
void bundle_close(struct bundle *bundle);

/** bundle_copy() - DuplicateHandle of each; false as soon as one fails */
bool bundle_copy(HANDLE from_process, const struct values *from, HANDLE to_process,
                 enum bundle_rights rights, struct values *ret_to);

/** bundle_values(), bundle_of() - a bundle as numbers, and back */
struct values bundle_values(const struct bundle *bundle);
struct bundle bundle_of(const struct values *values);

/** bundle_check() - everything in it is what it should be, and allows what it should */
void bundle_check(const struct bundle *bundle, enum bundle_rights rights, DWORD flags,
                  uint32_t number, DWORD process_id);

#endif
