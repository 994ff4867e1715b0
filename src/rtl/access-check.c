// SPDX-License-Identifier: MIT
/*
 * The access check. Three things are added up: what a privilege gives (ACCESS_SYSTEM_SECURITY,
 * WRITE_OWNER), what the owner has in any case (READ_CONTROL and WRITE_DAC), and what the DACL
 * gives, read from its beginning: the first entry that speaks of a right decides on it. So a deny
 * that comes after an allow changes nothing, and MAXIMUM_ALLOWED is every right decided well.
 * The mandatory label is asked apart from all that: whoever is below the object's level gets none
 * of the rights that the label's policy keeps back, whatever the DACL says.
 */
#include <ntstatus.h>

#include "rtl/access-check.h"

#define GENERIC_ANY   (GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL)
/* What MAXIMUM_ALLOWED can be: the rights of a type and the standard ones. */
#define ORDINARY      (SPECIFIC_RIGHTS_ALL | STANDARD_RIGHTS_ALL)
#define OWNER_HAS     (READ_CONTROL | WRITE_DAC)
#define DEFAULT_LEVEL SECURITY_MANDATORY_MEDIUM_RID

/* An object without a label is at Medium, and lets nobody below write. */
static void find_label(const struct nt_descriptor *descriptor, uint32_t *ret_level,
                       uint32_t *ret_policy)
{
    struct nt_ace ace;
    size_t at = 0;

    *ret_level = DEFAULT_LEVEL;
    *ret_policy = SYSTEM_MANDATORY_LABEL_NO_WRITE_UP;
    while (descriptor->sacl && nt_acl_next(descriptor->sacl, &at, &ace)) {
        if (ace.type == SYSTEM_MANDATORY_LABEL_ACE_TYPE && !(ace.flags & INHERIT_ONLY_ACE) &&
            nt_sid_is_integrity(ace.sid, ret_level)) {
            *ret_policy = ace.mask;
            return;
        }
    }
}

/*
 * What the label leaves to @identity. A right counts as one that writes unless it is among those
 * that read or execute: so DELETE, WRITE_DAC and WRITE_OWNER go with writing.
 */
static ACCESS_MASK left_by_label(const struct nt_descriptor *descriptor,
                                 const struct nt_identity *identity,
                                 const struct nt_access_mapping *mapping)
{
    uint32_t level, policy;
    ACCESS_MASK left = 0;

    find_label(descriptor, &level, &policy);
    if (identity->integrity >= level)
        return ~(ACCESS_MASK)0;
    if (!(policy & SYSTEM_MANDATORY_LABEL_NO_READ_UP))
        left |= mapping->read;
    if (!(policy & SYSTEM_MANDATORY_LABEL_NO_EXECUTE_UP))
        left |= mapping->execute;
    if (!(policy & SYSTEM_MANDATORY_LABEL_NO_WRITE_UP))
        left |= mapping->write | ~(mapping->read | mapping->execute);
    if (identity->in_force & NT_IN_FORCE_RELABEL)
        left |= WRITE_OWNER;
    return left;
}

/* Does the entry decide on anything here? Those that are only for children do not. */
static bool is_in_force(const struct nt_ace *ace)
{
    return (ace->type == ACCESS_ALLOWED_ACE_TYPE || ace->type == ACCESS_DENIED_ACE_TYPE) &&
           !(ace->flags & INHERIT_ONLY_ACE);
}

static bool is_owner_rights(const struct nt_ace *ace)
{
    return nt_sid_equal(ace->sid, nt_sid_known(NT_SID_OWNER_RIGHTS));
}

/* What an owner has without being told so: nothing any more where OWNER RIGHTS are named. */
static ACCESS_MASK implicit_rights(const struct nt_descriptor *descriptor, bool is_owner)
{
    struct nt_ace ace;
    size_t at = 0;

    if (!is_owner)
        return 0;
    while (descriptor->dacl && nt_acl_next(descriptor->dacl, &at, &ace)) {
        if (is_in_force(&ace) && is_owner_rights(&ace))
            return 0;
    }
    return OWNER_HAS;
}

/* Rights that @granted holds already can no longer be denied. */
static ACCESS_MASK walk_dacl(const ACL *dacl, const struct nt_identity *identity, bool is_owner,
                             ACCESS_MASK granted)
{
    ACCESS_MASK denied = 0;
    struct nt_ace ace;
    size_t at = 0;

    while (nt_acl_next(dacl, &at, &ace)) {
        if (!is_in_force(&ace))
            continue;
        if (is_owner_rights(&ace) ? !is_owner : !nt_identity_has(identity, ace.sid))
            continue;
        if (ace.type == ACCESS_ALLOWED_ACE_TYPE)
            granted |= ace.mask & ~denied;
        else
            denied |= ace.mask & ~granted;
    }
    return granted;
}

