/* SPDX-License-Identifier: MIT */
/*
 * ntshm/securitybase-data.h - the part of securitybaseapi.h that is about security data: SIDs,
 * access control lists, security descriptors, and the access check. <securitybaseapi.h> includes
 * it. Text forms are in sddl.h, whole lists from trustees in aclapi.h.
 *
 * A SID, a list or a descriptor lies in the caller's memory, and is read as far as the lengths in
 * it say. All of it is checked before it is used. Where Windows would run into a bad pointer (NULL
 * for what receives a result), the function fails with ERROR_NOACCESS.
 */
#ifndef NTSHM_SECURITYBASE_DATA_H
#define NTSHM_SECURITYBASE_DATA_H

#include "../minwindef.h"
#include "../winnt.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- security identifiers ---- */

/*
 * IsValidSid - whether @pSid is a SID: revision 1, at most 15 sub-authorities.
 * Return: TRUE; FALSE with ERROR_INVALID_SID, also for NULL.
 *
 * EqualSid - whether two SIDs are the same one. The last error becomes ERROR_SUCCESS, whatever the
 * result; what is no SID equals nothing.
 *
 * EqualPrefixSid - whether they differ in the last sub-authority at most.
 *
 * EqualDomainSid - whether they are of one domain (S-1-5-21-A-B-C).
 * @pfEqual: the answer. For two SIDs of S-1-5-32 it is TRUE.
 * Return: TRUE; FALSE with ERROR_INVALID_SID, ERROR_NON_DOMAIN_SID, ERROR_NOACCESS.
 */
BOOL WINAPI IsValidSid(PSID pSid);
BOOL WINAPI EqualSid(PSID pSid1, PSID pSid2);
BOOL WINAPI EqualPrefixSid(PSID pSid1, PSID pSid2);
BOOL WINAPI EqualDomainSid(PSID pSid1, PSID pSid2, BOOL *pfEqual);

/*
 * GetLengthSid - bytes that a SID takes; 0 with ERROR_INVALID_SID for what is none.
 *
 * GetSidLengthRequired - bytes that a SID of @nSubAuthorityCount sub-authorities takes.
 *
 * CopySid - a copy.
 * @nDestinationSidLength: bytes at @pDestinationSid
 * Return: TRUE; FALSE with ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_SID, ERROR_NOACCESS.
 */
DWORD WINAPI GetLengthSid(PSID pSid);
DWORD WINAPI GetSidLengthRequired(UCHAR nSubAuthorityCount);
BOOL WINAPI CopySid(DWORD nDestinationSidLength, PSID pDestinationSid, PSID pSourceSid);

/*
 * InitializeSid - begin a SID: its authority, and a count of sub-authorities that
 * GetSidSubAuthority then gives the places of.
 * @Sid: GetSidLengthRequired(@nSubAuthorityCount) bytes
 * Return: TRUE; FALSE with ERROR_INVALID_PARAMETER for more than 15, ERROR_NOACCESS.
 *
 * GetSidIdentifierAuthority, GetSidSubAuthority, GetSidSubAuthorityCount - where these are in a
 * SID, to be read or written. The last error becomes ERROR_SUCCESS.
 * @nSubAuthority: an index; one that @pSid does not have gives a place behind it
 */
BOOL WINAPI InitializeSid(PSID Sid, PSID_IDENTIFIER_AUTHORITY pIdentifierAuthority,
                          BYTE nSubAuthorityCount);
PSID_IDENTIFIER_AUTHORITY WINAPI GetSidIdentifierAuthority(PSID pSid);
PDWORD WINAPI GetSidSubAuthority(PSID pSid, DWORD nSubAuthority);
PUCHAR WINAPI GetSidSubAuthorityCount(PSID pSid);

