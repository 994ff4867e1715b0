// SPDX-License-Identifier: MIT
/*
 * Shared handles that a stranger made: labels that make no sense, and memory that is not what the
 * label says or that could be taken away again. All of it is refused before it is touched.
 */
#include "d3d12/share-kit.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "d3d12/memory/heap.h"
#include "d3d12/share/label.h"
#include "d3d12/memory/memory.h"
#include "os/os.h"

#define SIZE ((uint64_t)65536)

struct hostile {
    ID3D12Device5 *device;
    struct nt_d3d_label label; /* of a good heap */
    int memory;                /* its memory */
};

/* A good label and memory of @kind, taken out of a handle of our own. */
static void open_hostile(struct hostile *hostile, const char *kind)
{
    struct ntshm_shared shared = {0};
    ID3D12Heap *heap;
    HANDLE handle;

    share_kind(kind);
    hostile->device = kit_device();
    heap = share_heap(hostile->device, SIZE);
    handle = share_handle(hostile->device, heap);
    require(ntshm_take_shared(handle, &shared) && shared.n_fds == 2);
    ok_eq(shared.type, NTSHM_SHARED_RESOURCE);
    require(nt_d3d_label_read(shared.fds[0], &hostile->label) == 0);
    hostile->memory = shared.fds[1];
    close(shared.fds[0]);
    CloseHandle(handle);
    kit_release_last(heap);
}

static void close_hostile(struct hostile *hostile)
{
    close(hostile->memory);
    kit_release_last(hostile->device);
}

/* What the device says to an object of these descriptors. */
static HRESULT try_fds(ID3D12Device5 *device, int label, int memory)
{
    const struct ntshm_shared shared = {
        .type = NTSHM_SHARED_RESOURCE, .n_fds = memory < 0 ? 1 : 2, .fds = {label, memory, -1}};
    HANDLE handle = ntshm_create_sharedW(NULL, NULL, &shared);
    ID3D12Heap *heap = (void *)1;
    HRESULT hr;

    require(handle != NULL, "error %u", (unsigned)GetLastError());
    hr = ID3D12Device_OpenSharedHandle(device, handle, &IID_IUnknown, (void **)&heap);
    if (SUCCEEDED(hr))
        kit_release_last(heap);
    else
        ok_ptr_eq(heap, NULL);
    CloseHandle(handle);
    return hr;
}

static HRESULT try_label(const struct hostile *hostile, const struct nt_d3d_label *label,
                         int memory)
{
    int fd = -1;
    HRESULT hr;

    require(nt_d3d_label_write(label, &fd) == 0);
    hr = try_fds(hostile->device, fd, memory);
    close(fd);
    return hr;
}

TEST(good_label_opens, "D13.4 D13.5")
{
    static const char *const kinds[] = {"export", "memfd"};

    for (int i = 0; i < 2; i++) {
        struct hostile hostile;

        open_hostile(&hostile, kinds[i]);
        ok_hr(try_label(&hostile, &hostile.label, hostile.memory), S_OK);
        ok_hr(try_fds(hostile.device, hostile.memory, -1), E_INVALIDARG);
        ok_hr(try_fds(hostile.device, hostile.memory, hostile.memory), E_INVALIDARG);
        close_hostile(&hostile);
    }
}

/* Each word of a good label, changed in each bit: it never opens as more than it was. */
TEST_DEADLINE(every_bit_of_a_label_is_checked, "D13.3 D13.5", 300)
{
    struct hostile hostile;
    unsigned n_refused = 0;

    open_hostile(&hostile, "memfd");
    for (size_t bit = 0; bit < offsetof(struct nt_d3d_label, device_uuid) * 8; bit++) {
        struct nt_d3d_label label = hostile.label;
        HRESULT hr;

        ((unsigned char *)&label)[bit / 8] ^= (unsigned char)(1u << bit % 8);
        hr = try_label(&hostile, &label, hostile.memory);
        n_refused += FAILED(hr);
        /* A smaller size is none of our business: the memory has that much. */
        if (SUCCEEDED(hr) && !ok(label.size < SIZE && label.size))
            test_note("bit %zu", bit);
    }
    ok(n_refused > 300, "only %u", n_refused);
    close_hostile(&hostile);
}

