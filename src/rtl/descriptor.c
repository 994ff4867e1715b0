// SPDX-License-Identifier: MIT
/*
 * Descriptors as they are given and as they are kept. Both forms begin with revision, a byte for
 * resource managers (not kept here), and the control bits. The self-relative form goes on with four
 * offsets - owner, group, SACL, DACL - and 0 is "none"; the absolute one with four pointers.
 *
 * What is written is self-relative: the parts in the order SACL, DACL, owner, group, each aligned
 * to four bytes. Bytes of a list that no entry uses are written as zeroes: they are whatever the
 * application's memory held, and are nobody else's business.
 */
#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>

#include "rtl/descriptor.h"
#include "util/macro.h"

#define HEADER_SIZE sizeof(SECURITY_DESCRIPTOR_RELATIVE)
#define NOT_KEPT    (SE_SELF_RELATIVE | SE_RM_CONTROL_VALID)

#define DACL_CONTROL                                                                           \
    (SE_DACL_PRESENT | SE_DACL_DEFAULTED | SE_DACL_AUTO_INHERIT_REQ | SE_DACL_AUTO_INHERITED | \
     SE_DACL_PROTECTED)
#define SACL_CONTROL                                                                           \
    (SE_SACL_PRESENT | SE_SACL_DEFAULTED | SE_SACL_AUTO_INHERIT_REQ | SE_SACL_AUTO_INHERITED | \
     SE_SACL_PROTECTED)

/* --- reading -------------------------------------------------------------------------------- */

static NTSTATUS take_sid(const void *bytes, size_t size, const SID **ret_sid)
{
    if (nt_sid_check(bytes, size) == 0)
        return STATUS_INVALID_SID;
    *ret_sid = bytes;
    return STATUS_SUCCESS;
}

static NTSTATUS take_acl(const void *bytes, size_t size, const ACL **ret_acl)
{
    if (nt_acl_check(bytes, size) == 0)
        return STATUS_INVALID_ACL;
    *ret_acl = bytes;
    return STATUS_SUCCESS;
}

/* Where the four parts are said to be, with the bytes that each may take. */
struct places {
    const void *owner, *group, *sacl, *dacl; /* NULL: none */
    size_t owner_room, group_room, sacl_room, dacl_room;
};

static NTSTATUS check_parts(uint16_t control, const struct places *places,
                            struct nt_descriptor *ret_descriptor)
{
    struct nt_descriptor parts = {.control = (uint16_t)(control & ~NOT_KEPT)};
    NTSTATUS status = STATUS_SUCCESS;

    if (places->owner)
        status = take_sid(places->owner, places->owner_room, &parts.owner);
    if (NT_SUCCESS(status) && places->group)
        status = take_sid(places->group, places->group_room, &parts.group);
    if (NT_SUCCESS(status) && (control & SE_SACL_PRESENT) && places->sacl)
        status = take_acl(places->sacl, places->sacl_room, &parts.sacl);
    if (NT_SUCCESS(status) && (control & SE_DACL_PRESENT) && places->dacl)
        status = take_acl(places->dacl, places->dacl_room, &parts.dacl);
    if (NT_SUCCESS(status))
        *ret_descriptor = parts;
    return status;
}

/* No part may lie in the header, or begin behind the end. */
static bool place(const void *bytes, size_t size, DWORD offset, const void **ret_place,
                  size_t *ret_room)
{
    if (offset == 0)
        return true;
    if (offset < HEADER_SIZE || offset >= size)
        return false;
    *ret_place = (const unsigned char *)bytes + offset;
    *ret_room = size - offset;
    return true;
}

NTSTATUS nt_descriptor_from_relative(const void *bytes, size_t size,
                                     struct nt_descriptor *ret_descriptor)
{
    SECURITY_DESCRIPTOR_RELATIVE header;
    struct places places = {.owner = NULL};

