/* SPDX-License-Identifier: MIT */
/*
 * ntshm/winnt-security.h - the part of winnt.h that is about security identifiers, access control
 * lists and security descriptors. <winnt.h> includes it. The functions are in securitybaseapi.h,
 * sddl.h and aclapi.h.
 */
#ifndef NTSHM_WINNT_SECURITY_H
#define NTSHM_WINNT_SECURITY_H

#include "../guiddef.h"
#include "../minwindef.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef PVOID PSID;
typedef PVOID PSECURITY_DESCRIPTOR;
typedef DWORD SECURITY_INFORMATION, *PSECURITY_INFORMATION;
typedef WORD SECURITY_DESCRIPTOR_CONTROL, *PSECURITY_DESCRIPTOR_CONTROL;

/* ---- security identifiers ---- */

typedef struct _SID_IDENTIFIER_AUTHORITY {
    BYTE Value[6]; /* the most significant byte first */
} SID_IDENTIFIER_AUTHORITY, *PSID_IDENTIFIER_AUTHORITY;

typedef struct _SID {
    BYTE Revision;
    BYTE SubAuthorityCount; /* at most SID_MAX_SUB_AUTHORITIES */
    SID_IDENTIFIER_AUTHORITY IdentifierAuthority;
    DWORD SubAuthority[1];
} SID, *PISID;

#define SID_REVISION                       1
#define SID_MAX_SUB_AUTHORITIES            15
#define SID_RECOMMENDED_SUB_AUTHORITIES    1
#define SECURITY_MAX_SID_SIZE              68
#define SECURITY_MAX_SID_STRING_CHARACTERS 187

typedef union _SE_SID {
    SID Sid;
    BYTE Buffer[SECURITY_MAX_SID_SIZE];
} SE_SID, *PSE_SID;

typedef struct _SID_AND_ATTRIBUTES {
    PSID Sid;
    DWORD Attributes;
} SID_AND_ATTRIBUTES, *PSID_AND_ATTRIBUTES;

typedef enum _SID_NAME_USE {
    SidTypeUser = 1,
    SidTypeGroup,
    SidTypeDomain,
    SidTypeAlias,
    SidTypeWellKnownGroup,
    SidTypeDeletedAccount,
    SidTypeInvalid,
    SidTypeUnknown,
    SidTypeComputer,
    SidTypeLabel,
    SidTypeLogonSession
} SID_NAME_USE,
    *PSID_NAME_USE;

#define SECURITY_NULL_SID_AUTHORITY \
    {                               \
        0, 0, 0, 0, 0, 0            \
    }
#define SECURITY_WORLD_SID_AUTHORITY \
    {                                \
        0, 0, 0, 0, 0, 1             \
    }
#define SECURITY_LOCAL_SID_AUTHORITY \
    {                                \
        0, 0, 0, 0, 0, 2             \
    }
#define SECURITY_CREATOR_SID_AUTHORITY \
    {                                  \
        0, 0, 0, 0, 0, 3               \
    }
#define SECURITY_NON_UNIQUE_AUTHORITY \
    {                                 \
        0, 0, 0, 0, 0, 4              \
    }
#define SECURITY_NT_AUTHORITY \
    {                         \
        0, 0, 0, 0, 0, 5      \
    }
#define SECURITY_RESOURCE_MANAGER_AUTHORITY \
    {                                       \
        0, 0, 0, 0, 0, 9                    \
    }
#define SECURITY_APP_PACKAGE_AUTHORITY \
    {                                  \
        0, 0, 0, 0, 0, 15              \
    }
#define SECURITY_MANDATORY_LABEL_AUTHORITY \
    {                                      \
        0, 0, 0, 0, 0, 16                  \
    }

