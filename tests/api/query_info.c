// SPDX-License-Identifier: MIT
/*
 * NtQueryVirtualMemory beyond MemoryBasicInformation, and what stands on it: whole allocations,
 * the file behind a mapping, which pages are resident.
 */
#include "api/image_support.h"

#include <stddef.h>
#include <string.h>

#ifdef _WIN32
#    define PSAPI_VERSION 2
#endif
#include <psapi.h>

static NTSTATUS ask(const volatile void *address, MEMORY_INFORMATION_CLASS what, void *buffer,
                    SIZE_T length, SIZE_T *ret_length)
{
    *ret_length = 0xdeadbeef;
    return NtQueryVirtualMemory(GetCurrentProcess(), (void *)address, what, buffer, length,
                                ret_length);
}

/* --- allocations --------------------------------------------------------------------- */

static void check_allocation(const volatile void *address, const volatile void *base, ULONG protect,
                             SIZE_T size)
{
    MEMORY_REGION_INFORMATION region;
    SIZE_T length;

    memset(&region, 0xCC, sizeof(region));
    ok_status(ask(address, MemoryRegionInformation, &region, sizeof(region), &length),
              STATUS_SUCCESS);
    ok_ptr_eq(region.AllocationBase, base);
    ok_eq(region.AllocationProtect, protect);
    if (address == base) {
        ok_eq(region.RegionSize, size);
    } else { /* Wine: the rest, or the run of pages that are alike */
        todo_wine ok_eq(region.RegionSize, size);
    }
    ok_eq(region.RegionType, 0);
}

TEST(an_allocation_is_told_whole, "8.32")
{
    char *memory = (char *)VirtualAlloc(NULL, 3 * GRANULE, MEM_RESERVE, PAGE_READWRITE), *view;
    HANDLE section = new_section(NULL, PAGE_READWRITE, 2 * GRANULE);
    DWORD old;

    require(memory != NULL);
    check_allocation(memory, memory, PAGE_READWRITE, 3 * GRANULE);
    require(VirtualAlloc(memory + GRANULE, 2 * PAGE, MEM_COMMIT, PAGE_READONLY) != NULL);
    ok_succeeds(VirtualProtect(memory + GRANULE, PAGE, PAGE_NOACCESS, &old));
    check_allocation(memory + 2 * GRANULE + 5, memory, PAGE_READWRITE, 3 * GRANULE);
    check_allocation(memory + GRANULE, memory, PAGE_READWRITE, 3 * GRANULE);
    view = (char *)MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    require(view != NULL);
    check_allocation(view + GRANULE, view, PAGE_READONLY, 2 * GRANULE);
    drop(section, view);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
}

TEST(region_information_needs_room_and_memory, "8.32")
{
    char *memory = (char *)VirtualAlloc(NULL, GRANULE, MEM_RESERVE, PAGE_READWRITE);
    MEMORY_REGION_INFORMATION region;
    SIZE_T length, least = offsetof(MEMORY_REGION_INFORMATION, CommitSize);

    require(memory != NULL);
    ok_status(ask(memory, MemoryRegionInformation, &region, least - 1, &length),
              STATUS_INFO_LENGTH_MISMATCH);
    memset(&region, 0xCC, sizeof(region));
    ok_status(ask(memory, MemoryRegionInformation, &region, least, &length), STATUS_SUCCESS);
    ok_eq(region.RegionSize, GRANULE);
    ok_eq(region.CommitSize, (SIZE_T)0xCCCCCCCCCCCCCCCCull);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    /* Wine tells free memory, too. */
    todo_wine ok_status(ask(memory, MemoryRegionInformation, &region, sizeof(region), &length),
                        STATUS_INVALID_ADDRESS);
    todo_wine ok_status(
        ask(memory, (MEMORY_INFORMATION_CLASS)1000, &region, sizeof(region), &length),
        STATUS_INVALID_INFO_CLASS);
}

/* --- names --------------------------------------------------------------------------- */

union name {
    MEMORY_SECTION_NAME string;
    char bytes[4096];
};