static bool has_dacl(const struct nt_descriptor *descriptor)
{
    return (descriptor->control & SE_DACL_PRESENT) && descriptor->dacl;
}

/* Everything that descriptor, ownership and privileges give; the label is not asked yet. */
static ACCESS_MASK all_rights(const struct nt_descriptor *descriptor,
                              const struct nt_identity *identity, ACCESS_MASK asked,
                              const struct nt_access_mapping *mapping)
{
    bool is_owner = nt_identity_has(identity, descriptor->owner);
    ACCESS_MASK granted = 0;

    if (!has_dacl(descriptor))
        return asked | mapping->all;
    if (identity->in_force & NT_IN_FORCE_TAKE_OWNERSHIP)
        granted |= asked & WRITE_OWNER;
    granted |= implicit_rights(descriptor, is_owner);
    return walk_dacl(descriptor->dacl, identity, is_owner, granted);
}

NTSTATUS nt_access_check(const struct nt_descriptor *descriptor, const struct nt_identity *identity,
                         ACCESS_MASK desired, const struct nt_access_mapping *mapping,
                         ACCESS_MASK *ret_granted)
{
    ACCESS_MASK asked = desired & ~(ACCESS_MASK)(MAXIMUM_ALLOWED | ACCESS_SYSTEM_SECURITY);
    ACCESS_MASK rights, granted;

    *ret_granted = 0;
    if (desired & GENERIC_ANY)
        return STATUS_GENERIC_NOT_MAPPED;
    if (!descriptor->owner || !descriptor->group)
        return STATUS_INVALID_SECURITY_DESCR;
    if ((desired & ACCESS_SYSTEM_SECURITY) && !(identity->in_force & NT_IN_FORCE_SECURITY))
        return STATUS_PRIVILEGE_NOT_HELD;
    rights = all_rights(descriptor, identity, asked, mapping) &
             left_by_label(descriptor, identity, mapping);
    if (asked & ~rights)
        return STATUS_ACCESS_DENIED;
    granted = asked | (desired & ACCESS_SYSTEM_SECURITY);
    if (desired & MAXIMUM_ALLOWED)
        granted |= rights & ORDINARY;
    if (granted == 0)
        return STATUS_ACCESS_DENIED;
    *ret_granted = granted;
    return STATUS_SUCCESS;
}

static struct nt_access_mapping mapping_of(enum nt_kind kind)
{
    const struct nt_kind_rights *rights = nt_kind_rights(kind);

    return (struct nt_access_mapping){rights->read, rights->write, rights->execute, rights->all};
}

/* Bits that no object of this kind has are refused before any privilege counts (12.14). */
static bool has_unknown_rights(enum nt_kind kind, ACCESS_MASK mapped)
{
    return mapped & ~(nt_kind_rights(kind)->valid | MAXIMUM_ALLOWED | ACCESS_SYSTEM_SECURITY);
}

NTSTATUS nt_access_open(enum nt_kind kind, const struct nt_descriptor *descriptor,
                        const struct nt_identity *identity, ACCESS_MASK desired,
                        ACCESS_MASK *ret_granted)
{
    const struct nt_access_mapping mapping = mapping_of(kind);
    ACCESS_MASK mapped = nt_access_map(kind, desired), granted;
    NTSTATUS status;

    *ret_granted = 0;
    if (has_unknown_rights(kind, mapped))
        return STATUS_ACCESS_DENIED;
    status = nt_access_check(descriptor, identity, mapped, &mapping, &granted);
    if (!NT_SUCCESS(status))
        return status;
    /* An entry of the DACL may name rights that the kind does not have. */
    granted &= nt_kind_rights(kind)->valid | ACCESS_SYSTEM_SECURITY;
    if (granted == 0)
        return STATUS_ACCESS_DENIED;
    *ret_granted = granted;
    return STATUS_SUCCESS;
}

NTSTATUS nt_access_create(enum nt_kind kind, const struct nt_identity *identity,
                          ACCESS_MASK desired, ACCESS_MASK *ret_granted)
{
    ACCESS_MASK mapped = nt_access_map(kind, desired);

    *ret_granted = 0;
    if (has_unknown_rights(kind, mapped))
        return STATUS_ACCESS_DENIED;
    if ((mapped & ACCESS_SYSTEM_SECURITY) && !(identity->in_force & NT_IN_FORCE_SECURITY))
        return STATUS_PRIVILEGE_NOT_HELD;
    if (mapped & MAXIMUM_ALLOWED)
        mapped = (mapped & ~(ACCESS_MASK)MAXIMUM_ALLOWED) | nt_kind_rights(kind)->all;
    *ret_granted = mapped;
    return STATUS_SUCCESS;
}
