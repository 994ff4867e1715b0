// SPDX-License-Identifier: MIT
/*
 * Times of files, and the calendar.
 */
#include "api/section_kit.h"

static ULONGLONG units(FILETIME time)
{
    return (ULONGLONG)time.dwHighDateTime << 32 | time.dwLowDateTime;
}

static FILETIME filetime(ULONGLONG value)
{
    FILETIME time;

    time.dwLowDateTime = (DWORD)value;
    time.dwHighDateTime = (DWORD)(value >> 32);
    return time;
}

/* 2001-02-03 04:05:06.789 UTC */
#define THEN 126256467067890000ull

static FILETIME written_of(HANDLE file)
{
    FILETIME time = {0, 0};

    ok_succeeds(GetFileTime(file, NULL, NULL, &time));
    return time;
}

TEST(a_file_keeps_the_times_that_it_is_given, "16.24")
{
    HANDLE file = new_file(A_("time"), READ_WRITE, 100);
    FILETIME then = filetime(THEN), later = filetime(THEN + 12345670000ull), created, read, written;

    ok_succeeds(SetFileTime(file, NULL, &later, &then));
    ok_succeeds(GetFileTime(file, &created, &read, &written));
    ok_eq(units(read), units(later));
    ok_eq(units(written), units(then));
    ok(units(created) != 0);
    drop(file, NULL);
    file = open_file(A_("time"), GENERIC_READ, SHARE_ALL);
    ok_eq(units(written_of(file)), THEN);
    drop(file, NULL);
}

TEST(no_time_and_zero_leave_a_time_alone, "")
{
    HANDLE file = new_file(A_("time"), READ_WRITE, 100);
    FILETIME then = filetime(THEN), zero = filetime(0), read;

    ok_succeeds(SetFileTime(file, NULL, &then, &then));
    ok_succeeds(SetFileTime(file, NULL, NULL, NULL));
    ok_succeeds(SetFileTime(file, &zero, &zero, &zero));
    ok_eq(units(written_of(file)), THEN);
    ok_succeeds(GetFileTime(file, NULL, &read, NULL));
    ok_eq(units(read), THEN);
    drop(file, NULL);
}

TEST(writing_moves_the_time_of_the_last_write, "16.24")
{
    HANDLE file = new_file(A_("time"), READ_WRITE, 100);
    FILETIME then = filetime(THEN);
    DWORD done;

    ok_succeeds(SetFileTime(file, NULL, NULL, &then));
    ok_succeeds(WriteFile(file, "x", 1, &done, NULL));
    ok_succeeds(FlushFileBuffers(file));
    ok(units(written_of(file)) > THEN);
    drop(file, NULL);
}

TEST(a_program_that_writes_through_a_view_sets_the_time_itself, "16.24")
{
    HANDLE file = new_file(A_("time"), READ_WRITE, 4096);
    HANDLE section = file_section(file, PAGE_READWRITE, 0);
    volatile uint32_t *words = map_words(section);
    FILETIME then = filetime(THEN);

    words[0] = 5;
    ok_succeeds(FlushViewOfFile((const void *)words, 0));
    ok_succeeds(FlushFileBuffers(file));
    ok_succeeds(SetFileTime(file, NULL, NULL, &then));
    ok_eq(units(written_of(file)), THEN);
    drop(section, words);
    drop(file, NULL);
}

TEST(times_need_rights_and_a_file, "")
{
    HANDLE file = new_file(A_("time"), GENERIC_READ, 100);
    HANDLE attributes = open_file(A_("time"), FILE_WRITE_ATTRIBUTES, SHARE_ALL);
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
    FILETIME then = filetime(THEN), read;

    /* Wine looks no right up. */
    todo_wine ok_fails(SetFileTime(file, NULL, NULL, &then), ERROR_ACCESS_DENIED);
    ok_succeeds(SetFileTime(attributes, NULL, NULL, &then));
    ok_eq(units(written_of(file)), THEN);
    ok_fails(GetFileTime(event, NULL, &read, NULL), ERROR_INVALID_HANDLE);
    ok_fails(SetFileTime(NULL, NULL, &then, NULL), ERROR_INVALID_HANDLE);
    drop(event, NULL);
    drop(attributes, NULL);
    drop(file, NULL);
}

/* --- the calendar --------------------------------------------------------------------------- */

