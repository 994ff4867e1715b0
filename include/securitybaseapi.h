/* SPDX-License-Identifier: MIT */
/*
 * securitybaseapi.h - security identifiers, access control lists and security descriptors
 * (ntshm/securitybase-data.h), and what is here: tokens and privileges.
 *
 * A process has a token; OpenProcessToken (processthreadsapi.h) gives a handle to it. It says what
 * the kernel says of the process in the moment of each question: the user S-1-22-1-UID; the groups
 * S-1-22-2-GID, Everyone, Authenticated Users, and for root the administrators and the system. Its
 * integrity level is High for root, Medium else, or what the program has lowered it to. It holds
 *
 *   SeLockMemoryPrivilege    with CAP_IPC_LOCK, or as a member of the group vm.hugetlb_shm_group
 *   SeSecurityPrivilege, SeTakeOwnershipPrivilege, SeRestorePrivilege, SeRelabelPrivilege   as root
 *   SeCreateGlobalPrivilege  always; enabled from the start (a broker of the whole machine has its
 *                            own rule)
 *   SeChangeNotifyPrivilege  always; enabled from the start
 *
 * and no other. What is held is looked at in each call, so a process that gives its rights up
 * (setuid) loses the privileges too. What is enabled belongs to the token: all threads of the
 * process have it, and a plain fork's child; a program that is executed begins anew.
 *
 * A thread may have a token of its own (ImpersonateSelf, SetThreadToken), with which it gives up
 * privileges or integrity, or creates for another owner, without the others. A thread whose kernel
 * credentials were changed for it alone is whom the kernel takes it for: its descriptors, its
 * checks and its connection to the broker follow, with no token set.
 */
#ifndef NTSHM_SECURITYBASEAPI_H
#define NTSHM_SECURITYBASEAPI_H

#include "minwindef.h"
#include "minwinbase.h"
#include "winnt.h"
#include "ntshm/securitybase-data.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * AdjustTokenPrivileges - enable, disable or remove privileges of the token, in one step.
 * @TokenHandle:          with TOKEN_ADJUST_PRIVILEGES, and TOKEN_QUERY where @PreviousState is
 *                        given
 * @DisableAllPrivileges: all are disabled, and @NewState is not looked at
 * @NewState:             which, each with SE_PRIVILEGE_ENABLED, 0 (disable), or
 *                        SE_PRIVILEGE_REMOVED (for good)
 * @BufferLength:         bytes at @PreviousState
 * @PreviousState:        what the call has changed, as it was, for the call that undoes it; may be
 *                        NULL, and may lie over @NewState
 * @ReturnLength:         bytes that @PreviousState takes; must be given with it
 *
 * Return: TRUE with the last error ERROR_SUCCESS, or ERROR_NOT_ALL_ASSIGNED when the token does
 * not hold some of them; the others are as wanted then. FALSE, and nothing is changed, with
 * ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_PARAMETER (no @NewState), ERROR_NOACCESS (no
 * @ReturnLength), ERROR_ACCESS_DENIED, ERROR_INVALID_HANDLE.
 */
BOOL WINAPI AdjustTokenPrivileges(HANDLE TokenHandle, BOOL DisableAllPrivileges,
                                  PTOKEN_PRIVILEGES NewState, DWORD BufferLength,
                                  PTOKEN_PRIVILEGES PreviousState, PDWORD ReturnLength);

/*
 * PrivilegeCheck - whether privileges are held and enabled.
 * @ClientToken:        with TOKEN_QUERY
 * @RequiredPrivileges: those in force get SE_PRIVILEGE_USED_FOR_ACCESS
 * @pfResult:           whether all of them are, with PRIVILEGE_SET_ALL_NECESSARY, or else one is
 *
 * Return: TRUE; FALSE with ERROR_ACCESS_DENIED, ERROR_INVALID_HANDLE, ERROR_NOACCESS.
 */
BOOL WINAPI PrivilegeCheck(HANDLE ClientToken, PPRIVILEGE_SET RequiredPrivileges, LPBOOL pfResult);