/* The answer's text, which must be counted and terminated; its last part is the file's name. */
static void check_name(const volatile void *address, SIZE_T *ret_length)
{
    union name name;
    SIZE_T count;

    memset(&name, 0xCC, sizeof(name));
    ok_status(ask(address, MemoryMappedFilenameInformation, &name, sizeof(name), ret_length),
              STATUS_SUCCESS);
    count = name.string.SectionFileName.Length / sizeof(wchar_t);
    ok(count > 1);
    ok_ptr_eq(name.string.SectionFileName.Buffer, &name.string + 1);
    ok_eq(name.string.SectionFileName.Buffer[count], 0);
    ok_eq(name.string.SectionFileName.MaximumLength, (count + 1) * sizeof(wchar_t));
    ok_eq(*ret_length, sizeof(name.string) + (count + 1) * sizeof(wchar_t));
}

TEST(an_image_tells_its_file, "8.31")
{
    struct image_spec spec = movable_image(0);
    HANDLE section = new_image(&spec);
    NTSTATUS status;
    unsigned char *view = map_image(section, &status);
    union name name;
    SIZE_T length, needed;

    check_name(view, &needed);
    check_name(view + IMAGE_POINTER, &needed);
    ok_status(ask(view, MemoryMappedFilenameInformation, &name, needed - 1, &length),
              STATUS_BUFFER_OVERFLOW);
    ok_eq(length, needed);
    ok_status(ask(view, MemoryMappedFilenameInformation, &name, sizeof(name.string), &length),
              STATUS_BUFFER_OVERFLOW);
    ok_status(ask(view, MemoryMappedFilenameInformation, &name, sizeof(name.string) - 1, &length),
              STATUS_INFO_LENGTH_MISMATCH);
    ok_status(ask(view, MemoryMappedFilenameInformation, &name, needed, &length), STATUS_SUCCESS);
    ok_succeeds(UnmapViewOfFile(view));
    drop(section, NULL);
}

TEST(memory_without_a_file_tells_none, "8.30")
{
    char *memory = (char *)VirtualAlloc(NULL, GRANULE, MEM_COMMIT, PAGE_READWRITE);
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    void *view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    wchar_t text[100];
    union name name;
    SIZE_T length;

    require(memory && view);
    ok_status(ask(memory, MemoryMappedFilenameInformation, &name, sizeof(name), &length),
              STATUS_INVALID_ADDRESS);
    ok_fails(K32GetMappedFileNameW(GetCurrentProcess(), memory, text, 100), ERROR_UNEXP_NET_ERR);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    ok_status(ask(memory, MemoryMappedFilenameInformation, &name, sizeof(name), &length),
              STATUS_INVALID_ADDRESS);
    /* A view of the page file. */
    ok_status(ask(view, MemoryMappedFilenameInformation, &name, sizeof(name), &length),
              STATUS_FILE_INVALID);
    drop(section, view);
}

TEST(a_mapped_file_name_is_cut_where_it_must, "8.31")
{
    struct image_spec spec = movable_image(0);
    HANDLE section = new_image(&spec), process = GetCurrentProcess();
    NTSTATUS status;
    unsigned char *view = map_image(section, &status);
    wchar_t whole[1000], part[1000];
    char narrow[1000];
    DWORD length = K32GetMappedFileNameW(process, view + 5, whole, 1000);

    ok(length > 1 && length < 1000);
    ok_eq(wcslen(whole), length);
    ok_eq(K32GetMappedFileNameA(process, view, narrow, sizeof(narrow)), length);
    for (DWORD i = 0; i < length; i++)
        require((wchar_t)narrow[i] == whole[i]);
    ok_eq(K32GetMappedFileNameW(process, view, part, length + 1), length);
    todo_wine ok_fails(K32GetMappedFileNameW(process, view, part, 0), ERROR_INSUFFICIENT_BUFFER);
    ok_fails(K32GetMappedFileNameW(NULL, view, part, 1000), ERROR_INVALID_HANDLE);
    ok_succeeds(UnmapViewOfFile(view));
    drop(section, NULL);
#ifndef _WIN32 /* Wine cuts names in a way of its own */
    {
        unsigned char *again;

        section = new_image(&spec);
        again = map_image(section, &status);
        length = GetMappedFileNameW(process, again, whole, 1000);
        ok_eq(GetMappedFileNameW(process, again, part, length), length);
        ok_error(ERROR_INSUFFICIENT_BUFFER);
        ok_mem_eq(part, whole, (length - 1) * sizeof(*part));
        ok_eq(part[length - 1], 0);
        ok_eq(GetMappedFileNameA(process, again, narrow, 2), 2);
        ok_str_eq(narrow, "/");
        ok_succeeds(UnmapViewOfFile(again));
        drop(section, NULL);
    }
#endif
}

/* --- the working set ----------------------------------------------------------------- */