static void check_date(ULONGLONG value, WORD year, WORD month, WORD day, WORD weekday)
{
    FILETIME time = filetime(value), back = filetime(0);
    SYSTEMTIME date = {0, 0, 0, 0, 0, 0, 0, 0};

    ok_succeeds(FileTimeToSystemTime(&time, &date));
    ok_eq(date.wYear, year);
    ok_eq(date.wMonth, month);
    ok_eq(date.wDay, day);
    ok_eq(date.wDayOfWeek, weekday);
    date.wDayOfWeek = 9;
    ok_succeeds(SystemTimeToFileTime(&date, &back));
    ok_eq(units(back), value / 10000 * 10000);
}

#define DAY 864000000000ull

TEST(the_calendar_counts_from_1601, "")
{
    check_date(0, 1601, 1, 1, 1);
    check_date(58 * DAY, 1601, 2, 28, 3);
    check_date(59 * DAY, 1601, 3, 1, 4);
    check_date(116444736000000000ull, 1970, 1, 1, 4);
    check_date(THEN, 2001, 2, 3, 6);
    check_date(125963423999990000ull, 2000, 2, 29, 2);
    check_date(116444736000000000ull - DAY, 1969, 12, 31, 3);
}

TEST(the_last_date_has_no_way_back, "")
{
    FILETIME last = filetime(0x7FFFFFFFFFFFFFFFull), back;
    SYSTEMTIME date;

    ok_succeeds(FileTimeToSystemTime(&last, &date));
    ok_eq(date.wYear, 30828);
    ok_eq(date.wMonth, 9);
    ok_eq(date.wDay, 14);
    todo_wine ok_fails(SystemTimeToFileTime(&date, &back), ERROR_INVALID_PARAMETER);
}

TEST(every_day_follows_the_one_before, "")
{
    SYSTEMTIME date, next;
    unsigned wrong = 0;

    for (ULONGLONG day = 0; day < 146097; day++) {
        FILETIME time = filetime(day * DAY), tomorrow = filetime((day + 1) * DAY), back;
        bool same_month;

        FileTimeToSystemTime(&time, &date);
        FileTimeToSystemTime(&tomorrow, &next);
        same_month = date.wMonth == next.wMonth;
        wrong += !SystemTimeToFileTime(&date, &back) || units(back) != units(time);
        wrong += next.wDay != (same_month ? date.wDay + 1 : 1);
        wrong += !same_month && next.wMonth != date.wMonth % 12 + 1;
        wrong += next.wDayOfWeek != (date.wDayOfWeek + 1) % 7;
    }
    ok_eq(wrong, 0);
}

static void check_no_date(WORD year, WORD month, WORD day, WORD hour, WORD minute, WORD ms)
{
    SYSTEMTIME date = {year, month, 0, day, hour, minute, 0, ms};
    FILETIME time;

    /* Wine takes the 29th of February in every year. */
    todo_if(test_on_wine() && month == 2)
        ok_fails(SystemTimeToFileTime(&date, &time), ERROR_INVALID_PARAMETER);
}

TEST(what_is_no_date_is_refused, "")
{
    FILETIME time = filetime(0x8000000000000000ull);
    SYSTEMTIME date;

    check_no_date(1600, 12, 31, 0, 0, 0);
    check_no_date(2001, 0, 1, 0, 0, 0);
    check_no_date(2001, 13, 1, 0, 0, 0);
    check_no_date(2001, 2, 29, 0, 0, 0);
    check_no_date(1900, 2, 29, 0, 0, 0);
    check_no_date(2001, 4, 31, 0, 0, 0);
    check_no_date(2001, 4, 0, 0, 0, 0);
    check_no_date(2001, 4, 1, 24, 0, 0);
    check_no_date(2001, 4, 1, 0, 60, 0);
    check_no_date(2001, 4, 1, 0, 0, 1000);
    ok_fails(FileTimeToSystemTime(&time, &date), ERROR_INVALID_PARAMETER);
}

TEST(times_compare_as_numbers, "")
{
    FILETIME early = filetime(THEN), late = filetime(THEN + 1), farthest = filetime(~0ull);

    ok_eq(CompareFileTime(&early, &late), -1);
    ok_eq(CompareFileTime(&late, &early), 1);
    ok_eq(CompareFileTime(&late, &late), 0);
    ok_eq(CompareFileTime(&late, &farthest), -1);
}

TEST(local_time_and_back_is_the_same, "")
{
    FILETIME then = filetime(THEN), local, back;

    ok_succeeds(FileTimeToLocalFileTime(&then, &local));
    ok_succeeds(LocalFileTimeToFileTime(&local, &back));
    ok_eq(units(back), THEN);
}
