/* SPDX-License-Identifier: MIT */
/*
 * aclapi.h - access control lists, changed by what they are to say, not entry by entry.
 *
 * All functions here return an error code; none sets the last error. A trustee is a SID or the
 * name of an account (LookupAccountName), of which "CURRENT_USER" is the caller. Trustees with
 * the GUIDs of directory objects are refused with ERROR_NOT_SUPPORTED: no object here has
 * entries of that kind.
 */
#ifndef NTSHM_ACLAPI_H
#define NTSHM_ACLAPI_H

#include "windef.h"
#include "accctrl.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * SetEntriesInAcl - a new list: an old one with changes.
 * @cCountOfExplicitEntries, @pListOfExplicitEntries: the changes, made one after the other:
 *   GRANT_ACCESS       the trustee may do this too: added to what an entry of the same inheritance
 *                      allows it, taken from what one denies it
 *   SET_ACCESS         the trustee may do this and nothing else: its other entries go
 *   DENY_ACCESS        the trustee may not: added to what an entry denies it, taken from what one
 *                      allows it
 *   REVOKE_ACCESS      the trustee's allowing and denying entries go; the mask is not looked at
 *   SET_AUDIT_SUCCESS, SET_AUDIT_FAILURE: an entry for auditing
 * @OldAcl: NULL is an empty one. Inherited entries stay as they are
 * @NewAcl: receives the new list, which LocalFree frees; NULL when there is neither an old list
 *   nor a change. Denying entries stand first, allowing ones behind them, each new one before
 *   the old ones; then what was inherited
 *
 * Return: ERROR_SUCCESS; ERROR_INVALID_PARAMETER (a mode that is none, a bad trustee);
 * ERROR_NONE_MAPPED (no account of that name); ERROR_INVALID_SID, ERROR_INVALID_ACL (also when it
 * would be longer than a list can be), ERROR_NOT_SUPPORTED, ERROR_NOT_ENOUGH_MEMORY.
 */
DWORD WINAPI SetEntriesInAclA(ULONG cCountOfExplicitEntries,
                              PEXPLICIT_ACCESS_A pListOfExplicitEntries, PACL OldAcl, PACL *NewAcl);
DWORD WINAPI SetEntriesInAclW(ULONG cCountOfExplicitEntries,
                              PEXPLICIT_ACCESS_W pListOfExplicitEntries, PACL OldAcl, PACL *NewAcl)
    NTSHM_WIDE(SetEntriesInAclW);

/*
 * GetExplicitEntriesFromAcl - what the entries say; grfInheritance tells which are inherited.
 * @pacl: NULL has none
 * @pcCountOfExplicitEntries: how many there are
 * @pListOfExplicitEntries: receives them, with trustees that are SIDs, in one block that LocalFree
 *   frees; NULL when there are none. An audit entry of both kinds is told as two; entries that are
 *   neither allowing, denying nor for auditing are left out
 *
 * Return: ERROR_SUCCESS; ERROR_INVALID_PARAMETER, ERROR_INVALID_ACL, ERROR_NOT_ENOUGH_MEMORY.
 */
DWORD WINAPI GetExplicitEntriesFromAclA(PACL pacl, PULONG pcCountOfExplicitEntries,
                                        PEXPLICIT_ACCESS_A *pListOfExplicitEntries);
DWORD WINAPI GetExplicitEntriesFromAclW(PACL pacl, PULONG pcCountOfExplicitEntries,
                                        PEXPLICIT_ACCESS_W *pListOfExplicitEntries)
    NTSHM_WIDE(GetExplicitEntriesFromAclW);

/*
 * GetEffectiveRightsFromAcl - what a list lets a trustee do.
 * @pacl: NULL lets everybody do everything: GENERIC_ALL with all standard and specific rights
 * @pTrustee: a user counts with the groups that the system's database gives it; any other SID with
 *   Everyone
 * @pAccessRights: receives the mask, as it stands in the entries
 *
 * Return: ERROR_SUCCESS; ERROR_INVALID_PARAMETER, ERROR_INVALID_ACL, ERROR_INVALID_SID,
 * ERROR_NONE_MAPPED, ERROR_NOT_SUPPORTED, ERROR_NOT_ENOUGH_MEMORY.
 */
DWORD WINAPI GetEffectiveRightsFromAclA(PACL pacl, PTRUSTEE_A pTrustee, PACCESS_MASK pAccessRights);
DWORD WINAPI GetEffectiveRightsFromAclW(PACL pacl, PTRUSTEE_W pTrustee, PACCESS_MASK pAccessRights)
    NTSHM_WIDE(GetEffectiveRightsFromAclW);

/*
 * GetAuditedPermissionsFromAcl - what a list has watched of a trustee (nobody here writes audits).
 * @pSuccessfulAuditedRights, @pFailedAuditRights: receive the masks
 *
 * Errors as of GetEffectiveRightsFromAcl.
 */
