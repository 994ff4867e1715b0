// SPDX-License-Identifier: MIT
/*
 * What an object's descriptor becomes: at its creation from what the creator gave, its token's
 * defaults and who it is; later from the old one and a change. Every list is written anew on the
 * way: generic rights become those of the kind, CREATOR OWNER and CREATOR GROUP become the owner
 * and the group (an entry that is only for children stays as it is, since nobody is created here),
 * and an entry loses bytes that it does not need.
 *
 * Two things take a privilege: audit entries, and a mandatory label above the own level. Taking a
 * label away raises the object to Medium, and counts as a label of Medium.
 */
#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>

#include "rtl/descriptor.h"
#include "util/macro.h"

#define ACE_BEFORE_SID 8u

/* --- lists ---------------------------------------------------------------------------------- */

/* Who and what the entries of a list are turned for. */
struct rules {
    enum nt_kind kind;
    const SID *owner, *group;
};

/* What a list is made of. A list that is both sources is walked once, in its order. */
struct recipe {
    const ACL *labels; /* its mandatory labels; NULL is none */
    const ACL *others; /* its other entries */
};

/* The list that is being made; first it is only measured. */
struct making {
    unsigned char *bytes; /* NULL while it is measured */
    size_t size;
    unsigned count, revision;
};

static void add_entry(struct making *making, const struct nt_ace *ace)
{
    size_t sid_size = nt_sid_size(ace->sid);
    ACE_HEADER header = {ace->type, ace->flags, (WORD)(ACE_BEFORE_SID + sid_size)};

    if (making->bytes) {
        memcpy(making->bytes + making->size, &header, sizeof(header));
        memcpy(making->bytes + making->size + sizeof(header), &ace->mask, sizeof(ace->mask));
        memcpy(making->bytes + making->size + ACE_BEFORE_SID, ace->sid, sid_size);
    }
    making->size += ACE_BEFORE_SID + sid_size;
    making->count++;
}

static void turn_entry(struct nt_ace *ace, const struct rules *rules)
{
    if (ace->flags & INHERIT_ONLY_ACE)
        return;
    ace->mask = nt_access_map(rules->kind, ace->mask);
    if (nt_sid_equal(ace->sid, nt_sid_known(NT_SID_CREATOR_OWNER)))
        ace->sid = rules->owner;
    else if (nt_sid_equal(ace->sid, nt_sid_known(NT_SID_CREATOR_GROUP)))
        ace->sid = rules->group;
}

static void add_entries(struct making *making, const ACL *acl, bool labels, bool others,
                        const struct rules *rules)
{
    struct nt_ace ace;
    size_t at = 0;

    if (!acl)
        return;
    if (*(const unsigned char *)acl > making->revision)
        making->revision = *(const unsigned char *)acl;
    while (nt_acl_next(acl, &at, &ace)) {
        bool is_label = ace.type == SYSTEM_MANDATORY_LABEL_ACE_TYPE;

        if (!(is_label ? labels : others))
            continue;
        if (!is_label)
            turn_entry(&ace, rules);
        add_entry(making, &ace);
    }
}

static void follow(const struct recipe *recipe, const struct rules *rules, struct making *making)
{
    making->size = sizeof(ACL);
    making->count = 0;
    making->revision = ACL_REVISION;
    if (recipe->labels != recipe->others)
        add_entries(making, recipe->labels, true, false, rules);
    add_entries(making, recipe->others, recipe->labels == recipe->others, true, rules);
}

static NTSTATUS make_list(const struct recipe *recipe, const struct rules *rules, void **ret_acl)
{
    struct making making = {.bytes = NULL};
    ACL header;

    follow(recipe, rules, &making);
    if (making.size > UINT16_MAX)
        return STATUS_INVALID_SECURITY_DESCR;
    making.bytes = malloc(making.size);
    if (!making.bytes)
        return STATUS_NO_MEMORY;
    follow(recipe, rules, &making);
    header = (ACL){.AclRevision = (BYTE)making.revision,
                   .AclSize = (WORD)making.size,
                   .AceCount = (WORD)making.count};
    memcpy(making.bytes, &header, sizeof(header));
    *ret_acl = making.bytes;
    return STATUS_SUCCESS;
}

/* --- checks --------------------------------------------------------------------------------- */

static bool is_label(const struct nt_ace *ace)
{
    return ace->type == SYSTEM_MANDATORY_LABEL_ACE_TYPE;
}

static bool has_label(const ACL *sacl)
{
    struct nt_ace ace;
    size_t at = 0;

    while (sacl && nt_acl_next(sacl, &at, &ace)) {
        if (is_label(&ace))
            return true;
    }
    return false;
}

