/* SPDX-License-Identifier: MIT */
/*
 * ntshm/winnt-token.h - the part of winnt.h that is about privileges and tokens. <winnt.h>
 * includes it. The functions are in processthreadsapi.h, securitybaseapi.h and winbase.h.
 */
#ifndef NTSHM_WINNT_TOKEN_H
#define NTSHM_WINNT_TOKEN_H

#include "../minwindef.h"
#include "winnt-security.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- privileges ---- */

#ifndef ANYSIZE_ARRAY
#    define ANYSIZE_ARRAY 1
#endif

#define SE_PRIVILEGE_ENABLED_BY_DEFAULT 0x00000001
#define SE_PRIVILEGE_ENABLED            0x00000002
#define SE_PRIVILEGE_REMOVED            0x00000004
#define SE_PRIVILEGE_USED_FOR_ACCESS    0x80000000
#define SE_PRIVILEGE_VALID_ATTRIBUTES                                                \
    (SE_PRIVILEGE_ENABLED_BY_DEFAULT | SE_PRIVILEGE_ENABLED | SE_PRIVILEGE_REMOVED | \
     SE_PRIVILEGE_USED_FOR_ACCESS)
#define PRIVILEGE_SET_ALL_NECESSARY 1

typedef struct _LUID_AND_ATTRIBUTES {
    LUID Luid;
    DWORD Attributes; /* SE_PRIVILEGE_ bits */
} LUID_AND_ATTRIBUTES, *PLUID_AND_ATTRIBUTES;
typedef LUID_AND_ATTRIBUTES LUID_AND_ATTRIBUTES_ARRAY[ANYSIZE_ARRAY];
typedef LUID_AND_ATTRIBUTES_ARRAY *PLUID_AND_ATTRIBUTES_ARRAY;

typedef struct _PRIVILEGE_SET {
    DWORD PrivilegeCount;
    DWORD Control; /* PRIVILEGE_SET_ALL_NECESSARY, or 0: one is enough */
    LUID_AND_ATTRIBUTES Privilege[ANYSIZE_ARRAY];
} PRIVILEGE_SET, *PPRIVILEGE_SET;

/* What LookupPrivilegeValue takes. Which of them a process can have is in securitybaseapi.h. */
#define SE_CREATE_TOKEN_NAME                      TEXT("SeCreateTokenPrivilege")
#define SE_ASSIGNPRIMARYTOKEN_NAME                TEXT("SeAssignPrimaryTokenPrivilege")
#define SE_LOCK_MEMORY_NAME                       TEXT("SeLockMemoryPrivilege")
#define SE_INCREASE_QUOTA_NAME                    TEXT("SeIncreaseQuotaPrivilege")
#define SE_MACHINE_ACCOUNT_NAME                   TEXT("SeMachineAccountPrivilege")
#define SE_TCB_NAME                               TEXT("SeTcbPrivilege")
#define SE_SECURITY_NAME                          TEXT("SeSecurityPrivilege")
#define SE_TAKE_OWNERSHIP_NAME                    TEXT("SeTakeOwnershipPrivilege")
#define SE_LOAD_DRIVER_NAME                       TEXT("SeLoadDriverPrivilege")
#define SE_SYSTEM_PROFILE_NAME                    TEXT("SeSystemProfilePrivilege")
#define SE_SYSTEMTIME_NAME                        TEXT("SeSystemtimePrivilege")
#define SE_PROF_SINGLE_PROCESS_NAME               TEXT("SeProfileSingleProcessPrivilege")
#define SE_INC_BASE_PRIORITY_NAME                 TEXT("SeIncreaseBasePriorityPrivilege")
#define SE_CREATE_PAGEFILE_NAME                   TEXT("SeCreatePagefilePrivilege")
#define SE_CREATE_PERMANENT_NAME                  TEXT("SeCreatePermanentPrivilege")
#define SE_BACKUP_NAME                            TEXT("SeBackupPrivilege")
#define SE_RESTORE_NAME                           TEXT("SeRestorePrivilege")
#define SE_SHUTDOWN_NAME                          TEXT("SeShutdownPrivilege")
#define SE_DEBUG_NAME                             TEXT("SeDebugPrivilege")
#define SE_AUDIT_NAME                             TEXT("SeAuditPrivilege")
#define SE_SYSTEM_ENVIRONMENT_NAME                TEXT("SeSystemEnvironmentPrivilege")
#define SE_CHANGE_NOTIFY_NAME                     TEXT("SeChangeNotifyPrivilege")
#define SE_REMOTE_SHUTDOWN_NAME                   TEXT("SeRemoteShutdownPrivilege")
#define SE_UNDOCK_NAME                            TEXT("SeUndockPrivilege")
#define SE_SYNC_AGENT_NAME                        TEXT("SeSyncAgentPrivilege")
#define SE_ENABLE_DELEGATION_NAME                 TEXT("SeEnableDelegationPrivilege")
#define SE_MANAGE_VOLUME_NAME                     TEXT("SeManageVolumePrivilege")
#define SE_IMPERSONATE_NAME                       TEXT("SeImpersonatePrivilege")
#define SE_CREATE_GLOBAL_NAME                     TEXT("SeCreateGlobalPrivilege")
#define SE_TRUSTED_CREDMAN_ACCESS_NAME            TEXT("SeTrustedCredManAccessPrivilege")
#define SE_RELABEL_NAME                           TEXT("SeRelabelPrivilege")
#define SE_INC_WORKING_SET_NAME                   TEXT("SeIncreaseWorkingSetPrivilege")
#define SE_TIME_ZONE_NAME                         TEXT("SeTimeZonePrivilege")
#define SE_CREATE_SYMBOLIC_LINK_NAME              TEXT("SeCreateSymbolicLinkPrivilege")
#define SE_DELEGATE_SESSION_USER_IMPERSONATE_NAME TEXT("SeDelegateSessionUserImpersonatePrivilege")

