/* SPDX-License-Identifier: MIT */
/*
 * What DRED keeps (see dred.h), for its two files: dred.c collects it, dred-output.c shows it.
 */
#ifndef NT_D3D12_DRED_DATA_H
#define NT_D3D12_DRED_DATA_H

#include "d3d12/device/device.h"
#include "d3d12/device/dred.h"
#include "d3d12/queue/stream.h"

#define NT_D3D_CRUMB_SLOTS 4096u
#define NT_D3D_FREED       64u

/* The debug names of an object, each NULL when it has none. */
struct nt_d3d_names {
    char *narrow;
    wchar_t *wide;
};

/* One execution of a list. */
struct nt_d3d_crumbs {
    TAILQ_ENTRY(nt_d3d_crumbs) link; /* in @kept */
    struct nt_d3d_dred *dred;
    bool is_kept; /* it was not over when the device was removed */
    uint16_t slot;
    struct nt_d3d_stream *stream; /* reference: the history */
    ID3D12GraphicsCommandList *list;
    ID3D12CommandQueue *queue; /* both to be compared, not to be called */
    struct nt_d3d_names list_names, queue_names;
    D3D12_AUTO_BREADCRUMB_NODE node;
    D3D12_AUTO_BREADCRUMB_NODE1 node1;
};

/* A heap or resource that was released. */
struct nt_d3d_freed {
    uint64_t start, end; /* device addresses */
    D3D12_DRED_ALLOCATION_TYPE type;
    struct nt_d3d_names names;
    D3D12_DRED_ALLOCATION_NODE node;
    D3D12_DRED_ALLOCATION_NODE1 node1;
};

struct nt_d3d_dred {
    pthread_mutex_t lock;        /* guards all but @kept, which is the engine's lock's */
    struct nt_d3d_memory *words; /* NULL: no breadcrumbs */
    uint16_t free[NT_D3D_CRUMB_SLOTS];
    uint32_t n_free;
    TAILQ_HEAD(, nt_d3d_crumbs) kept; /* once removed */
    bool has_faults;
    uint64_t fault_address; /* 0: none */
    size_t next_freed;
    struct nt_d3d_freed freed[NT_D3D_FREED]; /* a ring */
    const D3D12_DRED_ALLOCATION_NODE *head_freed;
    const D3D12_DRED_ALLOCATION_NODE1 *head_freed1;
};

/** nt_d3d_dred_wants_crumbs(), nt_d3d_dred_wants_faults() - the process's settings */
bool nt_d3d_dred_wants_crumbs(void);
bool nt_d3d_dred_wants_faults(void);

/** nt_d3d_dred_init_facet() - the device's ID3D12DeviceRemovedExtendedData */
void nt_d3d_dred_init_facet(struct nt_d3d_device *device);

/** nt_d3d_dred_make_nodes() - fill @crumbs' nodes, which @next's follow (NULL: nothing does) */
void nt_d3d_dred_make_nodes(struct nt_d3d_crumbs *crumbs, const uint32_t *word,
                            const struct nt_d3d_crumbs *next);

/** nt_d3d_dred_make_freed() - chain the nodes of what was released at the fault's address */
void nt_d3d_dred_make_freed(struct nt_d3d_dred *dred);

#endif
