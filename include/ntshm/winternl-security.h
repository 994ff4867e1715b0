/* SPDX-License-Identifier: MIT */
/*
 * ntshm/winternl-security.h - the part of winternl.h that is about security data. <winternl.h>
 * includes it. The functions of <ntshm/securitybase-data.h> stand on these: what each does is said
 * there. These return the status itself and never touch the last error. The status of
 * ERROR_INSUFFICIENT_BUFFER is STATUS_BUFFER_TOO_SMALL, of ERROR_NOACCESS STATUS_ACCESS_VIOLATION.
 */
#ifndef NTSHM_WINTERNL_SECURITY_H
#define NTSHM_WINTERNL_SECURITY_H

#include "../minwindef.h"
#include "../winnt.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- security identifiers ---- */

/*
 * RtlValidSid, RtlEqualSid, RtlEqualPrefixSid, RtlLengthRequiredSid, RtlLengthSid, RtlCopySid,
 * RtlInitializeSid, RtlIdentifierAuthoritySid, RtlSubAuthoritySid, RtlSubAuthorityCountSid,
 * RtlAllocateAndInitializeSid, RtlFreeSid - IsValidSid and so on.
 */
BOOLEAN NTAPI RtlValidSid(PSID Sid);
BOOLEAN NTAPI RtlEqualSid(PSID Sid1, PSID Sid2);
BOOLEAN NTAPI RtlEqualPrefixSid(PSID Sid1, PSID Sid2);
ULONG NTAPI RtlLengthRequiredSid(ULONG SubAuthorityCount);
ULONG NTAPI RtlLengthSid(PSID Sid);
NTSTATUS NTAPI RtlCopySid(ULONG DestinationSidLength, PSID DestinationSid, PSID SourceSid);
NTSTATUS NTAPI RtlInitializeSid(PSID Sid, PSID_IDENTIFIER_AUTHORITY IdentifierAuthority,
                                UCHAR SubAuthorityCount);
PSID_IDENTIFIER_AUTHORITY NTAPI RtlIdentifierAuthoritySid(PSID Sid);
PULONG NTAPI RtlSubAuthoritySid(PSID Sid, ULONG SubAuthority);
PUCHAR NTAPI RtlSubAuthorityCountSid(PSID Sid);
NTSTATUS NTAPI RtlAllocateAndInitializeSid(PSID_IDENTIFIER_AUTHORITY IdentifierAuthority,
                                           UCHAR SubAuthorityCount, ULONG SubAuthority0,
                                           ULONG SubAuthority1, ULONG SubAuthority2,
                                           ULONG SubAuthority3, ULONG SubAuthority4,
                                           ULONG SubAuthority5, ULONG SubAuthority6,
                                           ULONG SubAuthority7, PSID *Sid);
PVOID NTAPI RtlFreeSid(PSID Sid);

/*
 * RtlConvertSidToUnicodeString - S-1-...
 * @UnicodeString:             receives the text, with a NUL behind it that Length does not count
 * @AllocateDestinationString: its buffer is new, for RtlFreeUnicodeString; FALSE: it has one of
 *                             MaximumLength bytes
 * Return: STATUS_SUCCESS; STATUS_INVALID_SID; STATUS_BUFFER_OVERFLOW; STATUS_NO_MEMORY;
 * STATUS_ACCESS_VIOLATION.
 *
 * RtlFreeUnicodeString - give back a text that another Rtl function has allocated; the string is
 * empty then.
 */
NTSTATUS NTAPI RtlConvertSidToUnicodeString(PUNICODE_STRING UnicodeString, PSID Sid,
                                            BOOLEAN AllocateDestinationString)
    NTSHM_WIDE(RtlConvertSidToUnicodeString);
VOID NTAPI RtlFreeUnicodeString(PUNICODE_STRING UnicodeString) NTSHM_WIDE(RtlFreeUnicodeString);

/* ---- access control lists ---- */

/*
 * RtlCreateAcl, RtlValidAcl, RtlQueryInformationAcl, RtlSetInformationAcl, RtlAddAce, RtlDeleteAce,
 * RtlGetAce, RtlFirstFreeAce, RtlAddAccessAllowedAce(Ex), RtlAddAccessDeniedAce(Ex),
 * RtlAddAuditAccessAce(Ex), RtlAddAccessAllowedObjectAce, RtlAddAccessDeniedObjectAce,
 * RtlAddAuditAccessObjectAce - InitializeAcl, IsValidAcl, GetAclInformation and so on.
 *
 * RtlAddMandatoryAce - AddMandatoryAce.
 * @AceType: SYSTEM_MANDATORY_LABEL_ACE_TYPE
 */
NTSTATUS NTAPI RtlCreateAcl(PACL Acl, ULONG AclLength, ULONG AclRevision);
BOOLEAN NTAPI RtlValidAcl(PACL Acl);
NTSTATUS NTAPI RtlQueryInformationAcl(PACL Acl, PVOID AclInformation, ULONG AclInformationLength,
                                      ACL_INFORMATION_CLASS AclInformationClass);