/*
 * AllocateAndInitializeSid - a new SID with up to 8 sub-authorities.
 * @nSubAuthorityCount: how many of the eight numbers count
 * @pSid:               receives it; FreeSid when no more needed
 * Return: TRUE; FALSE with ERROR_INVALID_SID (more than 8), ERROR_NOT_ENOUGH_MEMORY,
 * ERROR_NOACCESS.
 *
 * FreeSid - give one back; NULL is nothing. Return: NULL.
 */
BOOL WINAPI AllocateAndInitializeSid(PSID_IDENTIFIER_AUTHORITY pIdentifierAuthority,
                                     BYTE nSubAuthorityCount, DWORD nSubAuthority0,
                                     DWORD nSubAuthority1, DWORD nSubAuthority2,
                                     DWORD nSubAuthority3, DWORD nSubAuthority4,
                                     DWORD nSubAuthority5, DWORD nSubAuthority6,
                                     DWORD nSubAuthority7, PSID *pSid);
PVOID WINAPI FreeSid(PSID pSid);

/*
 * GetWindowsAccountDomainSid - the domain of an account: S-1-5-21-A-B-C of S-1-5-21-A-B-C-...
 * @cbDomainSid: bytes at @pDomainSid; receives those written or needed
 * Return: TRUE; FALSE with ERROR_INVALID_SID, ERROR_NON_ACCOUNT_SID, ERROR_INSUFFICIENT_BUFFER,
 * ERROR_INVALID_PARAMETER (NULL). No SID of a user of this system has
 * one.
 */
BOOL WINAPI GetWindowsAccountDomainSid(PSID pSid, PSID pDomainSid, DWORD *cbDomainSid);

/* ---- access control lists ---- */

/*
 * InitializeAcl - an empty list.
 * @nAclLength:    bytes at @pAcl, at most 65,535; it uses a multiple of 4
 * @dwAclRevision: ACL_REVISION to ACL_REVISION_DS
 * Return: TRUE; FALSE with ERROR_INSUFFICIENT_BUFFER (not even room for the header),
 * ERROR_INVALID_PARAMETER, ERROR_NOACCESS.
 *
 * IsValidAcl - whether @pAcl is a list: its revision, and every entry inside its length.
 * Return: TRUE; FALSE with ERROR_INVALID_ACL.
 */
BOOL WINAPI InitializeAcl(PACL pAcl, DWORD nAclLength, DWORD dwAclRevision);
BOOL WINAPI IsValidAcl(PACL pAcl);

/*
 * GetAclInformation - about a list.
 * @pAclInformation:        ACL_REVISION_INFORMATION or ACL_SIZE_INFORMATION
 * @nAclInformationLength:  its bytes
 * @dwAclInformationClass:  AclRevisionInformation, AclSizeInformation
 * Return: TRUE; FALSE with ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_PARAMETER (another class, or
 * no list), ERROR_NOACCESS.
 *
 * SetAclInformation - raise a list's revision (AclRevisionInformation).
 * Return: TRUE; FALSE with ERROR_INVALID_PARAMETER for another class, a lower revision or one that
 * there is not; ERROR_INSUFFICIENT_BUFFER, ERROR_NOACCESS.
 */
BOOL WINAPI GetAclInformation(PACL pAcl, LPVOID pAclInformation, DWORD nAclInformationLength,
                              ACL_INFORMATION_CLASS dwAclInformationClass);
BOOL WINAPI SetAclInformation(PACL pAcl, LPVOID pAclInformation, DWORD nAclInformationLength,
                              ACL_INFORMATION_CLASS dwAclInformationClass);

