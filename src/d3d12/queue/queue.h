/* SPDX-License-Identifier: MIT */
/*
 * Command queues: the operations that wait in order, and those that are under way. All of it
 * is guarded by the engine's lock (engine.h tells how they move).
 */
#ifndef NT_D3D12_QUEUE_H
#define NT_D3D12_QUEUE_H

#include "d3d12/queue/engine.h"

enum nt_d3d_operation_kind {
    NT_D3D_RUN,    /* a stream */
    NT_D3D_SIGNAL, /* a fence to a value */
    NT_D3D_WAIT,   /* until a fence has reached a value */
    NT_D3D_STEP,   /* a function, once all before it is complete; what follows waits for it */
};

struct nt_d3d_crumbs;

struct nt_d3d_operation {
    TAILQ_ENTRY(nt_d3d_operation) link;      /* in a queue's @waiting or @pending */
    TAILQ_ENTRY(nt_d3d_operation) wait_link; /* in a fence's @queue_waits, until it is met,
                                                or in a shared one's @signals */
    enum nt_d3d_operation_kind kind;
    bool is_met;                  /* NT_D3D_WAIT: the ticket */
    bool is_announced;            /* NT_D3D_SIGNAL of a shared fence */
    struct nt_d3d_queue *queue;   /* internal reference */
    struct nt_d3d_stream *stream; /* reference, and a hold on its memory */
    struct nt_d3d_crumbs *crumbs; /* DRED's (dred.h), or NULL */
    struct nt_d3d_cursor cursor;
    struct nt_d3d_fence *fence; /* internal reference */
    uint64_t value;
    uint64_t since;               /* NT_D3D_WAIT for a shared fence: the first turn that counts */
    void (*step)(void *argument); /* the lock is held; it must not sleep */
    void (*drop)(void *argument); /* frees @argument, after step() or instead of it */
    void *argument;
    uint64_t number; /* once pending: it is over when the timeline has reached this */
};

struct nt_d3d_queue {
    struct nt_d3d_object object;
    D3D12_COMMAND_QUEUE_DESC desc;
    TAILQ_ENTRY(nt_d3d_queue) link; /* in the engine, while it is public or has operations */
    bool is_linked, is_public;
    bool is_stepping; /* a NT_D3D_STEP is pending */
    TAILQ_HEAD(nt_d3d_operation_list, nt_d3d_operation) waiting, pending;
    uint64_t last_number; /* of its last chunk */
    uint64_t bytes_in_flight;
    uint32_t chunks_in_flight;
};

/** nt_d3d_queue_create() - ID3D12Device::CreateCommandQueue */
HRESULT nt_d3d_queue_create(struct nt_d3d_device *device, const D3D12_COMMAND_QUEUE_DESC *desc,
                            REFIID riid, void **ret);

/** nt_d3d_queue_from() - the queue behind an interface pointer; NULL when foreign */
struct nt_d3d_queue *nt_d3d_queue_from(const void *pointer);

/**
 * nt_d3d_queue_step() - call @step(@argument) when all that was put in before is complete
 * @drop: frees @argument; called in every case, also when this fails or the device is removed
 *
 * Return: S_OK; E_OUTOFMEMORY; DXGI_ERROR_DEVICE_REMOVED.
 */
HRESULT nt_d3d_queue_step(struct nt_d3d_queue *queue, void (*step)(void *argument),
                          void (*drop)(void *argument), void *argument);

/** nt_d3d_queue_settle() - leave the engine's list if nothing is left; the lock is held */
void nt_d3d_queue_settle(struct nt_d3d_queue *queue);

/** nt_d3d_operation_free() - give back what it keeps; it is in no list; the lock is held */
void nt_d3d_operation_free(struct nt_d3d_operation *operation);

#endif
