/* SPDX-License-Identifier: MIT */
/*
 * Ways to write into memory that one may only read.
 */
#ifndef NTSHM_TEST_SECURITY_READONLY_H
#define NTSHM_TEST_SECURITY_READONLY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define LOOT_SIZE 0x10000u
#define LOOT_BYTE 0x5a

/* What the taker has, and what it knows of the giver. */
struct loot {
    int fd;              /* a read-only description of the memory */
    int lease;           /* the read end of a lease */
    unsigned char *view; /* its own mapping, shared, to be read */
    pid_t giver;
    int giver_fd; /* the read-write description there */
    uint64_t giver_address;
};

struct attack {
    const char *name;
    bool (*try)(const struct loot *loot); /* true when it got write access, or wrote */
};

/* Ended by one without a name. The first is what works where the mode is open. */
extern const struct attack attacks[];

#endif
