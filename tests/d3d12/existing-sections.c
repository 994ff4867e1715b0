// SPDX-License-Identifier: MIT
/*
 * Existing heaps on sections of every kind: files, large pages, memory that is reserved only,
 * images; parts of memory by address; and the sharing of existing heaps.
 */
#include "api/image_kit.h"
#include "api/large_pool_linux.h"
#include "d3d12/share/label.h"
#include "d3d12/share-kit.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static HRESULT open_mapping(ID3D12Device5 *device, HANDLE section, ID3D12Heap **ret_heap)
{
    *ret_heap = (void *)1;
    return ID3D12Device3_OpenExistingHeapFromFileMapping(device, section, &IID_ID3D12Heap,
                                                         (void **)ret_heap);
}

static HRESULT open_range(ID3D12Device5 *device, const volatile void *address, UINT64 size,
                          ID3D12Heap **ret_heap)
{
    HRESULT hr;

    *ret_heap = (void *)1;
    hr = ntshm_d3d12_open_existing_heap_from_address1((ID3D12Device *)device,
                                                      (const void *)(uintptr_t)address, size,
                                                      &IID_ID3D12Heap, (void **)ret_heap);
    if (FAILED(hr))
        ok_ptr_eq(*ret_heap, NULL);
    return hr;
}

/* --- files --------------------------------------------------------------------------------- */

/* A file of @size bytes and a section of all of it. */
static HANDLE file_section(const char *leaf, DWORD size, DWORD access, DWORD protect)
{
    char path[512];
    HANDLE file, section;

    snprintf(path, sizeof(path), "%s/%s", test_dir(), leaf);
    file = CreateFileA(path, access, FILE_SHARE_READ, NULL, OPEN_ALWAYS, 0, NULL);
    require(file != INVALID_HANDLE_VALUE, "error %u", (unsigned)GetLastError());
    section = CreateFileMappingW(file, NULL, protect, 0, size, NULL);
    require(section != NULL, "error %u", (unsigned)GetLastError());
    CloseHandle(file);
    return section;
}

/* What the device writes is in the file, whoever reads it. */
TEST(heap_on_a_file_writes_the_file, "D15.8 D15.6 D0.1")
{
    const DWORD size = 100000;
    struct kit kit;
    HANDLE section = file_section("file", size, GENERIC_READ | GENERIC_WRITE, PAGE_READWRITE);
    ID3D12Resource *buffer;
    ID3D12Heap *heap;
    uint32_t word = 0;
    char path[512];
    int fd;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    require(open_mapping(kit.device, section, &heap) == S_OK);
    ok_eq(ID3D12Heap_GetDesc(heap).SizeInBytes, 102400);
    ok_eq(share_kind_of(heap), NTSHM_D3D12_MEMORY_SECTION);
    buffer = kit_whole_buffer(kit.device, heap);
    kit_marker(kit.list, ID3D12Resource_GetGPUVirtualAddress(buffer) + 99996, 31415,
               D3D12_WRITEBUFFERIMMEDIATE_MODE_DEFAULT);
    kit_run(&kit);
    snprintf(path, sizeof(path), "%s/file", test_dir());
    fd = open(path, O_RDONLY | O_CLOEXEC);
    ok_eq(pread(fd, &word, 4, 99996), 4);
    ok_eq(word, 31415);
    close(fd);
    kit_release_last(buffer);
    kit_release_last(heap);
    CloseHandle(section);
    kit_close(&kit);
}

TEST(sections_that_cannot_be_written_are_refused, "D15.8 D15.3")
{
    ID3D12Device5 *device = kit_device();
    HANDLE section = file_section("ro", 65536, GENERIC_READ | GENERIC_WRITE, PAGE_READWRITE);
    ID3D12Heap *heap;

    CloseHandle(section);
    section = file_section("ro", 65536, GENERIC_READ | GENERIC_WRITE, PAGE_READONLY);
    ok_hr(open_mapping(device, section, &heap), E_INVALIDARG);
    ok_ptr_eq(heap, NULL);
    CloseHandle(section);
    section = file_section("ro", 65536, GENERIC_READ, PAGE_WRITECOPY);
    ok_hr(open_mapping(device, section, &heap), E_INVALIDARG);
    ok_ptr_eq(heap, NULL);
    CloseHandle(section);
    kit_release_last(device);
}

