// SPDX-License-Identifier: MIT
/*
 * timezoneapi.h and the times of fileapi.h: FILETIME and the calendar. Days are counted in eras of
 * 400 years, in years that begin in March, so that the day that comes and goes is the last one.
 */
#include <stdbool.h>
#include <time.h>

#include <ntstatus.h>
#include <windows.h>

#include "api/error.h"
#include "util/macro.h"

#define UNITS_PER_MS     10000ll
#define MS_PER_DAY       86400000ll
#define UNITS_PER_SECOND 10000000ll
#define DAYS_PER_ERA     146097
/* From 0000-03-01 to 1601-01-01. */
#define DAYS_BEFORE      584694

static int64_t units_of(const FILETIME *time)
{
    return (int64_t)nt_u64(time->dwHighDateTime, time->dwLowDateTime);
}

static FILETIME filetime_of(int64_t units)
{
    return (FILETIME){.dwLowDateTime = (DWORD)units, .dwHighDateTime = (DWORD)(units >> 32)};
}

static void date_of(int64_t days, SYSTEMTIME *date)
{
    int64_t era = (days + DAYS_BEFORE) / DAYS_PER_ERA;
    int64_t day = (days + DAYS_BEFORE) % DAYS_PER_ERA;
    int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    int64_t month;

    day -= year * 365 + year / 4 - year / 100;
    month = (day * 5 + 2) / 153; /* 0 is March */
    date->wDay = (WORD)(day - (month * 153 + 2) / 5 + 1);
    date->wMonth = (WORD)(month < 10 ? month + 3 : month - 9);
    date->wYear = (WORD)(era * 400 + year + (month >= 10));
    date->wDayOfWeek = (WORD)((days + 1) % 7); /* 1601-01-01 was a Monday */
}

static int64_t days_of(const SYSTEMTIME *date)
{
    int64_t year = date->wYear - (date->wMonth <= 2);
    int64_t month = date->wMonth > 2 ? date->wMonth - 3 : date->wMonth + 9;
    int64_t era = year / 400, in_era = year % 400;

    return era * DAYS_PER_ERA + in_era * 365 + in_era / 4 - in_era / 100 + (month * 153 + 2) / 5 +
           date->wDay - 1 - DAYS_BEFORE;
}

static bool is_date(const SYSTEMTIME *time)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leaps = time->wYear % 4 == 0 && (time->wYear % 100 || time->wYear % 400 == 0);

    if (time->wYear < 1601 || time->wYear > 30827 || time->wMonth < 1 || time->wMonth > 12)
        return false;
    return time->wDay >= 1 && time->wDay <= days[time->wMonth - 1] + (time->wMonth == 2 && leaps);
}

NT_EXPORT BOOL WINAPI FileTimeToSystemTime(const FILETIME *time, LPSYSTEMTIME ret_time)
{
    int64_t units = units_of(time), in_day;

    if (units < 0)
        return nt_api_result(STATUS_INVALID_PARAMETER);
    in_day = units / UNITS_PER_MS % MS_PER_DAY;
    date_of(units / UNITS_PER_MS / MS_PER_DAY, ret_time);
    ret_time->wHour = (WORD)(in_day / 3600000);
    ret_time->wMinute = (WORD)(in_day / 60000 % 60);
    ret_time->wSecond = (WORD)(in_day / 1000 % 60);
    ret_time->wMilliseconds = (WORD)(in_day % 1000);
    return TRUE;
}

NT_EXPORT BOOL WINAPI SystemTimeToFileTime(const SYSTEMTIME *time, LPFILETIME ret_time)
{
    int64_t in_day, units;

    if (!is_date(time) || time->wHour > 23 || time->wMinute > 59 || time->wSecond > 59 ||
        time->wMilliseconds > 999)
        return nt_api_result(STATUS_INVALID_PARAMETER);
    in_day =
        ((time->wHour * 60ll + time->wMinute) * 60 + time->wSecond) * 1000 + time->wMilliseconds;
    /* The last year is cut by what 63 bits can count. */
    if (__builtin_mul_overflow(days_of(time) * MS_PER_DAY + in_day, UNITS_PER_MS, &units))
        return nt_api_result(STATUS_INVALID_PARAMETER);
    *ret_time = filetime_of(units);
    return TRUE;
}

NT_EXPORT LONG WINAPI CompareFileTime(const FILETIME *first, const FILETIME *second)
{
    uint64_t one = (uint64_t)units_of(first), other = (uint64_t)units_of(second);

    return one < other ? -1 : one > other;
}

/* As Windows says: with the difference from UTC of now, not of that time. */
static int64_t difference_now(void)
{
    time_t now = time(NULL);
    struct tm local;

    return localtime_r(&now, &local) ? local.tm_gmtoff * UNITS_PER_SECOND : 0;
}

static BOOL shift(const FILETIME *time, FILETIME *ret_time, int64_t distance)
{
    int64_t units = units_of(time), shifted;

    if (units < 0 || __builtin_add_overflow(units, distance, &shifted) || shifted < 0)
        return nt_api_result(STATUS_INVALID_PARAMETER);
    *ret_time = filetime_of(shifted);
    return TRUE;
}

NT_EXPORT BOOL WINAPI FileTimeToLocalFileTime(const FILETIME *time, LPFILETIME ret_time)
{
    return shift(time, ret_time, difference_now());
}

NT_EXPORT BOOL WINAPI LocalFileTimeToFileTime(const FILETIME *time, LPFILETIME ret_time)
{
    return shift(time, ret_time, -difference_now());
}
