// SPDX-License-Identifier: MIT
/*
 * See placeholder_kit.h.
 */
#include "api/placeholder_kit.h"

#include <ctype.h>
#include <stdlib.h>

/* --- what a Windows can do ------------------------------------------------------------------ */

static bool can_replace(char *base)
{
    return allocate2(base, GRANULE, REPLACE | MEM_COMMIT, PAGE_READWRITE) == base &&
           VirtualFree(base, GRANULE, PRESERVE);
}

static bool can_view(char *base)
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    bool can = replace_view(section, base, 0, GRANULE) == base &&
               UnmapViewOfFile2(GetCurrentProcess(), base, MEM_PRESERVE_PLACEHOLDER);

    drop(section, NULL);
    return can;
}

static bool can_release_parts(void)
{
    char *base = (char *)VirtualAlloc(NULL, 2 * PAGE, BOTH, PAGE_READWRITE);
    PVOID part = base + PAGE;
    SIZE_T size = PAGE;
    bool can = NT_SUCCESS(NtFreeVirtualMemory(GetCurrentProcess(), &part, &size, MEM_RELEASE));

    VirtualFree(base, 0, MEM_RELEASE);
    return can;
}

/* A placeholder of two parts, which is what all of it is tried on. */
static bool try_it(enum can what)
{
    char *base;
    bool can;

    if (what == CAN_RELEASE_PARTS)
        return can_release_parts();
    base = (char *)allocate2(NULL, 2 * GRANULE, PLACEHOLDER, PAGE_NOACCESS);
    can = base && VirtualFree(base, GRANULE, PRESERVE);
    if (can && what == CAN_REPLACE)
        can = can_replace(base);
    if (can && what == CAN_VIEW)
        can = can_view(base);
    if (can && what == CAN_COALESCE)
        can = VirtualFree(base, 2 * GRANULE, COALESCE);
    if (base) {
        UnmapViewOfFile(base);
        VirtualFree(base, 0, MEM_RELEASE);
        VirtualFree(base + GRANULE, 0, MEM_RELEASE);
    }
    return can;
}

void needs(enum can what)
{
    /* Here they must work: only a case that runs elsewhere may ask. */
    if (test_on_windows() && !try_it(what))
        win_skip("this Windows cannot do that (%d)", (int)what);
}

/* --- making and changing them --------------------------------------------------------------- */

void *allocate2(void *base, SIZE_T size, ULONG type, ULONG protect)
{
    return VirtualAlloc2(GetCurrentProcess(), base, size, type, protect, NULL, 0);
}

char *placeholder_at(void *place, SIZE_T n_pages)
{
    char *base = (char *)allocate2(place, n_pages * PAGE, PLACEHOLDER, PAGE_NOACCESS);

    require(base != NULL, "no placeholder: error %u", (unsigned)GetLastError());
    return base;
}

char *new_placeholder(SIZE_T n_pages)
{
    return placeholder_at(NULL, n_pages);
}

char *replace_pages(char *base, SIZE_T n_pages)
{
    void *memory = allocate2(base, n_pages * PAGE, REPLACE | MEM_COMMIT, PAGE_READWRITE);

    require(memory == base, "not replaced: %p, error %u", memory, (unsigned)GetLastError());
    return base;
}

void replace_reserved(char *base, SIZE_T n_pages)
{
    void *memory = allocate2(base, n_pages * PAGE, REPLACE, PAGE_READWRITE);

    require(memory == base, "not replaced: %p, error %u", memory, (unsigned)GetLastError());
}

void preserve_pages(char *base, SIZE_T n_pages)
{
    ok_succeeds(VirtualFree(base, n_pages * PAGE, PRESERVE));
}

void coalesce_pages(char *base, SIZE_T n_pages)
{
    ok_succeeds(VirtualFree(base, n_pages * PAGE, COALESCE));
}

void release(void *base)
{
    ok_succeeds(VirtualFree(base, 0, MEM_RELEASE));
}

void *replace_view(HANDLE section, void *base, ULONG64 offset, SIZE_T size)
{
    return MapViewOfFile3(section, GetCurrentProcess(), base, offset, size, MEM_REPLACE_PLACEHOLDER,
                          PAGE_READWRITE, NULL, 0);
}

