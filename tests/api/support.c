// SPDX-License-Identifier: MIT
/*
 * The helpers of the API tests; see api.h. Reading and writing where it may be a violation is left
 * to the system, which answers with an error instead.
 */
#include "api/api.h"

#include <stdio.h>
#include <string.h>

/* --- sections ------------------------------------------------------------------------------- */

HANDLE new_section(const wchar_t *name, DWORD protect, SIZE_T size)
{
    HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, protect,
                                        (DWORD)((uint64_t)size >> 32), (DWORD)size, name);

    require(section != NULL, "no section: error %u", (unsigned)GetLastError());
    return section;
}

HANDLE open_section(const wchar_t *name, DWORD access)
{
    HANDLE section = OpenFileMappingW(access, FALSE, name);

    require(section != NULL, "not opened: error %u", (unsigned)GetLastError());
    return section;
}

HANDLE with_rights(HANDLE handle, DWORD access)
{
    HANDLE copy = NULL;

    require(
        DuplicateHandle(GetCurrentProcess(), handle, GetCurrentProcess(), &copy, access, FALSE, 0),
        "no duplicate: error %u", (unsigned)GetLastError());
    return copy;
}

static SECTION_BASIC_INFORMATION section_information(HANDLE section)
{
    SECTION_BASIC_INFORMATION information = {.BaseAddress = NULL};

    ok_status(
        NtQuerySection(section, SectionBasicInformation, &information, sizeof(information), NULL),
        STATUS_SUCCESS);
    return information;
}

uint64_t section_size(HANDLE section)
{
    return (uint64_t)section_information(section).Size.QuadPart;
}

DWORD section_attributes(HANDLE section)
{
    return section_information(section).Attributes;
}

static bool maps_as(HANDLE section, ULONG protect)
{
    LARGE_INTEGER offset = {.QuadPart = 0};
    PVOID base = NULL;
    SIZE_T size = 0;

    if (!NT_SUCCESS(NtMapViewOfSection(section, GetCurrentProcess(), &base, 0, 0, &offset, &size,
                                       ViewUnmap, 0, protect)))
        return false;
    ok_succeeds(UnmapViewOfFile(base));
    return true;
}

DWORD rights_of(HANDLE section)
{
    SECTION_BASIC_INFORMATION information;
    DWORD rights = 0;

    if (NT_SUCCESS(NtQuerySection(section, SectionBasicInformation, &information,
                                  sizeof(information), NULL)))
        rights |= SECTION_QUERY;
    if (maps_as(section, PAGE_READONLY))
        rights |= SECTION_MAP_READ;
    if (maps_as(section, PAGE_READWRITE))
        rights |= SECTION_MAP_WRITE;
    /* Needs the right to execute, and one that was tried above. */
    if (maps_as(section, PAGE_EXECUTE_READ) || maps_as(section, PAGE_EXECUTE_READWRITE) ||
        maps_as(section, PAGE_EXECUTE))
        rights |= SECTION_MAP_EXECUTE;
    return rights;
}

volatile uint32_t *map_words(HANDLE section)
{
    void *view = MapViewOfFile(section, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, 0);

    require(view != NULL, "not mapped: error %u", (unsigned)GetLastError());
    return (volatile uint32_t *)view;
}

void drop(HANDLE handle, volatile const void *view)
{
    if (view)
        ok_succeeds(UnmapViewOfFile((const void *)view));
    if (handle)
        ok_succeeds(CloseHandle(handle));
}

void check_open_fails(const wchar_t *name, DWORD access, DWORD error)
{
    HANDLE section = NULL;

    ok_fails(section = OpenFileMappingW(access, FALSE, name), error);
    drop(section, NULL);
}

void check_map_fails(HANDLE section, DWORD access, DWORD error)
{
    void *view = NULL;

    ok_fails(view = MapViewOfFile(section, access, 0, 0, 0), error);
    drop(NULL, view);
}

bool all_bytes(const volatile void *memory, uint8_t value, SIZE_T size)
{
    const volatile uint8_t *bytes = (const volatile uint8_t *)memory;

    for (SIZE_T i = 0; i < size; i++)
        if (bytes[i] != value)
            return false;
    return true;
}

/* --- memory --------------------------------------------------------------------------------- */

void *free_place(SIZE_T size)
{
    void *place = VirtualAlloc(NULL, size, MEM_RESERVE, PAGE_NOACCESS);

    require(place != NULL, "no place: error %u", (unsigned)GetLastError());
    require(VirtualFree(place, 0, MEM_RELEASE), "not freed: error %u", (unsigned)GetLastError());
    return place;
}

void check_region(const char *file, int line, const volatile void *address,
                  const struct region_want *want)
{
    MEMORY_BASIC_INFORMATION info;
    SIZE_T n = VirtualQuery((const void *)address, &info, sizeof(info));

    if (!test_ok_eq(file, line, "VirtualQuery's result", n, sizeof(info), true))
        return;
    test_ok_ptr(file, line, "BaseAddress", info.BaseAddress, want->base ? want->base : address,
                true);
    test_ok_ptr(file, line, "AllocationBase", info.AllocationBase, want->allocation_base, true);
    test_ok_eq(file, line, "AllocationProtect", info.AllocationProtect, want->allocation_protect,
               true);
    test_ok_eq(file, line, "State", info.State, want->state, true);
    test_ok_eq(file, line, "Protect", info.Protect, want->protect, true);
    test_ok_eq(file, line, "Type", info.Type, want->type, true);
    test_ok_eq(file, line, "RegionSize", info.RegionSize, want->size, true);
}

bool put_code(volatile void *address)
{
#ifdef __x86_64__
    static const uint8_t code[] = {0xb8, 1, 0, 0, 0, 0xc3}; /* mov eax, 1; ret */

    memcpy((void *)(uintptr_t)address, code, sizeof(code));
    return true;
#else
    (void)address;
    return false;
#endif
}

/* --- names ---------------------------------------------------------------------------------- */

UNICODE_STRING nt_path(const wchar_t *leaf)
{
    static wchar_t text[512];
    UNICODE_STRING path;

    require(wcslen(leaf) + 20 < sizeof(text) / sizeof(*text));
    wcscpy(text, L"\\BaseNamedObjects\\");
    wcscat(text, leaf);
    RtlInitUnicodeString(&path, text);
    return path;
}

OBJECT_ATTRIBUTES nt_attributes(UNICODE_STRING *name, ULONG flags)
{
    OBJECT_ATTRIBUTES attributes;

    InitializeObjectAttributes(&attributes, name, flags, NULL, NULL);
    return attributes;
}
