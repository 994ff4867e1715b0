/* SPDX-License-Identifier: MIT */
/*
 * The engine: all queues of a device, in software, over the driver's one VkQueue.
 *
 * A queue is a list of operations: run a command stream, signal a fence, wait for a fence, take a
 * step of the CPU's (tile mappings). They are taken off the front in order. A wait that is not met
 * stays where it is and stops only its own queue: it is never handed to the VkQueue, where it would
 * stop everything that is submitted later (D0.2, D5.9). A stream goes to the VkQueue in chunks, and
 * each chunk signals the next value of one private timeline semaphore; values of the application
 * never reach Vulkan, since fences may fall and a falling timeline loses the device (D0.3). A
 * signal happens when all chunks that its queue submitted before are complete.
 *
 * A wait is a ticket (D19.4): it is met once the fence has reached its value at any moment
 * after the call, also when the value has fallen again before the queue gets there.
 *
 * Everything moves in nt_d3d_engine_pump(), under the one lock, in whichever thread changed
 * something: the application's in a call, the completion thread, which sleeps in
 * vkWaitSemaphores while chunks are in flight, or the sleeper (fence-sleeper.h), which sees what
 * others did to shared fences.
 *
 * A removed device submits nothing more: waiting operations are dropped, chunks in flight
 * (NT_D3D_QUEUE_BYTES for each queue at most) run to their end and keep their memory until
 * then. A *lost* VkDevice no longer says what it still does, and some drivers (lavapipe) go
 * on: memory of chunks in flight is kept until the device's end, which waits for the word
 * that every chunk writes last.
 */
#ifndef NT_D3D12_ENGINE_H
#define NT_D3D12_ENGINE_H

#include <pthread.h>

#include "d3d12/queue/encode.h"
#include "d3d12/device/object.h"

#define NT_D3D_QUEUE_BYTES   (UINT64_C(32) << 20)
#define NT_D3D_QUEUE_CHUNKS  8u

/* Behind the word of nt_d3d_engine.progress: room for a row of blocks (encode-texels.c). */
#define NT_D3D_BOUNCE_OFFSET 256u
#define NT_D3D_BOUNCE_BYTES  65536u

struct nt_d3d_queue;
struct nt_d3d_fence;
struct nt_d3d_sleeper;

struct nt_d3d_chunk {
    TAILQ_ENTRY(nt_d3d_chunk) link;
    struct nt_d3d_queue *queue; /* kept by its operations; NULL for the engine's own work */
    VkCommandBuffer buffer;
    uint64_t number; /* of the timeline */
    uint64_t bytes;
};

struct nt_d3d_engine {
    struct nt_d3d_device *device;
    pthread_mutex_t lock;
    pthread_cond_t submitted_cond; /* for the completion thread: there is something in flight */
    pthread_cond_t changed_cond;   /* something completed, a blocking wait was met */
    pthread_t thread;
    bool has_thread;
    bool is_stopping;
    VkSemaphore timeline;
    VkCommandPool pool;
    uint64_t submitted, completed;  /* numbers on the timeline */
    struct nt_d3d_memory *progress; /* a word: the number of the chunk that is done, truly */
    TAILQ_HEAD(, nt_d3d_chunk) in_flight, free;
    TAILQ_HEAD(, nt_d3d_queue) queues;
    TAILQ_HEAD(, nt_d3d_fence) fences; /* with a public reference */
    struct nt_d3d_sleeper *sleeper;    /* fence-sleeper.h; NULL until a shared fence needs it */
};

/**
 * nt_d3d_engine_init() - timeline, command pool and completion thread
 * @device: its Vulkan device is made; holds the engine
 *
 * Return: S_OK; E_OUTOFMEMORY; nt_d3d_engine_deinit() undoes what was made.
 */
HRESULT nt_d3d_engine_init(struct nt_d3d_engine *engine, struct nt_d3d_device *device);

/**
 * nt_d3d_engine_deinit() - finish all work, end the thread
 *
 * No object of the device has a public reference any more. Accepts an engine that was zeroed
 * and never initialised.
 */
void nt_d3d_engine_deinit(struct nt_d3d_engine *engine);

/** nt_d3d_engine_pump() - let every queue go on as far as it can; the lock is held */
void nt_d3d_engine_pump(struct nt_d3d_engine *engine);

/**
 * nt_d3d_engine_remove() - the device is removed, for @reason; the lock is held
 *
 * Only the first reason counts. Every fence goes to UINT64_MAX, every wait is met (D19.6).
 */
void nt_d3d_engine_remove(struct nt_d3d_engine *engine, HRESULT reason);

/**
 * nt_d3d_engine_fill() - set all of @memory to words of @value by the device, and wait for it
 *
 * Return: S_OK; DXGI_ERROR_DEVICE_REMOVED; E_OUTOFMEMORY.
 */
HRESULT nt_d3d_engine_fill(struct nt_d3d_engine *engine, const struct nt_d3d_memory *memory,
                           uint32_t value);

/** nt_d3d_engine_stamp() - the first query of @memory gets the device's time; waited for */
HRESULT nt_d3d_engine_stamp(struct nt_d3d_engine *engine, const struct nt_d3d_memory *memory);

/** nt_d3d_engine_look() - see how far the driver got, and let go on what waited; the lock is held
 */
void nt_d3d_engine_look(struct nt_d3d_engine *engine);
/** nt_d3d_engine_retire() - chunks that are complete are free again; the lock is held */
void nt_d3d_engine_retire(struct nt_d3d_engine *engine);

/**
 * nt_d3d_engine_begin_image() - take the image of @surface into the layout that it keeps, and wait
 *
 * For images that another process may be the first to use: it finds them as they are then.
 * Return: as nt_d3d_engine_fill().
 */
HRESULT nt_d3d_engine_begin_image(struct nt_d3d_engine *engine, struct nt_d3d_surface *surface);

/** nt_d3d_engine_check() - notice a VkDevice that was lost while nothing was in flight */
void nt_d3d_engine_check(struct nt_d3d_engine *engine);

#endif