DWORD WINAPI GetAuditedPermissionsFromAclA(PACL pacl, PTRUSTEE_A pTrustee,
                                           PACCESS_MASK pSuccessfulAuditedRights,
                                           PACCESS_MASK pFailedAuditRights);
DWORD WINAPI GetAuditedPermissionsFromAclW(PACL pacl, PTRUSTEE_W pTrustee,
                                           PACCESS_MASK pSuccessfulAuditedRights,
                                           PACCESS_MASK pFailedAuditRights)
    NTSHM_WIDE(GetAuditedPermissionsFromAclW);

/* ---- filling in; nothing is copied, and none can fail ---- */

/*
 * BuildTrusteeWithName, BuildTrusteeWithSid - a trustee; its type is TRUSTEE_IS_UNKNOWN.
 * @pTrustee: what to fill
 * @pName, @pSid: kept as a pointer
 */
VOID WINAPI BuildTrusteeWithNameA(PTRUSTEE_A pTrustee, LPSTR pName);
VOID WINAPI BuildTrusteeWithNameW(PTRUSTEE_W pTrustee, LPWSTR pName)
    NTSHM_WIDE(BuildTrusteeWithNameW);
VOID WINAPI BuildTrusteeWithSidA(PTRUSTEE_A pTrustee, PSID pSid);
VOID WINAPI BuildTrusteeWithSidW(PTRUSTEE_W pTrustee, PSID pSid) NTSHM_WIDE(BuildTrusteeWithSidW);

/*
 * BuildExplicitAccessWithName - an entry about an account by its name.
 * @pExplicitAccess: what to fill
 * @pTrusteeName: kept as a pointer
 * @AccessPermissions, @AccessMode, @Inheritance: its members
 */
VOID WINAPI BuildExplicitAccessWithNameA(PEXPLICIT_ACCESS_A pExplicitAccess, LPSTR pTrusteeName,
                                         DWORD AccessPermissions, ACCESS_MODE AccessMode,
                                         DWORD Inheritance);
VOID WINAPI BuildExplicitAccessWithNameW(PEXPLICIT_ACCESS_W pExplicitAccess, LPWSTR pTrusteeName,
                                         DWORD AccessPermissions, ACCESS_MODE AccessMode,
                                         DWORD Inheritance)
    NTSHM_WIDE(BuildExplicitAccessWithNameW);

/*
 * GetTrusteeName - what ptstrName points at, if that is a name; else NULL.
 * GetTrusteeType, GetTrusteeForm - those members; TRUSTEE_IS_UNKNOWN and TRUSTEE_BAD_FORM for NULL.
 */
LPSTR WINAPI GetTrusteeNameA(PTRUSTEE_A pTrustee);
LPWSTR WINAPI GetTrusteeNameW(PTRUSTEE_W pTrustee) NTSHM_WIDE(GetTrusteeNameW);
TRUSTEE_TYPE WINAPI GetTrusteeTypeA(PTRUSTEE_A pTrustee);
TRUSTEE_TYPE WINAPI GetTrusteeTypeW(PTRUSTEE_W pTrustee) NTSHM_WIDE(GetTrusteeTypeW);
TRUSTEE_FORM WINAPI GetTrusteeFormA(PTRUSTEE_A pTrustee);
TRUSTEE_FORM WINAPI GetTrusteeFormW(PTRUSTEE_W pTrustee) NTSHM_WIDE(GetTrusteeFormW);

/* ---- the descriptor of an object ---- */

/*
 * GetSecurityInfo - what the descriptor of the object behind a handle says.
 * @handle: with READ_CONTROL; for the SACL with ACCESS_SYSTEM_SECURITY, or with
 *   SeSecurityPrivilege enabled (fact 13.38). GetCurrentProcess() and GetCurrentThread() too
 * @ObjectType: SE_KERNEL_OBJECT: sections, events, directories, tokens
 * @SecurityInfo: OWNER_SECURITY_INFORMATION, ...: the parts wanted
 * @ppsidOwner, @ppsidGroup, @ppDacl, @ppSacl: receive the parts, which lie in the descriptor; each
 *   may be NULL. An ACL that is not there, or is NULL, is told as NULL
 * @ppSecurityDescriptor: receives the descriptor, self-relative, which LocalFree frees
 *
 * Return: ERROR_SUCCESS; ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER (no
 * @ppSecurityDescriptor, a type that is none); ERROR_NOT_SUPPORTED for other types and for files,
 * whose owners and modes are the file system's; ERROR_NOT_ENOUGH_MEMORY.
 */