#define SECURITY_NULL_RID                        0x00000000
#define SECURITY_WORLD_RID                       0x00000000
#define SECURITY_LOCAL_RID                       0x00000000
#define SECURITY_LOCAL_LOGON_RID                 0x00000001
#define SECURITY_CREATOR_OWNER_RID               0x00000000
#define SECURITY_CREATOR_GROUP_RID               0x00000001
#define SECURITY_CREATOR_OWNER_SERVER_RID        0x00000002
#define SECURITY_CREATOR_GROUP_SERVER_RID        0x00000003
#define SECURITY_CREATOR_OWNER_RIGHTS_RID        0x00000004
#define SECURITY_DIALUP_RID                      0x00000001
#define SECURITY_NETWORK_RID                     0x00000002
#define SECURITY_BATCH_RID                       0x00000003
#define SECURITY_INTERACTIVE_RID                 0x00000004
#define SECURITY_LOGON_IDS_RID                   0x00000005
#define SECURITY_LOGON_IDS_RID_COUNT             3
#define SECURITY_SERVICE_RID                     0x00000006
#define SECURITY_ANONYMOUS_LOGON_RID             0x00000007
#define SECURITY_PROXY_RID                       0x00000008
#define SECURITY_ENTERPRISE_CONTROLLERS_RID      0x00000009
#define SECURITY_PRINCIPAL_SELF_RID              0x0000000A
#define SECURITY_AUTHENTICATED_USER_RID          0x0000000B
#define SECURITY_RESTRICTED_CODE_RID             0x0000000C
#define SECURITY_TERMINAL_SERVER_RID             0x0000000D
#define SECURITY_REMOTE_LOGON_RID                0x0000000E
#define SECURITY_LOCAL_SYSTEM_RID                0x00000012
#define SECURITY_LOCAL_SERVICE_RID               0x00000013
#define SECURITY_NETWORK_SERVICE_RID             0x00000014
#define SECURITY_NT_NON_UNIQUE                   0x00000015
#define SECURITY_BUILTIN_DOMAIN_RID              0x00000020
#define SECURITY_MANDATORY_UNTRUSTED_RID         0x00000000
#define SECURITY_MANDATORY_LOW_RID               0x00001000
#define SECURITY_MANDATORY_MEDIUM_RID            0x00002000
#define SECURITY_MANDATORY_MEDIUM_PLUS_RID       0x00002100
#define SECURITY_MANDATORY_HIGH_RID              0x00003000
#define SECURITY_MANDATORY_SYSTEM_RID            0x00004000
#define SECURITY_MANDATORY_PROTECTED_PROCESS_RID 0x00005000
#define DOMAIN_USER_RID_ADMIN                    0x000001F4
#define DOMAIN_USER_RID_GUEST                    0x000001F5
#define DOMAIN_GROUP_RID_ADMINS                  0x00000200
#define DOMAIN_GROUP_RID_USERS                   0x00000201
#define DOMAIN_GROUP_RID_GUESTS                  0x00000202
#define DOMAIN_ALIAS_RID_ADMINS                  0x00000220
#define DOMAIN_ALIAS_RID_USERS                   0x00000221
#define DOMAIN_ALIAS_RID_GUESTS                  0x00000222
#define DOMAIN_ALIAS_RID_POWER_USERS             0x00000223

/* Attributes of a group in a token. */
#define SE_GROUP_MANDATORY                       0x00000001
#define SE_GROUP_ENABLED_BY_DEFAULT              0x00000002
#define SE_GROUP_ENABLED                         0x00000004
#define SE_GROUP_OWNER                           0x00000008
#define SE_GROUP_USE_FOR_DENY_ONLY               0x00000010
#define SE_GROUP_INTEGRITY                       0x00000020
#define SE_GROUP_INTEGRITY_ENABLED               0x00000040
#define SE_GROUP_LOGON_ID                        0xC0000000
#define SE_GROUP_RESOURCE                        0x20000000

/* ---- access control lists ---- */

typedef struct _ACL {
    BYTE AclRevision;
    BYTE Sbz1;
    WORD AclSize; /* bytes, free ones at the end included */
    WORD AceCount;
    WORD Sbz2;
} ACL, *PACL;

#define ACL_REVISION     2
#define ACL_REVISION_DS  4
#define ACL_REVISION1    1
#define MIN_ACL_REVISION ACL_REVISION2
#define ACL_REVISION2    2
#define ACL_REVISION3    3
#define ACL_REVISION4    4
#define MAX_ACL_REVISION ACL_REVISION4

typedef struct _ACE_HEADER {
    BYTE AceType;
    BYTE AceFlags;
    WORD AceSize; /* bytes, header included */
} ACE_HEADER, *PACE_HEADER;

