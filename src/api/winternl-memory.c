// SPDX-License-Identifier: MIT
/*
 * winternl.h, sections and views: the same core as memoryapi.c, with statuses instead of the
 * last error and with what only the Nt layer can ask for (rights of a new handle, high bits of
 * an address that must be zero). A handle that could not be made is NULL (1.4, 11.32).
 */
#include <string.h>

#include <ntstatus.h>
#include <windows.h>
#include <winternl.h>

#include "api/extended-parameters.h"
#include "api/section-api.h"
#include "api/zero-bits.h"
#include "lib/memory/image.h"
#include "lib/memory/section-attributes.h"
#include "lib/process/remote.h"
#include "util/macro.h"

/* --- sections ----------------------------------------------------------------------- */

NT_EXPORT NTSTATUS NTAPI NtCreateSectionEx(PHANDLE SectionHandle, ACCESS_MASK DesiredAccess,
                                           POBJECT_ATTRIBUTES ObjectAttributes,
                                           PLARGE_INTEGER MaximumSize, ULONG SectionPageProtection,
                                           ULONG AllocationAttributes, HANDLE FileHandle,
                                           PMEM_EXTENDED_PARAMETER ExtendedParameters,
                                           ULONG ExtendedParameterCount)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    struct nt_section_parameters parameters = {
        .size = MaximumSize ? (uint64_t)MaximumSize->QuadPart : 0,
        .protection = SectionPageProtection,
        .attributes = AllocationAttributes,
        .access = DesiredAccess,
        .file = FileHandle,
    };
    NTSTATUS status = nt_object_name_from_attributes(&name, ObjectAttributes);
    HANDLE handle = NULL;

    if (!SectionHandle)
        return STATUS_ACCESS_VIOLATION;
    if (NT_SUCCESS(status)) /* 17.4: before anything else is looked at */
        status = nt_api_read_section_parameters(ExtendedParameters, ExtendedParameterCount,
                                                &parameters.node);
    parameters.on_node = NT_SUCCESS(status) && parameters.node != NUMA_NO_PREFERRED_NODE;
    if (NT_SUCCESS(status))
        status = nt_section_create(&name, &parameters, &handle);
    *SectionHandle = NT_SUCCESS(status) ? handle : NULL;
    return status;
}

NT_EXPORT NTSTATUS NTAPI NtCreateSection(PHANDLE SectionHandle, ACCESS_MASK DesiredAccess,
                                         POBJECT_ATTRIBUTES ObjectAttributes,
                                         PLARGE_INTEGER MaximumSize, ULONG SectionPageProtection,
                                         ULONG AllocationAttributes, HANDLE FileHandle)
{
    return NtCreateSectionEx(SectionHandle, DesiredAccess, ObjectAttributes, MaximumSize,
                             SectionPageProtection, AllocationAttributes, FileHandle, NULL, 0);
}

NT_EXPORT NTSTATUS NTAPI NtExtendSection(HANDLE SectionHandle, PLARGE_INTEGER NewSectionSize)
{
    uint64_t size;
    NTSTATUS status;

    if (!NewSectionSize)
        return STATUS_ACCESS_VIOLATION;
    if (NewSectionSize->QuadPart < 0)
        return STATUS_INVALID_PARAMETER_2;
    status = nt_section_extend(SectionHandle, (uint64_t)NewSectionSize->QuadPart, &size);
    if (NT_SUCCESS(status))
        NewSectionSize->QuadPart = (LONGLONG)size;
    return status;
}

NT_EXPORT NTSTATUS NTAPI NtOpenSection(PHANDLE SectionHandle, ACCESS_MASK DesiredAccess,
                                       POBJECT_ATTRIBUTES ObjectAttributes)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status = nt_object_name_from_attributes(&name, ObjectAttributes);
    HANDLE handle = NULL;

    if (!SectionHandle)
        return STATUS_ACCESS_VIOLATION;
    if (!ObjectAttributes) /* 11.31 */
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status))
        status = nt_section_open(&name, DesiredAccess, &handle);
    *SectionHandle = NT_SUCCESS(status) ? handle : NULL;
    return status;
}

/* The buffer is large enough, and aligned as its owner likes. */
static NTSTATUS query_section(struct nt_section *section, bool basic, void *buffer)
{
    if (basic) {
        SECTION_BASIC_INFORMATION information = {.BaseAddress = NULL};

        information.Attributes = nt_section_told_attributes(section->attributes);
        information.Size.QuadPart = (LONGLONG)nt_section_refresh_size(section);
        memcpy(buffer, &information, sizeof(information));
    } else {
        SECTION_IMAGE_INFORMATION information;

        if (!(section->attributes & SEC_IMAGE))
            return STATUS_SECTION_NOT_IMAGE;
        /* A handle that may map nothing came without the image. */
        if (!section->image)
            return STATUS_ACCESS_DENIED;
        memset(&information, 0, sizeof(information));
        nt_image_describe(section->image, &information);
        memcpy(buffer, &information, sizeof(information));
    }
    return STATUS_SUCCESS;
}

