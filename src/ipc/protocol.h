/* SPDX-License-Identifier: MIT */
/*
 * The broker protocol. SOCK_SEQPACKET: one request, one reply, each a whole message of fixed
 * structures in host byte order (both ends are one machine). Behind a request's structure may come
 * bytes (a security descriptor, a boundary; padded with zeros to a multiple of 8) and then the
 * 16-bit units of a name; behind a reply's, bytes. The one list below drives both ends: the
 * numbers, the names for the log, the size checks, the broker's dispatch table and the fuzzer's.
 *
 * A connection begins with HELLO, which settles the version. Every request carries the
 * client's number; with the token that HELLO gave, it names the request for ever: a create that
 * is sent again after a lost connection gets its first answer.
 *
 * Who asks is what the kernel attested when the connection was made; every message carries its
 * sender's credentials, which must still be the same. A request adds what its token gave up of its
 * own will: a lower integrity level, and privileges that it has not enabled. That can only take
 * away.
 */
#ifndef NT_IPC_PROTOCOL_H
#define NT_IPC_PROTOCOL_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ntshm/shared.h>

#define NT_IPC_MAGIC       0x6e746d31u /* "ntm1" */
#define NT_IPC_VERSION_MIN 4
#define NT_IPC_VERSION_MAX 5 /* since 5: DESCRIBE; descriptors with NT_KIND_D3D12 */

/*   name, number, structures, a name follows, most bytes in the request and in the reply,
     most fds in the request and in the reply */
/* clang-format off */
#define NT_MESSAGES(X)                                                             \
    X(HELLO, 1, hello, false, 0, 0, 0, 0)                                          \
    X(CREATE, 2, create, true, NT_IPC_MAX_BYTES, 0, 3, 4)                          \
    X(OPEN, 3, open, true, 0, 0, 0, 4)                                             \
    X(STATISTICS, 4, statistics, false, 0, 0, 0, 0)                                \
    X(GROW, 5, grow, false, 0, 0, 0, 0)                                            \
    X(REOPEN, 6, reopen, false, 0, 0, 0, 4)                                        \
    X(GET_SECURITY, 7, get_security, false, 0, NT_IPC_MAX_BYTES, 0, 0)             \
    X(SET_SECURITY, 8, set_security, false, NT_IPC_MAX_BYTES, 0, 0, 0)             \
    X(LIST, 9, list, true, 0, NT_IPC_MAX_LIST, 0, 0)                               \
    X(CREATE_NAMESPACE, 10, create_namespace, false, NT_IPC_MAX_BYTES, 0, 0, 2)    \
    X(OPEN_NAMESPACE, 11, open_namespace, false, NT_IPC_MAX_BYTES, 0, 0, 2)        \
    X(DESTROY_NAMESPACE, 12, destroy_namespace, false, 0, 0, 0, 0)                 \
    X(PUSH, 13, push, false, NT_IPC_MAX_PARCEL, 0, 5, 0)                           \
    X(FETCH, 14, fetch, false, 0, NT_IPC_MAX_PARCEL, 0, 4)                         \
    X(DROP, 15, drop, false, 0, 0, 0, 0)                                           \
    X(ASSIGN_JOB, 16, assign_job, false, 0, 0, 2, 0)                               \
    X(TERMINATE_JOB, 17, terminate_job, false, 0, 0, 0, 0)                         \
    X(QUERY_JOB, 18, query_job, false, 0, NT_IPC_MAX_LIST, 0, 0)                   \
    X(SET_JOB, 19, set_job, false, 0, 0, 0, 0)                                     \
    X(IS_IN_JOB, 20, is_in_job, false, 0, 0, 1, 0)                                 \
    X(JOIN_JOBS, 21, join_jobs, false, 0, 0, 2, 0)                                 \
    X(DESCRIBE, 22, describe, true, 0, 0, 0, 0)
/* clang-format on */

