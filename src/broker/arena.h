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

#define NT_ARENA_MAGIC    0x6e7461726e610001ull
#define NT_ARENA_VERSION  4u
#define NT_ARENA_RECORDS  (1u << 18) /* at most; fewer under a low RLIMIT_FSIZE or RLIMIT_AS */
#define NT_ARENA_CLIENTS  (1u << 18)
#define NT_ARENA_BLOCKS   (1u << 20)
#define NT_ARENA_SUSPECTS 8u
#define NT_ARENA_NONE     UINT32_MAX

enum nt_record_state { NT_RECORD_FREE = 0, NT_RECORD_LIVE = 1 };

/* Where a name stands (directory_kind of a record). */
enum nt_record_place {
    NT_STANDS_GLOBAL = 0,
    NT_STANDS_SESSION = 1,  /* directory_uid's, of the number directory_session */
    NT_STANDS_CREATED = 2,  /* in the directory or namespace of the number directory_id */
    NT_STANDS_BOUNDARY = 3, /* a namespace: its name is its boundary */
    NT_STANDS_NOWHERE = 4,  /* a directory or job without a name; directory_id is its secret */
    /* No name on the wire leads to these (kept.h). */
    NT_STANDS_MAILBOX = 5, /* its name is the process id */
    NT_STANDS_PARCEL = 6,  /* in the mailbox of the number directory_id; its name is the handle */
    NT_STANDS_MEMBER = 7,  /* of the process directory_uid; its name is the job's number */
    NT_STANDS_LAST = NT_STANDS_MEMBER,
};

/* Kinds of records that are no objects (enum nt_kind): what the broker keeps about processes. */
enum nt_kept_kind {
    NT_KEPT_MAILBOX = 64,
    NT_KEPT_PARCEL = 65,
    NT_KEPT_MEMBER = 66,
};

/* 256 bytes. */
struct nt_record {
    _Atomic uint64_t word; /* generation << 8 | state */
    uint32_t kind;         /* enum nt_kind */
    uint32_t owner;        /* uid */
    uint32_t directory_kind, directory_uid, directory_session;
    /* In the broker's table; -1 for none. A mailbox's and a member's lease_fd is the pidfd, a
     * member's write_fd the page of its exit code. */
    int32_t lease_fd, write_fd, read_fd;
    uint64_t name_hash;
    uint64_t size;                   /* section: bytes; semaphore: its most */
    uint32_t protection, attributes; /* section; D3D12: attributes is its sort */
    uint32_t manual_reset;           /* event */
    uint32_t name_units;
    uint32_t name_block;    /* first of a chain */
    uint32_t node;          /* section: NUMA node */
    uint64_t token, number; /* the request that made it */
    /* A D3D12 object's descriptors are read_fd, write_fd and extra_fd, as many as there are. */
    /* An image's file, or the commit map of a SEC_RESERVE section and its read-only description. */
    int32_t extra_fd, extra_read_fd;
    /*
     * Its descriptor, self-relative, in a chain of blocks (nt_arena_store()); 0: the default one
     * of owner, gid and integrity. A parcel: its bytes.
     */
    _Atomic uint64_t security;
    uint32_t gid, integrity; /* of who made it; integrity is an RID */
    uint64_t directory_id;
    uint64_t secret;         /* a directory, a namespace: who knows it may begin names in it */
    int32_t second_lease_fd; /* a namespace: while it lives, its boundary finds it; else -1 */
    uint32_t zero;
    _Atomic uint64_t unlinked;    /* 1: not found any more by who looks for it (11.48) */
    uint64_t key;                 /* random: the object's number holds bits of it */
    _Atomic uint64_t next_handle; /* mailbox: the handle / 4 that it gives next */
    _Atomic uint64_t job_limits;  /* job: NT_JOB_..., and << 32 the most active members */
    uint64_t job_total;           /* job: processes that were ever members */
    uint64_t born;                /* member: orders a process's jobs */
    uint32_t process_uid;         /* member: whose the process was */
    uint32_t creator;    /* its maker's process; 0: made by a broker that did not keep it */
    uint64_t created_ns; /* monotonic; 0: likewise */
    uint64_t reserved[6];
};

#define NT_BLOCK_BYTES 248u

/* 256 bytes. */
struct nt_block {
    uint32_t next;  /* NT_ARENA_NONE at the end */
    uint32_t owner; /* record */
    unsigned char bytes[NT_BLOCK_BYTES];
};

/*
 * A client, connected or not: the number of its last request, and the answer where doing it again
 * would not give the same one (answer.h). 64 bytes.
 */
struct nt_client_record {
    _Atomic uint64_t token; /* random bits << 18 | index; 0: free */
    uint32_t uid;
    uint32_t deaths;   /* what its last request has done to workers (answer.h) */
    uint64_t number;   /* of its last request */
    uint64_t answered; /* the request that has the answer below, or 0 */
    int32_t status;
    uint32_t type; /* of that request */
    uint64_t reserved[3];
};

