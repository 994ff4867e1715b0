// SPDX-License-Identifier: MIT
/*
 * namespaceapi.h: boundaries and private namespaces. A boundary's handle is a pointer to what
 * rtl/boundary.h makes.
 */
#include <windows.h>
#include <ntstatus.h>

#include "api/error.h"
#include "lib/object/namespace.h"
#include "util/macro.h"

/* --- boundaries --------------------------------------------------------------------- */

static HANDLE create_boundary(NTSTATUS status, const struct nt_object_name *name, ULONG flags)
{
    struct nt_boundary *boundary = NULL;

    if (NT_SUCCESS(status) && (flags & ~(ULONG)CREATE_BOUNDARY_DESCRIPTOR_ADD_APPCONTAINER_SID))
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status))
        status = nt_boundary_new(name->units, name->count, &boundary);
    nt_api_result(status);
    return boundary;
}

NT_EXPORT HANDLE WINAPI CreateBoundaryDescriptorW(LPCWSTR text, ULONG flags)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;

    return create_boundary(nt_object_text_from_wide(&name, text, 0), &name, flags);
}

NT_EXPORT HANDLE WINAPI CreateBoundaryDescriptorA(LPCSTR text, ULONG flags)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;

    return create_boundary(nt_object_text_from_utf8(&name, text, 0), &name, flags);
}

static NTSTATUS add_sid(HANDLE *given, PSID sid,
                        NTSTATUS (*add)(struct nt_boundary **boundary, const SID *sid))
{
    struct nt_boundary *boundary;
    NTSTATUS status;

    if (!given || !*given || !sid)
        return STATUS_INVALID_PARAMETER;
    boundary = *given;
    status = add(&boundary, sid);
    *given = boundary;
    return status;
}

NT_EXPORT BOOL WINAPI AddSIDToBoundaryDescriptor(HANDLE *boundary, PSID sid)
{
    return nt_api_result(add_sid(boundary, sid, nt_boundary_add_sid));
}

NT_EXPORT BOOL WINAPI AddIntegrityLabelToBoundaryDescriptor(HANDLE *boundary, PSID label)
{
    return nt_api_result(add_sid(boundary, label, nt_boundary_add_label));
}

NT_EXPORT VOID WINAPI DeleteBoundaryDescriptor(HANDLE boundary)
{
    nt_boundary_free(boundary);
}

/* --- namespaces --------------------------------------------------------------------- */

static HANDLE create_namespace(NTSTATUS status, struct nt_object_name *alias,
                               const SECURITY_ATTRIBUTES *security, const void *boundary)
{
    HANDLE handle = NULL;

    if (security)
        alias->security = security->lpSecurityDescriptor;
    if (NT_SUCCESS(status))
        status = nt_namespace_create(alias, boundary, &handle);
    return nt_api_result(status) ? handle : NULL;
}

static ULONG handle_attributes(const SECURITY_ATTRIBUTES *security)
{
    return security && security->bInheritHandle ? OBJ_INHERIT : 0;
}

NT_EXPORT HANDLE WINAPI CreatePrivateNamespaceW(LPSECURITY_ATTRIBUTES security, LPVOID boundary,
                                                LPCWSTR text)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name alias;
    NTSTATUS status = nt_object_text_from_wide(&alias, text, handle_attributes(security));

    return create_namespace(status, &alias, security, boundary);
}

NT_EXPORT HANDLE WINAPI CreatePrivateNamespaceA(LPSECURITY_ATTRIBUTES security, LPVOID boundary,
                                                LPCSTR text)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name alias;
    NTSTATUS status = nt_object_text_from_utf8(&alias, text, handle_attributes(security));

    return create_namespace(status, &alias, security, boundary);
}

static HANDLE open_namespace(NTSTATUS status, const struct nt_object_name *alias,
                             const void *boundary)
{
    HANDLE handle = NULL;

    if (NT_SUCCESS(status))
        status = nt_namespace_open(alias, boundary, &handle);
    return nt_api_result(status) ? handle : NULL;
}

NT_EXPORT HANDLE WINAPI OpenPrivateNamespaceW(LPVOID boundary, LPCWSTR text)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name alias;

    return open_namespace(nt_object_text_from_wide(&alias, text, 0), &alias, boundary);
}

NT_EXPORT HANDLE WINAPI OpenPrivateNamespaceA(LPVOID boundary, LPCSTR text)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name alias;

    return open_namespace(nt_object_text_from_utf8(&alias, text, 0), &alias, boundary);
}

NT_EXPORT BOOLEAN WINAPI ClosePrivateNamespace(HANDLE handle, ULONG flags)
{
    NTSTATUS status = STATUS_INVALID_PARAMETER;

    if (!(flags & ~(ULONG)PRIVATE_NAMESPACE_FLAG_DESTROY))
        status = nt_namespace_close(handle, flags & PRIVATE_NAMESPACE_FLAG_DESTROY);
    return (BOOLEAN)nt_api_result(status);
}
