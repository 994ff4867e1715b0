// SPDX-License-Identifier: MIT
/*
 * What a mapping is for, as far as the kernel alone can tell:
 *
 *   image     private mappings of one file, one behind the other, of which one can be executed, and
 *             the nameless memory right behind them as far as the object's headers say that it is
 *             its zeroed data; where they cannot be read, as much as there is of its file
 *   heap      [heap], and the arenas of glibc's malloc: 64 MiB at a multiple of 64 MiB, the rest of
 *             which nobody may touch
 *   stack     [stack], what is named one, and private memory that a thread's stack pointer points
 *             into, with the untouchable pages below it; for threads whose pointer is not known, as
 *             many as look just like that
 *   view      shared memory without a file in the file system, and POSIX shared memory
 *   reserved  private memory that nobody may touch
 *
 * The rest is a file, a device's, or private.
 */
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <windows.h>

#include "tool/map/map-parts.h"

#define ARENA (64ull << 20)
#define PAGE  4096u
#define TOP   (1ull << 60) /* nothing of a program is so high */

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static bool is_nameless(const struct nt_map_vma *vma)
{
    return !vma->shared && !vma->inode && !vma->path[0];
}

static bool is_untouchable(const struct nt_map_vma *vma)
{
    return !vma->readable && !vma->writable && !vma->executable;
}

static bool is_nameless_reserve(const struct nt_map_vma *vma)
{
    return is_nameless(vma) && is_untouchable(vma);
}

uint32_t nt_map_vma_protect(const struct nt_map_vma *vma)
{
    bool copies = vma->writable && !vma->shared && vma->inode;

    if (vma->executable)
        return copies          ? PAGE_EXECUTE_WRITECOPY
               : vma->writable ? PAGE_EXECUTE_READWRITE
               : vma->readable ? PAGE_EXECUTE_READ
                               : PAGE_EXECUTE;
    if (copies)
        return PAGE_WRITECOPY;
    return vma->writable ? PAGE_READWRITE : vma->readable ? PAGE_READONLY : PAGE_NOACCESS;
}

/* --- one mapping alone ------------------------------------------------------------------------ */

