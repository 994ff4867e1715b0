// SPDX-License-Identifier: MIT
/*
 * Files to make sections of; see section_kit.h.
 */
#include "api/section_kit.h"

#include <stdio.h>
#include <stdlib.h>

const char *path_of(const char *name)
{
    static char paths[4][512];
    static unsigned turn;
    char *path = paths[turn++ % 4];

    snprintf(path, sizeof(paths[0]), "%s/%s", test_dir(), name);
    return path;
}

HANDLE open_file(const char *name, DWORD access, DWORD share)
{
    HANDLE file = CreateFileA(path_of(name), access, share, NULL, OPEN_EXISTING, 0, NULL);

    require(file != INVALID_HANDLE_VALUE, "%s: error %u", name, (unsigned)GetLastError());
    return file;
}

HANDLE new_file_of(const char *name, DWORD access, const void *bytes, DWORD size)
{
    HANDLE file =
        CreateFileA(path_of(name), GENERIC_WRITE, SHARE_ALL, NULL, CREATE_ALWAYS, 0, NULL);
    DWORD written = 0;

    require(file != INVALID_HANDLE_VALUE, "%s: error %u", name, (unsigned)GetLastError());
    if (size)
        require(WriteFile(file, bytes, size, &written, NULL) && written == size);
    require(CloseHandle(file));
    return open_file(name, access, SHARE_ALL);
}

HANDLE new_file(const char *name, DWORD access, DWORD size)
{
    DWORD n_words = size / 4 + 1;
    uint32_t *words = (uint32_t *)malloc(n_words * sizeof(*words));
    HANDLE file;

    require(words != NULL);
    for (DWORD i = 0; i < n_words; i++)
        words[i] = i;
    file = new_file_of(name, access, words, size);
    free(words);
    return file;
}

uint64_t length_of(const char *name)
{
    HANDLE file = open_file(name, 0, SHARE_ALL);
    LARGE_INTEGER size;

    require(GetFileSizeEx(file, &size));
    require(CloseHandle(file));
    return (uint64_t)size.QuadPart;
}

HANDLE try_section(HANDLE file, DWORD protect, uint64_t size)
{
    return CreateFileMappingW(file, NULL, protect, (DWORD)(size >> 32), (DWORD)size, NULL);
}

HANDLE file_section(HANDLE file, DWORD protect, uint64_t size)
{
    HANDLE section = try_section(file, protect, size);

    require(section != NULL, "no section of 0x%x: error %u", (unsigned)protect,
            (unsigned)GetLastError());
    return section;
}

void check_section_fails(HANDLE file, DWORD protect, uint64_t size, DWORD error)
{
    HANDLE section;

    SetLastError(0xdeadbeef);
    section = try_section(file, protect, size);
    ok(!section && GetLastError() == error, "0x%08x, 0x%llx bytes: %s, error %u, not %u",
       (unsigned)protect, (unsigned long long)size, section ? "made" : "refused",
       (unsigned)GetLastError(), (unsigned)error);
    drop(section, NULL);
}
