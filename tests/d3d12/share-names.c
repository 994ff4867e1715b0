// SPDX-License-Identifier: MIT
/*
 * Names of shared heaps and resources: one name space with everything else, for as long as a
 * handle is open.
 */
#include "d3d12/share-kit.h"

#include <sddl.h>
#include <string.h>
#include <wchar.h>

#define NOT_FOUND ((HRESULT)0x80070002)

static HRESULT create(ID3D12Device5 *device, void *child, const wchar_t *name, HANDLE *ret_handle)
{
    HRESULT hr;

    *ret_handle = (HANDLE)1;
    hr = ID3D12Device_CreateSharedHandle(device, child, NULL, GENERIC_ALL, name, ret_handle);
    ok(SUCCEEDED(hr) == (*ret_handle != NULL), "0x%08x and %p", (unsigned)hr, *ret_handle);
    return hr;
}

static HRESULT by_name(ID3D12Device5 *device, const wchar_t *name, DWORD access, HANDLE *ret_handle)
{
    HRESULT hr;

    *ret_handle = (HANDLE)1;
    hr = ID3D12Device_OpenSharedHandleByName(device, name, access, ret_handle);
    ok(SUCCEEDED(hr) == (*ret_handle != NULL), "0x%08x and %p", (unsigned)hr, *ret_handle);
    return hr;
}

TEST(name_opens_while_a_handle_is_there, "D14.1 D14.2 D17.2 D12.7")
{
    struct kit kit;
    ID3D12Heap *heap, *opened;
    ID3D12Resource *buffers[2];
    HANDLE handles[2], again;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    heap = share_heap(kit.device, 64 * KIB);
    buffers[0] = share_place(kit.device, heap, 0, 64 * KIB);
    share_fill(&kit, buffers[0], 3);
    require(create(kit.device, heap, L_("heap"), &handles[0]) == S_OK);
    ok_hr(by_name(kit.device, L_("heap"), GENERIC_ALL, &handles[1]), S_OK);
    CloseHandle(handles[0]);
    ok(CompareObjectHandles(handles[1], handles[1]));
    require(share_open_heap(kit.device, handles[1], &opened) == S_OK);
    ok_hr(by_name(kit.device, L_("heap"), GENERIC_ALL, &again), S_OK);
    ok(CompareObjectHandles(handles[1], again));
    CloseHandle(again);
    CloseHandle(handles[1]);

    /* The last handle is gone, and the name with it; what was opened lives on. */
    ok_hr(by_name(kit.device, L_("heap"), GENERIC_ALL, &again), NOT_FOUND);
    buffers[1] = share_place(kit.device, opened, 0, 64 * KIB);
    share_has(&kit, buffers[1], 3);
    ok_hr(create(kit.device, opened, L_("heap"), &again), S_OK);
    CloseHandle(again);
    kit_release_last(buffers[1]);
    kit_release_last(opened);
    kit_release_last(buffers[0]);
    kit_release_last(heap);
    kit_close(&kit);
}

TEST(name_is_taken_by_anything, "D12.7 D12.11 D14.1")
{
    ID3D12Device5 *device = kit_device();
    ID3D12Heap *heap = share_heap(device, 64 * KIB);
    ID3D12Resource *buffer = share_buffer(device, 64 * KIB);
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, L_("event"));
    HANDLE section = kit_section(65536, L_("section"));
    HANDLE handle, other;

    ok_hr(create(device, heap, L_("event"), &handle), DXGI_ERROR_NAME_ALREADY_EXISTS);
    ok_hr(create(device, heap, L_("section"), &handle), DXGI_ERROR_NAME_ALREADY_EXISTS);
    ok_hr(by_name(device, L_("event"), GENERIC_ALL, &handle), E_HANDLE);
    ok_hr(by_name(device, L_("section"), GENERIC_ALL, &handle), E_HANDLE);
    require(create(device, heap, L_("ours"), &handle) == S_OK);
    ok_hr(create(device, heap, L_("ours"), &other), DXGI_ERROR_NAME_ALREADY_EXISTS);
    ok_hr(create(device, buffer, L_("ours"), &other), DXGI_ERROR_NAME_ALREADY_EXISTS);
    /* The other direction. */
    ok_fails(CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, L_("ours")),
             ERROR_INVALID_HANDLE);
    ok_fails(CreateEventW(NULL, FALSE, FALSE, L_("ours")), ERROR_INVALID_HANDLE);
    ok_fails(OpenFileMappingW(FILE_MAP_READ, FALSE, L_("ours")), ERROR_INVALID_HANDLE);
    CloseHandle(handle);
    ok_hr(create(device, buffer, L_("ours"), &other), S_OK);
    CloseHandle(other);
    CloseHandle(section);
    CloseHandle(event);
    kit_release_last(buffer);
    kit_release_last(heap);
    kit_release_last(device);
}