static PSAPI_WORKING_SET_EX_BLOCK page_of(const volatile void *address)
{
    PSAPI_WORKING_SET_EX_INFORMATION page;

    memset(&page, 0xCC, sizeof(page));
    page.VirtualAddress = (void *)address;
    require(K32QueryWorkingSetEx(GetCurrentProcess(), &page, sizeof(page)));
    ok_ptr_eq(page.VirtualAddress, address);
    return page.VirtualAttributes;
}

static void check_valid(const volatile void *address, bool shared, DWORD protect)
{
    PSAPI_WORKING_SET_EX_BLOCK page = page_of(address);

    ok_eq(page.Valid, 1);
    ok_eq(page.Shared, shared);
    ok_eq(page.Win32Protection, protect);
    ok(shared ? page.ShareCount >= 1 : page.ShareCount == 0, "%u", (unsigned)page.ShareCount);
    ok_eq(page.Bad, 0);
}

TEST(private_pages_are_resident_once_touched, "8.3 8.17")
{
    volatile char *memory =
        (volatile char *)VirtualAlloc(NULL, GRANULE, MEM_RESERVE, PAGE_READWRITE);
    DWORD old;

    require(memory != NULL);
    ok_eq(page_of(memory).Valid, 0);
    require(VirtualAlloc((void *)memory, 4 * PAGE, MEM_COMMIT, PAGE_READWRITE) != NULL);
    ok_eq(page_of(memory).Valid, 0);
    memory[0] = memory[PAGE] = memory[2 * PAGE] = 1;
    check_valid(memory, false, PAGE_READWRITE);
    check_valid(memory + PAGE + 77, false, PAGE_READWRITE);
    ok_eq(page_of(memory + 3 * PAGE).Valid, 0);
    ok_succeeds(VirtualProtect((void *)memory, PAGE, PAGE_READONLY, &old));
    check_valid(memory, false, PAGE_READONLY);
    ok_succeeds(VirtualProtect((void *)memory, PAGE, PAGE_NOACCESS, &old));
    ok_eq(page_of(memory).Valid, 0);
    ok_succeeds(VirtualProtect((void *)(memory + PAGE), PAGE, PAGE_READWRITE | PAGE_GUARD, &old));
    ok_eq(page_of(memory + PAGE).Valid, 0);
    ok_succeeds(VirtualFree((void *)(memory + 2 * PAGE), PAGE, MEM_DECOMMIT));
    ok_eq(page_of(memory + 2 * PAGE).Valid, 0);
    ok_succeeds(VirtualFree((void *)memory, 0, MEM_RELEASE));
    ok_eq(page_of(memory).Valid, 0);
    ok_eq(page_of(memory).Shared, 0);
}

TEST(pages_of_views_are_shared_until_copied, "8.10")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 4 * PAGE);
    volatile char *view = (volatile char *)MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    volatile char *copy = (volatile char *)MapViewOfFile(section, FILE_MAP_COPY, 0, 0, 0);

    require(view && copy);
    view[0] = view[PAGE] = 1;
    check_valid(view, true, PAGE_READWRITE);
    ok_eq(copy[0] + copy[PAGE], 2);
    check_valid(copy, true, PAGE_WRITECOPY);
    copy[PAGE] = 7;
    todo_wine check_valid(copy + PAGE, false, PAGE_READWRITE); /* Wine: still WRITECOPY */
    check_valid(copy, true, PAGE_WRITECOPY);
    drop(NULL, copy);
    drop(section, view);
}

TEST(many_pages_are_told_at_once, "8.3")
{
    enum { COUNT = 300 };
    volatile char *memory =
        (volatile char *)VirtualAlloc(NULL, COUNT * PAGE, MEM_COMMIT, PAGE_READWRITE);
    static PSAPI_WORKING_SET_EX_INFORMATION pages[COUNT];
    unsigned n_wrong = 0;

    require(memory != NULL);
    for (unsigned i = 0; i < COUNT; i++) {
        pages[i].VirtualAddress = (void *)(memory + (COUNT - 1 - i) * PAGE);
        if (i % 3 == 0)
            memory[(COUNT - 1 - i) * PAGE] = 1;
    }
    ok_succeeds(K32QueryWorkingSetEx(GetCurrentProcess(), pages, sizeof(pages)));
    for (unsigned i = 0; i < COUNT; i++)
        n_wrong += pages[i].VirtualAttributes.Valid != (i % 3 == 0);
    ok_eq(n_wrong, 0);
    todo_wine
    {
        ok_fails(K32QueryWorkingSetEx(GetCurrentProcess(), pages, sizeof(pages[0]) - 1),
                 ERROR_BAD_LENGTH);
        ok_fails(K32QueryWorkingSetEx(NULL, pages, sizeof(pages)), ERROR_INVALID_HANDLE);
    }
    ok_succeeds(VirtualFree((void *)memory, 0, MEM_RELEASE));
}

