/* SPDX-License-Identifier: MIT */
/*
 * Command lists: recording into a stream (stream.h), with faults reported at Close as on
 * Windows. Used by one thread at a time.
 */
#ifndef NT_D3D12_LIST_H
#define NT_D3D12_LIST_H

#include "d3d12/device/object.h"
#include "d3d12/queue/stream.h"

struct nt_d3d_foreign;

struct nt_d3d_list {
    struct nt_d3d_object object;
    D3D12_COMMAND_LIST_TYPE type;
    bool is_recording;
    HRESULT error;                  /* the first fault of this recording; Close returns it */
    struct nt_d3d_stream *stream;   /* being recorded, or closed; NULL before the first Reset */
    struct nt_d3d_foreign *foreign; /* instead: records into the application's command buffer */
};

/**
 * nt_d3d_list_create() - ID3D12Device::CreateCommandList and CreateCommandList1
 * @allocator: the list records at once; NULL (CreateCommandList1): it is made closed
 */
HRESULT nt_d3d_list_create(struct nt_d3d_device *device, D3D12_COMMAND_LIST_TYPE type,
                           struct nt_d3d_allocator *allocator, REFIID riid, void **ret);

/**
 * nt_d3d_list_create_foreign() - a list for ntshm_d3d12_record_into()
 * @foreign: consumed, also when this fails
 */
HRESULT nt_d3d_list_create_foreign(struct nt_d3d_device *device, struct nt_d3d_foreign *foreign,
                                   REFIID riid, void **ret);

/** nt_d3d_list_from() - the list behind an interface pointer; NULL when foreign */
struct nt_d3d_list *nt_d3d_list_from(const void *pointer);

/** nt_d3d_list_closed_stream() - what was recorded, borrowed; NULL unless closed without fault */
struct nt_d3d_stream *nt_d3d_list_closed_stream(struct nt_d3d_list *list);

/** nt_d3d_list_fail() - this recording is faulty: Close will return @error */
void nt_d3d_list_fail(struct nt_d3d_list *list, HRESULT error, const char *what);

/*
 * The recording methods, by their Direct3D names. Each marks the list as faulty
 * (E_INVALIDARG) for arguments that no valid program gives.
 */
void nt_d3d_record_copy_region(struct nt_d3d_list *list, ID3D12Resource *target,
                               uint64_t target_offset, ID3D12Resource *source,
                               uint64_t source_offset, uint64_t size);
void nt_d3d_record_copy_resource(struct nt_d3d_list *list, ID3D12Resource *target,
                                 ID3D12Resource *source);
void nt_d3d_record_atomic_copy(struct nt_d3d_list *list, ID3D12Resource *target,
                               uint64_t target_offset, ID3D12Resource *source,
                               uint64_t source_offset, uint64_t size, UINT n_dependencies,
                               ID3D12Resource *const *dependencies,
                               const D3D12_SUBRESOURCE_RANGE_UINT64 *ranges);
void nt_d3d_record_barriers(struct nt_d3d_list *list, UINT n,
                            const D3D12_RESOURCE_BARRIER *barriers);
void nt_d3d_record_discard(struct nt_d3d_list *list, ID3D12Resource *resource,
                           const D3D12_DISCARD_REGION *region);
void nt_d3d_record_copy_texture(struct nt_d3d_list *list, const D3D12_TEXTURE_COPY_LOCATION *target,
                                UINT x, UINT y, UINT z, const D3D12_TEXTURE_COPY_LOCATION *source,
                                const D3D12_BOX *box);
void nt_d3d_record_writes(struct nt_d3d_list *list, UINT n,
                          const D3D12_WRITEBUFFERIMMEDIATE_PARAMETER *parameters,
                          const D3D12_WRITEBUFFERIMMEDIATE_MODE *modes);
void nt_d3d_record_bundle(struct nt_d3d_list *list, ID3D12GraphicsCommandList *bundle);

/* --- among the recording files --- */

struct nt_d3d_resource;

/** nt_d3d_record_may_copy() - the list records, and not a bundle; else it is faulty now */
bool nt_d3d_record_may_copy(struct nt_d3d_list *list, const char *what);

/** nt_d3d_record_resource() - what is behind @pointer, when it is one of the list's device */
struct nt_d3d_resource *nt_d3d_record_resource(const struct nt_d3d_list *list,
                                               ID3D12Resource *pointer);

/** nt_d3d_record_copy_all() - CopyResource when one of the two is a texture */
void nt_d3d_record_copy_all(struct nt_d3d_list *list, const struct nt_d3d_resource *target,
                            const struct nt_d3d_resource *source);

/** nt_d3d_record_forget() - the texels of an image may be lost; nothing for other resources */
void nt_d3d_record_forget(struct nt_d3d_list *list, const struct nt_d3d_resource *resource);

#endif