TEST(images_are_no_heaps, "D15.8 D15.3")
{
    static const unsigned char code[] = {0xc3};
    static struct image_file image;
    const struct image_spec spec = {
        .n_parts = 1,
        .parts = {{.rva = 0x1000,
                   .virtual_size = 0x1000,
                   .characteristics =
                       IMAGE_SCN_CNT_CODE | IMAGE_SCN_MEM_EXECUTE | IMAGE_SCN_MEM_READ,
                   .data = code,
                   .data_size = sizeof(code)}},
    };
    ID3D12Device5 *device = kit_device();
    HANDLE file, section;
    ID3D12Heap *heap;
    char path[512];
    int fd;

    image_build(&spec, &image);
    snprintf(path, sizeof(path), "%s/image.dll", test_dir());
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0700);
    require(fd >= 0 && write(fd, image.bytes, image.size) == (ssize_t)image.size);
    close(fd);
    file = CreateFileA(path, GENERIC_READ | GENERIC_EXECUTE, FILE_SHARE_READ, NULL, OPEN_EXISTING,
                       0, NULL);
    require(file != INVALID_HANDLE_VALUE);
    section = CreateFileMappingA(file, NULL, PAGE_READONLY | SEC_IMAGE, 0, 0, NULL);
    require(section != NULL, "error %u", (unsigned)GetLastError());
    ok_hr(open_mapping(device, section, &heap), E_INVALIDARG);
    ok_ptr_eq(heap, NULL);
    CloseHandle(section);
    CloseHandle(file);
    kit_release_last(device);
}

/* --- reserved memory, large pages ------------------------------------------------------------ */

TEST(reserved_sections_are_heaps_once_committed, "D15.8")
{
    struct kit kit;
    HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | SEC_RESERVE, 0,
                                        256 * KIB, NULL);
    volatile uint32_t *view;
    ID3D12Resource *buffer;
    ID3D12Heap *heap;

    require(section != NULL);
    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    ok_hr(open_mapping(kit.device, section, &heap), E_INVALIDARG);
    view = kit_view(section, FILE_MAP_ALL_ACCESS);
    require(VirtualAlloc((void *)(uintptr_t)view, 128 * KIB, MEM_COMMIT, PAGE_READWRITE));
    ok_hr(open_mapping(kit.device, section, &heap), E_INVALIDARG);
    ok_ptr_eq(heap, NULL);
    require(VirtualAlloc((void *)(uintptr_t)view, 256 * KIB, MEM_COMMIT, PAGE_READWRITE));
    require(open_mapping(kit.device, section, &heap) == S_OK);
    ok_eq(ID3D12Heap_GetDesc(heap).SizeInBytes, 256 * KIB);
    buffer = kit_whole_buffer(kit.device, heap);
    kit_marker(kit.list, ID3D12Resource_GetGPUVirtualAddress(buffer) + 256 * KIB - 4, 8,
               D3D12_WRITEBUFFERIMMEDIATE_MODE_DEFAULT);
    kit_run(&kit);
    ok_eq(view[64 * KIB - 1], 8);
    kit_release_last(buffer);
    kit_release_last(heap);
    UnmapViewOfFile((void *)(uintptr_t)view);
    CloseHandle(section);
    kit_close(&kit);
}

/* A label that speaks of less than a page: what is mapped then is a whole page nevertheless. */
static void part_of_large_page(ID3D12Device5 *device, ID3D12Heap *heap)
{
    HANDLE handle = share_handle(device, heap), part;
    struct nt_d3d_label label;
    struct ntshm_shared shared;
    ID3D12Heap *opened;
    int fd;

    require(ntshm_take_shared(handle, &shared));
    CloseHandle(handle);
    require(nt_d3d_label_read(shared.fds[0], &label) == 0);
    label.size = 64 * KIB;
    require(nt_d3d_label_write(&label, &fd) == 0);
    close(shared.fds[0]);
    shared.fds[0] = fd;
    part = ntshm_create_sharedW(NULL, NULL, &shared);
    require(part != NULL);
    for (int i = 0; i < 20; i++) {
        if (ok_hr(share_open_heap(device, part, &opened), S_OK))
            kit_release_last(opened);
    }
    CloseHandle(part);
    close(shared.fds[0]);
    close(shared.fds[1]);
}