/* Memory of the library itself that is no section's, by what it calls it. */
static bool is_own(const char *path)
{
    static const char *const names[] = {"ntshm-commit",  "ntshm-objects",    "ntshm-process",
                                        "ntshm-inherit", "ntshm-words",      "ntshm-arena",
                                        "ntshm fence",   "ntshm-d3d12-label"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (begins(path, names[i]) && strchr(" ", path[strlen(names[i])]))
            return true;
    return false;
}

static enum nt_map_kind of_memfd(const char *name)
{
    if (begins(name, "ntshm-image:"))
        return NT_MAP_IMAGE;
    if (begins(name, "ntshm-physical") || begins(name, "ntshm-large"))
        return NT_MAP_PRIVATE;
    return is_own(name) ? NT_MAP_OWN : NT_MAP_VIEW;
}

/* "[stack]", "[anon:glibc: malloc]" and the like. */
static enum nt_map_kind of_named(const char *path)
{
    if (begins(path, "[heap"))
        return NT_MAP_HEAP;
    if (begins(path, "[stack"))
        return NT_MAP_STACK;
    if (begins(path, "[anon"))
        return strstr(path, "stack")                            ? NT_MAP_STACK
               : strstr(path, "malloc") || strstr(path, "heap") ? NT_MAP_HEAP
                                                                : NT_MAP_PRIVATE;
    return NT_MAP_SYSTEM;
}

static enum nt_map_kind of_path(const struct nt_map_vma *vma)
{
    const char *path = vma->path;

    if (begins(path, "/memfd:"))
        return of_memfd(path + 7);
    if (begins(path, "/dev/zero") || begins(path, "/SYSV") || begins(path, "/dev/shm/"))
        return NT_MAP_VIEW;
    if (begins(path, "/dev/") || begins(path, "/dmabuf:") || begins(path, "anon_inode:"))
        return NT_MAP_DEVICE;
    if (path[0] != '/' && path[0] != '[') /* a socket's, a BPF map's */
        return path[0] ? NT_MAP_SYSTEM : vma->shared ? NT_MAP_VIEW : NT_MAP_PRIVATE;
    return path[0] == '[' ? of_named(path) : NT_MAP_FILE;
}

static void alone(struct nt_map_vma *vma)
{
    vma->allocation = vma->start;
    vma->kind = of_path(vma);
    vma->reserved = is_nameless_reserve(vma);
    if (vma->reserved)
        vma->kind = NT_MAP_RESERVED;
    if (vma->grows_down)
        vma->kind = NT_MAP_STACK;
    if (vma->of_device && vma->kind != NT_MAP_SYSTEM)
        vma->kind = NT_MAP_DEVICE;
    if (vma->page_size > 4096)
        vma->kind = NT_MAP_LARGE;
}

/* --- neighbours ------------------------------------------------------------------------------- */

static bool is_of_file(const struct nt_map_vma *vma, const struct nt_map_vma *first)
{
    return !vma->shared && vma->inode == first->inode && vma->device == first->device &&
           vma->page_size == 4096;
}

uint64_t nt_map_image_end(uint64_t start, const void *page, size_t size)
{
    uint64_t low = UINT64_MAX, high = 0;
    Elf64_Ehdr header;
    Elf64_Phdr part;

    if (size < sizeof(header))
        return 0;
    memcpy(&header, page, sizeof(header));
    if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_phentsize != sizeof(part) ||
        header.e_phoff > size)
        return 0;
    for (size_t i = 0, at = header.e_phoff; i < header.e_phnum; i++, at += sizeof(part)) {
        if (size - at < sizeof(part))
            return 0;
        memcpy(&part, (const char *)page + at, sizeof(part));
        if (part.p_type != PT_LOAD)
            continue;
        if (part.p_vaddr >= TOP || part.p_memsz >= TOP)
            return 0;
        low = part.p_vaddr < low ? part.p_vaddr : low;
        high = part.p_vaddr + part.p_memsz > high ? part.p_vaddr + part.p_memsz : high;
    }
    if (low >= high || start >= TOP)
        return 0;
    return start + ((high + PAGE - 1) / PAGE - low / PAGE) * PAGE;
}

/* The end of the object whose file is mapped in @first to @last. */
static uint64_t image_end(const struct nt_map_vma *first, const struct nt_map_vma *last, int memory)
{
    char page[PAGE];
    ssize_t n = -1;
    uint64_t end = 0;

    if (memory >= 0 && first->offset == 0)
        n = pread(memory, page, sizeof(page), (off_t)first->start);
    if (n > 0)
        end = nt_map_image_end(first->start, page, (size_t)n);
    return end ? end : last->end + (last->end - first->start);
}

/* The zeroed data behind what can be written; the kernel may have joined other memory to it. */
static void zeroed_data(const struct nt_map_vma *first, const struct nt_map_vma *last,
                        struct nt_map_vma *data, int memory)
{
    uint64_t end;

    if (!is_nameless(data) || !data->writable || data->kind != NT_MAP_PRIVATE || !last->writable ||
        data->start != last->end)
        return;
    end = image_end(first, last, memory);
    if (end <= data->start)
        return;
    data->allocation = first->start;
    data->path = first->path;
    data->kind = NT_MAP_IMAGE;
    data->cut = end < data->end ? end : 0;
}

/* The mappings of one file from @i on; returns the index behind them. */
static size_t file_run(struct nt_map_vmas *vmas, size_t i, int memory)
{
    struct nt_map_vma *first = &vmas->entries[i];
    size_t end = i;
    bool code = false;

    if (first->shared || !first->inode || first->kind != NT_MAP_FILE)
        return i + 1;
    for (; end < vmas->count && is_of_file(&vmas->entries[end], first) &&
           (end == i || vmas->entries[end].start == vmas->entries[end - 1].end);
         end++)
        code |= vmas->entries[end].executable;
    for (size_t k = i; k < end; k++) {
        vmas->entries[k].allocation = first->start;
        if (code)
            vmas->entries[k].kind = NT_MAP_IMAGE;
    }
    if (code && end < vmas->count)
        zeroed_data(first, &vmas->entries[end - 1], &vmas->entries[end], memory);
    return end;
}

