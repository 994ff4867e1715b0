// SPDX-License-Identifier: MIT
/*
 * What is done to open files through their handles, when something fails inside: names, deletion,
 * times, locks of a handle that only reads, and a copy that somebody watches.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <windows.h>
#include <winioctl.h>

#include "fault/kit.h"
#include "harness/test.h"

#define SHARE_ALL (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)
#define PROBE     FAULT_BIT(LOCK) /* who cannot be asked has no lock and no mark */

static char path[512], other[512];
static HANDLE file;

static void open_for(DWORD access)
{
    HANDLE made;
    DWORD n;

    snprintf(path, sizeof(path), "%s/file", test_dir());
    snprintf(other, sizeof(other), "%s/other", test_dir());
    (void)DeleteFileA(other);
    made = CreateFileA(path, GENERIC_WRITE, SHARE_ALL, NULL, CREATE_ALWAYS, 0, NULL);
    ok_succeeds(WriteFile(made, path, sizeof(path), &n, NULL));
    ok_succeeds(CloseHandle(made));
    file = CreateFileA(path, access, SHARE_ALL, NULL, OPEN_EXISTING, 0, NULL);
    require(file != INVALID_HANDLE_VALUE, "error %u", (unsigned)GetLastError());
}

/* --- names ---------------------------------------------------------------------------------- */

static uint32_t run_final_path(void)
{
    char text[600];

    return fault_result(GetFinalPathNameByHandleA(file, text, sizeof(text), 0) != 0);
}

static uint32_t run_name(void)
{
    union {
        FILE_NAME_INFO info;
        char bytes[4096];
    } name;

    return fault_result(GetFileInformationByHandleEx(file, FileNameInfo, &name, sizeof(name)));
}

static uint32_t run_basic(void)
{
    FILE_BASIC_INFO basic;

    return fault_result(GetFileInformationByHandleEx(file, FileBasicInfo, &basic, sizeof(basic)));
}

static uint32_t run_set_basic(void)
{
    FILE_BASIC_INFO basic = {.LastWriteTime.QuadPart = 126256467067890000ll,
                             .FileAttributes = FILE_ATTRIBUTE_READONLY};

    return fault_result(SetFileInformationByHandle(file, FileBasicInfo, &basic, sizeof(basic)));
}

static void undo_set_basic(void)
{
    ok_succeeds(SetFileAttributesA(path, FILE_ATTRIBUTE_NORMAL));
}

static uint32_t run_reserve(void)
{
    FILE_ALLOCATION_INFO room = {.AllocationSize.QuadPart = 1 << 20};

    return fault_result(SetFileInformationByHandle(file, FileAllocationInfo, &room, sizeof(room)));
}

TEST(questions_about_an_open_file_fail_cleanly, "")
{
    static const struct fault_call calls[] = {
        {"GetFinalPathNameByHandle", NULL, run_final_path, NULL, FAULT_MEMORY, 0, 0},
        {"FileNameInfo", NULL, run_name, NULL, FAULT_MEMORY, 0, 0},
        {"FileBasicInfo", NULL, run_basic, NULL, FAULT_BIT(STAT), PROBE, 0},
        {"set FileBasicInfo", NULL, run_set_basic, undo_set_basic,
         FAULT_BIT(UTIME) | FAULT_BIT(CHMOD), 0, 0},
        {"set FileAllocationInfo", NULL, run_reserve, NULL, FAULT_BIT(ALLOCATE), 0, 0},
    };

    open_for(GENERIC_READ | GENERIC_WRITE);
    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
    ok_succeeds(CloseHandle(file));
}

/* --- deletion and renaming ------------------------------------------------------------------ */

static BOOL dispose(BOOLEAN delete)
{
    FILE_DISPOSITION_INFO information = {delete};

    return SetFileInformationByHandle(file, FileDispositionInfo, &information, sizeof(information));
}

static uint32_t run_dispose(void)
{
    return fault_result(dispose(TRUE));
}

static void undo_dispose(void)
{
    ok_succeeds(dispose(FALSE));
}

