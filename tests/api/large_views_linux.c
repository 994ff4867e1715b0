// SPDX-License-Identifier: MIT
/*
 * Views of large pages: where they lie, what replaces a placeholder, and what another process can
 * do to them.
 */
#ifndef _WIN32

#    include <errno.h>
#    include <fcntl.h>
#    include <sys/mman.h>
#    include <unistd.h>

#    include <windows.h>
#    include <winternl.h>

#    include <ntshm/ntshm.h>

#    include "api/large_pool_linux.h"
#    include "harness/test.h"

#    define LARGE_SECTION (SEC_COMMIT | SEC_LARGE_PAGES)
#    define LARGE_MEMORY  (MEM_RESERVE | MEM_COMMIT | MEM_LARGE_PAGES)
#    define DROP          30000

static SIZE_T large;

static HANDLE begin_with_section(unsigned pages, const wchar_t *name)
{
    HANDLE section;

    large_pool_begin(pages);
    large = GetLargePageMinimum();
    require(large_pool_allow(true));
    section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_EXECUTE_READWRITE | LARGE_SECTION,
                                 0, (DWORD)(pages * large), name);
    require(section != NULL, "error %lu", (unsigned long)GetLastError());
    return section;
}

static MEMORY_BASIC_INFORMATION query(const void *address)
{
    MEMORY_BASIC_INFORMATION info = {.Protect = 0};

    ok_eq(VirtualQuery(address, &info, sizeof(info)), sizeof(info));
    return info;
}

/* --- places --------------------------------------------------------------------------------- */

TEST(a_view_of_large_pages_is_made_of_whole_ones, "7.52")
{
    const DWORD access = FILE_MAP_WRITE | FILE_MAP_LARGE_PAGES;
    HANDLE section = begin_with_section(4, NULL);
    unsigned char *view, *base;

    ok_fails(MapViewOfFile(section, access, 0, 0, 0x10000), ERROR_INVALID_PARAMETER);
    ok_fails(MapViewOfFile(section, access, 0, 0, large + 0x1000), ERROR_INVALID_PARAMETER);
    ok_fails(MapViewOfFile(section, access, 0, 0x10000, large), ERROR_MAPPED_ALIGNMENT);
    ok_fails(MapViewOfFile(section, access, 0, (DWORD)large, 4 * large), ERROR_ACCESS_DENIED);
    view = MapViewOfFile(section, access, 0, (DWORD)large, 2 * large);
    require(view != NULL, "error %lu", (unsigned long)GetLastError());
    ok_eq((ULONG_PTR)view % large, 0);
    ok_eq(query(view).RegionSize, 2 * large);
    view[2 * large - 1] = 1;
    base = view;
    ok_succeeds(UnmapViewOfFile(view));
    ok_fails(MapViewOfFileEx(section, access, 0, 0, large, base + 0x10000), ERROR_MAPPED_ALIGNMENT);
    ok_ptr_eq(MapViewOfFileEx(section, access, 0, 0, large, base), base);
    ok_fails(MapViewOfFileEx(section, access, 0, 0, large, base), ERROR_INVALID_ADDRESS);
    ok_succeeds(UnmapViewOfFile(base));
    view = MapViewOfFile3(section, GetCurrentProcess(), NULL, 0, 0, MEM_LARGE_PAGES, PAGE_READWRITE,
                          NULL, 0);
    ok(view != NULL, "error %lu", (unsigned long)GetLastError());
    ok_eq(query(view).RegionSize, 4 * large);
    ok_succeeds(UnmapViewOfFile(view));
    ok_succeeds(CloseHandle(section));
    large_pool_end();
}

/* As Microsoft's sample maps it. */
TEST(the_flag_for_large_pages_is_not_needed, "7.54")
{
    HANDLE section = begin_with_section(2, NULL);
    MEMORY_BASIC_INFORMATION info;
    unsigned char *view, *base;

    view = MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, 65536);
    require(view != NULL, "error %lu", (unsigned long)GetLastError());
    ok_eq((ULONG_PTR)view % large, 0);
    info = query(view);
    ok_eq(info.RegionSize, large);
    ok_eq(info.Type, MEM_MAPPED);
    ok_eq(info.State, MEM_COMMIT);
    ok_eq(info.Protect, PAGE_READWRITE);
    view[large - 1] = 1;
    base = view;
    ok_succeeds(UnmapViewOfFile(view));
    ok_fails(MapViewOfFile(section, FILE_MAP_WRITE, 0, 0x10000, 65536), ERROR_MAPPED_ALIGNMENT);
    ok_fails(MapViewOfFileEx(section, FILE_MAP_WRITE, 0, 0, 65536, base + 0x10000),
             ERROR_MAPPED_ALIGNMENT);
    view = MapViewOfFile(section, FILE_MAP_READ | FILE_MAP_EXECUTE, 0, (DWORD)large, 1);
    require(view != NULL, "error %lu", (unsigned long)GetLastError());
    ok_eq(query(view).RegionSize, large);
    ok_eq(query(view).Protect, PAGE_EXECUTE_READ);
    ok_succeeds(UnmapViewOfFile(view));
    ok_succeeds(CloseHandle(section));
    large_pool_end();
}

