// SPDX-License-Identifier: MIT
/*
 * What the system places, a sweep over the whole range, and the kernel's own list of mappings.
 */
#include <stdlib.h>
#include <string.h>

#include "model/model.h"

#ifdef _WIN32
#    include "api/windows_shim.h"
#endif

static void check_query(struct model_walk *walk, const void *address, size_t size, DWORD state,
                        DWORD type)
{
    MEMORY_BASIC_INFORMATION info;

    if (VirtualQuery(address, &info, sizeof(info)) != sizeof(info) || info.State != state ||
        info.Type != type || info.BaseAddress != address || (size && info.RegionSize != size))
        model_fail(walk, "a place that the system chose is %#x, type %#x, %#zx bytes",
                   (unsigned)info.State, (unsigned)info.Type, (size_t)info.RegionSize);
}

static void check_private(struct model_walk *walk, char *memory, size_t size)
{
    size_t whole = (size + MODEL_PAGE - 1) / MODEL_PAGE * MODEL_PAGE;

    if (!memory || (uintptr_t)memory % MODEL_SLOT) {
        model_fail(walk, "%p, error %u (7.3)", (void *)memory, (unsigned)GetLastError());
        return;
    }
    check_query(walk, memory, whole, MEM_COMMIT, MEM_PRIVATE);
    if (memory[0] || memory[size - 1])
        model_fail(walk, "new memory is not zero");
    memory[0] = memory[size - 1] = 7;
    if (!VirtualFree(memory, 0, MEM_RELEASE))
        model_fail(walk, "VirtualFree: error %u", (unsigned)GetLastError());
}

static void check_view(struct model_walk *walk)
{
    const struct model_section *section = &walk->sections[0];
    unsigned page = model_random(walk, MODEL_SECTION);
    const char *view = (const char *)MapViewOfFile(section->handle, FILE_MAP_READ, 0, 0, 0);
    uint64_t seen;

    if (!view || (uintptr_t)view % MODEL_SLOT) {
        model_fail(walk, "%p, error %u (3.29)", (const void *)view, (unsigned)GetLastError());
        return;
    }
    check_query(walk, view, (size_t)MODEL_SECTION * MODEL_PAGE, MEM_COMMIT, MEM_MAPPED);
    memcpy(&seen, view + (size_t)page * MODEL_PAGE, sizeof(seen));
    if (seen != section->tag[page] && !(section->vague[page] && !seen))
        model_fail(walk, "page %u of the section holds %llu, not %llu (3.33)", page,
                   (unsigned long long)seen, (unsigned long long)section->tag[page]);
    if (!UnmapViewOfFile(view))
        model_fail(walk, "UnmapViewOfFile: error %u", (unsigned)GetLastError());
}

#if MODEL_PLACEHOLDERS
/* 256 GiB in which a program, a sanitizer's too, has nothing much. */
#    ifdef __SANITIZE_THREAD__
#        define WINDOW 0x7E9000000000
#    else
#        define WINDOW 0x580000000000
#    endif

/* Requirements: below a bound, above a bound, aligned (7.34 to 7.42). */
static void check_required(struct model_walk *walk, size_t size)
{
    uintptr_t low = (uintptr_t)WINDOW + model_random(walk, 64) * (uintptr_t)0x100000000;
    MEM_ADDRESS_REQUIREMENTS needs = {
        .LowestStartingAddress = (void *)low,
        .HighestEndingAddress = (void *)(low + 0x100000000 - 1),
        .Alignment = (SIZE_T)MODEL_SLOT << model_random(walk, 6),
    };
    MEM_EXTENDED_PARAMETER parameter = {
        .Type = MemExtendedParameterAddressRequirements,
        .Pointer = &needs,
    };
    char *memory =
        VirtualAlloc2(NULL, NULL, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE, &parameter, 1);

    if (memory && ((uintptr_t)memory < low || (uintptr_t)memory % needs.Alignment ||
                   (uintptr_t)memory + size - 1 > (uintptr_t)needs.HighestEndingAddress))
        model_fail(walk, "%p is not as required", (void *)memory);
    check_private(walk, memory, size);
}
#endif

void model_anywhere(struct model_walk *walk)
{
    size_t size = 1 + model_random(walk, 5 * MODEL_SLOT);
    unsigned what = model_random(walk, walk->options->old_calls ? 2 : 3);

    model_say(walk, "anywhere(%u, %#zx)", what, size);
    /* In the library's own part of the address space its choice could be this range. */
    if (walk->options->in_arena)
        return;
    walk->counts[MODEL_ANYWHERE][0]++;
    if (what == 0)
        check_private(walk,
                      VirtualAlloc(NULL, size,
                                   walk->step % 2 ? MEM_COMMIT : MEM_RESERVE | MEM_COMMIT,
                                   PAGE_READWRITE),
                      size);
    else if (what == 1)
        check_view(walk);
#if MODEL_PLACEHOLDERS
    else
        check_required(walk, size);
#endif
}

void model_sweep(struct model_walk *walk)
{
    MEMORY_BASIC_INFORMATION want;
    unsigned n = 0;

    for (unsigned page = 0; page < MODEL_PAGES && !walk->failed; n++) {
        walk->length = 0; /* the whole of it would not fit the line */
        model_check_page(walk, page, 0);
        model_want_query(walk, page, &want);
        page = (unsigned)((size_t)((char *)want.BaseAddress - walk->base) / MODEL_PAGE +
                          want.RegionSize / MODEL_PAGE);
    }
    walk->length = 0;
    model_say(walk, "sweep: %u regions", n);
    if (walk->counts[MODEL_SWEEP][0] % 8 == 0)
        model_check_content(walk);
    walk->counts[MODEL_SWEEP][0]++;
}

#ifndef _WIN32
/* The placeholders that lie side by side from @page on: the pages of all of them. */
static unsigned held_together(struct model_walk *walk, unsigned page)
{
    const struct model_allocation *allocation = model_allocation_of(walk, page);
    unsigned n = 0;

    while (allocation && allocation->kind == MODEL_PLACEHOLDER) {
        n += allocation->n;
        allocation = model_allocation_of(walk, page + n);
    }
    return n;
}

/* Of the process: how many mappings reach into [low, high). */
static unsigned count_mappings(FILE *maps, uintptr_t low, uintptr_t high)
{
    unsigned long start, end;
    char line[512];
    unsigned n = 0;

    rewind(maps);
    while (fgets(line, sizeof(line), maps)) {
        if (sscanf(line, "%lx-%lx", &start, &end) == 2 && end > low && start < high)
            n++;
    }
    return n;
}

/* Empty placeholders side by side are one mapping, however they were split. */
void model_kernel(struct model_walk *walk)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    unsigned n_held, n;

    model_say(walk, "kernel");
    if (!maps) {
        model_fail(walk, "/proc/self/maps cannot be read");
        return;
    }
    for (unsigned page = 0; page < MODEL_PAGES; page += n_held ? n_held : 1) {
        uintptr_t low = (uintptr_t)walk->base + (uintptr_t)page * MODEL_PAGE;

        n_held = held_together(walk, page);
        if (!n_held)
            continue;
        n = count_mappings(maps, low, low + (uintptr_t)n_held * MODEL_PAGE);
        walk->counts[MODEL_KERNEL][0]++;
        if (n != 1)
            model_fail(walk, "the kernel has %u mappings for placeholders at %#x to %#x", n,
                       page * MODEL_PAGE, (page + n_held) * MODEL_PAGE);
    }
    fclose(maps);
}
#else
void model_kernel(struct model_walk *walk)
{
    model_say(walk, "kernel");
}
#endif