TEST(heap_on_large_pages, "D15.8 D0.4")
{
    SIZE_T page = GetLargePageMinimum();
    struct kit kit;
    HANDLE section, handle;
    volatile uint32_t *view;
    ID3D12Resource *buffer, *other;
    ID3D12Heap *heap, *opened;

    large_pool_begin(1);
    require(large_pool_allow(true));
    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    section =
        CreateFileMappingW(INVALID_HANDLE_VALUE, NULL,
                           PAGE_READWRITE | SEC_COMMIT | SEC_LARGE_PAGES, 0, (DWORD)page, NULL);
    require(section != NULL);
    view = kit_view(section, FILE_MAP_ALL_ACCESS);
    require(open_mapping(kit.device, section, &heap) == S_OK);
    ok_eq(ID3D12Heap_GetDesc(heap).SizeInBytes, page);
    buffer = kit_whole_buffer(kit.device, heap);
    kit_marker(kit.list, ID3D12Resource_GetGPUVirtualAddress(buffer) + page - 4, 21,
               D3D12_WRITEBUFFERIMMEDIATE_MODE_DEFAULT);
    kit_run(&kit);
    ok_eq(view[page / 4 - 1], 21);

    /* Shared, it is the same large page again. */
    handle = share_handle(kit.device, heap);
    require(share_open_heap(kit.device, handle, &opened) == S_OK);
    CloseHandle(handle);
    other = kit_whole_buffer(kit.device, opened);
    ok_eq(((uint32_t *)kit_map(other))[page / 4 - 1], 21);
    kit_release_last(other);
    kit_release_last(opened);
    part_of_large_page(kit.device, heap);
    kit_release_last(buffer);
    kit_release_last(heap);
    UnmapViewOfFile((void *)(uintptr_t)view);
    CloseHandle(section);
    kit_close(&kit);
    large_pool_end();
}

/* --- by address and size ---------------------------------------------------------------------- */

TEST(heap_of_a_part_of_the_memory, "D15.5 D15.4")
{
    struct kit kit;
    char *memory = VirtualAlloc(NULL, 256 * KIB, MEM_RESERVE, PAGE_READWRITE);
    ID3D12Resource *buffer;
    ID3D12Heap *heap;
    uint32_t *words;

    require(memory && VirtualAlloc(memory + 64 * KIB, 128 * KIB, MEM_COMMIT, PAGE_READWRITE));
    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    ok_hr(open_range(kit.device, memory, 256 * KIB, &heap), E_INVALIDARG);
    ok_hr(open_range(kit.device, memory + 64 * KIB, 132 * KIB, &heap), E_INVALIDARG);
    ok_hr(open_range(kit.device, memory + 60 * KIB, 64 * KIB, &heap), E_INVALIDARG);
    ok_hr(open_range(kit.device, memory + 64 * KIB + 8, 4096, &heap), E_INVALIDARG);
    ok_hr(open_range(kit.device, memory + 64 * KIB, 4097, &heap), E_INVALIDARG);
    ok_hr(open_range(kit.device, memory + 64 * KIB, 0, &heap), E_INVALIDARG);
    ok_hr(open_range(kit.device, memory + 64 * KIB, UINT64_MAX - 4095, &heap), E_INVALIDARG);
    ok_hr(open_range(kit.device, NULL, 4096, &heap), E_INVALIDARG);
    ok_hr(open_range(kit.device, &kit, 4096, &heap), E_INVALIDARG);
    ok_hr(ntshm_d3d12_open_existing_heap_from_address1(NULL, memory, 4096, &IID_ID3D12Heap,
                                                       (void **)&heap),
          E_INVALIDARG);
    ok_hr(ntshm_d3d12_open_existing_heap_from_address1((ID3D12Device *)kit.device,
                                                       memory + 64 * KIB, 4096, &IID_ID3D12Fence,
                                                       (void **)&heap),
          E_NOINTERFACE);
    ok_hr(ntshm_d3d12_open_existing_heap_from_address1(
              (ID3D12Device *)kit.device, memory + 64 * KIB, 4096, &IID_ID3D12Heap, NULL),
          S_FALSE);
    require(open_range(kit.device, memory + 64 * KIB, 128 * KIB, &heap) == S_OK);
    ok_eq(ID3D12Heap_GetDesc(heap).SizeInBytes, 128 * KIB);
    ok_eq(share_kind_of(heap), NTSHM_D3D12_MEMORY_REGION);
    buffer = kit_whole_buffer(kit.device, heap);
    words = kit_map(buffer);
    ok_ptr_eq(words, memory + 64 * KIB);
    kit_marker(kit.list, ID3D12Resource_GetGPUVirtualAddress(buffer) + 128 * KIB - 4, 77,
               D3D12_WRITEBUFFERIMMEDIATE_MODE_DEFAULT);
    kit_run(&kit);
    ok_eq(words[32 * KIB - 1], 77);
    kit_release_last(buffer);
    ok(!VirtualFree(memory, 0, MEM_RELEASE));
    kit_release_last(heap);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    ID3D12Device5_RemoveDevice(kit.device);
    ok_hr(open_range(kit.device, memory, 4096, &heap), DXGI_ERROR_DEVICE_REMOVED);
    kit_close(&kit);
}

