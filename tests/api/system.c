// SPDX-License-Identifier: MIT
/*
 * The machine, the version, the environment, memory by name, atomic operations.
 */
#include "api/api.h"

#include <stdlib.h>
#include <string.h>
#include <psapi.h>
#include <shellapi.h>
#include <versionhelpers.h>

#ifdef _WIN32
NTSTATUS NTAPI RtlGetVersion(PRTL_OSVERSIONINFOW information);
#endif

TEST(allocation_granularity_is_64_kib, "")
{
    SYSTEM_INFO information, native;

    GetSystemInfo(&information);
    GetNativeSystemInfo(&native);
    ok_eq(information.dwAllocationGranularity, 65536);
    ok_eq(information.dwPageSize, 4096);
    ok(information.dwNumberOfProcessors >= 1);
    ok((ULONG_PTR)information.lpMinimumApplicationAddress == 0x10000);
    ok((ULONG_PTR)information.lpMaximumApplicationAddress > 0x7ffe00000000);
    ok_eq(native.dwAllocationGranularity, 65536);
}

/* --- versions ------------------------------------------------------------------------------- */

TEST(version_is_windows_10, "")
{
    RTL_OSVERSIONINFOEXW version = {.dwOSVersionInfoSize = sizeof(version)};
    RTL_OSVERSIONINFOW plain = {.dwOSVersionInfoSize = sizeof(plain)};

    ok_status(RtlGetVersion((PRTL_OSVERSIONINFOW)&version), STATUS_SUCCESS);
    ok_status(RtlGetVersion(&plain), STATUS_SUCCESS);
    ok_eq(version.dwPlatformId, VER_PLATFORM_WIN32_NT);
    ok_eq(version.dwMajorVersion, plain.dwMajorVersion);
#ifndef _WIN32
    ok_wstr_eq(version.szCSDVersion, L"");
    ok_eq(version.dwMajorVersion, 10);
    ok_eq(version.dwMinorVersion, 0);
    ok_eq(version.dwBuildNumber, 20348);
    ok_eq(version.wProductType, VER_NT_SERVER);
#endif
}

#ifdef __GNUC__
#    pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#endif

TEST(get_version_tells_the_same, "")
{
    OSVERSIONINFOA narrow = {.dwOSVersionInfoSize = sizeof(narrow)};
    OSVERSIONINFOEXW wide = {.dwOSVersionInfoSize = sizeof(wide)};
    DWORD version = GetVersion();

    ok_succeeds(GetVersionExA(&narrow));
    ok_succeeds(GetVersionExW((OSVERSIONINFOW *)&wide));
    ok_eq(narrow.dwMajorVersion, LOBYTE(LOWORD(version)));
    ok_eq(narrow.dwMinorVersion, HIBYTE(LOWORD(version)));
    ok_eq(wide.dwBuildNumber, HIWORD(version));
    ok_eq(wide.dwMajorVersion, narrow.dwMajorVersion);
    narrow.dwOSVersionInfoSize = 5;
    ok_fails(GetVersionExA(&narrow), ERROR_INSUFFICIENT_BUFFER);
    wide.dwOSVersionInfoSize = sizeof(wide) - 1;
    todo_wine ok_fails(GetVersionExW((OSVERSIONINFOW *)&wide), ERROR_INSUFFICIENT_BUFFER);
}

static BOOL is(DWORD major, DWORD minor, BYTE condition)
{
    OSVERSIONINFOEXW wanted = {
        .dwOSVersionInfoSize = sizeof(wanted), .dwMajorVersion = major, .dwMinorVersion = minor};
    DWORDLONG mask = 0;

    VER_SET_CONDITION(mask, VER_MAJORVERSION, condition);
    VER_SET_CONDITION(mask, VER_MINORVERSION, condition);
    return VerifyVersionInfoW(&wanted, VER_MAJORVERSION | VER_MINORVERSION, mask);
}

