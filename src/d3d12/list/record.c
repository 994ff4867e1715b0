// SPDX-License-Identifier: MIT
/*
 * What command lists record. Everything is checked here, when it is recorded, since a CPU
 * driver has no page faults of its own: a copy past the end of a buffer would write into the
 * process (D0.5).
 */
#include "d3d12/list/list.h"

#include "d3d12/device/device.h"
#include "d3d12/resource/resource.h"
#include "util/macro.h"

static void add(struct nt_d3d_list *list, const struct nt_d3d_command *command)
{
    if (!nt_d3d_stream_add(list->stream, command))
        nt_d3d_list_fail(list, E_OUTOFMEMORY, "recording");
}

bool nt_d3d_record_may_copy(struct nt_d3d_list *list, const char *what)
{
    if (list->is_recording && list->type != D3D12_COMMAND_LIST_TYPE_BUNDLE)
        return true;
    nt_d3d_list_fail(list, E_INVALIDARG, what);
    return false;
}

struct nt_d3d_resource *nt_d3d_record_resource(const struct nt_d3d_list *list,
                                               ID3D12Resource *pointer)
{
    struct nt_d3d_resource *resource = nt_d3d_resource_from(pointer);

    return resource && resource->object.device == list->object.device ? resource : NULL;
}

/* The same for what must be a buffer. */
static struct nt_d3d_resource *own_buffer(const struct nt_d3d_list *list, ID3D12Resource *pointer)
{
    struct nt_d3d_resource *resource = nt_d3d_record_resource(list, pointer);

    return resource && !resource->surface ? resource : NULL;
}

static bool is_inside(const struct nt_d3d_resource *resource, uint64_t offset, uint64_t size)
{
    return offset <= resource->desc.Width && size <= resource->desc.Width - offset;
}

static bool overlap(const struct nt_d3d_command *command)
{
    return command->target == command->source &&
           command->target_offset < command->source_offset + command->size &&
           command->source_offset < command->target_offset + command->size;
}

/* A copy, when all of it is inside both buffers and they do not overlap. */
static bool copy(struct nt_d3d_list *list, const char *what, ID3D12Resource *target,
                 uint64_t target_offset, ID3D12Resource *source, uint64_t source_offset,
                 uint64_t size)
{
    struct nt_d3d_resource *to = own_buffer(list, target);
    struct nt_d3d_resource *from = own_buffer(list, source);
    struct nt_d3d_command command = {.op = NT_D3D_COPY, .size = size};

    if (!to || !from || !is_inside(to, target_offset, size) ||
        !is_inside(from, source_offset, size)) {
        nt_d3d_list_fail(list, E_INVALIDARG, what);
        return false;
    }
    command.target = to->memory;
    command.target_offset = to->offset + target_offset;
    command.source = from->memory;
    command.source_offset = from->offset + source_offset;
    if (size && overlap(&command)) {
        nt_d3d_list_fail(list, E_INVALIDARG, what);
        return false;
    }
    if (size)
        add(list, &command);
    return true;
}

void nt_d3d_record_copy_region(struct nt_d3d_list *list, ID3D12Resource *target,
                               uint64_t target_offset, ID3D12Resource *source,
                               uint64_t source_offset, uint64_t size)
{
    if (nt_d3d_record_may_copy(list, "CopyBufferRegion"))
        copy(list, "CopyBufferRegion", target, target_offset, source, source_offset, size);
}

void nt_d3d_record_copy_resource(struct nt_d3d_list *list, ID3D12Resource *target,
                                 ID3D12Resource *source)
{
    const struct nt_d3d_resource *to = nt_d3d_record_resource(list, target);
    const struct nt_d3d_resource *from = nt_d3d_record_resource(list, source);

    if (!nt_d3d_record_may_copy(list, "CopyResource"))
        return;
    if (to && from && (to->surface || from->surface))
        nt_d3d_record_copy_all(list, to, from);
    else if (!to || !from || to == from || to->desc.Width != from->desc.Width)
        nt_d3d_list_fail(list, E_INVALIDARG, "CopyResource");
    else
        copy(list, "CopyResource", target, 0, source, 0, to->desc.Width);
}

/*
 * An atomic copy is one aligned word between two barriers: what it depends on is done before,
 * whatever the resource.
 */
void nt_d3d_record_atomic_copy(struct nt_d3d_list *list, ID3D12Resource *target,
                               uint64_t target_offset, ID3D12Resource *source,
                               uint64_t source_offset, uint64_t size, UINT n_dependencies,
                               ID3D12Resource *const *dependencies,
                               const D3D12_SUBRESOURCE_RANGE_UINT64 *ranges)
{
    const struct nt_d3d_command barrier = {.op = NT_D3D_BARRIER};
    bool is_good = nt_is_aligned(target_offset, size) && nt_is_aligned(source_offset, size) &&
                   (!n_dependencies || (dependencies && ranges));

    if (!nt_d3d_record_may_copy(list, "AtomicCopyBuffer"))
        return;
    for (UINT i = 0; is_good && i < n_dependencies; i++)
        is_good = own_buffer(list, dependencies[i]) != NULL;
    if (!is_good) {
        nt_d3d_list_fail(list, E_INVALIDARG, "AtomicCopyBuffer");
        return;
    }
    add(list, &barrier);
    if (copy(list, "AtomicCopyBuffer", target, target_offset, source, source_offset, size))
        add(list, &barrier);
}