TEST(every_sharing_is_a_handle_of_its_own, "D12.9")
{
    ID3D12Device5 *device = kit_device();
    ID3D12Heap *heap = share_heap(device, 64 * KIB);
    HANDLE handles[3];

    require(create(device, heap, NULL, &handles[0]) == S_OK);
    require(create(device, heap, L_("twice"), &handles[1]) == S_OK);
    require(create(device, heap, NULL, &handles[2]) == S_OK);
    ok(!CompareObjectHandles(handles[0], handles[2]));
    CloseHandle(handles[2]);
    ok(!CompareObjectHandles(handles[0], handles[1]));
    CloseHandle(handles[0]);
    CloseHandle(handles[1]);
    kit_release_last(heap);
    kit_release_last(device);
}

TEST(names_have_a_case_a_length_and_prefixes, "D12.7 D12.8 D14.1")
{
    ID3D12Device5 *device = kit_device();
    ID3D12Heap *heap = share_heap(device, 64 * KIB);
    wchar_t name[MAX_PATH + 2];
    HANDLE handle, other;
    size_t n;

    require(create(device, heap, L_("Local\\Case"), &handle) == S_OK);
    ok_hr(by_name(device, L_("Local\\case"), GENERIC_ALL, &other), NOT_FOUND);
    ok_hr(by_name(device, L_("Case"), GENERIC_ALL, &other), S_OK);
    CloseHandle(other);
    CloseHandle(handle);
    ok_hr(create(device, heap, L_("a\\b"), &handle), DXGI_ERROR_INVALID_CALL);
    ok_hr(create(device, heap, L_("Local\\a\\b"), &handle), DXGI_ERROR_INVALID_CALL);

    wcscpy(name, L_("long"));
    n = wcslen(name);
    require(n < MAX_PATH);
    wmemset(name + n, L'x', MAX_PATH + 1 - n);
    name[MAX_PATH + 1] = 0;
    ok_hr(create(device, heap, name, &handle), DXGI_ERROR_INVALID_CALL);
    ok_hr(by_name(device, name, GENERIC_ALL, &handle), DXGI_ERROR_INVALID_CALL);
    name[MAX_PATH] = 0;
    ok_eq(wcslen(name), 260);
    require(create(device, heap, name, &handle) == S_OK);
    ok_hr(by_name(device, name, GENERIC_ALL, &other), S_OK);
    CloseHandle(other);
    name[MAX_PATH - 1] = 0;
    ok_hr(by_name(device, name, GENERIC_ALL, &other), NOT_FOUND);
    CloseHandle(handle);
    kit_release_last(heap);
    kit_release_last(device);
}

