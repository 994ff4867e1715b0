/* SPDX-License-Identifier: MIT */
/*
 * The inside of an image, for image.c and image-map.c: what the headers say, and the parts of
 * the layout, one for the headers and one for each section, in ascending order. Pages of no part
 * are gaps, which are reserved only.
 */
#ifndef NT_LIB_MEMORY_IMAGE_PARTS_H
#define NT_LIB_MEMORY_IMAGE_PARTS_H

#include "lib/memory/image.h"
#include "rtl/pe.h"

struct nt_image_part {
    uint32_t rva, size; /* size: whole pages, not 0 */
    uint32_t filled;    /* bytes that came from the file; zeros follow */
    uint32_t source;    /* where they lie in the file */
    ULONG protect;      /* as VirtualQuery tells it while nothing was written */
};

struct nt_image {
    struct nt_pe pe;
    uint64_t size; /* SizeOfImage, whole pages */
    uint64_t file_size;
    uint64_t charged; /* bytes that nt_commit_check() allowed for the layout */
    int file_fd;      /* keeps the file's mark, or -1 */
    bool no_execute;
    uint32_t n_parts;
    struct nt_image_part parts[NT_PE_MAX_SECTIONS + 1];
};

/** nt_image_part_executes() - whether pages of a part are executable */
static inline bool nt_image_part_executes(const struct nt_image_part *part)
{
    return part->protect & (PAGE_EXECUTE | PAGE_EXECUTE_READ | PAGE_EXECUTE_WRITECOPY);
}

#endif