DWORD WINAPI GetSecurityInfo(HANDLE handle, SE_OBJECT_TYPE ObjectType,
                             SECURITY_INFORMATION SecurityInfo, PSID *ppsidOwner, PSID *ppsidGroup,
                             PACL *ppDacl, PACL *ppSacl,
                             PSECURITY_DESCRIPTOR *ppSecurityDescriptor);

/*
 * SetSecurityInfo - change parts of it, as SetKernelObjectSecurity does.
 * @psidOwner, @psidGroup, @pDacl, @pSacl: those that @SecurityInfo names; a DACL that is NULL lets
 *   everyone do everything (fact 13.35)
 *
 * Return: ERROR_SUCCESS; as GetSecurityInfo; ERROR_INVALID_OWNER, ERROR_INVALID_SECURITY_DESCR,
 * ERROR_INVALID_ACL, ERROR_PRIVILEGE_NOT_HELD.
 */
DWORD WINAPI SetSecurityInfo(HANDLE handle, SE_OBJECT_TYPE ObjectType,
                             SECURITY_INFORMATION SecurityInfo, PSID psidOwner, PSID psidGroup,
                             PACL pDacl, PACL pSacl);

/*
 * GetNamedSecurityInfo, SetNamedSecurityInfo - the same by the name of a section or an event, which
 * is opened with the rights that this takes.
 *
 * Return: as the two above; ERROR_FILE_NOT_FOUND; ERROR_INVALID_HANDLE for a name of another kind;
 * ERROR_INVALID_NAME, ERROR_INVALID_PARAMETER (no name).
 */
DWORD WINAPI GetNamedSecurityInfoA(LPCSTR pObjectName, SE_OBJECT_TYPE ObjectType,
                                   SECURITY_INFORMATION SecurityInfo, PSID *ppsidOwner,
                                   PSID *ppsidGroup, PACL *ppDacl, PACL *ppSacl,
                                   PSECURITY_DESCRIPTOR *ppSecurityDescriptor);
DWORD WINAPI GetNamedSecurityInfoW(LPCWSTR pObjectName, SE_OBJECT_TYPE ObjectType,
                                   SECURITY_INFORMATION SecurityInfo, PSID *ppsidOwner,
                                   PSID *ppsidGroup, PACL *ppDacl, PACL *ppSacl,
                                   PSECURITY_DESCRIPTOR *ppSecurityDescriptor)
    NTSHM_WIDE(GetNamedSecurityInfoW);
DWORD WINAPI SetNamedSecurityInfoA(LPSTR pObjectName, SE_OBJECT_TYPE ObjectType,
                                   SECURITY_INFORMATION SecurityInfo, PSID psidOwner,
                                   PSID psidGroup, PACL pDacl, PACL pSacl);
DWORD WINAPI SetNamedSecurityInfoW(LPWSTR pObjectName, SE_OBJECT_TYPE ObjectType,
                                   SECURITY_INFORMATION SecurityInfo, PSID psidOwner,
                                   PSID psidGroup, PACL pDacl, PACL pSacl)
    NTSHM_WIDE(SetNamedSecurityInfoW);

#ifdef UNICODE
#    define GetNamedSecurityInfo         GetNamedSecurityInfoW
#    define SetNamedSecurityInfo         SetNamedSecurityInfoW
#    define SetEntriesInAcl              SetEntriesInAclW
#    define GetExplicitEntriesFromAcl    GetExplicitEntriesFromAclW
#    define GetEffectiveRightsFromAcl    GetEffectiveRightsFromAclW
#    define GetAuditedPermissionsFromAcl GetAuditedPermissionsFromAclW
#    define BuildTrusteeWithName         BuildTrusteeWithNameW
#    define BuildTrusteeWithSid          BuildTrusteeWithSidW
#    define BuildExplicitAccessWithName  BuildExplicitAccessWithNameW
#    define GetTrusteeName               GetTrusteeNameW
#    define GetTrusteeType               GetTrusteeTypeW
#    define GetTrusteeForm               GetTrusteeFormW
#else
#    define GetNamedSecurityInfo         GetNamedSecurityInfoA
#    define SetNamedSecurityInfo         SetNamedSecurityInfoA
#    define SetEntriesInAcl              SetEntriesInAclA
#    define GetExplicitEntriesFromAcl    GetExplicitEntriesFromAclA
#    define GetEffectiveRightsFromAcl    GetEffectiveRightsFromAclA
#    define GetAuditedPermissionsFromAcl GetAuditedPermissionsFromAclA
#    define BuildTrusteeWithName         BuildTrusteeWithNameA
#    define BuildTrusteeWithSid          BuildTrusteeWithSidA
#    define BuildExplicitAccessWithName  BuildExplicitAccessWithNameA
#    define GetTrusteeName               GetTrusteeNameA
#    define GetTrusteeType               GetTrusteeTypeA
#    define GetTrusteeForm               GetTrusteeFormA
#endif

#ifdef __cplusplus
}
#endif
#endif
