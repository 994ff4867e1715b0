/* SPDX-License-Identifier: MIT */
/*
 * Connections to the broker: made on first need, starting a broker when none runs, one for each
 * identity that threads of this process use (the effective uid, gid and groups that the kernel has
 * for a thread): who asks is what the kernel attested when the connection was made.
 * NT_LOCK_CONNECTION is held over each round trip. A forked child forgets its parent's connections
 * and makes its own.
 */
#ifndef NT_LIB_CLIENT_CLIENT_H
#define NT_LIB_CLIENT_CLIENT_H

#include "ipc/protocol.h"
#include "lib/object/name.h"
#include "os/os.h"
#include "rtl/descriptor.h"

/* A reply with what came along; the descriptors belong to whoever has the structure. */
struct nt_client_reply {
    uint64_t instance; /* of the broker that answered */
    uint32_t session;  /* whose directory Local\ is; 0: Local\ is Global\ */
    uint32_t payload;  /* enum nt_payload: what came along; set where an object or namespace did */
    union {
        struct nt_object_reply object;
        struct nt_statistics_reply statistics;
        struct nt_grow_reply grow;
        struct nt_namespace_reply name_space;
        struct nt_list_reply list;
        struct nt_push_reply push;
        struct nt_query_job_reply query_job;
        struct nt_is_in_job_reply is_in_job;
        struct nt_describe_reply describe;
    };
    void *bytes; /* behind the structure, malloc'ed; or NULL */
    size_t bytes_size;
    int fds[NT_OS_MAX_FDS];
    size_t n_fds;
};

/**
 * nt_client_create(), nt_client_open() - a named object
 * @name:      its name_units and flags go into the request
 * @fds:       that travel along (ipc/protocol.h), borrowed; @n_fds of them
 * @ret_reply: lease and payload as the reply's payload field says; deinit it
 *
 * Return: the broker's status (STATUS_OBJECT_NAME_EXISTS when a create found one and the name
 * has OBJ_OPENIF); STATUS_CONNECTION_REFUSED, STATUS_CONNECTION_DISCONNECTED,
 * STATUS_ACCESS_DENIED when another user owns the broker's directory, STATUS_NO_MEMORY,
 * STATUS_TOO_MANY_OPENED_FILES, STATUS_NOT_SUPPORTED (NT_KIND_D3D12, by a broker of an older
 * version).
 */
NTSTATUS nt_client_create(const struct nt_object_name *name,
                          const struct nt_create_request *request, const int *fds, size_t n_fds,
                          struct nt_client_reply *ret_reply);
NTSTATUS nt_client_open(const struct nt_object_name *name, const struct nt_open_request *request,
                        struct nt_client_reply *ret_reply);

/**
 * nt_client_grow() - a named section of a file is at least @size bytes long now
 * @id, @instance: the section's number, and the broker that gave it
 * @size:          0 only asks
 * @ret_size:      what it has, whoever made it so long
 *
 * Return: STATUS_SUCCESS; STATUS_CONNECTION_DISCONNECTED also when another broker runs by now;
 * the broker's status.
 */
NTSTATUS nt_client_grow(uint64_t id, uint64_t instance, uint64_t size, uint64_t *ret_size);

/**
 * nt_client_reopen() - what more rights to a named object bring (DuplicateHandle, 12.10)
 *
 * The broker asks the object's descriptor. Return: as nt_client_open().
 */
NTSTATUS nt_client_reopen(uint64_t id, uint64_t instance, ACCESS_MASK access,
                          struct nt_client_reply *ret_reply);

/**
 * nt_client_get_security(), nt_client_set_security() - the descriptor of a named object
 * @held:      rights that the handle carries
 * @ret_block: self-relative
 */
NTSTATUS nt_client_get_security(uint64_t id, uint64_t instance, SECURITY_INFORMATION information,
                                ACCESS_MASK held, struct nt_descriptor_block *ret_block);
NTSTATUS nt_client_set_security(uint64_t id, uint64_t instance, SECURITY_INFORMATION information,
                                ACCESS_MASK held, const void *bytes, size_t size);

/**
 * nt_client_list() - what a directory holds, from @index on
 * @ret_bytes: the entries as they travel (struct nt_list_entry), malloc'ed; NULL for none
 */
NTSTATUS nt_client_list(const struct nt_object_name *name, uint64_t index,
                        struct nt_list_reply *ret_list, void **ret_bytes, size_t *ret_size);

/**
 * nt_client_describe() - what the broker knows of the object of that name
 *
 * Opens nothing, and starts no broker (STATUS_OBJECT_NAME_NOT_FOUND). Return: also
 * STATUS_NOT_SUPPORTED by a broker of an older version.
 */
NTSTATUS nt_client_describe(const struct nt_object_name *name,
                            struct nt_describe_reply *ret_describe);

/**
 * nt_client_create_namespace(), nt_client_open_namespace() - a private namespace by its boundary
 * @security: self-relative, or NULL
 * @ret_reply: namespace and its leases, as its payload field says; deinit it
 */
NTSTATUS nt_client_create_namespace(const void *boundary, size_t boundary_size,
                                    const void *security, size_t security_size,
                                    struct nt_client_reply *ret_reply);