/* ---- tokens ---- */

#define TOKEN_ASSIGN_PRIMARY                      0x0001
#define TOKEN_DUPLICATE                           0x0002
#define TOKEN_IMPERSONATE                         0x0004
#define TOKEN_QUERY                               0x0008
#define TOKEN_QUERY_SOURCE                        0x0010
#define TOKEN_ADJUST_PRIVILEGES                   0x0020
#define TOKEN_ADJUST_GROUPS                       0x0040
#define TOKEN_ADJUST_DEFAULT                      0x0080
#define TOKEN_ADJUST_SESSIONID                    0x0100
#define TOKEN_ALL_ACCESS_P                        (STANDARD_RIGHTS_REQUIRED | 0x00FF)
#define TOKEN_ALL_ACCESS                          (TOKEN_ALL_ACCESS_P | TOKEN_ADJUST_SESSIONID)
#define TOKEN_READ                                (STANDARD_RIGHTS_READ | TOKEN_QUERY)
#define TOKEN_WRITE \
    (STANDARD_RIGHTS_WRITE | TOKEN_ADJUST_PRIVILEGES | TOKEN_ADJUST_GROUPS | TOKEN_ADJUST_DEFAULT)
#define TOKEN_EXECUTE STANDARD_RIGHTS_EXECUTE

typedef enum _SECURITY_IMPERSONATION_LEVEL {
    SecurityAnonymous,
    SecurityIdentification,
    SecurityImpersonation,
    SecurityDelegation
} SECURITY_IMPERSONATION_LEVEL,
    *PSECURITY_IMPERSONATION_LEVEL;

#define SECURITY_MAX_IMPERSONATION_LEVEL SecurityDelegation
#define SECURITY_MIN_IMPERSONATION_LEVEL SecurityAnonymous
#define DEFAULT_IMPERSONATION_LEVEL      SecurityImpersonation
#define VALID_IMPERSONATION_LEVEL(level) \
    (((level) >= SECURITY_MIN_IMPERSONATION_LEVEL) && ((level) <= SECURITY_MAX_IMPERSONATION_LEVEL))

typedef BOOLEAN SECURITY_CONTEXT_TRACKING_MODE, *PSECURITY_CONTEXT_TRACKING_MODE;

#define SECURITY_DYNAMIC_TRACKING (TRUE)
#define SECURITY_STATIC_TRACKING  (FALSE)

typedef struct _SECURITY_QUALITY_OF_SERVICE {
    DWORD Length;
    SECURITY_IMPERSONATION_LEVEL ImpersonationLevel;
    SECURITY_CONTEXT_TRACKING_MODE ContextTrackingMode;
    BOOLEAN EffectiveOnly;
} SECURITY_QUALITY_OF_SERVICE, *PSECURITY_QUALITY_OF_SERVICE;

typedef enum _TOKEN_TYPE { TokenPrimary = 1, TokenImpersonation } TOKEN_TYPE;
typedef TOKEN_TYPE *PTOKEN_TYPE;

typedef enum _TOKEN_ELEVATION_TYPE {
    TokenElevationTypeDefault = 1,
    TokenElevationTypeFull,
    TokenElevationTypeLimited
} TOKEN_ELEVATION_TYPE,
    *PTOKEN_ELEVATION_TYPE;

