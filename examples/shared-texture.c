// SPDX-License-Identifier: MIT
/*
 * Frames from one process to another, on the GPU all the way: a texture and a fence that two
 * processes share by name.
 *
 *   shared-texture painter   makes both, and paints 60 frames
 *   shared-texture viewer    opens both, and looks at each frame
 *
 * The fence alone keeps them in step: frame f is painted when it has reached 2f - 2 and seen when
 * it has reached 2f - 1. Nobody's CPU waits in between; the painter puts all its frames into its
 * queue at once.
 *
 * Build: cc shared-texture.c $(pkg-config --cflags --libs ntshm-d3d12 ntshm)
 */
#define COBJMACROS
#include "shared-texture.h"

#define TEXTURE_NAME L"Local\\shared-texture"
#define FENCE_NAME   L"Local\\shared-texture-fence"

/* What frame @frame looks like at pixel @i: a moving gradient. */
static unsigned colour(unsigned frame, unsigned i)
{
    unsigned x = i % WIDTH, y = i / WIDTH;

    return 0xff000000u | ((x + frame) & 255) << 16 | ((y + 2 * frame) & 255) << 8 | (frame & 255);
}

/* The painter makes both and gives them their names. */
static int make_shared(struct side *s)
{
    const D3D12_HEAP_PROPERTIES heap = {.Type = D3D12_HEAP_TYPE_DEFAULT};
    const D3D12_RESOURCE_DESC desc = {.Dimension = D3D12_RESOURCE_DIMENSION_TEXTURE2D,
                                      .Width = WIDTH,
                                      .Height = HEIGHT,
                                      .DepthOrArraySize = 1,
                                      .MipLevels = 1,
                                      .Format = DXGI_FORMAT_R8G8B8A8_UNORM,
                                      .SampleDesc = {1, 0}};

    return failed("texture",
                  ID3D12Device_CreateCommittedResource(
                      s->device, &heap, D3D12_HEAP_FLAG_SHARED, &desc, D3D12_RESOURCE_STATE_COMMON,
                      NULL, &IID_ID3D12Resource, (void **)&s->texture)) ||
           failed("fence", ID3D12Device_CreateFence(s->device, 0, D3D12_FENCE_FLAG_SHARED,
                                                    &IID_ID3D12Fence, (void **)&s->fence)) ||
           failed("CreateSharedHandle",
                  ID3D12Device_CreateSharedHandle(s->device, (ID3D12DeviceChild *)s->fence, NULL,
                                                  GENERIC_ALL, FENCE_NAME, &s->handles[0])) ||
           failed("CreateSharedHandle",
                  ID3D12Device_CreateSharedHandle(s->device, (ID3D12DeviceChild *)s->texture, NULL,
                                                  GENERIC_ALL, TEXTURE_NAME, &s->handles[1]));
}

static HRESULT open_one(struct side *s, const wchar_t *name, REFIID riid, void **ret)
{
    HANDLE handle;
    HRESULT hr = ID3D12Device_OpenSharedHandleByName(s->device, name, GENERIC_ALL, &handle);

    if (FAILED(hr))
        return hr;
    hr = ID3D12Device_OpenSharedHandle(s->device, handle, riid, ret);
    CloseHandle(handle); /* what was opened stays */
    return hr;
}

/* All frames of a side: wait for the other, copy, tell the other. */
static int run(struct side *s, int paints)
{
    for (unsigned frame = 1; frame <= FRAMES; frame++) {
        const D3D12_TEXTURE_COPY_LOCATION own = {
            .pResource = s->frames,
            .Type = D3D12_TEXTURE_COPY_TYPE_PLACED_FOOTPRINT,
            .PlacedFootprint = {(UINT64)(frame - 1) * FRAME_SIZE,
                                {DXGI_FORMAT_R8G8B8A8_UNORM, WIDTH, HEIGHT, 1, WIDTH * 4}}};
        const D3D12_TEXTURE_COPY_LOCATION texture = {
            .pResource = s->texture, .Type = D3D12_TEXTURE_COPY_TYPE_SUBRESOURCE_INDEX};
        ID3D12CommandList *list = (ID3D12CommandList *)s->list;
        UINT64 turn = 2 * frame - (paints ? 2 : 1);

        ID3D12GraphicsCommandList_CopyTextureRegion(s->list, paints ? &texture : &own, 0, 0, 0,
                                                    paints ? &own : &texture, NULL);
        if (failed("Close", ID3D12GraphicsCommandList_Close(s->list)) ||
            failed("Wait", ID3D12CommandQueue_Wait(s->queue, s->fence, turn)))
            return 1;
        ID3D12CommandQueue_ExecuteCommandLists(s->queue, 1, &list);
        if (failed("Signal", ID3D12CommandQueue_Signal(s->queue, s->fence, turn + 1)) ||
            failed("Reset", ID3D12GraphicsCommandList_Reset(s->list, s->allocator, NULL)))
            return 1;
    }
    /* Until the last frame was seen; a device that was removed answers here too. */
    return failed("SetEventOnCompletion",
                  ID3D12Fence_SetEventOnCompletion(s->fence, 2 * FRAMES, NULL)) ||
           failed("the device", ID3D12Device_GetDeviceRemovedReason(s->device));
}

static int paint(struct side *s)
{
    if (start(s) || make_frames(s, D3D12_HEAP_TYPE_UPLOAD, D3D12_RESOURCE_STATE_GENERIC_READ) ||
        make_shared(s))
        return 1;
    for (unsigned i = 0; i < FRAMES * FRAME_SIZE / 4; i++)
        s->pixels[i] = colour(i / (FRAME_SIZE / 4) + 1, i % (FRAME_SIZE / 4));
    printf("shared\n");
    fflush(stdout);
    if (run(s, 1))
        return 1;
    stop(s);
    printf("%u frames were painted\n", FRAMES);
    return 0;
}

static int view(struct side *s)
{
    unsigned wrong = 0;

    if (start(s) || make_frames(s, D3D12_HEAP_TYPE_READBACK, D3D12_RESOURCE_STATE_COPY_DEST) ||
        failed("texture", open_one(s, TEXTURE_NAME, &IID_ID3D12Resource, (void **)&s->texture)) ||
        failed("fence", open_one(s, FENCE_NAME, &IID_ID3D12Fence, (void **)&s->fence)) || run(s, 0))
        return 1;
    for (unsigned i = 0; i < FRAMES * FRAME_SIZE / 4; i++)
        wrong += s->pixels[i] != colour(i / (FRAME_SIZE / 4) + 1, i % (FRAME_SIZE / 4));
    stop(s);
    printf("%u frames were seen, %u pixels of them wrong\n", FRAMES, wrong);
    return wrong != 0;
}

int main(int argc, char **argv)
{
    struct side side = {NULL};

    if (argc == 2 && strcmp(argv[1], "painter") == 0)
        return paint(&side);
    if (argc == 2 && strcmp(argv[1], "viewer") == 0)
        return view(&side);
    fprintf(stderr, "usage: shared-texture painter|viewer\n");
    return 2;
}