enum nt_message_type {
#define X(name, number, ...) NT_MESSAGE_##name = number,
    NT_MESSAGES(X)
#undef X
        NT_MESSAGE_END = 23
};

/* The most that any request brings. */
#define NT_IPC_MAX_REQUEST_FDS 5
/* A descriptor or a boundary, a list of names: the most that follows a structure. */
#define NT_IPC_MAX_BYTES       65536u
/* What a handle becomes on its way to another process (lib/object/parcel.h). */
#define NT_IPC_MAX_PARCEL      32768u
#define NT_IPC_MAX_PARCEL_FDS  4u
/* A list's: at least the longest name. */
#define NT_IPC_MAX_LIST        65552u

struct nt_request_header {
    uint32_t size; /* of the whole message */
    uint16_t type; /* enum nt_message_type */
    uint16_t zero;
    uint64_t number;     /* the client's, growing; 0 only in HELLO */
    uint32_t lowered;    /* 0, or NT_IPC_LOWERED and the integrity level (an RID) it gave up to */
    uint32_t disabled;   /* enum nt_in_force: privileges that its token has not enabled */
    uint32_t bytes_size; /* of what follows the structure, without the padding */
    uint32_t zero2;
};

#define NT_IPC_LOWERED    0x80000000u

/*
 * Handle values that a mailbox gives (value / 4): for each target growing from some value of the
 * first NT_MAILBOX_SPREAD on, none is used again.
 */
#define NT_MAILBOX_FIRST  0x800000u
#define NT_MAILBOX_LAST   0x3FFFFFFFu
#define NT_MAILBOX_SPREAD 0x10000000u

struct nt_reply_header {
    uint32_t size;
    uint16_t type; /* that of the request */
    uint16_t n_fds;
    uint64_t number;
    int32_t status;      /* NTSTATUS; a failure has no structure behind the header */
    uint32_t bytes_size; /* of what follows the structure */
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
    uint64_t instance; /* random, another one for each start of the broker; a worker that takes
                          over from one that died keeps it */
};

enum nt_name_flags {
    NT_NAME_ABSOLUTE = 1, /* a path from the root */
    NT_NAME_OPEN_IF = 2,  /* create: an existing object is opened */
    NT_NAME_FLAGS = NT_NAME_ABSOLUTE | NT_NAME_OPEN_IF,
};

/*
 * A directory that a name begins in: a private namespace, or one that NtCreateDirectoryObject
 * made. The broker gives both numbers to whom it lets in, and the second cannot be guessed. All
 * zero: the caller's own directory (Local\), or the root with NT_NAME_ABSOLUTE.
 */
struct nt_name_root {
    uint64_t id;
    uint64_t secret;
};

struct nt_create_request {
    uint32_t kind; /* enum nt_kind */
    uint32_t access;
    uint32_t flags; /* enum nt_name_flags */
    uint32_t name_units;
    /* Section: bytes; of the page file a multiple of the page size. Semaphore: its most. */
    uint64_t size;
    uint32_t protection; /* section: PAGE_ value */
    /* Section: SEC_ flags; SEC_FILE says that descriptors come along. D3D12: which sort. */
    uint32_t attributes;
    uint32_t manual_reset; /* event, timer */
    /* Event: set; semaphore: its count; mutant: the thread id of its first owner, or 0. */
    uint32_t initial_state;
    uint32_t node; /* section: NUMA node, or UINT32_MAX */
    uint32_t zero;
    struct nt_name_root root;
};

/*
 * The bytes behind a create: the new object's self-relative security descriptor; what it lacks of
 * owner, group and DACL comes from the defaults of who asks, and no bytes at all mean all of them
 * (13.8, 13.9).
 */

/*
 * What comes along with a section of a file. Data: a read-only description of the file and, when
 * the protection is PAGE_READWRITE or PAGE_EXECUTE_READWRITE, a read-write one of the same file.
 * SEC_IMAGE: the layout, a memfd that nobody can change any more, and a read-only description of
 * the file. Each of the file bears the section's marks already; the broker never reads or maps
 * them.
 */

