/* SPDX-License-Identifier: MIT */
/*
 * The words of a mutex (ipc/sync-words.h), and how they change.
 *
 * owner is 0, or the owner's thread id; FUTEX_WAITERS says that somebody sleeps, and
 * FUTEX_OWNER_DIED (with no id) that the kernel took it from one that died. Whoever takes it has it
 * on its robust list before anybody could miss that, and off it before it is free.
 *
 * count says whether the owner knows: 0 until it has been confirmed, then how often it has it. So a
 * thread that dies between taking and knowing, or between giving up and being off the list,
 * abandons nothing. NT_MUTEX_ABANDONED there: taken from a dead owner, by one that does not know
 * yet. That is also what is tried for a wait for all at once: a holder without confirmation is
 * somebody who gives it back in a moment, or has it for good in a moment; who only looks waits for
 * that.
 *
 * sleepers counts who sleeps. The bit in owner alone would not do: a sleeper that is killed when it
 * was just woken cannot set it again for the others. Killed ones stay counted, which costs a
 * call to the kernel for each release until releases that woke nobody have taken them off.
 */
#ifndef NT_LIB_SYNC_MUTEX_WORD_H
#define NT_LIB_SYNC_MUTEX_WORD_H

#include "lib/sync/mutex-owner.h"
#include "lib/sync/wait.h"

#define NT_MUTEX_ABANDONED 0x80000000u
/* A count goes so deep: from 1 to the lowest LONG. */
#define NT_MUTEX_DEEPEST   0x80000001u

/* As struct nt_wait_type says. */
NTSTATUS nt_mutex_word_take(struct nt_mutex *mutex);
NTSTATUS nt_mutex_word_enlist(struct nt_mutex *mutex, bool many, struct nt_sleep *sleep);
NTSTATUS nt_mutex_word_look(struct nt_mutex *mutex, struct nt_sleep *sleep);
void nt_mutex_word_leave(struct nt_mutex *mutex, struct nt_sleep *sleep);
NTSTATUS nt_mutex_word_guard(struct nt_mutex *mutex);
NTSTATUS nt_mutex_word_commit(struct nt_mutex *mutex);
void nt_mutex_word_unguard(struct nt_mutex *mutex);
void nt_mutex_word_undo(struct nt_mutex *mutex);
bool nt_mutex_word_observe(struct nt_mutex *mutex, struct nt_sleep *sleep);
void nt_mutex_word_unobserve(struct nt_mutex *mutex);

/**
 * nt_mutex_word_adopt() - a new one whose words name the calling thread as its owner
 *
 * Return: STATUS_SUCCESS; a failure gives it free.
 */
NTSTATUS nt_mutex_word_adopt(struct nt_mutex *mutex);
/** nt_mutex_word_release() - once less. Return: whether the calling thread had it */
bool nt_mutex_word_release(struct nt_mutex *mutex, LONG *ret_previous);
/** nt_mutex_word_abandon() - of a thread that ends: to whoever is next, who is told */
void nt_mutex_word_abandon(struct nt_mutex_hold *hold);

#endif