TEST(views_of_one_large_page_show_the_same, "3.33 7.55")
{
    HANDLE section = begin_with_section(1, NULL);
    long before = large_pool_free();
    unsigned char *one = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    unsigned char *two = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);

    require(one != NULL && two != NULL, "error %lu", (unsigned long)GetLastError());
    one[12345] = 6;
    ok_eq(two[12345], 6);
    ok_eq(query(two).Protect, PAGE_READONLY);
    /* The section's one page is all that they take. */
    ok_eq(large_pool_free(), before);
    ok_succeeds(UnmapViewOfFile(one));
    ok_succeeds(UnmapViewOfFile(two));
    ok_succeeds(CloseHandle(section));
    large_pool_end();
}

/* Each would need a page more when it is written, and there may be none then. */
TEST(large_pages_are_not_copied_on_write, "7.55")
{
    HANDLE section = begin_with_section(1, NULL);

    ok_fails(MapViewOfFile(section, FILE_MAP_COPY, 0, 0, 0), ERROR_INVALID_PARAMETER);
    ok_fails(MapViewOfFile3(section, NULL, NULL, 0, 0, 0, PAGE_WRITECOPY, NULL, 0),
             ERROR_INVALID_PARAMETER);
    ok_fails(MapViewOfFile3(section, NULL, NULL, 0, 0, 0, PAGE_READWRITE | PAGE_GUARD, NULL, 0),
             ERROR_INVALID_PARAMETER);
    ok_succeeds(CloseHandle(section));
    large_pool_end();
}

/* --- placeholders --------------------------------------------------------------------------- */

static unsigned char *reserve_placeholder(SIZE_T size)
{
    MEM_ADDRESS_REQUIREMENTS requirements = {.Alignment = large};
    MEM_EXTENDED_PARAMETER parameter = {.Type = MemExtendedParameterAddressRequirements};
    unsigned char *memory;

    parameter.Pointer = &requirements;
    memory = VirtualAlloc2(NULL, NULL, size, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS,
                           &parameter, 1);
    require(memory != NULL, "error %lu", (unsigned long)GetLastError());
    return memory;
}

static void *replace(HANDLE section, void *base, SIZE_T size, ULONG64 offset, ULONG flags)
{
    return MapViewOfFile3(section, NULL, base, offset, size, MEM_REPLACE_PLACEHOLDER | flags,
                          PAGE_READWRITE, NULL, 0);
}

TEST(a_view_of_large_pages_replaces_a_placeholder, "5.62 5.19 5.30")
{
    HANDLE section = begin_with_section(2, NULL);
    unsigned char *base = reserve_placeholder(4 * large), *view;

    ok_succeeds(VirtualFree(base, large, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER));
    for (ULONG flags = 0; flags <= MEM_LARGE_PAGES; flags += MEM_LARGE_PAGES) {
        ok_fails(replace(section, base, large, 0x10000, flags), ERROR_MAPPED_ALIGNMENT);
        ok_fails(replace(section, base + 0x10000, large, 0, flags), ERROR_MAPPED_ALIGNMENT);
        ok_fails(replace(section, base + large, 0x10000, 0, flags), ERROR_MAPPED_ALIGNMENT);
        ok_fails(replace(section, base + large, large, 0, flags), ERROR_INVALID_ADDRESS);
        view = replace(section, base, large, large, flags);
        ok_ptr_eq(view, base);
        view[5] = 5;
        ok_eq(query(base).Type, MEM_MAPPED);
        ok_eq(query(base).RegionSize, large);
        ok_succeeds(UnmapViewOfFile2(GetCurrentProcess(), view, MEM_PRESERVE_PLACEHOLDER));
        ok_eq(query(base).State, MEM_RESERVE);
    }
    ok_succeeds(VirtualFree(base, 4 * large, MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS));
    ok_succeeds(VirtualFree(base, 0, MEM_RELEASE));
    ok_succeeds(CloseHandle(section));
    large_pool_end();
}

