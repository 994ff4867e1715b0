/* SPDX-License-Identifier: MIT */
/*
 * How memory is put together: what the files memory-*.c share. A new memory has one reference and
 * one hold, and no Vulkan object yet; whatever a failed attempt has put in is undone by
 * nt_d3d_memory_drop().
 */
#ifndef NT_D3D12_MEMORY_MAKE_H
#define NT_D3D12_MEMORY_MAKE_H

#include "d3d12/device/device.h"
#include "d3d12/memory/memory.h"

/* What every buffer over memory is for. */
#define NT_D3D_BUFFER_USAGE                                                \
    (VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT | \
     VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT)

/** nt_d3d_memory_alloc() - the structure, for @total bytes of buffers; NULL without memory */
struct nt_d3d_memory *nt_d3d_memory_alloc(struct nt_d3d_device *device, uint64_t size,
                                          uint64_t total);

/** nt_d3d_memory_make_buffer() - the buffer of segment @i when all together have @total bytes */
VkResult nt_d3d_memory_make_buffer(struct nt_d3d_memory *memory, uint32_t i, uint64_t total);

/**
 * nt_d3d_memory_make_buffers() - all of them
 * @ret_bits: the memory types that every one of them can be on
 * @ret_size: what one allocation under all of them needs
 */
VkResult nt_d3d_memory_make_buffers(struct nt_d3d_memory *memory, uint64_t total,
                                    uint32_t *ret_bits, uint64_t *ret_size);

/** nt_d3d_memory_bind_buffers() - all of them to the first segment's Vulkan memory, in a row */
VkResult nt_d3d_memory_bind_buffers(struct nt_d3d_memory *memory);

/**
 * nt_d3d_memory_find_address() - the device address of the first buffer
 *
 * Return: S_OK; DXGI_ERROR_UNSUPPORTED when the buffers' addresses are not in a row.
 */
HRESULT nt_d3d_memory_find_address(struct nt_d3d_memory *memory);

/** nt_d3d_memory_hresult() - what -errno of the OS seam means about what a peer gave */
HRESULT nt_d3d_memory_hresult(int r);

/** nt_d3d_memory_fits() - false when the driver says that it never has so much of that type */
bool nt_d3d_memory_fits(const struct nt_d3d_device *device, uint64_t size, uint32_t type);

/** nt_d3d_memory_export() - nt_d3d_memory_new() in a way that others can open; kind EXPORT */
HRESULT nt_d3d_memory_export(struct nt_d3d_device *device, uint64_t size, uint64_t alignment,
                             bool zeroed, struct nt_d3d_memory **ret_memory);
/** nt_d3d_memory_open_export() - the other side of it; see nt_d3d_memory_open() */
HRESULT nt_d3d_memory_open_export(struct nt_d3d_device *device, const struct nt_d3d_label *label,
                                  int fd, struct nt_d3d_memory **ret_memory);

/** nt_d3d_memory_new_pages() - pages of this process, kind PAGES */
HRESULT nt_d3d_memory_new_pages(struct nt_d3d_device *device, uint64_t size, uint64_t alignment,
                                struct nt_d3d_memory **ret_memory);
/** nt_d3d_memory_new_memfd() - a sealed memfd by its address, or as a dma-buf: kinds MEMFD, DMABUF
 */
HRESULT nt_d3d_memory_new_memfd(struct nt_d3d_device *device, uint64_t size, uint64_t alignment,
                                enum nt_d3d_memory_kind kind, struct nt_d3d_memory **ret_memory);
/** nt_d3d_memory_open_pages() - the other side of it, and of sections */
HRESULT nt_d3d_memory_open_pages(struct nt_d3d_device *device, const struct nt_d3d_label *label,
                                 int fd, struct nt_d3d_memory **ret_memory);

#endif
