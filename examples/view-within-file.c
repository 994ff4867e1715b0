// SPDX-License-Identifier: MIT
/*
 * A view of a part of a file. A view can begin only at a multiple of the allocation granularity
 * (64 KiB), so the wanted place is rounded down and the rest is added to the pointer again:
 *
 *   file    |------------------------|====================|-----
 *   view                   |---------+--------------------|
 *           0        VIEW_START    WANTED_AT            + WANTED_SIZE
 *
 * The file holds the numbers 0, 1, 2, ... so that each place tells where it is.
 */
#include <windows.h>

#include <stdio.h>
#include <tchar.h>

#define WANTED_AT    138240 /* bytes from the beginning of the file; no multiple of 64 KiB */
#define WANTED_SIZE  1024
#define FILE_NUMBERS 65536 /* of four bytes each */

static TCHAR file_name[] = TEXT("fmtest.txt");

/* Writes the numbers; FALSE and a message when that fails. */
static BOOL fill_file(HANDLE file)
{
    DWORD numbers[1024], written;

    for (DWORD first = 0; first < FILE_NUMBERS; first += ARRAYSIZE(numbers)) {
        for (DWORD i = 0; i < ARRAYSIZE(numbers); i++)
            numbers[i] = first + i;
        if (!WriteFile(file, numbers, sizeof(numbers), &written, NULL) ||
            written != sizeof(numbers)) {
            _tprintf(TEXT("WriteFile failed (%lu).\n"), GetLastError());
            return FALSE;
        }
    }
    return TRUE;
}

/* Maps WANTED_SIZE bytes at WANTED_AT, tells what is there and changes the first number. */
static int look_into(HANDLE mapping, DWORD granularity)
{
    DWORD view_start = WANTED_AT / granularity * granularity;
    DWORD inside = WANTED_AT - view_start;
    DWORD view_size = inside + WANTED_SIZE;
    LPVOID view;
    DWORD *number;

    _tprintf(TEXT("The view begins at %lu and has %lu bytes; the data is %lu bytes inside.\n"),
             view_start, view_size, inside);
    view = MapViewOfFile(mapping, FILE_MAP_ALL_ACCESS, 0, view_start, view_size);
    if (view == NULL) {
        _tprintf(TEXT("MapViewOfFile failed (%lu).\n"), GetLastError());
        return 1;
    }
    number = (DWORD *)((char *)view + inside);
    _tprintf(TEXT("The number at the pointer is %lu, which %s.\n"), *number,
             *number == WANTED_AT / sizeof(DWORD) ? TEXT("is right") : TEXT("is wrong"));
    *number = 4711;
    if (!FlushViewOfFile(view, 0) || !UnmapViewOfFile(view)) {
        _tprintf(TEXT("The view could not be written (%lu).\n"), GetLastError());
        return 1;
    }
    return 0;
}

/* ReadFile finds what was written through the view. */
static int read_back(HANDLE file)
{
    DWORD number = 0, read;

    if (SetFilePointer(file, WANTED_AT, NULL, FILE_BEGIN) == INVALID_SET_FILE_POINTER ||
        !ReadFile(file, &number, sizeof(number), &read, NULL)) {
        _tprintf(TEXT("ReadFile failed (%lu).\n"), GetLastError());
        return 1;
    }
    _tprintf(TEXT("ReadFile finds %lu there.\n"), number);
    return number != 4711;
}

int _tmain(void)
{
    SYSTEM_INFO system;
    HANDLE file, mapping;
    DWORD size;
    int result = 1;

    GetSystemInfo(&system);
    file = CreateFile(file_name, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS,
                      FILE_ATTRIBUTE_NORMAL, NULL);
    if (file == INVALID_HANDLE_VALUE) {
        _tprintf(TEXT("CreateFile failed (%lu).\n"), GetLastError());
        return 1;
    }
    if (fill_file(file)) {
        size = GetFileSize(file, NULL);
        _tprintf(TEXT("%s has %10lu bytes.\n"), file_name, size);
        mapping = CreateFileMapping(file, NULL, PAGE_READWRITE, 0, size, NULL);
        if (mapping == NULL) {
            _tprintf(TEXT("CreateFileMapping failed (%lu).\n"), GetLastError());
        } else {
            result = look_into(mapping, system.dwAllocationGranularity);
            CloseHandle(mapping);
        }
    }
    if (result == 0)
        result = read_back(file);
    CloseHandle(file);
    DeleteFile(file_name);
    return result;
}
