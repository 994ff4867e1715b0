/* SPDX-License-Identifier: MIT */
/*
 * Walks over many small operations, for tests/fault: each is three functions without arguments
 * that share the state of their file.
 */
#ifndef NTSHM_TEST_FAULT_KIT_H
#define NTSHM_TEST_FAULT_KIT_H

#include "fault/fault.h"

struct fault_call {
    const char *name;
    void (*prepare)(void); /* NULL for nothing */
    uint32_t (*run)(void); /* the last error, 0 for success */
    void (*undo)(void);    /* after a success; NULL for nothing */
    uint64_t must_meet, may_survive, ignored;
};

/* Walks @call with ENOMEM, EMFILE and ENOSPC; any error that means one of them is good. */
void fault_walk_call(const struct fault_call *call);

/* The last error of a call that gave @success. */
uint32_t fault_result(bool success);

#endif
