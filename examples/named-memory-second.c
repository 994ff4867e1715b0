// SPDX-License-Identifier: MIT
/*
 * Named shared memory, the process that comes second: it opens what named-memory-first.c made by
 * its name, shows the message that it finds, and leaves another one.
 */
#include <windows.h>

#include <stdio.h>
#include <tchar.h>

#include "named-memory.h"

int _tmain(void)
{
    const TCHAR answer[] = TEXT("Answer from the second process.");
    HANDLE mapping;
    LPTSTR memory;

    mapping = OpenFileMapping(FILE_MAP_ALL_ACCESS, FALSE, SHARED_NAME);
    if (mapping == NULL) {
        _tprintf(TEXT("OpenFileMapping failed (%lu).\n"), GetLastError());
        return 1;
    }

    memory = (LPTSTR)MapViewOfFile(mapping, FILE_MAP_ALL_ACCESS, 0, 0, SHARED_SIZE);
    if (memory == NULL) {
        _tprintf(TEXT("MapViewOfFile failed (%lu).\n"), GetLastError());
        CloseHandle(mapping);
        return 1;
    }

    MessageBox(NULL, memory, TEXT("The second process"), MB_OK);
    CopyMemory((PVOID)memory, answer, (_tcslen(answer) + 1) * sizeof(TCHAR));

    UnmapViewOfFile(memory);
    CloseHandle(mapping);
    return 0;
}