NTSTATUS nt_client_open_namespace(const void *boundary, size_t boundary_size,
                                  struct nt_client_reply *ret_reply);
/** nt_client_destroy_namespace() - it is not found from now on */
NTSTATUS nt_client_destroy_namespace(const struct nt_name_root *root, uint64_t instance);

/**
 * nt_client_push() - a parcel into the mailbox of another process (DuplicateHandle into it)
 * @pidfd: the target, which must be of the caller's user unless that is root
 * @fds:   borrowed; @n_fds of them
 * @ret_handle: the value that is the target's handle from now on
 *
 * Starts a broker. Return: also STATUS_PROCESS_IS_TERMINATING; STATUS_ACCESS_DENIED;
 * STATUS_QUOTA_EXCEEDED.
 */
NTSTATUS nt_client_push(int pidfd, const void *bytes, size_t size, const int *fds, size_t n_fds,
                        HANDLE *ret_handle);
/**
 * nt_client_fetch() - what lies in this process's mailbox under @handle
 * @ret_reply: bytes and fds are the parcel's; deinit it. It stays there until nt_client_drop().
 *
 * Starts no broker. Return: STATUS_INVALID_HANDLE for nothing.
 */
NTSTATUS nt_client_fetch(HANDLE handle, struct nt_client_reply *ret_reply);
NTSTATUS nt_client_drop(HANDLE handle);

/*
 * Jobs (ipc/protocol.h). @id, @instance: the job's number, and the broker that gave it.
 */
/**
 * nt_client_assign_job() - a process is a member from now on; again is once
 * @pidfd:   of the caller's own user, unless that is root
 * @page_fd: the page of its exit code, or -1
 *
 * Return: also STATUS_PROCESS_IS_TERMINATING; STATUS_ACCESS_DENIED; STATUS_QUOTA_EXCEEDED: the job
 * has as many as it may; STATUS_NOT_SUPPORTED: a job that ends its members, whom the broker may
 * not end.
 */
NTSTATUS nt_client_assign_job(uint64_t id, uint64_t instance, int pidfd, int page_fd);
/** nt_client_terminate_job() - all members end */
NTSTATUS nt_client_terminate_job(uint64_t id, uint64_t instance, uint32_t exit_code);
/**
 * nt_client_query_job() - its limits and members
 * @id: 0: the job that this process came into last (STATUS_NOT_FOUND: none)
 * @ret_reply: query_job, and as its bytes the process ids of members; deinit it
 */
NTSTATUS nt_client_query_job(uint64_t id, uint64_t instance, struct nt_client_reply *ret_reply);
/** nt_client_set_job() - other limits (NT_JOB_...). STATUS_NOT_SUPPORTED: not by this broker. */
NTSTATUS nt_client_set_job(uint64_t id, uint64_t instance, uint32_t limits, uint32_t most_active);
/** nt_client_is_in_job() - of that job, or with @id 0 of any; starts no broker */
NTSTATUS nt_client_is_in_job(uint64_t id, uint64_t instance, int pidfd, bool *ret_is_member);
/**
 * nt_client_join_jobs() - a child that this process has just made comes into its jobs
 *
 * To be called before the child can run anything. Starts no broker (there are no jobs then).
 * Return: STATUS_SUCCESS, also where it comes into none; STATUS_ACCESS_DENIED: @breakaway is not
 * allowed; STATUS_QUOTA_EXCEEDED: a job has as many members as it may. The child must not run then.
 */
NTSTATUS nt_client_join_jobs(int pidfd, int page_fd, bool breakaway);

/* Where the broker of a thread's identity is, and what would be started there. */
struct nt_client_place {
    bool is_system;
    char directory[108];
    char program[4096];
};
/** nt_client_locate() - starts none. STATUS_INVALID_PARAMETER, STATUS_NAME_TOO_LONG: environment */
NTSTATUS nt_client_locate(struct nt_client_place *ret_place);

/** nt_client_statistics() - what the broker holds; starts none (STATUS_OBJECT_NAME_NOT_FOUND) */
NTSTATUS nt_client_statistics(struct nt_client_reply *ret_reply);

/**
 * nt_client_settle() - what no handle keeps any more is gone from the broker too
 *
 * The broker hears of a last CloseHandle a moment later, and until then keeps what it was sent,
 * descriptions of files with their marks. Who is about to refuse something because of a mark asks
 * first: every lease is looked at. Starts no broker; no lock may be held.
 */
void nt_client_settle(void);

/** nt_client_take_fd() - the descriptor that the reply brought for @payload, or -1 */
int nt_client_take_fd(struct nt_client_reply *reply, enum nt_payload payload);

/** nt_client_reply_deinit() - closes what was not taken; for NT_CLEANUP */
void nt_client_reply_deinit(struct nt_client_reply *reply);

/** nt_client_session() - what the broker said of the calling thread's identity; false: nothing yet
 */
bool nt_client_session(uint32_t *ret_session);

/** nt_client_disconnect() - close the connections; the next need makes others */
void nt_client_disconnect(void);

/** nt_client_forget() - in a forked child, locks renewed: the connections are the parent's */
void nt_client_forget(void);

#endif