#ifndef _WIN32 /* Wine has neither */
TEST(the_whole_working_set_is_listed, "8.3")
{
    enum { ROOM = 1 << 20 };
    volatile char *memory =
        (volatile char *)VirtualAlloc(NULL, 4 * PAGE, MEM_COMMIT, PAGE_READWRITE);
    PSAPI_WORKING_SET_INFORMATION *set = VirtualAlloc(NULL, ROOM, MEM_COMMIT, PAGE_READWRITE);
    ULONG_PTR number = 0, seen = 0, n_wrong = 0;

    require(memory && set);
    memory[PAGE] = 1;
    ok_fails(QueryWorkingSet(GetCurrentProcess(), &number, sizeof(number)), ERROR_BAD_LENGTH);
    ok(number > 50, "%u pages", (unsigned)number);
    ok_fails(QueryWorkingSet(GetCurrentProcess(), &number, sizeof(number) - 1), ERROR_BAD_LENGTH);
    require(QueryWorkingSet(GetCurrentProcess(), set, ROOM));
    ok(set->NumberOfEntries > 50 && set->NumberOfEntries < ROOM / 8);
    for (ULONG_PTR i = 0; i < set->NumberOfEntries; i++) {
        uint64_t address = (uint64_t)set->WorkingSetInfo[i].VirtualPage * PAGE;

        if (address >= (uint64_t)memory && address < (uint64_t)memory + 4 * PAGE) {
            ok_eq(address, (uint64_t)memory + PAGE);
            ok_eq(set->WorkingSetInfo[i].Protection, 4);
            ok_eq(set->WorkingSetInfo[i].Shared, 0);
            seen++;
        }
        n_wrong +=
            i && set->WorkingSetInfo[i].VirtualPage <= set->WorkingSetInfo[i - 1].VirtualPage;
    }
    ok_eq(seen, 1);
    ok_eq(n_wrong, 0);
    ok_succeeds(VirtualFree((void *)memory, 0, MEM_RELEASE));
    ok_succeeds(VirtualFree(set, 0, MEM_RELEASE));
}

TEST(locked_pages_say_so, "")
{
    volatile char *memory =
        (volatile char *)VirtualAlloc(NULL, 2 * PAGE, MEM_COMMIT, PAGE_READWRITE);

    require(memory != NULL);
    memory[0] = memory[PAGE] = 1;
    ok_eq(page_of(memory).Locked, 0);
    ok_succeeds(VirtualLock((void *)memory, PAGE));
    ok_eq(page_of(memory).Locked, 1);
    ok_eq(page_of(memory + PAGE).Locked, 0);
    ok_succeeds(VirtualFree((void *)memory, 0, MEM_RELEASE));
}

static WIN32_MEMORY_REGION_INFORMATION region_of(const void *address)
{
    WIN32_MEMORY_REGION_INFORMATION region;
    SIZE_T size = 0;

    memset(&region, 0xCC, sizeof(region));
    ok_succeeds(QueryVirtualMemoryInformation(GetCurrentProcess(), address, MemoryRegionInfo,
                                              &region, sizeof(region), &size));
    ok_eq(size, sizeof(region));
    return region;
}

