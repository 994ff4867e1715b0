/* SPDX-License-Identifier: MIT */
/*
 * Buffers and two-dimensional textures of Direct3D 11.
 *
 *   default, immutable   an ID3D12Resource in a DEFAULT heap; shareable with SHARED_NTHANDLE
 *   dynamic              the same, and a shadow in ordinary memory: Map returns it, Unmap records
 *                        a copy of it, so that all that was mapped before keeps its place in order
 *   staging              a buffer that CPU and device both read and write, always mapped; a
 *                        texture's subresources lie in it in rows, as GetCopyableFootprints says
 *
 * Opened resources (OpenSharedResource1) are default ones. Textures with two planes are not built.
 */
#ifndef NT_D3D11_RESOURCE_H
#define NT_D3D11_RESOURCE_H

#include "d3d11/object.h"
#include "d3d12/resource/format.h"

struct nt_d3d11_resource {
    struct nt_d3d11_object object;
    const IDXGIResource1Vtbl *dxgi; /* the second table */
    bool is_texture;
    D3D11_BUFFER_DESC buffer;
    D3D11_TEXTURE2D_DESC1 texture;
    D3D11_USAGE usage;
    UINT cpu_access; /* D3D11_CPU_ACCESS_ */
    UINT misc;       /* D3D11_RESOURCE_MISC_ */
    UINT bind;       /* D3D11_BIND_ */
    ID3D12Resource *resource;
    const struct nt_d3d_format *format; /* of a texture */
    UINT n_subresources;
    D3D12_PLACED_SUBRESOURCE_FOOTPRINT *layouts; /* textures, of @bytes: one a subresource */
    unsigned char *bytes;                        /* staging: mapped; dynamic: the shadow */
    unsigned char *mapped;                       /* for each subresource: D3D11_MAP, or 0 */
    uint64_t last_use;                           /* number of the last command that names it */
    _Atomic UINT priority;                       /* DXGI_RESOURCE_PRIORITY_ */
};

/** nt_d3d11_resource_from() - behind an interface pointer of @device; NULL when foreign */
struct nt_d3d11_resource *nt_d3d11_resource_from(const struct nt_d3d11_device *device,
                                                 const void *pointer);

/** nt_d3d11_buffer_create() - ID3D11Device::CreateBuffer */
HRESULT nt_d3d11_buffer_create(struct nt_d3d11_device *device, const D3D11_BUFFER_DESC *desc,
                               const D3D11_SUBRESOURCE_DATA *data, ID3D11Buffer **ret);

/** nt_d3d11_texture_create() - ID3D11Device3::CreateTexture2D1 */
HRESULT nt_d3d11_texture_create(struct nt_d3d11_device *device, const D3D11_TEXTURE2D_DESC1 *desc,
                                const D3D11_SUBRESOURCE_DATA *data, REFIID riid, void **ret);

/**
 * nt_d3d11_resource_wrap() - a default resource on one of Direct3D 12
 * @resource: its reference is consumed, also when this fails
 *
 * Return: S_OK; S_FALSE; E_INVALIDARG for what is neither buffer nor 2D texture, or too large.
 */
HRESULT nt_d3d11_resource_wrap(struct nt_d3d11_device *device, ID3D12Resource *resource,
                               REFIID riid, void **ret);

/**
 * nt_d3d11_resource_alloc() - a resource without memory yet; its keeper is the device's until then
 */
struct nt_d3d11_resource *nt_d3d11_resource_alloc(struct nt_d3d11_device *device, bool is_texture,
                                                  UINT n_subresources);
/**
 * nt_d3d11_resource_allocate() - its memory, in the heap that its usage and sharing ask for
 * @desc: of Direct3D 12
 * @size: bytes of a dynamic resource's shadow
 */
HRESULT nt_d3d11_resource_allocate(struct nt_d3d11_resource *resource,
                                   const D3D12_RESOURCE_DESC *desc, uint64_t size);

/** nt_d3d11_resource_size() - texels of a subresource; a buffer: its bytes by 1 */
void nt_d3d11_resource_size(const struct nt_d3d11_resource *resource, UINT subresource,
                            UINT *ret_width, UINT *ret_height);

/** nt_d3d11_sharing_check() - may a resource with these misc flags and usage exist? */
HRESULT nt_d3d11_sharing_check(UINT misc, D3D11_USAGE usage);

/** nt_d3d11_access_check() - do usage, bind flags and CPU access go together? */
bool nt_d3d11_access_check(D3D11_USAGE usage, UINT bind, UINT access, bool has_data);

/** nt_d3d11_flags_of() - the Direct3D 12 flags of such a texture or buffer */
D3D12_RESOURCE_FLAGS nt_d3d11_flags_of(UINT bind);

extern const IDXGIResource1Vtbl nt_d3d11_dxgi_vtable;
extern const ID3D11BufferVtbl nt_d3d11_buffer_vtable;
extern const ID3D11Texture2D1Vtbl nt_d3d11_texture_vtable;

#endif
