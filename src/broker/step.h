/* SPDX-License-Identifier: MIT */
/*
 * Crash points. NT_STEP(name) stands at every step between a request's arrival and its answer,
 * and at every step of a recovery. It is nothing, but in the test build `ntshmd-steps`
 * (NT_BROKER_STEPS), where the environment names one at which the worker kills itself:
 *
 *   NTSHM_STEP=name        SIGKILL, every third time that it comes there, so that a request that
 *                          is sent again gets past both its HELLO and itself
 *   NTSHM_STEP=name:abort  abort(), every time
 */
#ifndef NT_BROKER_STEP_H
#define NT_BROKER_STEP_H

#include <stdint.h>

/* clang-format off */
#define NT_STEPS(X)                                                                               \
    X(accepted) X(received) X(in_service) X(decoded) X(hello_client) X(hello_done)                \
    X(create_charged) X(create_cleared) X(create_taken) X(create_filled) X(create_fds) X(create_leased)             \
    X(create_watched) X(create_published) X(create_indexed) X(prepared)                           \
    X(open_found) X(store_chain) X(store_decided) X(store_done) X(store_answered)                 \
    X(grow_stored) X(handled) X(sent) X(closed) X(out_of_service)                                 \
    X(unlinked) X(remove_unlisted) X(remove_given) X(remove_closed)                                           \
    X(recover_begun) X(recover_redone) X(recover_checked) X(recover_swept) X(recover_adopted)     \
    X(recover_reaped) X(push_counted) X(fetched) X(member_ended) X(member_counted) X(job_set)     \
    X(job_ended) X(job_emptied) X(poison) X(poison_hello)
/* clang-format on */

enum nt_step {
#define X(name) NT_STEP_##name,
    NT_STEPS(X)
#undef X
        NT_STEP_COUNT
};

#ifdef NT_BROKER_STEPS
/** nt_step_init() - where the times are counted, which a worker's death must not forget */
void nt_step_init(uint64_t *hits);
void nt_step(enum nt_step step);
#    define NT_STEP(name) nt_step(NT_STEP_##name)
#else
#    define NT_STEP(name) ((void)0)
#endif

#endif
