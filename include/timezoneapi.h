/* SPDX-License-Identifier: MIT */
/*
 * timezoneapi.h - FILETIME (units of 100 ns since 1601-01-01 UTC) and the calendar.
 */
#ifndef NTSHM_TIMEZONEAPI_H
#define NTSHM_TIMEZONEAPI_H

#include "minwindef.h"
#include "minwinbase.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * FileTimeToSystemTime, SystemTimeToFileTime - convert, both in UTC. wDayOfWeek is not read.
 * Return: TRUE; FALSE with ERROR_INVALID_PARAMETER: beyond 63 bits, or no date of the Gregorian
 * calendar from 1601 to 30827.
 */
BOOL WINAPI FileTimeToSystemTime(const FILETIME *lpFileTime, LPSYSTEMTIME lpSystemTime);
BOOL WINAPI SystemTimeToFileTime(const SYSTEMTIME *lpSystemTime, LPFILETIME lpFileTime);

#ifdef __cplusplus
}
#endif
#endif
