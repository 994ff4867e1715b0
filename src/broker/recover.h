/* SPDX-License-Identifier: MIT */
/*
 * The first thing that a worker does, the first one too.
 */
#ifndef NT_BROKER_RECOVER_H
#define NT_BROKER_RECOVER_H

struct nt_broker;

/**
 * nt_recover() - take over what the arena and the table of descriptors hold
 *
 * The users, the answers and the empty index of names are ready. Every descriptor above 2 that
 * the arena does not name is closed. Return: 0 or -errno.
 */
int nt_recover(struct nt_broker *broker);

#endif
