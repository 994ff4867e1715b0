/* SPDX-License-Identifier: MIT */
/*
 * Connections. Identity is what the kernel attested when the connection was made: the effective
 * user, the groups. Every message carries its sender's pid, effective user and group, checked by
 * the kernel; one that differs from that ends the connection, so that a program that drops its
 * privileges, or hands the socket on, does not keep what it was. The next request is served only
 * when the last reply has been read, so that a client that never reads cannot fill the kernel's
 * count of descriptors in flight, which is one for all clients together.
 */
#ifndef NT_BROKER_CLIENT_H
#define NT_BROKER_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "broker/user.h"
#include "os/os.h"
#include "rtl/identity.h"

struct nt_broker_client {
    int fd;
    uint32_t slot;
    uint32_t generation; /* of the slot, so that a late event does not meet a newcomer */
    int epoll_fd;        /* borrowed: the set that it is in */
    struct nt_os_peer peer;
    struct nt_identity identity;    /* of the request in service (peer.h) */
    uint32_t integrity, privileges; /* what the kernel's word gives; no request has more */
    struct nt_charge charge;
    uint64_t unread; /* bytes of its last reply that are charged until it has read them */
    bool said_hello;
    bool waits_for_reader; /* its last reply has not been read */
    uint32_t session;
    uint64_t token;
    uint32_t record; /* in the arena: index + 1; 0 before HELLO */
    bool is_again;   /* the request in service was so before, of this worker or one that died */
};

#endif
