/* SPDX-License-Identifier: MIT */
/*
 * Why somebody has a right, or has not: which rule of the access check decided, and which entry of
 * the list where an entry did.
 */
#ifndef NT_TOOL_ACCESS_WHY_H
#define NT_TOOL_ACCESS_WHY_H

#include "rtl/descriptor.h"

enum nt_why {
    NT_WHY_ENTRY,         /* the entry says so */
    NT_WHY_NO_ENTRY,      /* no entry speaks of it for this user */
    NT_WHY_NO_DACL,       /* there is no list: everybody may everything */
    NT_WHY_OWNER,         /* an owner may read and change the list */
    NT_WHY_PRIVILEGE,     /* root: SeTakeOwnershipPrivilege, SeSecurityPrivilege */
    NT_WHY_LABEL,         /* the user's level is below the object's */
    NT_WHY_UNKNOWN_RIGHT, /* objects of this type have no such right */
};

struct nt_access_reason {
    bool granted;
    enum nt_why why;
    unsigned entry; /* NT_WHY_ENTRY: its number in the DACL, from 1 */
};

/** nt_access_why() - one right; what is granted is what nt_access_open() grants, always */
struct nt_access_reason nt_access_why(enum nt_kind kind, const struct nt_descriptor *descriptor,
                                      const struct nt_identity *identity, ACCESS_MASK right);

#endif