/*
 * AddAce - whole entries into a list.
 * @dwAceRevision:      the list's revision becomes this one if it is higher
 * @dwStartingAceIndex: before which entry; MAXDWORD is the end
 * @pAceList:           entries one behind another, in @nAceListLength bytes
 * Return: TRUE; FALSE with ERROR_INVALID_PARAMETER (no list, no entries),
 * ERROR_INSUFFICIENT_BUFFER (no room), ERROR_NOACCESS.
 *
 * GetAce - where the entry of an index is, in the list itself.
 * DeleteAce - take one out.
 * Return: TRUE; FALSE with ERROR_INVALID_PARAMETER (no such entry, no list), ERROR_NOACCESS.
 *
 * FindFirstFreeAce - where the next entry would go; NULL, and TRUE, when the list is full.
 * Return: TRUE; FALSE with ERROR_INVALID_ACL, ERROR_NOACCESS.
 */
BOOL WINAPI AddAce(PACL pAcl, DWORD dwAceRevision, DWORD dwStartingAceIndex, LPVOID pAceList,
                   DWORD nAceListLength);
BOOL WINAPI GetAce(PACL pAcl, DWORD dwAceIndex, LPVOID *pAce);
BOOL WINAPI DeleteAce(PACL pAcl, DWORD dwAceIndex);
BOOL WINAPI FindFirstFreeAce(PACL pAcl, LPVOID *pAce);

/*
 * AddAccessAllowedAce(Ex), AddAccessDeniedAce(Ex), AddAuditAccessAce(Ex) - an entry at the end of a
 * list: nobody sorts it, and the access check obeys the order (13.14).
 * @dwAceRevision: the list's revision becomes this one if it is higher
 * @AceFlags:      how it is inherited: OBJECT_INHERIT_ACE ... INHERITED_ACE; for an audit entry
 * also SUCCESSFUL_ACCESS_ACE_FLAG, FAILED_ACCESS_ACE_FLAG
 * @AccessMask:    the rights; generic ones are mapped when an object gets the list
 * @pSid:          whose
 * @bAuditSuccess, @bAuditFailure: those two flags
 *
 * AddMandatoryAce - the mandatory label, for a SACL (13.40).
 * @MandatoryPolicy: SYSTEM_MANDATORY_LABEL_ bits
 * @pLabelSid:       S-1-16-LEVEL
 *
 * Return: TRUE; FALSE with ERROR_ALLOTTED_SPACE_EXCEEDED (no room), ERROR_INVALID_ACL,
 * ERROR_INVALID_SID, ERROR_REVISION_MISMATCH, ERROR_INVALID_PARAMETER (flags, policy, or a label
 * that is none).
 */
BOOL WINAPI AddAccessAllowedAce(PACL pAcl, DWORD dwAceRevision, DWORD AccessMask, PSID pSid);
BOOL WINAPI AddAccessAllowedAceEx(PACL pAcl, DWORD dwAceRevision, DWORD AceFlags, DWORD AccessMask,
                                  PSID pSid);
BOOL WINAPI AddAccessDeniedAce(PACL pAcl, DWORD dwAceRevision, DWORD AccessMask, PSID pSid);
BOOL WINAPI AddAccessDeniedAceEx(PACL pAcl, DWORD dwAceRevision, DWORD AceFlags, DWORD AccessMask,
                                 PSID pSid);
BOOL WINAPI AddAuditAccessAce(PACL pAcl, DWORD dwAceRevision, DWORD dwAccessMask, PSID pSid,
                              BOOL bAuditSuccess, BOOL bAuditFailure);
BOOL WINAPI AddAuditAccessAceEx(PACL pAcl, DWORD dwAceRevision, DWORD AceFlags, DWORD dwAccessMask,
                                PSID pSid, BOOL bAuditSuccess, BOOL bAuditFailure);
BOOL WINAPI AddMandatoryAce(PACL pAcl, DWORD dwAceRevision, DWORD AceFlags, DWORD MandatoryPolicy,
                            PSID pLabelSid);

