// SPDX-License-Identifier: MIT
/*
 * The slots of a shared fence's page (see fence-page.h): what queues announce, and what is lost
 * with who announced it.
 *
 * A slot is claimed by writing a thread's id into its owner word; the thread's robust list makes
 * the kernel mark the word when it dies. The links of that list follow the word: so its page is
 * mapped a second time, with a page of private memory behind it.
 */
#include <errno.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/mman.h>

#include "d3d12/fence/fence-page.h"
#include "os/os.h"

/* The kernel's links are 16 bytes behind the owner word: in the next page (os/robust.h). */
_Static_assert(offsetof(struct nt_d3d_fence_slot, owner) + 16 == sizeof(struct nt_d3d_fence_slot),
               "the owner word ends its page");

static struct nt_d3d_fence_slot *slot_at(void *slot_page)
{
    return (struct nt_d3d_fence_slot *)((char *)slot_page + NT_PAGE_SIZE -
                                        sizeof(struct nt_d3d_fence_slot));
}

static struct nt_d3d_fence_slot *slot_of(const struct nt_d3d_fence_map *map, unsigned slot)
{
    return slot_at((char *)map->page + (size_t)(1 + slot) * NT_PAGE_SIZE);
}

static bool is_living(uint32_t owner)
{
    return (owner & FUTEX_TID_MASK) && !(owner & FUTEX_OWNER_DIED);
}

static bool is_dead(uint32_t owner)
{
    return owner & FUTEX_OWNER_DIED;
}

/* The slot's page at an address of its own, with private memory behind it. */
static int map_slot(const struct nt_d3d_fence_map *map, unsigned slot, void **ret_pages)
{
    uint64_t offset = (uint64_t)(1 + slot) * NT_PAGE_SIZE;
    void *pages, *same;
    int r = nt_os_map(NULL, 2 * (size_t)NT_PAGE_SIZE, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0, &pages);

    if (r < 0)
        return r;
    r = nt_os_map(pages, NT_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, map->fd,
                  offset, &same);
    if (r < 0) {
        (void)nt_os_unmap(pages, 2 * (size_t)NT_PAGE_SIZE);
        return r;
    }
    *ret_pages = pages;
    return 0;
}

/* So many slots were ever claimed: nobody looks at the others. */
static unsigned count_slots(const struct nt_d3d_fence_map *map)
{
    uint32_t n = atomic_load(&map->page->slots);

    return n < NT_D3D_FENCE_SLOTS ? n : NT_D3D_FENCE_SLOTS;
}

static void raise_slots(struct nt_d3d_fence_map *map, uint32_t n)
{
    uint32_t before = atomic_load(&map->page->slots);

    while (before < n && !atomic_compare_exchange_weak(&map->page->slots, &before, n))
        ;
}

/* The calling thread's word, if it still says @before. */
static int take_word(struct nt_d3d_fence_map *map, _Atomic uint32_t *word, uint32_t before)
{
    int r = nt_robust_begin(word);

    if (r < 0)
        return r;
    if (atomic_compare_exchange_strong(word, &before, nt_os_tid() | FUTEX_WAITERS)) {
        NT_D3D_FENCE_STEP("slot taken");
        map->robust = (struct nt_robust){.word = word};
        nt_robust_add(&map->robust);
        NT_D3D_FENCE_STEP("slot linked");
    } else {
        r = -EAGAIN;
    }
    nt_robust_end();
    return r;
}

/* Takes the slot if its owner word still says @before. */
static int take_slot(struct nt_d3d_fence_map *map, unsigned slot, uint32_t before)
{
    void *pages;
    int r = map_slot(map, slot, &pages);

    if (r < 0)
        return r;
    raise_slots(map, slot + 1);
    NT_D3D_FENCE_STEP("slots counted");
    r = take_word(map, &slot_at(pages)->owner, before);
    if (r < 0) {
        (void)nt_os_unmap(pages, 2 * (size_t)NT_PAGE_SIZE);
        return r;
    }
    map->slot = (int)slot;
    map->slot_pages = pages;
    return 0;
}

/* A dead owner's slot: what it announced is a loss for who has not seen it die. */
static void inherit(struct nt_d3d_fence_map *map)
{
    struct nt_d3d_fence_slot *mine = slot_at(map->slot_pages);
    uint64_t announced = atomic_load(&mine->announced);

    atomic_store(&mine->certain, 0);
    NT_D3D_FENCE_STEP("inherits");
    if (announced) {
        atomic_store(&mine->lost, announced);
        NT_D3D_FENCE_STEP("inherits a loss");
        atomic_fetch_add(&mine->losses, 1);
        NT_D3D_FENCE_STEP("counted the loss");
        atomic_store(&mine->announced, 0);
    }
    NT_D3D_FENCE_STEP("nearly inherited");
    atomic_fetch_add(&mine->heirs, 1);
    NT_D3D_FENCE_STEP("inherited");
    nt_d3d_fence_map_wake(map);
}

