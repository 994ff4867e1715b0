// SPDX-License-Identifier: MIT
/*
 * Sections of files, reserved sections and changes to pages when something fails inside: the error
 * is told, the pages are as they were, nothing is left, and the same call works afterwards.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <windows.h>
#include <winternl.h>

#include "fault/kit.h"
#include "harness/test.h"
#include "unit/broker_fixture.h"

#define SIZE 65536
#define PAGE 4096

static char path[512];
static HANDLE file = INVALID_HANDLE_VALUE, section;
static unsigned char *view;

static void open_file(void)
{
    DWORD n;

    snprintf(path, sizeof(path), "%s/mapped", test_dir());
    file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                       CREATE_ALWAYS, 0, NULL);
    require(file != INVALID_HANDLE_VALUE, "error %lu", (unsigned long)GetLastError());
    ok_succeeds(WriteFile(file, path, 100, &n, NULL));
}

static void close_section(void)
{
    ok_succeeds(CloseHandle(section));
    section = NULL;
}

static void unmap(void)
{
    ok_succeeds(UnmapViewOfFile(view));
    view = NULL;
}

/* --- creating ----------------------------------------------------------------------- */

static uint32_t run_create_file_section(void)
{
    section = CreateFileMappingW(file, NULL, PAGE_READWRITE, 0, 0, NULL);
    return fault_result(section != NULL);
}

/* Back to 100 bytes, so that each run has something to extend. */
static void shorten(void)
{
    LARGE_INTEGER size = {.QuadPart = 100};

    ok_succeeds(SetFilePointerEx(file, size, NULL, FILE_BEGIN));
    ok_succeeds(SetEndOfFile(file));
}

static uint32_t run_extend(void)
{
    section = CreateFileMappingW(file, NULL, PAGE_READWRITE, 0, SIZE, NULL);
    return fault_result(section != NULL);
}

static uint32_t run_create_reserve(void)
{
    section =
        CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | SEC_RESERVE, 0, SIZE, NULL);
    return fault_result(section != NULL);
}

TEST(a_section_of_a_file_is_made_whole_or_not_at_all, "1.33")
{
    static const struct fault_call calls[] = {
        {"CreateFileMapping, file", NULL, run_create_file_section, close_section,
         FAULT_BIT(REOPEN) | FAULT_BIT(STAT) | FAULT_BIT(LOCK) | FAULT_MEMORY, FAULT_BIT(LOCK), 0},
        {"CreateFileMapping, longer than its file", shorten, run_extend, close_section,
         FAULT_BIT(ALLOCATE), FAULT_BIT(LOCK), 0},
        {"CreateFileMapping, SEC_RESERVE", NULL, run_create_reserve, close_section,
         FAULT_BIT(MEMFD) | FAULT_BIT(SEAL) | FAULT_BIT(MMAP) | FAULT_MEMORY, 0, 0},
    };

    open_file();
    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
    ok_succeeds(CloseHandle(file));
}

/* --- mapping ------------------------------------------------------------------------ */

static uint32_t run_map(void)
{
    view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    return fault_result(view != NULL);
}

static uint32_t run_map_copy(void)
{
    view = MapViewOfFile(section, FILE_MAP_COPY, 0, 0, 0);
    return fault_result(view != NULL);
}

static uint32_t run_flush(void)
{
    return fault_result(FlushViewOfFile(view, 0));
}

TEST(a_view_of_a_file_is_mapped_whole_or_not_at_all, "3.33 16.18")
{
    static const struct fault_call maps[] = {
        {"MapViewOfFile, file", NULL, run_map, unmap, FAULT_BIT(MMAP), 0, 0},
        {"MapViewOfFile, copy of a file", NULL, run_map_copy, unmap, FAULT_BIT(MMAP), 0, 0},
    };
    static const struct fault_call flush = {
        .name = "FlushViewOfFile", .run = run_flush, .must_meet = FAULT_BIT(MSYNC)};

    open_file();
    ok_eq(run_create_file_section(), 0);
    for (size_t i = 0; i < ARRAYSIZE(maps); i++)
        fault_walk_call(&maps[i]);
    ok_eq(run_map(), 0);
    fault_walk_call(&flush);
    unmap();
    close_section();
    ok_succeeds(CloseHandle(file));
}

