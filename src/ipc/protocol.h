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
#define NT_IPC_VERSION_MIN 1
#define NT_IPC_VERSION_MAX 1

/*   name        number  structures   units follow  most fds in the reply */
#define NT_MESSAGES(X)            \
    X(HELLO, 1, hello, false, 0)  \
    X(CREATE, 2, create, true, 2) \
    X(OPEN, 3, open, true, 2)     \
    X(STATISTICS, 4, statistics, false, 0)

enum nt_message_type {
#define X(name, number, structs, units, fds) NT_MESSAGE_##name = number,
    NT_MESSAGES(X)
#undef X
        NT_MESSAGE_END = 5
};

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
    uint64_t size;         /* section: bytes, a multiple of the page size */
    uint32_t protection;   /* section: PAGE_ value */
    uint32_t attributes;   /* section: SEC_ flags */
    uint32_t manual_reset; /* event */
    uint32_t initial_state;
};

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
    unsigned max_fds;
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
    };
    const uint16_t *units; /* NULL when none follow; aligned, inside the buffer */
    size_t n_units;
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
