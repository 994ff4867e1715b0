// SPDX-License-Identifier: MIT
/*
 * VirtualQuery from the lowest address to the top, over memory of everybody: it ends, it tiles the
 * address space, and it agrees with /proc/self/maps, while other threads map and unmap. All that
 * those do lies in slots of their own. Who changes a slot counts that before and after; so a region
 * must agree when nothing has happened in the slots that it touches.
 */
#ifndef _WIN32
#    include "api/api.h"

#    include <errno.h>
#    include <linux/filter.h>
#    include <linux/seccomp.h>
#    include <stdatomic.h>
#    include <stddef.h>
#    include <stdio.h>
#    include <stdlib.h>
#    include <string.h>
#    include <sys/mman.h>
#    include <sys/personality.h>
#    include <sys/prctl.h>
#    include <sys/syscall.h>
#    include <unistd.h>

#    ifndef MAP_FIXED_NOREPLACE
#        define MAP_FIXED_NOREPLACE 0x100000
#    endif

#    define N_WORKERS  3u
#    define N_SLOTS    24u /* of each */
#    define SLOT_SIZE  (16 * GRANULE)
#    define SLOT_PAGES (SLOT_SIZE / PAGE)

/* --- walking ------------------------------------------------------------------------- */

struct walk {
    MEMORY_BASIC_INFORMATION *regions;
    unsigned count, room;
};

static uint64_t base_of(const MEMORY_BASIC_INFORMATION *info)
{
    return (uint64_t)info->BaseAddress;
}

static uint64_t end_of(const MEMORY_BASIC_INFORMATION *info)
{
    return (uint64_t)info->BaseAddress + info->RegionSize;
}

static uint64_t user_end(void)
{
    SYSTEM_INFO system;

    GetSystemInfo(&system);
    return (uint64_t)system.lpMaximumApplicationAddress + 1;
}

/* Every region has a size, begins where the last one ended, and says nothing impossible. */
static bool is_sound(const MEMORY_BASIC_INFORMATION *info, uint64_t address)
{
    DWORD type = info->Type, state = info->State;

    if (base_of(info) != address || info->RegionSize == 0 || info->RegionSize % PAGE)
        return false;
    if (state == MEM_FREE)
        return !info->AllocationBase && info->Protect == PAGE_NOACCESS && type == 0 &&
               info->AllocationProtect == 0;
    return (type == MEM_PRIVATE || type == MEM_MAPPED || type == MEM_IMAGE) &&
           (state == MEM_COMMIT || state == MEM_RESERVE) &&
           (state == MEM_COMMIT) == (info->Protect != 0) && info->AllocationProtect != 0 &&
           (uint64_t)info->AllocationBase <= address;
}

static void walk_all(struct walk *walk)
{
    MEMORY_BASIC_INFORMATION info;
    uint64_t address = 0;

    walk->count = 0;
    while (VirtualQuery((void *)address, &info, sizeof(info))) {
        require(is_sound(&info, address), "at %#llx: base %p, size %#llx, state %#x, type %#x",
                (unsigned long long)address, info.BaseAddress, (unsigned long long)info.RegionSize,
                (unsigned)info.State, (unsigned)info.Type);
        if (walk->count == walk->room) {
            walk->room = walk->room ? 2 * walk->room : 1024;
            walk->regions = realloc(walk->regions, walk->room * sizeof(*walk->regions));
            require(walk->regions != NULL);
        }
        walk->regions[walk->count++] = info;
        address = end_of(&info);
    }
    require(GetLastError() == ERROR_INVALID_PARAMETER, "error %u at %#llx",
            (unsigned)GetLastError(), (unsigned long long)address);
    require(address >= user_end(), "it ends at %#llx", (unsigned long long)address);
}

/* --- the kernel's list --------------------------------------------------------------- */

struct mapping {
    unsigned long long start, end, inode;
    char mode[5];
};

struct maps {
    char *text;
    size_t room;
    struct mapping *mappings;
    unsigned count, n_room;
};

