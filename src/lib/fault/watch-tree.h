/* SPDX-License-Identifier: MIT */
/*
 * Where watched ranges are found: a radix tree (radix.h) whose lowest level is 32 slots of 64 KiB.
 * A range that fills a slot of a higher level is one value there, so that a view of 16 TiB is 32
 * stores. A range that has a piece of 64 KiB to itself is the value of the piece's slot, even
 * where it does not fill it, for a range knows its bounds. Only a piece that several ranges share,
 * as those that were split out of one, has a slot for each page.
 *
 * A signal handler looks things up; NT_LOCK_FAULTS is held for everything else.
 */
#ifndef NT_LIB_FAULT_WATCH_TREE_H
#define NT_LIB_FAULT_WATCH_TREE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct nt_watch_range {
    _Atomic uint64_t base, end;
    _Atomic unsigned kinds;
    _Atomic unsigned sequence; /* odd: nobody's; another one each time that it is or grows */
    bool replaced;             /* in the list of those that another range has taken the place of */
    struct nt_watch_range *next; /* in that list, or in that of free ones */
};

/* What is done to [low, high) for a range; to a part of that further down in the tree. */
struct nt_watch_job {
    uint64_t low, high;
    uintptr_t value;                 /* the range, with bit 0 set */
    uint64_t from, to;               /* all that the range will be: what lies inside, it replaces */
    struct nt_watch_range *replaced; /* out */
};

/** nt_watch_find() - the range at @address, or beside it in its 64 KiB, or one that just was there,
 *  or NULL; takes no lock */
struct nt_watch_range *nt_watch_find(uint64_t address);

/**
 * nt_watch_prepare() - make what nt_watch_give() or nt_watch_take() needs, and change no answer
 *
 * Return: 0 or -ENOMEM.
 */
int nt_watch_prepare(const struct nt_watch_job *job);
/** nt_watch_give() - all slots of the job are its range's; lists the ranges that were replaced */
void nt_watch_give(struct nt_watch_job *job);
/** nt_watch_take() - the slots of the job that are its range's are nobody's */
void nt_watch_take(const struct nt_watch_job *job);

#endif