TEST(an_allocation_is_told_by_its_kind, "8.32 8.21")
{
    char *memory = VirtualAlloc(NULL, 3 * GRANULE, MEM_RESERVE, PAGE_READWRITE);
    char *place = VirtualAlloc2(NULL, NULL, 2 * GRANULE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER,
                                PAGE_NOACCESS, NULL, 0);
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    void *view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    struct image_spec spec = movable_image(0);
    HANDLE image = new_image(&spec);
    NTSTATUS status;
    unsigned char *code = map_image(image, &status);
    WIN32_MEMORY_REGION_INFORMATION region;
    MEMORY_BASIC_INFORMATION info;

    require(memory && place && view);
    require(VirtualAlloc(memory + GRANULE, 2 * PAGE, MEM_COMMIT, PAGE_READONLY) != NULL);
    region = region_of(memory + GRANULE);
    ok_ptr_eq(region.AllocationBase, memory);
    ok_eq(region.RegionSize, 3 * GRANULE);
    ok_eq(region.CommitSize, 2 * PAGE);
    ok_eq(region.Flags, 1); /* Private */
    region = region_of(view);
    ok_eq(region.CommitSize, GRANULE);
    ok_eq(region.Flags, 8); /* MappedPageFile */
    region = region_of(code + PAGE);
    ok_ptr_eq(region.AllocationBase, code);
    ok_eq(region.RegionSize, MOVABLE_SIZE);
    ok_eq(region.Flags, 4); /* MappedImage */
    /* Two placeholders that touch each other are two. */
    ok_succeeds(VirtualFree(place, GRANULE, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER));
    region = region_of(place + GRANULE);
    ok_ptr_eq(region.AllocationBase, place + GRANULE);
    ok_eq(region.RegionSize, GRANULE);
    ok_eq(region.CommitSize, 0);
    require(VirtualQuery(place, &info, sizeof(info)) == sizeof(info));
    ok_eq(info.RegionSize, GRANULE);
    ok_eq(info.State, MEM_RESERVE);
    ok_eq(info.AllocationProtect, PAGE_NOACCESS);
    ok_succeeds(VirtualFree(place, 0, MEM_RELEASE));
    ok_succeeds(VirtualFree(place + GRANULE, 0, MEM_RELEASE));
    ok_succeeds(UnmapViewOfFile(code));
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    drop(image, NULL);
    drop(section, view);
}

TEST(region_information_is_asked_well_or_refused, "8.32")
{
    WIN32_MEMORY_REGION_INFORMATION region;
    HANDLE process = GetCurrentProcess();
    char local = 0;

    ok_fails(QueryVirtualMemoryInformation(process, &local, MemoryRegionInfo, &region,
                                           sizeof(region) - 1, NULL),
             ERROR_BAD_LENGTH);
    ok_fails(QueryVirtualMemoryInformation(process, &local, (WIN32_MEMORY_INFORMATION_CLASS)1,
                                           &region, sizeof(region), NULL),
             ERROR_INVALID_PARAMETER);
    ok_fails(QueryVirtualMemoryInformation(process, &local, MemoryRegionInfo, NULL, sizeof(region),
                                           NULL),
             ERROR_NOACCESS);
    ok_fails(QueryVirtualMemoryInformation(NULL, &local, MemoryRegionInfo, &region, sizeof(region),
                                           NULL),
             ERROR_INVALID_HANDLE);
    ok_fails(QueryVirtualMemoryInformation(process, (void *)PAGE, MemoryRegionInfo, &region,
                                           sizeof(region), NULL),
             ERROR_UNEXP_NET_ERR);
    ok_fails(QueryVirtualMemoryInformation(process, (void *)~(ULONG_PTR)0, MemoryRegionInfo,
                                           &region, sizeof(region), NULL),
             ERROR_INVALID_PARAMETER);
    /* Of the program itself: one image. */
    ok_succeeds(QueryVirtualMemoryInformation(process, (void *)(uintptr_t)region_of,
                                              MemoryRegionInfo, &region, sizeof(region), NULL));
    ok_eq(region.Flags, 4);
    ok_mem_eq(region.AllocationBase, "\177ELF", 4);
}

TEST(image_information_tells_images_only, "8.14")
{
    struct image_spec spec = movable_image(0);
    HANDLE section = new_image(&spec);
    NTSTATUS status;
    unsigned char *view = map_image(section, &status);
    MEMORY_IMAGE_INFORMATION image;
    SIZE_T length;
    char local = 0;

    ok_status(ask(view + PAGE, MemoryImageInformation, &image, sizeof(image), &length),
              STATUS_SUCCESS);
    ok_ptr_eq(image.ImageBase, view);
    ok_eq(image.SizeOfImage, MOVABLE_SIZE);
    ok_status(ask(&local, MemoryImageInformation, &image, sizeof(image), &length), STATUS_SUCCESS);
    ok_ptr_eq(image.ImageBase, NULL);
    ok_eq(image.SizeOfImage, 0);
    ok_succeeds(UnmapViewOfFile(view));
    ok_status(ask(view, MemoryImageInformation, &image, sizeof(image), &length),
              STATUS_INVALID_ADDRESS);
    drop(section, NULL);
}
#endif
