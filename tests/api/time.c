// SPDX-License-Identifier: MIT
/*
 * Clocks and sleeping.
 */
#include "api/api.h"

#include <time.h>

#define PER_SECOND 10000000ull

static ULONGLONG file_time(const FILETIME *time)
{
    return (ULONGLONG)time->dwHighDateTime << 32 | time->dwLowDateTime;
}

/* Seconds from 1601 to 1970 and on to now. */
static ULONGLONG now_by_the_c_library(void)
{
    return ((ULONGLONG)time(NULL) + 11644473600ull) * PER_SECOND;
}

TEST(file_time_is_utc_since_1601, "")
{
    FILETIME coarse, precise;
    ULONGLONG before = now_by_the_c_library(), after;

    GetSystemTimeAsFileTime(&coarse);
    GetSystemTimePreciseAsFileTime(&precise);
    after = now_by_the_c_library();
    ok(file_time(&coarse) + PER_SECOND > before && file_time(&coarse) < after + 2 * PER_SECOND);
    ok(file_time(&precise) + PER_SECOND > before && file_time(&precise) < after + 2 * PER_SECOND);
}

TEST(system_time_is_the_file_time, "")
{
    SYSTEMTIME parts;
    FILETIME time, again;
    ULONGLONG difference;

    GetSystemTimeAsFileTime(&time);
    GetSystemTime(&parts);
    ok_succeeds(SystemTimeToFileTime(&parts, &again));
    difference = file_time(&again) + PER_SECOND - file_time(&time);
    ok(difference < 3 * PER_SECOND, "%lld", (long long)difference);
    ok(parts.wDayOfWeek <= 6 && parts.wMilliseconds <= 999);
}

TEST(local_time_is_the_c_librarys, "")
{
    time_t before = time(NULL);
    struct tm *local = localtime(&before);
    int hour = local->tm_hour, minute = local->tm_min, year = local->tm_year + 1900;
    SYSTEMTIME parts;
    int late;

    GetLocalTime(&parts);
    late = (parts.wHour * 60 + parts.wMinute - hour * 60 - minute + 24 * 60) % (24 * 60);
    ok(late <= 1, "%d minutes", late);
    ok(parts.wYear == year || parts.wYear == year + 1);
}

TEST(ticks_are_milliseconds, "")
{
    ULONGLONG start = GetTickCount64(), end;
    DWORD short_start = GetTickCount();

    ok(short_start - (DWORD)start < 20000);
    Sleep(60);
    end = GetTickCount64();
    /* There a tick may last 16 ms. */
    ok(end - start >= 40 && end - start < 20000, "%d ms", (int)(end - start));
}

TEST(performance_counter_counts_time, "")
{
    LARGE_INTEGER frequency, start, end;

    ok_succeeds(QueryPerformanceFrequency(&frequency));
    ok(frequency.QuadPart >= 1000000);
    ok_succeeds(QueryPerformanceCounter(&start));
    Sleep(60);
    ok_succeeds(QueryPerformanceCounter(&end));
    ok((end.QuadPart - start.QuadPart) * 1000 / frequency.QuadPart >= 50);
    ok((end.QuadPart - start.QuadPart) / frequency.QuadPart < 20);
}

TEST(unbiased_time_counts_in_units_of_100_ns, "")
{
    ULONGLONG start, end;

    ok_succeeds(QueryUnbiasedInterruptTime(&start));
    Sleep(60);
    ok_succeeds(QueryUnbiasedInterruptTime(&end));
    ok(end - start >= 500000 && end - start < 20 * PER_SECOND);
    ok_fails(QueryUnbiasedInterruptTime(NULL), ERROR_INVALID_PARAMETER);
}

TEST(interrupt_time_counts_sleep_too, "")
{
    ULONGLONG all, awake, precise, precise_awake;

    QueryUnbiasedInterruptTime(&awake);
    QueryInterruptTime(&all);
    ok(all + PER_SECOND >= awake);
    QueryInterruptTimePrecise(&precise);
    QueryUnbiasedInterruptTimePrecise(&precise_awake);
    ok(precise + PER_SECOND >= all && precise_awake + PER_SECOND >= awake);
}

TEST(sleep_of_nothing_returns, "")
{
    ULONGLONG start = GetTickCount64();

    for (unsigned i = 0; i < 100; i++)
        Sleep(0);
    ok_eq(SleepEx(0, FALSE), 0);
    ok_eq(SleepEx(5, TRUE), 0);
    ok(GetTickCount64() - start < 10000);
}
