/* SPDX-License-Identifier: MIT */
/*
 * Security descriptors for the tests of what they protect: made with the public functions, entry
 * by entry, and read back from objects.
 */
#ifndef NT_TESTS_API_DESCRIPTOR_KIT_H
#define NT_TESTS_API_DESCRIPTOR_KIT_H

#include "api/api.h"

#define SECTION_ALL (STANDARD_RIGHTS_REQUIRED | 0x1F)
#define EVENT_ALL   (STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 3)
#define THE_PARTS \
    (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION)

/* An absolute descriptor, and the structure that the create functions take. */
struct descriptor {
    SECURITY_DESCRIPTOR absolute;
    SECURITY_ATTRIBUTES attributes; /* says .absolute */
    union {
        ACL acl;
        DWORD room[128];
    } dacl;
};

/* Without owner, group and DACL. The case ends when one of these fails. */
void descriptor_init(struct descriptor *descriptor);
/* With a DACL that has no entry. */
void descriptor_init_empty(struct descriptor *descriptor);
/* With a DACL that is NULL. */
void descriptor_init_null(struct descriptor *descriptor);
/* One entry more at the end of the DACL. */
void descriptor_allow(struct descriptor *descriptor, PSID sid, DWORD mask);
void descriptor_deny(struct descriptor *descriptor, PSID sid, DWORD mask);

/* Who there is. Each valid as long as the process. */
PSID sid_everyone(void);
PSID sid_owner_rights(void);
PSID sid_nobody(void); /* a user that no token here has */
PSID sid_user(void);   /* of the process's token: its user, ... */
PSID sid_owner(void);  /* what it makes owner, ... */
PSID sid_group(void);  /* and group of new objects */

/* The rights that a handle carries. */
DWORD granted_of(HANDLE handle);

/* GetKernelObjectSecurity of these parts; the case ends when it fails. */
union relative {
    SECURITY_DESCRIPTOR header; /* of the self-relative form */
    DWORD room[256];
};
DWORD read_security(HANDLE handle, SECURITY_INFORMATION parts, union relative *ret_descriptor);
/* Its parts. */
PSID owner_in(union relative *descriptor);
PSID group_in(union relative *descriptor);
SECURITY_DESCRIPTOR_CONTROL control_in(union relative *descriptor);
/* NULL when the DACL is NULL; asserts that one is present. */
PACL dacl_in(union relative *descriptor);

/* The DACL has just one entry at @index that allows @mask to @sid. */
void check_allows(PACL dacl, DWORD index, PSID sid, DWORD mask);

/* Another handle of @handle's object with @access: granted exactly, or refused with @error. */
void check_widens(HANDLE handle, DWORD access, DWORD granted);
void check_not_widened(HANDLE handle, DWORD access, DWORD error);

#endif