TEST(large_pages_replace_a_placeholder, "5.62 5.34")
{
    const ULONG type = LARGE_MEMORY | MEM_REPLACE_PLACEHOLDER;
    unsigned char *base;
    long before;

    large_pool_begin(2);
    large = GetLargePageMinimum();
    require(large_pool_allow(true));
    before = large_pool_free();
    base = reserve_placeholder(2 * large);
    ok_fails(VirtualAlloc2(NULL, base + 0x10000, large, type, PAGE_READWRITE, NULL, 0),
             ERROR_MAPPED_ALIGNMENT);
    ok_fails(VirtualAlloc2(NULL, base, large + 0x1000, type, PAGE_READWRITE, NULL, 0),
             ERROR_MAPPED_ALIGNMENT);
    ok_fails(VirtualAlloc2(NULL, base, large, type, PAGE_READWRITE, NULL, 0),
             ERROR_INVALID_ADDRESS);
    ok_eq(large_pool_free(), before);
    ok_ptr_eq(VirtualAlloc2(NULL, base, 2 * large, type, PAGE_READWRITE, NULL, 0), base);
    ok_eq(large_pool_free(), before - 2);
    base[large] = 1;
    ok_succeeds(VirtualFree(base, 2 * large, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER));
    ok_eq(large_pool_free(), before);
    ok_eq(query(base).State, MEM_RESERVE);
    ok_eq(query(base).RegionSize, 2 * large);
    ok_ptr_eq(VirtualAlloc2(NULL, base, 2 * large, type, PAGE_READWRITE, NULL, 0), base);
    ok_eq(base[large], 0);
    ok_succeeds(VirtualFree(base, 0, MEM_RELEASE));
    large_pool_end();
}

/* Nothing is there for it: the range stays a placeholder, and nobody else gets it. */
TEST(a_failed_replacement_leaves_the_placeholder, "5.62 7.59")
{
    const ULONG type = LARGE_MEMORY | MEM_REPLACE_PLACEHOLDER;
    unsigned char *base;
    int taken;

    large_pool_begin(1);
    large = GetLargePageMinimum();
    require(large_pool_allow(true));
    base = reserve_placeholder(large);
    taken = large_pool_take(0);
    ok_fails(VirtualAlloc2(NULL, base, large, type, PAGE_READWRITE, NULL, 0),
             ERROR_NO_SYSTEM_RESOURCES);
    ok_eq(query(base).State, MEM_RESERVE);
    ok_eq(query(base).RegionSize, large);
    ok_ptr_eq(
        mmap(base, large, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0),
        MAP_FAILED);
    close(taken);
    ok_ptr_eq(VirtualAlloc2(NULL, base, large, type, PAGE_READWRITE, NULL, 0), base);
    ok_succeeds(VirtualFree(base, 0, MEM_RELEASE));
    large_pool_end();
}

/* --- what another process can do ------------------------------------------------------------ */

/* Takes every page that is free, and says so. */
CHILD(emptier)
{
    char line[32];
    int fd = large_pool_take(0);

    ok_eq(large_pool_free(), 0);
    test_say("empty");
    test_hear(line, sizeof(line), DROP);
    close(fd);
    return 0;
}

TEST(a_pool_that_another_empties_takes_nothing_away, "7.55")
{
    HANDLE section = begin_with_section(2, NULL);
    struct test_child child;
    unsigned char *memory, *view;

    ok_succeeds(CloseHandle(section));
    section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | LARGE_SECTION, 0,
                                 (DWORD)large, NULL);
    memory = VirtualAlloc(NULL, large, LARGE_MEMORY, PAGE_READWRITE);
    require(section != NULL && memory != NULL, "error %lu", (unsigned long)GetLastError());
    require(test_child_start(&child, "emptier"));
    test_child_expect(&child, "empty", DROP);
    /* Mapped and touched for the first time when nothing is left. */
    view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    require(view != NULL, "error %lu", (unsigned long)GetLastError());
    for (SIZE_T i = 0; i < large; i += 4096)
        view[i] = memory[i] = 1;
    ok_eq(view[large - 4096], 1);
    test_child_write_line(&child, "end");
    ok_eq(test_child_wait(&child, DROP), 0);
    ok_succeeds(UnmapViewOfFile(view));
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    ok_succeeds(CloseHandle(section));
    large_pool_end();
}

