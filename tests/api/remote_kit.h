/* SPDX-License-Identifier: MIT */
/*
 * Another process to work in, for the tests: it does what it is told line by line, and says what
 * it finds at its own addresses.
 */
#ifndef NT_TESTS_API_REMOTE_KIT_H
#define NT_TESTS_API_REMOTE_KIT_H

#include "api/api.h"

#define PATIENCE 30000 /* ms, for whatever another process has to do */

struct target {
    struct test_child child;
    HANDLE process; /* with the rights that were asked for */
};

/* Starts one and opens it; the case ends when that fails. */
struct target new_target(DWORD access);
/* Tells it to leave, waits for that and closes the handle. */
void end_target(struct target *target);
/* Ends it at once; the handle stays open. */
void kill_target(struct target *target);

/* What the target finds and does: a word at an address of its own; memory that it allocates. */
uint32_t word_of(struct target *target, const volatile void *address);
void put_word(struct target *target, volatile void *address, uint32_t word);
void *allocate_in(struct target *target, SIZE_T size, DWORD type, DWORD protect);
/* VirtualQuery there. */
MEMORY_BASIC_INFORMATION look_in(struct target *target, const volatile void *address);
/* A view of a whole section there; NULL, and the last error, where that fails. */
char *map_in(struct target *target, HANDLE section, SIZE_T size, DWORD protect);
/* Any other line that it knows; its answer is a number. */
uint64_t tell_target(struct target *target, const char *line);

#endif
