// SPDX-License-Identifier: MIT
/*
 * Security descriptors, part by part, as winternl.h (Rtl...) and securitybaseapi.h have them. A
 * part is set as a pointer to the caller's memory, and read as it lies there: nobody looks at it
 * before the descriptor is used. The whole of one is in security-descriptor-form.c.
 */
#include <ntstatus.h>
#include <string.h>

#include "api/security-data.h"
#include "util/macro.h"

/* Control bits that do not say where the parts are; two of them have no name in the SDK. */
#define CONTROL_UNNAMED 0x00C0
#define CONTROL_FREE                                                         \
    (CONTROL_UNNAMED | SE_DACL_AUTO_INHERIT_REQ | SE_SACL_AUTO_INHERIT_REQ | \
     SE_DACL_AUTO_INHERITED | SE_SACL_AUTO_INHERITED | SE_DACL_PROTECTED | SE_SACL_PROTECTED)

/* Both forms begin alike. */
static NTSTATUS check(const SECURITY_DESCRIPTOR *sd)
{
    if (!sd)
        return STATUS_ACCESS_VIOLATION;
    return sd->Revision == SECURITY_DESCRIPTOR_REVISION ? STATUS_SUCCESS : STATUS_UNKNOWN_REVISION;
}

static NTSTATUS check_absolute(const SECURITY_DESCRIPTOR *sd)
{
    NTSTATUS status = check(sd);

    if (NT_SUCCESS(status) && sd->Control & SE_SELF_RELATIVE)
        status = STATUS_INVALID_SECURITY_DESCR;
    return status;
}

static void set_bit(SECURITY_DESCRIPTOR *sd, SECURITY_DESCRIPTOR_CONTROL bit, bool on)
{
    sd->Control = (SECURITY_DESCRIPTOR_CONTROL)(on ? sd->Control | bit : sd->Control & ~bit);
}

/* --- made ----------------------------------------------------------------------------------- */

NT_EXPORT NTSTATUS NTAPI RtlCreateSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor,
                                                     ULONG revision)
{
    if (revision != SECURITY_DESCRIPTOR_REVISION)
        return STATUS_UNKNOWN_REVISION;
    if (!descriptor)
        return STATUS_ACCESS_VIOLATION;
    *(SECURITY_DESCRIPTOR *)descriptor = (SECURITY_DESCRIPTOR){.Revision = (BYTE)revision};
    return STATUS_SUCCESS;
}

NT_EXPORT NTSTATUS NTAPI RtlCreateSecurityDescriptorRelative(
    PISECURITY_DESCRIPTOR_RELATIVE descriptor, ULONG revision)
{
    if (revision != SECURITY_DESCRIPTOR_REVISION)
        return STATUS_UNKNOWN_REVISION;
    if (!descriptor)
        return STATUS_ACCESS_VIOLATION;
    *descriptor = (SECURITY_DESCRIPTOR_RELATIVE){
        .Revision = (BYTE)revision,
        .Control = SE_SELF_RELATIVE,
    };
    return STATUS_SUCCESS;
}

NT_EXPORT BOOL WINAPI InitializeSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor, DWORD revision)
{
    return nt_api_result(RtlCreateSecurityDescriptor(descriptor, revision));
}

/* --- set ------------------------------------------------------------------------------------ */

NT_EXPORT NTSTATUS NTAPI RtlSetDaclSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor,
                                                      BOOLEAN present, PACL dacl, BOOLEAN defaulted)
{
    SECURITY_DESCRIPTOR *sd = descriptor;
    NTSTATUS status = check_absolute(sd);

    if (!NT_SUCCESS(status))
        return status;
    set_bit(sd, SE_DACL_PRESENT, present);
    if (!present)
        return STATUS_SUCCESS;
    sd->Dacl = dacl;
    set_bit(sd, SE_DACL_DEFAULTED, defaulted);
    return STATUS_SUCCESS;
}

