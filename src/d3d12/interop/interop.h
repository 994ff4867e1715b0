/* SPDX-License-Identifier: MIT */
/*
 * Interop: devices on the application's Vulkan, Vulkan handles of our objects, and lists that
 * record into the application's command buffers (ntshm/d3d12_vulkan.h).
 */
#ifndef NT_D3D12_INTEROP_H
#define NT_D3D12_INTEROP_H

#include "d3d12/device/device.h"

struct nt_d3d_list;

/**
 * nt_d3d_entry_create() - D3D12CreateDevice once it is known what the device is made on
 *
 * Return: as D3D12CreateDevice.
 */
HRESULT nt_d3d_entry_create(const struct nt_d3d_source *source, D3D_FEATURE_LEVEL level,
                            unsigned wide_size, REFIID riid, void **ret);

/** nt_d3d_interop_init() - the device's ID3D12DXVKInteropDevice facet */
void nt_d3d_interop_init(struct nt_d3d_device *device);

/** nt_d3d_interop_answers() - true for an interface of that facet */
bool nt_d3d_interop_answers(REFIID riid);

/*
 * What a list that records into a command buffer of the application's has instead of a stream. Its
 * is_recording stays false, so that all the ordinary recording methods see a list that is closed.
 */
struct nt_d3d_foreign {
    VkCommandBuffer buffer;
    bool is_closed;
    size_t n, room;
    struct nt_d3d_memory **memories; /* each once; reference and hold */
};

/** nt_d3d_foreign_writes() - WriteBufferImmediate into the command buffer, at once */
void nt_d3d_foreign_writes(struct nt_d3d_list *list, UINT n,
                           const D3D12_WRITEBUFFERIMMEDIATE_PARAMETER *parameters,
                           const D3D12_WRITEBUFFERIMMEDIATE_MODE *modes);

/** nt_d3d_foreign_free() - the memory may go; NULL is allowed */
void nt_d3d_foreign_free(struct nt_d3d_foreign *foreign);

#endif
