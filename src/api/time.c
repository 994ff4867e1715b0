// SPDX-License-Identifier: MIT
/*
 * The clocks of sysinfoapi.h, profileapi.h and realtimeapiset.h.
 */
#include <string.h>
#include <time.h>

#include <windows.h>

#include "lib/process/clock.h"
#include "util/macro.h"

#define UNITS_PER_SECOND 10000000

/* --- what time it is ---------------------------------------------------------------- */

NT_EXPORT void WINAPI GetSystemTimePreciseAsFileTime(LPFILETIME time)
{
    uint64_t now = nt_clock_wall();

    time->dwLowDateTime = (DWORD)now;
    time->dwHighDateTime = (DWORD)(now >> 32);
}

NT_EXPORT void WINAPI GetSystemTimeAsFileTime(LPFILETIME time)
{
    GetSystemTimePreciseAsFileTime(time);
}

NT_EXPORT void WINAPI GetSystemTime(LPSYSTEMTIME time)
{
    FILETIME now;

    GetSystemTimePreciseAsFileTime(&now);
    FileTimeToSystemTime(&now, time);
}

NT_EXPORT void WINAPI GetLocalTime(LPSYSTEMTIME time)
{
    struct timespec now;
    struct tm local = {0};

    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &local);
    *time = (SYSTEMTIME){
        .wYear = (WORD)(local.tm_year + 1900),
        .wMonth = (WORD)(local.tm_mon + 1),
        .wDayOfWeek = (WORD)local.tm_wday,
        .wDay = (WORD)local.tm_mday,
        .wHour = (WORD)local.tm_hour,
        .wMinute = (WORD)local.tm_min,
        .wSecond = (WORD)local.tm_sec,
        .wMilliseconds = (WORD)(now.tv_nsec / 1000000),
    };
}

/* --- how long it took --------------------------------------------------------------- */

NT_EXPORT DWORD WINAPI GetTickCount(void)
{
    return (DWORD)GetTickCount64();
}

NT_EXPORT ULONGLONG WINAPI GetTickCount64(void)
{
    return nt_clock_since_start() / (UNITS_PER_SECOND / 1000);
}

NT_EXPORT BOOL WINAPI QueryPerformanceCounter(LARGE_INTEGER *count)
{
    count->QuadPart = (LONGLONG)nt_clock_awake();
    return TRUE;
}

NT_EXPORT BOOL WINAPI QueryPerformanceFrequency(LARGE_INTEGER *frequency)
{
    frequency->QuadPart = UNITS_PER_SECOND;
    return TRUE;
}

NT_EXPORT void WINAPI QueryInterruptTime(PULONGLONG time)
{
    *time = nt_clock_since_start();
}

NT_EXPORT void WINAPI QueryInterruptTimePrecise(PULONGLONG time)
{
    *time = nt_clock_since_start();
}

NT_EXPORT BOOL WINAPI QueryUnbiasedInterruptTime(PULONGLONG time)
{
    if (!time) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    *time = nt_clock_awake();
    return TRUE;
}

NT_EXPORT void WINAPI QueryUnbiasedInterruptTimePrecise(PULONGLONG time)
{
    *time = nt_clock_awake();
}