/* May write the section, and has its pages thrown away; then takes what that has set free. */
CHILD(puncher)
{
    HANDLE section = OpenFileMappingW(FILE_MAP_WRITE, FALSE, L_("punched"));
    unsigned char *view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    char line[32];
    int fd;

    require(view != NULL, "error %lu", (unsigned long)GetLastError());
    view[0] = 1;
    ok_eq(madvise(view, GetLargePageMinimum(), MADV_REMOVE), 0);
    fd = large_pool_take(0);
    test_say("punched");
    test_hear(line, sizeof(line), DROP);
    close(fd);
    ok_succeeds(UnmapViewOfFile(view));
    ok_succeeds(CloseHandle(section));
    return 0;
}

static DWORD touch(volatile unsigned char *memory, ULONG_PTR *address)
{
    volatile DWORD code = 0;

    NTSHM_TRY(guard)
    {
        memory[5] = 1;
    }
    NTSHM_EXCEPT(guard)
    {
        code = guard.record.ExceptionCode;
        *address = guard.record.ExceptionInformation[1];
    }
    NTSHM_END
    return code;
}

TEST(a_page_that_another_throws_away_is_an_in_page_error, "7.55")
{
    HANDLE section = begin_with_section(2, L_("punched"));
    unsigned char *view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    struct test_child child;
    ULONG_PTR address = 0;

    require(view != NULL, "error %lu", (unsigned long)GetLastError());
    view[large] = 2;
    ok_eq(touch(view, &address), 0);
    require(test_child_start(&child, "puncher"));
    test_child_expect(&child, "punched", DROP);
    ok_eq(touch(view, &address), EXCEPTION_IN_PAGE_ERROR);
    ok_eq(address, (ULONG_PTR)view + 5);
    ok_eq(view[large], 2); /* the other page is as it was */
    test_child_write_line(&child, "end");
    ok_eq(test_child_wait(&child, DROP), 0);
    /* With a free page it is there again, and empty. */
    ok_eq(touch(view, &address), 0);
    ok_eq(view[0], 0);
    ok_succeeds(UnmapViewOfFile(view));
    ok_succeeds(CloseHandle(section));
    large_pool_end();
}

/* A place is looked at before pages are; and a view needs no page of its own to be mapped. */
TEST(an_empty_pool_hides_no_other_error, "5.62 7.55")
{
    HANDLE section = begin_with_section(1, NULL);
    unsigned char *view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0), *other;
    int taken;

    require(view != NULL, "error %lu", (unsigned long)GetLastError());
    ok_eq(madvise(view, large, MADV_REMOVE), 0);
    taken = large_pool_take(0);
    ok_fails(VirtualAlloc2(NULL, (void *)0x7000000000, large,
                           LARGE_MEMORY | MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL, 0),
             ERROR_INVALID_ADDRESS);
    ok_fails(VirtualAlloc(view, large, LARGE_MEMORY, PAGE_READWRITE), ERROR_INVALID_ADDRESS);
    other = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    ok(other != NULL, "error %lu", (unsigned long)GetLastError());
    close(taken);
    if (other) {
        other[7] = 7;
        ok_eq(view[7], 7);
        ok_succeeds(UnmapViewOfFile(other));
    }
    ok_succeeds(UnmapViewOfFile(view));
    ok_succeeds(CloseHandle(section));
    large_pool_end();
}

/* Who may only read has a descriptor for reading only. */
CHILD(reader_that_punches)
{
    HANDLE section = OpenFileMappingW(FILE_MAP_READ, FALSE, L_("readable"));
    unsigned char *view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);

    require(view != NULL, "error %lu", (unsigned long)GetLastError());
    ok_eq(madvise(view, GetLargePageMinimum(), MADV_REMOVE), -1);
    ok_eq(mprotect(view, GetLargePageMinimum(), PROT_READ | PROT_WRITE), -1);
    ok_eq(view[3], 3);
    ok_succeeds(UnmapViewOfFile(view));
    ok_succeeds(CloseHandle(section));
    return 0;
}

TEST(who_may_only_read_takes_no_page_away, "7.55 2.22")
{
    HANDLE section = begin_with_section(1, L_("readable"));
    unsigned char *view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    struct test_child child;

    require(view != NULL, "error %lu", (unsigned long)GetLastError());
    view[3] = 3;
    require(test_child_start(&child, "reader_that_punches"));
    ok_eq(test_child_wait(&child, DROP), 0);
    ok_eq(view[3], 3);
    ok_succeeds(UnmapViewOfFile(view));
    ok_succeeds(CloseHandle(section));
    large_pool_end();
}

#endif
