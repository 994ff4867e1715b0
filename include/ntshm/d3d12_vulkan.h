/* SPDX-License-Identifier: MIT */
/*
 * d3d12_vulkan.h: Direct3D 12 beside a program's own Vulkan. A device is made on a VkDevice that
 * is there already, and every object tells the Vulkan objects that it stands on.
 *
 * What is lent stays the lender's. The program keeps its VkInstance, VkDevice and VkQueue until
 * the last reference to the Direct3D device is gone; handles that these functions give belong to
 * the Direct3D object and live as long as it does.
 *
 * A VkQueue is for one thread at a time. This library submits from any thread that calls it and
 * from one of its own, so a program that submits to the same queue does so between
 * ntshm_d3d12_lock_queue() and ntshm_d3d12_unlock_queue(), or hands its own lock over in struct
 * ntshm_d3d12_vulkan; for two Direct3D devices on one VkQueue it must. No Direct3D method of that
 * device is called while the queue is locked.
 */
#ifndef NTSHM_NTSHM_D3D12_VULKAN_H
#define NTSHM_NTSHM_D3D12_VULKAN_H

#include <d3d12.h>
#include <vulkan/vulkan.h>

#if __SIZEOF_WCHAR_T__ == 2
#    pragma redefine_extname ntshm_d3d12_create_on_vulkan ntshm16_ntshm_d3d12_create_on_vulkan
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* A Vulkan device: lent to this library, or shown by it. */
struct ntshm_d3d12_vulkan {
    UINT size;                              /* sizeof(struct ntshm_d3d12_vulkan) */
    UINT n_device_extensions;               /* the VkDevice was made with them */
    const char *const *device_extensions;   /* by name; those that matter are below */
    VkInstance instance;                    /* of API version 1.2 or later */
    VkPhysicalDevice physical_device;       /* likewise */
    VkDevice device;                        /* with timelineSemaphore and bufferDeviceAddress on */
    VkQueue queue;                          /* of this device */
    UINT queue_family;                      /* of @queue; with graphics or compute */
    UINT reserved;                          /* 0 */
    void (*lock_queue)(void *lock_context); /* both or neither: nobody else submits to @queue */
    void (*unlock_queue)(void *lock_context);
    void *lock_context;
};

/**
 * ntshm_d3d12_create_on_vulkan() - D3D12CreateDevice() on the program's own Vulkan device
 * @vulkan: @size and the handles are set. Without VK_EXT_external_memory_host among the
 *          extensions there are no existing heaps and no heaps on a memfd, without
 *          VK_KHR_external_memory_fd none that the driver exports; VK_AMD_buffer_marker makes
 *          markers cheaper
 * @level, @riid, @ret: as of D3D12CreateDevice
 *
 * Return: as D3D12CreateDevice; E_INVALIDARG for a handle that is missing, a queue family
 * without graphics and compute or one of the two lock functions; DXGI_ERROR_UNSUPPORTED for a
 * device below 1.2.
 */
HRESULT WINAPI ntshm_d3d12_create_on_vulkan(const struct ntshm_d3d12_vulkan *vulkan,
                                            D3D_FEATURE_LEVEL level, REFIID riid, void **ret);

/**
 * ntshm_d3d12_get_vulkan() - the Vulkan device under a Direct3D device, lent or its own
 * @device:     any interface of a device of this library
 * @ret_vulkan: @size is set; filled on success. The extensions are those that matter here; the lock
 *              functions are set only when the program set them
 *
 * Return: S_OK; E_INVALIDARG for a foreign device or a wrong size.
 */
HRESULT WINAPI ntshm_d3d12_get_vulkan(ID3D12Device *device, struct ntshm_d3d12_vulkan *ret_vulkan);

/* Where bytes of a heap or resource lie. One VkBuffer or VkDeviceMemory covers 1 GiB at most. */
struct ntshm_d3d12_vulkan_place {
    VkDeviceMemory memory;
    VkDeviceSize memory_offset; /* of the first byte in @memory */
    VkBuffer buffer;            /* TRANSFER_SRC, TRANSFER_DST and SHADER_DEVICE_ADDRESS */
    VkDeviceSize buffer_offset; /* of the first byte in @buffer */
    VkDeviceSize size;          /* bytes from there on in the same @memory and @buffer */
    UINT memory_type;           /* index of the memory type; UINT32_MAX: not known */
};

