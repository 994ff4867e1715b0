/* SPDX-License-Identifier: MIT */
/*
 * The broker protocol. SOCK_SEQPACKET: one request, one reply, each a whole message of fixed
 * structures in host byte order (both ends are one machine), a request optionally followed by
 * the 16-bit units of a name. The one list below drives both ends: the numbers, the names for
 * the log, the size checks, the broker's dispatch table and the fuzzer's.
 *
 * A connection begins with HELLO, which settles the version. Every request carries the
 * client's number; with the token that HELLO gave, it names the request for ever: a create that
 * is sent again after a lost connection gets its first answer.
 */
#ifndef NT_IPC_PROTOCOL_H
#define NT_IPC_PROTOCOL_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NT_IPC_MAGIC       0x6e746d31u /* "ntm1" */
#define NT_IPC_VERSION_MIN 2
#define NT_IPC_VERSION_MAX 2

/*   name        number  structures   units follow  most fds in the request, in the reply */
#define NT_MESSAGES(X)                        \
    X(HELLO, 1, hello, false, 0, 0)           \
    X(CREATE, 2, create, true, 2, 3)          \
    X(OPEN, 3, open, true, 0, 3)              \
    X(STATISTICS, 4, statistics, false, 0, 0) \
    X(GROW, 5, grow, false, 0, 0)

enum nt_message_type {
#define X(name, number, structs, units, request_fds, reply_fds) NT_MESSAGE_##name = number,
    NT_MESSAGES(X)
#undef X
        NT_MESSAGE_END = 6
};

/* The most that any request brings. */
#define NT_IPC_MAX_REQUEST_FDS 2

struct nt_request_header {
    uint32_t size; /* of the whole message */
    uint16_t type; /* enum nt_message_type */
    uint16_t zero;
    uint64_t number; /* the client's, growing; 0 only in HELLO */
};

struct nt_reply_header {
    uint32_t size;
    uint16_t type; /* that of the request */
    uint16_t n_fds;
    uint64_t number;
    int32_t status; /* NTSTATUS; a failure has no structure behind the header */
    uint32_t zero;
};

struct nt_hello_request {
    uint32_t magic;
    uint16_t version_min, version_max; /* that the client speaks */
    uint64_t token; /* from an earlier connection of this process to this broker, or 0 */
};

struct nt_hello_reply {
    uint16_t version; /* the highest that both speak */
    uint16_t zero;
    uint32_t session; /* whose directory Local\ is; 0: Local\ is Global\ */
    uint64_t token;
    uint64_t instance; /* random, another one for each start of the broker */
};

enum nt_name_flags {
    NT_NAME_ABSOLUTE = 1, /* a path from the root */
    NT_NAME_OPEN_IF = 2,  /* create: an existing object is opened */
    NT_NAME_FLAGS = NT_NAME_ABSOLUTE | NT_NAME_OPEN_IF,
};

struct nt_create_request {
    uint32_t kind; /* enum nt_kind */
    uint32_t access;
    uint32_t flags; /* enum nt_name_flags */
    uint32_t name_units;
    uint64_t size;         /* section: bytes; of the page file a multiple of the page size */
    uint32_t protection;   /* section: PAGE_ value */
    uint32_t attributes;   /* section: SEC_ flags; SEC_FILE says that descriptors come along */
    uint32_t manual_reset; /* event */
    uint32_t initial_state;
    uint32_t node; /* section: NUMA node, or UINT32_MAX */
    uint32_t zero;
};

/*
 * What comes along with a section of a file. Data: a read-only description of the file and, when
 * the protection is PAGE_READWRITE or PAGE_EXECUTE_READWRITE, a read-write one of the same file.
 * SEC_IMAGE: the layout, a memfd that nobody can change any more, and a read-only description of
 * the file. Each of the file bears the section's marks already; the broker never reads or maps
 * them.
 */

/* The first word of an event's page when it begins set. */
#define NT_EVENT_PAGE_SET 1u

struct nt_open_request {
    uint32_t kind;
    uint32_t access;
    uint32_t flags;
    uint32_t name_units;
};

/* Which descriptors a reply brings, in this order. */
enum nt_payload {
    NT_PAYLOAD_LEASE = 1, /* always */
    NT_PAYLOAD_READ = 2,  /* a read-only description, or */
    NT_PAYLOAD_WRITE = 4, /* a read-write one, or neither */
    NT_PAYLOAD_EXTRA = 8, /* beside one of them: an image's file, or the commit map of a
                             SEC_RESERVE section, read-only beside NT_PAYLOAD_READ */
};

struct nt_object_reply {
    uint64_t id;      /* of the object; never used again by this broker */
    uint32_t access;  /* granted */
    uint32_t payload; /* enum nt_payload */
    uint64_t size;
    uint32_t protection;
    uint32_t attributes;
    uint32_t manual_reset;
    uint32_t existed; /* create: the object was there before */
    uint32_t node;
    uint32_t zero;
};

#define nt_create_reply nt_object_reply
#define nt_open_reply   nt_object_reply

struct nt_statistics_request {
    uint32_t zero;
    uint32_t zero2;
};

struct nt_statistics_reply {
    uint32_t pid;
    uint32_t zero;
    uint64_t clients;
    uint64_t names;
    uint64_t objects;
    uint64_t bytes;
    uint64_t fds;
    uint64_t requests;
};

/* A section of a writable file is at least so long now; its file is already. 0: only asks. */
struct nt_grow_request {
    uint64_t id;
    uint64_t size;
};

struct nt_grow_reply {
    uint64_t size; /* what it has now */
};

/* The longest message: a create with the longest name. */
#define NT_IPC_MAX_UNITS 32766u
#define NT_IPC_MAX_SIZE \
    (sizeof(struct nt_request_header) + sizeof(struct nt_create_request) + 2 * NT_IPC_MAX_UNITS)

/* What the list says of one message. */
struct nt_message_info {
    const char *name;
    uint32_t request_size; /* structure behind the header */
    uint32_t reply_size;
    bool units; /* a name follows the request's structure */
    unsigned max_request_fds;
    unsigned max_fds; /* in the reply */
};

/** nt_message_info() - the list's row, or NULL for an unknown number */
const struct nt_message_info *nt_message_info(unsigned type);

/* A request whose every length has been checked. */
struct nt_request {
    struct nt_request_header header;
    const struct nt_message_info *info;
    union {
        struct nt_hello_request hello;
        struct nt_create_request create;
        struct nt_open_request open;
        struct nt_statistics_request statistics;
        struct nt_grow_request grow;
    };
    const uint16_t *units; /* NULL when none follow; aligned, inside the buffer */
    size_t n_units;
    /* What came along; whoever decoded puts it here, and owns what is not taken. */
    int fds[NT_IPC_MAX_REQUEST_FDS];
    size_t n_fds;
};

/**
 * nt_request_decode() - bytes of a stranger to a request
 * @buffer: 8-byte aligned; the units in the result point into it
 *
 * Fixed parts are copied, so that they are checked and used as one.
 * Return: 0; -EBADMSG for anything that is not exactly what the list says.
 */
int nt_request_decode(const void *buffer, size_t size, struct nt_request *ret_request);

#endif