TEST(open_by_name_checks_its_arguments, "D14.1")
{
    ID3D12Device5 *device = kit_device();
    ID3D12Heap *heap = share_heap(device, 64 * KIB);
    HANDLE handle, other;

    require(create(device, heap, L_("there"), &handle) == S_OK);
    ok_hr(by_name(device, L_("not there"), GENERIC_ALL, &other), NOT_FOUND);
    ok_hr(by_name(device, L_("there"), 0, &other), E_ACCESSDENIED);
    ok_hr(by_name(device, NULL, GENERIC_ALL, &other), DXGI_ERROR_INVALID_CALL);
    /* The directory of names itself, as for everything that is opened. */
    ok_hr(by_name(device, L"", GENERIC_ALL, &other), E_HANDLE);
    ok_hr(ID3D12Device_OpenSharedHandleByName(device, L_("there"), GENERIC_ALL, NULL),
          DXGI_ERROR_INVALID_CALL);
    CloseHandle(handle);
    kit_release_last(heap);
    kit_release_last(device);
}

/* A handle is inherited exactly when its attributes say so. */
TEST(attributes_decide_inheritance, "D12.6")
{
    SECURITY_ATTRIBUTES attributes = {.nLength = sizeof(attributes), .bInheritHandle = TRUE};
    ID3D12Device5 *device = kit_device();
    ID3D12Heap *heap = share_heap(device, 64 * KIB);
    HANDLE handle = NULL;
    DWORD flags = 0;

    ok_hr(ID3D12Device_CreateSharedHandle(device, (ID3D12DeviceChild *)heap, &attributes,
                                          GENERIC_ALL, NULL, &handle),
          S_OK);
    ok_succeeds(GetHandleInformation(handle, &flags));
    ok_eq(flags, HANDLE_FLAG_INHERIT);
    CloseHandle(handle);
    handle = share_handle(device, heap);
    ok_succeeds(GetHandleInformation(handle, &flags));
    ok_eq(flags, 0);
    CloseHandle(handle);
    kit_release_last(heap);
    kit_release_last(device);
}

HRESULT WINAPI ntshm16_D3D12CreateDevice(IUnknown *adapter, D3D_FEATURE_LEVEL level, REFIID riid,
                                         void **ret);

/* A device made by a unit with a short wchar_t takes names of 16-bit units. */
TEST(short_names_name_the_same_objects, "D12.7 D7.3")
{
    const wchar_t *name = L_("shrt");
    uint16_t units[MAX_PATH + 2];
    ID3D12Device5 *device = NULL, *wide = kit_device();
    ID3D12Heap *heap;
    HANDLE handle = NULL, other;
    size_t n = 0;

    do {
        units[n] = (uint16_t)name[n];
    } while (name[n++]);
    ok_hr(ntshm16_D3D12CreateDevice(NULL, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Device5,
                                    (void **)&device),
          S_OK);
    require(device);
    heap = share_heap(device, 64 * KIB);
    ok_hr(ID3D12Device_CreateSharedHandle(device, (ID3D12DeviceChild *)heap, NULL, GENERIC_ALL,
                                          (LPCWSTR)(uintptr_t)units, &handle),
          S_OK);
    ok_hr(by_name(wide, name, GENERIC_ALL, &other), S_OK);
    ok(CompareObjectHandles(handle, other));
    CloseHandle(other);
    ok_hr(
        ID3D12Device_OpenSharedHandleByName(device, (LPCWSTR)(uintptr_t)units, GENERIC_ALL, &other),
        S_OK);
    CloseHandle(other);
    for (n = 0; n <= MAX_PATH; n++)
        units[n] = 'y';
    units[MAX_PATH + 1] = 0;
    ok_hr(ID3D12Device_CreateSharedHandle(device, (ID3D12DeviceChild *)heap, NULL, GENERIC_ALL,
                                          (LPCWSTR)(uintptr_t)units, &other),
          DXGI_ERROR_INVALID_CALL);
    CloseHandle(handle);
    kit_release_last(heap);
    kit_release_last(device);
    kit_release_last(wide);
}

/* --- descriptors ---------------------------------------------------------------------------- */