TEST(labels_with_wrong_heaps_are_refused, "D13.5 D18.2")
{
    struct hostile hostile;
    struct nt_d3d_label label;

    open_hostile(&hostile, "memfd");
    label = hostile.label;
    label.properties.Type = D3D12_HEAP_TYPE_UPLOAD;
    ok_hr(try_label(&hostile, &label, hostile.memory), E_INVALIDARG);
    label = hostile.label;
    label.heap_flags = 0;
    ok_hr(try_label(&hostile, &label, hostile.memory), E_INVALIDARG);
    label.heap_flags = D3D12_HEAP_FLAG_SHARED | D3D12_HEAP_FLAG_ALLOW_DISPLAY;
    ok_hr(try_label(&hostile, &label, hostile.memory), E_INVALIDARG);
    label = hostile.label;
    label.alignment = 4096;
    ok_hr(try_label(&hostile, &label, hostile.memory), E_INVALIDARG);
    /* A section's heap has one description only. */
    label = hostile.label;
    label.memory_kind = NT_D3D_MEMORY_SECTION;
    ok_hr(try_label(&hostile, &label, hostile.memory), E_INVALIDARG);
    label = hostile.label;
    label.memory_kind = NT_D3D_MEMORY_DRIVER;
    ok_hr(try_label(&hostile, &label, hostile.memory), E_INVALIDARG);
    label.memory_kind = NT_D3D_MEMORY_DMABUF;
    /* Pages are pages: this driver takes them by their address. */
    ok_hr(try_label(&hostile, &label, hostile.memory), S_OK);
    close_hostile(&hostile);
}

TEST(labels_with_wrong_resources_are_refused, "D13.5 D18.3")
{
    struct hostile hostile;
    struct nt_d3d_label good, label;

    open_hostile(&hostile, "memfd");
    good = hostile.label;
    good.type = NT_D3D_LABEL_RESOURCE;
    good.desc = kit_buffer_desc(SIZE);
    good.desc.Alignment = SIZE;
    ok_hr(try_label(&hostile, &good, hostile.memory), S_OK);
    label = good;
    label.desc.Width = SIZE + 1;
    ok_hr(try_label(&hostile, &label, hostile.memory), E_INVALIDARG);
    label.desc.Width = UINT64_MAX;
    ok_hr(try_label(&hostile, &label, hostile.memory), E_INVALIDARG);
    label = good;
    label.desc.Flags = D3D12_RESOURCE_FLAG_ALLOW_CROSS_ADAPTER;
    ok_hr(try_label(&hostile, &label, hostile.memory), E_INVALIDARG);
    label = good;
    label.desc.Dimension = (D3D12_RESOURCE_DIMENSION)7;
    ok_hr(try_label(&hostile, &label, hostile.memory), E_INVALIDARG);
    label = good;
    label.heap_flags |= D3D12_HEAP_FLAG_DENY_BUFFERS;
    ok_hr(try_label(&hostile, &label, hostile.memory), E_INVALIDARG);
    label = good;
    label.type = NT_D3D_LABEL_HEAP;
    ok_hr(try_label(&hostile, &label, hostile.memory), E_INVALIDARG);
    /* A section is a heap, never a resource. */
    label = good;
    label.memory_kind = NT_D3D_MEMORY_SECTION;
    label.properties = nt_d3d_heap_existing_desc(SIZE).Properties;
    label.heap_flags = (uint32_t)nt_d3d_heap_existing_desc(SIZE).Flags;
    label.desc.Flags = D3D12_RESOURCE_FLAG_ALLOW_CROSS_ADAPTER;
    ok_hr(try_label(&hostile, &label, hostile.memory), E_INVALIDARG);
    /* Texels in a driver's own order are for that driver. */
    label = good;
    label.desc = (D3D12_RESOURCE_DESC){.Dimension = D3D12_RESOURCE_DIMENSION_TEXTURE2D,
                                       .Width = 16,
                                       .Height = 16,
                                       .DepthOrArraySize = 1,
                                       .MipLevels = 1,
                                       .Format = DXGI_FORMAT_R8G8B8A8_UNORM,
                                       .SampleDesc = {1, 0}};
    ok_hr(try_label(&hostile, &label, hostile.memory), S_OK);
    label.desc.Layout = D3D12_TEXTURE_LAYOUT_64KB_UNDEFINED_SWIZZLE;
    ok_hr(try_label(&hostile, &label, hostile.memory), E_INVALIDARG);
    label.desc.Layout = D3D12_TEXTURE_LAYOUT_UNKNOWN;
    label.driver_uuid[3] ^= 1;
    ok_hr(try_label(&hostile, &label, hostile.memory), E_INVALIDARG);
    label = good;
    label.driver_uuid[3] ^= 1;
    ok_hr(try_label(&hostile, &label, hostile.memory), S_OK);
    close_hostile(&hostile);
}

