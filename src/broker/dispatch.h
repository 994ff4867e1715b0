/* SPDX-License-Identifier: MIT */
/*
 * Inside the broker: a handler for each message of the list (ipc/protocol.h), and what it answers.
 * A handler follows one order: the name, access, quota, conflict, the reply prepared - then state
 * changes and the reply leaves.
 */
#ifndef NT_BROKER_DISPATCH_H
#define NT_BROKER_DISPATCH_H

#include <winternl.h>

#include "broker/broker.h"

/* What goes back; the descriptors are borrowed from the object, but for the lease. */
struct nt_reply {
    union {
        struct nt_hello_reply hello;
        struct nt_object_reply object;
        struct nt_statistics_reply statistics;
        struct nt_grow_reply grow;
        struct nt_get_security_reply get_security;
        struct nt_set_security_reply set_security;
        struct nt_list_reply list;
        struct nt_namespace_reply namespace_reply;
        struct nt_destroy_namespace_reply destroy_namespace;
        struct nt_push_reply push;
        struct nt_fetch_reply fetch;
        struct nt_drop_reply drop;
        struct nt_assign_job_reply assign_job;
        struct nt_terminate_job_reply terminate_job;
        struct nt_query_job_reply query_job;
        struct nt_set_job_reply set_job;
        struct nt_is_in_job_reply is_in_job;
        struct nt_join_jobs_reply join_jobs;
        struct nt_describe_reply describe;
    };
    void *bytes; /* owned: what follows the structure, or NULL */
    size_t bytes_size;
    int fds[NT_OS_MAX_FDS];
    size_t n_fds;
    int lease_fd;        /* owned: the end that goes to the client */
    int second_lease_fd; /* owned: a namespace's other one */
    int own_fds[2];      /* owned: descriptions that nobody keeps */
    size_t n_own_fds;
};

/*
 * nt_handle_CREATE() and so on. A handler takes what it wants of the request's descriptors; the
 * rest is closed behind it. A failure status sends no structure, bytes or descriptors.
 */
#define X(name, ...)                                                                     \
    NTSTATUS nt_handle_##name(struct nt_broker *broker, struct nt_broker_client *client, \
                              struct nt_request *request, struct nt_reply *reply);
NT_MESSAGES(X)
#undef X

/**
 * nt_object_open() - the reply that opens an object: rights checked, descriptors chosen
 *
 * Return: STATUS_SUCCESS; the statuses of nt_object_check() and nt_object_payload().
 */
NTSTATUS nt_object_open(struct nt_broker *broker, const struct nt_broker_client *client,
                        struct nt_broker_object *object, ACCESS_MASK desired,
                        struct nt_reply *reply);

#endif
