/* SPDX-License-Identifier: MIT */
/*
 * What every Direct3D test needs: a device on the CPU driver with the validation layer on, one
 * queue and list, buffers, and waits with a deadline. One validation error in a case, or in a
 * child that it started, fails the case.
 */
#ifndef NT_TESTS_D3D12_KIT_H
#define NT_TESTS_D3D12_KIT_H

#include <d3d12.h>
#include <ntshm/d3d12.h>
#include <ntshm/ntshm.h>

#include "harness/test.h"

#define KIT_DEADLINE 10000 /* milliseconds for anything that must happen */
#define KIB          ((uint64_t)1024)
#define MIB          (1024 * KIB)
#define GIB          (1024 * MIB)

struct kit {
    ID3D12Device5 *device;
    ID3D12CommandQueue *queue;
    ID3D12CommandAllocator *allocator;
    ID3D12GraphicsCommandList2 *list; /* recording */
    ID3D12Fence *fence;
    UINT64 value; /* last signalled */
};

/* The environment that a child needs too: which adapter, and the validation layer. */
void kit_environment(void);

/* A device; ends the case when there is none. */
ID3D12Device5 *kit_device(void);

void kit_open(struct kit *kit, D3D12_COMMAND_LIST_TYPE type);
/* Releases everything; the device must then have no reference left. */
void kit_close(struct kit *kit);

/* Closes the list, runs it and waits for it, and lets it record anew. */
void kit_run(struct kit *kit);
/* Closes and runs the list, and signals the fence with the next value; does not wait. */
void kit_submit(struct kit *kit);
/* Waits until the kit's fence has its last value; lets the list record anew. */
void kit_finish(struct kit *kit);

/* True when @fence reached @value before the deadline. */
bool kit_wait(ID3D12Fence *fence, UINT64 value);
/* True when @fence is still below @value after a moment in which it could have got there. */
bool kit_stays_below(ID3D12Fence *fence, UINT64 value);

ID3D12CommandQueue *kit_queue(ID3D12Device5 *device, D3D12_COMMAND_LIST_TYPE type);
ID3D12CommandAllocator *kit_allocator(ID3D12Device5 *device, D3D12_COMMAND_LIST_TYPE type);
ID3D12GraphicsCommandList2 *kit_list(ID3D12Device5 *device, D3D12_COMMAND_LIST_TYPE type,
                                     ID3D12CommandAllocator *allocator);
ID3D12Fence *kit_fence(ID3D12Device5 *device, UINT64 value);

D3D12_RESOURCE_DESC kit_buffer_desc(UINT64 size);
D3D12_HEAP_DESC kit_heap_desc(UINT64 size, D3D12_HEAP_TYPE type);
/* A committed buffer in the state that its heap type asks for. */
ID3D12Resource *kit_buffer(ID3D12Device5 *device, D3D12_HEAP_TYPE type, UINT64 size);
/* A buffer for both sides: CUSTOM, WRITE_BACK, L0. */
ID3D12Resource *kit_shared_buffer(ID3D12Device5 *device, UINT64 size);
/* A cross-adapter buffer over all of an existing heap. */
ID3D12Resource *kit_whole_buffer(ID3D12Device5 *device, ID3D12Heap *heap);
void *kit_map(ID3D12Resource *buffer);

/* A page-file section of @size bytes, and a view of all of it. */
HANDLE kit_section(UINT64 size, const wchar_t *name);
volatile uint32_t *kit_view(HANDLE section, DWORD access);

void kit_execute(ID3D12CommandQueue *queue, ID3D12GraphicsCommandList2 *list);
void kit_marker(ID3D12GraphicsCommandList2 *list, UINT64 address, UINT32 value,
                D3D12_WRITEBUFFERIMMEDIATE_MODE mode);

/* The number of references of any object. */
ULONG kit_refs(void *object);
/* Releases @object and asserts that it was the last reference. */
void kit_release_last(void *object);

/* Asserts that the validation layer found nothing in this process. */
void kit_check_validation(void);

#define QUERY(object, iid, ret) \
    IUnknown_QueryInterface((IUnknown *)(object), &(iid), (void **)(ret))

#endif