int nt_d3d_fence_map_claim(struct nt_d3d_fence_map *map)
{
    int r = -EBUSY;

    for (unsigned i = 0; i < 2 * NT_D3D_FENCE_SLOTS; i++) {
        unsigned slot = i % NT_D3D_FENCE_SLOTS;
        uint32_t owner = atomic_load(&slot_of(map, slot)->owner);

        /* First those that nobody ever had: the dead ones still tell what was lost. */
        if (i < NT_D3D_FENCE_SLOTS ? owner != 0 : !is_dead(owner))
            continue;
        r = take_slot(map, slot, owner);
        if (r == 0 && is_dead(owner))
            inherit(map);
        else if (r == 0)
            nt_d3d_fence_map_wake(map); /* so that they sleep on the owner word as well */
        if (r != -EAGAIN)
            return r;
        r = -EBUSY;
    }
    return r;
}

void nt_d3d_fence_map_unclaim(struct nt_d3d_fence_map *map)
{
    struct nt_d3d_fence_slot *mine = slot_at(map->slot_pages);

    (void)nt_robust_begin(&mine->owner); /* this thread has begun before */
    atomic_store(&mine->certain, 0);
    atomic_store(&mine->announced, 0);
    NT_D3D_FENCE_STEP("nothing announced");
    nt_robust_remove(&map->robust);
    NT_D3D_FENCE_STEP("slot unlinked");
    atomic_store(&mine->owner, 0);
    NT_D3D_FENCE_STEP("slot free");
    nt_robust_end();
    (void)nt_os_unmap(map->slot_pages, 2 * (size_t)NT_PAGE_SIZE);
    map->slot_pages = NULL;
    map->slot = -1;
}

void nt_d3d_fence_map_announce(struct nt_d3d_fence_map *map, uint64_t highest, uint64_t certain)
{
    struct nt_d3d_fence_slot *mine;

    if (map->slot < 0 || map->has_lost)
        return;
    mine = slot_of(map, (unsigned)map->slot);
    if (atomic_load(&mine->announced) != highest)
        atomic_store(&mine->announced, highest);
    NT_D3D_FENCE_STEP("announced");
    if (atomic_load(&mine->certain) != certain)
        atomic_store(&mine->certain, certain);
}

void nt_d3d_fence_map_lose(struct nt_d3d_fence_map *map)
{
    struct nt_d3d_fence_slot *mine;

    if (map->slot < 0 || map->has_lost)
        return;
    map->has_lost = true;
    mine = slot_of(map, (unsigned)map->slot);
    atomic_store(&mine->certain, 0);
    if (!atomic_load(&mine->announced))
        return;
    NT_D3D_FENCE_STEP("loses");
    atomic_store(&mine->lost, atomic_load(&mine->announced));
    NT_D3D_FENCE_STEP("lost");
    atomic_fetch_add(&mine->losses, 1);
    NT_D3D_FENCE_STEP("lost and counted");
    atomic_store(&mine->announced, 0);
    nt_d3d_fence_map_wake(map);
}

/* --- what others announced --------------------------------------------------------------- */

static uint64_t max(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* The highest value that slot @i lost since the last look. */
static uint64_t look_at(struct nt_d3d_fence_map *map, unsigned i)
{
    struct nt_d3d_fence_slot *slot = slot_of(map, i);
    struct nt_d3d_fence_seen *seen = &map->seen[i];
    uint32_t losses = atomic_load(&slot->losses);
    uint32_t heirs = atomic_load(&slot->heirs);
    uint64_t announced = atomic_load(&slot->announced);
    uint64_t lost = 0;

    if (losses != seen->losses) {
        if (!seen->is_counted || losses - seen->losses > 1)
            lost = atomic_load(&slot->lost);
        seen->losses = losses;
        seen->is_counted = false;
    }
    if (heirs != seen->heirs)
        seen->is_dead = false;
    seen->heirs = heirs;
    /* With no heir meanwhile, @announced is what the dead one said. */
    if (seen->is_dead || !is_dead(atomic_load(&slot->owner)) ||
        atomic_load(&slot->heirs) != heirs || atomic_load(&slot->losses) != losses)
        return lost;
    seen->is_dead = true;
    seen->is_counted = announced != 0;
    /* The kernel wakes one of those who sleep on the owner word. */
    nt_d3d_fence_map_wake(map);
    return max(lost, announced);
}

uint64_t nt_d3d_fence_map_losses(struct nt_d3d_fence_map *map)
{
    unsigned n = count_slots(map);
    uint64_t lost = 0;

    for (unsigned i = 0; i < n; i++)
        lost = max(lost, look_at(map, i));
    return lost;
}

bool nt_d3d_fence_map_is_certain(const struct nt_d3d_fence_map *map, uint64_t value)
{
    unsigned n = count_slots(map);

    for (unsigned i = 0; i < n; i++) {
        struct nt_d3d_fence_slot *slot = slot_of(map, i);

        if (is_living(atomic_load(&slot->owner)) && atomic_load(&slot->certain) >= value)
            return true;
    }
    return false;
}

_Atomic uint32_t *nt_d3d_fence_map_owner(const struct nt_d3d_fence_map *map, unsigned slot,
                                         uint32_t *ret_owner)
{
    struct nt_d3d_fence_slot *theirs;

    if (slot >= count_slots(map))
        return NULL;
    theirs = slot_of(map, slot);
    *ret_owner = atomic_load(&theirs->owner);
    if ((int)slot == map->slot)
        return NULL;
    if (is_living(*ret_owner))
        return &theirs->owner;
    if (!is_dead(*ret_owner) || map->seen[slot].is_dead)
        return NULL;
    *ret_owner = 0;
    return &theirs->owner;
}