NTSTATUS NTAPI RtlSetInformationAcl(PACL Acl, PVOID AclInformation, ULONG AclInformationLength,
                                    ACL_INFORMATION_CLASS AclInformationClass);
NTSTATUS NTAPI RtlAddAce(PACL Acl, ULONG AceRevision, ULONG StartingAceIndex, PVOID AceList,
                         ULONG AceListLength);
NTSTATUS NTAPI RtlDeleteAce(PACL Acl, ULONG AceIndex);
NTSTATUS NTAPI RtlGetAce(PACL Acl, ULONG AceIndex, PVOID *Ace);
BOOLEAN NTAPI RtlFirstFreeAce(PACL Acl, PVOID *FirstFree);
NTSTATUS NTAPI RtlAddAccessAllowedAce(PACL Acl, ULONG AceRevision, ACCESS_MASK AccessMask,
                                      PSID Sid);
NTSTATUS NTAPI RtlAddAccessAllowedAceEx(PACL Acl, ULONG AceRevision, ULONG AceFlags,
                                        ACCESS_MASK AccessMask, PSID Sid);
NTSTATUS NTAPI RtlAddAccessDeniedAce(PACL Acl, ULONG AceRevision, ACCESS_MASK AccessMask, PSID Sid);
NTSTATUS NTAPI RtlAddAccessDeniedAceEx(PACL Acl, ULONG AceRevision, ULONG AceFlags,
                                       ACCESS_MASK AccessMask, PSID Sid);
NTSTATUS NTAPI RtlAddAuditAccessAce(PACL Acl, ULONG AceRevision, ACCESS_MASK AccessMask, PSID Sid,
                                    BOOLEAN AuditSuccess, BOOLEAN AuditFailure);
NTSTATUS NTAPI RtlAddAuditAccessAceEx(PACL Acl, ULONG AceRevision, ULONG AceFlags,
                                      ACCESS_MASK AccessMask, PSID Sid, BOOLEAN AuditSuccess,
                                      BOOLEAN AuditFailure);
NTSTATUS NTAPI RtlAddMandatoryAce(PACL Acl, ULONG AceRevision, ULONG AceFlags, PSID Sid,
                                  UCHAR AceType, ACCESS_MASK AccessMask);
NTSTATUS NTAPI RtlAddAccessAllowedObjectAce(PACL Acl, ULONG AceRevision, ULONG AceFlags,
                                            ACCESS_MASK AccessMask, GUID *ObjectTypeGuid,
                                            GUID *InheritedObjectTypeGuid, PSID Sid);
NTSTATUS NTAPI RtlAddAccessDeniedObjectAce(PACL Acl, ULONG AceRevision, ULONG AceFlags,
                                           ACCESS_MASK AccessMask, GUID *ObjectTypeGuid,
                                           GUID *InheritedObjectTypeGuid, PSID Sid);
NTSTATUS NTAPI RtlAddAuditAccessObjectAce(PACL Acl, ULONG AceRevision, ULONG AceFlags,
                                          ACCESS_MASK AccessMask, GUID *ObjectTypeGuid,
                                          GUID *InheritedObjectTypeGuid, PSID Sid,
                                          BOOLEAN AuditSuccess, BOOLEAN AuditFailure);

/* ---- security descriptors ---- */

/*
 * RtlCreateSecurityDescriptor, RtlValidSecurityDescriptor, RtlLengthSecurityDescriptor,
 * RtlSetDaclSecurityDescriptor, ...Sacl, ...Owner, ...Group, RtlGetDaclSecurityDescriptor and so
 * on, RtlMakeSelfRelativeSD, RtlSelfRelativeToAbsoluteSD - InitializeSecurityDescriptor and so on.
 *
 * RtlMakeSelfRelativeSD takes a self-relative descriptor too, of which it makes a copy;
 * RtlAbsoluteToSelfRelativeSD refuses it with STATUS_BAD_DESCRIPTOR_FORMAT.
 *
 * RtlCreateSecurityDescriptorRelative - as RtlCreateSecurityDescriptor, self-relative.
 *
 * RtlGetControlSecurityDescriptor, RtlSetControlSecurityDescriptor,
 * RtlGetSecurityDescriptorRMControl, RtlSetSecurityDescriptorRMControl - the same without Rtl.
 *
 * RtlValidRelativeSecurityDescriptor - whether a block from anywhere is a self-relative descriptor.
 * @SecurityDescriptorLength: its bytes; none behind them is read
 * @RequiredInformation:      parts that it must have: OWNER_SECURITY_INFORMATION, ...
 */
NTSTATUS NTAPI RtlCreateSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, ULONG Revision);
NTSTATUS NTAPI RtlCreateSecurityDescriptorRelative(
    PISECURITY_DESCRIPTOR_RELATIVE SecurityDescriptor, ULONG Revision);
BOOLEAN NTAPI RtlValidSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor);
BOOLEAN NTAPI RtlValidRelativeSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptorInput,
                                                 ULONG SecurityDescriptorLength,
                                                 SECURITY_INFORMATION RequiredInformation);
