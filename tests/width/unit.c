// SPDX-License-Identifier: MIT
/*
 * One unit of the program, of either width, in C or C++: everything here is written as a Windows
 * program writes it, and must mean the same whatever wchar_t is.
 */
#ifdef WITH_D3D12
#    define COBJMACROS
#    include <d3d11_4.h>
#    include <d3d12.h>
#    include <initguid.h>
#endif
#include <ntshm/shared.h>
#include <ntstatus.h>
#include <windows.h>
#include <winternl.h>

#include <string.h>
#include <unistd.h>

#include "width.h"

#define LENGTH(text) (sizeof(text) / sizeof((text)[0]) - 1)

/* A failed check ends the function with its line. */
#define CHECK(condition)     \
    do {                     \
        if (!(condition))    \
            return __LINE__; \
    } while (0)

#define SIZE        0x1000u
#define LONG_LENGTH 1000

static size_t wide_size(void)
{
    return sizeof(wchar_t);
}

static WCHAR long_name[LONG_LENGTH + 1];

static const WCHAR *text_of(enum width_name name)
{
    static const WCHAR pair[] = {'L', 'o', 'c', 'a', 'l', '\\', 'w', 0xD83D, 0xDE00, 'x', 0};
    static const WCHAR lone[] = {'l', 0xD83D, 'x', 0xDE00, 0};

    switch (name) {
    case WIDTH_LOCAL:
        return L"Local\\w\U0001F600x";
    case WIDTH_PAIR:
        return pair;
    case WIDTH_LONE:
        return lone;
    default:
        for (unsigned i = 0; i < LONG_LENGTH; i++)
            long_name[i] = (WCHAR)('a' + i % 26);
        return long_name;
    }
}

static void *create(enum width_name name)
{
    return CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, text_of(name));
}

static void *open_section(enum width_name name)
{
    return OpenFileMappingW(FILE_MAP_READ | SECTION_QUERY, FALSE, text_of(name));
}

static void *create_event(enum width_name name)
{
    return CreateEventW(NULL, FALSE, FALSE, text_of(name));
}

static void *open_event(enum width_name name)
{
    return OpenEventW(SYNCHRONIZE, FALSE, text_of(name));
}

/* What another library shares: both ends of a pipe. */
static void *create_shared(enum width_name name)
{
    struct ntshm_shared shared;
    void *handle;

    memset(&shared, 0, sizeof(shared));
    shared.type = NTSHM_SHARED_FENCE;
    shared.n_fds = 2;
    if (pipe(shared.fds) < 0)
        return NULL;
    handle = ntshm_create_sharedW(NULL, text_of(name), &shared);
    close(shared.fds[0]);
    close(shared.fds[1]);
    return handle;
}

static void *open_shared(enum width_name name)
{
    return ntshm_open_sharedW(GENERIC_ALL, FALSE, text_of(name));
}

/* A section in the global directory, by its absolute path; @leaf is ASCII. */
static void *nt_open(const char *leaf)
{
    WCHAR path[64] = L"\\BaseNamedObjects\\";
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING string;
    HANDLE handle = NULL;
    size_t length = LENGTH(L"\\BaseNamedObjects\\");

    while (*leaf)
        path[length++] = (WCHAR)*leaf++;
    RtlInitUnicodeString(&string, path);
    if (string.Length != length * sizeof(WCHAR))
        return NULL;
    InitializeObjectAttributes(&attributes, &string, 0, NULL, NULL);
    /* An odd length is a bad name in both widths (11.17). */
    string.Length = 3;
    if (NtOpenSection(&handle, SECTION_QUERY, &attributes) != STATUS_OBJECT_NAME_INVALID)
        return NULL;
    string.Length = (USHORT)(length * sizeof(WCHAR));
    return NtOpenSection(&handle, SECTION_QUERY, &attributes) == STATUS_SUCCESS ? handle : NULL;
}

