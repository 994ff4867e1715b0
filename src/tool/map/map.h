/* SPDX-License-Identifier: MIT */
/*
 * The address space of a process, as `ntshm map` knows it: what the library in that process says
 * of its regions, where it answers, laid over what the kernel says of everybody's mappings. One
 * array in address order; every page that is mapped or reserved is in exactly one piece.
 *
 * Printed (map-print.c), drawn (map-draw.c), compared (map-diff.c), and written and read as JSON
 * (map-json.c), which is what --diff and the pictures can work from later.
 */
#ifndef NT_TOOL_MAP_H
#define NT_TOOL_MAP_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* As VMMap counts them; each piece is of one kind, and each kind has a colour in the pictures. */
enum nt_map_kind {
    NT_MAP_IMAGE,       /* a program or library: mapped files with code, SEC_IMAGE views */
    NT_MAP_VIEW,        /* a view of a section of the page file */
    NT_MAP_FILE,        /* a view of a section of a file, or any other mapped file */
    NT_MAP_PRIVATE,     /* VirtualAlloc; other private memory of the program */
    NT_MAP_LARGE,       /* large pages of any of these */
    NT_MAP_HEAP,        /* malloc()'s [heap] and arenas as far as they can be told */
    NT_MAP_STACK,       /* of threads, with what the kernel names so */
    NT_MAP_DEVICE,      /* of a device: GPU memory */
    NT_MAP_PLACEHOLDER, /* kept free for somebody: MEM_RESERVE_PLACEHOLDER */
    NT_MAP_RESERVED,    /* MEM_RESERVE: address space without memory */
    NT_MAP_OWN,         /* of the library itself: anchors, records, shared words */
    NT_MAP_SYSTEM,      /* vdso, vvar, vsyscall */
    NT_MAP_N_KINDS
};

/* A run of pages of one kind, state and protection. */
struct nt_map_piece {
    uint64_t base, size; /* bytes, whole pages */
    uint64_t allocation; /* base of the allocation or view it is part of */
    enum nt_map_kind kind;
    uint32_t state;           /* MEM_COMMIT or MEM_RESERVE */
    uint32_t protect;         /* PAGE_ value, without PAGE_GUARD; 0 where nothing is committed */
    uint32_t allocated;       /* PAGE_ value that the allocation was made with; 0 unknown */
    bool guard;               /* PAGE_GUARD, or the pages below a thread's stack */
    bool copy_on_write;       /* private to the process when written */
    bool write_watch;         /* MEM_WRITE_WATCH */
    bool window;              /* MEM_PHYSICAL: a window for AWE pages */
    bool pinned;              /* cannot be freed now */
    bool of_library;          /* the library there told of it; else the kernel alone did */
    int node;                 /* NUMA node it prefers or lies on; -1 unknown or mixed */
    uint64_t page_size;       /* of the memory: 4096, or 2 MiB and more */
    uint64_t resident, dirty; /* bytes in memory, of them changed (smaps: Rss, *_Dirty); of large
                                 pages the kernel counts *_Hugetlb, which is added to Rss */
    uint64_t private_bytes;   /* in memory and of this process alone (Private_*) */
    uint64_t proportional;    /* Pss */
    uint64_t swapped;         /* Swap */
    uint64_t offset;          /* into the section or file */
    const char *name;       /* the section's name, file's path, "[stack]"; "" without; the map's */
    const char *file;       /* the file's path when @name is the section's; else "" */
    uint64_t device, inode; /* of the memory: equal in two processes when it is the same; 0 none */
};

struct nt_map_total {
    uint64_t pieces, size, committed, reserved, resident, dirty, private_bytes, proportional,
        swapped, largest; /* largest: bytes of the largest piece */
};

struct nt_map {
    pid_t pid;
    char command[64];  /* cleaned */
    bool cooperated;   /* the library's service thread there answered; else the kernel alone */
    char why_not[128]; /* when it did not: "does not use the library", "of another user" ... */
    bool consistent;   /* the regions there were the same before and after the kernel was asked */
    uint64_t taken_ns; /* CLOCK_REALTIME */
    struct nt_map_piece *pieces;
    size_t n_pieces;
    struct nt_map_total totals[NT_MAP_N_KINDS], total;
    struct nt_map_texts *texts; /* what the names point into (map-texts.c) */
};

/**
 * nt_map_take() - look at a process
 * @patience_ms: for each step of its cooperation, 0 for five seconds; the kernel's part takes no
 *               longer than writing its list does
 *
 * Return: 0; -ESRCH no such process, -EACCES not permitted, -ENOMEM, -errno.
 */
int nt_map_take(pid_t pid, unsigned patience_ms, struct nt_map *ret_map);
void nt_map_deinit(struct nt_map *map);
/** nt_map_add_up() - fills in totals from the pieces */
void nt_map_add_up(struct nt_map *map);

/** nt_map_kind_name() - "image", "view", ... ; nt_map_kind_title() - for people: "Mapped file" */
const char *nt_map_kind_name(enum nt_map_kind kind);
const char *nt_map_kind_title(enum nt_map_kind kind);

/** nt_map_piece_protection() - "rw-", "r-x", "rwc", "rw- guard"; @text has 32 bytes */
const char *nt_map_piece_protection(const struct nt_map_piece *piece, char *text);

/** nt_map_write_json() - the map as JSON, and a line end. Return: 0 or -errno of the stream */
int nt_map_write_json(const struct nt_map *map, FILE *stream);
/** nt_map_from_json() - 0, or -EINVAL for what is no map, -ENOMEM. What is read is believed in
 * nothing: bounds, order and sums are checked. */
int nt_map_from_json(struct json_object *object, struct nt_map *ret_map);

/**
 * nt_map_draw_svg(), nt_map_draw_html() - the picture (map-draw.c)
 * @stream: is given a whole document, standing alone: no scripts, fonts or files from elsewhere
 *
 * Address space to scale in bands (gaps between them cut and labelled), a colour a kind, hatched
 * where only reserved, hover text (<title>) with everything known of a piece, a legend with the
 * totals. Return: 0 or -errno of the stream.
 */
int nt_map_draw_svg(const struct nt_map *map, FILE *stream);
int nt_map_draw_html(const struct nt_map *map, FILE *stream);

#endif
