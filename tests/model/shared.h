/* SPDX-License-Identifier: MIT */
/*
 * Threads that work in one placeholder at once, beside each other.
 */
#ifndef NTSHM_TEST_MODEL_SHARED_H
#define NTSHM_TEST_MODEL_SHARED_H

#include <stdbool.h>
#include <stdint.h>

struct model_shared_options {
    uint64_t seed;
    unsigned long steps; /* of each thread */
    unsigned n_threads, n_intruders;
    unsigned deadline_ms; /* ends earlier when this is over; 0: never */
};

/**
 * model_shared() - each thread owns every n-th piece of a placeholder that was split into pieces,
 * replaces them by memory and by views, restores them, and asks for what must fail whatever the
 * others do; intruders ask the kernel for addresses inside, and must never get one
 *
 * At the end the pieces are coalesced to one placeholder, which is freed.
 *
 * Return: NULL, or what differed, in memory that stays.
 */
const char *model_shared(const struct model_shared_options *options);

#endif