/* Modules by name, their functions, their paths. */
static int check_loader(void)
{
    HMODULE module = GetModuleHandleW(L"kernelbase.dll"), other = NULL;
    FARPROC found, own;
    HANDLE(WINAPI * wide_open)(DWORD, BOOL, LPCWSTR) = OpenFileMappingW;
    WCHAR wide[4096], few[8];
    char narrow[4096];
    DWORD length;

    CHECK(module && LoadLibraryW(L"KernelBase") == module && FreeLibrary(module));
    CHECK(!GetModuleHandleW(L"kernelbas\U0001F600") && GetLastError() == ERROR_MOD_NOT_FOUND);
    /* The function that is found is the one that this unit is linked with. */
    found = GetProcAddress(module, "OpenFileMappingW");
    memcpy(&own, &wide_open, sizeof(own));
    CHECK(found && found == own);
    CHECK(GetProcAddress(module, "OpenFileMappingA"));
    CHECK(!GetProcAddress(module, "ntshm16_OpenFileMappingW"));
    CHECK(GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, (LPCWSTR)(void *)own, &other));
    CHECK(other == GetModuleHandleW(L"kernel32"));
    length = GetModuleFileNameA(NULL, narrow, sizeof(narrow));
    CHECK(length > 8 && GetModuleFileNameW(NULL, wide, 4096) == length);
    for (DWORD i = 0; i <= length; i++)
        CHECK(wide[i] == (WCHAR)(unsigned char)narrow[i]);
    memset(few, 0xCC, sizeof(few));
    CHECK(GetModuleFileNameW(NULL, few, 7) == 7 && GetLastError() == ERROR_INSUFFICIENT_BUFFER);
    CHECK(few[5] == wide[5] && few[6] == 0 && few[7] != 0);
    return 0;
}

/* The path that an object tells has the characters that this unit gave it. */
/* A SID's text, in a new buffer and in one that is given. */
static int check_sid_text(void)
{
    static const WCHAR want[] = L"S-1-5-18";
    SID system = {SID_REVISION, 1, {SECURITY_NT_AUTHORITY}, {SECURITY_LOCAL_SYSTEM_RID}};
    WCHAR buffer[LENGTH(want) + 1];
    UNICODE_STRING string = {0, sizeof(buffer), buffer};

    CHECK(RtlConvertSidToUnicodeString(&string, &system, FALSE) == STATUS_SUCCESS);
    CHECK(string.Length == sizeof(want) - sizeof(WCHAR));
    CHECK(memcmp(buffer, want, sizeof(want)) == 0);
    string.MaximumLength--;
    CHECK(RtlConvertSidToUnicodeString(&string, &system, FALSE) == STATUS_BUFFER_OVERFLOW);
    CHECK(RtlConvertSidToUnicodeString(&string, &system, TRUE) == STATUS_SUCCESS);
    CHECK(string.Buffer != buffer && string.MaximumLength == sizeof(want));
    CHECK(memcmp(string.Buffer, want, sizeof(want)) == 0);
    RtlFreeUnicodeString(&string);
    CHECK(!string.Buffer);
    return 0;
}

static int check_names(void)
{
    static const WCHAR name[] = L"Global\\q\U0001F600";
    union {
        OBJECT_NAME_INFORMATION name;
        OBJECT_TYPE_INFORMATION type;
        char bytes[512];
    } answer;
    HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, name);
    size_t bytes = (LENGTH(L"\\BaseNamedObjects\\q\U0001F600")) * sizeof(WCHAR);
    ULONG need;

    CHECK(check_sid_text() == 0);
    CHECK(section);
    CHECK(NtQueryObject(section, ObjectNameInformation, &answer, sizeof(answer), &need) ==
          STATUS_SUCCESS);
    CHECK(answer.name.Name.Length == bytes);
    CHECK(need == sizeof(answer.name) + bytes + sizeof(WCHAR));
    CHECK(memcmp(answer.name.Name.Buffer, L"\\BaseNamedObjects\\q\U0001F600",
                 bytes + sizeof(WCHAR)) == 0);
    CHECK(NtQueryObject(section, ObjectTypeInformation, &answer, sizeof(answer), &need) ==
          STATUS_SUCCESS);
    CHECK(answer.type.TypeName.Length == LENGTH(L"Section") * sizeof(WCHAR));
    CHECK(memcmp(answer.type.TypeName.Buffer, L"Section", sizeof(L"Section")) == 0);
    CHECK(CloseHandle(section));
    return 0;
}