/* An arena of malloc: what is in use at its beginning, and the rest. */
static void arena(struct nt_map_vma *vma, struct nt_map_vma *rest)
{
    if (vma->kind != NT_MAP_PRIVATE || !is_nameless(vma) || vma->start % ARENA ||
        vma->end - vma->start > ARENA)
        return;
    if (vma->end - vma->start < ARENA &&
        (!rest || !rest->reserved || rest->start != vma->end || rest->end < vma->start + ARENA))
        return;
    vma->kind = NT_MAP_HEAP;
    if (vma->end - vma->start < ARENA && rest->end == vma->start + ARENA) {
        rest->kind = NT_MAP_HEAP;
        rest->allocation = vma->start;
    }
}

/* The mapping that holds an address. */
static struct nt_map_vma *find(struct nt_map_vmas *vmas, uint64_t address)
{
    size_t low = 0, high = vmas->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (vmas->entries[middle].end <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low < vmas->count && vmas->entries[low].start <= address ? &vmas->entries[low] : NULL;
}

static void stack(struct nt_map_vmas *vmas, struct nt_map_vma *vma)
{
    struct nt_map_vma *below = vma > vmas->entries ? vma - 1 : NULL;

    if (vma->kind != NT_MAP_PRIVATE && vma->kind != NT_MAP_STACK)
        return;
    vma->kind = NT_MAP_STACK;
    /* As large as a guard is made, not somebody's reservation that happens to be there. */
    if (below && below->kind == NT_MAP_RESERVED && below->end == vma->start &&
        below->end - below->start <= (1u << 20)) {
        below->kind = NT_MAP_STACK;
        below->guard = true;
        vma->allocation = below->start;
    }
}

#define USUAL_STACK (8ull << 20)

/* As large as a stack that is known, or as they usually are, and guarded like one. */
static bool looks_like_stack(const struct nt_map_vmas *vmas, const struct nt_map_hints *hints,
                             size_t i)
{
    const struct nt_map_vma *vma = &vmas->entries[i], *below = vma - 1;
    uint64_t size = vma->end - vma->start;

    if (i == 0 || vma->kind != NT_MAP_PRIVATE || !is_nameless(vma) || !vma->writable ||
        below->kind != NT_MAP_RESERVED || below->end != vma->start ||
        below->end - below->start > 64u << 10)
        return false;
    for (size_t k = 0; k < hints->n_stacks; k++)
        if (hints->stacks[k] == size)
            return true;
    return size == USUAL_STACK;
}

static void hidden_stacks(struct nt_map_vmas *vmas, const struct nt_map_hints *hints)
{
    size_t left = hints->n_hidden;

    for (size_t i = 0; i < vmas->count && left; i++) {
        if (!looks_like_stack(vmas, hints, i))
            continue;
        stack(vmas, &vmas->entries[i]);
        left--;
    }
}

/* Those that threads stand in; their sizes, 0 for none, take the pointers' places. */
static void known_stacks(struct nt_map_vmas *vmas, struct nt_map_hints *hints)
{
    for (size_t i = 0; i < hints->n_stacks; i++) {
        struct nt_map_vma *vma = find(vmas, hints->stacks[i]);

        hints->stacks[i] = vma ? vma->end - vma->start : 0;
        if (vma)
            stack(vmas, vma);
    }
}

void nt_map_kinds(struct nt_map_vmas *vmas, struct nt_map_hints *hints)
{
    for (size_t i = 0; i < vmas->count; i++)
        alone(&vmas->entries[i]);
    for (size_t i = 0; i < vmas->count;)
        i = file_run(vmas, i, hints->memory);
    for (size_t i = 0; i < vmas->count; i++)
        arena(&vmas->entries[i], i + 1 < vmas->count ? &vmas->entries[i + 1] : NULL);
    known_stacks(vmas, hints);
    hidden_stacks(vmas, hints);
}
