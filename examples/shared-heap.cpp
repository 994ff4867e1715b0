// SPDX-License-Identifier: MIT
//
// A heap and a fence that a child process inherits, in C++: the child's device squares the
// numbers that the parent's device put there.
//
//   shared-heap            makes both, starts itself again, and prints the squares
//
// The handles are inherited like any other (bInheritHandle), and only their values go to the
// child, as words of its command line. No name exists at any time.
//
// Build: c++ shared-heap.cpp $(pkg-config --cflags --libs ntshm-d3d12 ntshm)
#include "shared-heap.h"

namespace
{

HANDLE share(const Machine &machine, ID3D12DeviceChild *child)
{
    SECURITY_ATTRIBUTES attributes{};
    HANDLE handle = nullptr;

    attributes.nLength = sizeof(attributes);
    attributes.bInheritHandle = TRUE;
    check(machine.device->CreateSharedHandle(child, &attributes, GENERIC_ALL, nullptr, &handle),
          "CreateSharedHandle");
    return handle;
}

unsigned long long value_of(HANDLE handle)
{
    return reinterpret_cast<unsigned long long>(handle);
}

PROCESS_INFORMATION start_child(const char *program, HANDLE heap, HANDLE fence)
{
    std::string line = std::string("\"") + program + "\" child " + std::to_string(value_of(heap)) +
                       " " + std::to_string(value_of(fence));
    STARTUPINFOA startup{};
    PROCESS_INFORMATION info{};

    startup.cb = sizeof(startup);
    if (!CreateProcessA(nullptr, &line[0], nullptr, nullptr, TRUE, 0, nullptr, nullptr, &startup,
                        &info))
        throw std::runtime_error("CreateProcess");
    CloseHandle(info.hThread);
    return info;
}

int parent(const char *program)
{
    Machine machine;
    D3D12_HEAP_DESC desc{};
    DWORD code = 1;
    unsigned right = 0;

    desc.SizeInBytes = size;
    desc.Properties.Type = D3D12_HEAP_TYPE_DEFAULT;
    desc.Flags = D3D12_HEAP_FLAG_SHARED;
    check(machine.device->CreateHeap(&desc, IID_ID3D12Heap, machine.heap.put()), "CreateHeap");
    check(machine.device->CreateFence(0, D3D12_FENCE_FLAG_SHARED, IID_ID3D12Fence,
                                      machine.fence.put()),
          "CreateFence");
    machine.place();
    HANDLE heap = share(machine, machine.heap.get());
    HANDLE fence = share(machine, machine.fence.get());
    PROCESS_INFORMATION child = start_child(program, heap, fence);
    CloseHandle(heap);
    CloseHandle(fence);

    for (unsigned i = 0; i < numbers; i++)
        machine.words[i] = i;
    machine.copy(machine.shared.get(), machine.own.get(), 0);
    machine.copy(machine.own.get(), machine.shared.get(), 2); // after the child's turn
    machine.await(3);
    for (unsigned i = 0; i < numbers; i++)
        right += machine.words[i] == i * i;
    WaitForSingleObject(child.hProcess, INFINITE);
    GetExitCodeProcess(child.hProcess, &code);
    CloseHandle(child.hProcess);
    std::printf("%u of %u squares are right; the child ended with %u\n", right, numbers,
                static_cast<unsigned>(code));
    return right == numbers && code == 0 ? 0 : 1;
}

int child(HANDLE heap, HANDLE fence)
{
    Machine machine;

    check(machine.device->OpenSharedHandle(heap, IID_ID3D12Heap, machine.heap.put()),
          "OpenSharedHandle");
    check(machine.device->OpenSharedHandle(fence, IID_ID3D12Fence, machine.fence.put()),
          "OpenSharedHandle");
    CloseHandle(heap);
    CloseHandle(fence);
    machine.place();
    machine.await(1); // the numbers are there
    // Its CPU computes, so the device brings the numbers and takes them back.
    ID3D12CommandList *lists[] = {machine.list.get()};
    machine.list->CopyResource(machine.own.get(), machine.shared.get());
    check(machine.list->Close(), "Close");
    machine.queue->ExecuteCommandLists(1, lists);
    Com<ID3D12Fence> done;
    check(machine.device->CreateFence(0, D3D12_FENCE_FLAG_NONE, IID_ID3D12Fence, done.put()),
          "CreateFence");
    check(machine.queue->Signal(done.get(), 1), "Signal");
    check(done->SetEventOnCompletion(1, nullptr), "SetEventOnCompletion");
    check(machine.list->Reset(machine.allocator.get(), nullptr), "Reset");
    for (unsigned i = 0; i < numbers; i++)
        machine.words[i] *= machine.words[i];
    machine.copy(machine.shared.get(), machine.own.get(), 1);
    machine.await(2);
    return 0;
}

HANDLE handle_from(const char *text)
{
    return reinterpret_cast<HANDLE>(std::strtoull(text, nullptr, 10));
}

} // namespace

int main(int argc, char **argv)
{
    try {
        if (argc == 4)
            return child(handle_from(argv[2]), handle_from(argv[3]));
        return parent(argv[0]);
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
