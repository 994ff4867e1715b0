// SPDX-License-Identifier: MIT
/*
 * Access control lists: checked as a whole, walked, and changed. An entry is a header of four bytes
 * (type, flags, size) and what its type says; most types go on with a mask and a SID. A list need
 * not be aligned, so its numbers are read and written by memcpy().
 */
#include <string.h>

#include <ntstatus.h>

#include "rtl/acl.h"

#define ACE_HEADER_SIZE 4u
#define ACE_SID_AT      8u /* in an entry of the form (mask, SID) */
#define MIN_ACL_SIZE    sizeof(ACL)
#define MAX_ACL_SIZE    0xFFFFu

static uint16_t load16(const void *at)
{
    uint16_t value;

    memcpy(&value, at, sizeof(value));
    return value;
}

static void store16(void *at, uint16_t value)
{
    memcpy(at, &value, sizeof(value));
}

static unsigned revision_of(const ACL *acl)
{
    return *(const unsigned char *)acl;
}

static size_t size_of(const ACL *acl)
{
    return load16((const unsigned char *)acl + offsetof(ACL, AclSize));
}

static unsigned count_of(const ACL *acl)
{
    return load16((const unsigned char *)acl + offsetof(ACL, AceCount));
}

static void set_count(ACL *acl, unsigned count)
{
    store16((unsigned char *)acl + offsetof(ACL, AceCount), (uint16_t)count);
}

/* Callback entries begin like these, and end in bytes of their own. */
static bool has_mask_and_sid(unsigned type)
{
    switch (type) {
    case ACCESS_ALLOWED_ACE_TYPE:
    case ACCESS_DENIED_ACE_TYPE:
    case SYSTEM_AUDIT_ACE_TYPE:
    case SYSTEM_ALARM_ACE_TYPE:
    case ACCESS_ALLOWED_CALLBACK_ACE_TYPE:
    case ACCESS_DENIED_CALLBACK_ACE_TYPE:
    case SYSTEM_AUDIT_CALLBACK_ACE_TYPE:
    case SYSTEM_ALARM_CALLBACK_ACE_TYPE:
    case SYSTEM_MANDATORY_LABEL_ACE_TYPE:
    case SYSTEM_RESOURCE_ATTRIBUTE_ACE_TYPE:
    case SYSTEM_SCOPED_POLICY_ID_ACE_TYPE:
    case SYSTEM_PROCESS_TRUST_LABEL_ACE_TYPE:
        return true;
    default:
        return false;
    }
}

/* The types whose entries are a mask and a SID and nothing else: what objects here may have. */
static bool is_plain(unsigned type)
{
    return type <= ACCESS_MAX_MS_V2_ACE_TYPE || type == SYSTEM_MANDATORY_LABEL_ACE_TYPE;
}

/* The size of a good entry in @room bytes, or 0. */
static size_t ace_check(const unsigned char *ace, size_t room)
{
    size_t size;

    if (room < ACE_HEADER_SIZE)
        return 0;
    size = load16(ace + offsetof(ACE_HEADER, AceSize));
    if (size < ACE_HEADER_SIZE || size % 4 != 0 || size > room)
        return 0;
    if (!has_mask_and_sid(ace[0]))
        return size;
    if (size < ACE_SID_AT || nt_sid_check(ace + ACE_SID_AT, size - ACE_SID_AT) == 0)
        return 0;
    return size;
}

size_t nt_acl_check(const void *bytes, size_t size)
{
    const unsigned char *acl = bytes;
    size_t acl_size, at = MIN_ACL_SIZE;

    if (size < MIN_ACL_SIZE || acl[0] < MIN_ACL_REVISION || acl[0] > MAX_ACL_REVISION)
        return 0;
    acl_size = size_of(bytes);
    if (acl_size < MIN_ACL_SIZE || acl_size > size)
        return 0;
    for (unsigned left = count_of(bytes); left > 0; left--) {
        size_t ace_size = ace_check(acl + at, acl_size - at);

        if (ace_size == 0)
            return 0;
        at += ace_size;
    }
    return acl_size;
}

static struct nt_ace read_ace(const unsigned char *bytes)
{
    struct nt_ace ace = {
        .type = bytes[0],
        .flags = bytes[1],
        .bytes = bytes,
        .size = load16(bytes + offsetof(ACE_HEADER, AceSize)),
    };

    if (has_mask_and_sid(ace.type)) {
        memcpy(&ace.mask, bytes + ACE_HEADER_SIZE, sizeof(ace.mask));
        ace.sid = (const SID *)(const void *)(bytes + ACE_SID_AT);
    }
    return ace;
}

/* @at holds how many entries were seen (high half) and where the next one is (low half). */
bool nt_acl_next(const ACL *acl, size_t *at, struct nt_ace *ret_ace)
{
    size_t seen = *at >> 16, offset = *at & 0xFFFF;

    if (seen == count_of(acl))
        return false;
    if (offset == 0)
        offset = MIN_ACL_SIZE;
    *ret_ace = read_ace((const unsigned char *)acl + offset);
    *at = (seen + 1) << 16 | (offset + ret_ace->size);
    return true;
}

/* Where the entry of that index is, or where the next one would go. */
static size_t offset_of(const ACL *acl, DWORD index)
{
    struct nt_ace ace;
    size_t at = 0;

    while (index-- > 0 && nt_acl_next(acl, &at, &ace))
        ;
    return at ? at & 0xFFFF : MIN_ACL_SIZE;
}

size_t nt_acl_used(const ACL *acl)
{
    return offset_of(acl, MAXDWORD);
}