/* One line after the other, into memory that was there before. */
static void read_maps(struct maps *maps)
{
    FILE *file = fopen("/proc/self/maps", "re");

    require(file != NULL);
    for (maps->count = 0; getline(&maps->text, &maps->room, file) > 0; maps->count++) {
        struct mapping *mapping;

        if (maps->count == maps->n_room) {
            maps->n_room = maps->n_room ? 2 * maps->n_room : 1024;
            maps->mappings = realloc(maps->mappings, maps->n_room * sizeof(*maps->mappings));
            require(maps->mappings != NULL);
        }
        mapping = &maps->mappings[maps->count];
        require(sscanf(maps->text, "%llx-%llx %4s %*x %*x:%*x %llu", &mapping->start, &mapping->end,
                       mapping->mode, &mapping->inode) == 4);
    }
    fclose(file);
}

/* What the kernel must say of a page with that protection; '?' for either. */
static const char *mode_of(const MEMORY_BASIC_INFORMATION *info)
{
    DWORD protect = info->Protect & 0xFF;

    if (info->State == MEM_RESERVE && info->Type == MEM_MAPPED)
        return "??"; /* what is not committed of a section is behind its end */
    if (info->State == MEM_RESERVE || (info->Protect & PAGE_GUARD) || protect == PAGE_NOACCESS)
        return "--";
    if (protect == PAGE_READONLY || protect == PAGE_EXECUTE_READ)
        return "r-";
    if (protect == PAGE_EXECUTE)
        return "?-";
    return "rw";
}

static bool agrees_with(const MEMORY_BASIC_INFORMATION *info, const struct mapping *mapping)
{
    const char *mode = mode_of(info);

    for (unsigned i = 0; i < 2; i++) {
        if (mode[i] != '?' && mode[i] != mapping->mode[i])
            return false;
    }
    if (info->Type == MEM_PRIVATE && mapping->mode[3] == 's')
        return false;
    return mode[0] == '?' || (info->Protect >= PAGE_EXECUTE && info->Protect < PAGE_GUARD) ==
                                 (mapping->mode[2] == 'x');
}

/* The region is mapped whole, as it says, or not at all. */
static bool agrees(const MEMORY_BASIC_INFORMATION *info, const struct maps *maps)
{
    uint64_t at = base_of(info);

    for (unsigned i = 0; i < maps->count && at < end_of(info); i++) {
        const struct mapping *mapping = &maps->mappings[i];

        if (mapping->end <= at)
            continue;
        if (info->State == MEM_FREE)
            return mapping->start >= end_of(info);
        if (mapping->start > at || !agrees_with(info, mapping))
            return false;
        at = mapping->end;
    }
    return info->State == MEM_FREE || at >= end_of(info);
}

/* --- what others do ------------------------------------------------------------------ */

struct slot {
    char *base;
    _Atomic unsigned changes; /* odd: it is being changed */
    bool is_mapped, is_view, is_ours;
    unsigned n_pieces; /* placeholders that it is cut into */
};

static struct slot slots[N_WORKERS][N_SLOTS];
static _Atomic bool stop;
static HANDLE section;

static void empty(struct slot *slot)
{
    if (!slot->is_mapped)
        return;
    if (slot->is_view)
        require(UnmapViewOfFile(slot->base));
    else if (!slot->is_ours)
        require(munmap(slot->base, SLOT_SIZE) == 0);
    else if (slot->n_pieces == 0)
        require(VirtualFree(slot->base, 0, MEM_RELEASE));
    for (unsigned i = 0; i < slot->n_pieces; i++)
        require(VirtualFree(slot->base + i * (SLOT_SIZE / slot->n_pieces), 0, MEM_RELEASE));
    slot->is_mapped = slot->is_view = slot->is_ours = false;
    slot->n_pieces = 0;
}

