// SPDX-License-Identifier: MIT
/*
 * Views: mapped where something is free, mapped over a placeholder, and unmapped to either.
 */
#include "model/model.h"

#ifndef _WIN32
#    include <winternl.h>
#else
#    include "api/windows_shim.h"
#endif

#define SECTION_SIZE ((size_t)MODEL_SECTION * MODEL_PAGE)

enum variant { MAP_EX, MAP3, MAP_NT };

struct request {
    enum variant variant;
    unsigned section;
    size_t at, offset, size;
    ULONG type, protect;
};

static const char *const variant_names[] = {"MapViewOfFileEx", "MapViewOfFile3",
                                            "NtMapViewOfSectionEx"};

static struct model_want only(enum model_outcome outcome, const char *row)
{
    return (struct model_want){outcome, outcome, row, NULL};
}

/* --- what mapping does -------------------------------------------------------------- */

static bool executable(ULONG protect)
{
    return protect &
           (PAGE_EXECUTE | PAGE_EXECUTE_READ | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY);
}

static unsigned pages_of(const struct request *request)
{
    size_t size = request->size ? request->size : SECTION_SIZE - request->offset;

    return (unsigned)((size + MODEL_PAGE - 1) / MODEL_PAGE);
}

static struct model_want want_place(struct model_walk *walk, const struct request *request)
{
    unsigned first = (unsigned)(request->at / MODEL_PAGE), n = pages_of(request);
    const struct model_allocation *held = model_allocation_of(walk, first);

    if (!(request->type & MEM_REPLACE_PLACEHOLDER))
        return model_is_free(walk, first, n) ? only(MODEL_DONE, "3.22")
                                             : only(MODEL_CONFLICT, "3.22");
    if (held && held->kind == MODEL_PLACEHOLDER && held->first == first && held->n == n &&
        request->size % MODEL_PAGE == 0)
        return only(MODEL_DONE, "5.19 5.20");
    return only(MODEL_CONFLICT, "5.25 5.28 3.28");
}

static struct model_want want_of(struct model_walk *walk, const struct request *request)
{
    size_t unit = request->type & MEM_REPLACE_PLACEHOLDER ? MODEL_PAGE : MODEL_SLOT;
    ULONG single = request->protect & 0xFF;

    if (request->type & ~(ULONG)MEM_REPLACE_PLACEHOLDER)
        return only(MODEL_INVALID, "3.40 3.46 3.50");
    if (!single || (single & (single - 1)))
        return only(MODEL_INVALID, "3.38");
    if (request->at % unit || request->offset % unit)
        return only(MODEL_ALIGNMENT, "3.18 3.20 3.21 5.21 5.22");
    if (executable(request->protect))
        return only(MODEL_DENIED, "3.14");
    if (request->offset >= SECTION_SIZE)
        return (struct model_want){MODEL_VIEW_SIZE, MODEL_VIEW_SIZE, "3.25",
                                   "Wine 8 says ERROR_INVALID_PARAMETER of an offset past the end"};
    if (request->size > SECTION_SIZE - request->offset)
        return only(MODEL_VIEW_SIZE, "3.24 5.26");
    return want_place(walk, request);
}

/* --- the calls ---------------------------------------------------------------------- */

static DWORD access_of(ULONG protect)
{
    switch (protect) {
    case PAGE_NOACCESS:
        return 0;
    case PAGE_READONLY:
        return FILE_MAP_READ;
    case PAGE_WRITECOPY:
        return FILE_MAP_COPY;
    case PAGE_EXECUTE_READ:
        return FILE_MAP_READ | FILE_MAP_EXECUTE;
    default:
        return FILE_MAP_WRITE;
    }
}

#if MODEL_PLACEHOLDERS
static bool call_nt(struct model_walk *walk, const struct request *request, struct model_want want)
{
    LARGE_INTEGER offset = {.QuadPart = (LONGLONG)request->offset};
    void *base = walk->base + request->at;
    SIZE_T size = request->size;
    uint32_t status = (uint32_t)NtMapViewOfSectionEx(walk->sections[request->section].handle,
                                                     GetCurrentProcess(), &base, &offset, &size,
                                                     request->type, request->protect, NULL, 0);
    bool good = model_judge_status(walk, want, status);

    if (good && (base != walk->base + request->at || size != pages_of(request) * MODEL_PAGE))
        model_fail(walk, "base and size became %#zx and %#zx", (size_t)((char *)base - walk->base),
                   (size_t)size);
    return good;
}

static void *call_map3(struct model_walk *walk, const struct request *request)
{
    return MapViewOfFile3(walk->sections[request->section].handle,
                          walk->step % 2 ? NULL : GetCurrentProcess(), walk->base + request->at,
                          request->offset, request->size, request->type, request->protect, NULL, 0);
}
#endif