ULONG NTAPI RtlLengthSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor);
NTSTATUS NTAPI RtlSetDaclSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor,
                                            BOOLEAN DaclPresent, PACL Dacl, BOOLEAN DaclDefaulted);
NTSTATUS NTAPI RtlSetSaclSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor,
                                            BOOLEAN SaclPresent, PACL Sacl, BOOLEAN SaclDefaulted);
NTSTATUS NTAPI RtlSetOwnerSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, PSID Owner,
                                             BOOLEAN OwnerDefaulted);
NTSTATUS NTAPI RtlSetGroupSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, PSID Group,
                                             BOOLEAN GroupDefaulted);
NTSTATUS NTAPI RtlSetControlSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor,
                                               SECURITY_DESCRIPTOR_CONTROL ControlBitsOfInterest,
                                               SECURITY_DESCRIPTOR_CONTROL ControlBitsToSet);
VOID NTAPI RtlSetSecurityDescriptorRMControl(PSECURITY_DESCRIPTOR SecurityDescriptor,
                                             PUCHAR RMControl);
NTSTATUS NTAPI RtlGetDaclSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor,
                                            PBOOLEAN DaclPresent, PACL *Dacl,
                                            PBOOLEAN DaclDefaulted);
NTSTATUS NTAPI RtlGetSaclSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor,
                                            PBOOLEAN SaclPresent, PACL *Sacl,
                                            PBOOLEAN SaclDefaulted);
NTSTATUS NTAPI RtlGetOwnerSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, PSID *Owner,
                                             PBOOLEAN OwnerDefaulted);
NTSTATUS NTAPI RtlGetGroupSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, PSID *Group,
                                             PBOOLEAN GroupDefaulted);
NTSTATUS NTAPI RtlGetControlSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor,
                                               PSECURITY_DESCRIPTOR_CONTROL Control,
                                               PULONG Revision);
BOOLEAN NTAPI RtlGetSecurityDescriptorRMControl(PSECURITY_DESCRIPTOR SecurityDescriptor,
                                                PUCHAR RMControl);
NTSTATUS NTAPI RtlMakeSelfRelativeSD(PSECURITY_DESCRIPTOR SecurityDescriptor,
                                     PSECURITY_DESCRIPTOR SelfRelativeSecurityDescriptor,
                                     PULONG BufferLength);
NTSTATUS NTAPI RtlAbsoluteToSelfRelativeSD(PSECURITY_DESCRIPTOR AbsoluteSecurityDescriptor,
                                           PSECURITY_DESCRIPTOR SelfRelativeSecurityDescriptor,
                                           PULONG BufferLength);
NTSTATUS NTAPI RtlSelfRelativeToAbsoluteSD(PSECURITY_DESCRIPTOR SelfRelativeSecurityDescriptor,
                                           PSECURITY_DESCRIPTOR AbsoluteSecurityDescriptor,
                                           PULONG AbsoluteSecurityDescriptorSize, PACL Dacl,
                                           PULONG DaclSize, PACL Sacl, PULONG SaclSize, PSID Owner,
                                           PULONG OwnerSize, PSID PrimaryGroup,
                                           PULONG PrimaryGroupSize);

/* ---- access ---- */

/*
 * RtlMapGenericMask, RtlAreAllAccessesGranted, RtlAreAnyAccessesGranted - the same without Rtl.
 *
 * NtAccessCheck - AccessCheck.
 * @AccessStatus: receives STATUS_SUCCESS, or why access is refused
 */
VOID NTAPI RtlMapGenericMask(PACCESS_MASK AccessMask, PGENERIC_MAPPING GenericMapping);
BOOLEAN NTAPI RtlAreAllAccessesGranted(ACCESS_MASK GrantedAccess, ACCESS_MASK DesiredAccess);
BOOLEAN NTAPI RtlAreAnyAccessesGranted(ACCESS_MASK GrantedAccess, ACCESS_MASK DesiredAccess);
NTSTATUS NTAPI NtAccessCheck(PSECURITY_DESCRIPTOR SecurityDescriptor, HANDLE ClientToken,
                             ACCESS_MASK DesiredAccess, PGENERIC_MAPPING GenericMapping,
                             PPRIVILEGE_SET PrivilegeSet, PULONG PrivilegeSetLength,
                             PACCESS_MASK GrantedAccess, PNTSTATUS AccessStatus);

/* ---- of objects ---- */

/* NtQuerySecurityObject, NtSetSecurityObject - Get and SetKernelObjectSecurity;
 * STATUS_BUFFER_TOO_SMALL where those say ERROR_INSUFFICIENT_BUFFER. */
NTSTATUS NTAPI NtQuerySecurityObject(HANDLE Handle, SECURITY_INFORMATION SecurityInformation,
                                     PSECURITY_DESCRIPTOR SecurityDescriptor, ULONG Length,
                                     PULONG LengthNeeded);
NTSTATUS NTAPI NtSetSecurityObject(HANDLE Handle, SECURITY_INFORMATION SecurityInformation,
                                   PSECURITY_DESCRIPTOR SecurityDescriptor);

#ifdef __cplusplus
}
#endif
#endif