/* --- shared ------------------------------------------------------------------------------------
 */

/* CreateSharedHandle on an existing heap: the same section again, not a copy of it. */
TEST(existing_heap_is_shared_as_its_section, "D15.6 D12.1 D12.2")
{
    struct kit kit;
    HANDLE section = kit_section(192 * KIB, NULL), handle;
    volatile uint32_t *view = kit_view(section, FILE_MAP_ALL_ACCESS);
    ID3D12Heap *heap, *opened;
    D3D12_HEAP_DESC desc;
    ID3D12Resource *buffer;
    uint32_t *words;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    require(open_mapping(kit.device, section, &heap) == S_OK);
    handle = share_handle(kit.device, heap);
    kit_release_last(heap);
    require(share_open_heap(kit.device, handle, &opened) == S_OK);
    CloseHandle(handle);
    desc = ID3D12Heap_GetDesc(opened);
    ok_eq(desc.SizeInBytes, 192 * KIB);
    ok_eq(desc.Flags, D3D12_HEAP_FLAG_SHARED | D3D12_HEAP_FLAG_SHARED_CROSS_ADAPTER);
    ok_eq(desc.Properties.CPUPageProperty, D3D12_CPU_PAGE_PROPERTY_WRITE_BACK);
    ok_eq(share_kind_of(opened), NTSHM_D3D12_MEMORY_SECTION);
    buffer = kit_whole_buffer(kit.device, opened);
    words = kit_map(buffer);
    view[5] = 55;
    ok_eq(words[5], 55);
    kit_marker(kit.list, ID3D12Resource_GetGPUVirtualAddress(buffer) + 24, 66,
               D3D12_WRITEBUFFERIMMEDIATE_MODE_DEFAULT);
    kit_run(&kit);
    ok_eq(view[6], 66);
    kit_release_last(buffer);
    kit_release_last(opened);
    UnmapViewOfFile((void *)(uintptr_t)view);
    CloseHandle(section);
    kit_close(&kit);
}

TEST(heap_on_a_file_is_shared_too, "D15.8 D12.1")
{
    struct kit kit;
    HANDLE section =
        file_section("shared", 65536 + 100, GENERIC_READ | GENERIC_WRITE, PAGE_READWRITE);
    ID3D12Heap *heap, *opened;
    ID3D12Resource *buffer;
    HANDLE handle;
    uint32_t word = 0;
    char path[512];
    int fd;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    require(open_mapping(kit.device, section, &heap) == S_OK);
    handle = share_handle(kit.device, heap);
    require(share_open_heap(kit.device, handle, &opened) == S_OK);
    CloseHandle(handle);
    CloseHandle(section);
    kit_release_last(heap);
    ok_eq(ID3D12Heap_GetDesc(opened).SizeInBytes, 65536 + 4096);
    buffer = kit_whole_buffer(kit.device, opened);
    kit_marker(kit.list, ID3D12Resource_GetGPUVirtualAddress(buffer) + 65536 + 96, 5,
               D3D12_WRITEBUFFERIMMEDIATE_MODE_DEFAULT);
    kit_run(&kit);
    kit_release_last(buffer);
    kit_release_last(opened);
    snprintf(path, sizeof(path), "%s/shared", test_dir());
    fd = open(path, O_RDONLY | O_CLOEXEC);
    ok_eq(pread(fd, &word, 4, 65536 + 96), 4);
    ok_eq(word, 5);
    close(fd);
    kit_close(&kit);
}

/*
 * A file of a tmpfs answers when it is asked for seals, as a memfd does, and has none: it is a file
 * of this user's all the same.
 */