/**
 * ntshm_d3d12_get_vulkan_place() - the Vulkan objects behind byte @offset of a heap or resource
 * @object: an ID3D12Heap or ID3D12Resource; of a texture the memory it is bound to
 *
 * Return: S_OK; E_INVALIDARG for another or a foreign object, or an offset outside it.
 */
HRESULT WINAPI ntshm_d3d12_get_vulkan_place(ID3D12DeviceChild *object, UINT64 offset,
                                            struct ntshm_d3d12_vulkan_place *ret_place);

/**
 * ntshm_d3d12_get_vulkan_image() - the VkImage of a texture, and the layout it is always in
 *
 * Return: S_OK; E_INVALIDARG for a buffer or a foreign object; DXGI_ERROR_NOT_FOUND for a texture
 * that is rows or tiles in a buffer; DXGI_ERROR_DEVICE_REMOVED and E_OUTOFMEMORY when it was not
 * used before and cannot be taken into that layout.
 */
HRESULT WINAPI ntshm_d3d12_get_vulkan_image(ID3D12Resource *texture, VkImage *ret_image,
                                            VkFormat *ret_format, VkImageLayout *ret_layout);

/**
 * ntshm_d3d12_lock_queue() - nobody else submits to the device's VkQueue until it is unlocked
 *
 * By the same thread. Return: S_OK; E_INVALIDARG for a foreign device.
 */
HRESULT WINAPI ntshm_d3d12_lock_queue(ID3D12Device *device);
HRESULT WINAPI ntshm_d3d12_unlock_queue(ID3D12Device *device);

/**
 * ntshm_d3d12_get_vulkan_progress() - a semaphore for what a queue was given so far
 * @ret_semaphore: a timeline; only waited for, never signalled by the program
 * @ret_value:     what it has when all of that is done
 *
 * So the program's own submission, to any queue of the VkDevice, comes after the Direct3D work.
 *
 * Return: S_OK; DXGI_ERROR_WAS_STILL_DRAWING while something is held back by a Wait, or by the
 * limit of work in flight, and so has no value yet; E_INVALIDARG for a foreign queue;
 * DXGI_ERROR_DEVICE_REMOVED.
 */
HRESULT WINAPI ntshm_d3d12_get_vulkan_progress(ID3D12CommandQueue *queue,
                                               VkSemaphore *ret_semaphore, UINT64 *ret_value);

/**
 * ntshm_d3d12_record_into() - a command list that writes into the program's own command buffer
 * @device: on the VkDevice that @buffer is of
 * @buffer: in the recording state, outside of a render pass whenever something is written
 * @riid:   an interface of a command list
 *
 * For ntshm_blackbox_begin_list() and its passes around vkCmd... calls: WriteBufferImmediate is
 * recorded into @buffer at once; a MARKER_IN is there before all that follows, a MARKER_OUT not
 * before all that precedes has finished. Every other recording method makes Close fail, and so does
 * a word in a reserved resource. The list is never executed or reset; it keeps the memory it names
 * until its last Release, which is for after @buffer has run.
 *
 * Return: S_OK; S_FALSE when @ret is NULL; E_INVALIDARG; E_NOINTERFACE; E_OUTOFMEMORY;
 * DXGI_ERROR_DEVICE_REMOVED.
 */
HRESULT WINAPI ntshm_d3d12_record_into(ID3D12Device *device, VkCommandBuffer buffer, REFIID riid,
                                       void **ret);

#ifdef __cplusplus
}
#endif

/*
 * The interface by which programs ask vkd3d-proton's devices the same (D6.9): a device of this
 * library answers it too, up to version 3. docs/D3D12.md tells what each method does here.
 */
DEFINE_GUID(IID_ID3D12DXVKInteropDevice, 0x39da4e09, 0xbd1c, 0x4198, 0x9f, 0xae, 0x86, 0xbb, 0xe3,
            0xbe, 0x41, 0xfd);