/* --- changing pages ----------------------------------------------------------------- */

static DWORD old;

static ULONG protection_at(const void *address)
{
    MEMORY_BASIC_INFORMATION info = {.Protect = 0};

    ok_eq(VirtualQuery(address, &info, sizeof(info)), sizeof(info));
    return info.Protect;
}

static uint32_t protect_to(DWORD protect)
{
    ULONG before = protection_at(view + PAGE);
    uint32_t result = fault_result(VirtualProtect(view + PAGE, PAGE, protect, &old));

    if (result)
        ok_eq(protection_at(view + PAGE), before);
    return result;
}

static uint32_t run_protect(void)
{
    return protect_to(PAGE_READONLY);
}

static uint32_t run_to_copy(void)
{
    return protect_to(PAGE_WRITECOPY);
}

static uint32_t run_guard(void)
{
    return protect_to(PAGE_READWRITE | PAGE_GUARD);
}

static void unprotect(void)
{
    ok_succeeds(VirtualProtect(view + PAGE, PAGE, PAGE_READWRITE, &old));
}

static uint32_t run_reset(void)
{
    return fault_result(VirtualAlloc(view, PAGE, MEM_RESET, PAGE_READWRITE) != NULL);
}

TEST(pages_are_changed_whole_or_not_at_all, "9.1 9.16 9.25")
{
    static const struct fault_call calls[] = {
        {"VirtualProtect", NULL, run_protect, unprotect, FAULT_BIT(MPROTECT), 0, 0},
        {"VirtualProtect, to copy-on-write", NULL, run_to_copy, unprotect, FAULT_MEMORY,
         FAULT_BIT(DUP) | FAULT_BIT(REOPEN), 0},
        {"VirtualProtect, guard page", NULL, run_guard, unprotect, FAULT_BIT(MPROTECT), 0, 0},
        {"VirtualAlloc, MEM_RESET", NULL, run_reset, NULL, 0, FAULT_BIT(MADVISE), 0},
    };

    section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, NULL);
    require(section != NULL);
    ok_eq(run_map(), 0);
    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
    unmap();
    close_section();
}

static unsigned n_committed;

static uint32_t run_commit(void)
{
    void *page = view + (size_t)n_committed * PAGE;
    uint32_t result = fault_result(VirtualAlloc(page, PAGE, MEM_COMMIT, PAGE_READWRITE) != NULL);

    if (result)
        ok_eq(protection_at(page), 0);
    return result;
}

static void next_page(void)
{
    view[(size_t)n_committed * PAGE] = 1;
    n_committed++;
}

TEST(a_reserved_page_is_committed_or_not, "6.3")
{
    static const struct fault_call call = {
        .name = "VirtualAlloc, commit in a view",
        .run = run_commit,
        .undo = next_page,
        .must_meet = FAULT_BIT(FTRUNCATE),
    };

    section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | SEC_RESERVE, 0,
                                 64 * PAGE, NULL);
    require(section != NULL);
    ok_eq(run_map(), 0);
    fault_walk_call(&call);
    unmap();
    close_section();
}

/* --- private memory ----------------------------------------------------------------- */

static uint32_t run_reset_private(void)
{
    return fault_result(VirtualAlloc(view, PAGE, MEM_RESET, PAGE_READWRITE) != NULL);
}

TEST(memory_is_reset_or_not, "7.13")
{
    static const struct fault_call call = {
        .name = "VirtualAlloc, MEM_RESET of private memory",
        .run = run_reset_private,
        .may_survive = FAULT_BIT(MADVISE), /* it is a hint */
        .must_meet = FAULT_BIT(MADVISE),
    };

    view = VirtualAlloc(NULL, SIZE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    require(view != NULL);
    fault_walk_call(&call);
    ok_succeeds(VirtualFree(view, 0, MEM_RELEASE));
}
