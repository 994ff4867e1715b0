/* SPDX-License-Identifier: MIT */
/*
 * Lists under change: the entries of an old list, one by one, with new ones between them. What
 * SetEntriesInAcl does to them is here; what it is asked in, is in aclapi.c.
 */
#ifndef NT_API_ACL_ENTRIES_H
#define NT_API_ACL_ENTRIES_H

#include <accctrl.h>

#include "rtl/acl.h"

/* One change, its trustee found. */
struct nt_acl_change {
    ACCESS_MODE mode;
    uint32_t mask;
    uint8_t inheritance; /* flags of an entry */
    struct nt_sid sid;
};

struct nt_acl_entries {
    struct nt_ace *items; /* their @bytes are NULL where something has changed */
    size_t n;
    unsigned revision;
};

/**
 * nt_acl_entries_init() - those of a checked list, or none for NULL
 * @n_changes: how many nt_acl_entries_change() will be made, at most
 *
 * They point into @acl and into the changes, which have to stay. Return: false without memory.
 */
bool nt_acl_entries_init(struct nt_acl_entries *entries, const ACL *acl, size_t n_changes);
/** nt_acl_entries_deinit() - for NT_CLEANUP too */
void nt_acl_entries_deinit(struct nt_acl_entries *entries);
/** nt_acl_entries_change() - false for a mode that is none */
bool nt_acl_entries_change(struct nt_acl_entries *entries, const struct nt_acl_change *change);
/** nt_acl_entries_size() - bytes of the list that they make */
size_t nt_acl_entries_size(const struct nt_acl_entries *entries);
/** nt_acl_entries_write() - that list, into nt_acl_entries_size() bytes, at most 65,535 */
void nt_acl_entries_write(const struct nt_acl_entries *entries, ACL *acl);

#endif