NT_EXPORT NTSTATUS NTAPI RtlSetSaclSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor,
                                                      BOOLEAN present, PACL sacl, BOOLEAN defaulted)
{
    SECURITY_DESCRIPTOR *sd = descriptor;
    NTSTATUS status = check_absolute(sd);

    if (!NT_SUCCESS(status))
        return status;
    set_bit(sd, SE_SACL_PRESENT, present);
    if (!present)
        return STATUS_SUCCESS;
    sd->Sacl = sacl;
    set_bit(sd, SE_SACL_DEFAULTED, defaulted);
    return STATUS_SUCCESS;
}

NT_EXPORT NTSTATUS NTAPI RtlSetOwnerSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor, PSID owner,
                                                       BOOLEAN defaulted)
{
    SECURITY_DESCRIPTOR *sd = descriptor;
    NTSTATUS status = check_absolute(sd);

    if (!NT_SUCCESS(status))
        return status;
    sd->Owner = owner;
    set_bit(sd, SE_OWNER_DEFAULTED, defaulted);
    return STATUS_SUCCESS;
}

NT_EXPORT NTSTATUS NTAPI RtlSetGroupSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor, PSID group,
                                                       BOOLEAN defaulted)
{
    SECURITY_DESCRIPTOR *sd = descriptor;
    NTSTATUS status = check_absolute(sd);

    if (!NT_SUCCESS(status))
        return status;
    sd->Group = group;
    set_bit(sd, SE_GROUP_DEFAULTED, defaulted);
    return STATUS_SUCCESS;
}

NT_EXPORT NTSTATUS NTAPI RtlSetControlSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor,
                                                         SECURITY_DESCRIPTOR_CONTROL which,
                                                         SECURITY_DESCRIPTOR_CONTROL bits)
{
    SECURITY_DESCRIPTOR *sd = descriptor;

    if ((which & ~CONTROL_FREE) || (bits & ~which))
        return STATUS_INVALID_PARAMETER;
    if (!sd)
        return STATUS_ACCESS_VIOLATION;
    sd->Control = (SECURITY_DESCRIPTOR_CONTROL)((sd->Control & ~which) | bits);
    return STATUS_SUCCESS;
}

NT_EXPORT VOID NTAPI RtlSetSecurityDescriptorRMControl(PSECURITY_DESCRIPTOR descriptor,
                                                       PUCHAR rm_control)
{
    SECURITY_DESCRIPTOR *sd = descriptor;

    if (!sd)
        return;
    set_bit(sd, SE_RM_CONTROL_VALID, rm_control != NULL);
    sd->Sbz1 = rm_control ? *rm_control : 0;
}

NT_EXPORT BOOL WINAPI SetSecurityDescriptorDacl(PSECURITY_DESCRIPTOR descriptor, BOOL present,
                                                PACL dacl, BOOL defaulted)
{
    return nt_api_result(
        RtlSetDaclSecurityDescriptor(descriptor, present != FALSE, dacl, defaulted != FALSE));
}

NT_EXPORT BOOL WINAPI SetSecurityDescriptorSacl(PSECURITY_DESCRIPTOR descriptor, BOOL present,
                                                PACL sacl, BOOL defaulted)
{
    return nt_api_result(
        RtlSetSaclSecurityDescriptor(descriptor, present != FALSE, sacl, defaulted != FALSE));
}

NT_EXPORT BOOL WINAPI SetSecurityDescriptorOwner(PSECURITY_DESCRIPTOR descriptor, PSID owner,
                                                 BOOL defaulted)
{
    return nt_api_result(RtlSetOwnerSecurityDescriptor(descriptor, owner, defaulted != FALSE));
}

NT_EXPORT BOOL WINAPI SetSecurityDescriptorGroup(PSECURITY_DESCRIPTOR descriptor, PSID group,
                                                 BOOL defaulted)
{
    return nt_api_result(RtlSetGroupSecurityDescriptor(descriptor, group, defaulted != FALSE));
}

NT_EXPORT BOOL WINAPI SetSecurityDescriptorControl(PSECURITY_DESCRIPTOR descriptor,
                                                   SECURITY_DESCRIPTOR_CONTROL which,
                                                   SECURITY_DESCRIPTOR_CONTROL bits)
{
    return nt_api_result(RtlSetControlSecurityDescriptor(descriptor, which, bits));
}