/*
 * AddAccessAllowedObjectAce, AddAccessDeniedObjectAce, AddAuditAccessObjectAce - an entry about a
 * part of an object, as a directory service has them. With neither GUID it is a plain entry. No
 * object here has parts: a list that holds one is a good list, and ERROR_INVALID_ACL where it is
 * attached to an object.
 * @dwAceRevision: ACL_REVISION_DS
 * @ObjectTypeGuid, @InheritedObjectTypeGuid: or NULL
 * Return: as above; ERROR_REVISION_MISMATCH for a lower revision.
 */
BOOL WINAPI AddAccessAllowedObjectAce(PACL pAcl, DWORD dwAceRevision, DWORD AceFlags,
                                      DWORD AccessMask, GUID *ObjectTypeGuid,
                                      GUID *InheritedObjectTypeGuid, PSID pSid);
BOOL WINAPI AddAccessDeniedObjectAce(PACL pAcl, DWORD dwAceRevision, DWORD AceFlags,
                                     DWORD AccessMask, GUID *ObjectTypeGuid,
                                     GUID *InheritedObjectTypeGuid, PSID pSid);
BOOL WINAPI AddAuditAccessObjectAce(PACL pAcl, DWORD dwAceRevision, DWORD AceFlags,
                                    DWORD AccessMask, GUID *ObjectTypeGuid,
                                    GUID *InheritedObjectTypeGuid, PSID pSid, BOOL bAuditSuccess,
                                    BOOL bAuditFailure);

/* ---- security descriptors ---- */

/*
 * InitializeSecurityDescriptor - an absolute descriptor with nothing in it. An object that gets it
 * has the default descriptor (13.9).
 * @dwRevision: SECURITY_DESCRIPTOR_REVISION
 * Return: TRUE; FALSE with ERROR_UNKNOWN_REVISION, ERROR_NOACCESS.
 *
 * IsValidSecurityDescriptor - whether each of its parts is valid; of either form.
 * Return: TRUE; FALSE with ERROR_INVALID_SECURITY_DESCR.
 *
 * GetSecurityDescriptorLength - bytes of the descriptor with all its parts, those of an absolute
 * one rounded up to 4 each; 0 for what is none.
 */
BOOL WINAPI InitializeSecurityDescriptor(PSECURITY_DESCRIPTOR pSecurityDescriptor,
                                         DWORD dwRevision);
BOOL WINAPI IsValidSecurityDescriptor(PSECURITY_DESCRIPTOR pSecurityDescriptor);
DWORD WINAPI GetSecurityDescriptorLength(PSECURITY_DESCRIPTOR pSecurityDescriptor);

/*
 * SetSecurityDescriptorDacl, ...Sacl, ...Owner, ...Group - give an absolute descriptor a part. It
 * points at the caller's memory.
 * @bDaclPresent: FALSE: no DACL (13.9), and the rest is not looked at
 * @pDacl:        NULL: everyone may do everything (13.10)
 * @bDaclDefaulted: sets SE_DACL_DEFAULTED, which changes nothing for an object here
 * Return: TRUE; FALSE with ERROR_UNKNOWN_REVISION (13.33), ERROR_INVALID_SECURITY_DESCR for a
 * self-relative one, ERROR_NOACCESS.
 *
 * SetSecurityDescriptorControl - change some of the control bits, of either form.
 * @ControlBitsOfInterest: which: SE_DACL_ and SE_SACL_ _AUTO_INHERIT_REQ, _AUTO_INHERITED,
 * _PROTECTED
 * @ControlBitsToSet:      to what
 * Return: TRUE; FALSE with ERROR_INVALID_PARAMETER for another bit or one that is not among the
 * first, ERROR_NOACCESS.
 *
 * SetSecurityDescriptorRMControl - the byte of a resource manager; NULL takes it away.
 * Return: ERROR_SUCCESS.
 */
BOOL WINAPI SetSecurityDescriptorDacl(PSECURITY_DESCRIPTOR pSecurityDescriptor, BOOL bDaclPresent,
                                      PACL pDacl, BOOL bDaclDefaulted);
