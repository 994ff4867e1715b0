// SPDX-License-Identifier: MIT
/*
 * d3d12, d3d11 and dxcore are the modules that come and go: this program is not linked with them.
 * Also what the program exports itself (it is linked with -rdynamic).
 */
#include <stdio.h>
#include <string.h>

#include <apiquery2.h>
#include <windows.h>

static int n_checks, n_failed;

#define CHECK(condition)                                                        \
    do {                                                                        \
        n_checks++;                                                             \
        if (!(condition)) {                                                     \
            n_failed++;                                                         \
            printf("FAILED loader.c:%d: %s (error %u)\n", __LINE__, #condition, \
                   (unsigned)GetLastError());                                   \
        }                                                                       \
    } while (0)

int width_of_this_program(void);
int width_of_this_program(void)
{
    return 64;
}

static void check_own_exports(void)
{
    HMODULE program = GetModuleHandleA(NULL);
    FARPROC found = GetProcAddress(program, "width_of_this_program");

    CHECK(found && found() == 64);
    CHECK(GetProcAddress(NULL, "width_of_this_program") == found);
    CHECK(!GetProcAddress(program, "printf") && GetLastError() == ERROR_PROC_NOT_FOUND);
    CHECK(!GetProcAddress(program, "MapViewOfFile") && GetLastError() == ERROR_PROC_NOT_FOUND);
    CHECK(!GetProcAddress(GetModuleHandleA("kernel32"), "width_of_this_program"));
}

static void check_api_sets(void)
{
    static const char *const there[] = {
        "api-ms-win-core-memory-l1-1-0", "api-ms-win-core-memory-l1-1-8",
        "API-MS-Win-Core-Memory-L1-1-6", "api-ms-win-core-handle-l1-1-0",
        "api-ms-win-core-file-l1-2-0",   "api-ms-win-core-libraryloader-l1-2-0"};
    static const char *const missing[] = {
        "",
        "api-ms-win-core-memory",
        "api-ms-win-core-memory-l1-1-9",
        "api-ms-win-core-memory-l1-1",
        "api-ms-win-core-memory-l1-1--1",
        "api-ms-win-core-memory-l1-1-0x",
        "api-ms-win-core-memory-l1-1-99999999999",
        "api-ms-win-core-memory-l2-1-0",
        "api-ms-win-core-nonsense-l1-1-0",
        "ext-ms-win-core-memory-l1-1-0",
    };
    char name[64];

    CHECK(!IsApiSetImplemented(NULL));
    for (unsigned i = 0; i < ARRAYSIZE(there); i++) {
        snprintf(name, sizeof(name), "%s.dll", there[i]);
        CHECK(IsApiSetImplemented(there[i]));
        CHECK(GetModuleHandleA(there[i]) == GetModuleHandleA("kernelbase"));
        CHECK(LoadLibraryA(name) == GetModuleHandleA("kernelbase"));
        CHECK(GetProcAddress(GetModuleHandleA(there[i]), "MapViewOfFile3FromApp"));
    }
    for (unsigned i = 0; i < ARRAYSIZE(missing); i++) {
        CHECK(!IsApiSetImplemented(missing[i]));
        CHECK(!GetModuleHandleA(missing[i]) && GetLastError() == ERROR_MOD_NOT_FOUND);
    }
}

static void check_paths(void)
{
    HMODULE kernel32 = GetModuleHandleA("kernel32");
    char path[4096];

    CHECK(GetModuleHandleA("C:\\Windows\\System32\\kernel32.dll") == kernel32);
    CHECK(GetModuleHandleA("/opt/x/KERNEL32") == kernel32);
    CHECK(GetModuleHandleW(L"c:/windows\\system32/Kernel32.DLL") == kernel32);
    CHECK(GetModuleFileNameA(kernel32, path, sizeof(path)) && strstr(path, "/libntshm.so"));
    CHECK(!LoadLibraryExA("kernel32", NULL, LOAD_LIBRARY_AS_DATAFILE) &&
          GetLastError() == ERROR_NOT_SUPPORTED);
    CHECK(!LoadLibraryExA("kernel32", kernel32, 0) && GetLastError() == ERROR_INVALID_PARAMETER);
    CHECK(!LoadLibraryExA("kernel32", NULL, 0x40000000) &&
          GetLastError() == ERROR_INVALID_PARAMETER);
    CHECK(!GetProcAddress(kernel32, (LPCSTR)(ULONG_PTR)1) &&
          GetLastError() == ERROR_PROC_NOT_FOUND);
    CHECK(!GetProcAddress(kernel32, NULL) && GetLastError() == ERROR_PROC_NOT_FOUND);
}