/*
 * GetTokenInformation - what the token says.
 * @TokenHandle:            with TOKEN_QUERY; TOKEN_QUERY_SOURCE for TokenSource
 * @TokenInformationClass:  TokenUser, TokenGroups, TokenPrivileges, TokenOwner, TokenPrimaryGroup,
 *                          TokenDefaultDacl, TokenSource, TokenType, TokenImpersonationLevel,
 *                          TokenStatistics, TokenSessionId (as the broker says), TokenOrigin,
 *                          TokenElevation (of root), TokenElevationType (the default one),
 *                          TokenIntegrityLevel, TokenMandatoryPolicy; empty or 0:
 *                          TokenRestrictedSids, TokenSandBoxInert, TokenHasRestrictions,
 *                          TokenVirtualizationAllowed, TokenVirtualizationEnabled, TokenUIAccess,
 *                          TokenIsAppContainer, TokenCapabilities, TokenAppContainerSid,
 *                          TokenAppContainerNumber, TokenIsRestricted
 * @TokenInformationLength: bytes at @TokenInformation
 * @ReturnLength:           bytes written or needed
 *
 * Return: TRUE; FALSE with ERROR_INSUFFICIENT_BUFFER; ERROR_NOT_SUPPORTED for the other classes
 * that Windows has, ERROR_NOT_FOUND for TokenLogonSid; ERROR_INVALID_PARAMETER for no class, and
 * for TokenImpersonationLevel of a primary token; ERROR_ACCESS_DENIED, ERROR_INVALID_HANDLE,
 * ERROR_NOACCESS (no @ReturnLength).
 */
BOOL WINAPI GetTokenInformation(HANDLE TokenHandle, TOKEN_INFORMATION_CLASS TokenInformationClass,
                                LPVOID TokenInformation, DWORD TokenInformationLength,
                                PDWORD ReturnLength);

/*
 * CreateWellKnownSid - a SID that everybody knows.
 * @WellKnownSidType: which
 * @DomainSid:        the domain of those that belong to one; not looked at for the others
 * @pSid, @cbSid:     where to, and its bytes; receives how many the SID takes
 *
 * Return: TRUE; FALSE with ERROR_INSUFFICIENT_BUFFER; ERROR_INVALID_PARAMETER for no SID of that
 * number, for WinLocalLogonSid, for a domain that is wanted and not given, and for a NULL @pSid
 * with room.
 */
BOOL WINAPI CreateWellKnownSid(WELL_KNOWN_SID_TYPE WellKnownSidType, PSID DomainSid, PSID pSid,
                               DWORD *cbSid);

/*
 * IsWellKnownSid - whether a SID is that one, of any domain where it belongs to one.
 * @pSid: not NULL
 */
BOOL WINAPI IsWellKnownSid(PSID pSid, WELL_KNOWN_SID_TYPE WellKnownSidType);

/*
 * GetKernelObjectSecurity - the descriptor of the object behind a handle, self-relative.
 * @Handle: of a section, an event, a directory or a token, with READ_CONTROL (fact 13.22), and with
 *   ACCESS_SYSTEM_SECURITY for the SACL (13.23); GetCurrentProcess() and GetCurrentThread() too
 * @RequestedInformation: OWNER_SECURITY_INFORMATION, ...; bits that mean nothing give an empty
 *   descriptor (13.29)
 * @pSecurityDescriptor: @nLength bytes
 * @lpnLengthNeeded: receives the bytes that it takes
 *
 * Return: TRUE; FALSE with ERROR_INSUFFICIENT_BUFFER, and nothing is copied; ERROR_NOACCESS (no
 * @lpnLengthNeeded), ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED; ERROR_NOT_SUPPORTED for files,
 * whose owners and modes are the file system's.
 */
BOOL WINAPI GetKernelObjectSecurity(HANDLE Handle, SECURITY_INFORMATION RequestedInformation,
                                    PSECURITY_DESCRIPTOR pSecurityDescriptor, DWORD nLength,
                                    LPDWORD lpnLengthNeeded);

/*
 * SetKernelObjectSecurity - change parts of it. Handles that are open keep their rights (13.21).
 * @Handle: with WRITE_DAC for the DACL, WRITE_OWNER for owner, group and label,
 *   ACCESS_SYSTEM_SECURITY for the SACL (13.31)
 * @SecurityInformation: the parts; a DACL that the descriptor does not have becomes NULL: everyone
 *   may do everything (13.35)
 * @SecurityDescriptor: of either form
 *
 * Return: TRUE; FALSE with ERROR_ACCESS_DENIED, ERROR_INVALID_HANDLE; ERROR_UNKNOWN_REVISION
 * (13.33); ERROR_INVALID_SECURITY_DESCR: an owner or group that is not there (13.34), a descriptor
 * longer than 64 KiB; ERROR_INVALID_OWNER: one that the caller may not assign (13.37);
 * ERROR_INVALID_ACL; ERROR_PRIVILEGE_NOT_HELD: a label above the caller's; ERROR_NOACCESS;
 * ERROR_NOT_SUPPORTED for files.
 */
BOOL WINAPI SetKernelObjectSecurity(HANDLE Handle, SECURITY_INFORMATION SecurityInformation,
                                    PSECURITY_DESCRIPTOR SecurityDescriptor);

