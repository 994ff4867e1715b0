// SPDX-License-Identifier: MIT
/*
 * Whole security descriptors: whether one is valid, how long it is, and from one form to the
 * other, as winternl.h (Rtl...) and securitybaseapi.h have it. The work is done on a view of the
 * four parts (rtl/descriptor.h), which is made only of what has been checked.
 */
#include <ntstatus.h>
#include <string.h>

#include "api/security-data.h"
#include "rtl/descriptor.h"
#include "util/macro.h"

/* --- what it is ----------------------------------------------------------------------------- */

static NTSTATUS look(const void *descriptor, struct nt_descriptor *ret_view)
{
    if (!descriptor)
        return STATUS_ACCESS_VIOLATION;
    return nt_descriptor_from_application(descriptor, ret_view);
}

static bool is_relative(const void *descriptor)
{
    return (((const SECURITY_DESCRIPTOR *)descriptor)->Control & SE_SELF_RELATIVE) != 0;
}

NT_EXPORT BOOLEAN NTAPI RtlValidSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor)
{
    struct nt_descriptor view;

    return NT_SUCCESS(look(descriptor, &view));
}

NT_EXPORT BOOL WINAPI IsValidSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor)
{
    return nt_api_result(RtlValidSecurityDescriptor(descriptor) ? STATUS_SUCCESS
                                                                : STATUS_INVALID_SECURITY_DESCR);
}

NT_EXPORT BOOLEAN NTAPI RtlValidRelativeSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor,
                                                           ULONG size,
                                                           SECURITY_INFORMATION required)
{
    struct nt_descriptor view;

    if (!descriptor || !NT_SUCCESS(nt_descriptor_from_relative(descriptor, size, &view)))
        return FALSE;
    return (!(required & OWNER_SECURITY_INFORMATION) || view.owner) &&
           (!(required & GROUP_SECURITY_INFORMATION) || view.group) &&
           (!(required & DACL_SECURITY_INFORMATION) || (view.control & SE_DACL_PRESENT)) &&
           (!(required & SACL_SECURITY_INFORMATION) || (view.control & SE_SACL_PRESENT));
}

NT_EXPORT ULONG NTAPI RtlLengthSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor)
{
    struct nt_descriptor view;
    size_t parts;

    if (!NT_SUCCESS(look(descriptor, &view)))
        return 0;
    parts = nt_descriptor_size(&view) - sizeof(SECURITY_DESCRIPTOR_RELATIVE);
    return (ULONG)(parts + (is_relative(descriptor) ? sizeof(SECURITY_DESCRIPTOR_RELATIVE)
                                                    : sizeof(SECURITY_DESCRIPTOR)));
}

NT_EXPORT DWORD WINAPI GetSecurityDescriptorLength(PSECURITY_DESCRIPTOR descriptor)
{
    return RtlLengthSecurityDescriptor(descriptor);
}

/* --- into one block ------------------------------------------------------------------------- */

NT_EXPORT NTSTATUS NTAPI RtlMakeSelfRelativeSD(PSECURITY_DESCRIPTOR descriptor,
                                               PSECURITY_DESCRIPTOR target, PULONG size)
{
    struct nt_descriptor view;
    NTSTATUS status = look(descriptor, &view);
    const SECURITY_DESCRIPTOR *from = descriptor;
    SECURITY_DESCRIPTOR_RELATIVE *to = target;
    ULONG needed;

    if (!NT_SUCCESS(status))
        return status;
    if (!size)
        return STATUS_ACCESS_VIOLATION;
    needed = (ULONG)nt_descriptor_size(&view);
    if (*size < needed) {
        *size = needed;
        return STATUS_BUFFER_TOO_SMALL;
    }
    if (!target)
        return STATUS_ACCESS_VIOLATION;
    nt_descriptor_to_relative(&view, target);
    /* No object keeps what is a resource manager's own; a copy does. */
    to->Sbz1 = from->Sbz1;
    to->Control |= from->Control & SE_RM_CONTROL_VALID;
    return STATUS_SUCCESS;
}

NT_EXPORT NTSTATUS NTAPI RtlAbsoluteToSelfRelativeSD(PSECURITY_DESCRIPTOR descriptor,
                                                     PSECURITY_DESCRIPTOR target, PULONG size)
{
    if (!descriptor)
        return STATUS_ACCESS_VIOLATION;
    if (is_relative(descriptor))
        return STATUS_BAD_DESCRIPTOR_FORMAT;
    return RtlMakeSelfRelativeSD(descriptor, target, size);
}

NT_EXPORT BOOL WINAPI MakeSelfRelativeSD(PSECURITY_DESCRIPTOR descriptor,
                                         PSECURITY_DESCRIPTOR target, LPDWORD size)
{
    return nt_api_result(RtlAbsoluteToSelfRelativeSD(descriptor, target, size));
}