    if (size < HEADER_SIZE)
        return STATUS_INVALID_SECURITY_DESCR;
    memcpy(&header, bytes, sizeof(header));
    if (header.Revision != SECURITY_DESCRIPTOR_REVISION)
        return STATUS_UNKNOWN_REVISION;
    if (!(header.Control & SE_SELF_RELATIVE) ||
        !place(bytes, size, header.Owner, &places.owner, &places.owner_room) ||
        !place(bytes, size, header.Group, &places.group, &places.group_room) ||
        !place(bytes, size, header.Sacl, &places.sacl, &places.sacl_room) ||
        !place(bytes, size, header.Dacl, &places.dacl, &places.dacl_room))
        return STATUS_INVALID_SECURITY_DESCR;
    return check_parts(header.Control, &places, ret_descriptor);
}

NTSTATUS nt_descriptor_from_application(const void *descriptor,
                                        struct nt_descriptor *ret_descriptor)
{
    const unsigned char *bytes = descriptor;
    SECURITY_DESCRIPTOR absolute;
    uint16_t control;
    struct places places;

    if (bytes[0] != SECURITY_DESCRIPTOR_REVISION)
        return STATUS_UNKNOWN_REVISION;
    memcpy(&control, bytes + offsetof(SECURITY_DESCRIPTOR, Control), sizeof(control));
    if (control & SE_SELF_RELATIVE)
        return nt_descriptor_from_relative(descriptor, UINT32_MAX, ret_descriptor);
    memcpy(&absolute, descriptor, sizeof(absolute));
    places = (struct places){
        .owner = absolute.Owner,
        .group = absolute.Group,
        .sacl = absolute.Sacl,
        .dacl = absolute.Dacl,
        .owner_room = SECURITY_MAX_SID_SIZE,
        .group_room = SECURITY_MAX_SID_SIZE,
        .sacl_room = UINT16_MAX,
        .dacl_room = UINT16_MAX,
    };
    return check_parts(control, &places, ret_descriptor);
}

/* --- writing -------------------------------------------------------------------------------- */

static size_t acl_size(const ACL *acl)
{
    uint16_t size;

    memcpy(&size, (const unsigned char *)acl + offsetof(ACL, AclSize), sizeof(size));
    return size;
}

static size_t labels_size(const ACL *sacl)
{
    size_t size = sizeof(ACL), at = 0;
    struct nt_ace ace;

    while (nt_acl_next(sacl, &at, &ace)) {
        if (ace.type == SYSTEM_MANDATORY_LABEL_ACE_TYPE)
            size += ace.size;
    }
    return size;
}

static size_t sacl_size(const struct nt_descriptor *descriptor)
{
    if (!descriptor->sacl)
        return 0;
    return descriptor->only_labels ? labels_size(descriptor->sacl) : acl_size(descriptor->sacl);
}

size_t nt_descriptor_size(const struct nt_descriptor *descriptor)
{
    size_t size = HEADER_SIZE + nt_align_up(sacl_size(descriptor), 4);

    if (descriptor->dacl)
        size += nt_align_up(acl_size(descriptor->dacl), 4);
    if (descriptor->owner)
        size += nt_sid_size(descriptor->owner);
    if (descriptor->group)
        size += nt_sid_size(descriptor->group);
    return size;
}

/* A block that is being filled; it holds zeroes before. */
struct filling {
    unsigned char *bytes;
    size_t at;
};

static DWORD put(struct filling *filling, const void *part, size_t used, size_t size)
{
    DWORD offset = (DWORD)filling->at;

    memcpy(filling->bytes + offset, part, used);
    filling->at += nt_align_up(size, 4);
    return offset;
}

static DWORD put_acl(struct filling *filling, const ACL *acl)
{
    return put(filling, acl, nt_acl_used(acl), acl_size(acl));
}

static DWORD put_sid(struct filling *filling, const SID *sid)
{
    return put(filling, sid, nt_sid_size(sid), nt_sid_size(sid));
}

static DWORD put_labels(struct filling *filling, const ACL *sacl)
{
    DWORD offset = (DWORD)filling->at;
    ACL header = {.AclRevision = *(const unsigned char *)sacl, .AclSize = (WORD)labels_size(sacl)};
    struct nt_ace ace;
    size_t at = 0;

    filling->at += sizeof(header);
    while (nt_acl_next(sacl, &at, &ace)) {
        if (ace.type == SYSTEM_MANDATORY_LABEL_ACE_TYPE) {
            put(filling, ace.bytes, ace.size, ace.size);
            header.AceCount++;
        }
    }
    memcpy(filling->bytes + offset, &header, sizeof(header));
    return offset;
}