struct nt_open_request {
    uint32_t kind;
    uint32_t access;
    uint32_t flags;
    uint32_t name_units;
    struct nt_name_root root;
};

/*
 * What comes along with NT_KIND_D3D12: 1 to 3 descriptors of any kind that objects carry
 * (os/carried.h). What they are is the business of who made them; the broker keeps them as they
 * are, and gives them in the order READ, WRITE, EXTRA to whom the descriptor grants everything.
 */

/** nt_shared_is_type() - are there objects of NT_KIND_D3D12 of this type? (in @attributes) */
static inline bool nt_shared_is_type(uint32_t type)
{
    return type == NTSHM_SHARED_RESOURCE || type == NTSHM_SHARED_FENCE;
}

/* Which descriptors a reply brings, in this order. */
enum nt_payload {
    NT_PAYLOAD_LEASE = 1, /* always */
    NT_PAYLOAD_READ = 2,  /* a read-only description, or */
    NT_PAYLOAD_WRITE = 4, /* a read-write one, or neither */
    NT_PAYLOAD_EXTRA = 8, /* beside one of them: an image's file, or the commit map of a
                             SEC_RESERVE section, read-only beside NT_PAYLOAD_READ */
};

struct nt_object_reply {
    uint64_t id;      /* of the object; cannot be guessed, never used again by this broker */
    uint32_t access;  /* granted */
    uint32_t payload; /* enum nt_payload */
    uint64_t size;
    uint32_t protection;
    uint32_t attributes;
    uint32_t manual_reset;
    uint32_t existed; /* create: the object was there before */
    uint32_t node;
    uint32_t zero;
    struct nt_name_root root; /* of a directory: names can begin in it */
};

#define nt_create_reply nt_object_reply
#define nt_open_reply   nt_object_reply

/*
 * Rights that a handle does not have yet, for an object by its number (DuplicateHandle, 12.10): the
 * descriptor is asked as if it were opened by its name, alive or unlinked.
 */
struct nt_reopen_request {
    uint64_t id;
    uint32_t access;
    uint32_t zero;
};

#define nt_reopen_reply nt_object_reply

/*
 * Of an object by its number. The broker checks READ_CONTROL, WRITE_DAC, WRITE_OWNER or
 * ACCESS_SYSTEM_SECURITY against the descriptor, or takes the word of a client of the owner's uid
 * for the rights of its handle.
 */
struct nt_get_security_request {
    uint64_t id;
    uint32_t information; /* OWNER_SECURITY_INFORMATION, ... */
    uint32_t held;        /* rights that the handle carries */
};

/* Then a self-relative descriptor of these parts. */
struct nt_get_security_reply {
    uint64_t zero;
};

struct nt_set_security_request {
    uint64_t id;
    uint32_t information;
    uint32_t held;
};

struct nt_set_security_reply {
    uint64_t zero;
};

/* What a directory holds. kind and access are 0. */
struct nt_list_request {
    uint32_t kind;
    uint32_t access;
    uint32_t flags;
    uint32_t name_units; /* the directory's path from its root; none: the root itself */
    struct nt_name_root root;
    uint64_t index; /* of the first entry, or where an earlier answer ended */
};

/* Then the entries: struct nt_list_entry and its units, each padded to a multiple of 8. */
struct nt_list_reply {
    uint64_t next; /* index of the entry behind the last one here */
    uint32_t n_entries;
    uint32_t more; /* 1: there are others behind */
};

#define NT_LIST_LINK 0u

struct nt_list_entry {
    uint16_t kind; /* enum nt_kind, or NT_LIST_LINK: a symbolic link (Global, Local) */
    uint16_t sort; /* D3D12: as it was created with; else 0 */
    uint32_t name_units;
};

/*
 * A private namespace. Bytes: struct nt_boundary (rtl/boundary.h), then, padded to a multiple of
 * 8, the descriptor of the namespace (security_size bytes, or none).
 */
