/* SPDX-License-Identifier: MIT */
/*
 * What an object hands out beside its lease: memory that the broker made, or descriptions of a
 * file that the creator sent (law of the rights: no descriptor, a read-only one, a read-write
 * one), or what another library shares (all of it, or none). The broker never opens a path, never
 * maps and never reads what it was sent; it looks only at what kind of description it is.
 */
#ifndef NT_BROKER_PAYLOAD_H
#define NT_BROKER_PAYLOAD_H

#include "broker/arena.h"
#include "ipc/protocol.h"
#include "rtl/access.h"

/**
 * nt_payload_n_fds() - how many descriptors an object of this request begins with, leases too
 * @n_fds: that came along
 */
unsigned nt_payload_n_fds(const struct nt_create_request *create, size_t n_fds);

/**
 * nt_payload_check() - are the descriptors that came along what the request needs?
 * @fds, @n_fds: borrowed
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER for another number of them;
 * STATUS_INVALID_FILE_FOR_SECTION for one of another kind, or two of different files;
 * STATUS_SECTION_TOO_BIG when the file is shorter than the section.
 */
NTSTATUS nt_payload_check(const struct nt_create_request *create, const int *fds, size_t n_fds);

/**
 * nt_payload_open() - give a record its descriptors
 * @fds, @n_fds: checked by nt_payload_check(); taken (-1 afterwards), also on failure
 *
 * Return: 0; -errno, and the record may hold some of them: nt_payload_close().
 */
int nt_payload_open(struct nt_record *record, const struct nt_create_request *create, int *fds,
                    size_t n_fds);
/** nt_payload_close() - all of them; leases too */
void nt_payload_close(struct nt_record *record);
/** nt_payload_count() - how many a record holds, leases too */
unsigned nt_payload_count(const struct nt_record *record);

/* What @granted allows to have. */
struct nt_payload_choice {
    uint32_t payload; /* enum nt_payload, without the lease */
    int fds[3];       /* borrowed, in the order of the bits */
    size_t n_fds;
    int own_fds[2]; /* those among them that nobody keeps: close them when they have been sent */
    size_t n_own_fds;
};

/**
 * nt_payload_choose() - the descriptors that carry what @granted allows
 *
 * Read-only ones of the broker's own memory are made on first need and kept: count again.
 * Return: 0 or -errno.
 */
int nt_payload_choose(struct nt_record *record, ACCESS_MASK granted,
                      struct nt_payload_choice *ret_choice);

/**
 * nt_payload_grow() - may the section of a file be @size bytes long?
 *
 * Return: STATUS_SUCCESS; STATUS_SECTION_NOT_EXTENDED for what cannot grow;
 * STATUS_SECTION_TOO_BIG when the file is not that long.
 */
NTSTATUS nt_payload_grow(const struct nt_record *record, uint64_t size);

#endif
