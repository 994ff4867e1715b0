// SPDX-License-Identifier: MIT
/*
 * The kernel follows a list from entry to entry; each entry is a pointer to the next one, the last
 * one points at the head, and a word stands at a fixed distance before its entry. The C library
 * takes entries in and out at the front. So the first thing of ours is an entry of the thread's
 * own, the anchor, which the C library may count as the last of its mutexes (it writes only how to
 * get back from there); what stands behind the anchor is ours alone, and the C library never meets
 * it. The anchor's word is nobody's, and the kernel steps over it.
 *
 *     head -> mutexes of the C library -> anchor -> our words -> head
 *
 * It lives in the thread's static thread-local memory, which is there until the kernel has walked.
 */
#include "os/robust.h"

#include <errno.h>
#include <linux/futex.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/fault.h"

/* From a word to its entry, which is what the C library's own mutexes need. */
#define DISTANCE 32

/* As many as the kernel follows. */
#define LIMIT    2048u

/* What the C library takes for a mutex: a word, the way back, and the entry. */
struct anchor {
    uint32_t word;
    uint32_t unused[5];
    void *back; /* the C library writes it */
    void *next;
};

_Static_assert(offsetof(struct anchor, next) == DISTANCE, "as in a mutex");

static _Thread_local struct {
    struct robust_list_head *head; /* NULL until the anchor is in its place */
    struct anchor anchor;
    TAILQ_HEAD(nt_robust_list, nt_robust) robusts; /* in the order of the list */
} mine __attribute__((tls_model("initial-exec")));

/* Of a thread that the C library has given none: a child made by clone(). */
static _Thread_local struct robust_list_head own_head __attribute__((tls_model("initial-exec")));

static void *entry_of(_Atomic uint32_t *word)
{
    return (char *)word + DISTANCE;
}

/* The kernel may walk after every single instruction: what is written is written in order. */
static void write_link(void *at, void *value)
{
    atomic_signal_fence(memory_order_seq_cst);
    *(void *volatile *)at = value;
    atomic_signal_fence(memory_order_seq_cst);
}

static int register_own(struct robust_list_head **ret_head)
{
    own_head = (struct robust_list_head){.list.next = &own_head.list, .futex_offset = -DISTANCE};
    if (syscall(SYS_set_robust_list, &own_head, sizeof(own_head)) < 0)
        return -errno;
    *ret_head = &own_head;
    return 0;
}

static int find_head(struct robust_list_head **ret_head)
{
    size_t size;

    NT_OS_FAULT(NT_OS_ROBUST);
    if (syscall(SYS_get_robust_list, 0, ret_head, &size) < 0)
        return -ENOSYS;
    if (!*ret_head)
        return register_own(ret_head);
    return size == sizeof(**ret_head) && (*ret_head)->futex_offset == -DISTANCE ? 0 : -ENOSYS;
}

/* Puts the anchor behind what the C library has there. */
static int drop_anchor(void)
{
    struct robust_list_head *head;
    int r = find_head(&head);
    char *link;

    if (r < 0)
        return r;
    link = (char *)&head->list;
    for (unsigned n = 0; *(void **)link != &head->list; n++) {
        if (n == LIMIT)
            return -ENOSYS;
        /* The lowest bit tells mutexes of another kind. */
        link = (char *)((uintptr_t) * (void **)link & ~(uintptr_t)1);
    }
    TAILQ_INIT(&mine.robusts);
    mine.anchor = (struct anchor){.back = link, .next = &head->list};
    write_link(link, &mine.anchor.next);
    mine.head = head;
    return 0;
}

int nt_robust_begin(_Atomic uint32_t *word)
{
    if (__builtin_expect(!mine.head, 0)) {
        int r = drop_anchor();

        if (r < 0)
            return r;
    }
    write_link(&mine.head->list_op_pending, entry_of(word));
    return 0;
}

void nt_robust_end(void)
{
    write_link(&mine.head->list_op_pending, NULL);
}

void nt_robust_add(struct nt_robust *robust)
{
    void *entry = entry_of(robust->word);

    write_link(entry, mine.anchor.next);
    write_link(&mine.anchor.next, entry);
    TAILQ_INSERT_HEAD(&mine.robusts, robust, entry);
}

void nt_robust_remove(struct nt_robust *robust)
{
    struct nt_robust *before = TAILQ_PREV(robust, nt_robust_list, entry);
    struct nt_robust *after = TAILQ_NEXT(robust, entry);

    write_link(before ? entry_of(before->word) : (void *)&mine.anchor.next,
               after ? entry_of(after->word) : (void *)&mine.head->list);
    TAILQ_REMOVE(&mine.robusts, robust, entry);
}

void nt_robust_forget(void)
{
    memset(&mine, 0, sizeof(mine));
}
