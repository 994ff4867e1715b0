// SPDX-License-Identifier: MIT
/*
 * Named shared memory, the process that comes first: it makes the memory, puts a message there
 * and stays until a key is pressed, since the memory goes with the last handle and view. The
 * second process is named-memory-second.c. As on Windows it is built with text of either kind:
 *
 *   cc -DUNICODE -D_UNICODE named-memory-first.c $(pkg-config --cflags --libs ntshm)
 */
#include <windows.h>

#include <conio.h>
#include <stdio.h>
#include <tchar.h>

#include "named-memory.h"

int _tmain(void)
{
    const TCHAR message[] = TEXT("Message from the first process.");
    HANDLE mapping;
    LPTSTR memory;

    /* No file stands behind it: INVALID_HANDLE_VALUE is the system's page file. */
    mapping =
        CreateFileMapping(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SHARED_SIZE, SHARED_NAME);
    if (mapping == NULL) {
        _tprintf(TEXT("CreateFileMapping failed (%lu).\n"), GetLastError());
        return 1;
    }
    if (GetLastError() == ERROR_ALREADY_EXISTS)
        _tprintf(TEXT("Somebody was first: this is his memory.\n"));

    memory = (LPTSTR)MapViewOfFile(mapping, FILE_MAP_ALL_ACCESS, 0, 0, SHARED_SIZE);
    if (memory == NULL) {
        _tprintf(TEXT("MapViewOfFile failed (%lu).\n"), GetLastError());
        CloseHandle(mapping);
        return 1;
    }

    CopyMemory((PVOID)memory, message, (_tcslen(message) + 1) * sizeof(TCHAR));
    _tprintf(TEXT("%d bytes are shared as %s. Press a key to end.\n"), SHARED_SIZE, SHARED_NAME);
    fflush(stdout);
    _getch();

    /* What the other one answered. */
    _tprintf(TEXT("Now it says: %s\n"), memory);
    UnmapViewOfFile(memory);
    CloseHandle(mapping);
    return 0;
}
