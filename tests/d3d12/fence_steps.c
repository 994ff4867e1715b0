// SPDX-License-Identifier: MIT
/*
 * The page of a shared fence, with processes that are killed at every step of what they do to it.
 * No device is needed for that: a forked child does what a device's threads would.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <d3d12.h>

#include "d3d12/fence/fence-page.h"
#include "harness/test.h"
#include "os/os.h"

void (*nt_d3d_fence_step)(const char *place);

/* What a child tells the case with its last breath. */
struct story {
    _Atomic int steps_left;
    _Atomic bool has_announced, has_withdrawn;
    _Atomic uint64_t signalled; /* completely */
    _Atomic uint64_t begun;
    _Atomic unsigned n_steps;
    char place[32];
};

static struct story *story;

static void count_step(const char *place)
{
    atomic_fetch_add(&story->n_steps, 1);
    if (atomic_fetch_sub(&story->steps_left, 1) != 1)
        return;
    strncpy(story->place, place, sizeof(story->place) - 1);
    kill(getpid(), SIGKILL);
}

static void tell(struct story *to, int steps)
{
    memset(to, 0, sizeof(*to));
    atomic_store(&to->steps_left, steps);
}

/* A forked child's thread is another one, with a robust list of its own. */
static void begin_child(void)
{
    nt_os_forget_caches();
    nt_robust_forget();
}

/* A life: a slot, announcements, signals that rise and fall, a loss, an end in order. */
static int live(void *argument)
{
    static const uint64_t values[] = {10, 3, 20};
    const int *fds = argument;
    struct nt_d3d_fence_map *map;
    uint32_t flags;

    begin_child();
    if (nt_d3d_fence_map_open(fds, &flags, &map) < 0)
        return 1;
    nt_d3d_fence_step = count_step;
    if (nt_d3d_fence_map_claim(map) < 0)
        return 2;
    nt_d3d_fence_map_announce(map, 30, 20);
    atomic_store(&story->has_announced, true);
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        atomic_store(&story->begun, values[i]);
        nt_d3d_fence_map_signal(map, values[i]);
        atomic_store(&story->signalled, values[i]);
    }
    nt_d3d_fence_map_lose(map);
    atomic_store(&story->has_withdrawn, true);
    nt_d3d_fence_map_unclaim(map);
    nt_d3d_fence_step = NULL;
    nt_d3d_fence_map_unref(map);
    return 0;
}

static void check_value(struct nt_d3d_fence_map *map)
{
    uint64_t value = atomic_load(&map->page->value);
    uint64_t turn, seen, highest = 0;
    uint64_t end = nt_os_now_ns() + 20 * NT_D3D_FENCE_LATE_NS;

    ok(value == atomic_load(&story->signalled) || value == atomic_load(&story->begun),
       "%llu, killed at %s", (unsigned long long)value, story->place);
    /* A turn that its writer never wrote holds the look up for a while only. */
    do {
        while (nt_d3d_fence_map_next(map, &turn, &seen))
            highest = seen > highest ? seen : highest;
        if (map->next_turn == atomic_load(&map->page->turns))
            break;
        test_pause();
    } while (nt_os_now_ns() < end);
    /* 10 was there before 3, for who looks only now. */
    if (atomic_load(&story->signalled))
        ok(highest >= 10, "killed at %s", story->place);
    ok(highest <= 20);
    ok_eq(map->next_turn, atomic_load(&map->page->turns));
}

