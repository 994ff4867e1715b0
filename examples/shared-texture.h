/* SPDX-License-Identifier: MIT */
/*
 * One side of shared-texture.c: a device with a queue and a list, and a buffer of its own that
 * its CPU sees.
 */
#ifndef EXAMPLES_SHARED_TEXTURE_H
#define EXAMPLES_SHARED_TEXTURE_H

#include <windows.h>
#include <initguid.h>
#include <d3d12.h>

#include <stdio.h>
#include <string.h>

#define FRAMES     60u
#define WIDTH      128u
#define HEIGHT     128u
#define FRAME_SIZE (WIDTH * HEIGHT * 4)

struct side {
    ID3D12Device *device;
    ID3D12CommandQueue *queue;
    ID3D12CommandAllocator *allocator;
    ID3D12GraphicsCommandList *list;
    ID3D12Resource *texture; /* shared */
    ID3D12Fence *fence;      /* shared */
    ID3D12Resource *frames;  /* this process's own: all frames, one behind the other */
    unsigned *pixels;        /* of @frames */
    HANDLE handles[2];       /* keep the names */
};

static int failed(const char *what, HRESULT hr)
{
    if (FAILED(hr))
        fprintf(stderr, "%s: 0x%08x\n", what, (unsigned)hr);
    return FAILED(hr);
}

static int make_frames(struct side *side, D3D12_HEAP_TYPE type, D3D12_RESOURCE_STATES state)
{
    const D3D12_HEAP_PROPERTIES heap = {.Type = type};
    const D3D12_RESOURCE_DESC desc = {.Dimension = D3D12_RESOURCE_DIMENSION_BUFFER,
                                      .Width = FRAMES * FRAME_SIZE,
                                      .Height = 1,
                                      .DepthOrArraySize = 1,
                                      .MipLevels = 1,
                                      .SampleDesc = {1, 0},
                                      .Layout = D3D12_TEXTURE_LAYOUT_ROW_MAJOR};

    return failed("buffer", ID3D12Device_CreateCommittedResource(
                                side->device, &heap, D3D12_HEAP_FLAG_NONE, &desc, state, NULL,
                                &IID_ID3D12Resource, (void **)&side->frames)) ||
           failed("Map", ID3D12Resource_Map(side->frames, 0, NULL, (void **)&side->pixels));
}

static int start(struct side *s)
{
    const D3D12_COMMAND_QUEUE_DESC queue = {.Type = D3D12_COMMAND_LIST_TYPE_DIRECT};

    return failed("D3D12CreateDevice", D3D12CreateDevice(NULL, D3D_FEATURE_LEVEL_11_0,
                                                         &IID_ID3D12Device, (void **)&s->device)) ||
           failed("CreateCommandQueue",
                  ID3D12Device_CreateCommandQueue(s->device, &queue, &IID_ID3D12CommandQueue,
                                                  (void **)&s->queue)) ||
           failed("CreateCommandAllocator",
                  ID3D12Device_CreateCommandAllocator(s->device, D3D12_COMMAND_LIST_TYPE_DIRECT,
                                                      &IID_ID3D12CommandAllocator,
                                                      (void **)&s->allocator)) ||
           failed("CreateCommandList",
                  ID3D12Device_CreateCommandList(s->device, 0, D3D12_COMMAND_LIST_TYPE_DIRECT,
                                                 s->allocator, NULL, &IID_ID3D12GraphicsCommandList,
                                                 (void **)&s->list));
}

static void stop(struct side *s)
{
    void *objects[] = {s->frames, s->texture, s->fence, s->list, s->allocator, s->queue, s->device};

    for (unsigned i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
        IUnknown_Release((IUnknown *)objects[i]);
    for (unsigned i = 0; i < 2; i++) {
        if (s->handles[i])
            CloseHandle(s->handles[i]);
    }
}

#endif
