// SPDX-License-Identifier: MIT
/*
 * Works of the address space: memory among others, a large reservation of which a page is used,
 * and placeholders, replaced and restored.
 */
#include "bench/work.h"

#include <string.h>

/* ThreadSanitizer leaves a program less address space than that. */
#ifdef __SANITIZE_THREAD__
#    define LARGE ((SIZE_T)64 << 30)
#else
#    define LARGE ((SIZE_T)16 << 40)
#endif

/* --- private memory, among @parameter others ------------------------------------------------- */

static void *allocate(void)
{
    return VirtualAlloc(NULL, BENCH_VIEW_SIZE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
}

static const char *allocate_begin(struct bench_work_state *state)
{
    for (unsigned i = 0; i < state->parameter; i++) {
        /* One differs from the next, so that the kernel, too, has one for each. */
        DWORD protect = i % 2 ? PAGE_READWRITE : PAGE_READONLY;

        state->view = VirtualAlloc(NULL, BENCH_VIEW_SIZE, MEM_RESERVE | MEM_COMMIT, protect);
        if (!state->view)
            return bench_work_failed("VirtualAlloc of live memory");
    }
    return NULL;
}

static const char *allocate_run(struct bench_work_state *state, unsigned n)
{
    (void)state;
    for (unsigned i = 0; i < n; i++) {
        void *memory = allocate();

        if (!memory)
            return bench_work_failed("VirtualAlloc");
        if (!VirtualFree(memory, 0, MEM_RELEASE))
            return bench_work_failed("VirtualFree");
    }
    return NULL;
}

static const char *allocate_check(struct bench_work_state *state)
{
    volatile unsigned char *memory = allocate();
    unsigned char seen;

    (void)state;
    if (!memory)
        return bench_work_failed("VirtualAlloc");
    memory[BENCH_VIEW_SIZE - 1] = 7;
    seen = memory[BENCH_VIEW_SIZE - 1];
    VirtualFree((void *)memory, 0, MEM_RELEASE);
    return seen == 7 ? NULL : "private memory does not keep what is written";
}

/* --- 16 TiB, of which one page is used -------------------------------------------------------- */

static const char *large_begin(struct bench_work_state *state)
{
    (void)state;
    return NULL;
}

static const char *large_run(struct bench_work_state *state, unsigned n)
{
    (void)state;
    for (unsigned i = 0; i < n; i++) {
        char *memory = VirtualAlloc(NULL, LARGE, MEM_RESERVE, PAGE_NOACCESS);

        if (!memory)
            return bench_work_failed("VirtualAlloc of 16 TiB");
        if (!VirtualAlloc(memory + LARGE / 2, 4096, MEM_COMMIT, PAGE_READWRITE))
            return bench_work_failed("VirtualAlloc of a page of it");
        if (!VirtualFree(memory, 0, MEM_RELEASE))
            return bench_work_failed("VirtualFree");
    }
    return NULL;
}

static const char *large_check(struct bench_work_state *state)
{
    volatile char *memory = VirtualAlloc(NULL, LARGE, MEM_RESERVE, PAGE_NOACCESS);

    (void)state;
    if (!memory || !VirtualAlloc((char *)memory + LARGE / 2, 4096, MEM_COMMIT, PAGE_READWRITE))
        return bench_work_failed("VirtualAlloc");
    memory[LARGE / 2] = 1;
    return VirtualFree((void *)memory, 0, MEM_RELEASE) ? NULL : bench_work_failed("VirtualFree");
}

/* --- placeholders, among @parameter views with a gap beside each ------------------------------ */

#ifndef _WIN32

/* The last piece is left empty: it is what the operations replace. */
static const char *hold_begin(struct bench_work_state *state)
{
    SIZE_T size = (2 * (SIZE_T)state->parameter + 1) * BENCH_VIEW_SIZE;
    unsigned char *space = VirtualAlloc2(NULL, NULL, size, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER,
                                         PAGE_NOACCESS, NULL, 0);

    state->section =
        CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, BENCH_VIEW_SIZE, NULL);
    if (!space || !state->section)
        return bench_work_failed("a placeholder and a section");
    for (unsigned i = 0; i < 2 * state->parameter; i++) {
        unsigned char *piece = space + (SIZE_T)i * BENCH_VIEW_SIZE;

        if (!VirtualFree(piece, BENCH_VIEW_SIZE, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER))
            return bench_work_failed("VirtualFree, splitting");
        if (i % 2 && !MapViewOfFile3(state->section, NULL, piece, 0, BENCH_VIEW_SIZE,
                                     MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL, 0))
            return bench_work_failed("MapViewOfFile3 of a live view");
    }
    state->view = space + size - BENCH_VIEW_SIZE;
    return NULL;
}