/* Its name comes back through the handle, and through the handle it gets another. */
static int check_open_file(const WCHAR *name)
{
    static const WCHAR other[] = L"g\U0001F600";
    union {
        FILE_NAME_INFO name;
        FILE_RENAME_INFO rename;
        char bytes[4096 * sizeof(WCHAR)];
    } info;
    WCHAR path[4096];
    HANDLE file = CreateFileW(name, GENERIC_READ | DELETE, 7, NULL, OPEN_EXISTING, 0, NULL);
    DWORD length;

    CHECK(file != INVALID_HANDLE_VALUE);
    length = GetFinalPathNameByHandleW(file, path, 4096, 0);
    CHECK(length > LENGTH(other) && length < 4096 && path[length] == 0);
    CHECK(memcmp(path + length - LENGTH(other), name, sizeof(other)) == 0);
    CHECK(GetFinalPathNameByHandleW(file, path, length, 0) == length + 1);
    memset(&info, 0, sizeof(info));
    info.rename.FileNameLength = LENGTH(other) * sizeof(WCHAR);
    memcpy(info.rename.FileName, other, sizeof(other));
    CHECK(SetFileInformationByHandle(file, FileRenameInfo, &info, sizeof(info)));
    CHECK(GetFileInformationByHandleEx(file, FileNameInfo, &info, sizeof(info)));
    length = info.name.FileNameLength / sizeof(WCHAR);
    CHECK(memcmp(info.name.FileName + length - LENGTH(other), other,
                 LENGTH(other) * sizeof(WCHAR)) == 0);
    CHECK(CloseHandle(file));
    CHECK(GetFileAttributesA("g\xF0\x9F\x98\x80") != INVALID_FILE_ATTRIBUTES);
    CHECK(MoveFileW(other, name));
    CHECK(CopyFileW(name, other, TRUE) && ReplaceFileW(name, other, NULL, 0, NULL, NULL));
    return 0;
}

/* A file with such a name is one file for all, and paths come back in this unit's characters. */
static int check_files(void)
{
    static const WCHAR name[] = L"f\U0001F600";
    WCHAR full[4096], *part = NULL, temporary[4096];
    WIN32_FILE_ATTRIBUTE_DATA data;
    HANDLE file = CreateFileW(name, GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_NEW, 0, NULL);
    DWORD length;

    CHECK(file != INVALID_HANDLE_VALUE && CloseHandle(file));
    CHECK(GetFileAttributesA("f\xF0\x9F\x98\x80") != INVALID_FILE_ATTRIBUTES);
    CHECK(GetFileAttributesW(name) != INVALID_FILE_ATTRIBUTES);
    CHECK(GetFileAttributesExW(name, GetFileExInfoStandard, &data) && data.nFileSizeLow == 0);
    length = GetFullPathNameW(name, 4096, full, &part);
    CHECK(length > LENGTH(name) && full[length] == 0);
    CHECK(part == full + length - LENGTH(name) && memcmp(part, name, sizeof(name)) == 0);
    CHECK(GetFullPathNameW(name, length, full, NULL) == length + 1);
    CHECK(GetFullPathNameW(name, 4096, NULL, &part) == length + 1);
    CHECK(GetFullPathNameW(name, length + 1, full, NULL) == length);
    length = GetTempPathW(4096, temporary);
    CHECK(length > 0 && length < 4096 && temporary[length] == 0);
    CHECK(check_open_file(name) == 0);
    CHECK(DeleteFileW(full));
    CHECK(GetFileAttributesW(name) == INVALID_FILE_ATTRIBUTES);
    return 0;
}

/* Names of Direct3D objects are kept in the characters of who made the device. */
#ifdef WITH_D3D12
static int check_name_of(ID3D12Object *object)
{
    static const WCHAR name[] = L"n\U0001F600";
    WCHAR back[8];
    UINT size = sizeof(back);

#    ifdef __cplusplus
    CHECK(SUCCEEDED(object->SetName(name)));
    CHECK(SUCCEEDED(object->GetPrivateData(WKPDID_D3DDebugObjectNameW, &size, back)));
#    else
    CHECK(SUCCEEDED(ID3D12Object_SetName(object, name)));
    CHECK(SUCCEEDED(ID3D12Object_GetPrivateData(object, &WKPDID_D3DDebugObjectNameW, &size, back)));
#    endif
    CHECK(size == sizeof(name) && memcmp(back, name, size) == 0);
    return 0;
}

