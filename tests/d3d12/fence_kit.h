/* SPDX-License-Identifier: MIT */
/*
 * Shared fences for tests: making one, and having it in another device or process.
 */
#ifndef NT_TESTS_D3D12_FENCE_KIT_H
#define NT_TESTS_D3D12_FENCE_KIT_H

#include "d3d12/kit.h"
/* What the fence says of its inside. */
#include "d3d12/fence/fence.h"

ID3D12Fence *kit_shared_fence(ID3D12Device5 *device, UINT64 value);
/* The same fence once more, for @device. */
ID3D12Fence *kit_second_fence(ID3D12Fence *fence, ID3D12Device5 *device);

/* A handle that shares @fence, with a name or NULL; and a fence from one, or from a name. */
HANDLE kit_share_fence(ID3D12Fence *fence, const wchar_t *name);
ID3D12Fence *kit_open_fence(ID3D12Device5 *device, HANDLE handle);
ID3D12Fence *kit_open_fence_by_name(ID3D12Device5 *device, const wchar_t *name);

bool kit_is_set(HANDLE event);
/* True when it is set before the deadline. */
bool kit_gets_set(HANDLE event);

/* Two devices with a fence that both have. */
struct kit_two {
    struct kit a, b;
    ID3D12Fence *of_a, *of_b;
};

void kit_two_open(struct kit_two *two, UINT64 value);
/* Releases everything; a fence that was released before is NULL. */
void kit_two_close(struct kit_two *two);

/* For a thread: signals after a moment. */
struct kit_signaller {
    ID3D12Fence *fence;
    UINT64 value;
};

void kit_signal_later(void *argument);

#endif