BOOL WINAPI SetSecurityDescriptorSacl(PSECURITY_DESCRIPTOR pSecurityDescriptor, BOOL bSaclPresent,
                                      PACL pSacl, BOOL bSaclDefaulted);
BOOL WINAPI SetSecurityDescriptorOwner(PSECURITY_DESCRIPTOR pSecurityDescriptor, PSID pOwner,
                                       BOOL bOwnerDefaulted);
BOOL WINAPI SetSecurityDescriptorGroup(PSECURITY_DESCRIPTOR pSecurityDescriptor, PSID pGroup,
                                       BOOL bGroupDefaulted);
BOOL WINAPI SetSecurityDescriptorControl(PSECURITY_DESCRIPTOR pSecurityDescriptor,
                                         SECURITY_DESCRIPTOR_CONTROL ControlBitsOfInterest,
                                         SECURITY_DESCRIPTOR_CONTROL ControlBitsToSet);
DWORD WINAPI SetSecurityDescriptorRMControl(PSECURITY_DESCRIPTOR SecurityDescriptor,
                                            PUCHAR RMControl);

/*
 * GetSecurityDescriptorDacl, ...Sacl, ...Owner, ...Group, ...Control - a part of a descriptor of
 * either form: the part itself, not a copy.
 * @lpbDaclPresent: FALSE: there is none; the other two receive NULL and FALSE then
 * @pOwner:         receives NULL when there is none
 * Return: TRUE; FALSE with ERROR_UNKNOWN_REVISION, ERROR_NOACCESS.
 *
 * GetSecurityDescriptorRMControl - Return: ERROR_SUCCESS; ERROR_INVALID_DATA when there is none.
 */
BOOL WINAPI GetSecurityDescriptorDacl(PSECURITY_DESCRIPTOR pSecurityDescriptor,
                                      LPBOOL lpbDaclPresent, PACL *pDacl, LPBOOL lpbDaclDefaulted);
BOOL WINAPI GetSecurityDescriptorSacl(PSECURITY_DESCRIPTOR pSecurityDescriptor,
                                      LPBOOL lpbSaclPresent, PACL *pSacl, LPBOOL lpbSaclDefaulted);
BOOL WINAPI GetSecurityDescriptorOwner(PSECURITY_DESCRIPTOR pSecurityDescriptor, PSID *pOwner,
                                       LPBOOL lpbOwnerDefaulted);
BOOL WINAPI GetSecurityDescriptorGroup(PSECURITY_DESCRIPTOR pSecurityDescriptor, PSID *pGroup,
                                       LPBOOL lpbGroupDefaulted);
BOOL WINAPI GetSecurityDescriptorControl(PSECURITY_DESCRIPTOR pSecurityDescriptor,
                                         PSECURITY_DESCRIPTOR_CONTROL pControl,
                                         LPDWORD lpdwRevision);
DWORD WINAPI GetSecurityDescriptorRMControl(PSECURITY_DESCRIPTOR SecurityDescriptor,
                                            PUCHAR RMControl);

/*
 * MakeSelfRelativeSD - an absolute descriptor in one block.
 * @lpdwBufferLength: bytes at @pSelfRelativeSecurityDescriptor; receives those needed when they
 *                    are too few
 * Return: TRUE; FALSE with ERROR_INSUFFICIENT_BUFFER, ERROR_BAD_DESCRIPTOR_FORMAT (it is
 * self-relative), ERROR_INVALID_SECURITY_DESCR and its kin, ERROR_NOACCESS.
 *
 * MakeAbsoluteSD - the other way: five buffers, each with its length in bytes. If one of them is
 * too small, all lengths become those needed (0 for a part that is not there).
 * Return: as above; ERROR_BAD_DESCRIPTOR_FORMAT when it is not self-relative.
 */
BOOL WINAPI MakeSelfRelativeSD(PSECURITY_DESCRIPTOR pAbsoluteSecurityDescriptor,
                               PSECURITY_DESCRIPTOR pSelfRelativeSecurityDescriptor,
                               LPDWORD lpdwBufferLength);