static const char *hold_view_run(struct bench_work_state *state, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (!MapViewOfFile3(state->section, NULL, state->view, 0, BENCH_VIEW_SIZE,
                            MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL, 0))
            return bench_work_failed("MapViewOfFile3");
        if (!UnmapViewOfFile2(GetCurrentProcess(), state->view, MEM_PRESERVE_PLACEHOLDER))
            return bench_work_failed("UnmapViewOfFile2");
    }
    return NULL;
}

static const char *hold_view_check(struct bench_work_state *state)
{
    volatile unsigned *live = (volatile unsigned *)(state->view - BENCH_VIEW_SIZE);
    MEMORY_BASIC_INFORMATION info;

    if (!MapViewOfFile3(state->section, NULL, state->view, 0, BENCH_VIEW_SIZE,
                        MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL, 0))
        return bench_work_failed("MapViewOfFile3");
    *(volatile unsigned *)state->view = BENCH_MAGIC;
    if (state->parameter && *live != BENCH_MAGIC)
        return "two views of one section differ";
    if (!UnmapViewOfFile2(GetCurrentProcess(), state->view, MEM_PRESERVE_PLACEHOLDER))
        return bench_work_failed("UnmapViewOfFile2");
    VirtualQuery(state->view, &info, sizeof(info));
    return info.State == MEM_RESERVE && info.RegionSize == BENCH_VIEW_SIZE
               ? NULL
               : "a placeholder was not restored";
}

static const char *hold_memory_run(struct bench_work_state *state, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (!VirtualAlloc2(NULL, state->view, BENCH_VIEW_SIZE,
                           MEM_RESERVE | MEM_COMMIT | MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL,
                           0))
            return bench_work_failed("VirtualAlloc2");
        if (!VirtualFree(state->view, BENCH_VIEW_SIZE, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER))
            return bench_work_failed("VirtualFree");
    }
    return NULL;
}

static const char *hold_memory_check(struct bench_work_state *state)
{
    const char *failed = hold_memory_run(state, 1);

    return failed ? failed : hold_view_check(state);
}

static const char *hold_query_run(struct bench_work_state *state, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        MEMORY_BASIC_INFORMATION info;

        if (VirtualQuery(state->view, &info, sizeof(info)) != sizeof(info) ||
            info.AllocationBase != state->view)
            return bench_work_failed("VirtualQuery of a placeholder");
    }
    return NULL;
}

#endif

static const struct bench_work works[] = {
    {"allocate", allocate_begin, allocate_run, allocate_check},
    {"reserve_large", large_begin, large_run, large_check},
#ifndef _WIN32
    {"placeholder_view", hold_begin, hold_view_run, hold_view_check},
    {"placeholder_memory", hold_begin, hold_memory_run, hold_memory_check},
    {"placeholder_query", hold_begin, hold_query_run, hold_view_check},
#endif
};

const struct bench_work *bench_space_work_find(const char *id)
{
    for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++) {
        if (strcmp(works[i].id, id) == 0)
            return &works[i];
    }
    return NULL;
}
