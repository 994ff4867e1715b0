/* SPDX-License-Identifier: MIT */
/*
 * Between the files of lib/thread.
 */
#ifndef NT_LIB_THREAD_THREAD_PARTS_H
#define NT_LIB_THREAD_THREAD_PARTS_H

#include "lib/thread/thread.h"

/** nt_thread_new() - a record in no list: one open; NULL without memory */
struct nt_thread *nt_thread_new(uint32_t process);
/** nt_thread_enlist() - it can be found by its number once it has one */
void nt_thread_enlist(struct nt_thread *thread);
/** nt_thread_record_of() - of a thread of this process: one open; NULL without memory */
struct nt_thread *nt_thread_record_of(uint32_t tid);
/** nt_thread_tell_end() - let its waiters go */
void nt_thread_tell_end(struct nt_thread *thread, uint32_t code);

extern const struct nt_wait_type nt_thread_wait;

/** nt_thread_pack(), nt_thread_unpack(), nt_thread_is_same() - the type's (object.h) */
NTSTATUS nt_thread_pack(struct nt_object *object, ACCESS_MASK access, struct nt_parcel *parcel);
NTSTATUS nt_thread_unpack(struct nt_parcel *parcel, ACCESS_MASK access,
                          struct nt_object **ret_object);
bool nt_thread_is_same(const struct nt_object *a, const struct nt_object *b);

#endif