#ifdef WITH_D3D12
static void check_d3d12(void)
{
    char path[4096];
    HMODULE module, again = NULL;
    FARPROC create;

    CHECK(!GetModuleHandleA("d3d12.dll") && GetLastError() == ERROR_MOD_NOT_FOUND);
    CHECK(!GetProcAddress(GetModuleHandleA("kernel32"), "D3D12CreateDevice"));
    module = LoadLibraryW(L"D3D12.dll");
    CHECK(module && GetModuleHandleA("d3d12") == module);
    create = GetProcAddress(module, "D3D12CreateDevice");
    CHECK(create != NULL);
    CHECK(!GetProcAddress(module, "MapViewOfFile") && GetLastError() == ERROR_PROC_NOT_FOUND);
    CHECK(!GetProcAddress(module, "vkCreateInstance"));
    CHECK(GetModuleFileNameA(module, path, sizeof(path)) && strstr(path, "/libntshm-d3d12.so"));
    CHECK(GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, (LPCSTR)(void *)create,
                             &again) &&
          again == module);
    CHECK(LoadLibraryA("d3d12") == module);
    for (int loads = 3; loads > 0; loads--) {
        CHECK(GetModuleHandleA("d3d12") == module);
        CHECK(FreeLibrary(module));
    }
    CHECK(!GetModuleHandleA("d3d12") && GetLastError() == ERROR_MOD_NOT_FOUND);
    CHECK(!FreeLibrary(module) && GetLastError() == ERROR_MOD_NOT_FOUND);
    CHECK(!GetProcAddress(module, "D3D12CreateDevice") && GetLastError() == ERROR_MOD_NOT_FOUND);
    CHECK(LoadLibraryA("d3d12.dll") == module);
    CHECK(GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_PIN, "d3d12", &again) && again == module);
    for (int i = 0; i < 5; i++)
        CHECK(FreeLibrary(module));
    CHECK(GetModuleHandleA("d3d12") == module);
}

/* The other modules of the same shared object come and go for themselves. */
static void check_fellow(const char *name, const char *function, HMODULE d3d12)
{
    HMODULE module, again = NULL;
    FARPROC found;

    CHECK(!GetModuleHandleA(name) && GetLastError() == ERROR_MOD_NOT_FOUND);
    module = LoadLibraryA(name);
    CHECK(module && module != d3d12 && GetModuleHandleA(name) == module);
    found = GetProcAddress(module, function);
    CHECK(found != NULL);
    CHECK(!GetProcAddress(d3d12, function) && GetLastError() == ERROR_PROC_NOT_FOUND);
    CHECK(!GetProcAddress(module, "D3D12CreateDevice"));
    CHECK(!GetProcAddress(module, "ntshm_d3d12_get_adapter"));
    CHECK(
        GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, (LPCSTR)(void *)found, &again) &&
        again == module);
    for (int loads = 2; loads > 0; loads--)
        CHECK(FreeLibrary(module));
    CHECK(!GetModuleHandleA(name) && GetLastError() == ERROR_MOD_NOT_FOUND);
    CHECK(GetModuleHandleA("d3d12") == d3d12);
}

static void check_graphics(void)
{
    check_d3d12();
    check_fellow("dxcore.dll", "DXCoreCreateAdapterFactory", GetModuleHandleA("d3d12"));
    check_fellow("D3D11.dll", "D3D11CreateDevice", GetModuleHandleA("d3d12"));
}
#else
static void check_graphics(void)
{
    /* It is not built, or not to be found. */
    CHECK(!LoadLibraryA("d3d12.dll") && GetLastError() == ERROR_MOD_NOT_FOUND);
    CHECK(!LoadLibraryA("dxcore") && GetLastError() == ERROR_MOD_NOT_FOUND);
}
#endif

int main(void)
{
    check_own_exports();
    check_api_sets();
    check_paths();
    check_graphics();
    printf("%d checks, %d failed\n", n_checks, n_failed);
    return n_failed != 0;
}
