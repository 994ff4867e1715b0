/* SPDX-License-Identifier: MIT */
/*
 * How a map is made, between the files that make it: what the kernel says of a process (map-smaps.c
 * reads it, map-kinds.c tells what each mapping is for), what the library in it says (map-library.c
 * asks), and the two laid over one another (map-join.c).
 */
#ifndef NT_TOOL_MAP_PARTS_H
#define NT_TOOL_MAP_PARTS_H

#include <stdio.h>

#include "tool/map/map.h"

/* --- texts (map-texts.c) ---------------------------------------------------------------------- */

/** nt_map_text() - a text that lives as long as the map, cleaned; equal ones are one. NULL: ENOMEM
 */
const char *nt_map_text(struct nt_map *map, const char *text, size_t length);
/** nt_map_texts_free() - all of them; NULL is allowed */
void nt_map_texts_free(struct nt_map_texts *texts);

/* --- JSON (map-write.c writes it, map-json.c reads it) ---------------------------------------- */

#define NT_MAP_FORMAT  "ntshm-map"
#define NT_MAP_VERSION 1

/* What is true or false of a piece, and its numbers of bytes. */
struct nt_map_field {
    const char *key;
    size_t field; /* its place in struct nt_map_piece */
};
#define NT_MAP_N_MARKS   6
#define NT_MAP_N_NUMBERS 5
extern const struct nt_map_field nt_map_marks[NT_MAP_N_MARKS];
extern const struct nt_map_field nt_map_numbers[NT_MAP_N_NUMBERS];

/* --- the kernel (map-smaps.c, map-kinds.c) ---------------------------------------------------- */

/* One mapping, as /proc/PID/smaps tells it, and what it was found to be. */
struct nt_map_vma {
    uint64_t start, end, offset, device, inode;
    bool readable, writable, executable, shared;
    bool grows_down; /* the program's own stack */
    bool of_device;  /* memory of a device */
    const char *path;
    uint64_t page_size, resident, dirty, private_bytes, proportional, swapped;
    int node;
    /* By nt_map_kinds(). */
    enum nt_map_kind kind;
    uint64_t allocation;
    bool reserved, guard;
    uint64_t cut; /* from here on it is private memory that the kernel has joined to it; 0: none */
};

struct nt_map_vmas {
    struct nt_map_vma *entries;
    size_t count, room;
};

/**
 * nt_map_read_smaps() - /proc/PID/smaps, read to its end
 * @map: whose texts the paths become
 *
 * Return: 0; -EINVAL for what is no such file; -ENOMEM; -errno of reading.
 */
int nt_map_read_smaps(FILE *stream, struct nt_map *map, struct nt_map_vmas *ret_vmas);
/** nt_map_read_nodes() - /proc/PID/numa_maps: fills in the nodes; what is not understood is -1 */
void nt_map_read_nodes(FILE *stream, struct nt_map_vmas *vmas);

/* What else helps to tell what a mapping is for. */
struct nt_map_hints {
    uint64_t *stacks; /* where threads stand: addresses within their stacks */
    size_t n_stacks;
    size_t n_hidden; /* threads of which that is not known: they run, or may not be looked at */
    int memory;      /* /proc/PID/mem: the headers of programs and libraries; -1: may not be read */
};

/** nt_map_kinds() - what each mapping is for, from what the kernel says alone; uses up the stacks
 */
void nt_map_kinds(struct nt_map_vmas *vmas, struct nt_map_hints *hints);

/**
 * nt_map_image_end() - where an ELF object that is loaded ends, its zeroed data included
 * @page: what is mapped at its beginning, @size bytes; nothing in it is believed
 *
 * Return: 0 for what is no such object.
 */
uint64_t nt_map_image_end(uint64_t start, const void *page, size_t size);

/** nt_map_vma_protect() - the PAGE_ value of a mapping */
uint32_t nt_map_vma_protect(const struct nt_map_vma *vma);

/* --- the library there (map-library.c) -------------------------------------------------------- */

struct nt_map_run {
    uint64_t base, size, allocation, offset;
    uint32_t state, protect, allocated, type, flags; /* NTSHM_REGION_ */
    int node;
    const char *name;
};

struct nt_map_runs {
    struct nt_map_run *entries;
    size_t count, room;
    bool told;        /* the library there answered */
    uint64_t changes; /* as ntshm_query_regions() has it; 0: it did not stand still */
};

/**
 * nt_map_ask_library() - the regions of a process that uses the library
 * @patience_ms: that it is waited for at each step, 0 for the library's own patience
 *
 * When it does not answer, for another reason than that there is nobody to answer, the map's
 * @why_not says so. Return: 0 or -ENOMEM.
 */
int nt_map_ask_library(struct nt_map *map, unsigned patience_ms, struct nt_map_runs *ret_runs);
/** nt_map_library_changes() - the number of changes now; 0 when it does not answer */
uint64_t nt_map_library_changes(const struct nt_map *map, unsigned patience_ms);

/* --- both (map-join.c) ------------------------------------------------------------------------ */

/**
 * nt_map_join() - the pieces of a map
 * @runs:    of the library, in address order; none is lost sight of but what is not mapped
 * @pagemap: of the process, or -1: tells how the numbers of a mapping that holds several pieces
 *           are shared out among them
 *
 * Return: 0 or -ENOMEM. The sums of what smaps counts are kept to the byte.
 */
int nt_map_join(struct nt_map *map, const struct nt_map_vmas *vmas, const struct nt_map_runs *runs,
                int pagemap);

#endif