/* Each bit of a description, changed: what opens needs no more memory than there is. */
static void try_description(const struct hostile *hostile, const struct nt_d3d_label *good)
{
    ok_hr(try_label(hostile, good, hostile->memory), S_OK);
    for (size_t bit = 0; bit < sizeof(good->desc) * 8; bit++) {
        struct nt_d3d_label label = *good;
        HRESULT hr;

        ((unsigned char *)&label.desc)[bit / 8] ^= (unsigned char)(1u << bit % 8);
        hr = try_label(hostile, &label, hostile->memory);
        if (SUCCEEDED(hr) &&
            !ok(ID3D12Device_GetResourceAllocationInfo(hostile->device, 0, 1, &label.desc)
                    .SizeInBytes <= SIZE))
            test_note("bit %zu", bit);
    }
}

TEST_DEADLINE(every_bit_of_a_description_is_checked, "D13.3 D13.5", 300)
{
    struct hostile hostile;
    struct nt_d3d_label label;

    open_hostile(&hostile, "memfd");
    label = hostile.label;
    label.type = NT_D3D_LABEL_RESOURCE;
    label.desc = kit_buffer_desc(SIZE);
    try_description(&hostile, &label);
    label.desc = (D3D12_RESOURCE_DESC){.Dimension = D3D12_RESOURCE_DIMENSION_TEXTURE2D,
                                       .Width = 64,
                                       .Height = 64,
                                       .DepthOrArraySize = 2,
                                       .MipLevels = 3,
                                       .Format = DXGI_FORMAT_R8G8B8A8_UNORM,
                                       .SampleDesc = {1, 0}};
    try_description(&hostile, &label);
    label.desc.Dimension = D3D12_RESOURCE_DIMENSION_TEXTURE3D;
    label.desc.Format = DXGI_FORMAT_BC3_UNORM;
    try_description(&hostile, &label);
    close_hostile(&hostile);
}

/* A memfd of @size bytes with @seals. */
static int memfd(uint64_t size, int seals)
{
    int fd = memfd_create("hostile", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    require(fd >= 0 && ftruncate(fd, (off_t)size) == 0);
    require(fcntl(fd, F_ADD_SEALS, seals) == 0);
    return fd;
}

TEST(memory_that_can_be_cut_off_is_refused, "D0.5 D5.2 D13.3")
{
    struct hostile hostile;
    char path[512];
    int fds[2], fd;

    open_hostile(&hostile, "memfd");
    fd = memfd(SIZE, 0);
    ok_hr(try_label(&hostile, &hostile.label, fd), E_INVALIDARG);
    ok_eq(fchmod(fd, 0600), 0);
    ok_hr(try_label(&hostile, &hostile.label, fd), E_INVALIDARG);
    ok_eq(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK), 0);
    ok_hr(try_label(&hostile, &hostile.label, fd), S_OK);
    close(fd);
    fd = memfd(SIZE - 4096, F_SEAL_SHRINK);
    ok_hr(try_label(&hostile, &hostile.label, fd), E_INVALIDARG);
    close(fd);
    fd = memfd(SIZE, F_SEAL_SHRINK | F_SEAL_WRITE);
    ok_hr(try_label(&hostile, &hostile.label, fd), E_INVALIDARG);
    close(fd);
    fd = memfd(SIZE, F_SEAL_SHRINK | F_SEAL_FUTURE_WRITE);
    ok_hr(try_label(&hostile, &hostile.label, fd), E_INVALIDARG);
    close(fd);
    /* A file that others may write, and so shorten. */
    snprintf(path, sizeof(path), "%s/memory", test_dir());
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    require(fd >= 0 && ftruncate(fd, (off_t)SIZE) == 0);
    ok_hr(try_label(&hostile, &hostile.label, fd), S_OK);
    require(fchmod(fd, 0666) == 0);
    ok_hr(try_label(&hostile, &hostile.label, fd), E_INVALIDARG);
    close(fd);
    require(pipe2(fds, O_CLOEXEC) == 0);
    ok_hr(try_label(&hostile, &hostile.label, fds[0]), E_INVALIDARG);
    close(fds[0]);
    close(fds[1]);
    close_hostile(&hostile);
}

/* A memory that can only be read is no heap. */
TEST(memory_that_can_only_be_read_is_refused, "D0.5 D15.8 D13.3")
{
    struct hostile hostile;
    char path[64];
    int fd;

    open_hostile(&hostile, "memfd");
    snprintf(path, sizeof(path), "/proc/self/fd/%d", hostile.memory);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    require(fd >= 0);
    ok_hr(try_label(&hostile, &hostile.label, fd), E_INVALIDARG);
    close(fd);
    close_hostile(&hostile);
}

