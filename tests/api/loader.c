// SPDX-License-Identifier: MIT
/*
 * Modules: finding them by name, counting them, and finding functions in them.
 */
#include "api/api.h"

#include <string.h>

static const wchar_t *const spellings[] = {
    L"kernel32", L"kernel32.dll", L"KERNEL32.DLL", L"Kernel32", L"kerNEL32.dLL",
};

TEST(a_module_is_found_with_and_without_extension_in_any_case, "")
{
    HMODULE kernel32 = GetModuleHandleA("kernel32.dll");

    require(kernel32 != NULL);
    for (unsigned i = 0; i < ARRAYSIZE(spellings); i++) {
        char narrow[32];

        for (unsigned j = 0; (narrow[j] = (char)spellings[i][j]) != '\0'; j++)
            ;
        ok_ptr_eq(GetModuleHandleW(spellings[i]), kernel32);
        ok_ptr_eq(GetModuleHandleA(narrow), kernel32);
        ok_ptr_eq(LoadLibraryW(spellings[i]), kernel32);
        ok_ptr_eq(LoadLibraryA(narrow), kernel32);
        ok_succeeds(FreeLibrary(kernel32));
        ok_succeeds(FreeLibrary(kernel32));
    }
}

TEST(the_system_modules_are_there, "")
{
    static const char *const names[] = {"kernel32", "KernelBase.dll", "ntdll.dll"};
    HMODULE modules[ARRAYSIZE(names)];

    for (unsigned i = 0; i < ARRAYSIZE(names); i++) {
        modules[i] = GetModuleHandleA(names[i]);
        ok(modules[i] != NULL, "%s", names[i]);
        for (unsigned j = 0; j < i; j++)
            ok_ptr_ne(modules[i], modules[j]);
    }
}

TEST(a_module_that_is_not_there_is_not_found, "")
{
    static const wchar_t *const names[] = {L"nosuchmodule", L"nosuchmodule.dll", L"kernel32.",
                                           L"kernel32.txt", L"kernel3",          L"kernel322",
                                           L"\x4e2d"};

    for (unsigned i = 0; i < ARRAYSIZE(names); i++)
        ok_fails(GetModuleHandleW(names[i]), ERROR_MOD_NOT_FOUND);
    ok_fails(GetModuleHandleA("nosuchmodule"), ERROR_MOD_NOT_FOUND);
    ok_fails(LoadLibraryA("nosuchmodule"), ERROR_MOD_NOT_FOUND);
    ok_fails(LoadLibraryW(L"nosuchmodule.dll"), ERROR_MOD_NOT_FOUND);
}

TEST(a_name_must_be_given_to_load, "")
{
    ok_fails(LoadLibraryA(NULL), ERROR_MOD_NOT_FOUND);
    ok_fails(LoadLibraryW(NULL), ERROR_INVALID_PARAMETER);
    ok_fails(LoadLibraryExW(NULL, NULL, 0), ERROR_INVALID_PARAMETER);
}

TEST(search_flags_change_nothing_for_a_system_module, "")
{
    HMODULE kernel32 = GetModuleHandleW(L"kernel32");

    ok_ptr_eq(LoadLibraryExW(L"kernel32.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32), kernel32);
    ok_ptr_eq(LoadLibraryExA("kernel32.dll", NULL, LOAD_LIBRARY_SEARCH_DEFAULT_DIRS), kernel32);
    ok_succeeds(FreeLibrary(kernel32));
    ok_succeeds(FreeLibrary(kernel32));
}

TEST(null_is_the_program, "")
{
    HMODULE program = GetModuleHandleW(NULL), by_address = NULL, again = NULL;

    require(program != NULL);
    ok_ptr_eq(GetModuleHandleA(NULL), program);
    ok_succeeds(GetModuleHandleExA(0, NULL, &again));
    ok_ptr_eq(again, program);
    ok_succeeds(GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
                                       GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                                   (const wchar_t *)(const void *)&spellings, &by_address));
    ok_ptr_eq(by_address, program);
    ok_succeeds(FreeLibrary(program));
}

TEST(an_address_tells_its_module, "")
{
    HMODULE kernel32 = GetModuleHandleA("kernel32"), module = NULL;
    DWORD flags =
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
    int local = 0;

    ok_succeeds(GetModuleHandleExA(flags, (const char *)kernel32, &module));
    ok_ptr_eq(module, kernel32);
    module = kernel32;
    ok_fails(GetModuleHandleExA(flags, (const char *)&local, &module), ERROR_MOD_NOT_FOUND);
    ok_ptr_eq(module, NULL);
    ok_succeeds(GetModuleHandleExW(flags, NULL, &module));
    ok_ptr_eq(module, GetModuleHandleW(NULL));
}

TEST(wrong_flags_of_getmodulehandleex, "")
{
    HMODULE module = (HMODULE)(ULONG_PTR)0xdeadbeef;

    ok_fails(GetModuleHandleExA(0, "kernel32", NULL), ERROR_INVALID_PARAMETER);
    ok_fails(GetModuleHandleExA(0x10, "kernel32", &module), ERROR_INVALID_PARAMETER);
    ok_fails(GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_PIN |
                                    GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                                "kernel32", &module),
             ERROR_INVALID_PARAMETER);
    module = (HMODULE)(ULONG_PTR)0xdeadbeef;
    ok_fails(GetModuleHandleExA(0, "nosuchmodule", &module), ERROR_MOD_NOT_FOUND);
    ok_ptr_eq(module, NULL);
}

