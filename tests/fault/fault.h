/* SPDX-License-Identifier: MIT */
/*
 * Failing the n-th thing that can fail. Points are the calls behind the OS seam and allocations,
 * counted together in the order in which one operation meets them. A walk runs the operation with
 * its first point failing, then its second, and so on until it runs through: each time the
 * operation must fail with the error that belongs to the failure, leave nothing behind, and
 * succeed when it is asked again.
 */
#ifndef NTSHM_TEST_FAULT_H
#define NTSHM_TEST_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "os/os.h"

/* The seam's calls, and one more kind. */
enum { FAULT_ALLOCATION = NT_OS_CALL_COUNT, FAULT_KINDS };

/** fault_name() - of a kind of point */
const char *fault_name(unsigned kind);

/**
 * fault_arm() - from now on this thread's points count, and the @nth of them fails
 * @nth:   from 0; UINT_MAX for none
 * @error: errno of a failing call
 */
void fault_arm(unsigned nth, int error);

/** fault_follow() - points of the calling thread count from now on, instead of the other one's */
void fault_follow(void);

/**
 * fault_rules() - how points behave from now on
 * @ignored: points of these kinds (a bit each) always pass and are not counted
 * @stays:   once a point failed, later ones of its kind fail too
 */
void fault_rules(uint64_t ignored, bool stays);

/** fault_disarm() - points pass again. Returns the kind of point that failed, or FAULT_KINDS. */
unsigned fault_disarm(void);

/** fault_passed() - points of that kind since fault_arm() */
unsigned fault_passed(unsigned kind);

/* One operation; every function gets @context. */
struct fault_operation {
    const char *name;
    /* Before each run, without faults; NULL for nothing. */
    void (*prepare)(void *context);
    /* The error, 0 for success: a last error or an NTSTATUS. */
    uint32_t (*run)(void *context);
    /* After a success: takes it back. */
    void (*undo)(void *context);
    /* After a failure and after undo: true when everything is as before; NULL for nothing. */
    bool (*is_clean)(void *context);
    /* The errors that a failure of that kind and errno may give; ends with 0. */
    const uint32_t *(*errors)(unsigned kind, int error);
    /*
     * A bit each: kinds that the operation must have met, those whose failure it may survive, and
     * those that do not fail (what gives something back, where nobody could do anything about it).
     */
    uint64_t must_meet, may_survive, ignored;
    /* What failed goes on failing: for an operation that tries something else instead. */
    bool stays;
    void *context;
};

#define FAULT_BIT(name) (1ull << NT_OS_##name)
#define FAULT_MEMORY    (1ull << FAULT_ALLOCATION)

/** fault_walk() - the walk, once for each errno of the list that ends with 0 */
void fault_walk(const struct fault_operation *operation, const int *errors);

#endif
