// SPDX-License-Identifier: MIT
/*
 * sysinfoapi.h: the machine.
 */
#include <windows.h>

#include "lib/process/process.h"
#include "util/macro.h"

NT_EXPORT void WINAPI GetSystemInfo(LPSYSTEM_INFO information)
{
    nt_system_information(information);
}

NT_EXPORT void WINAPI GetNativeSystemInfo(LPSYSTEM_INFO information)
{
    nt_system_information(information);
}