TEST(a_system_module_stays_however_often_it_is_freed, "")
{
    HMODULE kernel32 = GetModuleHandleA("kernel32"), module = NULL;

    ok_succeeds(GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_PIN, "kernel32", &module));
    ok_ptr_eq(module, kernel32);
    for (unsigned i = 0; i < 4; i++)
        ok_succeeds(FreeLibrary(kernel32));
    ok_ptr_eq(GetModuleHandleA("kernel32"), kernel32);
}

TEST(what_is_no_module_cannot_be_freed, "")
{
    ok_fails(FreeLibrary((HMODULE)(ULONG_PTR)0xdead0000), ERROR_MOD_NOT_FOUND);
}

TEST(getprocaddress_finds_a_function_that_works, "")
{
    HMODULE kernel32 = GetModuleHandleW(L"kernel32.dll");
    DWORD(WINAPI * process_id)(void);
    FARPROC found = GetProcAddress(kernel32, "GetCurrentProcessId");

    require(found != NULL);
    memcpy(&process_id, &found, sizeof(found));
    ok_eq(process_id(), GetCurrentProcessId());
    ok_ptr_eq((void *)GetProcAddress(kernel32, "GetCurrentProcessId"), (void *)found);
}

TEST(newer_functions_are_found_in_kernelbase, "")
{
    HMODULE kernelbase = GetModuleHandleA("kernelbase.dll");
    FARPROC map = GetProcAddress(kernelbase, "MapViewOfFile3");
    FARPROC nt = GetProcAddress(GetModuleHandleA("ntdll.dll"), "NtCreateSection");

    ok(map != NULL);
    ok(nt != NULL);
    ok((void *)map != (void *)nt);
}

TEST(an_unknown_function_is_not_found, "")
{
    static const char *const names[] = {
        "NoSuchFunction", "mapviewoffile", "MapViewOfFile ", "MapViewOfFileW", "",
        "malloc",         "dlsym"};
    HMODULE kernel32 = GetModuleHandleA("kernel32");

    for (unsigned i = 0; i < ARRAYSIZE(names); i++) {
        test_note("%s", names[i]);
        ok_fails(GetProcAddress(kernel32, names[i]), ERROR_PROC_NOT_FOUND);
    }
}

TEST(what_is_no_module_has_no_functions, "")
{
    ok_fails(GetProcAddress((HMODULE)(ULONG_PTR)0xdead0000, "MapViewOfFile"), ERROR_MOD_NOT_FOUND);
}

TEST(the_program_has_a_file_name, "")
{
    char narrow[4096];
    wchar_t wide[4096];
    DWORD length, i;

    SetLastError(0xdeadbeef);
    length = GetModuleFileNameA(NULL, narrow, sizeof(narrow));
    ok_error(ERROR_SUCCESS);
    require(length > 4 && length < sizeof(narrow));
    ok_eq(strlen(narrow), length);
    SetLastError(0xdeadbeef);
    ok_eq(GetModuleFileNameW(NULL, wide, ARRAYSIZE(wide)), length);
    ok_error(ERROR_SUCCESS);
    for (i = 0; i < length && wide[i] == (wchar_t)(unsigned char)narrow[i]; i++)
        ;
    ok_eq(i, length);
    ok_eq(wide[length], 0);
    ok_eq(GetModuleFileNameW(GetModuleHandleW(NULL), wide, ARRAYSIZE(wide)), length);
}

TEST(a_file_name_that_does_not_fit_is_cut, "")
{
    char narrow[4096], part[16];
    wchar_t wide[4096], wide_part[16];

    require(GetModuleFileNameA(NULL, narrow, sizeof(narrow)) > 9);
    require(GetModuleFileNameW(NULL, wide, ARRAYSIZE(wide)) > 9);
    memset(part, '-', sizeof(part));
    SetLastError(0xdeadbeef);
    ok_eq(GetModuleFileNameA(NULL, part, 8), 8);
    ok_error(ERROR_INSUFFICIENT_BUFFER);
    ok_mem_eq(part, narrow, 7);
    todo_wine ok_eq(part[7], 0); /* the documentation: the NUL is within what is told to fit */
    ok_eq(part[8], '-');
    memset(wide_part, '-', sizeof(wide_part));
    SetLastError(0xdeadbeef);
    ok_eq(GetModuleFileNameW(NULL, wide_part, 8), 8);
    ok_error(ERROR_INSUFFICIENT_BUFFER);
    ok_mem_eq(wide_part, wide, 7 * sizeof(*wide));
    todo_wine ok_eq(wide_part[7], 0);
    SetLastError(0xdeadbeef);
    ok_eq(GetModuleFileNameA(NULL, part, 0), 0);
    ok_error(ERROR_INSUFFICIENT_BUFFER);
    ok_fails(GetModuleFileNameW((HMODULE)(ULONG_PTR)0xdead0000, wide, ARRAYSIZE(wide)),
             ERROR_MOD_NOT_FOUND);
}
