/* SPDX-License-Identifier: MIT */
/*
 * A program of its time: _tmain, TCHAR, _tprintf. It is compiled as C and C++, narrow and wide, and
 * with a wchar_t of four and of two bytes, and must find the same in each. Exits with the number
 * of what it found wrong; prints what check_samples.py compares.
 */
#include <windows.h>
#include <conio.h>
#include <shellapi.h>
#include <strsafe.h>
#include <tchar.h>
#include <versionhelpers.h>

static int wrong;

static void check(int good, int line)
{
    if (!good) {
        wrong++;
        _tprintf(_T("line %d is wrong\n"), line);
    }
}
#define CHECK(good) check((good), __LINE__)

static void strings(void)
{
    TCHAR text[64], other[64], *context, *copy;

    _tcscpy(text, _T("some words"));
    CHECK(_tcslen(text) == 10 && _tcsnlen(text, 4) == 4);
    _tcscat(text, _T(" more"));
    CHECK(_tcscmp(text, _T("some words more")) == 0 && _tcsncmp(text, _T("some!"), 4) == 0);
    CHECK(_tcsicmp(text, _T("SOME words MORE")) == 0 && _tcsnicmp(text, _T("SOMEx"), 4) == 0);
    CHECK(_tcschr(text, _T('w')) == text + 5 && _tcsrchr(text, _T('o')) == text + 12);
    CHECK(_tcsstr(text, _T("words")) == text + 5 && _tcsstr(text, _T("none")) == NULL);
    CHECK(_tcsspn(text, _T("emos")) == 4 && _tcscspn(text, _T(" ")) == 4);
    CHECK(_tcspbrk(text, _T("xw")) == text + 5);
    _tcsncpy(other, text, 4);
    other[4] = 0;
    CHECK(_tcscmp(other, _T("some")) == 0);
    CHECK(_tcscmp(_tcstok_s(text, _T(" "), &context), _T("some")) == 0);
    CHECK(_tcscmp(_tcstok_s(NULL, _T(" "), &context), _T("words")) == 0);
    CHECK(_tcscmp(_tcstok_s(NULL, _T(" "), &context), _T("more")) == 0);
    CHECK(_tcstok_s(NULL, _T(" "), &context) == NULL);
    copy = _tcsdup(_T("Copy"));
    CHECK(_tcscmp(_tcsupr(copy), _T("COPY")) == 0 && _tcscmp(_tcslwr(copy), _T("copy")) == 0);
    CHECK(_tcscmp(_tcsrev(copy), _T("ypoc")) == 0);
    free(copy);
    CHECK(_tcscpy_s(text, 4, _T("abc")) == 0 && _tcscpy_s(text, 3, _T("abc")) == ERANGE);
    CHECK(text[0] == 0 && _tcsncpy_s(text, 3, _T("abc"), _TRUNCATE) == STRUNCATE);
    CHECK(_tcscmp(text, _T("ab")) == 0 && _tcscat_s(text, 64, _T("cd")) == 0);
    CHECK(_tcscmp(text, _T("abcd")) == 0);
}

static void numbers(void)
{
    TCHAR text[70], *end;

    CHECK(_tcstol(_T(" -42x"), &end, 10) == -42 && *end == _T('x'));
    CHECK(_tcstoul(_T("ff"), NULL, 16) == 255 && _tcstod(_T("1.5"), NULL) == 1.5);
    CHECK(_ttoi(_T("77 days")) == 77 && _ttoi64(_T("-9000000000")) == -9000000000LL);
    CHECK(_tcscmp(_itot(-5, text, 10), _T("-5")) == 0);
    CHECK(_tcscmp(_ltot(-1, text, 16), _T("ffffffff")) == 0);
    CHECK(_tcscmp(_i64tot(-9000000000LL, text, 10), _T("-9000000000")) == 0);
    CHECK(_tcscmp(_ui64tot(~0ULL, text, 2) + 60, _T("1111")) == 0);
    CHECK(_itot_s(123, text, 3, 10) == ERANGE && text[0] == 0);
    CHECK(_itot_s(123, text, 4, 40) == EINVAL);
    CHECK(_istdigit(_T('7')) && !_istdigit(_T('x')) && _totupper(_T('a')) == _T('A'));
}

