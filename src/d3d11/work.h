/* SPDX-License-Identifier: MIT */
/*
 * What the immediate context has been told and has not handed to the queue yet.
 *
 * Commands are recorded into the list of the open *batch*, with references on the resources that
 * they name: Direct3D 11 keeps a released resource alive for commands that were issued before, a
 * command list of Direct3D 12 does not. A flush closes the list, runs it and signals the next
 * number on a private fence; then the queue itself holds the memory. Data of UpdateSubresource
 * goes through upload pages of the batch, which come back when its number is reached.
 *
 * Everything here is guarded by @lock, which is recursive.
 */
#ifndef NT_D3D11_WORK_H
#define NT_D3D11_WORK_H

#include <d3d12.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

struct nt_d3d11_page; /* an upload buffer, mapped */

struct nt_d3d11_batch {
    TAILQ_ENTRY(nt_d3d11_batch) link;
    ID3D12CommandAllocator *allocator;
    ID3D12GraphicsCommandList *list;
    TAILQ_HEAD(, nt_d3d11_page) pages;
    ID3D12Resource **held; /* one reference each, until it is handed over */
    size_t n_held, room;
    uint64_t n_bytes, n_commands;
    uint64_t number; /* on the fence, once it is handed over */
};

struct nt_d3d11_work {
    pthread_mutex_t lock;
    ID3D12Device5 *device; /* borrowed */
    ID3D12CommandQueue *queue;
    ID3D12Fence *fence;
    uint64_t number;             /* of the last batch that was handed over */
    uint64_t signalled;          /* @number, unless a Signal failed */
    struct nt_d3d11_batch *open; /* or NULL */
    TAILQ_HEAD(, nt_d3d11_batch) in_flight, free;
    TAILQ_HEAD(, nt_d3d11_page) free_pages;
    size_t n_free_pages;
};

/**
 * nt_d3d11_work_init() - queue and fence
 * @work: zeroed; nt_d3d11_work_deinit() undoes what was made, also after a failure
 */
HRESULT nt_d3d11_work_init(struct nt_d3d11_work *work, ID3D12Device5 *device);
/** nt_d3d11_work_deinit() - hand over what is left, and let go */
void nt_d3d11_work_deinit(struct nt_d3d11_work *work);

void nt_d3d11_work_lock(struct nt_d3d11_work *work);
void nt_d3d11_work_unlock(struct nt_d3d11_work *work);

/**
 * nt_d3d11_work_begin() - the list to record one command into
 * @resources: @n that the command names; kept alive until it is handed over
 *
 * Return: the list, borrowed; NULL when there is no memory or the device is removed: the command
 * is left out, which was logged.
 */
ID3D12GraphicsCommandList *nt_d3d11_work_begin(struct nt_d3d11_work *work,
                                               ID3D12Resource *const *resources, size_t n);

/**
 * nt_d3d11_work_end() - the command is recorded; much of it is handed over at once
 * @n_bytes: that it moves
 *
 * Return: the number that the fence will have when it is done.
 */
uint64_t nt_d3d11_work_end(struct nt_d3d11_work *work, uint64_t n_bytes);

/**
 * nt_d3d11_work_upload() - @size bytes that the next command of this batch may read
 * @ret_offset: in the buffer, a multiple of D3D12_TEXTURE_DATA_PLACEMENT_ALIGNMENT
 * @ret_bytes:  where the CPU writes them
 *
 * Return: the buffer, borrowed; NULL as nt_d3d11_work_begin().
 */
ID3D12Resource *nt_d3d11_work_upload(struct nt_d3d11_work *work, uint64_t size,
                                     uint64_t *ret_offset, unsigned char **ret_bytes);

/** nt_d3d11_work_flush() - hand over what was recorded */
void nt_d3d11_work_flush(struct nt_d3d11_work *work);

/** nt_d3d11_work_mark() - the number that the fence has when all up to now is done */
uint64_t nt_d3d11_work_mark(const struct nt_d3d11_work *work);

/** nt_d3d11_work_is_done() - has the fence that number? */
bool nt_d3d11_work_is_done(const struct nt_d3d11_work *work, uint64_t number);

/**
 * nt_d3d11_work_wait() - hand over, and wait until @number is done; the lock is open meanwhile
 *
 * Return: S_OK; DXGI_ERROR_DEVICE_REMOVED; E_OUTOFMEMORY.
 */
HRESULT nt_d3d11_work_wait(struct nt_d3d11_work *work, uint64_t number);

#endif