static BOOL rename_file(const char *to)
{
    union {
        FILE_RENAME_INFO info;
        char bytes[4096];
    } name;
    WCHAR *text = (WCHAR *)(void *)(name.bytes + offsetof(FILE_RENAME_INFO, FileName));

    memset(&name, 0, sizeof(name));
    for (; to[name.info.FileNameLength]; name.info.FileNameLength++)
        text[name.info.FileNameLength] = (unsigned char)to[name.info.FileNameLength];
    name.info.FileNameLength *= (DWORD)sizeof(WCHAR);
    return SetFileInformationByHandle(file, FileRenameInfo, &name, sizeof(name));
}

static uint32_t run_rename(void)
{
    return fault_result(rename_file(other));
}

static void undo_rename(void)
{
    ok_succeeds(rename_file(path));
}

static uint32_t run_link(void)
{
    return fault_result(CreateHardLinkA(other, path, NULL));
}

static void undo_link(void)
{
    ok_succeeds(DeleteFileA(other));
}

TEST(deleting_and_renaming_by_handle_fail_cleanly, "16.9")
{
    static const struct fault_call calls[] = {
        {"set FileDispositionInfo", NULL, run_dispose, undo_dispose, FAULT_BIT(STAT), PROBE, 0},
        {"set FileRenameInfo", NULL, run_rename, undo_rename, FAULT_BIT(RENAME) | FAULT_MEMORY,
         FAULT_BIT(STAT), 0},
        {"CreateHardLink", NULL, run_link, undo_link, FAULT_BIT(RENAME), 0, 0},
    };

    open_for(GENERIC_READ | DELETE);
    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
    ok_succeeds(CloseHandle(file));
    ok(GetFileAttributesA(path) != INVALID_FILE_ATTRIBUTES);
}

/* --- locks of a handle that only reads ------------------------------------------------------ */

static void open_to_read(void)
{
    open_for(GENERIC_READ);
}

TEST(a_lock_of_a_handle_that_only_reads_fails_cleanly, "")
{
    open_to_read();
    ok_succeeds(LockFile(file, 10, 0, 10, 0));
    ok_succeeds(UnlockFile(file, 10, 0, 10, 0));
    ok_succeeds(CloseHandle(file));
    /* Without a description for writing an exclusive lock is refused. */
    for (unsigned nth = 0; nth < 4; nth++) {
        unsigned kind;

        open_to_read();
        fault_rules(0, false);
        fault_arm(nth, ENOLCK);
        if (LockFile(file, 10, 0, 10, 0))
            ok(nth >= 3, "succeeds although point %u failed", nth);
        kind = fault_disarm();
        if (kind == NT_OS_REOPEN)
            ok_error(ERROR_ACCESS_DENIED);
        if (kind == FAULT_ALLOCATION)
            ok_error(ERROR_NOT_ENOUGH_MEMORY);
        if (kind == NT_OS_LOCK)
            ok_error(ERROR_NO_SYSTEM_RESOURCES);
        ok_succeeds(CloseHandle(file));
    }
}

/* --- a copy that is watched ----------------------------------------------------------------- */

static DWORD WINAPI watch(LARGE_INTEGER total, LARGE_INTEGER done, LARGE_INTEGER stream_total,
                          LARGE_INTEGER stream_done, DWORD stream, DWORD reason, HANDLE from,
                          HANDLE to, LPVOID data)
{
    (void)total, (void)done, (void)stream_total, (void)stream_done, (void)stream, (void)reason;
    (void)from, (void)to, (void)data;
    return PROGRESS_CONTINUE;
}

static uint32_t run_copy(void)
{
    return fault_result(CopyFileExA(path, other, watch, NULL, NULL, 0));
}

TEST(a_watched_copy_fails_cleanly, "")
{
    static const struct fault_call call = {
        "CopyFileEx",
        NULL,
        run_copy,
        undo_link,
        FAULT_BIT(COPY) | FAULT_BIT(OPEN) | FAULT_MEMORY,
        FAULT_BIT(STAT) | FAULT_BIT(UTIME) | FAULT_BIT(CHMOD) | PROBE,
        FAULT_BIT(UNLINK),
    };

    open_for(GENERIC_READ);
    fault_walk_call(&call);
    ok_succeeds(CloseHandle(file));
}
