// SPDX-License-Identifier: MIT
/*
 * A whole program: it makes a named section, maps and touches it, and writes one byte when it has
 * done so. Then it tells which broker served it, for whoever has to end that.
 */
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <windows.h>
#include <ntshm/ntshm.h>

int main(void)
{
    struct ntshm_broker_statistics statistics = {.size = sizeof(statistics)};
    HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 64 * 1024,
                                        L"Local\\bench-first");
    volatile char *view = section ? MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0) : NULL;
    uint32_t pid = 0;

    if (!view)
        return 1;
    *view = 1;
    if (write(1, (const void *)view, 1) != 1)
        return 1;
    if (ntshm_broker_statistics(&statistics))
        pid = statistics.pid;
    return write(1, &pid, sizeof(pid)) == sizeof(pid) ? 0 : 1;
}
