// SPDX-License-Identifier: MIT
/*
 * Writing, reading and checking labels (see label.h).
 */
#include "d3d12/share/label.h"

#include <errno.h>
#include <string.h>

#include "d3d12/memory/memory.h"
#include "os/file.h"
#include "os/os.h"
#include "util/macro.h"

/* Larger than any address space; sums of two such sizes do not wrap. */
#define SIZE_LIMIT (UINT64_C(1) << 56)

#define HEAP_FLAGS                                                                   \
    (D3D12_HEAP_FLAG_SHARED | D3D12_HEAP_FLAG_SHARED_CROSS_ADAPTER |                 \
     D3D12_HEAP_FLAG_DENY_BUFFERS | D3D12_HEAP_FLAG_DENY_RT_DS_TEXTURES |            \
     D3D12_HEAP_FLAG_DENY_NON_RT_DS_TEXTURES | D3D12_HEAP_FLAG_CREATE_NOT_RESIDENT | \
     D3D12_HEAP_FLAG_CREATE_NOT_ZEROED | D3D12_HEAP_FLAG_ALLOW_SHADER_ATOMICS)

static bool is_good_memory(const struct nt_d3d_label *label)
{
    if (!label->size || label->size > SIZE_LIMIT)
        return false;
    switch (label->memory_kind) {
    case NT_D3D_MEMORY_EXPORT:
        return label->base <= SIZE_LIMIT && nt_is_aligned(label->base, sizeof(uint32_t)) &&
               label->allocation <= SIZE_LIMIT && label->base + label->size <= label->allocation &&
               label->type_index < VK_MAX_MEMORY_TYPES;
    case NT_D3D_MEMORY_MEMFD:
    case NT_D3D_MEMORY_DMABUF:
    case NT_D3D_MEMORY_SECTION:
        return !label->base && !label->allocation && !label->type_index;
    default:
        return false;
    }
}

static bool is_good_heap(const struct nt_d3d_label *label)
{
    return (label->heap_flags & D3D12_HEAP_FLAG_SHARED) &&
           !(label->heap_flags & ~(uint32_t)HEAP_FLAGS) &&
           (label->alignment == D3D12_DEFAULT_RESOURCE_PLACEMENT_ALIGNMENT ||
            label->alignment == D3D12_DEFAULT_MSAA_RESOURCE_PLACEMENT_ALIGNMENT);
}

/* The fields of a description, without the padding between them. */
static bool is_empty(const D3D12_RESOURCE_DESC *desc)
{
    return !desc->Dimension && !desc->Alignment && !desc->Width && !desc->Height &&
           !desc->DepthOrArraySize && !desc->MipLevels && !desc->Format &&
           !desc->SampleDesc.Count && !desc->SampleDesc.Quality && !desc->Layout && !desc->Flags;
}

bool nt_d3d_label_check(const void *bytes, size_t size, struct nt_d3d_label *ret_label)
{
    struct nt_d3d_label label;

    if (size != sizeof(label))
        return false;
    memcpy(&label, bytes, sizeof(label));
    if (label.magic != NT_D3D_LABEL_MAGIC || label.version != NT_D3D_LABEL_VERSION || label.zero ||
        !is_good_memory(&label) || !is_good_heap(&label))
        return false;
    switch (label.type) {
    case NT_D3D_LABEL_HEAP:
        if (!is_empty(&label.desc))
            return false;
        break;
    case NT_D3D_LABEL_RESOURCE:
        if (is_empty(&label.desc) || label.memory_kind == NT_D3D_MEMORY_SECTION)
            return false;
        break;
    default:
        return false;
    }
    *ret_label = label;
    return true;
}

int nt_d3d_label_read(int fd, struct nt_d3d_label *ret_label)
{
    unsigned char bytes[sizeof(struct nt_d3d_label) + 1];
    size_t done = 0;
    int r;

    if (!nt_os_memfd_is_frozen(fd))
        return -EINVAL;
    /* What cannot change any more has this size for ever. */
    r = nt_os_file_read(fd, bytes, sizeof(bytes), 0, &done);
    if (r < 0)
        return r;
    return nt_d3d_label_check(bytes, done, ret_label) ? 0 : -EINVAL;
}

int nt_d3d_label_write(const struct nt_d3d_label *label, int *ret_fd)
{
    NT_CLEANUP(nt_os_closep) int fd = -1;
    size_t done = 0;
    int r;

    r = nt_os_memfd_new("ntshm-d3d12-label", sizeof(*label), NT_OS_MEMFD_FILL | NT_OS_MEMFD_PRIVATE,
                        &fd);
    if (r == 0)
        r = nt_os_file_write(fd, label, sizeof(*label), 0, &done);
    if (r == 0 && done != sizeof(*label))
        r = -EIO;
    if (r == 0)
        r = nt_os_memfd_freeze(fd);
    if (r < 0)
        return r;
    *ret_fd = nt_steal_fd(&fd);
    return 0;
}

bool nt_d3d_label_is_of(const struct nt_d3d_label *label, const unsigned char *device_uuid,
                        const unsigned char *driver_uuid)
{
    return !memcmp(label->device_uuid, device_uuid, sizeof(label->device_uuid)) &&
           !memcmp(label->driver_uuid, driver_uuid, sizeof(label->driver_uuid));
}
