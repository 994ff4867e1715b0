/* SPDX-License-Identifier: MIT */
/*
 * What two service threads' ends say to each other. One connection carries one request: the asker
 * sends it, is answered, and confirms that it has the answer; then the other side hangs up. An
 * answer that is not confirmed is undone, so that nothing is left of a request whose asker died or
 * ran out of patience. Parcels travel behind the structures with their descriptors.
 *
 * Both ends are of one user, or the asker is root; still nothing is believed: whoever reads a
 * message checks its length and its kind, and what is in it is checked by the call that does it.
 */
#ifndef NT_LIB_PROCESS_SERVICE_PROTOCOL_H
#define NT_LIB_PROCESS_SERVICE_PROTOCOL_H

#include "lib/memory/region.h"
#include "lib/object/parcel.h"

#define NT_SERVICE_MAGIC   0x31565253u /* "SRV1" */
#define NT_SERVICE_BYTES   65536u      /* behind a structure, at most */
#define NT_SERVICE_SECONDS 5u          /* that either side waits for the other */
#define NT_SERVICE_CONFIRM 0x4B4F3153u /* the whole third message */

enum nt_service_kind {
    NT_SERVICE_TAKE = 1, /* handle, access, attributes, options; answer: a parcel */
    NT_SERVICE_CLOSE,    /* handle */
    NT_SERVICE_MAP,      /* a view request and a parcel; answer: base, size */
    NT_SERVICE_UNMAP,    /* base, type: flags */
    NT_SERVICE_ALLOCATE, /* an allocation; answer: base, size */
    NT_SERVICE_FREE,     /* base, size, type; answer: base, size */
    NT_SERVICE_PROTECT,  /* base, size, protect; answer: base, size, value: what it was */
    NT_SERVICE_QUERY,    /* base; answer: MEMORY_BASIC_INFORMATION */
    NT_SERVICE_EXTENT,   /* base; answer: struct nt_allocation_information */
    NT_SERVICE_FILE,     /* base; answer: a path, with its NUL */
    NT_SERVICE_PAGES,    /* struct nt_resident_page[]; answer: the same, filled in */
    NT_SERVICE_RESIDENT, /* base: the first address; answer: pages from there on */
    NT_SERVICE_LOCK,     /* base, size; answer: base, size */
    NT_SERVICE_UNLOCK,   /* the same */
    NT_SERVICE_FLUSH,    /* the same */
    NT_SERVICE_PREFETCH, /* WIN32_MEMORY_RANGE_ENTRY[] */
    NT_SERVICE_GET_SET,  /* answer: struct nt_working_set */
    NT_SERVICE_SET_SET,  /* struct nt_working_set */
    NT_SERVICE_EMPTY,    /* nothing: the working set */
    NT_SERVICE_READ,     /* base, size; answer: bytes, fewer with a failure */
    NT_SERVICE_WRITE,    /* base, bytes; answer: size */
    NT_SERVICE_CODE,     /* base, size: code was written there */
    NT_SERVICE_REGIONS,  /* base: the first address; answer: records of memory/regions.h from there
                            on; base: where they go on, size: the number of changes */
    NT_SERVICE_KINDS
};

enum nt_service_flags {
    NT_SERVICE_ON_NODE = 1,
    NT_SERVICE_TOP_DOWN = 2,
    NT_SERVICE_NO_PLACEHOLDERS = 4,
    NT_SERVICE_EXTENDED = 8,
    NT_SERVICE_CONSTRAINED = 16,
};

struct nt_service_request {
    uint32_t magic, kind;
    uint64_t handle;
    uint32_t access, attributes, options;
    uint32_t type, protect, node;
    uint64_t base, size, offset, lowest, highest, alignment, extra;
    uint32_t flags;
    uint32_t n_bytes; /* behind it */
};

struct nt_service_reply {
    uint32_t magic;
    int32_t status;
    uint64_t base, size;
    uint32_t value;
    uint32_t n_bytes; /* behind it */
};

/* What has to be done when an answer is not taken, and what when it is. */
struct nt_service_undo {
    uint64_t view; /* unmapped again */
    ULONG flags;   /* of unmapping or freeing */
    void *memory;  /* freed again */
    size_t size;   /* of it */
    HANDLE source; /* DUPLICATE_CLOSE_SOURCE: closed once the copy has arrived */
};

struct nt_service_answer {
    struct nt_service_reply reply;
    void *bytes;             /* malloc'ed; n_bytes of them, unless there is a parcel */
    struct nt_parcel parcel; /* of NT_SERVICE_TAKE */
    struct nt_service_undo undo;
};

/**
 * nt_service_work() - do what a message asks for, in this process
 * @fds: that came along; taken (-1 afterwards)
 *
 * The answer's status says how it went; what is no request is STATUS_DATA_ERROR.
 */
void nt_service_work(const void *message, size_t size, int *fds, size_t n_fds,
                     struct nt_service_answer *ret_answer);
/** nt_service_answer_deinit() - the bytes and the parcel; what is to be undone is left alone */
void nt_service_answer_deinit(struct nt_service_answer *answer);
/** nt_service_commit(), nt_service_undo() - the answer has arrived, or has not */
void nt_service_commit(const struct nt_service_undo *undo);
void nt_service_undo(const struct nt_service_undo *undo);

/**
 * nt_service_name() - where the service thread of a process listens: at one of some addresses
 * @which: 0 to NT_SERVICE_NAMES - 1
 *
 * An address stays taken as long as a child that was forked before a stop has not noticed yet, or
 * while a stranger sits on it. 0 or -errno.
 */
#define NT_SERVICE_NAMES     16u
#define NT_SERVICE_NAME_SIZE 64
int nt_service_name(pid_t pid, unsigned which, char *name);

struct nt_process;

/* A question and what is said to it. */
struct nt_service_call {
    struct nt_service_request request; /* magic, kind and n_bytes are filled in */
    const void *bytes;
    size_t n_bytes;
    const struct nt_parcel *parcel; /* in place of the bytes */
    uint64_t patience_ns;           /* 0: NT_SERVICE_SECONDS */
    struct nt_service_reply reply;
    unsigned char *answer; /* malloc'ed, reply.n_bytes */
    int fds[NT_PARCEL_FDS];
    size_t n_fds;
};

/**
 * nt_service_ask() - one request to another process, with all that service.h says of requests
 *
 * Return: the status of the answer, or why there is none. deinit the call in every case.
 */
NTSTATUS nt_service_ask(struct nt_process *process, enum nt_service_kind kind,
                        struct nt_service_call *call);
/** nt_service_call_deinit() - for NT_CLEANUP */
void nt_service_call_deinit(struct nt_service_call *call);

#endif