/* A shared buffer of Direct3D 11 has the name that this unit gives it, and no other. */
static int check_d3d11(void)
{
    static const WCHAR name[] = L"Local\\d\U0001F600x";
    const DWORD access = (DWORD)DXGI_SHARED_RESOURCE_READ | DXGI_SHARED_RESOURCE_WRITE;
    D3D11_BUFFER_DESC desc;
    ID3D11Device *device = NULL;
    ID3D11Device1 *device1 = NULL;
    ID3D11Buffer *buffer = NULL, *again = NULL;
    IDXGIResource1 *dxgi = NULL;
    HANDLE handle = NULL;

    memset(&desc, 0, sizeof(desc));
    desc.ByteWidth = SIZE;
    desc.MiscFlags = D3D11_RESOURCE_MISC_SHARED | D3D11_RESOURCE_MISC_SHARED_NTHANDLE;
    CHECK(SUCCEEDED(D3D11CreateDevice(NULL, D3D_DRIVER_TYPE_HARDWARE, NULL, 0, NULL, 0,
                                      D3D11_SDK_VERSION, &device, NULL, NULL)));
#    ifdef __cplusplus
    CHECK(SUCCEEDED(device->QueryInterface(IID_PPV_ARGS(&device1))));
    CHECK(SUCCEEDED(device->CreateBuffer(&desc, NULL, &buffer)));
    CHECK(SUCCEEDED(buffer->QueryInterface(IID_PPV_ARGS(&dxgi))));
    CHECK(SUCCEEDED(dxgi->CreateSharedHandle(NULL, access, name, &handle)));
    CHECK(SUCCEEDED(device1->OpenSharedResourceByName(name, access, IID_PPV_ARGS(&again))));
#    else
    CHECK(SUCCEEDED(ID3D11Device_QueryInterface(device, &IID_ID3D11Device1, (void **)&device1)));
    CHECK(SUCCEEDED(ID3D11Device_CreateBuffer(device, &desc, NULL, &buffer)));
    CHECK(SUCCEEDED(ID3D11Buffer_QueryInterface(buffer, &IID_IDXGIResource1, (void **)&dxgi)));
    CHECK(SUCCEEDED(IDXGIResource1_CreateSharedHandle(dxgi, NULL, access, name, &handle)));
    CHECK(SUCCEEDED(ID3D11Device1_OpenSharedResourceByName(device1, name, access, &IID_ID3D11Buffer,
                                                           (void **)&again)));
#    endif
    /* The one name space has it: something else is there. */
    CHECK(!OpenFileMappingW(FILE_MAP_READ, FALSE, name) && GetLastError() == ERROR_INVALID_HANDLE);
    CloseHandle(handle);
#    ifdef __cplusplus
    again->Release();
    dxgi->Release();
    buffer->Release();
    device1->Release();
    CHECK(device->Release() == 0);
#    else
    ID3D11Buffer_Release(again);
    IDXGIResource1_Release(dxgi);
    ID3D11Buffer_Release(buffer);
    ID3D11Device1_Release(device1);
    CHECK(ID3D11Device_Release(device) == 0);
#    endif
    return 0;
}

static int check_d3d12(void)
{
    HRESULT(WINAPI * make)(IUnknown *, D3D_FEATURE_LEVEL, REFIID, void **) = D3D12CreateDevice;
    HMODULE module = GetModuleHandleW(L"d3d12");
    ID3D12Device *device = NULL;
    ID3D12Fence *fence = NULL;
    FARPROC found, own;
    int line;

    memcpy(&own, &make, sizeof(own));
    found = GetProcAddress(module, "D3D12CreateDevice");
    CHECK(module && found == own);
#    ifdef __cplusplus
    CHECK(SUCCEEDED(make(NULL, D3D_FEATURE_LEVEL_11_0, IID_ID3D12Device, (void **)&device)));
    CHECK(
        SUCCEEDED(device->CreateFence(0, D3D12_FENCE_FLAG_NONE, IID_ID3D12Fence, (void **)&fence)));
    line = check_name_of(device);
    if (!line)
        line = check_name_of(fence);
    fence->Release();
    device->Release();
#    else
    CHECK(SUCCEEDED(make(NULL, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Device, (void **)&device)));
    CHECK(SUCCEEDED(ID3D12Device_CreateFence(device, 0, D3D12_FENCE_FLAG_NONE, &IID_ID3D12Fence,
                                             (void **)&fence)));
    line = check_name_of((ID3D12Object *)device);
    if (!line)
        line = check_name_of((ID3D12Object *)fence);
    ID3D12Fence_Release(fence);
    ID3D12Device_Release(device);
#    endif
    return line ? line : check_d3d11();
}
#else
static int check_d3d12(void)
{
    return 0;
}
#endif

#ifdef __cplusplus
extern "C"
#endif
    const struct width_unit UNIT;
const struct width_unit UNIT = {
#define TEXT_OF_(x) #x
#define TEXT_OF(x)  TEXT_OF_(x)
    TEXT_OF(UNIT), wide_size, create,       open_section, create_event, open_event,  create_shared,
    open_shared,   nt_open,   check_loader, check_names,  check_files,  check_d3d12,
};