static bool may_label(const struct nt_identity *identity, uint32_t level)
{
    return level <= identity->integrity || (identity->in_force & NT_IN_FORCE_RELABEL);
}

static NTSTATUS check_labels(const ACL *sacl, const struct nt_identity *identity)
{
    struct nt_ace ace;
    uint32_t level;
    size_t at = 0;

    while (sacl && nt_acl_next(sacl, &at, &ace)) {
        if (!is_label(&ace))
            continue;
        if (!nt_sid_is_integrity(ace.sid, &level) ||
            (ace.mask & ~(uint32_t)SYSTEM_MANDATORY_LABEL_VALID_MASK))
            return STATUS_INVALID_ACL;
        if (!may_label(identity, level))
            return STATUS_PRIVILEGE_NOT_HELD;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS check_audits(const ACL *sacl, const struct nt_identity *identity)
{
    struct nt_ace ace;
    size_t at = 0;

    while (sacl && nt_acl_next(sacl, &at, &ace)) {
        if (!is_label(&ace) && !(identity->in_force & NT_IN_FORCE_SECURITY))
            return STATUS_PRIVILEGE_NOT_HELD;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS check_lists(const struct nt_descriptor *given)
{
    if ((given->dacl && !nt_acl_is_supported(given->dacl)) ||
        (given->sacl && !nt_acl_is_supported(given->sacl)))
        return STATUS_INVALID_ACL;
    return STATUS_SUCCESS;
}

/* --- the whole ------------------------------------------------------------------------------ */

/* A descriptor to be: as @parts, with lists made by their recipes. */
struct plan {
    struct nt_descriptor parts;
    struct recipe sacl;
};

/*
 * A change says that inheritance was done only if it says too that it was wanted. Of a new object's
 * descriptor it is never said: no object here inherits.
 */
static uint16_t dacl_control(uint16_t control)
{
    uint16_t kept = control & SE_DACL_PROTECTED;

    if (control & SE_DACL_AUTO_INHERIT_REQ)
        kept |= control & SE_DACL_AUTO_INHERITED;
    return kept;
}

static uint16_t sacl_control(uint16_t control)
{
    uint16_t kept = control & SE_SACL_PROTECTED;

    if (control & SE_SACL_AUTO_INHERIT_REQ)
        kept |= control & SE_SACL_AUTO_INHERITED;
    return kept;
}

static NTSTATUS write_block(const struct nt_descriptor *parts,
                            struct nt_descriptor_block *ret_block)
{
    size_t size = nt_descriptor_size(parts);
    void *bytes;

    if (size > NT_DESCRIPTOR_MAX)
        return STATUS_INVALID_SECURITY_DESCR;
    bytes = malloc(size);
    if (!bytes)
        return STATUS_NO_MEMORY;
    nt_descriptor_to_relative(parts, bytes);
    *ret_block = (struct nt_descriptor_block){bytes, size};
    return STATUS_SUCCESS;
}

/* A list of labels only from which the labels are not taken leaves nothing, not an empty list. */
static bool makes_a_list(const struct recipe *recipe)
{
    struct nt_ace ace;
    size_t at = 0;

    if (has_label(recipe->labels))
        return true;
    while (recipe->others && nt_acl_next(recipe->others, &at, &ace)) {
        if (!is_label(&ace))
            return true;
    }
    return recipe->others && at == 0;
}

static NTSTATUS carry_out(enum nt_kind kind, const struct plan *plan,
                          struct nt_descriptor_block *ret_block)
{
    NT_CLEANUP(nt_freep) void *dacl = NULL;
    NT_CLEANUP(nt_freep) void *sacl = NULL;
    const struct rules rules = {kind, plan->parts.owner, plan->parts.group};
    const struct recipe recipe = {.labels = NULL, .others = plan->parts.dacl};
    struct nt_descriptor parts = plan->parts;
    NTSTATUS status = STATUS_SUCCESS;

    if (recipe.others)
        status = make_list(&recipe, &rules, &dacl);
    if (NT_SUCCESS(status) && makes_a_list(&plan->sacl))
        status = make_list(&plan->sacl, &rules, &sacl);
    if (!NT_SUCCESS(status))
        return status;
    parts.dacl = dacl;
    parts.sacl = sacl;
    parts.only_labels = false;
    parts.control |= SE_DACL_PRESENT;
    if (sacl)
        parts.control |= SE_SACL_PRESENT;
    return write_block(&parts, ret_block);
}

/* --- a new object --------------------------------------------------------------------------- */

static void default_dacl(enum nt_kind kind, struct nt_descriptor_default *ret)
{
    const uint32_t all = nt_kind_rights(kind)->all;
    const SID *system = nt_sid_known(NT_SID_SYSTEM), *owner = &ret->owner.sid;
    size_t size = sizeof(ACL) + 2 * ACE_BEFORE_SID + nt_sid_size(owner) + nt_sid_size(system);
    ACL *dacl = (ACL *)(void *)ret->dacl;
    NTSTATUS status = nt_acl_init(dacl, size, ACL_REVISION);

    if (NT_SUCCESS(status))
        status = nt_acl_add(dacl, ACL_REVISION, ACCESS_ALLOWED_ACE_TYPE, 0, all, owner);
    if (NT_SUCCESS(status))
        status = nt_acl_add(dacl, ACL_REVISION, ACCESS_ALLOWED_ACE_TYPE, 0, all, system);
    nt_abort_if(!NT_SUCCESS(status), "the default list has its room");
    ret->descriptor.dacl = dacl;
}

static void default_label(uint32_t level, struct nt_descriptor_default *ret)
{
    ACL *sacl = (ACL *)(void *)ret->sacl;
    struct nt_sid sid;
    NTSTATUS status = nt_acl_init(sacl, sizeof(ret->sacl), ACL_REVISION);

    nt_sid_of_integrity(&sid, level);
    if (NT_SUCCESS(status))
        status = nt_acl_add(sacl, ACL_REVISION, SYSTEM_MANDATORY_LABEL_ACE_TYPE, 0,
                            SYSTEM_MANDATORY_LABEL_NO_WRITE_UP, &sid.sid);
    nt_abort_if(!NT_SUCCESS(status), "the label has its room");
    ret->descriptor.sacl = sacl;
    ret->descriptor.control |= SE_SACL_PRESENT;
}

void nt_descriptor_default(enum nt_kind kind, const struct nt_identity *identity,
                           struct nt_descriptor_default *ret_default)
{
    nt_identity_owner(identity, &ret_default->owner);
    nt_identity_primary_group(identity, &ret_default->group);
    ret_default->descriptor = (struct nt_descriptor){
        .control = SE_DACL_PRESENT,
        .owner = &ret_default->owner.sid,
        .group = &ret_default->group.sid,
    };
    default_dacl(kind, ret_default);
    if (identity->integrity < SECURITY_MANDATORY_MEDIUM_RID)
        default_label(identity->integrity, ret_default);
}

static void add_defaults(const struct nt_descriptor_defaults *defaults, struct plan *plan)
{
    if (defaults->owner)
        plan->parts.owner = defaults->owner;
    if (defaults->group)
        plan->parts.group = defaults->group;
    if (defaults->dacl)
        plan->parts.dacl = defaults->dacl;
}

static void add_given(const struct nt_descriptor *given, struct plan *plan)
{
    if (given->owner)
        plan->parts.owner = given->owner;
    if (given->group)
        plan->parts.group = given->group;
    if (given->control & SE_DACL_PRESENT) {
        plan->parts.dacl = given->dacl;
        plan->parts.control |= given->control & SE_DACL_PROTECTED;
    }
    if (given->sacl) {
        plan->sacl.others = given->sacl;
        plan->parts.control |= given->control & SE_SACL_PROTECTED;
        if (has_label(given->sacl))
            plan->sacl.labels = given->sacl;
    }
}

NTSTATUS nt_descriptor_for_new(enum nt_kind kind, const struct nt_descriptor *given,
                               const struct nt_descriptor_defaults *defaults,
                               const struct nt_identity *identity,
                               struct nt_descriptor_block *ret_block)
{
    struct nt_descriptor_default fallback;
    NTSTATUS status = STATUS_SUCCESS;
    struct plan plan;

    nt_descriptor_default(kind, identity, &fallback);
    plan = (struct plan){.parts = fallback.descriptor, .sacl.labels = fallback.descriptor.sacl};
    plan.parts.control = 0;
    if (defaults)
        add_defaults(defaults, &plan);
    if (given) {
        add_given(given, &plan);
        status = check_lists(given);
        if (NT_SUCCESS(status))
            status = check_labels(given->sacl, identity);
        if (NT_SUCCESS(status))
            status = check_audits(given->sacl, identity);
        if (!NT_SUCCESS(status))
            return status;
    }
    if (!nt_identity_may_own(identity, plan.parts.owner))
        return STATUS_INVALID_OWNER;
    return carry_out(kind, &plan, ret_block);
}

/* --- a change ------------------------------------------------------------------------------- */

static NTSTATUS change_owner_and_group(SECURITY_INFORMATION information,
                                       const struct nt_descriptor *change,
                                       const struct nt_identity *identity, struct plan *plan)
{
    if (information & OWNER_SECURITY_INFORMATION) {
        if (!change->owner)
            return STATUS_INVALID_SECURITY_DESCR;
        if (!nt_identity_may_own(identity, change->owner))
            return STATUS_INVALID_OWNER;
        plan->parts.owner = change->owner;
    }
    if (information & GROUP_SECURITY_INFORMATION) {
        if (!change->group)
            return STATUS_INVALID_SECURITY_DESCR;
        plan->parts.group = change->group;
    }
    return STATUS_SUCCESS;
}

static uint16_t protection(uint16_t control, uint16_t bit, bool set, bool clear)
{
    if (set)
        return control | bit;
    return clear ? control & (uint16_t)~bit : control;
}

static NTSTATUS change_dacl(SECURITY_INFORMATION information, const struct nt_descriptor *change,
                            struct plan *plan)
{
    uint16_t control = plan->parts.control;

    if (!(information & DACL_SECURITY_INFORMATION))
        return STATUS_SUCCESS;
    if (change->dacl && !nt_acl_is_supported(change->dacl))
        return STATUS_INVALID_ACL;
    /* One that is not there is a NULL one (13.35). */
    plan->parts.dacl = change->dacl;
    control &= (uint16_t) ~(SE_DACL_PROTECTED | SE_DACL_AUTO_INHERITED);
    control |= dacl_control(change->control);
    plan->parts.control =
        protection(control, SE_DACL_PROTECTED, information & PROTECTED_DACL_SECURITY_INFORMATION,
                   information & UNPROTECTED_DACL_SECURITY_INFORMATION);
    return STATUS_SUCCESS;
}

static NTSTATUS change_labels(const ACL *sacl, const struct nt_identity *identity,
                              struct plan *plan)
{
    if (!has_label(sacl) && has_label(plan->sacl.labels) &&
        !may_label(identity, SECURITY_MANDATORY_MEDIUM_RID))
        return STATUS_PRIVILEGE_NOT_HELD;
    plan->sacl.labels = sacl;
    return check_labels(sacl, identity);
}

/*
 * LABEL alone changes the labels; SACL alone the other entries, and the labels where the new list
 * has some: a program that knows of audits only takes nobody's label away.
 */
static NTSTATUS change_sacl(SECURITY_INFORMATION information, const struct nt_descriptor *change,
                            const struct nt_identity *identity, struct plan *plan)
{
    NTSTATUS status = STATUS_SUCCESS;
    uint16_t control = plan->parts.control;

    if (!(information & (SACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION)))
        return STATUS_SUCCESS;
    if (change->sacl && !nt_acl_is_supported(change->sacl))
        return STATUS_INVALID_ACL;
    if ((information & LABEL_SECURITY_INFORMATION) || has_label(change->sacl))
        status = change_labels(change->sacl, identity, plan);
    if (!(information & SACL_SECURITY_INFORMATION) || !NT_SUCCESS(status))
        return status;
    plan->sacl.others = change->sacl;
    control &= (uint16_t) ~(SE_SACL_PROTECTED | SE_SACL_AUTO_INHERITED);
    control |= sacl_control(change->control);
    plan->parts.control =
        protection(control, SE_SACL_PROTECTED, information & PROTECTED_SACL_SECURITY_INFORMATION,
                   information & UNPROTECTED_SACL_SECURITY_INFORMATION);
    return STATUS_SUCCESS;
}

NTSTATUS nt_descriptor_change(enum nt_kind kind, const struct nt_descriptor *old,
                              SECURITY_INFORMATION information, const struct nt_descriptor *change,
                              const struct nt_identity *identity,
                              struct nt_descriptor_block *ret_block)
{
    struct plan plan = {.parts = *old, .sacl = {old->sacl, old->sacl}};
    NTSTATUS status;

    plan.parts.control &=
        SE_DACL_PROTECTED | SE_DACL_AUTO_INHERITED | SE_SACL_PROTECTED | SE_SACL_AUTO_INHERITED;
    status = change_owner_and_group(information, change, identity, &plan);
    if (NT_SUCCESS(status))
        status = change_dacl(information, change, &plan);
    if (NT_SUCCESS(status))
        status = change_sacl(information, change, identity, &plan);
    if (!NT_SUCCESS(status))
        return status;
    return carry_out(kind, &plan, ret_block);
}