/* --- and apart ------------------------------------------------------------------------------ */

/* One of the five buffers, and what goes there. */
struct piece {
    void *target;
    ULONG *size;
    const void *source; /* NULL: nothing */
    size_t needed;
};

enum { HEAD, DACL, SACL, OWNER, GROUP, N_PIECES };

static void set_source(struct piece *piece, const void *source, size_t needed)
{
    piece->source = source;
    piece->needed = source ? needed : 0;
}

/* A list in a block need not be aligned. */
static size_t list_size(const ACL *acl)
{
    return acl ? nt_acl_check(acl, NT_ACL_SIZE_MOST) : 0;
}

static void set_sources(struct piece piece[static N_PIECES], const SECURITY_DESCRIPTOR *head,
                        const struct nt_descriptor *view)
{
    set_source(&piece[HEAD], head, sizeof(*head));
    set_source(&piece[DACL], view->dacl, list_size(view->dacl));
    set_source(&piece[SACL], view->sacl, list_size(view->sacl));
    set_source(&piece[OWNER], view->owner, view->owner ? nt_sid_size(view->owner) : 0);
    set_source(&piece[GROUP], view->group, view->group ? nt_sid_size(view->group) : 0);
}

/* Either all buffers are large enough, or all lengths become those needed. */
static NTSTATUS check_room(const struct piece piece[static N_PIECES])
{
    bool fits = true, given = true;

    for (int i = 0; i < N_PIECES; i++) {
        if (!piece[i].size)
            return STATUS_ACCESS_VIOLATION;
        fits = fits && *piece[i].size >= piece[i].needed;
        given = given && (piece[i].target || !piece[i].source);
    }
    if (fits)
        return given ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
    for (int i = 0; i < N_PIECES; i++)
        *piece[i].size = (ULONG)piece[i].needed;
    return STATUS_BUFFER_TOO_SMALL;
}

static void *put_piece(const struct piece *piece)
{
    if (!piece->source)
        return NULL;
    memcpy(piece->target, piece->source, piece->needed);
    return piece->target;
}

NT_EXPORT NTSTATUS NTAPI RtlSelfRelativeToAbsoluteSD(PSECURITY_DESCRIPTOR descriptor,
                                                     PSECURITY_DESCRIPTOR target, PULONG size,
                                                     PACL dacl, PULONG dacl_size, PACL sacl,
                                                     PULONG sacl_size, PSID owner,
                                                     PULONG owner_size, PSID group,
                                                     PULONG group_size)
{
    struct piece piece[N_PIECES] = {
        [HEAD] = {.target = target, .size = size},
        [DACL] = {.target = dacl, .size = dacl_size},
        [SACL] = {.target = sacl, .size = sacl_size},
        [OWNER] = {.target = owner, .size = owner_size},
        [GROUP] = {.target = group, .size = group_size},
    };
    const SECURITY_DESCRIPTOR_RELATIVE *from = descriptor;
    SECURITY_DESCRIPTOR head;
    struct nt_descriptor view;
    NTSTATUS status;

    if (descriptor && !is_relative(descriptor))
        return STATUS_BAD_DESCRIPTOR_FORMAT;
    status = look(descriptor, &view);
    if (!NT_SUCCESS(status))
        return status;
    set_sources(piece, &head, &view);
    status = check_room(piece);
    if (!NT_SUCCESS(status))
        return status;
    head = (SECURITY_DESCRIPTOR){
        .Revision = from->Revision,
        .Sbz1 = from->Sbz1,
        .Control = (SECURITY_DESCRIPTOR_CONTROL)(from->Control & ~SE_SELF_RELATIVE),
        .Owner = put_piece(&piece[OWNER]),
        .Group = put_piece(&piece[GROUP]),
        .Sacl = put_piece(&piece[SACL]),
        .Dacl = put_piece(&piece[DACL]),
    };
    put_piece(&piece[HEAD]);
    return STATUS_SUCCESS;
}

NT_EXPORT BOOL WINAPI MakeAbsoluteSD(PSECURITY_DESCRIPTOR descriptor, PSECURITY_DESCRIPTOR target,
                                     LPDWORD size, PACL dacl, LPDWORD dacl_size, PACL sacl,
                                     LPDWORD sacl_size, PSID owner, LPDWORD owner_size, PSID group,
                                     LPDWORD group_size)
{
    return nt_api_result(RtlSelfRelativeToAbsoluteSD(descriptor, target, size, dacl, dacl_size,
                                                     sacl, sacl_size, owner, owner_size, group,
                                                     group_size));
}
