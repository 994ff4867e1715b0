/* SPDX-License-Identifier: MIT */
/*
 * Connections. Identity is what the kernel attested when the connection was made: the effective
 * user. Every message carries its sender's pid and real user; one that differs from the first
 * message's ends the connection, so that a program that drops its privileges, or hands the
 * socket on, does not keep what it was. The next request is served only when the last reply has
 * been read, so that a client that never reads cannot fill the kernel's count of descriptors in
 * flight, which is one for all clients together.
 */
#ifndef NT_BROKER_CLIENT_H
#define NT_BROKER_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "broker/user.h"
#include "os/os.h"

struct nt_broker_client {
    int fd;
    uint32_t slot;
    uint32_t generation; /* of the slot, so that a late event does not meet a newcomer */
    struct nt_os_peer peer;
    struct nt_os_peer sender; /* of the first message */
    struct nt_charge charge;
    bool said_hello;
    bool waits_for_reader; /* its last reply has not been read */
    uint32_t session;
    uint64_t token;
};

#endif