TEST(heap_on_a_file_of_a_tmpfs_is_shared_too, "D15.8 D12.1")
{
    ID3D12Device5 *device;
    HANDLE file, section, handle;
    ID3D12Heap *heap, *opened;
    struct stat status;
    char path[64];
    int fd;

    snprintf(path, sizeof(path), "/dev/shm/ntshm-test-%d", (int)getpid());
    file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        skip("no tmpfs to write to");
    section = CreateFileMappingW(file, NULL, PAGE_READWRITE, 0, 65536, NULL);
    CloseHandle(file);
    device = kit_device();
    require(section != NULL && open_mapping(device, section, &heap) == S_OK);
    handle = share_handle(device, heap);
    ok_hr(share_open_heap(device, handle, &opened), S_OK);
    if (opened)
        kit_release_last(opened);
    /* What others can write they can shorten. */
    ok_eq(chmod(path, 0666), 0);
    ok_hr(share_open_heap(device, handle, &opened), E_INVALIDARG);
    ok_eq(chmod(path, 0600), 0);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    ok(fd >= 0 && fstat(fd, &status) == 0 && status.st_size == 65536);
    close(fd);
    unlink(path);
    CloseHandle(handle);
    CloseHandle(section);
    kit_release_last(heap);
    kit_release_last(device);
}

TEST(heap_on_memory_of_virtualalloc_is_not_shared, "D15.4 D12.11")
{
    ID3D12Device5 *device = kit_device();
    void *memory = VirtualAlloc(NULL, 64 * KIB, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    HANDLE handle = (HANDLE)1;
    ID3D12Heap *heap = NULL;

    ok_hr(
        ID3D12Device3_OpenExistingHeapFromAddress(device, memory, &IID_ID3D12Heap, (void **)&heap),
        S_OK);
    require(heap);
    ok_hr(ID3D12Device_CreateSharedHandle(device, (ID3D12DeviceChild *)heap, NULL, GENERIC_ALL,
                                          NULL, &handle),
          DXGI_ERROR_INVALID_CALL);
    ok_ptr_eq(handle, NULL);
    kit_release_last(heap);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    kit_release_last(device);
}

/* --- another process -----------------------------------------------------------------------------
 */

CHILD(existing_guest)
{
    struct kit kit;
    HANDLE section, handle = NULL;
    ID3D12Resource *buffers[2];
    ID3D12Heap *heaps[2];
    char line[64];
    uint32_t *words;

    (void)argc, (void)argv;
    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    section = OpenFileMappingW(FILE_MAP_ALL_ACCESS, FALSE, L_("existing"));
    require(section != NULL, "error %u", (unsigned)GetLastError());
    require(open_mapping(kit.device, section, &heaps[0]) == S_OK);
    CloseHandle(section);
    ok_hr(
        ID3D12Device_OpenSharedHandleByName(kit.device, L_("existing heap"), GENERIC_ALL, &handle),
        S_OK);
    require(share_open_heap(kit.device, handle, &heaps[1]) == S_OK);
    CloseHandle(handle);
    for (int i = 0; i < 2; i++) {
        buffers[i] = kit_whole_buffer(kit.device, heaps[i]);
        words = kit_map(buffers[i]);
        ok_eq(words[10], 1010);
        kit_marker(kit.list, ID3D12Resource_GetGPUVirtualAddress(buffers[i]) + 80 + 4 * (UINT64)i,
                   (UINT32)(100 + i), D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_OUT);
    }
    kit_run(&kit);
    test_say("written");
    test_hear(line, sizeof(line), 20000);
    for (int i = 0; i < 2; i++) {
        kit_release_last(buffers[i]);
        kit_release_last(heaps[i]);
    }
    kit_close(&kit);
    return 0;
}

TEST(existing_heap_elsewhere_is_the_same_memory, "D15.6 D18.1 D18.4 D0.1 D2.4")
{
    struct kit kit;
    HANDLE section = kit_section(128 * KIB, L_("existing")), handle = NULL;
    volatile uint32_t *view = kit_view(section, FILE_MAP_ALL_ACCESS);
    struct test_child child;
    ID3D12Heap *heap;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    require(open_mapping(kit.device, section, &heap) == S_OK);
    ok_hr(ID3D12Device_CreateSharedHandle(kit.device, (ID3D12DeviceChild *)heap, NULL, GENERIC_ALL,
                                          L_("existing heap"), &handle),
          S_OK);
    view[10] = 1010;
    require(test_child_start(&child, "existing_guest", NULL));
    test_child_expect(&child, "written", 30000);
    ok_eq(view[20], 100);
    ok_eq(view[21], 101);
    test_child_write_line(&child, "go");
    ok_eq(test_child_wait(&child, 30000), 0);
    ok_eq(view[21], 101);
    CloseHandle(handle);
    kit_release_last(heap);
    UnmapViewOfFile((void *)(uintptr_t)view);
    CloseHandle(section);
    kit_close(&kit);
}