NT_EXPORT NTSTATUS NTAPI NtQuerySection(HANDLE SectionHandle,
                                        SECTION_INFORMATION_CLASS SectionInformationClass,
                                        PVOID SectionInformation, SIZE_T SectionInformationLength,
                                        PSIZE_T ReturnLength)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *object = NULL;
    bool basic = SectionInformationClass == SectionBasicInformation;
    SIZE_T needed = basic ? sizeof(SECTION_BASIC_INFORMATION) : sizeof(SECTION_IMAGE_INFORMATION);
    NTSTATUS status;

    /* 17.10: the length comes before what the section is. */
    if (!basic && SectionInformationClass != SectionImageInformation)
        return STATUS_INVALID_INFO_CLASS;
    if (SectionInformationLength < needed)
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!SectionInformation)
        return STATUS_ACCESS_VIOLATION;
    status = nt_handle_get(SectionHandle, &nt_section_type, SECTION_QUERY, &object, NULL);
    if (!NT_SUCCESS(status))
        return status;
    status = query_section(NT_CONTAINER_OF(object, struct nt_section, object), basic,
                           SectionInformation);
    if (NT_SUCCESS(status) && ReturnLength)
        *ReturnLength = needed;
    return status;
}

/* --- views -------------------------------------------------------------------------- */

static NTSTATUS map_view(HANDLE section, struct nt_process *process,
                         const struct nt_view_request *request, PVOID *base, PLARGE_INTEGER offset,
                         PSIZE_T size)
{
    void *mapped;
    size_t mapped_size;
    NTSTATUS status = nt_remote_map(process, section, request, &mapped, &mapped_size);

    if (!NT_SUCCESS(status))
        return status;
    *base = mapped;
    *size = mapped_size;
    if (offset)
        offset->QuadPart = (LONGLONG)request->offset;
    return status;
}

NT_EXPORT NTSTATUS NTAPI NtMapViewOfSection(HANDLE SectionHandle, HANDLE ProcessHandle,
                                            PVOID *BaseAddress, ULONG_PTR ZeroBits,
                                            SIZE_T CommitSize, PLARGE_INTEGER SectionOffset,
                                            PSIZE_T ViewSize, SECTION_INHERIT InheritDisposition,
                                            ULONG AllocationType, ULONG Win32Protect)
{
    struct nt_view_request request = {
        .allocation_type = AllocationType & ~(ULONG)MEM_TOP_DOWN,
        .top_down = AllocationType & MEM_TOP_DOWN,
        .no_placeholders = true,
        .protect = Win32Protect,
    };
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    NTSTATUS status;

    if (!BaseAddress || !ViewSize)
        return STATUS_ACCESS_VIOLATION;
    request.process_status = nt_process_find(ProcessHandle, PROCESS_VM_OPERATION, &process);
    request.base = *BaseAddress;
    request.size = *ViewSize;
    request.offset = SectionOffset ? (uint64_t)SectionOffset->QuadPart : 0;
    if (InheritDisposition != ViewShare && InheritDisposition != ViewUnmap)
        return STATUS_INVALID_PARAMETER_8;
    status =
        nt_api_read_zero_bits(ZeroBits, request.base, STATUS_INVALID_PARAMETER_4, &request.highest);
    if (!NT_SUCCESS(status))
        return status;
    if (request.size && CommitSize > request.size)
        return STATUS_INVALID_PARAMETER_5;
    return map_view(SectionHandle, process, &request, BaseAddress, SectionOffset, ViewSize);
}

NT_EXPORT NTSTATUS NTAPI NtMapViewOfSectionEx(HANDLE SectionHandle, HANDLE ProcessHandle,
                                              PVOID *BaseAddress, PLARGE_INTEGER SectionOffset,
                                              PSIZE_T ViewSize, ULONG AllocationType,
                                              ULONG PageProtection,
                                              PMEM_EXTENDED_PARAMETER ExtendedParameters,
                                              ULONG ExtendedParameterCount)
{
    struct nt_view_request request = {
        .allocation_type = AllocationType & ~(ULONG)MEM_TOP_DOWN,
        .top_down = AllocationType & MEM_TOP_DOWN,
        .protect = PageProtection,
    };
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    NTSTATUS status;

    if (!BaseAddress || !ViewSize)
        return STATUS_ACCESS_VIOLATION;
    request.process_status = nt_process_find(ProcessHandle, PROCESS_VM_OPERATION, &process);
    request.base = *BaseAddress;
    request.size = *ViewSize;
    request.offset = SectionOffset ? (uint64_t)SectionOffset->QuadPart : 0;
    status = nt_api_read_map_parameters(ExtendedParameters, ExtendedParameterCount, &request);
    if (!NT_SUCCESS(status))
        return status;
    return map_view(SectionHandle, process, &request, BaseAddress, SectionOffset, ViewSize);
}

NT_EXPORT NTSTATUS NTAPI NtUnmapViewOfSectionEx(HANDLE ProcessHandle, PVOID BaseAddress,
                                                ULONG Flags)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    NTSTATUS status = nt_process_find(ProcessHandle, PROCESS_VM_OPERATION, &process);

    return NT_SUCCESS(status) ? nt_remote_unmap(process, BaseAddress, Flags) : status;
}

NT_EXPORT NTSTATUS NTAPI NtUnmapViewOfSection(HANDLE ProcessHandle, PVOID BaseAddress)
{
    return NtUnmapViewOfSectionEx(ProcessHandle, BaseAddress, 0);
}
