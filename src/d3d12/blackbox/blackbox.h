/* SPDX-License-Identifier: MIT */
/*
 * The recording half of the black box (ntshm/blackbox.h), private side.
 *
 * Everything the recorder needs to know it keeps here, in its own memory; the section is written
 * and never read, so that whoever else may write there can only spoil what he reads himself.
 *
 * Locks. names.lock guards adding a name. lock guards the free and ended lists, the queues, and
 * the records' state, queue and fence fields. What a recording alone touches (stack, ordinal, its
 * own words) belongs to the thread that records. Order: lock, then names.lock.
 */
#ifndef NT_D3D12_BLACKBOX_H
#define NT_D3D12_BLACKBOX_H

#ifndef COBJMACROS
#    define COBJMACROS
#endif
#include <windows.h>
#include <d3d12.h>
#include <pthread.h>
#include <stdbool.h>
#include "ntshm/blackbox.h"

#define NT_BLACKBOX_MAX_DEPTH  32u
#define NT_BLACKBOX_NAME_INDEX (2u * NTSHM_BLACKBOX_MAX_NAMES) /* slots, a power of two */
#define NT_BLACKBOX_MAX_BATCH  1024u                           /* remembered per queue */

/* Each different pass name once: a table in the section, a copy of it and an index here. */
struct nt_blackbox_names {
    pthread_mutex_t lock;
    uint32_t count;                      /* numbers given out, 0 among them */
    uint32_t *index;                     /* open addressing; atomic, 0 is empty */
    struct ntshm_blackbox_name *copy;    /* what was written */
    struct ntshm_blackbox_name *section; /* where */
};

/* Passes that are done once the fence has this value. */
struct nt_blackbox_batch {
    uint64_t fence_value;
    uint64_t n_passes; /* on this queue, up to and with this batch */
};

struct nt_blackbox_queue {
    ID3D12Fence *fence;
    struct ntshm_blackbox_queue_record *record;
    uint64_t submitted;
    uint64_t completed;
    uint64_t n_passes;
    uint32_t first_batch; /* oldest unfinished, in the ring of batches */
    uint32_t n_batches;
    struct nt_blackbox_batch *batches; /* NT_BLACKBOX_MAX_BATCH */
};

/* One recording; the caller's handle. An entry of the box's array, never freed by itself. */
struct ntshm_blackbox_list {
    struct ntshm_blackbox *box;
    struct ntshm_blackbox_list_record *record;
    ID3D12GraphicsCommandList2 *commands;
    struct ntshm_blackbox_list *next; /* in the box's free or ended list */
    uint32_t index;
    uint32_t generation;
    uint32_t ordinal;
    uint32_t n_passes;
    uint32_t n_open;     /* passes on the stack */
    uint32_t n_unmarked; /* open passes that got no marker, all above the stack */
    bool submitted;
    uint32_t queue;
    uint32_t n_executions;
    uint64_t fence_value;
    uint16_t stack[NT_BLACKBOX_MAX_DEPTH]; /* name numbers */
};

struct ntshm_blackbox {
    ID3D12Device3 *device;
    ID3D12Heap *heap;
    ID3D12Resource *buffer; /* the tables, without the payload */
    D3D12_GPU_VIRTUAL_ADDRESS address;
    unsigned char *view;
    struct ntshm_blackbox_header *header;
    struct ntshm_blackbox_marker *markers;
    struct ntshm_blackbox_submission *submissions;
    struct ntshm_blackbox_header layout; /* what was put there: sizes and tables are read here */
    uint32_t n_lists;
    uint64_t next_marker; /* atomic: sequences given out */
    struct nt_blackbox_names names;
    pthread_mutex_t lock;
    uint64_t next_submission;
    uint32_t n_queues;
    HRESULT removed; /* atomic; S_OK while the device lives */
    struct nt_blackbox_queue queues[NTSHM_BLACKBOX_MAX_QUEUES];
    struct ntshm_blackbox_list *lists; /* n_lists */
    struct ntshm_blackbox_list *free;
    struct ntshm_blackbox_list *ended; /* not to be executed again, perhaps still executing */
};

/* The store that makes a record visible: everything before it is in the section first. */
#define nt_blackbox_publish(word, value) __atomic_store_n((word), (value), __ATOMIC_RELEASE)
/* A store that a reader must not see half of. */
#define nt_blackbox_set(word, value)     __atomic_store_n((word), (value), __ATOMIC_RELAXED)

/**
 * nt_blackbox_names_init() - an empty table
 * @section: its place in the section, NTSHM_BLACKBOX_MAX_NAMES entries, all zero
 *
 * Return: 0 or -ENOMEM.
 */
int nt_blackbox_names_init(struct nt_blackbox_names *names, struct ntshm_blackbox_name *section);
void nt_blackbox_names_deinit(struct nt_blackbox_names *names);

/**
 * nt_blackbox_name() - the number of a name, given out on first use
 * @text: UTF-8; NULL and "" are "unnamed"; longer than the entry is cut at a character
 *
 * Any thread; takes no lock for a name that is there. Return: 0 when there is no room.
 */
uint32_t nt_blackbox_name(struct nt_blackbox_names *names, const char *text);

/**
 * nt_blackbox_text_length() - bytes of @text that fit into @room, cut at a character
 */
size_t nt_blackbox_text_length(const char *text, size_t room);

/** nt_blackbox_now_ns() - CLOCK_MONOTONIC, the clock of every time in the section */
uint64_t nt_blackbox_now_ns(void);

/**
 * nt_blackbox_look() - carry fence values and the device's state into the section; lock held
 */
void nt_blackbox_look(struct ntshm_blackbox *box);

#endif