#define ACCESS_MIN_MS_ACE_TYPE                  0x0
#define ACCESS_ALLOWED_ACE_TYPE                 0x0
#define ACCESS_DENIED_ACE_TYPE                  0x1
#define SYSTEM_AUDIT_ACE_TYPE                   0x2
#define SYSTEM_ALARM_ACE_TYPE                   0x3
#define ACCESS_MAX_MS_V2_ACE_TYPE               0x3
#define ACCESS_ALLOWED_COMPOUND_ACE_TYPE        0x4
#define ACCESS_ALLOWED_OBJECT_ACE_TYPE          0x5
#define ACCESS_DENIED_OBJECT_ACE_TYPE           0x6
#define SYSTEM_AUDIT_OBJECT_ACE_TYPE            0x7
#define SYSTEM_ALARM_OBJECT_ACE_TYPE            0x8
#define ACCESS_ALLOWED_CALLBACK_ACE_TYPE        0x9
#define ACCESS_DENIED_CALLBACK_ACE_TYPE         0xA
#define ACCESS_ALLOWED_CALLBACK_OBJECT_ACE_TYPE 0xB
#define ACCESS_DENIED_CALLBACK_OBJECT_ACE_TYPE  0xC
#define SYSTEM_AUDIT_CALLBACK_ACE_TYPE          0xD
#define SYSTEM_ALARM_CALLBACK_ACE_TYPE          0xE
#define SYSTEM_AUDIT_CALLBACK_OBJECT_ACE_TYPE   0xF
#define SYSTEM_ALARM_CALLBACK_OBJECT_ACE_TYPE   0x10
#define SYSTEM_MANDATORY_LABEL_ACE_TYPE         0x11
#define SYSTEM_RESOURCE_ATTRIBUTE_ACE_TYPE      0x12
#define SYSTEM_SCOPED_POLICY_ID_ACE_TYPE        0x13
#define SYSTEM_PROCESS_TRUST_LABEL_ACE_TYPE     0x14
#define SYSTEM_ACCESS_FILTER_ACE_TYPE           0x15

#define OBJECT_INHERIT_ACE                      0x1
#define CONTAINER_INHERIT_ACE                   0x2
#define NO_PROPAGATE_INHERIT_ACE                0x4
#define INHERIT_ONLY_ACE                        0x8
#define INHERITED_ACE                           0x10
#define VALID_INHERIT_FLAGS                     0x1F
#define SUCCESSFUL_ACCESS_ACE_FLAG              0x40
#define FAILED_ACCESS_ACE_FLAG                  0x80

#define SYSTEM_MANDATORY_LABEL_NO_WRITE_UP      0x1
#define SYSTEM_MANDATORY_LABEL_NO_READ_UP       0x2
#define SYSTEM_MANDATORY_LABEL_NO_EXECUTE_UP    0x4
#define SYSTEM_MANDATORY_LABEL_VALID_MASK       0x7

/* In an entry about a part of an object: which of the two GUIDs are there. */
#define ACE_OBJECT_TYPE_PRESENT                 0x1
#define ACE_INHERITED_OBJECT_TYPE_PRESENT       0x2

/* These four have one form: the SID begins at SidStart. */
typedef struct _ACCESS_ALLOWED_ACE {
    ACE_HEADER Header;
    ACCESS_MASK Mask;
    DWORD SidStart;
} ACCESS_ALLOWED_ACE, *PACCESS_ALLOWED_ACE;

typedef struct _ACCESS_DENIED_ACE {
    ACE_HEADER Header;
    ACCESS_MASK Mask;
    DWORD SidStart;
} ACCESS_DENIED_ACE, *PACCESS_DENIED_ACE;

typedef struct _SYSTEM_AUDIT_ACE {
    ACE_HEADER Header;
    ACCESS_MASK Mask;
    DWORD SidStart;
} SYSTEM_AUDIT_ACE, *PSYSTEM_AUDIT_ACE;

typedef struct _SYSTEM_MANDATORY_LABEL_ACE {
    ACE_HEADER Header;
    ACCESS_MASK Mask; /* SYSTEM_MANDATORY_LABEL_ bits */
    DWORD SidStart;
} SYSTEM_MANDATORY_LABEL_ACE, *PSYSTEM_MANDATORY_LABEL_ACE;

/* These three have one form; a GUID that is not there takes no room, and what follows moves up. */
typedef struct _ACCESS_ALLOWED_OBJECT_ACE {
    ACE_HEADER Header;
    ACCESS_MASK Mask;
    DWORD Flags; /* ACE_OBJECT_TYPE_PRESENT, ACE_INHERITED_OBJECT_TYPE_PRESENT */
    GUID ObjectType;
    GUID InheritedObjectType;
    DWORD SidStart;
} ACCESS_ALLOWED_OBJECT_ACE, *PACCESS_ALLOWED_OBJECT_ACE;