TEST(versions_are_compared_from_the_front, "")
{
    OSVERSIONINFOEXA nothing = {.dwOSVersionInfoSize = sizeof(nothing)};

    ok_succeeds(is(5, 1, VER_GREATER_EQUAL));
    ok_succeeds(is(5, 9, VER_GREATER));
    ok_fails(is(99, 0, VER_GREATER_EQUAL), ERROR_OLD_WIN_VERSION);
    ok_succeeds(is(99, 0, VER_LESS));
    ok_fails(is(5, 1, VER_EQUAL), ERROR_OLD_WIN_VERSION);
    ok_fails(is(5, 1, VER_LESS_EQUAL), ERROR_OLD_WIN_VERSION);
    ok_fails(VerifyVersionInfoA(&nothing, 0, 1), ERROR_BAD_ARGUMENTS);
    ok_fails(VerifyVersionInfoA(&nothing, VER_MAJORVERSION, 0), ERROR_BAD_ARGUMENTS);
    ok_succeeds(IsWindowsXPOrGreater());
    ok_succeeds(IsWindows7OrGreater());
    ok(!IsWindowsVersionOrGreater(99, 0, 0));
#ifndef _WIN32
    ok_succeeds(IsWindows10OrGreater());
    ok_succeeds(IsWindowsServer());
    ok_succeeds(is(10, 0, VER_EQUAL));
    ok_fails(is(10, 1, VER_GREATER_EQUAL), ERROR_OLD_WIN_VERSION);
#endif
}

TEST(conditions_have_three_bits_each, "")
{
    ok_eq(VerSetConditionMask(0, VER_MINORVERSION, VER_EQUAL), 1);
    ok_eq(VerSetConditionMask(0, VER_MAJORVERSION, VER_GREATER_EQUAL), 3 << 3);
    ok_eq(VerSetConditionMask(0, VER_PRODUCT_TYPE, VER_LESS), (ULONGLONG)4 << 21);
    ok_eq(VerSetConditionMask(1, VER_BUILDNUMBER, VER_GREATER), 1 | 2 << 6);
}

/* --- memory --------------------------------------------------------------------------------- */

TEST(memory_status_is_plausible, "")
{
    MEMORYSTATUSEX status = {.dwLength = sizeof(status)};
    MEMORYSTATUS old = {.dwLength = sizeof(old)};
    ULONGLONG installed = 0;

    ok_succeeds(GlobalMemoryStatusEx(&status));
    ok(status.ullTotalPhys > 16 << 20 && status.ullAvailPhys <= status.ullTotalPhys);
    ok(status.ullTotalPageFile > 16 << 20);
    ok(status.ullTotalVirtual > (DWORDLONG)1 << 46);
    ok(status.ullAvailVirtual < status.ullTotalVirtual);
    ok(status.dwMemoryLoad <= 100);
    GlobalMemoryStatus(&old);
    ok_eq(old.dwLength, sizeof(old));
    ok_eq(old.dwTotalPhys, status.ullTotalPhys);
    ok_succeeds(GetPhysicallyInstalledSystemMemory(&installed));
    ok(installed >= status.ullTotalPhys / 1024, "%u MiB", (unsigned)(installed >> 10));
    status.dwLength = 4;
    ok_fails(GlobalMemoryStatusEx(&status), ERROR_INVALID_PARAMETER);
    ok_fails(GetPhysicallyInstalledSystemMemory(NULL), ERROR_INVALID_PARAMETER);
}

