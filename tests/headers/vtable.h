/* SPDX-License-Identifier: MIT */
/*
 * vtable.h - what the objects of vtable_object.c answer, so that a caller in another language
 * and from another compiler can tell whether a structure came back whole.
 */
#ifndef VTABLE_H
#define VTABLE_H

#include <d3d12.h>

#ifdef __cplusplus
extern "C" {
#endif

ID3D12Heap *vtable_heap(void);
ID3D12Resource *vtable_resource(void);
ID3D12CommandQueue *vtable_queue(void);
ID3D12DescriptorHeap *vtable_descriptors(void);
ID3D12Device *vtable_device(void);

/* Each counts its checks into @ret_passed and @ret_failed. */
void vtable_check_from_c(int *ret_passed, int *ret_failed);
void vtable_check_from_cxx(int *ret_passed, int *ret_failed);

#ifdef __cplusplus
}
#endif

/* A control gives vtable_object.c another size, which both callers must notice. */
#ifndef HEAP_SIZE
#    define HEAP_SIZE UINT64_C(0x0102030405060708)
#endif
#define RESOURCE_WIDTH UINT64_C(0x1122334455667788)
#define DEVICE_LUID    UINT64_C(0x8877665544332211)
#define CPU_HANDLE     UINT64_C(0x00007fff12345678)
#define GPU_HANDLE     UINT64_C(0xfedcba9876543210)

#endif