DEFINE_GUID(IID_ID3D12DXVKInteropDevice1, 0x902d8115, 0x59eb, 0x4406, 0x95, 0x18, 0xfe, 0x00, 0xf9,
            0x91, 0xee, 0x65);
DEFINE_GUID(IID_ID3D12DXVKInteropDevice2, 0x90ecf26e, 0xb212, 0x43f5, 0xb6, 0x2a, 0x82, 0x5a, 0xd7,
            0xb1, 0x38, 0x5e);
DEFINE_GUID(IID_ID3D12DXVKInteropDevice3, 0x22a70184, 0xa6a4, 0x4c24, 0xbf, 0x97, 0x7d, 0x6d, 0xf9,
            0xf1, 0x2d, 0x8a);

#ifdef __cplusplus

/* Handles that are no pointers everywhere (VkBuffer, VkImage, VkDeviceMemory) go as UINT64. */
struct ID3D12DXVKInteropDevice : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE GetDXGIAdapter(REFIID riid, void **adapter) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetInstanceExtensions(UINT *n, const char **names) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetDeviceExtensions(UINT *n, const char **names) = 0;
    virtual HRESULT STDMETHODCALLTYPE
    GetDeviceFeatures(const VkPhysicalDeviceFeatures2 **features) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetVulkanHandles(VkInstance *instance,
                                                       VkPhysicalDevice *physical,
                                                       VkDevice *device) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetVulkanQueueInfo(ID3D12CommandQueue *queue,
                                                         VkQueue *vulkan_queue, UINT32 *family) = 0;
    virtual void STDMETHODCALLTYPE GetVulkanImageLayout(ID3D12Resource *resource,
                                                        D3D12_RESOURCE_STATES state,
                                                        VkImageLayout *layout) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetVulkanResourceInfo(ID3D12Resource *resource,
                                                            UINT64 *handle,
                                                            UINT64 *buffer_offset) = 0;
    virtual HRESULT STDMETHODCALLTYPE LockCommandQueue(ID3D12CommandQueue *queue) = 0;
    virtual HRESULT STDMETHODCALLTYPE UnlockCommandQueue(ID3D12CommandQueue *queue) = 0;
};

struct ID3D12DXVKInteropDevice1 : public ID3D12DXVKInteropDevice {
    virtual HRESULT STDMETHODCALLTYPE GetVulkanResourceInfo1(ID3D12Resource *resource,
                                                             UINT64 *handle, UINT64 *buffer_offset,
                                                             VkFormat *format) = 0;
    virtual HRESULT STDMETHODCALLTYPE CreateInteropCommandQueue(
        const D3D12_COMMAND_QUEUE_DESC *desc, UINT32 family, ID3D12CommandQueue **queue) = 0;
    virtual HRESULT STDMETHODCALLTYPE CreateInteropCommandAllocator(
        D3D12_COMMAND_LIST_TYPE type, UINT32 family, ID3D12CommandAllocator **allocator) = 0;
    virtual HRESULT STDMETHODCALLTYPE BeginVkCommandBufferInterop(ID3D12CommandList *list,
                                                                  VkCommandBuffer *buffer) = 0;
    virtual HRESULT STDMETHODCALLTYPE EndVkCommandBufferInterop(ID3D12CommandList *list) = 0;
};

struct ID3D12DXVKInteropDevice2 : public ID3D12DXVKInteropDevice1 {
    virtual HRESULT STDMETHODCALLTYPE LockVulkanQueue(ID3D12CommandQueue *queue) = 0;
    virtual HRESULT STDMETHODCALLTYPE UnlockVulkanQueue(ID3D12CommandQueue *queue) = 0;
};

struct ID3D12DXVKInteropDevice3 : public ID3D12DXVKInteropDevice2 {
    virtual HRESULT STDMETHODCALLTYPE GetVulkanHeapInfo(ID3D12Heap *heap, UINT64 *memory,
                                                        UINT64 *offset, UINT32 *memory_type) = 0;
};

#else

typedef struct ID3D12DXVKInteropDevice3 ID3D12DXVKInteropDevice3;