typedef enum _TOKEN_INFORMATION_CLASS {
    TokenUser = 1,
    TokenGroups,
    TokenPrivileges,
    TokenOwner,
    TokenPrimaryGroup,
    TokenDefaultDacl,
    TokenSource,
    TokenType,
    TokenImpersonationLevel,
    TokenStatistics,
    TokenRestrictedSids,
    TokenSessionId,
    TokenGroupsAndPrivileges,
    TokenSessionReference,
    TokenSandBoxInert,
    TokenAuditPolicy,
    TokenOrigin,
    TokenElevationType,
    TokenLinkedToken,
    TokenElevation,
    TokenHasRestrictions,
    TokenAccessInformation,
    TokenVirtualizationAllowed,
    TokenVirtualizationEnabled,
    TokenIntegrityLevel,
    TokenUIAccess,
    TokenMandatoryPolicy,
    TokenLogonSid,
    TokenIsAppContainer,
    TokenCapabilities,
    TokenAppContainerSid,
    TokenAppContainerNumber,
    TokenUserClaimAttributes,
    TokenDeviceClaimAttributes,
    TokenRestrictedUserClaimAttributes,
    TokenRestrictedDeviceClaimAttributes,
    TokenDeviceGroups,
    TokenRestrictedDeviceGroups,
    TokenSecurityAttributes,
    TokenIsRestricted,
    MaxTokenInfoClass
} TOKEN_INFORMATION_CLASS,
    *PTOKEN_INFORMATION_CLASS;

typedef struct _TOKEN_PRIVILEGES {
    DWORD PrivilegeCount;
    LUID_AND_ATTRIBUTES Privileges[ANYSIZE_ARRAY];
} TOKEN_PRIVILEGES, *PTOKEN_PRIVILEGES;

typedef struct _TOKEN_ELEVATION {
    DWORD TokenIsElevated; /* 1 when the process runs as root */
} TOKEN_ELEVATION, *PTOKEN_ELEVATION;

typedef struct _TOKEN_STATISTICS {
    LUID TokenId;
    LUID AuthenticationId; /* of the user */
    LARGE_INTEGER ExpirationTime;
    TOKEN_TYPE TokenType;
    SECURITY_IMPERSONATION_LEVEL ImpersonationLevel;
    DWORD DynamicCharged;
    DWORD DynamicAvailable;
    DWORD GroupCount;
    DWORD PrivilegeCount;
    LUID ModifiedId; /* another one after each change of the token */
} TOKEN_STATISTICS, *PTOKEN_STATISTICS;

/* What points somewhere points into the buffer that GetTokenInformation was given. */
typedef struct _TOKEN_USER {
    SID_AND_ATTRIBUTES User; /* S-1-22-1-UID */
} TOKEN_USER, *PTOKEN_USER;

typedef struct _TOKEN_GROUPS {
    DWORD GroupCount;
    SID_AND_ATTRIBUTES Groups[ANYSIZE_ARRAY];
} TOKEN_GROUPS, *PTOKEN_GROUPS;

typedef struct _TOKEN_OWNER {
    PSID Owner; /* of what is created */
} TOKEN_OWNER, *PTOKEN_OWNER;

typedef struct _TOKEN_PRIMARY_GROUP {
    PSID PrimaryGroup;
} TOKEN_PRIMARY_GROUP, *PTOKEN_PRIMARY_GROUP;

typedef struct _TOKEN_DEFAULT_DACL {
    PACL DefaultDacl;
} TOKEN_DEFAULT_DACL, *PTOKEN_DEFAULT_DACL;

#define TOKEN_SOURCE_LENGTH 8

typedef struct _TOKEN_SOURCE {
    CHAR SourceName[TOKEN_SOURCE_LENGTH];
    LUID SourceIdentifier;
} TOKEN_SOURCE, *PTOKEN_SOURCE;

typedef struct _TOKEN_ORIGIN {
    LUID OriginatingLogonSession;
} TOKEN_ORIGIN, *PTOKEN_ORIGIN;

typedef struct _TOKEN_MANDATORY_LABEL {
    SID_AND_ATTRIBUTES Label; /* S-1-16-LEVEL */
} TOKEN_MANDATORY_LABEL, *PTOKEN_MANDATORY_LABEL;

#define TOKEN_MANDATORY_POLICY_OFF             0x0
#define TOKEN_MANDATORY_POLICY_NO_WRITE_UP     0x1
#define TOKEN_MANDATORY_POLICY_NEW_PROCESS_MIN 0x2
#define TOKEN_MANDATORY_POLICY_VALID_MASK \
    (TOKEN_MANDATORY_POLICY_NO_WRITE_UP | TOKEN_MANDATORY_POLICY_NEW_PROCESS_MIN)

typedef struct _TOKEN_MANDATORY_POLICY {
    DWORD Policy; /* TOKEN_MANDATORY_POLICY_ bits */
} TOKEN_MANDATORY_POLICY, *PTOKEN_MANDATORY_POLICY;

#ifdef __cplusplus
}
#endif
#endif
