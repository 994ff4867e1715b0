// SPDX-License-Identifier: MIT
/*
 * A black box for a plain Vulkan program (vulkan-program.h): its own command buffers get markers.
 *
 *   vulkan-blackbox DUMP [crash]    100 frames; with crash the last one is never finished, and
 *                                   `ntshm blackbox read DUMP` tells in which pass it was
 *
 * Build: cc vulkan-blackbox.c $(pkg-config --cflags --libs ntshm-d3d12 ntshm vulkan)
 */
#define COBJMACROS
#include <windows.h>
#include <ntshm/blackbox.h>
#include <ntshm/d3d12_vulkan.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "vulkan-program.h"

#define MUST(call) must((VkResult)(call), #call) /* S_OK is 0, as VK_SUCCESS is */

int main(int argc, char **argv)
{
    static const char *const passes[] = {"shadows", "lighting", "present"};
    struct ntshm_blackbox_desc desc = {.size = sizeof(desc), .program = "vulkan program"};
    struct ntshm_d3d12_vulkan vulkan = {.size = sizeof(vulkan), .n_device_extensions = 1};
    int crash = argc == 3 && strcmp(argv[2], "crash") == 0;
    struct ntshm_blackbox_list *marks;
    ID3D12GraphicsCommandList2 *list;
    struct ntshm_blackbox *box;
    struct program p = {0};
    ID3D12Device5 *device;
    ID3D12Fence *fence;
    char name[64] = "";
    uint32_t queue;
    HANDLE section;

    program_start(&p);
    vulkan.device_extensions = program_extensions;
    vulkan.instance = p.instance, vulkan.physical_device = p.physical;
    vulkan.device = p.device, vulkan.queue = p.queue;
    MUST(ntshm_d3d12_create_on_vulkan(&vulkan, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Device5,
                                      (void **)&device));
    snprintf(name, sizeof(name), "Local\\vulkan-%d", (int)getpid());
    section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0,
                                 (DWORD)ntshm_blackbox_section_size(&desc), name);
    MUST(ntshm_blackbox_create((ID3D12Device3 *)device, section, &desc, &box));
    MUST(ntshm_blackbox_start_keeper(name, argc > 1 ? argv[1] : "vulkan.dump"));
    MUST(ID3D12Device5_CreateFence(device, 0, 0, &IID_ID3D12Fence, (void **)&fence));
    MUST(ntshm_blackbox_add_queue(box, "graphics", D3D12_COMMAND_LIST_TYPE_DIRECT, fence, &queue));
    for (UINT64 frame = 1; frame <= 100; frame++) {
        program_begin_frame(&p);
        MUST(ntshm_d3d12_record_into((ID3D12Device *)device, p.commands,
                                     &IID_ID3D12GraphicsCommandList2, (void **)&list));
        MUST(ntshm_blackbox_begin_list(box, list, "frame", &marks));
        for (int i = 0; i < 3; i++) {
            ntshm_blackbox_begin_pass(marks, passes[i]);
            program_record_pass(&p, crash && frame == 100 && i == 1 ? 20000 : 1);
            ntshm_blackbox_end_pass(marks);
        }
        ntshm_blackbox_submit(box, queue, &marks, 1, frame);
        program_submit_frame(&p);
        if (crash && frame == 100)
            raise(SIGKILL);
        program_await_frame(&p);
        ID3D12Fence_Signal(fence, frame);
        ntshm_blackbox_end_list(marks);
        ID3D12GraphicsCommandList2_Release(list);
    }
    ntshm_blackbox_close(box);
    ID3D12Fence_Release(fence);
    ID3D12Device5_Release(device);
    CloseHandle(section);
    program_stop(&p);
    printf("100 frames, nothing was lost\n");
    return 0;
}
