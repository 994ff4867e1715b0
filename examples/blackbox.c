// SPDX-License-Identifier: MIT
/*
 * A black box in an engine: markers around its GPU work, and a keeper that saves them when the
 * engine does not come back.
 *
 *   blackbox DUMP          renders 100 frames and ends in good order: no dump
 *   blackbox DUMP crash    is killed with work in flight; `ntshm blackbox read DUMP` tells where
 *
 * Build: cc blackbox.c $(pkg-config --cflags --libs ntshm-d3d12 ntshm)
 */
#define COBJMACROS
#include <windows.h>
#include <initguid.h>
#include <d3d12.h>
#include <ntshm/blackbox.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct engine {
    ID3D12Device5 *device;
    ID3D12CommandQueue *queue;
    ID3D12CommandAllocator *allocator;
    ID3D12GraphicsCommandList2 *list;
    ID3D12Fence *fence;
    ID3D12Resource *source, *target;
    HANDLE section;
    struct ntshm_blackbox *box;
    uint32_t queue_number;
};

static int failed(const char *what, HRESULT hr)
{
    return FAILED(hr) && fprintf(stderr, "%s: 0x%08x\n", what, (unsigned)hr);
}

static HRESULT make_buffer(struct engine *engine, ID3D12Resource **ret_buffer)
{
    const D3D12_HEAP_PROPERTIES heap = {.Type = D3D12_HEAP_TYPE_DEFAULT};
    const D3D12_RESOURCE_DESC desc = {.Dimension = D3D12_RESOURCE_DIMENSION_BUFFER,
                                      .Width = 1u << 20,
                                      .Height = 1,
                                      .DepthOrArraySize = 1,
                                      .MipLevels = 1,
                                      .SampleDesc = {1, 0},
                                      .Layout = D3D12_TEXTURE_LAYOUT_ROW_MAJOR};

    return ID3D12Device5_CreateCommittedResource(engine->device, &heap, D3D12_HEAP_FLAG_NONE, &desc,
                                                 D3D12_RESOURCE_STATE_COMMON, NULL,
                                                 &IID_ID3D12Resource, (void **)ret_buffer);
}

static int start_engine(struct engine *e)
{
    const D3D12_COMMAND_QUEUE_DESC queue = {.Type = D3D12_COMMAND_LIST_TYPE_DIRECT};

    return failed("D3D12CreateDevice",
                  D3D12CreateDevice(NULL, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Device5,
                                    (void **)&e->device)) ||
           failed("CreateCommandQueue",
                  ID3D12Device5_CreateCommandQueue(e->device, &queue, &IID_ID3D12CommandQueue,
                                                   (void **)&e->queue)) ||
           failed("CreateCommandAllocator",
                  ID3D12Device5_CreateCommandAllocator(e->device, D3D12_COMMAND_LIST_TYPE_DIRECT,
                                                       &IID_ID3D12CommandAllocator,
                                                       (void **)&e->allocator)) ||
           failed("CreateCommandList",
                  ID3D12Device5_CreateCommandList(
                      e->device, 0, D3D12_COMMAND_LIST_TYPE_DIRECT, e->allocator, NULL,
                      &IID_ID3D12GraphicsCommandList2, (void **)&e->list)) ||
           failed("CreateFence", ID3D12Device5_CreateFence(e->device, 0, D3D12_FENCE_FLAG_NONE,
                                                           &IID_ID3D12Fence, (void **)&e->fence)) ||
           failed("buffer", make_buffer(e, &e->source)) ||
           failed("buffer", make_buffer(e, &e->target));
}

/* The black box: a named section, the box in it, a keeper for the name, the queue's name. */
static int start_box(struct engine *e, const char *dump)
{
    struct ntshm_blackbox_desc desc = {.size = sizeof(desc), .program = "example engine"};
    char name[64];

    snprintf(name, sizeof(name), "Local\\engine-%d", (int)getpid());
    e->section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0,
                                    (DWORD)ntshm_blackbox_section_size(&desc), name);
    return failed("section", e->section ? S_OK : HRESULT_FROM_WIN32(GetLastError())) ||
           failed("black box",
                  ntshm_blackbox_create((ID3D12Device3 *)e->device, e->section, &desc, &e->box)) ||
           failed("keeper", ntshm_blackbox_start_keeper(name, dump)) ||
           failed("queue",
                  ntshm_blackbox_add_queue(e->box, "render", D3D12_COMMAND_LIST_TYPE_DIRECT,
                                           e->fence, &e->queue_number));
}

/* One frame; with @crash its lighting takes seconds, and the engine dies before it is done. */
static int render(struct engine *e, UINT64 frame, int crash)
{
    static const char *const passes[] = {"shadows", "lighting", "present"};
    ID3D12CommandList *list = (ID3D12CommandList *)e->list;
    struct ntshm_blackbox_list *marks;

    if (failed("begin_list", ntshm_blackbox_begin_list(e->box, e->list, "frame", &marks)))
        return 1;
    for (unsigned i = 0; i < 3; i++) {
        ntshm_blackbox_begin_pass(marks, passes[i]);
        for (unsigned n = crash && i == 1 ? 20000 : 1; n > 0; n--)
            ID3D12GraphicsCommandList2_CopyResource(e->list, e->target, e->source);
        ntshm_blackbox_end_pass(marks);
    }
    ID3D12GraphicsCommandList2_Close(e->list);
    ntshm_blackbox_submit(e->box, e->queue_number, &marks, 1, frame);
    ID3D12CommandQueue_ExecuteCommandLists(e->queue, 1, &list);
    ID3D12CommandQueue_Signal(e->queue, e->fence, frame);
    if (crash)
        raise(SIGKILL);
    ID3D12Fence_SetEventOnCompletion(e->fence, frame, NULL); /* waits */
    ntshm_blackbox_poll(e->box);
    ntshm_blackbox_end_list(marks);
    ID3D12CommandAllocator_Reset(e->allocator);
    return failed("Reset", ID3D12GraphicsCommandList2_Reset(e->list, e->allocator, NULL));
}

static void stop_engine(struct engine *e)
{
    void *objects[] = {e->target, e->source, e->fence, e->list, e->allocator, e->queue, e->device};

    ntshm_blackbox_close(e->box);
    for (unsigned i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
        IUnknown_Release((IUnknown *)objects[i]);
    CloseHandle(e->section);
}

int main(int argc, char **argv)
{
    struct engine engine = {0};
    int crash = argc == 3 && strcmp(argv[2], "crash") == 0;

    if (argc < 2 || start_engine(&engine) || start_box(&engine, argv[1]))
        return 1;
    for (UINT64 frame = 1; frame <= 100; frame++)
        if (render(&engine, frame, crash && frame == 100))
            return 1;
    stop_engine(&engine);
    printf("100 frames, nothing was lost\n");
    return 0;
}
