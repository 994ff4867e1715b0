/* SPDX-License-Identifier: MIT */
/*
 * Parcels: what another process needs to have the same handle - bytes and descriptors. A child gets
 * them at its start (inheritance), a mailbox in the broker keeps them (DuplicateHandle into another
 * process), a service thread answers with them (out of one). Each type packs and unpacks its own
 * part; name, number, descriptor and maker are packed here.
 *
 * Whoever unpacks believes nothing: lengths, kinds of descriptors, their sizes and seals are
 * checked first, and a refused parcel leaves nothing behind.
 */
#ifndef NT_LIB_OBJECT_PARCEL_H
#define NT_LIB_OBJECT_PARCEL_H

#include <stddef.h>
#include <stdint.h>

#include "lib/object/object.h"

#define NT_PARCEL_FDS   4
#define NT_PARCEL_BYTES 32768u /* at most, all in all */

struct nt_parcel {
    unsigned char *bytes; /* malloc'ed; 8-byte aligned */
    size_t size, capacity;
    int fds[NT_PARCEL_FDS]; /* owned */
    size_t n_fds;
    size_t at, fds_at; /* of who unpacks */
    NTSTATUS status;   /* the first failure of the calls below */
};

/**
 * nt_parcel_pack() - of a handle: @object (one open), with these rights and attributes
 *
 * Return: STATUS_SUCCESS; STATUS_NOT_SUPPORTED for a type that stays at home; STATUS_NO_MEMORY,
 * STATUS_TOO_MANY_OPENED_FILES. deinit it in every case.
 */
NTSTATUS nt_parcel_pack(struct nt_object *object, ACCESS_MASK access, ULONG attributes,
                        struct nt_parcel *ret_parcel);
/**
 * nt_parcel_unpack() - @bytes and @fds of a stranger to an object: one open
 * @fds: taken (-1 afterwards), also on failure
 *
 * The same object again gives another struct with the same identity, or the same one. In a move
 * (process/lock.h), which lasts until a handle has it. Return: STATUS_SUCCESS; STATUS_DATA_ERROR
 * for what is no parcel; what making the object gives.
 */
NTSTATUS nt_parcel_unpack(const void *bytes, size_t size, int *fds, size_t n_fds,
                          struct nt_object **ret_object, ACCESS_MASK *ret_access,
                          ULONG *ret_attributes);
/**
 * nt_parcel_suits_others() - may it go to another user's process?
 *
 * An unnamed object that one waits on lies in memory with others, and a file that was opened for
 * more than the handle carries could do all of that there.
 */
bool nt_parcel_suits_others(const struct nt_parcel *parcel);
/** nt_parcel_deinit() - for NT_CLEANUP; closes what it owns */
void nt_parcel_deinit(struct nt_parcel *parcel);

/* For a type's pack() and unpack(). A failure stays in @parcel->status and makes the rest nothing.
 */
/** nt_parcel_put() - padded to 8 bytes, so that each piece begins aligned */
void nt_parcel_put(struct nt_parcel *parcel, const void *bytes, size_t size);
void nt_parcel_put_u32(struct nt_parcel *parcel, uint32_t value);
void nt_parcel_put_u64(struct nt_parcel *parcel, uint64_t value);
/** nt_parcel_put_fd() - another descriptor of the same description; -1: none, which is told too */
void nt_parcel_put_fd(struct nt_parcel *parcel, int fd);
/** nt_parcel_give_fd() - one that is the parcel's from now on */
void nt_parcel_give_fd(struct nt_parcel *parcel, int fd);
/** nt_parcel_get() - NULL (and a failure) when there is less */
const void *nt_parcel_get(struct nt_parcel *parcel, size_t size);
uint32_t nt_parcel_get_u32(struct nt_parcel *parcel);
uint64_t nt_parcel_get_u64(struct nt_parcel *parcel);
/** nt_parcel_get_fd() - the caller's from now on; -1 where none was put */
int nt_parcel_get_fd(struct nt_parcel *parcel);

#endif
