// SPDX-License-Identifier: MIT
/*
 * The other calls that reach the kernel or take memory, when something fails inside: names and
 * descriptors, handles, what the machine tells, and the ends of memory.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <psapi.h>
#include <windows.h>
#include <winternl.h>

#include "fault/kit.h"
#include "harness/test.h"

#define SHARE_ALL (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)
#define PROBE     FAULT_BIT(LOCK) /* who cannot be asked has no lock and no mark */
#define PAGE      4096

static char path[512], text[4096];
static HANDLE handle, other;

static void choose_path(void)
{
    snprintf(path, sizeof(path), "%s/rest", test_dir());
}

static HANDLE open_file(DWORD disposition, DWORD flags)
{
    return CreateFileA(path, GENERIC_READ | GENERIC_WRITE | DELETE, SHARE_ALL, NULL, disposition,
                       flags, NULL);
}

static void close_handle(void)
{
    ok_succeeds(CloseHandle(handle));
}

static void a_file(void)
{
    HANDLE made = open_file(OPEN_ALWAYS, 0);
    DWORD n;

    ok_succeeds(WriteFile(made, path, 100, &n, NULL));
    ok_succeeds(CloseHandle(made));
}

/* --- names -------------------------------------------------------------------------- */

static uint32_t run_truncate(void)
{
    handle = open_file(TRUNCATE_EXISTING, 0);
    return fault_result(handle != INVALID_HANDLE_VALUE);
}

static uint32_t run_delete_on_close(void)
{
    handle = open_file(OPEN_EXISTING, FILE_FLAG_DELETE_ON_CLOSE);
    return fault_result(handle != INVALID_HANDLE_VALUE);
}

static uint32_t run_open_directory(void)
{
    handle = CreateFileA(test_dir(), GENERIC_READ, SHARE_ALL, NULL, OPEN_EXISTING,
                         FILE_FLAG_BACKUP_SEMANTICS, NULL);
    return fault_result(handle != INVALID_HANDLE_VALUE);
}

static uint32_t run_attributes(void)
{
    return fault_result(GetFileAttributesA(path) != INVALID_FILE_ATTRIBUTES);
}

static uint32_t run_full_path(void)
{
    return fault_result(GetFullPathNameA("x", sizeof(text), text, NULL) != 0);
}

static uint32_t run_current_directory(void)
{
    return fault_result(GetCurrentDirectoryA(sizeof(text), text) != 0);
}

static uint32_t run_temporary(void)
{
    return fault_result(GetTempFileNameA(test_dir(), "ab", 0, text) != 0);
}

static void remove_temporary(void)
{
    ok_succeeds(DeleteFileA(text));
}

static void a_directory(void)
{
    snprintf(text, sizeof(text), "%s/folder", test_dir());
    (void)CreateDirectoryA(text, NULL);
}

static uint32_t run_remove_directory(void)
{
    return fault_result(RemoveDirectoryA(text));
}

TEST(calls_with_paths_fail_cleanly, "")
{
    static const struct fault_call calls[] = {
        {"CreateFile, TRUNCATE_EXISTING", a_file, run_truncate, close_handle,
         FAULT_BIT(OPEN) | FAULT_BIT(FTRUNCATE), PROBE, 0},
        {"CreateFile, DELETE_ON_CLOSE", a_file, run_delete_on_close, close_handle, FAULT_BIT(OPEN),
         PROBE, 0},
        {"CreateFile, directory", NULL, run_open_directory, close_handle, FAULT_BIT(OPEN), PROBE,
         0},
        {"GetFileAttributes", a_file, run_attributes, NULL, FAULT_BIT(STAT), 0, 0},
        {"GetFullPathName", NULL, run_full_path, NULL, FAULT_BIT(CWD), 0, 0},
        {"GetCurrentDirectory", NULL, run_current_directory, NULL, FAULT_BIT(CWD), 0, 0},
        {"GetTempFileName", NULL, run_temporary, remove_temporary, FAULT_BIT(OPEN), PROBE, 0},
        {"RemoveDirectory", a_directory, run_remove_directory, a_directory, FAULT_BIT(UNLINK),
         PROBE, 0},
    };

    choose_path();
    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
}

/* --- handles and descriptors -------------------------------------------------------- */

static uint32_t run_pointer(void)
{
    LARGE_INTEGER end = {.QuadPart = 0};

    return fault_result(SetFilePointerEx(handle, end, NULL, FILE_END));
}

static void lock_it(void)
{
    (void)LockFile(handle, 0, 0, 16, 0);
}

static uint32_t run_unlock(void)
{
    return fault_result(UnlockFile(handle, 0, 0, 16, 0));
}

static uint32_t run_object_name(void)
{
    NTSTATUS status = NtQueryObject(handle, ObjectNameInformation, text, sizeof(text), NULL);

    return NT_SUCCESS(status) ? 0 : RtlNtStatusToDosError(status);
}

