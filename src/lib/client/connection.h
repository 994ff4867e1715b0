/* SPDX-License-Identifier: MIT */
/*
 * One round trip to the broker, over the connection of the calling thread's identity. Inside
 * lib/client only; client.h is what others use.
 */
#ifndef NT_LIB_CLIENT_CONNECTION_H
#define NT_LIB_CLIENT_CONNECTION_H

#include "lib/client/client.h"

/* A request, and what makes it whole. */
struct nt_call {
    struct nt_request_header header; /* type and bytes_size are the caller's to fill */
    const void *fixed;
    const void *bytes;     /* header.bytes_size of them, behind the structure */
    const uint16_t *units; /* behind the bytes; or NULL */
    size_t n_units;
    const int *fds; /* that go along */
    size_t n_fds;
    uint64_t instance; /* 0, or the only broker that is asked */
    bool start;        /* a broker where none runs */
    uint16_t version;  /* the first of the protocol that has it; 0: all have */
    const struct nt_message_info *info;
};

/**
 * nt_connection_perform() - send, receive, and again when the connection was lost
 * @call: its header is completed here
 *
 * Return: as nt_client_create(). nt_client_reply_deinit() the reply in every case.
 */
NTSTATUS nt_connection_perform(struct nt_call *call, struct nt_client_reply *ret_reply);

#endif
