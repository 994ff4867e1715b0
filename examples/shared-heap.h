// SPDX-License-Identifier: MIT
//
// A device for shared-heap.cpp: a queue, a list, and a buffer that its CPU sees; in C++.
#ifndef EXAMPLES_SHARED_HEAP_H
#define EXAMPLES_SHARED_HEAP_H

#include <windows.h>
#include <initguid.h>
#include <d3d12.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

constexpr UINT64 size = 65536;
constexpr unsigned numbers = 1000;

inline void check(HRESULT hr, const char *what)
{
    if (FAILED(hr)) {
        char text[120];

        std::snprintf(text, sizeof(text), "%s: 0x%08x", what, static_cast<unsigned>(hr));
        throw std::runtime_error(text);
    }
}

// As much of a smart pointer as is needed here.
template <typename T> class Com
{
  public:
    Com() = default;
    Com(const Com &) = delete;
    Com &operator=(const Com &) = delete;
    ~Com()
    {
        if (object)
            object->Release();
    }
    T *operator->() const
    {
        return object;
    }
    T *get() const
    {
        return object;
    }
    void **put()
    {
        return reinterpret_cast<void **>(&object);
    }

  private:
    T *object = nullptr;
};

inline D3D12_RESOURCE_DESC buffer_desc()
{
    D3D12_RESOURCE_DESC desc{};

    desc.Dimension = D3D12_RESOURCE_DIMENSION_BUFFER;
    desc.Width = size;
    desc.Height = desc.DepthOrArraySize = desc.MipLevels = 1;
    desc.SampleDesc.Count = 1;
    desc.Layout = D3D12_TEXTURE_LAYOUT_ROW_MAJOR;
    return desc;
}

// A device with a queue, a list, and a buffer that its CPU sees.
class Machine
{
  public:
    Com<ID3D12Device> device;
    Com<ID3D12CommandQueue> queue;
    Com<ID3D12CommandAllocator> allocator;
    Com<ID3D12GraphicsCommandList> list;
    Com<ID3D12Resource> own;
    Com<ID3D12Heap> heap;
    Com<ID3D12Resource> shared;
    Com<ID3D12Fence> fence;
    unsigned *words = nullptr;

    Machine()
    {
        const auto type = D3D12_COMMAND_LIST_TYPE_COPY;
        D3D12_COMMAND_QUEUE_DESC desc{};
        D3D12_HEAP_PROPERTIES properties{};
        auto buffer = buffer_desc();
        void *data = nullptr;

        desc.Type = type;
        check(D3D12CreateDevice(nullptr, D3D_FEATURE_LEVEL_11_0, IID_ID3D12Device, device.put()),
              "D3D12CreateDevice");
        check(device->CreateCommandQueue(&desc, IID_ID3D12CommandQueue, queue.put()), "queue");
        check(device->CreateCommandAllocator(type, IID_ID3D12CommandAllocator, allocator.put()),
              "allocator");
        check(device->CreateCommandList(0, type, allocator.get(), nullptr,
                                        IID_ID3D12GraphicsCommandList, list.put()),
              "list");
        // Both ways: written and read by the CPU.
        properties.Type = D3D12_HEAP_TYPE_CUSTOM;
        properties.CPUPageProperty = D3D12_CPU_PAGE_PROPERTY_WRITE_BACK;
        properties.MemoryPoolPreference = D3D12_MEMORY_POOL_L0;
        check(device->CreateCommittedResource(&properties, D3D12_HEAP_FLAG_NONE, &buffer,
                                              D3D12_RESOURCE_STATE_COMMON, nullptr,
                                              IID_ID3D12Resource, own.put()),
              "buffer");
        check(own->Map(0, nullptr, &data), "Map");
        words = static_cast<unsigned *>(data);
    }

    void place()
    {
        auto desc = buffer_desc();

        check(device->CreatePlacedResource(heap.get(), 0, &desc, D3D12_RESOURCE_STATE_COMMON,
                                           nullptr, IID_ID3D12Resource, shared.put()),
              "CreatePlacedResource");
    }

    // Waits on the queue, copies, and signals the next value.
    void copy(ID3D12Resource *to, ID3D12Resource *from, UINT64 turn)
    {
        ID3D12CommandList *lists[] = {list.get()};

        list->CopyResource(to, from);
        check(list->Close(), "Close");
        check(queue->Wait(fence.get(), turn), "Wait");
        queue->ExecuteCommandLists(1, lists);
        check(queue->Signal(fence.get(), turn + 1), "Signal");
        check(list->Reset(allocator.get(), nullptr), "Reset");
    }

    void await(UINT64 value)
    {
        check(fence->SetEventOnCompletion(value, nullptr), "SetEventOnCompletion");
        check(device->GetDeviceRemovedReason(), "the device");
    }
};

#endif