static void map_foreign(struct slot *slot, unsigned random)
{
    int kind = random & 1 ? MAP_PRIVATE : MAP_SHARED;

    require(mmap(slot->base, SLOT_SIZE, random & 2 ? PROT_READ : PROT_READ | PROT_WRITE,
                 kind | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == slot->base);
    require(mprotect(slot->base + random % 5 * GRANULE, (1 + random % 7) * PAGE, PROT_NONE) == 0);
}

static void map_private(struct slot *slot, unsigned random)
{
    DWORD old;

    require(VirtualAlloc(slot->base, SLOT_SIZE, MEM_RESERVE, PAGE_READWRITE) == slot->base);
    require(VirtualAlloc(slot->base + random % 4 * GRANULE, 3 * PAGE, MEM_COMMIT, PAGE_READWRITE) !=
            NULL);
    require(VirtualProtect(slot->base + random % 4 * GRANULE + PAGE, PAGE, PAGE_READONLY, &old));
    slot->is_ours = true;
}

static void map_view(struct slot *slot, unsigned random)
{
    DWORD access = random & 1 ? FILE_MAP_READ : random & 2 ? FILE_MAP_COPY : FILE_MAP_WRITE;

    require(MapViewOfFileEx(section, access, 0, 0, SLOT_SIZE - random % 3 * PAGE, slot->base) ==
            slot->base);
    slot->is_view = true;
}

static void map_placeholders(struct slot *slot, unsigned random)
{
    SIZE_T piece = SLOT_SIZE / (slot->n_pieces = 1u << random % 4);

    require(VirtualAlloc2(NULL, slot->base, SLOT_SIZE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER,
                          PAGE_NOACCESS, NULL, 0) == slot->base);
    for (unsigned i = 0; i + 1 < slot->n_pieces; i++)
        require(VirtualFree(slot->base + i * piece, piece, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER));
    slot->is_ours = true;
}

static void change(struct slot *slot, unsigned random)
{
    static void (*const ways[])(struct slot * slot, unsigned random) = {map_foreign, map_private,
                                                                        map_view, map_placeholders};

    atomic_fetch_add(&slot->changes, 1);
    if (slot->is_mapped) {
        empty(slot);
    } else {
        ways[random % 4](slot, random / 4);
        slot->is_mapped = true;
    }
    atomic_fetch_add(&slot->changes, 1);
}

static void work(void *context)
{
    struct slot *own = context;
    unsigned random = (unsigned)((uint64_t)own[0].base >> 20);

    while (!atomic_load(&stop)) {
        random = random * 1664525u + 1013904223u;
        change(&own[(random >> 8) % N_SLOTS], random >> 13);
    }
}

static void make_slots(void)
{
    char *base = free_place((N_WORKERS * N_SLOTS + 2) * SLOT_SIZE);

    section = new_section(NULL, PAGE_READWRITE, SLOT_SIZE);
    /* Worker by worker, slot by slot: neighbours are changed by different threads. */
    for (unsigned i = 0; i < N_WORKERS * N_SLOTS; i++)
        slots[i % N_WORKERS][i / N_WORKERS].base = base + (i + 1) * SLOT_SIZE;
}

static void drop_slots(void)
{
    for (unsigned i = 0; i < N_WORKERS * N_SLOTS; i++)
        empty(&slots[i % N_WORKERS][i / N_WORKERS]);
    drop(section, NULL);
}

/* --- the comparison ------------------------------------------------------------------ */

static void note_changes(unsigned *changes)
{
    for (unsigned i = 0; i < N_WORKERS * N_SLOTS; i++)
        changes[i] = atomic_load(&slots[i % N_WORKERS][i / N_WORKERS].changes);
}

/* Whether somebody may have changed it, or what it ends at, while it was looked at. */
static bool is_disturbed(const MEMORY_BASIC_INFORMATION *info, const unsigned *before,
                         const unsigned *after)
{
    for (unsigned i = 0; i < N_WORKERS * N_SLOTS; i++) {
        uint64_t start = (uint64_t)slots[i % N_WORKERS][i / N_WORKERS].base;

        if ((before[i] != after[i] || before[i] % 2) && base_of(info) <= start + SLOT_SIZE &&
            start <= end_of(info))
            return true;
    }
    return false;
}

static const MEMORY_BASIC_INFORMATION *same_in(const struct walk *walk,
                                               const MEMORY_BASIC_INFORMATION *info)
{
    for (unsigned i = 0; i < walk->count; i++) {
        if (memcmp(&walk->regions[i], info, sizeof(*info)) == 0)
            return info;
    }
    return NULL;
}

/* Memory that the C library, or a sanitizer, gives out or takes back at any moment. */
static bool is_stable(const MEMORY_BASIC_INFORMATION *info)
{
    uint64_t first = (uint64_t)slots[0][0].base - SLOT_SIZE;
    uint64_t last = first + (N_WORKERS * N_SLOTS + 2) * SLOT_SIZE;

    return base_of(info) >= first && end_of(info) <= last;
}

static unsigned compare_once(struct walk *first, struct maps *maps, struct walk *second)
{
    unsigned before[N_WORKERS * N_SLOTS], after[N_WORKERS * N_SLOTS], n_compared = 0;

    note_changes(before);
    walk_all(first);
    read_maps(maps);
    walk_all(second);
    note_changes(after);
    for (unsigned i = 0; i < first->count; i++) {
        const MEMORY_BASIC_INFORMATION *info = &first->regions[i];

        if (is_disturbed(info, before, after))
            continue;
        if (!same_in(second, info)) {
            ok(!is_stable(info), "region %p, %#llx bytes, is another one the second time",
               info->BaseAddress, (unsigned long long)info->RegionSize);
            continue;
        }
        n_compared++;
        ok(agrees(info, maps), "region %p, %#llx bytes, state %#x, protection %#x, type %#x",
           info->BaseAddress, (unsigned long long)info->RegionSize, (unsigned)info->State,
           (unsigned)info->Protect, (unsigned)info->Type);
    }
    return n_compared;
}

static void compare(unsigned rounds)
{
    struct walk first = {.count = 0}, second = {.count = 0};
    struct test_thread workers[N_WORKERS];
    struct maps maps = {.count = 0};
    unsigned n_compared = 0;

    make_slots();
    ok(compare_once(&first, &maps, &second) > 20); /* nothing happens yet */
    for (unsigned i = 0; i < N_WORKERS; i++)
        test_thread_start(&workers[i], work, slots[i]);
    for (unsigned i = 0; i < rounds; i++)
        n_compared += compare_once(&first, &maps, &second);
    atomic_store(&stop, true);
    for (unsigned i = 0; i < N_WORKERS; i++)
        test_thread_join(&workers[i]);
    ok(n_compared > 10 * rounds, "%u in %u rounds", n_compared, rounds);
    ok(compare_once(&first, &maps, &second) > 20);
    drop_slots();
    free(first.regions);
    free(second.regions);
    free(maps.mappings);
    free(maps.text);
}

static unsigned some_rounds(void)
{
    return test_slowness() > 1 ? 5 : 40;
}

TEST_DEADLINE(a_walk_agrees_with_the_kernel, "8.1 8.22 8.24 8.25", 120)
{
    compare(some_rounds());
}

/* The kernel's own query is not there, as before Linux 6.11. */
static void refuse_map_query(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ioctl, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0xC0686611u, 0, 1), /* PROCMAP_QUERY */
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOTTY),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

    require(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        skip("no seccomp filter");
}

