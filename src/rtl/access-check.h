/* SPDX-License-Identifier: MIT */
/*
 * The access check: what a descriptor lets somebody do (13.10 to 13.20, 13.40). The library calls
 * it for AccessCheck and for its own unnamed objects, the broker for everything that has a name.
 */
#ifndef NT_RTL_ACCESS_CHECK_H
#define NT_RTL_ACCESS_CHECK_H

#include "rtl/descriptor.h"

/* The rights that the mandatory label's policies speak of. */
struct nt_access_mapping {
    ACCESS_MASK read, write, execute, all;
};

/**
 * nt_access_check() - what @identity gets of @desired
 * @descriptor: owner and group must be there
 * @desired:    generic bits mapped already; MAXIMUM_ALLOWED, ACCESS_SYSTEM_SECURITY may be among
 * them
 * @ret_granted: all of @desired, or with MAXIMUM_ALLOWED what there is; 0 on failure
 *
 * Return: STATUS_SUCCESS; STATUS_ACCESS_DENIED (13.14, and 13.17 for no right at all);
 * STATUS_PRIVILEGE_NOT_HELD for ACCESS_SYSTEM_SECURITY (13.19); STATUS_GENERIC_NOT_MAPPED (13.16);
 * STATUS_INVALID_SECURITY_DESCR without owner or group (13.15).
 */
NTSTATUS nt_access_check(const struct nt_descriptor *descriptor, const struct nt_identity *identity,
                         ACCESS_MASK desired, const struct nt_access_mapping *mapping,
                         ACCESS_MASK *ret_granted);

/**
 * nt_access_open() - what opening an object of @kind gives (13.20, 2.13 to 2.17)
 * @desired: as asked, generic bits and MAXIMUM_ALLOWED included
 *
 * Maps, refuses bits that the kind does not know, then checks.
 */
NTSTATUS nt_access_open(enum nt_kind kind, const struct nt_descriptor *descriptor,
                        const struct nt_identity *identity, ACCESS_MASK desired,
                        ACCESS_MASK *ret_granted);
/**
 * nt_access_create() - what the creator of a new object gets: all that was asked (13.6, 13.7)
 *
 * ACCESS_SYSTEM_SECURITY takes its privilege here too.
 */
NTSTATUS nt_access_create(enum nt_kind kind, const struct nt_identity *identity,
                          ACCESS_MASK desired, ACCESS_MASK *ret_granted);

#endif