/* Versions 0 to 2 are the beginning of this table. */
typedef struct ID3D12DXVKInteropDevice3Vtbl {
    HRESULT(STDMETHODCALLTYPE *QueryInterface)(ID3D12DXVKInteropDevice3 *This, REFIID, void **);
    ULONG(STDMETHODCALLTYPE *AddRef)(ID3D12DXVKInteropDevice3 *This);
    ULONG(STDMETHODCALLTYPE *Release)(ID3D12DXVKInteropDevice3 *This);
    HRESULT(STDMETHODCALLTYPE *GetDXGIAdapter)(ID3D12DXVKInteropDevice3 *This, REFIID, void **);
    HRESULT(STDMETHODCALLTYPE *GetInstanceExtensions)
    (ID3D12DXVKInteropDevice3 *This, UINT *, const char **);
    HRESULT(STDMETHODCALLTYPE *GetDeviceExtensions)
    (ID3D12DXVKInteropDevice3 *This, UINT *, const char **);
    HRESULT(STDMETHODCALLTYPE *GetDeviceFeatures)
    (ID3D12DXVKInteropDevice3 *This, const VkPhysicalDeviceFeatures2 **);
    HRESULT(STDMETHODCALLTYPE *GetVulkanHandles)
    (ID3D12DXVKInteropDevice3 *This, VkInstance *, VkPhysicalDevice *, VkDevice *);
    HRESULT(STDMETHODCALLTYPE *GetVulkanQueueInfo)
    (ID3D12DXVKInteropDevice3 *This, ID3D12CommandQueue *, VkQueue *, UINT32 *);
    void(STDMETHODCALLTYPE *GetVulkanImageLayout)(ID3D12DXVKInteropDevice3 *This, ID3D12Resource *,
                                                  D3D12_RESOURCE_STATES, VkImageLayout *);
    HRESULT(STDMETHODCALLTYPE *GetVulkanResourceInfo)
    (ID3D12DXVKInteropDevice3 *This, ID3D12Resource *, UINT64 *, UINT64 *);
    HRESULT(STDMETHODCALLTYPE *LockCommandQueue)
    (ID3D12DXVKInteropDevice3 *This, ID3D12CommandQueue *);
    HRESULT(STDMETHODCALLTYPE *UnlockCommandQueue)
    (ID3D12DXVKInteropDevice3 *This, ID3D12CommandQueue *);
    HRESULT(STDMETHODCALLTYPE *GetVulkanResourceInfo1)
    (ID3D12DXVKInteropDevice3 *This, ID3D12Resource *, UINT64 *, UINT64 *, VkFormat *);
    HRESULT(STDMETHODCALLTYPE *CreateInteropCommandQueue)
    (ID3D12DXVKInteropDevice3 *This, const D3D12_COMMAND_QUEUE_DESC *, UINT32,
     ID3D12CommandQueue **);
    HRESULT(STDMETHODCALLTYPE *CreateInteropCommandAllocator)
    (ID3D12DXVKInteropDevice3 *This, D3D12_COMMAND_LIST_TYPE, UINT32, ID3D12CommandAllocator **);
    HRESULT(STDMETHODCALLTYPE *BeginVkCommandBufferInterop)
    (ID3D12DXVKInteropDevice3 *This, ID3D12CommandList *, VkCommandBuffer *);
    HRESULT(STDMETHODCALLTYPE *EndVkCommandBufferInterop)
    (ID3D12DXVKInteropDevice3 *This, ID3D12CommandList *);
    HRESULT(STDMETHODCALLTYPE *LockVulkanQueue)
    (ID3D12DXVKInteropDevice3 *This, ID3D12CommandQueue *);
    HRESULT(STDMETHODCALLTYPE *UnlockVulkanQueue)
    (ID3D12DXVKInteropDevice3 *This, ID3D12CommandQueue *);
    HRESULT(STDMETHODCALLTYPE *GetVulkanHeapInfo)
    (ID3D12DXVKInteropDevice3 *This, ID3D12Heap *, UINT64 *, UINT64 *, UINT32 *);
} ID3D12DXVKInteropDevice3Vtbl;

struct ID3D12DXVKInteropDevice3 {
    const ID3D12DXVKInteropDevice3Vtbl *lpVtbl;
};

#endif

#endif