struct nt_create_namespace_request {
    uint32_t boundary_size;
    uint32_t security_size;
};

struct nt_namespace_reply {
    struct nt_name_root root;
    uint64_t id;
    uint32_t payload; /* enum nt_payload: the lease; for the creator another one, NT_PAYLOAD_EXTRA,
                         with which the namespace can be found */
    uint32_t access;  /* granted */
};

struct nt_open_namespace_request {
    uint32_t boundary_size;
    uint32_t zero;
};

#define nt_create_namespace_reply nt_namespace_reply
#define nt_open_namespace_reply   nt_namespace_reply

/* It is not found from now on; what is in it lives on (11.48, 11.49). */
struct nt_destroy_namespace_request {
    struct nt_name_root root;
};

struct nt_destroy_namespace_reply {
    uint64_t zero;
};

/* --- mailboxes ------------------------------------------------------------------------------ */

/*
 * A parcel for another process: its pidfd comes along first, then the parcel's descriptors; its
 * bytes are behind the structure. The target's three users must be who asks, or root asks. A
 * mailbox goes with its process, and as long as that lives no value comes twice.
 */
struct nt_push_request {
    uint64_t zero;
};

struct nt_push_reply {
    uint64_t handle; /* the value that is the target's from now on */
};

/* What lies in the mailbox of who asks; it stays there until it is dropped. */
struct nt_fetch_request {
    uint64_t handle;
};

struct nt_fetch_reply {
    uint64_t handle;
};

/* It is there no more; that it was is not asked. */
struct nt_drop_request {
    uint64_t handle;
};

struct nt_drop_reply {
    uint64_t zero;
};

/* --- jobs ----------------------------------------------------------------------------------- */

/*
 * A job is an object like others (NT_KIND_JOB), with a name or without; what it may be asked is
 * checked like GROW. Its members are processes: the pidfd comes along, and where the process has a
 * page for its exit code, that (struct nt_exit_page).
 */
struct nt_assign_job_request {
    uint64_t id;
};

struct nt_assign_job_reply {
    uint64_t zero;
};

/*
 * The beginning of the memory, a sealed memfd of one page, that says what a process ended with:
 * whoever ends it writes that first.
 */
struct nt_exit_page {
    uint64_t ended_as; /* NT_EXIT_PAGE_ENDED and the code, or 0 */
    uint32_t pid;      /* of the process; 0: not known yet */
    uint32_t failed;
};

#define NT_EXIT_PAGE_ENDED (UINT64_C(1) << 32)

/* All members end with @exit_code. */
struct nt_terminate_job_request {
    uint64_t id;
    uint32_t exit_code;
    uint32_t zero;
};

struct nt_terminate_job_reply {
    uint64_t zero;
};

struct nt_query_job_request {
    uint64_t id; /* 0: the job of who asks, the last one that it came into */
};

/* Then the process ids of members, 32 bits each, as many as there is room for. */
struct nt_query_job_reply {
    uint64_t n_total; /* that were ever members */
    uint32_t n_active;
    uint32_t limits; /* JOB_OBJECT_LIMIT_... */
    uint32_t most_active;
    uint32_t n_ids;
};

/* The limits that the broker keeps. */
#define NT_JOB_ACTIVE_PROCESS   0x0008u
#define NT_JOB_BREAKAWAY        0x0800u
#define NT_JOB_SILENT_BREAKAWAY 0x1000u
#define NT_JOB_KILL_ON_CLOSE    0x2000u
#define NT_JOB_LIMITS \
    (NT_JOB_ACTIVE_PROCESS | NT_JOB_BREAKAWAY | NT_JOB_SILENT_BREAKAWAY | NT_JOB_KILL_ON_CLOSE)

struct nt_set_job_request {
    uint64_t id;
    uint32_t limits;
    uint32_t most_active;
};

struct nt_set_job_reply {
    uint64_t zero;
};

/* Is the process whose pidfd comes along a member of that job, or (0) of any? */
struct nt_is_in_job_request {
    uint64_t id;
};