/*
 * SetTokenInformation - what the bearer creates, and a lower integrity level.
 * @TokenHandle:            with TOKEN_ADJUST_DEFAULT
 * @TokenInformationClass:  TokenOwner (the user, or the administrators for root; with
 *                          SeRestorePrivilege anybody), TokenPrimaryGroup (the user or one of the
 *                          groups), TokenDefaultDacl (13.8), TokenIntegrityLevel: not above the
 *                          one that it has, for good
 * @TokenInformationLength: bytes at @TokenInformation
 *
 * Return: TRUE; FALSE with ERROR_INVALID_OWNER, ERROR_INVALID_PRIMARY_GROUP, ERROR_INVALID_ACL,
 * ERROR_INVALID_LABEL (no S-1-16-...); ERROR_PRIVILEGE_NOT_HELD (a higher level, TokenSessionId);
 * ERROR_NOT_SUPPORTED (a default DACL that is NULL); ERROR_BAD_LENGTH; ERROR_INVALID_PARAMETER
 * (what cannot be set); ERROR_ACCESS_DENIED, ERROR_INVALID_HANDLE, ERROR_NOACCESS.
 */
BOOL WINAPI SetTokenInformation(HANDLE TokenHandle, TOKEN_INFORMATION_CLASS TokenInformationClass,
                                LPVOID TokenInformation, DWORD TokenInformationLength);

/*
 * DuplicateTokenEx - a new token that is as another one is now: for whom, what is enabled, and what
 * it creates.
 * @hExistingToken:     with TOKEN_DUPLICATE
 * @dwDesiredAccess:    rights of the new handle; 0: those that @hExistingToken has
 * @lpTokenAttributes:  NULL, or whether the handle is inherited, and the token's descriptor
 * @ImpersonationLevel: how much may be done with an impersonation token: below
 * SecurityImpersonation a thread that uses it cannot open or create by name
 * @TokenType:          TokenPrimary or TokenImpersonation
 *
 * Return: TRUE; FALSE with ERROR_BAD_IMPERSONATION_LEVEL (more than @hExistingToken allows),
 * ERROR_INVALID_PARAMETER, ERROR_ACCESS_DENIED, ERROR_INVALID_HANDLE, ERROR_NOACCESS,
 * ERROR_NOT_ENOUGH_MEMORY.
 */
BOOL WINAPI DuplicateTokenEx(HANDLE hExistingToken, DWORD dwDesiredAccess,
                             LPSECURITY_ATTRIBUTES lpTokenAttributes,
                             SECURITY_IMPERSONATION_LEVEL ImpersonationLevel, TOKEN_TYPE TokenType,
                             PHANDLE phNewToken);

/* DuplicateToken - the same for an impersonation token with TOKEN_IMPERSONATE and TOKEN_QUERY. */
BOOL WINAPI DuplicateToken(HANDLE ExistingTokenHandle,
                           SECURITY_IMPERSONATION_LEVEL ImpersonationLevel,
                           PHANDLE DuplicateTokenHandle);

/*
 * ImpersonateSelf - the calling thread has a token of its own, a copy of the one that is effective:
 * what it changes there counts for this thread alone.
 *
 * Return: TRUE; FALSE with ERROR_INVALID_PARAMETER (no level), ERROR_BAD_IMPERSONATION_LEVEL,
 * ERROR_NOT_ENOUGH_MEMORY.
 */
BOOL WINAPI ImpersonateSelf(SECURITY_IMPERSONATION_LEVEL ImpersonationLevel);

/*
 * ImpersonateLoggedOnUser - the calling thread impersonates with a token.
 * @hToken: an impersonation token with TOKEN_QUERY and TOKEN_IMPERSONATE, or a primary one with
 *          TOKEN_QUERY and TOKEN_DUPLICATE, of which a copy is taken
 *
 * Return: TRUE; FALSE as SetThreadToken and DuplicateTokenEx.
 */
BOOL WINAPI ImpersonateLoggedOnUser(HANDLE hToken);

/* RevertToSelf - the calling thread has no token of its own any more. Return: TRUE. */
BOOL WINAPI RevertToSelf(VOID);

/*
 * CheckTokenMembership - is somebody in a token's user and groups?
 * @TokenHandle: an impersonation token with TOKEN_QUERY; NULL is the effective token
 * @IsMember:    the answer; FALSE where the call fails
 *
 * Return: TRUE; FALSE with ERROR_NO_IMPERSONATION_TOKEN (a primary token), ERROR_INVALID_SID,
 * ERROR_NOACCESS, ERROR_ACCESS_DENIED, ERROR_INVALID_HANDLE.
 */
BOOL WINAPI CheckTokenMembership(HANDLE TokenHandle, PSID SidToCheck, PBOOL IsMember);

/* IsTokenRestricted - FALSE: no token is. Last error ERROR_SUCCESS, or that of a bad handle. */
BOOL WINAPI IsTokenRestricted(HANDLE TokenHandle);

#ifdef __cplusplus
}
#endif
#endif