/* Nobody is left who is certain of anything; all slots can be had; the fence works. */
static void check_slots(struct nt_d3d_fence_map *map, const int *fds)
{
    struct nt_d3d_fence_map *others[NT_D3D_FENCE_SLOTS];
    struct nt_d3d_fence_map *more;
    uint32_t owner, flags;
    uint64_t turn, value;

    ok(!nt_d3d_fence_map_is_certain(map, 1));
    for (unsigned i = 0; i < NT_D3D_FENCE_SLOTS; i++)
        ok(!nt_d3d_fence_map_owner(map, i, &owner), "killed at %s", story->place);
    for (unsigned i = 0; i < NT_D3D_FENCE_SLOTS; i++) {
        ok_eq(nt_d3d_fence_map_open(fds, &flags, &others[i]), 0);
        ok_eq(nt_d3d_fence_map_claim(others[i]), 0);
    }
    ok_eq(nt_d3d_fence_map_open(fds, &flags, &more), 0);
    ok_eq(nt_d3d_fence_map_claim(more), -EBUSY);
    nt_d3d_fence_map_unref(more);
    nt_d3d_fence_map_announce(others[3], 40, 40);
    ok(nt_d3d_fence_map_is_certain(map, 40));
    ok(!nt_d3d_fence_map_is_certain(map, 41));
    nt_d3d_fence_map_signal(others[3], 40);
    ok(nt_d3d_fence_map_next(map, &turn, &value));
    ok_eq(value, 40);
    /* Whoever had seen the loss sees no second one from the slot's next owner. */
    ok_eq(nt_d3d_fence_map_losses(map), 0);
    for (unsigned i = 0; i < NT_D3D_FENCE_SLOTS; i++) {
        nt_d3d_fence_map_unclaim(others[i]);
        nt_d3d_fence_map_unref(others[i]);
    }
}

/* False when the child came to its end. */
static bool killed_at(int step)
{
    struct nt_d3d_fence_map *map, *late;
    struct test_child child;
    uint32_t flags;
    uint64_t lost;
    int fds[3], end;

    require(nt_d3d_fence_map_new(D3D12_FENCE_FLAG_SHARED, 0, &map) == 0);
    require(nt_d3d_fence_map_export(map, fds) == 0);
    require(nt_d3d_fence_map_open(fds, &flags, &late) == 0);
    tell(story, step);
    require(test_child_fork(&child, live, fds));
    end = test_child_wait(&child, 20000);
    ok(end == TEST_CHILD_KILLED || end == 0, "%d", end);
    check_value(map);
    lost = nt_d3d_fence_map_losses(map);
    if (atomic_load(&story->has_announced))
        ok(lost == 30, "%llu, killed at %s", (unsigned long long)lost, story->place);
    ok(lost == 0 || lost == 30);
    check_slots(map, fds);
    /* Who looks only now, when the slot has its next owner, sees it as well. */
    ok_eq(nt_d3d_fence_map_losses(late), lost);
    nt_d3d_fence_map_unref(late);
    nt_d3d_fence_map_unref(map);
    for (unsigned i = 0; i < 3; i++)
        close(fds[i]);
    return end != 0;
}

