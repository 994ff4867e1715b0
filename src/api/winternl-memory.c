// SPDX-License-Identifier: MIT
/*
 * winternl.h, sections and views: the same core as memoryapi.c, with statuses instead of the
 * last error and with what only the Nt layer can ask for (rights of a new handle, high bits of
 * an address that must be zero). A handle that could not be made is NULL (1.4, 11.32).
 */
#include <ntstatus.h>
#include <windows.h>
#include <winternl.h>

#include "api/section-api.h"
#include "util/macro.h"

/* SECTION_IMAGE_INFORMATION, which no section has yet, on 64-bit Windows. */
#define IMAGE_INFORMATION_SIZE 64u

/* --- sections ----------------------------------------------------------------------- */

static NTSTATUS create_section(const struct nt_object_name *name,
                               const struct nt_section_parameters *parameters, HANDLE file,
                               HANDLE *ret_handle)
{
    if (file)
        return nt_api_check_section_file(file, parameters->attributes);
    return nt_section_create(name, parameters, ret_handle);
}

NT_EXPORT NTSTATUS NTAPI NtCreateSection(PHANDLE SectionHandle, ACCESS_MASK DesiredAccess,
                                         POBJECT_ATTRIBUTES ObjectAttributes,
                                         PLARGE_INTEGER MaximumSize, ULONG SectionPageProtection,
                                         ULONG AllocationAttributes, HANDLE FileHandle)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    struct nt_section_parameters parameters = {
        .size = MaximumSize ? (uint64_t)MaximumSize->QuadPart : 0,
        .protection = SectionPageProtection,
        .attributes = AllocationAttributes,
        .access = DesiredAccess,
    };
    NTSTATUS status = nt_object_name_from_attributes(&name, ObjectAttributes);
    HANDLE handle = NULL;

    if (!SectionHandle)
        return STATUS_ACCESS_VIOLATION;
    if (NT_SUCCESS(status))
        status = create_section(&name, &parameters, FileHandle, &handle);
    *SectionHandle = NT_SUCCESS(status) ? handle : NULL;
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

NT_EXPORT NTSTATUS NTAPI NtQuerySection(HANDLE SectionHandle,
                                        SECTION_INFORMATION_CLASS SectionInformationClass,
                                        PVOID SectionInformation, SIZE_T SectionInformationLength,
                                        PSIZE_T ReturnLength)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *object = NULL;
    SECTION_BASIC_INFORMATION information = {.BaseAddress = NULL};
    const struct nt_section *section;
    NTSTATUS status;

    /* 17.10: the length comes before what the section is. */
    if (SectionInformationClass != SectionBasicInformation &&
        SectionInformationClass != SectionImageInformation)
        return STATUS_INVALID_INFO_CLASS;
    if (SectionInformationLength < (SectionInformationClass == SectionBasicInformation
                                        ? sizeof(information)
                                        : IMAGE_INFORMATION_SIZE))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!SectionInformation)
        return STATUS_ACCESS_VIOLATION;
    status = nt_handle_get(SectionHandle, &nt_section_type, SECTION_QUERY, &object, NULL);
    if (!NT_SUCCESS(status))
        return status;
    if (SectionInformationClass == SectionImageInformation)
        return STATUS_SECTION_NOT_IMAGE;

    section = NT_CONTAINER_OF(object, struct nt_section, object);
    information.Attributes = section->attributes;
    information.Size.QuadPart = (LONGLONG)section->size;
    *(SECTION_BASIC_INFORMATION *)SectionInformation = information;
    if (ReturnLength)
        *ReturnLength = sizeof(information);
    return STATUS_SUCCESS;
}

/* --- views -------------------------------------------------------------------------- */

/*
 * @zero_bits: fewer than 32 count high bits of a 32-bit address that must be zero; more are a
 * mask whose highest bit is the highest that an address may have.
 */
static NTSTATUS read_zero_bits(ULONG_PTR zero_bits, struct nt_view_request *request)
{
    uint64_t limit;

    if (zero_bits == 0)
        return STATUS_SUCCESS;
    if (zero_bits > 21 && zero_bits < 32)
        return STATUS_INVALID_PARAMETER_4;
    limit = zero_bits < 32 ? UINT32_MAX >> zero_bits : UINT64_MAX >> __builtin_clzll(zero_bits);
    if ((uint64_t)request->base > limit)
        return STATUS_INVALID_PARAMETER_4;
    if (!request->base && limit < NT_USER_END)
        request->highest = limit | 0xFFF;
    return STATUS_SUCCESS;
}

static NTSTATUS map_view(HANDLE section, const struct nt_view_request *request, PVOID *base,
                         PLARGE_INTEGER offset, PSIZE_T size)
{
    void *mapped;
    size_t mapped_size;
    NTSTATUS status = nt_view_map(section, request, &mapped, &mapped_size);

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
        .protect = Win32Protect,
        .process_status = nt_api_check_process(ProcessHandle),
    };
    NTSTATUS status;

    if (!BaseAddress || !ViewSize)
        return STATUS_ACCESS_VIOLATION;
    request.base = *BaseAddress;
    request.size = *ViewSize;
    request.offset = SectionOffset ? (uint64_t)SectionOffset->QuadPart : 0;
    if (InheritDisposition != ViewShare && InheritDisposition != ViewUnmap)
        return STATUS_INVALID_PARAMETER_8;
    status = read_zero_bits(ZeroBits, &request);
    if (!NT_SUCCESS(status))
        return status;
    if (request.size && CommitSize > request.size)
        return STATUS_INVALID_PARAMETER_5;
    return map_view(SectionHandle, &request, BaseAddress, SectionOffset, ViewSize);
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
        .protect = PageProtection,
        .process_status = nt_api_check_process(ProcessHandle),
    };
    NTSTATUS status;

    if (!BaseAddress || !ViewSize)
        return STATUS_ACCESS_VIOLATION;
    request.base = *BaseAddress;
    request.size = *ViewSize;
    request.offset = SectionOffset ? (uint64_t)SectionOffset->QuadPart : 0;
    status = nt_api_read_map_parameters(ExtendedParameters, ExtendedParameterCount, &request);
    if (!NT_SUCCESS(status))
        return status;
    return map_view(SectionHandle, &request, BaseAddress, SectionOffset, ViewSize);
}

NT_EXPORT NTSTATUS NTAPI NtUnmapViewOfSectionEx(HANDLE ProcessHandle, PVOID BaseAddress,
                                                ULONG Flags)
{
    NTSTATUS status = nt_api_check_process(ProcessHandle);

    return NT_SUCCESS(status) ? nt_view_unmap(BaseAddress, Flags) : status;
}

NT_EXPORT NTSTATUS NTAPI NtUnmapViewOfSection(HANDLE ProcessHandle, PVOID BaseAddress)
{
    return NtUnmapViewOfSectionEx(ProcessHandle, BaseAddress, 0);
}