TEST_DEADLINE(a_walk_agrees_by_the_text_alone, "8.1 8.22 8.24 8.25", 120)
{
#    ifdef __SANITIZE_THREAD__
    skip("the sanitizer maps memory meanwhile");
#    endif
    refuse_map_query();
    compare(some_rounds() / 3 + 1);
}

/* --- what is free -------------------------------------------------------------------- */

TEST(what_is_told_free_can_be_allocated, "8.1")
{
    char *views[3];
    struct walk walk = {.count = 0};
    unsigned n = 0;

    section = new_section(NULL, PAGE_READWRITE, 3 * GRANULE);
    for (unsigned i = 0; i < 3; i++)
        require((views[i] = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0)) != NULL);
    drop(NULL, views[1]); /* its place may be kept for the next of its size */
    walk_all(&walk);
    for (unsigned i = 0; i < walk.count; i++) {
        uint64_t base = (base_of(&walk.regions[i]) + GRANULE - 1) & ~(uint64_t)(GRANULE - 1);
        void *memory;

        if (base < GRANULE)
            base = GRANULE;
        if (walk.regions[i].State != MEM_FREE || base + GRANULE > end_of(&walk.regions[i]))
            continue;
        memory = VirtualAlloc((void *)base, GRANULE, MEM_RESERVE, PAGE_READWRITE);
        ok(memory != NULL, "nothing can be at %#llx: error %u", (unsigned long long)base,
           (unsigned)GetLastError());
        if (memory)
            ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
        n++;
    }
    ok(n >= 5, "%u places", n);
    drop(NULL, views[0]);
    drop(section, views[2]);
    free(walk.regions);
}

