// SPDX-License-Identifier: MIT
/*
 * NtQueryVirtualMemory, for wide characters of both widths: only the name of a mapped file has
 * any. Each class looks at the length first, then at the buffer, then at the process.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>
#include <windows.h>
#include <winternl.h>

#include "api/query-api.h"
#include "api/section-api.h"
#include "api/wide16.h"
#include "lib/text/utf8.h"
#include "util/macro.h"

/* --- allocations -------------------------------------------------------------------- */

void nt_api_describe_allocation(const struct nt_allocation_information *allocation, bool flags,
                                MEMORY_REGION_INFORMATION *ret_region)
{
    bool view = allocation->type == MEM_MAPPED;

    *ret_region = (MEMORY_REGION_INFORMATION){
        .AllocationBase = (PVOID)allocation->base,
        .AllocationProtect = allocation->allocation_protect,
        .RegionSize = allocation->size,
        .CommitSize = allocation->commit,
    };
    if (!flags)
        return;
    ret_region->Private = allocation->type == MEM_PRIVATE && !allocation->is_physical;
    ret_region->MappedDataFile = view && allocation->is_file;
    ret_region->MappedImage = allocation->type == MEM_IMAGE;
    ret_region->MappedPageFile = view && !allocation->is_file;
    ret_region->MappedPhysical = allocation->is_physical;
    ret_region->PlaceholderReservation = allocation->is_placeholder;
    ret_region->MappedAwe = allocation->is_physical;
    ret_region->MappedWriteWatch = allocation->is_tracked;
    ret_region->PageSizeLarge = allocation->is_large;
}

/* The structure has grown over time: whole members are written as far as there is room. */
static SIZE_T room_of(SIZE_T length)
{
    static const SIZE_T ends[] = {sizeof(MEMORY_REGION_INFORMATION),
                                  offsetof(MEMORY_REGION_INFORMATION, NodePreference),
                                  offsetof(MEMORY_REGION_INFORMATION, PartitionId),
                                  offsetof(MEMORY_REGION_INFORMATION, CommitSize)};

    for (unsigned i = 0; i < NT_ARRAY_SIZE(ends); i++) {
        if (length >= ends[i])
            return ends[i];
    }
    return 0;
}

static NTSTATUS query_region(struct nt_memory_answer *answer, bool flags)
{
    struct nt_allocation_information allocation;
    MEMORY_REGION_INFORMATION region;
    NTSTATUS status = nt_remote_query_allocation(answer->process, answer->address, &allocation);

    if (!NT_SUCCESS(status))
        return status;
    nt_api_describe_allocation(&allocation, flags, &region);
    answer->written = room_of(answer->length);
    memcpy(answer->buffer, &region, answer->written);
    return STATUS_SUCCESS;
}

/* Of memory that is no image nothing is told, which is a success. */
static NTSTATUS query_image(struct nt_memory_answer *answer)
{
    struct nt_allocation_information allocation;
    MEMORY_IMAGE_INFORMATION image = {.ImageBase = NULL};
    NTSTATUS status = nt_remote_query_allocation(answer->process, answer->address, &allocation);

    if (!NT_SUCCESS(status))
        return status;
    if (allocation.type == MEM_IMAGE) {
        image.ImageBase = (PVOID)allocation.base;
        image.SizeOfImage = allocation.size;
    }
    answer->written = sizeof(image);
    memcpy(answer->buffer, &image, sizeof(image));
    return STATUS_SUCCESS;
}

/* --- names -------------------------------------------------------------------------- */

NTSTATUS nt_api_mapped_name(struct nt_process *process, const void *address, wchar_t **ret_name,
                            size_t *ret_count)
{
    NT_CLEANUP(nt_freep) char *path = NULL;
    NTSTATUS status = nt_remote_query_file(process, address, &path);

    return NT_SUCCESS(status) ? nt_text_from_utf8(path, ret_name, ret_count) : status;
}

