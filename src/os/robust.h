/* SPDX-License-Identifier: MIT */
/*
 * Robust futexes: the kernel keeps for each thread the head of a list of futex words; when the
 * thread dies, however, it walks the list, and in each word that holds the dead thread's id it puts
 * FUTEX_OWNER_DIED and wakes a sleeper. The C library has registered one head for each thread; its
 * ABI (fixed distance between a list entry and its word) is that of its own mutexes, and what we
 * put on the list stands behind the C library's entries, at the end.
 *
 * The links of a named mutex are in private memory behind its shared page, those of an unnamed one
 * in its slot; either way what a peer could write there is never read here: a private list says
 * what is on it, and only the kernel reads the links.
 */
#ifndef NT_OS_ROBUST_H
#define NT_OS_ROBUST_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

/* What a thread has on its list; private, kept as long as it is there. */
struct nt_robust {
    TAILQ_ENTRY(nt_robust) entry;
    _Atomic uint32_t *word; /* 16-byte aligned; the links follow 16 bytes behind it */
};

/**
 * nt_robust_begin() - the calling thread is about to take or give up @word
 *
 * Until nt_robust_end() its death does the right thing whether the word has changed already or
 * not; a sleeper that is killed after it was woken passes the wake on. Return: 0; -ENOSYS where
 * the thread has no list, or one of another form.
 */
int nt_robust_begin(_Atomic uint32_t *word);
void nt_robust_end(void);
/** nt_robust_add(), nt_robust_remove() - between the two above; the calling thread's own list */
void nt_robust_add(struct nt_robust *robust);
void nt_robust_remove(struct nt_robust *robust);
/** nt_robust_forget() - in a forked child: the list is the parent thread's */
void nt_robust_forget(void);

#endif