/* And what is not told free cannot. */
TEST(what_is_mapped_is_respected, "8.1 7.4")
{
    void *memory = mmap(NULL, 3 * GRANULE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    void *inside = (void *)(((uint64_t)memory + GRANULE) & ~(uint64_t)(GRANULE - 1));
    MEMORY_BASIC_INFORMATION info;

    require(memory != MAP_FAILED);
    require(VirtualQuery(inside, &info, sizeof(info)) == sizeof(info));
    ok_eq(info.State, MEM_RESERVE);
    ok_eq(info.Type, MEM_PRIVATE);
    ok_fails(VirtualAlloc(inside, GRANULE, MEM_RESERVE, PAGE_READWRITE), ERROR_INVALID_ADDRESS);
    munmap(memory, 3 * GRANULE);
}

/* --- memory of others ---------------------------------------------------------------- */

/* Two kernel mappings of one object that are alike are one region, and are told as one. */
TEST(neighbours_in_an_image_are_one_region, "8.1 8.23")
{
    struct walk walk = {.count = 0};
    unsigned n_images = 0;

    walk_all(&walk);
    for (unsigned i = 0; i + 1 < walk.count; i++) {
        const MEMORY_BASIC_INFORMATION *a = &walk.regions[i], *b = a + 1;

        n_images += a->Type == MEM_IMAGE;
        ok(a->Type != MEM_IMAGE || a->AllocationBase != b->AllocationBase ||
               a->Protect != b->Protect,
           "%p and %p", a->BaseAddress, b->BaseAddress);
    }
    ok(n_images > 8);
    free(walk.regions);
}

/* --- the top ------------------------------------------------------------------------- */

CHILD(top_walker)
{
    struct walk walk = {.count = 0};
    MEMORY_BASIC_INFORMATION info;
    char local = 0;

    (void)argc;
    (void)argv;
    walk_all(&walk);
    require(VirtualQuery(&local, &info, sizeof(info)) == sizeof(info));
    ok(same_in(&walk, &walk.regions[walk.count - 1]) != NULL);
    ok_eq(info.State, MEM_COMMIT);
    ok_eq(info.Type, MEM_PRIVATE);
    /* Whatever lies at the top, beyond it nothing can be asked. */
    ok_fails(VirtualQuery((void *)end_of(&walk.regions[walk.count - 1]), &info, sizeof(info)),
             ERROR_INVALID_PARAMETER);
    ok_fails(VirtualQuery((void *)0x7FFFFFFFF000ull, &info, sizeof(info)), ERROR_INVALID_PARAMETER);
    ok_fails(VirtualQuery((void *)0xFFFFFFFFFF600000ull, &info, sizeof(info)),
             ERROR_INVALID_PARAMETER);
    ok_fails(VirtualQuery((void *)UINT64_MAX, &info, sizeof(info)), ERROR_INVALID_PARAMETER);
    free(walk.regions);
    return 0;
}

/* Where nothing is placed at random, the stack lies at the very top. */
TEST(a_walk_ends_above_a_stack_at_the_top, "8.24 8.25")
{
    struct test_child child;

    require(personality(ADDR_NO_RANDOMIZE) != -1);
    require(test_child_start(&child, "top_walker"));
    ok_eq(test_child_wait(&child, SOON), 0);
    require(personality(0) != -1);
    require(test_child_start(&child, "top_walker"));
    ok_eq(test_child_wait(&child, SOON), 0);
}
#endif
