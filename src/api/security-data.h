/* SPDX-License-Identifier: MIT */
/*
 * What the files security-*.c share: an application's pointer to a SID or a list, checked. Its
 * memory is read as far as the lengths in it say.
 */
#ifndef NT_API_SECURITY_DATA_H
#define NT_API_SECURITY_DATA_H

#include "api/error.h"
#include "rtl/acl.h"

/* The longest that a list can be. */
#define NT_ACL_SIZE_MOST 0xFFFFu

/** nt_api_sid() - does it point at a SID? */
static inline bool nt_api_sid(const void *sid)
{
    return sid && nt_sid_check(sid, SECURITY_MAX_SID_SIZE) != 0;
}

/** nt_api_acl() - does it point at a good list? */
static inline bool nt_api_acl(const void *acl)
{
    return acl && nt_acl_check(acl, NT_ACL_SIZE_MOST) != 0;
}

#endif