TEST(exports_that_are_none_are_refused, "D5.6 D5.2 D13.3")
{
    struct hostile hostile;
    struct nt_d3d_label label;
    unsigned char header[4096];
    int fd;

    open_hostile(&hostile, "export");
    fd = memfd(2 * SIZE + 65536, F_SEAL_SHRINK);
    ok_hr(try_label(&hostile, &hostile.label, fd), E_INVALIDARG);
    close(fd);
    /* The driver's own header, on memory that can be cut off, and on one that is too short. */
    ok_eq(pread(hostile.memory, header, sizeof(header), 0), sizeof(header));
    fd = memfd(4 * SIZE, 0);
    ok_eq(pwrite(fd, header, sizeof(header), 0), sizeof(header));
    ok_hr(try_label(&hostile, &hostile.label, fd), E_INVALIDARG);
    close(fd);
    fd = memfd(SIZE - 4096, F_SEAL_SHRINK);
    ok_eq(pwrite(fd, header, sizeof(header), 0), sizeof(header));
    ok_hr(try_label(&hostile, &hostile.label, fd), E_INVALIDARG);
    close(fd);
    label = hostile.label;
    label.device_uuid[0] ^= 1;
    ok_hr(try_label(&hostile, &label, hostile.memory), E_INVALIDARG);
    label = hostile.label;
    label.type_index = 31;
    ok_hr(try_label(&hostile, &label, hostile.memory), E_INVALIDARG);
    label = hostile.label;
    label.base = label.allocation - label.size + 4;
    ok_hr(try_label(&hostile, &label, hostile.memory), E_INVALIDARG);
    label = hostile.label;
    label.allocation *= 16;
    ok_hr(try_label(&hostile, &label, hostile.memory), E_INVALIDARG);
    close_hostile(&hostile);
}

/* More than the driver ever has is not even tried: a label may say 32 TiB, and its memory too. */
TEST(exports_larger_than_any_memory_are_refused, "D5.6 D13.3")
{
    struct hostile hostile;
    struct nt_d3d_label label;
    unsigned char header[4096];
    int fd;

    open_hostile(&hostile, "export");
    ok_eq(pread(hostile.memory, header, sizeof(header), 0), sizeof(header));
    fd = memfd(UINT64_C(1) << 46, F_SEAL_SHRINK);
    ok_eq(pwrite(fd, header, sizeof(header), 0), sizeof(header));
    label = hostile.label;
    label.allocation = UINT64_C(1) << 45;
    label.size = label.allocation - label.base;
    ok_hr(try_label(&hostile, &label, fd), E_OUTOFMEMORY);
    close(fd);
    close_hostile(&hostile);
}

/*
 * What llvmpipe puts before its memory says how large the memory is and where it begins, and the
 * driver believes it when it frees the memory: so only this user's own is taken.
 */
TEST(exports_of_other_users_are_refused, "D5.6 D0.5 D13.3")
{
    struct hostile hostile;

    open_hostile(&hostile, "export");
    if (fchown(hostile.memory, 4711, (gid_t)-1) < 0) {
        close_hostile(&hostile);
        skip("not root: the memory cannot be another user's");
    }
    ok_hr(try_label(&hostile, &hostile.label, hostile.memory), E_ACCESSDENIED);
    require(fchown(hostile.memory, geteuid(), (gid_t)-1) == 0);
    ok_hr(try_label(&hostile, &hostile.label, hostile.memory), S_OK);
    close_hostile(&hostile);
}

TEST(labels_that_can_be_written_are_refused, "D13.3 D13.5")
{
    struct hostile hostile;
    int fd;

    open_hostile(&hostile, "memfd");
    fd = memfd(sizeof(hostile.label), F_SEAL_SHRINK | F_SEAL_GROW);
    ok_eq(pwrite(fd, &hostile.label, sizeof(hostile.label), 0), sizeof(hostile.label));
    ok_hr(try_fds(hostile.device, fd, hostile.memory), E_INVALIDARG);
    ok_eq(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), 0);
    ok_hr(try_fds(hostile.device, fd, hostile.memory), S_OK);
    close(fd);
    fd = memfd(sizeof(hostile.label) + 1, 0);
    ok_eq(pwrite(fd, &hostile.label, sizeof(hostile.label), 0), sizeof(hostile.label));
    ok_eq(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE), 0);
    ok_hr(try_fds(hostile.device, fd, hostile.memory), E_INVALIDARG);
    close(fd);
    close_hostile(&hostile);
}
