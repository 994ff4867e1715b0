/* SPDX-License-Identifier: MIT */
/*
 * Memory that the device can reach: what a heap or a committed buffer stands on.
 *
 * It is either the driver's own (vkAllocateMemory), perhaps exported to other processes or
 * imported from one, or a *region* of the process that was imported by its address: pages that
 * this library mapped for it, a view of a section, memory from VirtualAlloc. A region is never
 * copied and stays where it is as long as the memory lives, so that it cannot be unmapped under
 * the driver. Which of these a heap gets is decided in memory-choose.c.
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

#include <ntshm/shared.h>

#include "d3d12/device/vulkan.h"

struct nt_d3d_device;
struct nt_d3d_tiles;

#define NT_D3D_SEGMENT    (UINT64_C(1) << 30)
#define NT_D3D_TILE_BYTES UINT64_C(65536) /* a tile of a reserved resource, and of a heap */

struct nt_d3d_segment {
    VkDeviceMemory memory; /* VK_NULL_HANDLE when the first segment's covers this one too */
    VkBuffer buffer;
};

/* Where the pages come from, and so how another process can have them. */
enum nt_d3d_memory_kind {
    NT_D3D_MEMORY_DRIVER = 1,  /* the driver's own, for this device only */
    NT_D3D_MEMORY_EXPORT = 2,  /* the driver's own, exported or imported as an opaque descriptor */
    NT_D3D_MEMORY_MEMFD = 3,   /* a sealed memfd, imported by its address on each side */
    NT_D3D_MEMORY_DMABUF = 4,  /* a sealed memfd, imported as a dma-buf of /dev/udmabuf */
    NT_D3D_MEMORY_SECTION = 5, /* the application's section: an existing heap */
    NT_D3D_MEMORY_REGION = 6,  /* the application's memory by its address: an existing heap */
    NT_D3D_MEMORY_PAGES = 7,   /* pages of this library's for this device only: an ordinary heap
                                  on a driver without sparse binding, so that it has tiles */
};