TEST(touched_memory_is_in_the_working_set, "")
{
    PROCESS_MEMORY_COUNTERS_EX before = {0}, after = {0};
    PROCESS_MEMORY_COUNTERS plain = {0};
    SIZE_T size = 32 << 20;
    char *memory;

    ok_succeeds(K32GetProcessMemoryInfo(GetCurrentProcess(), (PROCESS_MEMORY_COUNTERS *)&before,
                                        sizeof(before)));
    memory = VirtualAlloc(NULL, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    require(memory != NULL);
    memset(memory, 1, size);
    ok_succeeds(K32GetProcessMemoryInfo(GetCurrentProcess(), (PROCESS_MEMORY_COUNTERS *)&after,
                                        sizeof(after)));
    ok(after.WorkingSetSize >= before.WorkingSetSize + size / 2);
    ok(after.PeakWorkingSetSize >= after.WorkingSetSize);
    ok(after.PageFaultCount >= before.PageFaultCount);
    todo_wine ok(after.PrivateUsage >= before.PrivateUsage + size / 2);
    ok(after.PeakPagefileUsage >= after.PagefileUsage);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    ok_succeeds(K32GetProcessMemoryInfo(GetCurrentProcess(), &plain, sizeof(plain)));
    ok_fails(K32GetProcessMemoryInfo(GetCurrentProcess(), &plain, sizeof(plain) - 1),
             ERROR_INSUFFICIENT_BUFFER);
}

/* They are counted one after the other, while processes come and go. */
static bool every_process_has_a_thread(void)
{
    PERFORMANCE_INFORMATION information = {0};

    return K32GetPerformanceInfo(&information, sizeof(information)) &&
           information.ProcessCount >= 1 && information.ThreadCount >= information.ProcessCount;
}

TEST(performance_information_counts_pages, "")
{
    PERFORMANCE_INFORMATION information = {0};

    ok_succeeds(K32GetPerformanceInfo(&information, sizeof(information)));
    ok_eq(information.PageSize, 4096);
    ok(information.PhysicalAvailable < information.PhysicalTotal);
    ok(information.CommitTotal > 0 && information.CommitLimit > 0);
    ok(test_until(every_process_has_a_thread(), SOON));
    ok_fails(K32GetPerformanceInfo(&information, sizeof(information) - 1), ERROR_BAD_LENGTH);
}

TEST(memory_by_name, "")
{
    char a[16] = "abcdef", b[16];

    CopyMemory(b, a, 7);
    ok_str_eq(b, "abcdef");
    MoveMemory(b + 1, b, 6);
    ok_mem_eq(b, "aabcdef", 7);
    FillMemory(b, 4, 'x');
    ok_mem_eq(b, "xxxxdef", 7);
    ZeroMemory(b, 8);
    ok(all_bytes(b, 0, 8));
    SecureZeroMemory(a, sizeof(a));
    ok(all_bytes(a, 0, sizeof(a)));
    ok(RtlEqualMemory(a, b, 8));
    ok_eq(RtlCompareMemory("abcd", "abxd", 4), 2);
    ok_eq(RtlCompareMemory("abcd", "abcd", 4), 4);
    ok_eq(MAKEWORD(0x34, 0x12), 0x1234);
    ok_eq(MAKELONG(0x5678, 0x1234), 0x12345678);
}

static void count_up(void *counter)
{
    for (unsigned i = 0; i < 100000; i++)
        InterlockedIncrement(counter);
}

TEST(interlocked_operations_are_atomic, "")
{
    LONG value = 5;
    LONG64 big = 5;
    PVOID pointer = NULL;
    struct test_thread threads[3];

    ok_eq(InterlockedIncrement(&value), 6);
    ok_eq(InterlockedDecrement(&value), 5);
    ok_eq(InterlockedExchange(&value, 7), 5);
    ok_eq(InterlockedExchangeAdd(&value, 3), 7);
    ok_eq(InterlockedCompareExchange(&value, 1, 9), 10);
    ok_eq(InterlockedCompareExchange(&value, 1, 10), 10);
    ok_eq(InterlockedOr(&value, 6), 1);
    ok_eq(InterlockedAnd(&value, 3), 7);
    ok_eq(InterlockedXor(&value, 1), 3);
    ok_eq(value, 2);
    ok_eq(InterlockedExchangeAdd64(&big, (LONG64)1 << 40), 5);
    ok_eq(InterlockedIncrement64(&big), ((LONG64)1 << 40) + 6);
    ok_ptr_eq(InterlockedCompareExchangePointer(&pointer, &big, NULL), NULL);
    ok_ptr_eq(InterlockedExchangePointer(&pointer, NULL), &big);
    value = 0;
    for (unsigned i = 0; i < ARRAYSIZE(threads); i++)
        test_thread_start(&threads[i], count_up, &value);
    for (unsigned i = 0; i < ARRAYSIZE(threads); i++)
        test_thread_join(&threads[i]);
    ok_eq(value, 300000);
}

/* --- the environment ------------------------------------------------------------------------ */

TEST(variables_are_set_and_read, "")
{
    char text[40] = "untouched";
    wchar_t wide[40];

    ok_fails(GetEnvironmentVariableA("NtshmTestOne", text, sizeof(text)), ERROR_ENVVAR_NOT_FOUND);
    ok_succeeds(SetEnvironmentVariableA("NtshmTestOne", "value"));
    ok_eq(GetEnvironmentVariableA("NtshmTestOne", text, sizeof(text)), 5);
    ok_str_eq(text, "value");
    ok_eq(GetEnvironmentVariableW(L"NTSHMTESTONE", wide, ARRAYSIZE(wide)), 5);
    ok_wstr_eq(wide, L"value");
    ok_eq(GetEnvironmentVariableA("NtshmTestOne", text, 5), 6);
    ok_eq(GetEnvironmentVariableA("NtshmTestOne", NULL, 0), 6);
    ok_succeeds(SetEnvironmentVariableW(L"ntshmtestone", L"other"));
    ok_eq(GetEnvironmentVariableA("NtshmTestOne", text, sizeof(text)), 5);
    ok_str_eq(text, "other");
    ok_succeeds(SetEnvironmentVariableA("NtshmTestOne", NULL));
    ok_fails(GetEnvironmentVariableA("NtshmTestOne", text, sizeof(text)), ERROR_ENVVAR_NOT_FOUND);
    todo_wine ok_fails(SetEnvironmentVariableA("NtshmTestOne", NULL), ERROR_ENVVAR_NOT_FOUND);
}

TEST(empty_and_malformed_variables, "")
{
    char text[40];

    ok_succeeds(SetEnvironmentVariableA("NtshmTestEmpty", ""));
    SetLastError(0xdeadbeef);
    ok_eq(GetEnvironmentVariableA("NtshmTestEmpty", text, sizeof(text)), 0);
    todo_wine ok_error(ERROR_SUCCESS);
    ok_succeeds(SetEnvironmentVariableA("NtshmTestEmpty", NULL));
    ok_fails(SetEnvironmentVariableA("", "x"), ERROR_INVALID_PARAMETER);
    ok_fails(SetEnvironmentVariableA("A=B", "x"), ERROR_INVALID_PARAMETER);
    ok_fails(SetEnvironmentVariableA(NULL, "x"), ERROR_ENVVAR_NOT_FOUND);
    ok_fails(GetEnvironmentVariableA(NULL, text, sizeof(text)), ERROR_ENVVAR_NOT_FOUND);
}

TEST(names_between_percents_are_expanded, "")
{
    char text[60];
    wchar_t wide[60];

    SetEnvironmentVariableA("NtshmTestTwo", "two");
    ok_eq(ExpandEnvironmentStringsA("<%NtshmTestTwo%>", text, sizeof(text)), 6);
    ok_str_eq(text, "<two>");
    ok_eq(ExpandEnvironmentStringsW(L"%ntshmtesttwo%%NtshmTestTwo%", wide, ARRAYSIZE(wide)), 7);
    ok_wstr_eq(wide, L"twotwo");
    ok_eq(ExpandEnvironmentStringsW(L"%NtshmNone% 100 %NtshmTestTwo% 5%", wide, 60), 23);
    ok_wstr_eq(wide, L"%NtshmNone% 100 two 5%");
    /* What stands between two of them is a name, whatever it is. */
    ok_eq(ExpandEnvironmentStringsW(L"5% %NtshmTestTwo%", wide, 60), 18);
    ok_wstr_eq(wide, L"5% %NtshmTestTwo%");
    ok_eq(ExpandEnvironmentStringsW(L"%NtshmTestTwo%", wide, 3), 4);
    ok_eq(ExpandEnvironmentStringsW(L"%NtshmTestTwo%", NULL, 0), 4);
    SetEnvironmentVariableA("NtshmTestTwo", NULL);
}

TEST(environment_strings_hold_all_variables, "")
{
    wchar_t *block, *entry;
    bool found = false;

    SetEnvironmentVariableW(L"NtshmTestThree", L"three");
    block = GetEnvironmentStringsW();
    require(block != NULL);
    for (entry = block; *entry; entry += wcslen(entry) + 1)
        found = found || wcscmp(entry, L"NtshmTestThree=three") == 0;
    ok(found);
    ok_succeeds(FreeEnvironmentStringsW(block));
    SetEnvironmentVariableW(L"NtshmTestThree", NULL);
}

/* --- the command line ----------------------------------------------------------------------- */

static const struct {
    const wchar_t *line;
    const wchar_t *arguments[5];
} lines[] = {
    {L"prog a b", {L"prog", L"a", L"b"}},
    {L"prog  \t a  ", {L"prog", L"a"}},
    {L"prog \"a b\" c", {L"prog", L"a b", L"c"}},
    {L"prog a\\b \\\"q\\\" end\\", {L"prog", L"a\\b", L"\"q\"", L"end\\"}},
    {L"prog \"a\\\\\" b", {L"prog", L"a\\", L"b"}},
    {L"prog \"a\\\"b\" \"\"", {L"prog", L"a\"b", L""}},
    {L"prog a\"b c\"d", {L"prog", L"ab cd"}},
    {L"\"C:\\my prog\" x", {L"C:\\my prog", L"x"}},
    {L"prog \"a\"\"b\" c", {L"prog", L"a\"b c"}},
    {L" x", {L"", L"x"}},
};

TEST(command_lines_are_taken_apart, "")
{
    for (unsigned i = 0; i < ARRAYSIZE(lines); i++) {
        int count = -1, want = 0;
        wchar_t **arguments = CommandLineToArgvW(lines[i].line, &count);

        require(arguments != NULL);
        while (want < 5 && lines[i].arguments[want])
            want++;
        ok(count == want, "%u: %d arguments, not %d", i, count, want);
        for (int n = 0; n < count && n < want; n++)
            ok_wstr_eq(arguments[n], lines[i].arguments[n]);
        ok_ptr_eq(arguments[count], NULL);
        ok_ptr_eq(LocalFree(arguments), NULL);
    }
}

TEST(an_empty_line_is_the_program, "")
{
    int count = 0;
    wchar_t **arguments = CommandLineToArgvW(L"", &count);

    require(arguments != NULL);
    ok_eq(count, 1);
    ok(arguments[0][0] != 0);
    LocalFree(arguments);
#ifndef _WIN32
    ok_fails(CommandLineToArgvW(L"x", NULL), ERROR_INVALID_PARAMETER);
    ok_fails(CommandLineToArgvW(NULL, &count), ERROR_INVALID_PARAMETER);
#endif
}

TEST(command_line_holds_the_arguments, "")
{
    int count = 0;
    wchar_t **arguments = CommandLineToArgvW(GetCommandLineW(), &count);

    require(arguments != NULL);
    ok(count >= 1);
    ok(wcsstr(GetCommandLineW(), arguments[0]) != NULL);
#ifndef _WIN32
    ok(strstr(GetCommandLineA(), "ntshm-test-api") != NULL);
#endif
    ok_ptr_eq(GetCommandLineW(), GetCommandLineW());
    LocalFree(arguments);
}

/* --- names, processes ----------------------------------------------------------------------- */

TEST(computer_and_user_have_names, "")
{
    char narrow[300];
    wchar_t wide[300];
    DWORD size = sizeof(narrow);

    ok_succeeds(GetComputerNameA(narrow, &size));
    ok_eq(size, strlen(narrow));
    ok(size >= 1 && size <= MAX_COMPUTERNAME_LENGTH);
    size = 0;
    ok_fails(GetComputerNameW(wide, &size), ERROR_BUFFER_OVERFLOW);
    ok(size >= strlen(narrow) + 1);
    size = ARRAYSIZE(wide);
    ok_succeeds(GetUserNameW(wide, &size));
    ok_eq(size, wcslen(wide) + 1);
    size = 1;
    ok_fails(GetUserNameA(narrow, &size), ERROR_INSUFFICIENT_BUFFER);
    ok_eq(size, wcslen(wide) + 1);
}

TEST(pseudo_handles_are_constants, "")
{
    ok_ptr_eq(GetCurrentProcess(), (HANDLE)(LONG_PTR)-1);
    ok_ptr_eq(GetCurrentThread(), (HANDLE)(LONG_PTR)-2);
}

static void say_too_late(void)
{
    test_say("exit functions run");
}

CHILD(exits)
{
    (void)argc;
    atexit(say_too_late);
    if (strcmp(argv[1], "exit") == 0)
        ExitProcess(7);
    TerminateProcess(GetCurrentProcess(), 9);
    return 0;
}

TEST(processes_end_with_their_code, "")
{
    struct test_child child;

    require(test_child_start(&child, "exits", "exit"));
#ifndef _WIN32 /* there only exit() runs them */
    test_child_expect(&child, "exit functions run", SOON);
#endif
    ok_eq(test_child_wait(&child, SOON), 7);
    require(test_child_start(&child, "exits", "terminate"));
    ok_eq(test_child_wait(&child, SOON), 9);
    ok_fails(TerminateProcess(NULL, 1), ERROR_INVALID_HANDLE);
}

TEST(nobody_debugs_a_test, "")
{
    ok(!IsDebuggerPresent());
    OutputDebugStringA("heard by nobody");
    OutputDebugStringW(L"heard by nobody");
    OutputDebugStringA(NULL);
}
