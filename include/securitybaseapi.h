/* SPDX-License-Identifier: MIT */
/*
 * securitybaseapi.h - privileges and what a token tells. There are no functions on security
 * descriptors: a program passes NULL for lpSecurityDescriptor and gets the default descriptor.
 * The types that prototypes need are in winnt.h and minwinbase.h.
 *
 * A process has one token; OpenProcessToken (processthreadsapi.h) gives a handle to it. It holds
 *
 *   SeLockMemoryPrivilege    with CAP_IPC_LOCK, or as a member of the group vm.hugetlb_shm_group
 *   SeSecurityPrivilege      as root
 *   SeCreateGlobalPrivilege  always; enabled from the start
 *   SeChangeNotifyPrivilege  always; enabled from the start
 *
 * and no other. What is held is looked at in each call, so a process that gives its rights up
 * (setuid) loses the privileges too. What is enabled belongs to the process: all its threads, and
 * a plain fork's child; a program that is executed begins anew.
 */
#ifndef NTSHM_SECURITYBASEAPI_H
#define NTSHM_SECURITYBASEAPI_H

#include "minwindef.h"
#include "minwinbase.h"
#include "winnt.h"

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
 * @TokenHandle:            with TOKEN_QUERY
 * @TokenInformationClass:  TokenPrivileges, TokenType (TokenPrimary), TokenStatistics,
 *                          TokenElevation (of root), TokenElevationType (the default one),
 *                          TokenHasRestrictions, TokenIsAppContainer
 * @TokenInformationLength: bytes at @TokenInformation
 * @ReturnLength:           bytes written or needed
 *
 * Return: TRUE; FALSE with ERROR_INSUFFICIENT_BUFFER; ERROR_NOT_SUPPORTED for the other classes
 * that Windows has; ERROR_INVALID_PARAMETER for no class, and for TokenImpersonationLevel, since
 * nobody is impersonated; ERROR_ACCESS_DENIED, ERROR_INVALID_HANDLE, ERROR_NOACCESS (no
 * @ReturnLength).
 */
BOOL WINAPI GetTokenInformation(HANDLE TokenHandle, TOKEN_INFORMATION_CLASS TokenInformationClass,
                                LPVOID TokenInformation, DWORD TokenInformationLength,
                                PDWORD ReturnLength);

#ifdef __cplusplus
}
#endif
#endif
