// SPDX-License-Identifier: MIT
/*
 * See pair.h: what is written and read, and in which order.
 */
#include "d3d12/pair.h"

/* Word @i of what the writer with @nonce writes in its round @round. */
static uint32_t pattern(uint64_t nonce, uint32_t round, uint32_t i)
{
    uint64_t x = nonce + (((uint64_t)round << 32 | i) + 1) * 0x9e3779b97f4a7c15u;

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)(x ^ x >> 31);
}

void pair_make_own(struct pair *pair)
{
    pair->patterns = kit_shared_buffer(pair->kit.device, (UINT64)pair->rounds * PAIR_SIZE);
    pair->words = kit_map(pair->patterns);
    pair->mark = kit_shared_buffer(pair->kit.device, 4096);
    pair->done = kit_map(pair->mark);
    if (!pair_writes(pair))
        return;
    pair->nonce = pair_random();
    for (uint32_t i = 0; i < pair->rounds * PAIR_WORDS; i++)
        pair->words[i] = pattern(pair->nonce, i / PAIR_WORDS, i % PAIR_WORDS);
}

static D3D12_TEXTURE_COPY_LOCATION rows_of(const struct pair *pair, uint32_t round)
{
    return (D3D12_TEXTURE_COPY_LOCATION){
        .pResource = pair->patterns,
        .Type = D3D12_TEXTURE_COPY_TYPE_PLACED_FOOTPRINT,
        .PlacedFootprint = {(UINT64)round * PAIR_SIZE,
                            {DXGI_FORMAT_R8G8B8A8_UINT, 64, PAIR_SIZE / 256, 1, 256}}};
}

static void record_texture(struct pair *pair, uint32_t round)
{
    const D3D12_TEXTURE_COPY_LOCATION own = rows_of(pair, round);
    const D3D12_TEXTURE_COPY_LOCATION shared = {.pResource = pair->memory,
                                                .Type = D3D12_TEXTURE_COPY_TYPE_SUBRESOURCE_INDEX};
    bool writes = pair_writes(pair);

    ID3D12GraphicsCommandList2_CopyTextureRegion(pair->kit.list, writes ? &shared : &own, 0, 0, 0,
                                                 writes ? &own : &shared, NULL);
}

static void record(struct pair *pair, uint32_t round)
{
    UINT64 offset = (UINT64)round * PAIR_SIZE;

    if (pair_writes(pair) && pair->fault == PAIR_COPIES)
        ; /* as if what was opened were memory of this process's own */
    else if (pair_is_texture(pair))
        record_texture(pair, round);
    else if (pair_writes(pair))
        ID3D12GraphicsCommandList2_CopyBufferRegion(pair->kit.list, pair->memory, 0, pair->patterns,
                                                    offset, PAIR_SIZE);
    else
        ID3D12GraphicsCommandList2_CopyBufferRegion(pair->kit.list, pair->patterns, offset,
                                                    pair->memory, 0, PAIR_SIZE);
    kit_marker(pair->kit.list, ID3D12Resource_GetGPUVirtualAddress(pair->mark), round + 1,
               D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_OUT);
}

void pair_submit(struct pair *pair)
{
    uint32_t turn = pair_writes(pair) ? 0 : 1;

    for (uint32_t i = 0; i < pair->rounds; i++) {
        record(pair, i);
        ok_hr(ID3D12GraphicsCommandList_Close(pair->kit.list), S_OK);
        if (pair->fault != PAIR_HASTY)
            ok_hr(ID3D12CommandQueue_Wait(pair->kit.queue, pair->fence, 2 * i + turn), S_OK);
        kit_execute(pair->kit.queue, pair->kit.list);
        ok_hr(ID3D12CommandQueue_Signal(pair->kit.queue, pair->fence, 2 * i + turn + 1), S_OK);
        ok_hr(ID3D12GraphicsCommandList_Reset(pair->kit.list, pair->kit.allocator, NULL), S_OK);
    }
    pair->kit.value = 1;
    ok_hr(ID3D12CommandQueue_Signal(pair->kit.queue, pair->kit.fence, 1), S_OK);
}

bool pair_finish(struct pair *pair)
{
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
    DWORD result = WAIT_FAILED;

    require(event != NULL);
    if (ok_hr(ID3D12Fence_SetEventOnCompletion(pair->kit.fence, pair->kit.value, event), S_OK))
        result = WaitForSingleObject(event, (DWORD)(PAIR_WAIT * test_slowness()));
    CloseHandle(event);
    return result == WAIT_OBJECT_0;
}

uint32_t pair_count_wrong(const struct pair *pair, uint64_t nonce, uint32_t n)
{
    uint32_t wrong = 0;

    for (uint32_t round = 0; round < n; round++) {
        bool same = true;

        for (uint32_t i = 0; i < PAIR_WORDS && same; i++)
            same = pair->words[round * PAIR_WORDS + i] == pattern(nonce, round, i);
        wrong += !same;
    }
    return wrong;
}
