// SPDX-License-Identifier: MIT
/*
 * A SID is bytes here: revision, count, an authority of six bytes with the most significant one
 * first, and sub-authorities of four bytes in the machine's order. They are always read byte-wise
 * or by memcpy(), since a SID inside an entry of a list inside a message lies anywhere.
 */
#include <string.h>

#include "rtl/sid.h"

#define AUTHORITY_NT        5
#define AUTHORITY_INTEGRITY 16
#define AUTHORITY_UNIX      22 /* Samba's: S-1-22-1-UID, S-1-22-2-GID */
#define UNIX_USER           1
#define UNIX_GROUP          2

size_t nt_sid_check(const void *bytes, size_t size)
{
    const unsigned char *sid = bytes;
    size_t length;

    if (size < nt_sid_length(0) || sid[0] != SID_REVISION || sid[1] > SID_MAX_SUB_AUTHORITIES)
        return 0;
    length = nt_sid_length(sid[1]);
    return length <= size ? length : 0;
}

size_t nt_sid_size(const SID *sid)
{
    return nt_sid_length(((const unsigned char *)sid)[1]);
}

bool nt_sid_equal(const SID *a, const SID *b)
{
    size_t size = nt_sid_size(a);

    return size == nt_sid_size(b) && memcmp(a, b, size) == 0;
}

void nt_sid_copy(struct nt_sid *ret_sid, const SID *sid)
{
    struct nt_sid copy = {.bytes = {0}};

    memcpy(copy.bytes, sid, nt_sid_size(sid));
    *ret_sid = copy;
}

void nt_sid_make(struct nt_sid *ret_sid, uint64_t authority, unsigned n, const uint32_t *sub)
{
    struct nt_sid sid = {.bytes = {SID_REVISION, (unsigned char)n}};

    for (unsigned i = 0; i < 6; i++)
        sid.bytes[2 + i] = (unsigned char)(authority >> (40 - 8 * i));
    memcpy(sid.bytes + nt_sid_length(0), sub, n * sizeof(*sub));
    *ret_sid = sid;
}

static uint64_t authority_of(const SID *sid)
{
    const unsigned char *bytes = (const unsigned char *)sid;
    uint64_t authority = 0;

    for (unsigned i = 0; i < 6; i++)
        authority = authority << 8 | bytes[2 + i];
    return authority;
}

static unsigned count_of(const SID *sid)
{
    return ((const unsigned char *)sid)[1];
}

static uint32_t sub_of(const SID *sid, unsigned i)
{
    uint32_t sub;

    memcpy(&sub, (const unsigned char *)sid + nt_sid_length(i), sizeof(sub));
    return sub;
}

void nt_sid_of_uid(struct nt_sid *ret_sid, uint32_t uid)
{
    nt_sid_make(ret_sid, AUTHORITY_UNIX, 2, (const uint32_t[]){UNIX_USER, uid});
}

void nt_sid_of_gid(struct nt_sid *ret_sid, uint32_t gid)
{
    nt_sid_make(ret_sid, AUTHORITY_UNIX, 2, (const uint32_t[]){UNIX_GROUP, gid});
}

void nt_sid_of_integrity(struct nt_sid *ret_sid, uint32_t level)
{
    nt_sid_make(ret_sid, AUTHORITY_INTEGRITY, 1, &level);
}

static bool is_unix(const SID *sid, uint32_t what, uint32_t *ret_number)
{
    if (authority_of(sid) != AUTHORITY_UNIX || count_of(sid) != 2 || sub_of(sid, 0) != what)
        return false;
    *ret_number = sub_of(sid, 1);
    return true;
}

bool nt_sid_is_uid(const SID *sid, uint32_t *ret_uid)
{
    return is_unix(sid, UNIX_USER, ret_uid);
}

bool nt_sid_is_gid(const SID *sid, uint32_t *ret_gid)
{
    return is_unix(sid, UNIX_GROUP, ret_gid);
}

bool nt_sid_is_integrity(const SID *sid, uint32_t *ret_level)
{
    if (authority_of(sid) != AUTHORITY_INTEGRITY || count_of(sid) != 1)
        return false;
    *ret_level = sub_of(sid, 0);
    return true;
}

/* In the machine's order, as every number in a SID but its authority. */
#define SID_1(authority, sub)                                           \
    {                                                                   \
        .sid = { SID_REVISION, 1, {{0, 0, 0, 0, 0, authority}}, {sub} } \
    }

static const struct nt_sid known[NT_SID_KNOWN_COUNT] = {
    [NT_SID_NULL] = SID_1(0, SECURITY_NULL_RID),
    [NT_SID_EVERYONE] = SID_1(1, SECURITY_WORLD_RID),
    [NT_SID_LOCAL] = SID_1(2, SECURITY_LOCAL_RID),
    [NT_SID_CREATOR_OWNER] = SID_1(3, SECURITY_CREATOR_OWNER_RID),
    [NT_SID_CREATOR_GROUP] = SID_1(3, SECURITY_CREATOR_GROUP_RID),
    [NT_SID_OWNER_RIGHTS] = SID_1(3, SECURITY_CREATOR_OWNER_RIGHTS_RID),
    [NT_SID_AUTHENTICATED] = SID_1(AUTHORITY_NT, SECURITY_AUTHENTICATED_USER_RID),
    [NT_SID_SYSTEM] = SID_1(AUTHORITY_NT, SECURITY_LOCAL_SYSTEM_RID),
};

#define SID_BUILTIN(rid)                                  \
    {                                                     \
        SID_REVISION, 2, {{0, 0, 0, 0, 0, AUTHORITY_NT}}, \
        {                                                 \
            SECURITY_BUILTIN_DOMAIN_RID, rid              \
        }                                                 \
    }

/* As SID, with room for a second sub-authority. */
struct builtin_sid {
    BYTE revision, count;
    SID_IDENTIFIER_AUTHORITY authority;
    DWORD sub[2];
};

static const struct builtin_sid administrators = SID_BUILTIN(DOMAIN_ALIAS_RID_ADMINS);
static const struct builtin_sid users = SID_BUILTIN(DOMAIN_ALIAS_RID_USERS);

const SID *nt_sid_known(enum nt_known_sid which)
{
    if (which == NT_SID_ADMINISTRATORS)
        return (const SID *)(const void *)&administrators;
    if (which == NT_SID_USERS)
        return (const SID *)(const void *)&users;
    return &known[which].sid;
}