static bool call(struct model_walk *walk, const struct request *request, struct model_want want)
{
    void *view = NULL;
    bool good;

#if MODEL_PLACEHOLDERS
    if (request->variant == MAP_NT)
        return call_nt(walk, request, want);
    if (request->variant == MAP3)
        view = call_map3(walk, request);
#endif
    if (request->variant == MAP_EX)
        view = MapViewOfFileEx(walk->sections[request->section].handle, access_of(request->protect),
                               0, (DWORD)request->offset, request->size, walk->base + request->at);
    good = model_judge(walk, want, view ? ERROR_SUCCESS : GetLastError());
    if (good && view != walk->base + request->at)
        model_fail(walk, "the view is at %#zx", (size_t)((char *)view - walk->base));
    return good;
}

static void run(struct model_walk *walk, const struct request *request)
{
    struct model_want want = want_of(walk, request);
    unsigned first = (unsigned)(request->at / MODEL_PAGE);
    struct model_allocation *view;

    model_say(walk, "%s(section %u, %#zx, offset %#zx, size %#zx, %#x, %#x)",
              variant_names[request->variant], request->section, request->at, request->offset,
              request->size, (unsigned)request->type, (unsigned)request->protect);
    if (!call(walk, request, want) || walk->failed)
        return;
    if (request->type & MEM_REPLACE_PLACEHOLDER)
        model_drop(walk, model_allocation_of(walk, first));
    view = model_make(walk, MODEL_VIEW, first, pages_of(request), request->protect);
    view->section = request->section;
    view->offset = (unsigned)(request->offset / MODEL_PAGE);
    view->replaced = request->type & MEM_REPLACE_PLACEHOLDER;
    model_check_page(walk, first, 0);
}

/* --- draws -------------------------------------------------------------------------- */

static ULONG draw_protection(struct model_walk *walk)
{
    static const ULONG good[] = {PAGE_READONLY,  PAGE_READONLY, PAGE_WRITECOPY,
                                 PAGE_WRITECOPY, PAGE_NOACCESS, PAGE_EXECUTE_READ};

    return model_chance(walk, 50) ? PAGE_READWRITE : good[model_random(walk, 6)];
}

static void spoil(struct model_walk *walk, struct request *request)
{
    bool knows_types = request->variant != MAP_EX;

    if (!model_chance(walk, 8))
        return;
    switch (model_random(walk, knows_types ? 6 : 4)) {
    case 0:
        request->at += model_chance(walk, 50) ? 1 : MODEL_PAGE / 2;
        break;
    case 1:
        request->offset += model_chance(walk, 50) ? 0xFFF : 1;
        break;
    case 2:
        request->offset = SECTION_SIZE + model_random(walk, 3) * (size_t)MODEL_SLOT;
        break;
    case 3:
        request->size = SECTION_SIZE - request->offset + 1 + model_random(walk, MODEL_SLOT);
        break;
    case 4:
        request->type |= model_chance(walk, 50) ? MEM_COMMIT : 0x40000000;
        break;
    default:
        request->protect = model_chance(walk, 50) ? 0 : PAGE_READONLY | PAGE_READWRITE;
        break;
    }
}

void model_map(struct model_walk *walk)
{
    struct request request = {.section = model_random(walk, 2)};
    unsigned page = model_random(walk, MODEL_PAGES);

    request.variant = (enum variant)(walk->options->old_calls ? MAP_EX : model_random(walk, 3));
    for (unsigned i = 0;
         i < 12 && walk->pages[page / MODEL_SLOT_PAGES * MODEL_SLOT_PAGES].allocation; i++)
        page = model_random(walk, MODEL_PAGES);
    request.at = page / MODEL_SLOT_PAGES * (size_t)MODEL_SLOT;
    request.offset = model_random(walk, 5) * (size_t)MODEL_SLOT;
    /* Wine 8 keeps wrong account of pieces that are committed here and there (6.4). */
    if (walk->options->old_calls)
        request.section = 0;
    if (model_chance(walk, 80)) {
        request.size = 1 + model_random(walk, (unsigned)(SECTION_SIZE - request.offset));
        if (model_chance(walk, 60) && request.size > MODEL_SLOT)
            request.size = 1 + request.size % MODEL_SLOT;
    }
    request.protect = draw_protection(walk);
    spoil(walk, &request);
    run(walk, &request);
}

