// SPDX-License-Identifier: MIT
/*
 * test_prepare() for the areas that link libntshm: one of each thing is made and dropped before the
 * first look, so that what the library keeps for the life of a process (the anchor page beside its
 * views, its first block of regions) is there already and is not taken for a leak.
 *
 * Nothing named is made: a case starts without a broker.
 */
#include "harness/test.h"

#include <windows.h>

void test_prepare(void)
{
    HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, NULL);
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    void *view = section ? MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0) : NULL;
    bool good =
        view && event && UnmapViewOfFile(view) && CloseHandle(section) && CloseHandle(event);

    if (!good)
        require(false, "a section and an event cannot be made: error %lu",
                (unsigned long)GetLastError());
    SetLastError(0);
}