static uint32_t run_duplicate(void)
{
    return fault_result(DuplicateHandle(GetCurrentProcess(), handle, GetCurrentProcess(), &other, 0,
                                        FALSE, DUPLICATE_SAME_ACCESS));
}

static void close_other(void)
{
    ok_succeeds(CloseHandle(other));
}

TEST(calls_on_handles_fail_cleanly, "12.7")
{
    static const struct fault_call calls[] = {
        {"SetFilePointerEx", NULL, run_pointer, NULL, FAULT_BIT(SEEK), 0, 0},
        {"UnlockFile", lock_it, run_unlock, lock_it, FAULT_BIT(LOCK), 0, 0},
        {"NtQueryObject, name", NULL, run_object_name, NULL, 0, 0, 0},
        {"DuplicateHandle", NULL, run_duplicate, close_other, 0, 0, 0},
    };

    choose_path();
    a_file();
    handle = open_file(OPEN_EXISTING, 0);
    require(handle != INVALID_HANDLE_VALUE);
    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
    close_handle();
}

/* --- the machine -------------------------------------------------------------------- */

/* The first thing that it reads is not there. */
static void check_untold(bool (*ask)(void))
{
    bool told;

    fault_arm(0, EACCES);
    SetLastError(ERROR_SUCCESS);
    told = ask();
    ok_eq(fault_disarm(), NT_OS_READ);
    ok(!told);
    ok_error(ERROR_NOT_SUPPORTED);
    ok(ask());
}

static bool ask_memory_status(void)
{
    MEMORYSTATUSEX status = {.dwLength = sizeof(status)};

    return GlobalMemoryStatusEx(&status);
}

static bool ask_process_memory(void)
{
    PROCESS_MEMORY_COUNTERS counters;

    return GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof(counters));
}

TEST(what_the_machine_does_not_tell_is_an_error, "")
{
    check_untold(ask_memory_status);
    check_untold(ask_process_memory);
}

/* --- views and memory --------------------------------------------------------------- */

static unsigned char *view;

static void map_again(void)
{
    view = MapViewOfFile(handle, FILE_MAP_WRITE, 0, 0, 0);
    require(view != NULL, "error %lu", (unsigned long)GetLastError());
}

static void map_if_not(void)
{
    if (!view)
        map_again();
}

static uint32_t run_unmap(void)
{
    uint32_t result = fault_result(UnmapViewOfFile(view));

    if (!result)
        view = NULL;
    return result;
}

static uint32_t run_map_more(void)
{
    view = MapViewOfFile3(handle, NULL, NULL, 0, 1 << 20, MEM_RESERVE, PAGE_READWRITE, NULL, 0);
    return fault_result(view != NULL);
}

static void unmap(void)
{
    ok_succeeds(UnmapViewOfFile(view));
    view = NULL;
}

static void walk_views(const char *name, const char *name_more)
{
    const struct fault_call unmapping = {name, map_if_not, run_unmap, NULL, FAULT_BIT(MUNMAP),
                                         0,    0};
    const struct fault_call more = {name_more, NULL, run_map_more, unmap, FAULT_BIT(MMAP), 0, 0};

    require(handle != NULL, "error %lu", (unsigned long)GetLastError());
    map_again();
    fault_walk_call(&unmapping);
    if (view)
        unmap();
    if (name_more)
        fault_walk_call(&more);
    close_handle();
}

TEST(views_of_each_kind_end_or_stay, "4.1")
{
    HANDLE file;

    choose_path();
    a_file();
    file = open_file(OPEN_EXISTING, 0);
    handle = CreateFileMappingW(file, NULL, PAGE_READWRITE, 0, 0, NULL);
    walk_views("UnmapViewOfFile, file", "MapViewOfFile3, MEM_RESERVE");
    handle = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | SEC_RESERVE, 0,
                                16 * PAGE, NULL);
    walk_views("UnmapViewOfFile, SEC_RESERVE", NULL);
    ok_succeeds(CloseHandle(file));
}

static void allocate(void)
{
    if (!view)
        view = VirtualAlloc(NULL, 16 * PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    require(view != NULL);
}

static uint32_t run_decommit(void)
{
    return fault_result(VirtualFree(view + PAGE, PAGE, MEM_DECOMMIT));
}

static void commit_again(void)
{
    ok_succeeds(VirtualAlloc(view + PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE) != NULL);
}

static uint32_t run_release(void)
{
    uint32_t result = fault_result(VirtualFree(view, 0, MEM_RELEASE));

    if (!result)
        view = NULL;
    return result;
}

TEST(memory_ends_or_stays, "7.31")
{
    static const struct fault_call calls[] = {
        {"VirtualFree, MEM_DECOMMIT", allocate, run_decommit, commit_again, FAULT_BIT(MMAP), 0, 0},
        {"VirtualFree, MEM_RELEASE", allocate, run_release, NULL, FAULT_BIT(MUNMAP), 0, 0},
    };

    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
    if (view)
        ok_succeeds(VirtualFree(view, 0, MEM_RELEASE));
}