BOOL WINAPI MakeAbsoluteSD(PSECURITY_DESCRIPTOR pSelfRelativeSecurityDescriptor,
                           PSECURITY_DESCRIPTOR pAbsoluteSecurityDescriptor,
                           LPDWORD lpdwAbsoluteSecurityDescriptorSize, PACL pDacl,
                           LPDWORD lpdwDaclSize, PACL pSacl, LPDWORD lpdwSaclSize, PSID pOwner,
                           LPDWORD lpdwOwnerSize, PSID pPrimaryGroup, LPDWORD lpdwPrimaryGroupSize);

/* ---- access ---- */

/*
 * MapGenericMask - replace the generic rights in @AccessMask by those that @GenericMapping has for
 * them.
 *
 * AreAllAccessesGranted, AreAnyAccessesGranted - whether all, or some, of the rights in
 * @DesiredAccess are in @GrantedAccess.
 *
 * QuerySecurityAccessMask, SetSecurityAccessMask - the rights that a query, or a change, of these
 * parts of a descriptor takes (13.22, 13.23, 13.31).
 */
VOID WINAPI MapGenericMask(PDWORD AccessMask, PGENERIC_MAPPING GenericMapping);
BOOL WINAPI AreAllAccessesGranted(DWORD GrantedAccess, DWORD DesiredAccess);
BOOL WINAPI AreAnyAccessesGranted(DWORD GrantedAccess, DWORD DesiredAccess);
VOID WINAPI QuerySecurityAccessMask(SECURITY_INFORMATION SecurityInformation,
                                    LPDWORD DesiredAccess);
VOID WINAPI SetSecurityAccessMask(SECURITY_INFORMATION SecurityInformation, LPDWORD DesiredAccess);

/*
 * AccessCheck - what a descriptor lets somebody do (13.10 to 13.19).
 * @pSecurityDescriptor: of either form, with owner and group
 * @ClientToken:         an impersonation token (DuplicateToken) of SecurityIdentification at
 *                       least, with TOKEN_QUERY
 * @DesiredAccess:       generic rights mapped already; or MAXIMUM_ALLOWED
 * @GenericMapping:      GenericAll is what MAXIMUM_ALLOWED gives at most
 * @PrivilegeSet:        receives the privileges that were needed and used
 * @PrivilegeSetLength:  bytes there, room for one privilege at least
 * @GrantedAccess:       receives the rights granted; 0 when not all of them are
 * @AccessStatus:        receives whether they are
 * Return: TRUE: the check was made. When access is refused the last error says why:
 * ERROR_ACCESS_DENIED, ERROR_PRIVILEGE_NOT_HELD. FALSE, and nothing is received, with
 * ERROR_INVALID_SECURITY_DESCR (13.15), ERROR_GENERIC_NOT_MAPPED (13.16),
 * ERROR_NO_IMPERSONATION_TOKEN, ERROR_BAD_IMPERSONATION_LEVEL, ERROR_INVALID_HANDLE,
 * ERROR_ACCESS_DENIED (the token's handle), ERROR_INSUFFICIENT_BUFFER (@PrivilegeSetLength receives
 * what is needed), ERROR_INVALID_ACL (entries that no object here may have), ERROR_NOACCESS,
 * ERROR_NOT_ENOUGH_MEMORY.
 */
BOOL WINAPI AccessCheck(PSECURITY_DESCRIPTOR pSecurityDescriptor, HANDLE ClientToken,
                        DWORD DesiredAccess, PGENERIC_MAPPING GenericMapping,
                        PPRIVILEGE_SET PrivilegeSet, LPDWORD PrivilegeSetLength,
                        LPDWORD GrantedAccess, LPBOOL AccessStatus);

#ifdef __cplusplus
}
#endif
#endif