TEST(descriptor_is_kept_and_enforced, "D12.6 D12.11 D14.1")
{
    ID3D12Device5 *device = kit_device();
    ID3D12Heap *heap = share_heap(device, 64 * KIB), *opened;
    SECURITY_ATTRIBUTES attributes = {.nLength = sizeof(attributes)};
    HANDLE handle = NULL, other;
    char broken[64];

    /* Nobody may open it; who made it has his handle. */
    require(ConvertStringSecurityDescriptorToSecurityDescriptorW(
        L"D:", SDDL_REVISION_1, &attributes.lpSecurityDescriptor, NULL));
    ok_hr(ID3D12Device_CreateSharedHandle(device, (ID3D12DeviceChild *)heap, &attributes,
                                          GENERIC_ALL, L_("closed"), &handle),
          S_OK);
    ok_hr(by_name(device, L_("closed"), GENERIC_ALL, &other), E_ACCESSDENIED);
    require(share_open_heap(device, handle, &opened) == S_OK);
    kit_release_last(opened);
    CloseHandle(handle);
    LocalFree(attributes.lpSecurityDescriptor);

    memset(broken, 0x5a, sizeof(broken));
    attributes.lpSecurityDescriptor = broken;
    handle = (HANDLE)1;
    ok_hr(ID3D12Device_CreateSharedHandle(device, (ID3D12DeviceChild *)heap, &attributes,
                                          GENERIC_ALL, NULL, &handle),
          DXGI_ERROR_INVALID_CALL);
    ok_ptr_eq(handle, NULL);
    kit_release_last(heap);
    kit_release_last(device);
}

/* --- private namespaces ---------------------------------------------------------------------- */

/* One that gives the right to look into it, and not to create in it. */
static void protected_namespace(ID3D12Device5 *device, void *heap, HANDLE namespace)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    wchar_t name[MAX_PATH];
    HANDLE handle;

    swprintf(name, MAX_PATH, L"%ls\\protected", L_("alias"));
    require(ConvertStringSecurityDescriptorToSecurityDescriptorW(
        L"D:(A;;0x3;;;WD)", SDDL_REVISION_1, &descriptor, NULL));
    ok_succeeds(SetKernelObjectSecurity(namespace, DACL_SECURITY_INFORMATION, descriptor));
    ok_hr(create(device, heap, name, &handle), E_ACCESSDENIED);
    LocalFree(descriptor);
}

TEST(private_namespace_holds_shared_heaps, "D12.7 D12.11")
{
    ID3D12Device5 *device = kit_device();
    ID3D12Heap *heap = share_heap(device, 64 * KIB);
    HANDLE boundary = CreateBoundaryDescriptorW(L_("boundary"), 0);
    HANDLE namespace, handle, other;
    wchar_t name[MAX_PATH];
    BYTE sid[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof(sid);

    require(CreateWellKnownSid(WinWorldSid, NULL, sid, &size));
    require(boundary && AddSIDToBoundaryDescriptor(&boundary, sid));
    namespace = CreatePrivateNamespaceW(NULL, boundary, L_("alias"));
    require(namespace != NULL, "error %u", (unsigned)GetLastError());
    swprintf(name, MAX_PATH, L"%ls\\heap", L_("alias"));
    require(create(device, heap, name, &handle) == S_OK);
    ok_hr(by_name(device, name, GENERIC_ALL, &other), S_OK);
    ok(CompareObjectHandles(handle, other));
    CloseHandle(other);
    ok_hr(by_name(device, L"heap", GENERIC_ALL, &other), NOT_FOUND);
    ok_hr(create(device, heap, name, &other), DXGI_ERROR_NAME_ALREADY_EXISTS);
    CloseHandle(handle);
    protected_namespace(device, heap, namespace);
    /* A namespace that is not open here. */
    swprintf(name, MAX_PATH, L"%ls\\heap", L_("no alias"));
    ok_hr(create(device, heap, name, &handle), DXGI_ERROR_INVALID_CALL);
    ClosePrivateNamespace(namespace, PRIVATE_NAMESPACE_FLAG_DESTROY);
    DeleteBoundaryDescriptor(boundary);
    kit_release_last(heap);
    kit_release_last(device);
}
