/* SPDX-License-Identifier: MIT */
/*
 * Who a client is. The kernel says it once, when the connection is made: user, groups, process.
 * Each request may only take away from that: a lower integrity level, privileges that are not
 * enabled.
 */
#ifndef NT_BROKER_PEER_H
#define NT_BROKER_PEER_H

#include "broker/client.h"
#include "broker/options.h"
#include "ipc/protocol.h"

/**
 * nt_peer_init() - fill in a client's identity and session, for its HELLO
 * @client: its fd and peer are set; it must not be moved any more
 *
 * Return: 0 or -errno; -ESRCH when the peer's process is gone already.
 */
int nt_peer_init(struct nt_broker_client *client, const struct nt_options *options);
/** nt_peer_deinit() - also for one that never said HELLO */
void nt_peer_deinit(struct nt_broker_client *client);

/** nt_peer_lower() - the identity for one request; false for a header that no client may send */
bool nt_peer_lower(struct nt_broker_client *client, const struct nt_request_header *header);

#endif