static void prints(void)
{
    TCHAR text[64];
    DWORD big = 4000000000u;

    CHECK(_stprintf_s(text, 64, _T("%s %ld %lu %I64d"), _T("own"), (LONG)-1, big, -7LL) == 20);
    CHECK(_tcscmp(text, _T("own -1 4000000000 -7")) == 0);
    CHECK(_sntprintf(text, 3, _T("%s"), _T("abcd")) == -1);
    CHECK(_sctprintf(_T("%hs %ls"), "one", L"two") == 7);
    CHECK(StringCchPrintf(text, 4, _T("%d"), 12345) == STRSAFE_E_INSUFFICIENT_BUFFER);
    CHECK(_tcscmp(text, _T("123")) == 0);
    CHECK(StringCchCopy(text, 64, _T("a")) == S_OK && StringCchCat(text, 64, _T("b")) == S_OK);
    CHECK(StringCbCopy(text, 3 * sizeof(TCHAR), _T("abc")) == STRSAFE_E_INSUFFICIENT_BUFFER);
    CHECK(wsprintf(text, _T("%05d|%hs|%ls"), 42, "n", L"w") == 9);
    CHECK(_tcscmp(text, _T("00042|n|w")) == 0);
}

static void system_calls(void)
{
    TCHAR text[300], *allocated = NULL, computer[MAX_COMPUTERNAME_LENGTH + 1];
    DWORD size = ARRAYSIZE(computer), length;
    wchar_t wide[16], **arguments;
    OSVERSIONINFOEX version;
    DWORD_PTR values[2];
    char narrow[16];
    int count;

    length = FormatMessage(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM |
                               FORMAT_MESSAGE_IGNORE_INSERTS,
                           NULL, ERROR_FILE_NOT_FOUND, MAKELANGID(LANG_NEUTRAL, SUBLANG_DEFAULT),
                           (LPTSTR)&allocated, 0, NULL);
    CHECK(length > 5 && _tcslen(allocated) == length && allocated[length - 1] == _T('\n'));
    LocalFree(allocated);
    values[0] = 7;
    values[1] = (DWORD_PTR) _T("text");
    length = FormatMessage(FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_ARGUMENT_ARRAY,
                           _T("%2 %1!03d!"), 0, 0, text, 300, (va_list *)values);
    CHECK(length == 8 && _tcscmp(text, _T("text 007")) == 0);
    CHECK(SetEnvironmentVariable(_T("NtshmSample"), _T("value")));
    CHECK(GetEnvironmentVariable(_T("NtshmSample"), text, 300) == 5);
    CHECK(_tcscmp(text, _T("value")) == 0);
    CHECK(ExpandEnvironmentStrings(_T("<%NtshmSample%>"), text, 300) == 8);
    CHECK(lstrcmpi(text, _T("<VALUE>")) == 0 && lstrlen(text) == 7);
    CHECK(GetComputerName(computer, &size) && size == (DWORD)lstrlen(computer));
    CHECK(GetCommandLine() != NULL && _tcsstr(GetCommandLine(), _T("two words")) != NULL);
    arguments = CommandLineToArgvW(L"prog \"two words\" 3", &count);
    CHECK(arguments && count == 3 && lstrcmpW(arguments[1], L"two words") == 0);
    LocalFree(arguments);
    CHECK(MultiByteToWideChar(CP_UTF8, 0, "\xf0\x9f\x98\x80", -1, wide, 16) ==
          (sizeof(wchar_t) == 2 ? 3 : 2));
    CHECK(WideCharToMultiByte(CP_UTF8, 0, wide, -1, narrow, 16, NULL, NULL) == 5);
    CHECK(strcmp(narrow, "\xf0\x9f\x98\x80") == 0);
    version.dwOSVersionInfoSize = sizeof(version);
    CHECK(GetVersionEx((OSVERSIONINFO *)&version) && version.dwBuildNumber == 20348);
    CHECK(version.wProductType == VER_NT_SERVER && IsWindows10OrGreater());
    OutputDebugString(_T("nobody listens"));
}

static void streams(void)
{
    TCHAR line[32];
    FILE *file = tmpfile();

    CHECK(file != NULL);
    CHECK(_fputts(_T("first \x00e4 line\n"), file) >= 0);
    _ftprintf(file, _T("%s\n"), _T("second"));
    rewind(file);
    CHECK(_fgetts(line, 32, file) != NULL && _tcslen(line) == 13);
    CHECK(_fgetts(line, 32, file) != NULL && _tcscmp(line, _T("second\n")) == 0);
    CHECK(_fgetts(line, 32, file) == NULL);
    fclose(file);
}

int _tmain(int argc, TCHAR *argv[])
{
    int i;

    strings();
    numbers();
    prints();
    system_calls();
    streams();
    for (i = 1; i < argc; i++)
        _tprintf(_T("%d: %s\n"), i, argv[i]);
    printf("%s\n", "plain printf");
    _tprintf(_T("%ls %hs %d%%\n"), L"\x6f22", "narrow", 100);
    _putts(_T("done"));
    return wrong;
}