void model_map_over(struct model_walk *walk)
{
    struct request request = {.type = MEM_REPLACE_PLACEHOLDER, .section = model_random(walk, 2)};
    int page = model_some_kind(walk, MODEL_PLACEHOLDER);
    struct model_span span = model_some_span(walk, true);
    unsigned n = model_count(span);

    request.variant = model_chance(walk, 50) ? MAP3 : MAP_NT;
    if (page >= 0 && model_chance(walk, 80)) {
        n = model_allocation_of(walk, (unsigned)page)->n;
        span.at = (size_t)page * MODEL_PAGE;
    }
    if (n > MODEL_SECTION)
        n = MODEL_SECTION;
    request.at = span.at;
    request.offset = model_random(walk, MODEL_SECTION - n + 1) * (size_t)MODEL_PAGE;
    request.size = (size_t)n * MODEL_PAGE;
    if (request.offset + request.size == SECTION_SIZE && model_chance(walk, 50))
        request.size = 0;
    if (request.size && model_chance(walk, 4))
        request.size -= model_chance(walk, 50) ? 1 : MODEL_PAGE / 2;
    request.protect = draw_protection(walk);
    spoil(walk, &request);
    run(walk, &request);
}

/* --- unmapping ---------------------------------------------------------------------- */

static struct model_want want_unmap(struct model_walk *walk, unsigned page, ULONG flags)
{
    const struct model_allocation *view = model_allocation_of(walk, page);

    if (flags & ~(ULONG)(MEM_UNMAP_WITH_TRANSIENT_BOOST | MEM_PRESERVE_PLACEHOLDER))
        return only(MODEL_INVALID, "4.10");
    if (!view || view->kind != MODEL_VIEW)
        return only(MODEL_NOT_MAPPED, "4.3 4.4 5.33");
    if ((flags & MEM_PRESERVE_PLACEHOLDER) && !view->replaced &&
        walk->options->plant != MODEL_PLANT_PRESERVE_PLAIN_VIEW)
        return (struct model_want){MODEL_CONFLICT, MODEL_NOT_MAPPED, "4.12 5.32", NULL};
    return only(MODEL_DONE, "4.1 4.2 5.30");
}

static bool call_unmap(struct model_walk *walk, char *address, ULONG flags, struct model_want want)
{
    BOOL gone = FALSE;

    (void)flags;
#if MODEL_PLACEHOLDERS
    if (!walk->options->old_calls && (flags || model_chance(walk, 50))) {
        switch (model_random(walk, 3)) {
        case 0:
            model_say(walk, " Nt");
            return model_judge_status(
                walk, want, (uint32_t)NtUnmapViewOfSectionEx(GetCurrentProcess(), address, flags));
        case 1:
            gone = UnmapViewOfFileEx(address, flags);
            break;
        default:
            gone = UnmapViewOfFile2(GetCurrentProcess(), address, flags);
            break;
        }
        return model_judge(walk, want, gone ? ERROR_SUCCESS : GetLastError());
    }
#endif
    gone = UnmapViewOfFile(address);
    return model_judge(walk, want, gone ? ERROR_SUCCESS : GetLastError());
}

void model_unmap(struct model_walk *walk)
{
    static const ULONG bad[] = {4, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER, 0x80000000u};
    int view = model_chance(walk, 75) ? model_some_kind(walk, MODEL_VIEW) : -1;
    unsigned page = view < 0 ? model_some_page(walk) : (unsigned)view, first, n, byte = 0;
    ULONG flags = 0;
    bool held;

    if (view >= 0 && model_chance(walk, 40))
        page += model_random(walk, model_allocation_of(walk, page)->n);
    if (model_chance(walk, 40))
        byte = model_random(walk, MODEL_PAGE);
    if (!walk->options->old_calls) {
        if (model_chance(walk, 60))
            flags = MEM_PRESERVE_PLACEHOLDER;
        if (model_chance(walk, 15))
            flags |= MEM_UNMAP_WITH_TRANSIENT_BOOST;
        if (model_chance(walk, 3))
            flags = bad[model_random(walk, 3)];
    }
    model_say(walk, "unmap(%#zx, %#x)", (size_t)page * MODEL_PAGE + byte, (unsigned)flags);
    if (!call_unmap(walk, walk->base + (size_t)page * MODEL_PAGE + byte, flags,
                    want_unmap(walk, page, flags)) ||
        walk->failed)
        return;
    held = flags & MEM_PRESERVE_PLACEHOLDER;
    first = model_allocation_of(walk, page)->first;
    n = model_allocation_of(walk, page)->n;
    model_drop(walk, model_allocation_of(walk, page));
    if (held)
        model_make(walk, MODEL_PLACEHOLDER, first, n, PAGE_NOACCESS);
    model_check_page(walk, first, 0);
}
