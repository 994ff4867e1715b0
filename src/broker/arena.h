/* SPDX-License-Identifier: MIT */
/*
 * The arena: everything that a broker knows about its objects, in one memory that survives the
 * process that works on it. Fixed-size records in a fixed place; variable data (names) in
 * chains of fixed-size blocks. The layout carries a version.
 *
 * A record is published by one store of its word, after its descriptors are open, and cleared
 * by one store before they are closed. The word holds the generation (another one for each use
 * of the record) beside the state, so that whoever reads a record and then the word again
 * knows whether it was one object all the time.
 *
 * The worker keeps only what it can build anew from the arena: free lists and the name index.
 */
#ifndef NT_BROKER_ARENA_H
#define NT_BROKER_ARENA_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define NT_ARENA_MAGIC   0x6e7461726e610001ull
#define NT_ARENA_VERSION 2u
#define NT_ARENA_RECORDS (1u << 18) /* at most; fewer under a low RLIMIT_FSIZE or RLIMIT_AS */
#define NT_ARENA_BLOCKS  (1u << 20)
#define NT_ARENA_NONE    UINT32_MAX

enum nt_record_state { NT_RECORD_FREE = 0, NT_RECORD_LIVE = 1 };

/* 256 bytes. */
struct nt_record {
    _Atomic uint64_t word; /* generation << 8 | state */
    uint32_t kind;         /* enum nt_kind */
    uint32_t owner;        /* uid */
    uint32_t directory_kind, directory_uid, directory_session;
    int32_t lease_fd, write_fd, read_fd; /* in the broker's table; -1 for none */
    uint64_t name_hash;
    uint64_t size;
    uint32_t protection, attributes; /* section */
    uint32_t manual_reset;           /* event */
    uint32_t name_units;
    uint32_t name_block;    /* first of a chain */
    uint32_t node;          /* section: NUMA node */
    uint64_t token, number; /* the request that made it */
    /* An image's file, or the commit map of a SEC_RESERVE section and its read-only description. */
    int32_t extra_fd, extra_read_fd;
    uint64_t reserved[19];
};

#define NT_BLOCK_BYTES 248u

/* 256 bytes. */
struct nt_block {
    uint32_t next;  /* NT_ARENA_NONE at the end */
    uint32_t owner; /* record */
    unsigned char bytes[NT_BLOCK_BYTES];
};

struct nt_arena_header {
    uint64_t magic;
    uint32_t version;
    uint32_t n_records, n_blocks;
    uint32_t zero;
    uint64_t instance;
    unsigned char padding[4096 - 32];
};

struct nt_arena {
    int fd;
    uint32_t n_records, n_blocks;
    struct nt_arena_header *header;
    struct nt_record *records;
    struct nt_block *blocks;
    /* Private: rebuilt from the records. */
    uint32_t *free_records, n_free_records, records_used_up_to;
    uint32_t *free_blocks, n_free_blocks, blocks_used_up_to;
};

/** nt_arena_init() - a new, empty arena. Return: 0 or -errno. */
int nt_arena_init(struct nt_arena *arena);
void nt_arena_deinit(struct nt_arena *arena);

/**
 * nt_arena_take() - a free record with its name stored, not yet published
 * @ret_index: fill the rest of the record, then nt_arena_publish()
 *
 * Return: 0; -ENOSPC when the arena is full; -ENOMEM.
 */
int nt_arena_take(struct nt_arena *arena, const uint16_t *name, size_t n_units,
                  uint32_t *ret_index);
/** nt_arena_publish() - the record is an object from now on */
void nt_arena_publish(struct nt_arena *arena, uint32_t index);
/** nt_arena_give() - clear a record (published or not) and free it and its blocks */
void nt_arena_give(struct nt_arena *arena, uint32_t index);

/** nt_record_generation() - of a record; changes with each use */
uint64_t nt_record_generation(const struct nt_record *record);

#endif
