/* SPDX-License-Identifier: MIT */
/*
 * Copies, updates and Map. Direct3D 11 leaves out what is wrong, and so does this, with a word to
 * the log: a command list never sees anything that would spoil it, since a spoilt list removes the
 * device.
 */
#ifndef NT_D3D11_COPY_H
#define NT_D3D11_COPY_H

#include "d3d11/resource.h"

/** nt_d3d11_fill() - what a new resource begins with; @data has one entry a subresource */
HRESULT nt_d3d11_fill(struct nt_d3d11_resource *resource, const D3D11_SUBRESOURCE_DATA *data);

/** nt_d3d11_upload() - record that a whole subresource becomes what is at @data */
HRESULT nt_d3d11_upload(struct nt_d3d11_resource *resource, UINT subresource, const void *data,
                        UINT row_pitch);

/* Where a copy goes to, and where it comes from. */
struct nt_d3d11_copy {
    struct nt_d3d11_resource *target, *source;
    UINT target_subresource, source_subresource;
    UINT x, y, z;
    const D3D11_BOX *box; /* of the source; NULL: all of it */
};

/** nt_d3d11_copy_region() - ID3D11DeviceContext::CopySubresourceRegion */
void nt_d3d11_copy_region(struct nt_d3d11_device *device, const struct nt_d3d11_copy *copy);
/** nt_d3d11_copy_resource() - ID3D11DeviceContext::CopyResource */
void nt_d3d11_copy_resource(struct nt_d3d11_device *device, struct nt_d3d11_resource *target,
                            struct nt_d3d11_resource *source);
/** nt_d3d11_update() - ID3D11DeviceContext::UpdateSubresource */
void nt_d3d11_update(struct nt_d3d11_device *device, struct nt_d3d11_resource *target,
                     UINT subresource, const D3D11_BOX *box, const void *data, UINT row_pitch);

/** nt_d3d11_map() - ID3D11DeviceContext::Map */
HRESULT nt_d3d11_map(struct nt_d3d11_device *device, struct nt_d3d11_resource *resource,
                     UINT subresource, D3D11_MAP type, UINT flags, D3D11_MAPPED_SUBRESOURCE *ret);
/** nt_d3d11_unmap() - ID3D11DeviceContext::Unmap */
void nt_d3d11_unmap(struct nt_d3d11_device *device, struct nt_d3d11_resource *resource,
                    UINT subresource);

#endif