char *view_pages(HANDLE section, char *base, SIZE_T first_page, SIZE_T n_pages)
{
    void *view = replace_view(section, base, first_page * PAGE, n_pages * PAGE);

    require(view == base, "not mapped: %p, error %u", view, (unsigned)GetLastError());
    return base;
}

void restore_view(void *base)
{
    ok_succeeds(UnmapViewOfFile2(GetCurrentProcess(), base, MEM_PRESERVE_PLACEHOLDER));
}

NTSTATUS nt_free(void *base, SIZE_T size, ULONG type)
{
    PVOID address = base;
    SIZE_T bytes = size;
    NTSTATUS status = NtFreeVirtualMemory(GetCurrentProcess(), &address, &bytes, type);

    if (!NT_SUCCESS(status)) {
        ok_ptr_eq(address, base);
        ok_eq(bytes, size);
    }
    return status;
}

NTSTATUS nt_allocate(void *base, SIZE_T size, ULONG type, ULONG protect)
{
    PVOID address = base;
    SIZE_T bytes = size;
    NTSTATUS status =
        NtAllocateVirtualMemoryEx(GetCurrentProcess(), &address, &bytes, type, protect, NULL, 0);

    if (!NT_SUCCESS(status)) {
        ok_ptr_eq(address, base);
        ok_eq(bytes, size);
    }
    return status;
}

/* --- what a range is made of ---------------------------------------------------------------- */

struct look {
    DWORD state, type, protect, allocation_protect;
};

static struct look look_of(char kind)
{
    switch (kind) {
    case 'P':
        return (struct look){MEM_RESERVE, MEM_PRIVATE, 0, PAGE_NOACCESS};
    case 'R':
        return (struct look){MEM_RESERVE, MEM_PRIVATE, 0, PAGE_READWRITE};
    case 'M':
        return (struct look){MEM_COMMIT, MEM_PRIVATE, PAGE_READWRITE, PAGE_READWRITE};
    case 'V':
        return (struct look){MEM_COMMIT, MEM_MAPPED, PAGE_READWRITE, PAGE_READWRITE};
    case 'v':
        return (struct look){MEM_RESERVE, MEM_MAPPED, 0, PAGE_READWRITE};
    default:
        require(kind == 'F', "no such kind: '%c'", kind);
        return (struct look){MEM_FREE, 0, PAGE_NOACCESS, 0};
    }
}

static void check_piece(const char *file, int line, const char *at, const char *allocation,
                        char kind, SIZE_T n_pages)
{
    MEMORY_BASIC_INFORMATION info = {.RegionSize = 0};
    struct look look = look_of(kind);
    SIZE_T size = n_pages * PAGE;
    bool as_large, same;

    VirtualQuery(at, &info, sizeof(info));
    /* What is free may go on behind the range. */
    as_large = kind == 'F' ? info.RegionSize >= size : info.RegionSize == size;
    same = info.State == look.state && info.Type == look.type && info.Protect == look.protect &&
           info.AllocationProtect == look.allocation_protect &&
           info.AllocationBase == (kind == 'F' ? NULL : allocation);
    test_ok(file, line, as_large && same, "the layout is as wanted",
            "%c%zu at %p: state 0x%x, type 0x%x, protect 0x%x, allocated at %p for 0x%x, %zu pages",
            kind, (size_t)n_pages, (const void *)at, (unsigned)info.State, (unsigned)info.Type,
            (unsigned)info.Protect, info.AllocationBase, (unsigned)info.AllocationProtect,
            (size_t)(info.RegionSize / PAGE));
}

void check_layout(const char *file, int line, const char *base, const char *want)
{
    const char *allocation = base;
    bool inside = false;

    while (*want) {
        char *end, kind = *want++;

        if (kind == ' ')
            continue;
        if (kind == '(' || kind == ')') {
            inside = kind == '(';
            allocation = base;
            continue;
        }
        if (!inside)
            allocation = base;
        check_piece(file, line, base, allocation, kind, strtoul(want, &end, 10));
        base += strtoul(want, &end, 10) * PAGE;
        want = end;
    }
}
