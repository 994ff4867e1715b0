/* SPDX-License-Identifier: MIT */
/*
 * Objects that carry descriptors (ntshm/shared.h): made of a memfd with one word, and ends of a
 * pipe that tell when the last descriptor of them is gone.
 */
#ifndef NT_TESTS_API_SHARED_KIT_LINUX_H
#define NT_TESTS_API_SHARED_KIT_LINUX_H

#include "api/api.h"

#include <ntshm/shared.h>

/* Sealed memory of one page that begins with @word; the case ends without it. */
int shared_memory(uint32_t word);
/* Its first word; 0 and a failed assertion where it cannot be read. */
uint32_t shared_word(int fd);
void shared_put_word(int fd, uint32_t word);

/* ntshm_create_sharedW of new memory with @word, alone; the case ends when it fails. */
HANDLE shared_new(const wchar_t *name, UINT type, uint32_t word);
/* Takes what @handle carries and closes it again: the first word. Or 0, the last error set. */
uint32_t shared_read(HANDLE handle);
/* Closes the descriptors. */
void shared_drop(struct ntshm_shared *shared);

/* Both of the same file, or ends of the same pipe. */
bool shared_is_same(int fd, int other);

#endif