static NTSTATUS query_name(struct nt_memory_answer *answer)
{
    NT_CLEANUP(nt_freep) wchar_t *name = NULL;
    size_t count, units, bytes;
    MEMORY_SECTION_NAME string;
    char *text = (char *)answer->buffer + sizeof(string);
    NTSTATUS status = nt_api_mapped_name(answer->process, answer->address, &name, &count);

    if (!NT_SUCCESS(status))
        return status;
    units = answer->wide_size == sizeof(wchar_t) ? count : nt_wide16_put(name, count, NULL, 0);
    bytes = units * answer->wide_size;
    if (bytes + answer->wide_size > UINT16_MAX)
        return STATUS_NAME_TOO_LONG;
    answer->written = sizeof(string) + bytes + answer->wide_size;
    if (answer->length < answer->written) /* 8.31 */
        return STATUS_BUFFER_OVERFLOW;
    string.SectionFileName = (UNICODE_STRING){
        .Length = (USHORT)bytes,
        .MaximumLength = (USHORT)(bytes + answer->wide_size),
        .Buffer = (PWSTR)(void *)text,
    };
    memcpy(answer->buffer, &string, sizeof(string));
    if (answer->wide_size == sizeof(wchar_t))
        memcpy(text, name, bytes);
    else
        nt_wide16_put(name, count, (uint16_t *)(void *)text, units);
    memset(text + bytes, 0, answer->wide_size);
    return STATUS_SUCCESS;
}

/* --- the working set ---------------------------------------------------------------- */

static ULONG_PTR flags_of(const struct nt_resident_page *page)
{
    MEMORY_WORKING_SET_EX_BLOCK block = {.Flags = 0};

    block.Shared = page->shared;
    if (!page->valid)
        return block.Flags;
    block.Valid = 1;
    block.ShareCount = page->sharers;
    block.Win32Protection = page->protect;
    block.Node = page->node;
    block.Locked = page->locked;
    block.LargePage = page->large;
    return block.Flags;
}

static NTSTATUS query_pages(struct nt_memory_answer *answer)
{
    MEMORY_WORKING_SET_EX_INFORMATION *entries = answer->buffer;
    size_t count = answer->length / sizeof(*entries);
    struct nt_resident_page pages[512];
    NTSTATUS status = STATUS_SUCCESS;

    for (size_t i = 0, n; i < count && NT_SUCCESS(status); i += n) {
        n = count - i < NT_ARRAY_SIZE(pages) ? count - i : NT_ARRAY_SIZE(pages);
        for (size_t k = 0; k < n; k++)
            pages[k].address = (uint64_t)entries[i + k].VirtualAddress;
        status = nt_remote_query_pages(answer->process, pages, n);
        for (size_t k = 0; k < n && NT_SUCCESS(status); k++)
            entries[i + k].VirtualAttributes.Flags = flags_of(&pages[k]);
    }
    answer->written = count * sizeof(*entries);
    return status;
}

/* The five bits of MEMORY_WORKING_SET_BLOCK. */
static unsigned small_protection(ULONG protect)
{
    static const unsigned char codes[] = {0, 1, 4, 5, 2, 3, 6, 7}; /* by the bit of the value */
    unsigned code = codes[__builtin_ctz(protect & 0xFF)];

    if (protect & PAGE_GUARD)
        return code | 16;
    return code | (protect & PAGE_NOCACHE ? 8 : protect & PAGE_WRITECOMBINE ? 24 : 0);
}

struct list {
    MEMORY_WORKING_SET_INFORMATION *to;
    size_t room, count;
};

static void add_page(const struct nt_resident_page *page, void *context)
{
    struct list *list = context;

    if (list->count < list->room)
        list->to->WorkingSetInfo[list->count] = (MEMORY_WORKING_SET_BLOCK){
            .Protection = small_protection(page->protect),
            .ShareCount = page->sharers,
            .Shared = page->shared,
            .VirtualPage = page->address / 4096,
        };
    list->count++;
}

/* How many there are is told also when there is no room for them. */
static NTSTATUS query_all_pages(struct nt_memory_answer *answer)
{
    struct list list = {.to = answer->buffer};
    size_t head = offsetof(MEMORY_WORKING_SET_INFORMATION, WorkingSetInfo);
    NTSTATUS status;

    list.room = (answer->length - head) / sizeof(MEMORY_WORKING_SET_BLOCK);
    status = nt_remote_each_page(answer->process, add_page, &list);
    if (!NT_SUCCESS(status))
        return status;
    list.to->NumberOfEntries = list.count;
    answer->written = head + list.count * sizeof(MEMORY_WORKING_SET_BLOCK);
    return list.count > list.room ? STATUS_INFO_LENGTH_MISMATCH : STATUS_SUCCESS;
}

