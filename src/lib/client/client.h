/* SPDX-License-Identifier: MIT */
/*
 * The connection to the broker: one per process, made on first need, starting a broker when
 * none runs. NT_LOCK_CONNECTION is held over each round trip. A forked child forgets its
 * parent's connection and makes its own.
 */
#ifndef NT_LIB_CLIENT_CLIENT_H
#define NT_LIB_CLIENT_CLIENT_H

#include "ipc/protocol.h"
#include "lib/object/name.h"
#include "os/os.h"

/* A reply with what came along; the descriptors belong to whoever has the structure. */
struct nt_client_reply {
    uint64_t instance; /* of the broker that answered */
    uint32_t session;  /* whose directory Local\ is; 0: Local\ is Global\ */
    union {
        struct nt_object_reply object;
        struct nt_statistics_reply statistics;
        struct nt_grow_reply grow;
    };
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
 * STATUS_TOO_MANY_OPENED_FILES.
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

/** nt_client_disconnect() - close the connection; the next need makes another */
void nt_client_disconnect(void);

/** nt_client_forget() - in a forked child, locks renewed: the connection is the parent's */
void nt_client_forget(void);

#endif