typedef struct _ACCESS_DENIED_OBJECT_ACE {
    ACE_HEADER Header;
    ACCESS_MASK Mask;
    DWORD Flags;
    GUID ObjectType;
    GUID InheritedObjectType;
    DWORD SidStart;
} ACCESS_DENIED_OBJECT_ACE, *PACCESS_DENIED_OBJECT_ACE;

typedef struct _SYSTEM_AUDIT_OBJECT_ACE {
    ACE_HEADER Header;
    ACCESS_MASK Mask;
    DWORD Flags;
    GUID ObjectType;
    GUID InheritedObjectType;
    DWORD SidStart;
} SYSTEM_AUDIT_OBJECT_ACE, *PSYSTEM_AUDIT_OBJECT_ACE;

typedef enum _ACL_INFORMATION_CLASS {
    AclRevisionInformation = 1,
    AclSizeInformation
} ACL_INFORMATION_CLASS;

typedef struct _ACL_REVISION_INFORMATION {
    DWORD AclRevision;
} ACL_REVISION_INFORMATION, *PACL_REVISION_INFORMATION;

typedef struct _ACL_SIZE_INFORMATION {
    DWORD AceCount;
    DWORD AclBytesInUse;
    DWORD AclBytesFree;
} ACL_SIZE_INFORMATION, *PACL_SIZE_INFORMATION;

/* ---- security descriptors ---- */

#define SECURITY_DESCRIPTOR_REVISION   1
#define SECURITY_DESCRIPTOR_REVISION1  1
#define SECURITY_DESCRIPTOR_MIN_LENGTH (sizeof(SECURITY_DESCRIPTOR))

#define SE_OWNER_DEFAULTED             0x0001
#define SE_GROUP_DEFAULTED             0x0002
#define SE_DACL_PRESENT                0x0004
#define SE_DACL_DEFAULTED              0x0008
#define SE_SACL_PRESENT                0x0010
#define SE_SACL_DEFAULTED              0x0020
#define SE_DACL_AUTO_INHERIT_REQ       0x0100
#define SE_SACL_AUTO_INHERIT_REQ       0x0200
#define SE_DACL_AUTO_INHERITED         0x0400
#define SE_SACL_AUTO_INHERITED         0x0800
#define SE_DACL_PROTECTED              0x1000
#define SE_SACL_PROTECTED              0x2000
#define SE_RM_CONTROL_VALID            0x4000
#define SE_SELF_RELATIVE               0x8000

/* What is in one block: offsets from its beginning, 0 for what is not there. */
typedef struct _SECURITY_DESCRIPTOR_RELATIVE {
    BYTE Revision;
    BYTE Sbz1;
    SECURITY_DESCRIPTOR_CONTROL Control;
    DWORD Owner;
    DWORD Group;
    DWORD Sacl;
    DWORD Dacl;
} SECURITY_DESCRIPTOR_RELATIVE, *PISECURITY_DESCRIPTOR_RELATIVE;

typedef struct _SECURITY_DESCRIPTOR {
    BYTE Revision;
    BYTE Sbz1;
    SECURITY_DESCRIPTOR_CONTROL Control;
    PSID Owner;
    PSID Group;
    PACL Sacl;
    PACL Dacl;
} SECURITY_DESCRIPTOR, *PISECURITY_DESCRIPTOR;

#define OWNER_SECURITY_INFORMATION            0x00000001
#define GROUP_SECURITY_INFORMATION            0x00000002
#define DACL_SECURITY_INFORMATION             0x00000004
#define SACL_SECURITY_INFORMATION             0x00000008
#define LABEL_SECURITY_INFORMATION            0x00000010
#define ATTRIBUTE_SECURITY_INFORMATION        0x00000020
#define SCOPE_SECURITY_INFORMATION            0x00000040
#define BACKUP_SECURITY_INFORMATION           0x00010000
#define PROTECTED_DACL_SECURITY_INFORMATION   0x80000000
#define PROTECTED_SACL_SECURITY_INFORMATION   0x40000000
#define UNPROTECTED_DACL_SECURITY_INFORMATION 0x20000000
#define UNPROTECTED_SACL_SECURITY_INFORMATION 0x10000000

#ifdef __cplusplus
}
#endif
#endif
