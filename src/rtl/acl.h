/* SPDX-License-Identifier: MIT */
/*
 * Access control lists: a header and entries (ACEs) one behind another, in at most 65,535 bytes.
 * A list from outside is checked once, as a whole; after that its entries are walked.
 *
 * Entries that the access check obeys: allow, deny, and the mandatory label in a SACL. Audit and
 * alarm entries are kept and told. Callback and object entries are good ACEs that no object here
 * may have: whoever attaches a descriptor refuses them (nt_acl_is_supported()).
 */
#ifndef NT_RTL_ACL_H
#define NT_RTL_ACL_H

#include "rtl/sid.h"

/* One entry, as it lies in its list. */
struct nt_ace {
    uint8_t type, flags;
    uint32_t mask;
    const SID *sid;    /* NULL for a type that is not of the one form (mask, SID) */
    const void *bytes; /* the whole ACE */
    size_t size;
};

/** nt_acl_check() - are the first of @size bytes a good list? Its AclSize, or 0 */
size_t nt_acl_check(const void *bytes, size_t size);
/** nt_acl_next() - walk a checked list; @at begins as 0, and is what comes next. False at the end
 */
bool nt_acl_next(const ACL *acl, size_t *at, struct nt_ace *ret_ace);
/** nt_acl_used() - bytes in use, header included */
size_t nt_acl_used(const ACL *acl);
/** nt_acl_is_supported() - every entry of a checked list is one that objects here may have */
bool nt_acl_is_supported(const ACL *acl);

/** nt_acl_init() - an empty list. STATUS_INVALID_PARAMETER, STATUS_BUFFER_TOO_SMALL. */
NTSTATUS nt_acl_init(ACL *acl, size_t size, unsigned revision);
/**
 * nt_acl_add() - append an entry of the form (mask, SID) to a checked list
 *
 * Return: STATUS_SUCCESS; STATUS_REVISION_MISMATCH; STATUS_INVALID_SID;
 * STATUS_ALLOTTED_SPACE_EXCEEDED; STATUS_INVALID_PARAMETER for flags that no such entry has.
 */
NTSTATUS nt_acl_add(ACL *acl, unsigned revision, unsigned type, unsigned flags, uint32_t mask,
                    const SID *sid);
/** nt_acl_insert() - whole entries (AddAce): @at is an index, MAXDWORD is the end */
NTSTATUS nt_acl_insert(ACL *acl, unsigned revision, DWORD at, const void *aces, size_t size);
/** nt_acl_delete(), nt_acl_get() - the entry of that index. STATUS_INVALID_PARAMETER: none */
NTSTATUS nt_acl_delete(ACL *acl, DWORD index);
NTSTATUS nt_acl_get(const ACL *acl, DWORD index, void **ret_ace);
/** nt_acl_first_free() - where the next entry would go; NULL when the list is full to the byte */
void *nt_acl_first_free(const ACL *acl);

#endif