void nt_descriptor_to_relative(const struct nt_descriptor *descriptor, void *bytes)
{
    SECURITY_DESCRIPTOR_RELATIVE header = {
        .Revision = SECURITY_DESCRIPTOR_REVISION,
        .Control = descriptor->control | SE_SELF_RELATIVE,
    };
    struct filling filling = {bytes, HEADER_SIZE};

    memset(bytes, 0, nt_descriptor_size(descriptor));
    if (descriptor->sacl && descriptor->only_labels)
        header.Sacl = put_labels(&filling, descriptor->sacl);
    else if (descriptor->sacl)
        header.Sacl = put_acl(&filling, descriptor->sacl);
    if (descriptor->dacl)
        header.Dacl = put_acl(&filling, descriptor->dacl);
    if (descriptor->owner)
        header.Owner = put_sid(&filling, descriptor->owner);
    if (descriptor->group)
        header.Group = put_sid(&filling, descriptor->group);
    memcpy(bytes, &header, sizeof(header));
}

void nt_descriptor_block_deinit(struct nt_descriptor_block *block)
{
    free(block->bytes);
    *block = (struct nt_descriptor_block){NULL, 0};
}

/* --- parts ---------------------------------------------------------------------------------- */

static bool has_label(const ACL *sacl)
{
    return sacl && labels_size(sacl) > sizeof(ACL);
}

void nt_descriptor_select(const struct nt_descriptor *from, SECURITY_INFORMATION information,
                          struct nt_descriptor *ret_descriptor)
{
    struct nt_descriptor parts = {.control = 0};
    uint16_t control = 0;

    if (information & OWNER_SECURITY_INFORMATION) {
        parts.owner = from->owner;
        control |= SE_OWNER_DEFAULTED;
    }
    if (information & GROUP_SECURITY_INFORMATION) {
        parts.group = from->group;
        control |= SE_GROUP_DEFAULTED;
    }
    if (information & DACL_SECURITY_INFORMATION) {
        parts.dacl = from->dacl;
        control |= DACL_CONTROL;
    }
    if ((information & SACL_SECURITY_INFORMATION) ||
        ((information & LABEL_SECURITY_INFORMATION) && has_label(from->sacl))) {
        parts.sacl = from->sacl;
        parts.only_labels = from->only_labels || !(information & SACL_SECURITY_INFORMATION);
        control |= SACL_CONTROL;
    }
    parts.control = from->control & control;
    *ret_descriptor = parts;
}

ACCESS_MASK nt_descriptor_access_for_get(SECURITY_INFORMATION information)
{
    ACCESS_MASK access = 0;

    if (information &
        (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION |
         LABEL_SECURITY_INFORMATION | ATTRIBUTE_SECURITY_INFORMATION | SCOPE_SECURITY_INFORMATION))
        access |= READ_CONTROL;
    if (information & SACL_SECURITY_INFORMATION)
        access |= ACCESS_SYSTEM_SECURITY;
    if (information & BACKUP_SECURITY_INFORMATION)
        access |= READ_CONTROL | ACCESS_SYSTEM_SECURITY;
    return access;
}

ACCESS_MASK nt_descriptor_access_for_set(SECURITY_INFORMATION information)
{
    ACCESS_MASK access = 0;

    if (information &
        (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION))
        access |= WRITE_OWNER;
    if (information & (DACL_SECURITY_INFORMATION | ATTRIBUTE_SECURITY_INFORMATION))
        access |= WRITE_DAC;
    if (information & (SACL_SECURITY_INFORMATION | SCOPE_SECURITY_INFORMATION))
        access |= ACCESS_SYSTEM_SECURITY;
    if (information & BACKUP_SECURITY_INFORMATION)
        access |= WRITE_DAC | WRITE_OWNER | ACCESS_SYSTEM_SECURITY;
    return access;
}