static bool is_good_transition(const struct nt_d3d_list *list,
                               const D3D12_RESOURCE_TRANSITION_BARRIER *transition)
{
    const struct nt_d3d_resource *resource = nt_d3d_record_resource(list, transition->pResource);
    UINT n = resource && resource->surface ? resource->surface->n_subresources : 1;

    return resource && transition->StateBefore != transition->StateAfter &&
           (transition->Subresource < n ||
            transition->Subresource == D3D12_RESOURCE_BARRIER_ALL_SUBRESOURCES);
}

static bool is_good_barrier(const struct nt_d3d_list *list, const D3D12_RESOURCE_BARRIER *barrier)
{
    const D3D12_RESOURCE_ALIASING_BARRIER *aliasing = &barrier->Aliasing;

    switch (barrier->Type) {
    case D3D12_RESOURCE_BARRIER_TYPE_TRANSITION:
        return is_good_transition(list, &barrier->Transition);
    case D3D12_RESOURCE_BARRIER_TYPE_ALIASING:
        return (!aliasing->pResourceBefore ||
                nt_d3d_record_resource(list, aliasing->pResourceBefore)) &&
               (!aliasing->pResourceAfter ||
                nt_d3d_record_resource(list, aliasing->pResourceAfter));
    case D3D12_RESOURCE_BARRIER_TYPE_UAV:
        return !barrier->UAV.pResource || nt_d3d_record_resource(list, barrier->UAV.pResource);
    default:
        return false;
    }
}

/*
 * All of them become one: a barrier here is for all memory. The texture that an aliasing barrier
 * names begins anew.
 */
void nt_d3d_record_barriers(struct nt_d3d_list *list, UINT n,
                            const D3D12_RESOURCE_BARRIER *barriers)
{
    bool is_good = barriers || !n;

    if (!nt_d3d_record_may_copy(list, "ResourceBarrier"))
        return;
    for (UINT i = 0; is_good && i < n; i++)
        is_good = is_good_barrier(list, &barriers[i]);
    if (!is_good)
        nt_d3d_list_fail(list, E_INVALIDARG, "ResourceBarrier");
    else if (n)
        add(list, &(struct nt_d3d_command){.op = NT_D3D_BARRIER});
    for (UINT i = 0; is_good && i < n; i++) {
        if (barriers[i].Type == D3D12_RESOURCE_BARRIER_TYPE_ALIASING &&
            barriers[i].Aliasing.pResourceAfter)
            nt_d3d_record_forget(list,
                                 nt_d3d_record_resource(list, barriers[i].Aliasing.pResourceAfter));
    }
}

static bool is_mode(D3D12_WRITEBUFFERIMMEDIATE_MODE mode)
{
    return mode == D3D12_WRITEBUFFERIMMEDIATE_MODE_DEFAULT ||
           mode == D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_IN ||
           mode == D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_OUT;
}

void nt_d3d_record_writes(struct nt_d3d_list *list, UINT n,
                          const D3D12_WRITEBUFFERIMMEDIATE_PARAMETER *parameters,
                          const D3D12_WRITEBUFFERIMMEDIATE_MODE *modes)
{
    struct nt_d3d_addresses *addresses = &list->object.device->addresses;

    if (!list->is_recording || (n && !parameters)) {
        nt_d3d_list_fail(list, E_INVALIDARG, "WriteBufferImmediate");
        return;
    }
    for (UINT i = 0; i < n; i++) {
        struct nt_d3d_command command = {.op = NT_D3D_WRITE, .value = parameters[i].Value};

        if (modes)
            command.mode = modes[i];
        if (!is_mode(command.mode) || !nt_is_aligned(parameters[i].Dest, sizeof(UINT32)) ||
            !nt_d3d_addresses_find(addresses, parameters[i].Dest, sizeof(UINT32), &command.target,
                                   &command.target_offset)) {
            nt_d3d_list_fail(list, E_INVALIDARG, "WriteBufferImmediate");
            return;
        }
        add(list, &command);
        nt_d3d_memory_unref(command.target);
    }
}

void nt_d3d_record_bundle(struct nt_d3d_list *list, ID3D12GraphicsCommandList *bundle)
{
    struct nt_d3d_list *other = nt_d3d_list_from(bundle);
    const struct nt_d3d_stream *stream = NULL;

    if (other && other->object.device == list->object.device &&
        other->type == D3D12_COMMAND_LIST_TYPE_BUNDLE)
        stream = nt_d3d_list_closed_stream(other);
    if (!list->is_recording || list->type != D3D12_COMMAND_LIST_TYPE_DIRECT || !stream)
        nt_d3d_list_fail(list, E_INVALIDARG, "ExecuteBundle");
    else if (!nt_d3d_stream_append(list->stream, stream))
        nt_d3d_list_fail(list, E_OUTOFMEMORY, "ExecuteBundle");
}