struct nt_d3d_memory {
    _Atomic uint32_t refs;
    _Atomic uint32_t holds;
    struct nt_d3d_device *device; /* outlives all holds */
    uint64_t size;                /* bytes that the application may use */
    uint64_t base;                /* where they start in the first buffer */
    uint64_t address;             /* the device's address of the first of them */
    unsigned char *cpu;           /* the CPU's, NULL when it cannot reach them */
    enum nt_d3d_memory_kind kind;
    VkExternalMemoryHandleTypeFlags external; /* what buffers and images on it must name, or 0 */
    uint32_t type_index;                      /* of the (first) Vulkan allocation */
    uint64_t allocation;                      /* EXPORT: bytes of the driver's allocation */
    bool is_opened; /* another process or device made it: it holds their bytes already */
    int fd;         /* EXPORT: the opaque one; MEMFD, DMABUF, SECTION: the pages, from offset 0
                       on; else -1 */
    struct ntshm_kept_memory kept; /* SECTION: what @fd is borrowed from */
    void *region; /* where the pages are in this process, or NULL: the driver alone knows */
    uint64_t region_size;
    uint64_t granularity; /* of nt_d3d_memory_place(); 0: its pages cannot be mapped twice */
    void (*give_back)(struct nt_d3d_memory *memory); /* the region; the driver is done with it */
    void *owner;                                     /* for @give_back */
    struct nt_d3d_tiles *tiles; /* of a range of tile mappings (tiles.h), else NULL */
    VkQueryPool queries;        /* timestamps that are written here (query.h), or none */
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
 * Return: S_OK; E_OUTOFMEMORY; DXGI_ERROR_DEVICE_REMOVED; DXGI_ERROR_UNSUPPORTED.
 */
HRESULT nt_d3d_memory_new(struct nt_d3d_device *device, uint64_t size, uint64_t alignment,
                          bool zeroed, VkMemoryPropertyFlags required,
                          VkMemoryPropertyFlags preferred, struct nt_d3d_memory **ret_memory);

/**
 * nt_d3d_memory_new_shared() - memory that another process or device can open
 * @is_cross_adapter: also one of another driver
 *
 * Its kind is EXPORT, MEMFD or DMABUF: the first that this device can do, or the one that
 * NTSHM_D3D12_SHARE names. The CPU has no address of it. Return: as nt_d3d_memory_new();
 * DXGI_ERROR_UNSUPPORTED when the device can do none.
 */
HRESULT nt_d3d_memory_new_shared(struct nt_d3d_device *device, uint64_t size, uint64_t alignment,
                                 bool zeroed, bool is_cross_adapter,
                                 struct nt_d3d_memory **ret_memory);

/**
 * nt_d3d_memory_new_heap() - memory of a heap that is not shared
 *
 * nt_d3d_memory_new(), or on a driver of the CPU without sparse binding pages from which tiles can
 * be cut (nt_d3d_memory_place()).
 */
HRESULT nt_d3d_memory_new_heap(struct nt_d3d_device *device, uint64_t size, uint64_t alignment,
                               bool zeroed, VkMemoryPropertyFlags required,
                               VkMemoryPropertyFlags preferred, struct nt_d3d_memory **ret_memory);

/**
 * nt_d3d_memory_import() - the pages of a region as device memory
 * @region:    page-aligned, readable and writable throughout; stays mapped and what it is until
 *             @give_back: the driver checks none of this
 * @size:      its size, a multiple of the import alignment
 * @give_back: called when the driver is done with the region, not when this fails; or NULL
 *
 * The memory's kind is REGION and its CPU address the region's; the caller may change both.
 * Return: as nt_d3d_memory_new(); DXGI_ERROR_UNSUPPORTED when the driver refuses such pages.
 */
HRESULT nt_d3d_memory_import(struct nt_d3d_device *device, void *region, uint64_t size,
                             void (*give_back)(struct nt_d3d_memory *memory),
                             struct nt_d3d_memory **ret_memory);

/**
 * nt_d3d_memory_import_dmabuf() - the same by way of a dma-buf of the memfd @fd (udmabuf)
 * @region: a mapping of it, for the CPU
 */
HRESULT nt_d3d_memory_import_dmabuf(struct nt_d3d_device *device, int fd, void *region,
                                    uint64_t size, void (*give_back)(struct nt_d3d_memory *memory),
                                    struct nt_d3d_memory **ret_memory);

/** nt_d3d_memory_init_sharing() - read NTSHM_D3D12_SHARE; E_INVALIDARG when it makes no sense */
HRESULT nt_d3d_memory_init_sharing(struct nt_d3d_device *device);

/** nt_d3d_memory_can_share() - whether new memory of that kind can be tried on this device */
bool nt_d3d_memory_can_share(const struct nt_d3d_device *device, enum nt_d3d_memory_kind kind);

struct nt_d3d_label;

/**
 * nt_d3d_memory_open() - memory that another process or device shared
 * @label: checked by nt_d3d_label_check()
 * @fd:    that came with it; stays the caller's, and is believed nothing
 *
 * Return: S_OK; E_INVALIDARG when the descriptor is not what the label says, could be cut off
 * under us, or is of another driver; E_OUTOFMEMORY; DXGI_ERROR_UNSUPPORTED; _DEVICE_REMOVED.
 */
HRESULT nt_d3d_memory_open(struct nt_d3d_device *device, const struct nt_d3d_label *label, int fd,
                           struct nt_d3d_memory **ret_memory);

/**
 * nt_d3d_memory_place() - map pages of the memory once more, at a fixed address
 * @offset, @size: multiples of the page size, within the memory, which is held
 * @address:       is replaced, in one step
 *
 * Return: 0; -ENOTSUP when this memory's pages cannot be mapped twice; -EINVAL when they are
 * larger than these; -errno. On failure what is at @address stays.
 */
int nt_d3d_memory_place(const struct nt_d3d_memory *memory, uint64_t offset, uint64_t size,
                        void *address);

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
 * nt_d3d_memory_allocation() - the driver's allocation and its offset behind byte @offset
 * @offset:  within the memory
 * @ret_run: bytes from there on in that allocation; UINT64_MAX when there is no other
 */
VkDeviceMemory nt_d3d_memory_allocation(const struct nt_d3d_memory *memory, uint64_t offset,
                                        uint64_t *ret_offset, uint64_t *ret_run);

/**
 * nt_d3d_memory_bury() - give back the pages of memory that died on a lost device
 *
 * A driver that lost its device no longer says what it still touches. Pages that are given
 * back after a loss are only noted on @graveyard, and this is called once the VkDevice is
 * destroyed.
 */
void nt_d3d_memory_bury(struct nt_d3d_graveyard *graveyard);

/** nt_d3d_memory_drop() - the caller's hold and reference; NULL is allowed */
void nt_d3d_memory_drop(struct nt_d3d_memory *memory);

/** nt_d3d_memory_kind_name() - for the log: "memfd" ... */
const char *nt_d3d_memory_kind_name(enum nt_d3d_memory_kind kind);

#endif
