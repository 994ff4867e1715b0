// SPDX-License-Identifier: MIT
/*
 * Why somebody has a right; see access-why.h. The order is the check's own (rtl/access-check.c):
 * privileges, what an owner has, then the list from its beginning, where the first entry that
 * speaks of the right decides; and after all that the label.
 */
#include "tool/names/access-why.h"

#include <ntstatus.h>

#include "rtl/access-check.h"

static bool is_in_force(const struct nt_ace *ace)
{
    return (ace->type == ACCESS_ALLOWED_ACE_TYPE || ace->type == ACCESS_DENIED_ACE_TYPE) &&
           !(ace->flags & INHERIT_ONLY_ACE);
}

static bool is_owner_rights(const struct nt_ace *ace)
{
    return nt_sid_equal(ace->sid, nt_sid_known(NT_SID_OWNER_RIGHTS));
}

static bool names_owner_rights(const ACL *dacl)
{
    struct nt_ace ace;
    size_t at = 0;

    while (nt_acl_next(dacl, &at, &ace))
        if (is_in_force(&ace) && is_owner_rights(&ace))
            return true;
    return false;
}

static struct nt_access_reason ask_list(const ACL *dacl, const struct nt_identity *identity,
                                        bool is_owner, ACCESS_MASK right)
{
    struct nt_access_reason reason = {.why = NT_WHY_NO_ENTRY};
    struct nt_ace ace;
    size_t at = 0;

    for (unsigned entry = 1; nt_acl_next(dacl, &at, &ace); entry++) {
        if (!is_in_force(&ace) || !(ace.mask & right))
            continue;
        if (is_owner_rights(&ace) ? !is_owner : !nt_identity_has(identity, ace.sid))
            continue;
        reason.why = NT_WHY_ENTRY;
        reason.granted = ace.type == ACCESS_ALLOWED_ACE_TYPE;
        reason.entry = entry;
        break;
    }
    return reason;
}

static struct nt_access_reason ask(const struct nt_descriptor *descriptor,
                                   const struct nt_identity *identity, ACCESS_MASK right)
{
    bool is_owner = descriptor->owner && nt_identity_has(identity, descriptor->owner);

    if (right == ACCESS_SYSTEM_SECURITY)
        return (struct nt_access_reason){.granted = identity->in_force & NT_IN_FORCE_SECURITY,
                                         .why = NT_WHY_PRIVILEGE};
    if (!(descriptor->control & SE_DACL_PRESENT) || !descriptor->dacl)
        return (struct nt_access_reason){.granted = true, .why = NT_WHY_NO_DACL};
    if (right == WRITE_OWNER && (identity->in_force & NT_IN_FORCE_TAKE_OWNERSHIP))
        return (struct nt_access_reason){.granted = true, .why = NT_WHY_PRIVILEGE};
    if ((right & (READ_CONTROL | WRITE_DAC)) && is_owner && !names_owner_rights(descriptor->dacl))
        return (struct nt_access_reason){.granted = true, .why = NT_WHY_OWNER};
    return ask_list(descriptor->dacl, identity, is_owner, right);
}

struct nt_access_reason nt_access_why(enum nt_kind kind, const struct nt_descriptor *descriptor,
                                      const struct nt_identity *identity, ACCESS_MASK right)
{
    struct nt_access_reason reason = ask(descriptor, identity, right);
    ACCESS_MASK granted;
    bool is_granted = NT_SUCCESS(nt_access_open(kind, descriptor, identity, right, &granted)) &&
                      (granted & right);

    if (right != ACCESS_SYSTEM_SECURITY && !(nt_kind_rights(kind)->valid & right))
        return (struct nt_access_reason){.why = NT_WHY_UNKNOWN_RIGHT};
    if (reason.granted && !is_granted)
        reason = (struct nt_access_reason){.why = NT_WHY_LABEL};
    return reason;
}
