// SPDX-License-Identifier: MIT
/*
 * See fence_kit.h.
 */
#include "d3d12/fence_kit.h"

ID3D12Fence *kit_shared_fence(ID3D12Device5 *device, UINT64 value)
{
    ID3D12Fence *fence = NULL;

    ok_hr(ID3D12Device_CreateFence(device, value, D3D12_FENCE_FLAG_SHARED, &IID_ID3D12Fence,
                                   (void **)&fence),
          S_OK);
    require(fence);
    return fence;
}

ID3D12Fence *kit_second_fence(ID3D12Fence *fence, ID3D12Device5 *device)
{
    HANDLE handle = kit_share_fence(fence, NULL);
    ID3D12Fence *second = kit_open_fence(device, handle);

    ok_succeeds(CloseHandle(handle));
    return second;
}

HANDLE kit_share_fence(ID3D12Fence *fence, const wchar_t *name)
{
    ID3D12Device *device = NULL;
    HANDLE handle = NULL;

    ok_hr(ID3D12Fence_GetDevice(fence, &IID_ID3D12Device, (void **)&device), S_OK);
    ok_hr(ID3D12Device_CreateSharedHandle(device, (ID3D12DeviceChild *)fence, NULL, GENERIC_ALL,
                                          name, &handle),
          S_OK);
    require(handle);
    ID3D12Device_Release(device);
    return handle;
}

ID3D12Fence *kit_open_fence(ID3D12Device5 *device, HANDLE handle)
{
    ID3D12Fence *fence = NULL;

    ok_hr(ID3D12Device_OpenSharedHandle(device, handle, &IID_ID3D12Fence, (void **)&fence), S_OK);
    require(fence);
    return fence;
}

ID3D12Fence *kit_open_fence_by_name(ID3D12Device5 *device, const wchar_t *name)
{
    HANDLE handle = NULL;
    ID3D12Fence *fence;

    ok_hr(ID3D12Device_OpenSharedHandleByName(device, name, GENERIC_ALL, &handle), S_OK);
    require(handle);
    fence = kit_open_fence(device, handle);
    ok_succeeds(CloseHandle(handle));
    return fence;
}

bool kit_is_set(HANDLE event)
{
    return WaitForSingleObject(event, 0) == WAIT_OBJECT_0;
}

bool kit_gets_set(HANDLE event)
{
    return WaitForSingleObject(event, (DWORD)(2 * KIT_DEADLINE * test_slowness())) == WAIT_OBJECT_0;
}

void kit_two_open(struct kit_two *two, UINT64 value)
{
    kit_open(&two->a, D3D12_COMMAND_LIST_TYPE_COPY);
    kit_open(&two->b, D3D12_COMMAND_LIST_TYPE_COPY);
    two->of_a = kit_shared_fence(two->a.device, value);
    two->of_b = kit_second_fence(two->of_a, two->b.device);
}

void kit_two_close(struct kit_two *two)
{
    if (two->of_a)
        kit_release_last(two->of_a);
    if (two->of_b)
        kit_release_last(two->of_b);
    kit_close(&two->a);
    kit_close(&two->b);
}

void kit_signal_later(void *argument)
{
    struct kit_signaller *signaller = argument;

    test_pause();
    ID3D12Fence_Signal(signaller->fence, signaller->value);
}