struct nt_is_in_job_reply {
    uint64_t is_member;
};

/* A child that who asks has just made comes into its jobs (pidfd, and the page if there is one). */
struct nt_join_jobs_request {
    uint32_t breakaway; /* 1: it is to stay out, where its jobs allow that */
    uint32_t zero;
};

struct nt_join_jobs_reply {
    uint64_t n_joined;
};

/* What the broker knows of the object of that name. kind and access are 0. */
struct nt_describe_request {
    uint32_t kind;
    uint32_t access;
    uint32_t flags;
    uint32_t name_units;
    struct nt_name_root root;
};

struct nt_describe_reply {
    uint32_t kind;
    uint32_t allowed;      /* what MAXIMUM_ALLOWED would give who asks; may be none */
    uint32_t owner, gid;   /* of the process that made it, */
    uint32_t integrity;    /* its level (an RID) */
    uint32_t creator;      /* and its number as the broker sees it; 0: not known */
    uint32_t session;      /* whose directory it stands in; 0: the machine's */
    uint32_t has_security; /* 1: a descriptor of its own, 0: the default one */
    uint64_t age_ns;       /* 0: not known */
    uint64_t size;         /* as nt_create_request tells */
    uint32_t protection, attributes;
    uint32_t manual_reset, node;
    uint64_t lease_device, lease_inode;   /* a pipe: who holds the object holds its read end */
    uint64_t memory_device, memory_inode; /* section: what its views show; 0: nothing to tell */
    uint64_t memory_used;                 /* bytes of that memory, or file, that there are */
};

struct nt_statistics_request {
    uint32_t zero;
    uint32_t zero2;
};

struct nt_statistics_reply {
    uint32_t pid;    /* of the worker */
    uint32_t keeper; /* the pid of the keeper */
    uint64_t clients;
    uint64_t names;
    uint64_t objects;
    uint64_t bytes;
    uint64_t fds;
    uint64_t requests;
    uint64_t restarts; /* workers that died */
};

/* A section of a writable file is at least so long now; its file is already. 0: only asks. */
struct nt_grow_request {
    uint64_t id;
    uint64_t size;
};

struct nt_grow_reply {
    uint64_t size; /* what it has now */
};

/* The longest message: a create with the longest descriptor and name. */
#define NT_IPC_MAX_UNITS 32766u
#define NT_IPC_MAX_SIZE                                                                       \
    (sizeof(struct nt_request_header) + sizeof(struct nt_create_request) + NT_IPC_MAX_BYTES + \
     2 * NT_IPC_MAX_UNITS)

/* What the list says of one message. */
struct nt_message_info {
    const char *name;
    uint32_t request_size; /* structure behind the header */
    uint32_t reply_size;
    bool units; /* a name follows the request's structure */
    uint32_t max_request_bytes, max_reply_bytes;
    unsigned max_request_fds;
    unsigned max_fds; /* in the reply */
};

/** nt_ipc_padded() - @size bytes behind a structure, with their padding */
static inline size_t nt_ipc_padded(size_t size)
{
    return (size + 7) & ~(size_t)7;
}

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
        struct nt_reopen_request reopen;
        struct nt_get_security_request get_security;
        struct nt_set_security_request set_security;
        struct nt_list_request list;
        struct nt_create_namespace_request create_namespace;
        struct nt_open_namespace_request open_namespace;
        struct nt_destroy_namespace_request destroy_namespace;
        struct nt_push_request push;
        struct nt_fetch_request fetch;
        struct nt_drop_request drop;
        struct nt_assign_job_request assign_job;
        struct nt_terminate_job_request terminate_job;
        struct nt_query_job_request query_job;
        struct nt_set_job_request set_job;
        struct nt_is_in_job_request is_in_job;
        struct nt_join_jobs_request join_jobs;
        struct nt_describe_request describe;
    };
    const void *bytes;     /* aligned, inside the buffer; header.bytes_size of them */
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