bool nt_acl_is_supported(const ACL *acl)
{
    struct nt_ace ace;
    size_t at = 0;

    while (nt_acl_next(acl, &at, &ace)) {
        if (!is_plain(ace.type))
            return false;
    }
    return true;
}

NTSTATUS nt_acl_init(ACL *acl, size_t size, unsigned revision)
{
    unsigned char *bytes = (unsigned char *)acl;

    if (size < MIN_ACL_SIZE)
        return STATUS_BUFFER_TOO_SMALL;
    if (size > MAX_ACL_SIZE || revision < MIN_ACL_REVISION || revision > MAX_ACL_REVISION)
        return STATUS_INVALID_PARAMETER;
    memset(bytes, 0, MIN_ACL_SIZE);
    bytes[0] = (unsigned char)revision;
    store16(bytes + offsetof(ACL, AclSize), (uint16_t)size);
    return STATUS_SUCCESS;
}

/* A list takes the highest revision of what was put into it. */
static void raise_revision(ACL *acl, unsigned revision)
{
    if (revision > revision_of(acl))
        *(unsigned char *)acl = (unsigned char)revision;
}

static bool flags_are_good(unsigned type, unsigned flags, uint32_t mask)
{
    unsigned good = VALID_INHERIT_FLAGS;

    if (type == SYSTEM_AUDIT_ACE_TYPE || type == SYSTEM_ALARM_ACE_TYPE)
        good |= SUCCESSFUL_ACCESS_ACE_FLAG | FAILED_ACCESS_ACE_FLAG;
    if (flags & ~good)
        return false;
    return type != SYSTEM_MANDATORY_LABEL_ACE_TYPE ||
           (mask & ~(uint32_t)SYSTEM_MANDATORY_LABEL_VALID_MASK) == 0;
}

NTSTATUS nt_acl_add(ACL *acl, unsigned revision, unsigned type, unsigned flags, uint32_t mask,
                    const SID *sid)
{
    size_t used = nt_acl_used(acl), sid_size = nt_sid_check(sid, SECURITY_MAX_SID_SIZE);
    unsigned char *ace = (unsigned char *)acl + used;

    if (sid_size == 0)
        return STATUS_INVALID_SID;
    if (revision > MAX_ACL_REVISION)
        return STATUS_REVISION_MISMATCH;
    if (!is_plain(type) || !flags_are_good(type, flags, mask))
        return STATUS_INVALID_PARAMETER;
    if (ACE_SID_AT + sid_size > size_of(acl) - used)
        return STATUS_ALLOTTED_SPACE_EXCEEDED;
    memmove(ace + ACE_SID_AT, sid, sid_size);
    ace[0] = (unsigned char)type;
    ace[1] = (unsigned char)flags;
    store16(ace + offsetof(ACE_HEADER, AceSize), (uint16_t)(ACE_SID_AT + sid_size));
    memcpy(ace + ACE_HEADER_SIZE, &mask, sizeof(mask));
    set_count(acl, count_of(acl) + 1);
    raise_revision(acl, revision);
    return STATUS_SUCCESS;
}

static void reverse(unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size / 2; i++) {
        unsigned char byte = bytes[i];

        bytes[i] = bytes[size - 1 - i];
        bytes[size - 1 - i] = byte;
    }
}

/*
 * The new entries are put behind the last one, and then change places with those that come after
 * @at. So they may be entries of the same list, and no other memory is needed.
 */
static void put_at(ACL *acl, size_t offset, const void *aces, size_t size)
{
    unsigned char *at = (unsigned char *)acl + offset;
    size_t after = nt_acl_used(acl) - offset;

    memmove(at + after, aces, size);
    reverse(at, after);
    reverse(at + after, size);
    reverse(at, after + size);
}

NTSTATUS nt_acl_insert(ACL *acl, unsigned revision, DWORD at, const void *aces, size_t size)
{
    const unsigned char *bytes = aces;
    unsigned count = 0;

    if (revision > MAX_ACL_REVISION)
        return STATUS_INVALID_PARAMETER;
    for (size_t offset = 0; offset < size; count++) {
        size_t ace_size = ace_check(bytes + offset, size - offset);

        if (ace_size == 0)
            return STATUS_INVALID_PARAMETER;
        offset += ace_size;
    }
    if (size > size_of(acl) - nt_acl_used(acl))
        return STATUS_BUFFER_TOO_SMALL;
    if (size > 0)
        put_at(acl, offset_of(acl, at), aces, size);
    set_count(acl, count_of(acl) + count);
    raise_revision(acl, revision);
    return STATUS_SUCCESS;
}

NTSTATUS nt_acl_get(const ACL *acl, DWORD index, void **ret_ace)
{
    if (index >= count_of(acl))
        return STATUS_INVALID_PARAMETER;
    *ret_ace = (unsigned char *)(uintptr_t)acl + offset_of(acl, index);
    return STATUS_SUCCESS;
}

NTSTATUS nt_acl_delete(ACL *acl, DWORD index)
{
    size_t used = nt_acl_used(acl), offset, size;
    unsigned char *at;

    if (index >= count_of(acl))
        return STATUS_INVALID_PARAMETER;
    offset = offset_of(acl, index);
    at = (unsigned char *)acl + offset;
    size = load16(at + offsetof(ACE_HEADER, AceSize));
    memmove(at, at + size, used - offset - size);
    memset((unsigned char *)acl + used - size, 0, size);
    set_count(acl, count_of(acl) - 1);
    return STATUS_SUCCESS;
}

void *nt_acl_first_free(const ACL *acl)
{
    size_t used = nt_acl_used(acl);

    return used < size_of(acl) ? (unsigned char *)(uintptr_t)acl + used : NULL;
}
