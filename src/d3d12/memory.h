/* SPDX-License-Identifier: MIT */
/*
 * Memory that the device can reach: what a heap or a committed buffer stands on.
 *
 * It is either the driver's own (vkAllocateMemory) or a *region* of the process that was
 * imported: a view of a section, or memory from VirtualAlloc. A region is never copied and
 * is pinned as long as the memory lives, so that it cannot be unmapped under the driver.
 *
 * One or more buffers of at most NT_D3D_SEGMENT bytes cover the memory without a gap, also in
 * device addresses: drivers limit the size of one buffer (lavapipe: 4 GiB - 1), and a heap
 * on a mapping may be larger.
 *
 * Two counts. @refs keeps this structure; recorded command lists have such references. @holds
 * keeps the pages; the heap, its resources and all work in flight have those. When the last
 * hold goes the memory is given back and lists that still mention it can no longer run.
 */
#ifndef NT_D3D12_MEMORY_H
#define NT_D3D12_MEMORY_H

#include <sys/queue.h>

#include "d3d12/vulkan.h"

struct nt_d3d_device;

#define NT_D3D_SEGMENT (UINT64_C(1) << 30)

struct nt_d3d_segment {
    VkDeviceMemory memory; /* VK_NULL_HANDLE when the first segment's covers this one too */
    VkBuffer buffer;
};

struct nt_d3d_memory {
    _Atomic uint32_t refs;
    _Atomic uint32_t holds;
    struct nt_d3d_device *device; /* outlives all holds */
    uint64_t size;                /* bytes that the application may use */
    uint64_t base;                /* where they start in the first buffer */
    uint64_t address;             /* the device's address of the first of them */
    unsigned char *cpu;           /* the CPU's, NULL when it cannot reach them */
    void *region;                 /* pinned region, or NULL */
    bool region_is_view;          /* a view that this library mapped: unmap it at the end */
    uint32_t n_segments;
    struct nt_d3d_segment *segments;
    TAILQ_ENTRY(nt_d3d_memory) graveyard_link; /* see nt_d3d_memory_bury() */
};

TAILQ_HEAD(nt_d3d_graveyard, nt_d3d_memory);

/**
 * nt_d3d_memory_new() - memory of the driver's
 * @size:       bytes, not 0
 * @alignment:  of the device address, a power of two
 * @zeroed:     its bytes are zero, as Direct3D promises without CREATE_NOT_ZEROED
 * @required:   properties of the memory type; HOST_VISIBLE gives a CPU address
 * @preferred:  properties that are nice to have
 * @ret_memory: one reference and one hold, owned by the caller
 *
 * Return: S_OK; E_OUTOFMEMORY; DXGI_ERROR_DEVICE_REMOVED.
 */
HRESULT nt_d3d_memory_new(struct nt_d3d_device *device, uint64_t size, uint64_t alignment,
                          bool zeroed, VkMemoryPropertyFlags required,
                          VkMemoryPropertyFlags preferred, struct nt_d3d_memory **ret_memory);

/**
 * nt_d3d_memory_import() - the pages of a region as device memory
 * @region:  base of the region; page-aligned, readable and writable throughout and pinned by
 *           the caller: the driver checks none of this
 * @size:    its size, a multiple of the import alignment
 * @is_view: on success unmap it when the memory ends
 *
 * On success the pin belongs to the memory. Return: as nt_d3d_memory_new().
 */
HRESULT nt_d3d_memory_import(struct nt_d3d_device *device, void *region, uint64_t size,
                             bool is_view, struct nt_d3d_memory **ret_memory);

void nt_d3d_memory_ref(struct nt_d3d_memory *memory);
void nt_d3d_memory_unref(struct nt_d3d_memory *memory);

/** nt_d3d_memory_hold() - keep the pages; false when they are gone already */
bool nt_d3d_memory_hold(struct nt_d3d_memory *memory);
/** nt_d3d_memory_unhold() - one hold less; the last one gives the pages back */
void nt_d3d_memory_unhold(struct nt_d3d_memory *memory);

/**
 * nt_d3d_memory_locate() - the buffer and its offset behind byte @offset
 * @ret_run: bytes from there to the end of that buffer
 */
VkBuffer nt_d3d_memory_locate(const struct nt_d3d_memory *memory, uint64_t offset,
                              uint64_t *ret_offset, uint64_t *ret_run);

/**
 * nt_d3d_memory_bury() - give back the pages of memory that died on a lost device
 *
 * A driver that lost its device no longer says what it still touches. Pages that are given
 * back after a loss are only noted on @graveyard, and this is called once the VkDevice is
 * destroyed.
 */
void nt_d3d_memory_bury(struct nt_d3d_graveyard *graveyard);

#endif
