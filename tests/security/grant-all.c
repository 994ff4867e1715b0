// SPDX-License-Identifier: MIT
/*
 * The control of the matrix: a broker whose access check says yes to everybody. It is linked in
 * place of rtl/access-check.c.
 */
#include <ntstatus.h>

#include "rtl/access-check.h"

NTSTATUS nt_access_check(const struct nt_descriptor *descriptor, const struct nt_identity *identity,
                         ACCESS_MASK desired, const struct nt_access_mapping *mapping,
                         ACCESS_MASK *ret_granted)
{
    (void)descriptor;
    (void)identity;
    *ret_granted = desired & MAXIMUM_ALLOWED ? mapping->all : desired;
    return STATUS_SUCCESS;
}

NTSTATUS nt_access_open(enum nt_kind kind, const struct nt_descriptor *descriptor,
                        const struct nt_identity *identity, ACCESS_MASK desired,
                        ACCESS_MASK *ret_granted)
{
    const struct nt_kind_rights *rights = nt_kind_rights(kind);
    const struct nt_access_mapping mapping = {rights->read, rights->write, rights->execute,
                                              rights->all};

    return nt_access_check(descriptor, identity, nt_access_map(kind, desired), &mapping,
                           ret_granted);
}

NTSTATUS nt_access_create(enum nt_kind kind, const struct nt_identity *identity,
                          ACCESS_MASK desired, ACCESS_MASK *ret_granted)
{
    return nt_access_open(kind, NULL, identity, desired, ret_granted);
}
