/* SPDX-License-Identifier: MIT */
/*
 * The page of a shared fence: a sealed memfd that every process maps which has the fence open.
 * Its words are the truth about the value (D5.7); nothing in it is believed further than for this
 * one fence, and a process that is killed anywhere leaves it sound: each change is one store or one
 * atomic addition.
 *
 * History. Each signal takes a turn, and leaves its value under it. Who waits remembers which turn
 * was the next one when it began, and looks through all turns since then: a value that was only
 * touched, between two looks, is seen as well (the ticket rule, D19.4). Only who falls more than
 * NT_D3D_FENCE_HISTORY signals behind sees no more than the value.
 *
 * Announcements. A queue's Signal that was put in and is not done yet is announced, so that a peer
 * that dies can be told from one that is slow. Each device that signals claims a slot; the slot's
 * owner word is a robust futex (os/robust.h) of a thread of that device: when it dies, however, the
 * kernel marks the word and wakes. A slot tells the highest value that is still to come, and the
 * highest of those that stand behind no unmet wait for a shared fence: only these come whatever
 * becomes of the others. What was announced and will never come is a *loss*: what the slot of a
 * dead owner says, or what an owner takes back because its device is removed. Who waits for a
 * value that was lost, and that nobody else is certain to reach, is let go (fence-sleeper.h).
 *
 * References. Beside the page go both ends of a pipe that nobody reads or writes. Every handle and
 * every fence object with a public reference keeps the read end; who waits without one keeps the
 * write end only: when the last read end is closed it reports POLLERR, and the waiters are released
 * (D17.4). The kernel counts, whoever is killed.
 */
#ifndef NT_D3D12_FENCE_PAGE_H
#define NT_D3D12_FENCE_PAGE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "os/robust.h"

#define NT_D3D_FENCE_MAGIC   0x6633446eu /* nD3f */
#define NT_D3D_FENCE_VERSION 1u
#define NT_D3D_FENCE_SLOTS   15u
#define NT_D3D_FENCE_HISTORY 192u
#define NT_D3D_FENCE_LATE_NS UINT64_C(300000000) /* before its writer is taken for dead */
#define NT_D3D_FENCE_SIZE    ((1 + NT_D3D_FENCE_SLOTS) * 4096u)

struct nt_d3d_fence_turn {
    _Atomic uint64_t number; /* which turn this is, plus 1; something else while it is written */
    _Atomic uint64_t value;
};

/* The first page. */
struct nt_d3d_fence_page {
    uint32_t magic, version;
    uint32_t flags; /* D3D12_FENCE_FLAGS; never changed */
    uint32_t zero;
    _Atomic uint64_t value;
    _Atomic uint64_t turns;    /* signals so far */
    _Atomic uint32_t changes;  /* the futex: counts changes of any word here that others act upon */
    _Atomic uint32_t sleepers; /* to know when nobody has to be woken */
    _Atomic uint32_t slots;    /* that were ever claimed */
    uint32_t more_zero;
    struct nt_d3d_fence_turn history[NT_D3D_FENCE_HISTORY];
};

/* The end of page 1 + i, so that the links behind the owner word can be private memory. */
struct nt_d3d_fence_slot {
    _Atomic uint64_t announced; /* the highest value that is still to come; 0: none */
    _Atomic uint64_t certain;   /* the same, of those behind no unmet wait for a shared fence */
    _Atomic uint64_t lost;      /* the last loss */
    _Atomic uint32_t losses;    /* how many there were */
    _Atomic uint32_t heirs;     /* owners who took it over from a dead one */
    _Atomic uint32_t owner;     /* FUTEX_ words: a thread's id, or FUTEX_OWNER_DIED */
    uint32_t nothing[3];
};

/* What one fence object has seen of a slot. */
struct nt_d3d_fence_seen {
    uint32_t losses, heirs;
    bool is_dead;    /* and what it announced is a loss */
    bool is_counted; /* which its heir will count */
};

/* A page as one fence object has it: descriptors, mapping, and how far it has looked. */
struct nt_d3d_fence_map {
    _Atomic uint32_t refs;
    struct nt_d3d_fence_page *page;
    int fd;                /* of the page */
    _Atomic int reference; /* the read end; -1: there is no public reference any more */
    int watch;             /* the write end */
    /* All below is guarded by the engine's lock. */
    uint64_t next_turn; /* the first that was not looked at */
    uint64_t late_turn; /* that was not written at the last look, plus 1; 0: none */
    uint64_t late_until_ns;
    bool has_lost;    /* it took back what it announced: it announces no more */
    int slot;         /* -1: none */
    void *slot_pages; /* the slot's page, and a private one behind it */
    struct nt_robust robust;
    struct nt_d3d_fence_seen seen[NT_D3D_FENCE_SLOTS];
    TAILQ_ENTRY(nt_d3d_fence_map) owned_link; /* with a slot: of the thread that has it */
    struct nt_d3d_fence_map *next_dropped;    /* its fence is gone, the slot is not */
};