/* --- the call ----------------------------------------------------------------------- */

static NTSTATUS query_basic(struct nt_memory_answer *answer)
{
    answer->written = sizeof(MEMORY_BASIC_INFORMATION);
    return nt_remote_query(answer->process, answer->address, answer->buffer);
}

/* The least length that a class takes, or 0 for one that is not known. */
static SIZE_T least_length(MEMORY_INFORMATION_CLASS what)
{
    switch ((int)what) {
    case MemoryBasicInformation:
        return sizeof(MEMORY_BASIC_INFORMATION);
    case MemoryWorkingSetInformation:
        return sizeof(ULONG_PTR);
    case MemoryMappedFilenameInformation:
        return sizeof(MEMORY_SECTION_NAME);
    case MemoryRegionInformation:
    case MemoryRegionInformationEx:
        return offsetof(MEMORY_REGION_INFORMATION, CommitSize);
    case MemoryWorkingSetExInformation:
        return sizeof(MEMORY_WORKING_SET_EX_INFORMATION);
    case MemoryImageInformation:
        return sizeof(MEMORY_IMAGE_INFORMATION);
    default:
        return 0;
    }
}

static NTSTATUS query_class(MEMORY_INFORMATION_CLASS what, struct nt_memory_answer *answer)
{
    switch ((int)what) {
    case MemoryWorkingSetInformation:
        return query_all_pages(answer);
    case MemoryMappedFilenameInformation:
        return query_name(answer);
    case MemoryRegionInformation:
    case MemoryRegionInformationEx: /* 8.32: the older class leaves the flags out */
        return query_region(answer, what == MemoryRegionInformationEx);
    case MemoryWorkingSetExInformation:
        return query_pages(answer);
    case MemoryImageInformation:
        return query_image(answer);
    default:
        return query_basic(answer);
    }
}

NTSTATUS nt_api_query_memory(HANDLE process, MEMORY_INFORMATION_CLASS what,
                             struct nt_memory_answer *answer)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *found = NULL;
    SIZE_T least = least_length(what);
    NTSTATUS status;

    if (least == 0)
        return STATUS_INVALID_INFO_CLASS;
    if (answer->length < least)
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!answer->buffer)
        return STATUS_ACCESS_VIOLATION;
    status = nt_process_find(process, PROCESS_QUERY_INFORMATION, &found);
    if (!NT_SUCCESS(status))
        return status;
    answer->process = found;
    status = query_class(what, answer);
    answer->process = NULL;
    return status;
}

static NTSTATUS query(HANDLE process, MEMORY_INFORMATION_CLASS what,
                      struct nt_memory_answer *answer, PSIZE_T ret_length)
{
    NTSTATUS status = nt_api_query_memory(process, what, answer);

    if (ret_length && (NT_SUCCESS(status) || answer->written))
        *ret_length = answer->written;
    return status;
}

NT_EXPORT NTSTATUS NTAPI NtQueryVirtualMemory(HANDLE ProcessHandle, PVOID BaseAddress,
                                              MEMORY_INFORMATION_CLASS MemoryInformationClass,
                                              PVOID MemoryInformation,
                                              SIZE_T MemoryInformationLength, PSIZE_T ReturnLength)
{
    struct nt_memory_answer answer = {.address = BaseAddress,
                                      .buffer = MemoryInformation,
                                      .length = MemoryInformationLength,
                                      .wide_size = sizeof(wchar_t)};

    return query(ProcessHandle, MemoryInformationClass, &answer, ReturnLength);
}

NT_TWIN(NTSTATUS, NtQueryVirtualMemory, HANDLE process, PVOID address,
        MEMORY_INFORMATION_CLASS what, PVOID buffer, SIZE_T length, PSIZE_T ret_length)
{
    struct nt_memory_answer answer = {
        .address = address, .buffer = buffer, .length = length, .wide_size = sizeof(uint16_t)};

    return query(process, what, &answer, ret_length);
}
