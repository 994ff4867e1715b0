/* SPDX-License-Identifier: MIT */
/*
 * What the tests of security data share: SIDs, lists and descriptors in buffers, made with the
 * functions that other cases test.
 */
#ifndef NT_TESTS_API_SECURITY_KIT_H
#define NT_TESTS_API_SECURITY_KIT_H

#include "api/api.h"

#ifndef ERROR_NON_DOMAIN_SID
#    define ERROR_NON_DOMAIN_SID 1258
#endif

/* Room for any SID. */
union a_sid {
    SID sid;
    BYTE bytes[SECURITY_MAX_SID_SIZE];
};

/* S-1-@authority-... of @n numbers; valid in @sid. */
PSID sid_in(union a_sid *sid, BYTE authority, unsigned n, ...);

/* S-1-1-0, S-1-22-1-4711 (a user), S-1-22-2-4712 (a group), S-1-16-LEVEL. */
PSID everyone_in(union a_sid *sid);
PSID user_in(union a_sid *sid);
PSID group_sid_in(union a_sid *sid);
PSID label_in(union a_sid *sid, DWORD level);

/* Room for a list of @size bytes. */
union a_list {
    ACL acl;
    DWORD room[256];
};

/* An empty list of @size bytes; the case ends without one. */
PACL list_in(union a_list *list, DWORD size);

/* The entry of that index: its type, flags, mask and SID are these. */
void check_ace(const char *file, int line, PACL acl, DWORD index, BYTE type, BYTE flags, DWORD mask,
               PSID sid);
#define ok_ace(acl, index, type, flags, mask, sid) \
    check_ace(__FILE__, __LINE__, (acl), (index), (type), (flags), (mask), (sid))

/* How many entries there are. */
DWORD count_of(PACL acl);

/* An absolute descriptor with everything: user, group, a DACL and a SACL of one entry each. */
struct full_descriptor {
    SECURITY_DESCRIPTOR absolute;
    union a_sid owner, group;
    union a_list dacl, sacl;
};
void full_descriptor_init(struct full_descriptor *full);

/* Room for a self-relative descriptor. */
union a_block {
    SECURITY_DESCRIPTOR_RELATIVE head;
    DWORD room[512];
};

#endif