NT_EXPORT DWORD WINAPI SetSecurityDescriptorRMControl(PSECURITY_DESCRIPTOR descriptor,
                                                      PUCHAR rm_control)
{
    RtlSetSecurityDescriptorRMControl(descriptor, rm_control);
    return ERROR_SUCCESS;
}

/* --- told ----------------------------------------------------------------------------------- */

static void *at_offset(SECURITY_DESCRIPTOR *sd, DWORD offset)
{
    return offset ? (BYTE *)sd + offset : NULL;
}

/* Where the parts are; the offsets of a self-relative one are taken as they are. */
static void get_parts(SECURITY_DESCRIPTOR *sd, SECURITY_DESCRIPTOR *ret_parts)
{
    SECURITY_DESCRIPTOR_RELATIVE relative;

    if (!(sd->Control & SE_SELF_RELATIVE)) {
        *ret_parts = *sd;
        return;
    }
    memcpy(&relative, sd, sizeof(relative));
    *ret_parts = (SECURITY_DESCRIPTOR){
        .Control = relative.Control,
        .Owner = at_offset(sd, relative.Owner),
        .Group = at_offset(sd, relative.Group),
        .Sacl = at_offset(sd, relative.Sacl),
        .Dacl = at_offset(sd, relative.Dacl),
    };
}

/* What a query gives, before it is put where the caller wants it. */
struct told_acl {
    bool present, defaulted;
    PACL acl;
};

static NTSTATUS tell_acl(SECURITY_DESCRIPTOR *sd, bool is_dacl, struct told_acl *ret_told)
{
    SECURITY_DESCRIPTOR parts;
    NTSTATUS status = check(sd);

    if (!NT_SUCCESS(status))
        return status;
    get_parts(sd, &parts);
    *ret_told = (struct told_acl){0};
    if (is_dacl && (parts.Control & SE_DACL_PRESENT))
        *ret_told = (struct told_acl){true, parts.Control & SE_DACL_DEFAULTED, parts.Dacl};
    if (!is_dacl && (parts.Control & SE_SACL_PRESENT))
        *ret_told = (struct told_acl){true, parts.Control & SE_SACL_DEFAULTED, parts.Sacl};
    return STATUS_SUCCESS;
}

static NTSTATUS get_acl(SECURITY_DESCRIPTOR *sd, bool is_dacl, PBOOLEAN present, PACL *acl,
                        PBOOLEAN defaulted)
{
    struct told_acl told;
    NTSTATUS status;

    if (!present || !acl || !defaulted)
        return STATUS_ACCESS_VIOLATION;
    status = tell_acl(sd, is_dacl, &told);
    if (!NT_SUCCESS(status))
        return status;
    *present = told.present;
    *acl = told.acl;
    *defaulted = told.defaulted;
    return STATUS_SUCCESS;
}

static BOOL get_acl_bool(SECURITY_DESCRIPTOR *sd, bool is_dacl, LPBOOL present, PACL *acl,
                         LPBOOL defaulted)
{
    BOOLEAN is_present, is_defaulted;
    NTSTATUS status =
        get_acl(sd, is_dacl, present ? &is_present : NULL, acl, defaulted ? &is_defaulted : NULL);

    if (!NT_SUCCESS(status))
        return nt_api_result(status);
    *present = is_present;
    *defaulted = is_defaulted;
    return TRUE;
}

static NTSTATUS get_sid(SECURITY_DESCRIPTOR *sd, bool is_owner, PSID *sid, PBOOLEAN defaulted)
{
    SECURITY_DESCRIPTOR parts;
    NTSTATUS status = check(sd);

    if (!NT_SUCCESS(status))
        return status;
    if (!sid || !defaulted)
        return STATUS_ACCESS_VIOLATION;
    get_parts(sd, &parts);
    *sid = is_owner ? parts.Owner : parts.Group;
    *defaulted = (parts.Control & (is_owner ? SE_OWNER_DEFAULTED : SE_GROUP_DEFAULTED)) != 0;
    return STATUS_SUCCESS;
}