TEST_DEADLINE(page_is_sound_wherever_a_signaller_is_killed, "D5.8 D5.7", 240)
{
    int step = 1;

    story = mmap(NULL, sizeof(*story), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    require(story != MAP_FAILED);
    while (killed_at(step))
        step++;
    ok(step > 25, "%d steps", step - 1);
    munmap(story, sizeof(*story));
}

/* --- waits that begin in the middle ------------------------------------------------------ */

/* Somebody who begins to wait for 5 at every step: the turn, then the value (fence-wait.c). */
static struct {
    struct nt_d3d_fence_map *map;
    unsigned n;
    struct {
        const char *place;
        uint64_t since;
        bool is_met;
    } waits[16];
} middle;

static void begin_wait(const char *place)
{
    require(middle.n < sizeof(middle.waits) / sizeof(middle.waits[0]));
    middle.waits[middle.n].place = place;
    middle.waits[middle.n].since = atomic_load(&middle.map->page->turns);
    middle.waits[middle.n++].is_met = atomic_load(&middle.map->page->value) >= 5;
}

TEST(wait_that_begins_in_the_middle_of_a_signal_sees_it, "D19.4")
{
    struct nt_d3d_fence_map *waiter;
    uint64_t turn, value;
    uint32_t flags;
    int fds[3];

    require(nt_d3d_fence_map_new(D3D12_FENCE_FLAG_SHARED, 0, &middle.map) == 0);
    require(nt_d3d_fence_map_export(middle.map, fds) == 0);
    require(nt_d3d_fence_map_open(fds, &flags, &waiter) == 0);
    nt_d3d_fence_step = begin_wait;
    nt_d3d_fence_map_signal(middle.map, 5);
    nt_d3d_fence_step = NULL;
    nt_d3d_fence_map_signal(middle.map, 0);
    while (nt_d3d_fence_map_next(waiter, &turn, &value)) {
        for (unsigned i = 0; i < middle.n; i++)
            middle.waits[i].is_met |= value >= 5 && turn >= middle.waits[i].since;
    }
    ok(middle.n >= 5, "%u steps", middle.n);
    for (unsigned i = 0; i < middle.n; i++)
        ok(middle.waits[i].is_met, "%s", middle.waits[i].place);
    nt_d3d_fence_map_unref(waiter);
    nt_d3d_fence_map_unref(middle.map);
    for (unsigned i = 0; i < 3; i++)
        close(fds[i]);
}

/* Somebody who looks, and looks again, while the turn of a living one is not written yet. */
static void look_twice(const char *place)
{
    uint64_t turn, value;

    if (!strcmp(place, "turn taken") || !strcmp(place, "turn begun")) {
        ok(!nt_d3d_fence_map_next(middle.map, &turn, &value));
        ok(!nt_d3d_fence_map_next(middle.map, &turn, &value));
    }
}

TEST(slow_signaller_is_waited_for, "D19.4")
{
    struct nt_d3d_fence_map *map;
    uint64_t turn, value, begin = nt_os_now_ns();
    uint32_t flags;
    int fds[3];

    require(nt_d3d_fence_map_new(D3D12_FENCE_FLAG_SHARED, 0, &map) == 0);
    require(nt_d3d_fence_map_export(map, fds) == 0);
    require(nt_d3d_fence_map_open(fds, &flags, &middle.map) == 0);
    nt_d3d_fence_step = look_twice;
    nt_d3d_fence_map_signal(map, 5);
    nt_d3d_fence_step = NULL;
    nt_d3d_fence_map_signal(map, 0);
    if (nt_d3d_fence_map_next(middle.map, &turn, &value))
        ok(value == 5 || nt_os_now_ns() - begin > NT_D3D_FENCE_LATE_NS);
    else
        ok(false, "no turn");
    nt_d3d_fence_map_unref(middle.map);
    nt_d3d_fence_map_unref(map);
    for (unsigned i = 0; i < 3; i++)
        close(fds[i]);
}

/* --- heirs --------------------------------------------------------------------------------- */

/* Takes over what a dead one left, and is killed at that. */
static int inherit(void *argument)
{
    const int *fds = argument;
    struct nt_d3d_fence_map *maps[NT_D3D_FENCE_SLOTS];
    uint32_t flags;

    begin_child();
    for (unsigned i = 0; i < NT_D3D_FENCE_SLOTS; i++) {
        if (nt_d3d_fence_map_open(fds, &flags, &maps[i]) < 0)
            return 1;
        nt_d3d_fence_step = i == NT_D3D_FENCE_SLOTS - 1 ? count_step : NULL;
        if (nt_d3d_fence_map_claim(maps[i]) < 0)
            return 2;
    }
    nt_d3d_fence_step = NULL;
    for (unsigned i = 0; i < NT_D3D_FENCE_SLOTS; i++) {
        nt_d3d_fence_map_unclaim(maps[i]);
        nt_d3d_fence_map_unref(maps[i]);
    }
    return 0;
}

static int die_announcing(void *argument)
{
    struct nt_d3d_fence_map *map;
    uint32_t flags;

    begin_child();
    if (nt_d3d_fence_map_open(argument, &flags, &map) < 0 || nt_d3d_fence_map_claim(map) < 0)
        return 1;
    nt_d3d_fence_map_announce(map, 30, 30);
    kill(getpid(), SIGKILL);
    return 2;
}

TEST(who_died_before_is_nothing_to_who_opens_now, "D5.8")
{
    struct nt_d3d_fence_map *map, *late, *heir;
    struct test_child child;
    uint32_t flags;
    int fds[3];

    require(nt_d3d_fence_map_new(D3D12_FENCE_FLAG_SHARED, 0, &map) == 0);
    require(nt_d3d_fence_map_export(map, fds) == 0);
    require(test_child_fork(&child, die_announcing, fds));
    ok_eq(test_child_wait(&child, 20000), TEST_CHILD_KILLED);
    require(nt_d3d_fence_map_open(fds, &flags, &late) == 0);
    ok_eq(nt_d3d_fence_map_losses(late), 0);
    ok_eq(nt_d3d_fence_map_losses(map), 30);
    nt_d3d_fence_map_lose(late);
    ok_eq(nt_d3d_fence_map_losses(map), 0);
    /* What is announced and lost after that is something to it. */
    require(nt_d3d_fence_map_open(fds, &flags, &heir) == 0);
    ok_eq(nt_d3d_fence_map_claim(heir), 0);
    nt_d3d_fence_map_announce(heir, 8, 8);
    nt_d3d_fence_map_lose(heir);
    ok_eq(nt_d3d_fence_map_losses(late), 8);
    ok_eq(nt_d3d_fence_map_losses(map), 8);
    nt_d3d_fence_map_unclaim(heir);
    nt_d3d_fence_map_unref(heir);
    /* Nor does the next owner of a slot answer for what the one before left there. */
    ok_eq(nt_d3d_fence_map_claim(late), 0);
    nt_d3d_fence_map_announce(late, 9, 9);
    ok(nt_d3d_fence_map_is_certain(map, 9));
    nt_d3d_fence_map_unclaim(late);
    ok_eq(nt_d3d_fence_map_claim(late), 0);
    ok(!nt_d3d_fence_map_is_certain(map, 9));
    nt_d3d_fence_map_unclaim(late);
    nt_d3d_fence_map_unref(late);
    nt_d3d_fence_map_unref(map);
    for (unsigned i = 0; i < 3; i++)
        close(fds[i]);
}

/* Who looked just before it died, and is about to sleep, does not: the wake was for nobody. */
TEST(nobody_sleeps_on_an_owner_who_died_meanwhile, "D5.8")
{
    struct nt_d3d_fence_map *map;
    struct test_child child;
    uint32_t owner, changes;
    _Atomic uint32_t *word;
    int fds[3];

    require(nt_d3d_fence_map_new(D3D12_FENCE_FLAG_SHARED, 0, &map) == 0);
    require(nt_d3d_fence_map_export(map, fds) == 0);
    changes = atomic_load(&map->page->changes);
    require(test_child_fork(&child, die_announcing, fds));
    ok_eq(test_child_wait(&child, 20000), TEST_CHILD_KILLED);
    /* A new owner is a change, so that they sleep on its word from then on. */
    ok_ne(atomic_load(&map->page->changes), changes);
    word = nt_d3d_fence_map_owner(map, 0, &owner);
    require(word);
    ok_ne(atomic_load(word), owner);
    ok_eq(nt_d3d_fence_map_losses(map), 30);
    ok_ptr_eq(nt_d3d_fence_map_owner(map, 0, &owner), NULL);
    nt_d3d_fence_map_unref(map);
    for (unsigned i = 0; i < 3; i++)
        close(fds[i]);
}

TEST_DEADLINE(loss_outlives_a_killed_heir, "D5.8", 240)
{
    struct nt_d3d_fence_map *map;
    struct test_child child;
    int fds[3], step, end;

    story = mmap(NULL, sizeof(*story), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    require(story != MAP_FAILED);
    for (step = 1, end = 1; end != 0; step++) {
        require(nt_d3d_fence_map_new(D3D12_FENCE_FLAG_SHARED, 0, &map) == 0);
        require(nt_d3d_fence_map_export(map, fds) == 0);
        require(test_child_fork(&child, die_announcing, fds));
        ok_eq(test_child_wait(&child, 20000), TEST_CHILD_KILLED);
        tell(story, step);
        require(test_child_fork(&child, inherit, fds));
        end = test_child_wait(&child, 20000);
        ok(end == TEST_CHILD_KILLED || end == 0, "%d", end);
        ok(nt_d3d_fence_map_losses(map) == 30, "killed at %s", story->place);
        ok(!nt_d3d_fence_map_is_certain(map, 1));
        check_slots(map, fds);
        nt_d3d_fence_map_unref(map);
        for (unsigned i = 0; i < 3; i++)
            close(fds[i]);
    }
    ok(step > 7, "%d steps", step - 1);
    munmap(story, sizeof(*story));
}
