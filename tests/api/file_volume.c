// SPDX-License-Identifier: MIT
/*
 * The space on a file system, and the code page of paths.
 */
#include "api/api.h"
#include "harness/test.h"

#ifndef _WIN32
#    include <sys/statvfs.h>

/* As the kernel tells it. */
static void check_size(const char *path, unsigned long long total, unsigned long long block)
{
    struct statvfs info;

    require(statvfs(path, &info) == 0);
    ok_eq(total, (unsigned long long)info.f_blocks * info.f_frsize);
    ok_eq(block, info.f_frsize);
}
#else
#    define check_size(path, total, block) ((void)0)
#endif

TEST(space_is_told_in_bytes_and_in_clusters, "")
{
    ULARGE_INTEGER available, total, free;
    DWORD sectors, bytes, n_free, n_total;
    unsigned long long size;

    require(GetDiskFreeSpaceExA(test_dir(), &available, &total, &free));
    ok(total.QuadPart > 0);
    ok(free.QuadPart <= total.QuadPart);
    ok(available.QuadPart <= free.QuadPart);
    require(GetDiskFreeSpaceA(NULL, &sectors, &bytes, &n_free, &n_total));
    require(GetDiskFreeSpaceExW(NULL, NULL, &total, NULL));
    size = (unsigned long long)sectors * bytes * n_total;
    ok(size <= total.QuadPart);
    ok(n_total == 0xFFFFFFFF || total.QuadPart - size < (unsigned long long)sectors * bytes);
    ok(n_free <= n_total);
    require(GetDiskFreeSpaceW(L"/", &sectors, &bytes, NULL, NULL));
    require(GetDiskFreeSpaceExA("/", NULL, &total, NULL));
    check_size("/", total.QuadPart, (unsigned long long)sectors * bytes);
}

TEST(space_of_a_path_that_is_not_there_is_not_told, "")
{
    ULARGE_INTEGER total = {.QuadPart = 7};
    char path[600];

    snprintf(path, sizeof(path), "%s/none", test_dir());
    SetLastError(0);
    ok(!GetDiskFreeSpaceExA(path, NULL, &total, NULL));
    ok(GetLastError() == ERROR_FILE_NOT_FOUND || GetLastError() == ERROR_PATH_NOT_FOUND);
    ok_eq(total.QuadPart, 7);
    ok(!GetDiskFreeSpaceA("", NULL, NULL, NULL, NULL));
    ok_error(ERROR_PATH_NOT_FOUND);
}

TEST(paths_are_ansi_until_told, "")
{
    ok_eq(AreFileApisANSI(), TRUE);
    SetFileApisToOEM();
    ok_eq(AreFileApisANSI(), FALSE);
    SetFileApisToANSI();
    ok_eq(AreFileApisANSI(), TRUE);
}

TEST(compacting_a_heap_takes_nothing_that_is_used, "")
{
    HANDLE heap = HeapCreate(0, 0, 0);
    char *block = HeapAlloc(heap, 0, 100000);

    require(heap != NULL && block != NULL);
    memset(block, 9, 100000);
    SetLastError(12345);
    /* This Wine does nothing, and says neither. */
    todo_wine ok(HeapCompact(heap, 0) > 0 || GetLastError() == NO_ERROR);
    ok(block[0] == 9 && block[99999] == 9);
    ok(HeapValidate(heap, 0, NULL));
    ok(HeapFree(heap, 0, block));
    ok(HeapDestroy(heap));
}
