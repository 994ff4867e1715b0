// SPDX-License-Identifier: MIT
/*
 * Enabling the privilege for large pages, as a program does; see large_pool_linux.h.
 */
#ifndef _WIN32

#    include <windows.h>

#    include "api/large_pool_linux.h"
#    include "harness/test.h"

bool large_pool_allow(bool enable)
{
    TOKEN_PRIVILEGES wanted = {.PrivilegeCount = 1};
    HANDLE token;
    DWORD error;

    require(OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &token));
    require(LookupPrivilegeValue(NULL, SE_LOCK_MEMORY_NAME, &wanted.Privileges[0].Luid));
    wanted.Privileges[0].Attributes = enable ? SE_PRIVILEGE_ENABLED : 0;
    ok_succeeds(AdjustTokenPrivileges(token, FALSE, &wanted, sizeof(wanted), NULL, NULL));
    error = GetLastError();
    CloseHandle(token);
    return error == ERROR_SUCCESS;
}

#endif