/*
 * One store to a word of the arena that happens exactly once, with the answer that says so. It is
 * decided when valid becomes 1; whoever finds it so carries it out.
 */
struct nt_redo {
    _Atomic uint64_t valid;
    uint32_t client; /* index */
    int32_t status;
    uint64_t number;
    uint32_t type, zero;
    uint64_t offset; /* of the word, from the header */
    uint64_t value;
};

/*
 * A process whose messages killed workers before they could be told from others: one that asks to
 * be let in, or that nobody can read.
 */
struct nt_suspect {
    uint32_t pid; /* 0: free */
    uint32_t deaths;
    uint64_t when; /* the last one; monotonic nanoseconds */
};

/*
 * One page. What belongs to no object and outlives the worker: descriptors are numbers in the
 * table that keeper and worker share, -1 for none.
 */
struct nt_arena_header {
    uint64_t magic;
    uint32_t version;
    uint32_t n_records, n_blocks, n_clients;
    uint64_t instance;
    int32_t listen_fd, incumbent_fd, leases_fd, watch_fd;
    int32_t ready_fd; /* waits for the byte that says that clients can connect */
    uint32_t keeper;  /* its pid */
    /* Entries at and above these were never used. */
    uint32_t records_used_up_to, clients_used_up_to, blocks_used_up_to;
    uint32_t is_kept_open; /* 1: descriptors have lost their CLOEXEC flag for an execve() */
    uint64_t socket_inode, socket_device;
    uint64_t restarts;           /* workers that died */
    uint64_t n_requests;         /* answered */
    uint64_t recovered_ns;       /* what the last recovery took */
    _Atomic uint64_t is_serving; /* this worker has recovered */
    /* The request in service: index + 1 of its client, 0 for none, and its number. */
    _Atomic uint64_t service_client;
    uint64_t service_number;
    struct nt_redo redo;
    uint64_t step_hits;        /* a test build's */
    uint64_t socket_is_passed; /* 1: a service manager's, who made its file and removes it */
    uint64_t has_served;       /* 1: some worker did */
    /* Whose message is in service while it is no request of a client's record; 0: nobody's. */
    _Atomic uint64_t service_pid;
    struct nt_suspect suspects[NT_ARENA_SUSPECTS];
    unsigned char padding[4096 - 200 - 16 - 16 * NT_ARENA_SUSPECTS];
};

struct nt_arena {
    int fd;
    uint32_t n_records, n_blocks, n_clients;
    struct nt_arena_header *header;
    struct nt_record *records;
    struct nt_client_record *clients;
    struct nt_block *blocks;
    /* Private: rebuilt from the records. */
    uint32_t *free_records, n_free_records, records_used_up_to;
    uint32_t *free_blocks, n_free_blocks, blocks_used_up_to;
};

/** nt_arena_size() - bytes of its memory */
size_t nt_arena_size(const struct nt_arena *arena);

/** nt_arena_init() - a new, empty arena. Return: 0 or -errno. */
int nt_arena_init(struct nt_arena *arena);
/**
 * nt_arena_attach() - the arena in @fd, which another program left there
 * @fd: taken, also on failure
 *
 * Nothing in it is believed but that it has the form of an arena; nt_recover() looks at the rest.
 * Return: 0; -EUCLEAN when it is none; -EPROTONOSUPPORT for one of another version; -errno.
 */
int nt_arena_attach(struct nt_arena *arena, int fd);
/** nt_arena_deinit() - unmap it, and close its descriptor */
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

/**
 * nt_arena_store() - bytes into a chain of blocks
 * @owner:     the record that will name it
 * @ret_chain: first block << 32 | size, so that one store makes it a record's; 0 for no bytes
 *
 * Return: 0; -ENOSPC when the arena has no room.
 */
int nt_arena_store(struct nt_arena *arena, uint32_t owner, const void *bytes, size_t size,
                   uint64_t *ret_chain);
/** nt_arena_chain_size() - how many bytes a chain holds */
static inline size_t nt_arena_chain_size(uint64_t chain)
{
    return (uint32_t)chain;
}
/** nt_arena_load() - the bytes of a chain, into room for nt_arena_chain_size() */
void nt_arena_load(const struct nt_arena *arena, uint64_t chain, void *bytes);
/** nt_arena_drop() - free the blocks of a chain that no record names (any more) */
void nt_arena_drop(struct nt_arena *arena, uint64_t chain);
/** nt_arena_load_name() - the units of a record's name, into room for name_units of them */
void nt_arena_load_name(const struct nt_arena *arena, uint32_t index, uint16_t *units);

/** nt_record_generation() - of a record; changes with each use */
uint64_t nt_record_generation(const struct nt_record *record);

#endif