static BOOL get_sid_bool(SECURITY_DESCRIPTOR *sd, bool is_owner, PSID *sid, LPBOOL defaulted)
{
    BOOLEAN is_defaulted;
    NTSTATUS status = get_sid(sd, is_owner, sid, defaulted ? &is_defaulted : NULL);

    if (NT_SUCCESS(status))
        *defaulted = is_defaulted;
    return nt_api_result(status);
}

NT_EXPORT NTSTATUS NTAPI RtlGetDaclSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor,
                                                      PBOOLEAN present, PACL *dacl,
                                                      PBOOLEAN defaulted)
{
    return get_acl(descriptor, true, present, dacl, defaulted);
}

NT_EXPORT NTSTATUS NTAPI RtlGetSaclSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor,
                                                      PBOOLEAN present, PACL *sacl,
                                                      PBOOLEAN defaulted)
{
    return get_acl(descriptor, false, present, sacl, defaulted);
}

NT_EXPORT NTSTATUS NTAPI RtlGetOwnerSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor, PSID *owner,
                                                       PBOOLEAN defaulted)
{
    return get_sid(descriptor, true, owner, defaulted);
}

NT_EXPORT NTSTATUS NTAPI RtlGetGroupSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor, PSID *group,
                                                       PBOOLEAN defaulted)
{
    return get_sid(descriptor, false, group, defaulted);
}

/* The revision is told of what has a wrong one too. */
NT_EXPORT NTSTATUS NTAPI RtlGetControlSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor,
                                                         PSECURITY_DESCRIPTOR_CONTROL control,
                                                         PULONG revision)
{
    SECURITY_DESCRIPTOR *sd = descriptor;
    NTSTATUS status;

    if (!sd || !control || !revision)
        return STATUS_ACCESS_VIOLATION;
    *revision = sd->Revision;
    status = check(sd);
    if (NT_SUCCESS(status))
        *control = sd->Control;
    return status;
}

NT_EXPORT BOOLEAN NTAPI RtlGetSecurityDescriptorRMControl(PSECURITY_DESCRIPTOR descriptor,
                                                          PUCHAR rm_control)
{
    const SECURITY_DESCRIPTOR *sd = descriptor;

    if (!sd || !rm_control)
        return FALSE;
    *rm_control = sd->Control & SE_RM_CONTROL_VALID ? sd->Sbz1 : 0;
    return (sd->Control & SE_RM_CONTROL_VALID) != 0;
}

NT_EXPORT BOOL WINAPI GetSecurityDescriptorDacl(PSECURITY_DESCRIPTOR descriptor, LPBOOL present,
                                                PACL *dacl, LPBOOL defaulted)
{
    return get_acl_bool(descriptor, true, present, dacl, defaulted);
}

NT_EXPORT BOOL WINAPI GetSecurityDescriptorSacl(PSECURITY_DESCRIPTOR descriptor, LPBOOL present,
                                                PACL *sacl, LPBOOL defaulted)
{
    return get_acl_bool(descriptor, false, present, sacl, defaulted);
}

NT_EXPORT BOOL WINAPI GetSecurityDescriptorOwner(PSECURITY_DESCRIPTOR descriptor, PSID *owner,
                                                 LPBOOL defaulted)
{
    return get_sid_bool(descriptor, true, owner, defaulted);
}

NT_EXPORT BOOL WINAPI GetSecurityDescriptorGroup(PSECURITY_DESCRIPTOR descriptor, PSID *group,
                                                 LPBOOL defaulted)
{
    return get_sid_bool(descriptor, false, group, defaulted);
}

NT_EXPORT BOOL WINAPI GetSecurityDescriptorControl(PSECURITY_DESCRIPTOR descriptor,
                                                   PSECURITY_DESCRIPTOR_CONTROL control,
                                                   LPDWORD revision)
{
    return nt_api_result(RtlGetControlSecurityDescriptor(descriptor, control, revision));
}

NT_EXPORT DWORD WINAPI GetSecurityDescriptorRMControl(PSECURITY_DESCRIPTOR descriptor,
                                                      PUCHAR rm_control)
{
    return RtlGetSecurityDescriptorRMControl(descriptor, rm_control) ? ERROR_SUCCESS
                                                                     : ERROR_INVALID_DATA;
}