/**
 * nt_d3d_fence_map_new() - a page of its own
 * @ret_map: one reference
 *
 * Return: 0; -errno.
 */
int nt_d3d_fence_map_new(uint32_t flags, uint64_t value, struct nt_d3d_fence_map **ret_map);
/**
 * nt_d3d_fence_map_open() - a page that came from outside
 * @fds:       the page, the read end, the write end; borrowed
 * @ret_flags: D3D12_FENCE_FLAGS, SHARED among them
 *
 * Return: 0; -EINVAL for what cannot be a fence; -errno.
 */
int nt_d3d_fence_map_open(const int fds[3], uint32_t *ret_flags, struct nt_d3d_fence_map **ret_map);
void nt_d3d_fence_map_ref(struct nt_d3d_fence_map *map);
/** nt_d3d_fence_map_unref() - the last one unmaps and closes; the slot was given up before */
void nt_d3d_fence_map_unref(struct nt_d3d_fence_map *map);
/** nt_d3d_fence_map_export() - descriptors of the caller's own, as for nt_d3d_fence_map_open() */
int nt_d3d_fence_map_export(const struct nt_d3d_fence_map *map, int ret_fds[3]);
/** nt_d3d_fence_map_release() - no public reference any more: gives up the read end */
void nt_d3d_fence_map_release(struct nt_d3d_fence_map *map);
/** nt_d3d_fence_map_is_released() - whether nobody anywhere has a public reference or a handle */
bool nt_d3d_fence_map_is_released(const struct nt_d3d_fence_map *map);

/** nt_d3d_fence_map_signal() - the value is now @value, for everybody */
void nt_d3d_fence_map_signal(struct nt_d3d_fence_map *map, uint64_t value);
/** nt_d3d_fence_map_wake() - something else than the value changed */
void nt_d3d_fence_map_wake(struct nt_d3d_fence_map *map);

/**
 * nt_d3d_fence_map_next() - the next signal that was not looked at
 *
 * Return: false when there is none, or its writer is not done.
 */
bool nt_d3d_fence_map_next(struct nt_d3d_fence_map *map, uint64_t *ret_turn, uint64_t *ret_value);
/** nt_d3d_fence_map_skip() - what was signalled until now is not looked at */
void nt_d3d_fence_map_skip(struct nt_d3d_fence_map *map);

/** nt_d3d_fence_map_claim() - a slot for the calling thread. -EBUSY: all are in use; -ENOMEM, ...
 */
int nt_d3d_fence_map_claim(struct nt_d3d_fence_map *map);
/** nt_d3d_fence_map_unclaim() - give it up; by the thread that claimed it */
void nt_d3d_fence_map_unclaim(struct nt_d3d_fence_map *map);
/** nt_d3d_fence_map_announce() - what the own slot says from now on (without one: nothing) */
void nt_d3d_fence_map_announce(struct nt_d3d_fence_map *map, uint64_t highest, uint64_t certain);
/** nt_d3d_fence_map_lose() - what it said will never come */
void nt_d3d_fence_map_lose(struct nt_d3d_fence_map *map);

/** nt_d3d_fence_map_losses() - the highest value that was lost since the last look; 0: none */
uint64_t nt_d3d_fence_map_losses(struct nt_d3d_fence_map *map);
/** nt_d3d_fence_map_is_certain() - whether some living owner is certain to reach @value */
bool nt_d3d_fence_map_is_certain(const struct nt_d3d_fence_map *map, uint64_t value);
/**
 * nt_d3d_fence_map_owner() - the owner word of a living slot of somebody else's, to sleep on
 * @ret_owner: what it says; of one that died since the last look what it does not say, so that
 *             nobody sleeps on it
 *
 * Return: NULL when the slot has no such owner.
 */
_Atomic uint32_t *nt_d3d_fence_map_owner(const struct nt_d3d_fence_map *map, unsigned slot,
                                         uint32_t *ret_owner);

/* A place where a test build is killed (tests/d3d12/fence_steps.c). */
#ifdef NT_D3D_FENCE_STEPS
extern void (*nt_d3d_fence_step)(const char *place);
#    define NT_D3D_FENCE_STEP(name)      \
        do {                             \
            if (nt_d3d_fence_step)       \
                nt_d3d_fence_step(name); \
        } while (0)
#else
#    define NT_D3D_FENCE_STEP(name) \
        do {                        \
        } while (0)
#endif

#endif
