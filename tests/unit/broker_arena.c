// SPDX-License-Identifier: MIT
/*
 * broker/arena and broker/user: records and the names in them, generations, what is charged.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "broker/arena.h"
#include "broker/user.h"
#include "harness/test.h"
#include "os/os.h"
#include "util/macro.h"

#define LONGEST 32766u

static uint16_t *new_name(size_t n_units)
{
    uint16_t *name = malloc((n_units ? n_units : 1) * sizeof(*name));

    require(name != NULL);
    for (size_t i = 0; i < n_units; i++)
        name[i] = (uint16_t)(i * 40503u + n_units);
    return name;
}

static unsigned state_of(const struct nt_arena *arena, uint32_t index)
{
    return atomic_load(&arena->records[index].word) & 0xff;
}

/* Reads a record's name back through its chain; counts the blocks. */
static bool has_name(const struct nt_arena *arena, uint32_t index, const uint16_t *name,
                     size_t n_units, size_t *ret_blocks)
{
    size_t size = n_units * sizeof(*name), at = 0;
    uint32_t block = arena->records[index].name_block;

    *ret_blocks = 0;
    while (block != NT_ARENA_NONE && at < size) {
        size_t n = size - at < NT_BLOCK_BYTES ? size - at : NT_BLOCK_BYTES;

        if (arena->blocks[block].owner != index ||
            memcmp(arena->blocks[block].bytes, (const unsigned char *)name + at, n) != 0)
            return false;
        at += n;
        block = arena->blocks[block].next;
        (*ret_blocks)++;
    }
    return at == size && block == NT_ARENA_NONE && arena->records[index].name_units == n_units;
}

static uint32_t n_records_used(const struct nt_arena *arena)
{
    return arena->records_used_up_to - arena->n_free_records;
}

static uint32_t n_blocks_used(const struct nt_arena *arena)
{
    return arena->blocks_used_up_to - arena->n_free_blocks;
}

TEST(an_arena_begins_empty_and_sparse, "")
{
    struct nt_arena arena;
    struct stat status;

    require(nt_arena_init(&arena) == 0);
    ok_eq(arena.header->magic, NT_ARENA_MAGIC);
    ok_eq(arena.header->version, NT_ARENA_VERSION);
    ok_eq(arena.header->n_records, NT_ARENA_RECORDS);
    ok_eq(arena.header->n_blocks, NT_ARENA_BLOCKS);
    ok_ne(arena.header->instance, 0);
    ok(fstat(arena.fd, &status) == 0);
    ok(status.st_blocks * 512 < 64 << 10, "%ld bytes are used", (long)status.st_blocks * 512);
    ok_eq(status.st_mode & 0777, 0600);
    nt_arena_deinit(&arena);
}

TEST(two_arenas_are_told_apart, "")
{
    struct nt_arena first, second;

    require(nt_arena_init(&first) == 0);
    require(nt_arena_init(&second) == 0);
    ok_ne(first.header->instance, second.header->instance);
    nt_arena_deinit(&first);
    nt_arena_deinit(&second);
}

TEST(a_record_is_live_from_publish_to_give, "")
{
    struct nt_arena arena;
    uint32_t index = NT_ARENA_NONE;

    require(nt_arena_init(&arena) == 0);
    ok_eq(nt_arena_take(&arena, (const uint16_t *)u"name", 4, &index), 0);
    ok_eq(state_of(&arena, index), NT_RECORD_FREE);
    ok_eq((int64_t)arena.records[index].lease_fd, -1);
    ok_eq((int64_t)arena.records[index].write_fd, -1);
    ok_eq((int64_t)arena.records[index].read_fd, -1);
    nt_arena_publish(&arena, index);
    ok_eq(state_of(&arena, index), NT_RECORD_LIVE);
    nt_arena_give(&arena, index);
    ok_eq(state_of(&arena, index), NT_RECORD_FREE);
    ok_eq(n_records_used(&arena), 0);
    ok_eq(n_blocks_used(&arena), 0);
    nt_arena_deinit(&arena);
}

TEST(a_generation_is_never_used_again, "")
{
    struct nt_arena arena;
    uint64_t last = 0;

    require(nt_arena_init(&arena) == 0);
    for (int i = 0; i < 1000; i++) {
        uint32_t index = NT_ARENA_NONE;
        uint64_t generation;

        require(nt_arena_take(&arena, (const uint16_t *)u"n", 1, &index) == 0);
        ok_eq(index, 0);
        generation = nt_record_generation(&arena.records[index]);
        ok(generation > last, "%llu after %llu", (unsigned long long)generation,
           (unsigned long long)last);
        last = generation;
        nt_arena_publish(&arena, index);
        ok_eq(nt_record_generation(&arena.records[index]), generation);
        nt_arena_give(&arena, index);
        ok_eq(nt_record_generation(&arena.records[index]), generation);
    }
    nt_arena_deinit(&arena);
}

TEST(names_of_every_length_are_kept, "11.16")
{
    static const size_t lengths[] = {1, 123, 124, 125, 248, 249, 1000, LONGEST - 1, LONGEST};
    struct nt_arena arena;

    require(nt_arena_init(&arena) == 0);
    for (size_t i = 0; i < NT_ARRAY_SIZE(lengths); i++) {
        uint16_t *name = new_name(lengths[i]);
        size_t n_blocks = 0;
        uint32_t index;

        require(nt_arena_take(&arena, name, lengths[i], &index) == 0);
        ok(has_name(&arena, index, name, lengths[i], &n_blocks), "%zu units", lengths[i]);
        ok_eq(n_blocks, (lengths[i] * 2 + NT_BLOCK_BYTES - 1) / NT_BLOCK_BYTES);
        free(name);
    }
    for (uint32_t index = 0; index < NT_ARRAY_SIZE(lengths); index++)
        nt_arena_give(&arena, index);
    ok_eq(n_records_used(&arena), 0);
    ok_eq(n_blocks_used(&arena), 0);
    nt_arena_deinit(&arena);
}

/* Takes and gives in a mixed order: what is used is what was taken, and names stay whole. */
TEST(taking_and_giving_loses_nothing, "")
{
    enum { PLACES = 64 };
    struct {
        uint32_t index;
        size_t n_units;
        uint16_t *name;
    } held[PLACES] = {{0, 0, NULL}};
    struct nt_arena arena;
    unsigned seed = 1, n_wrong = 0;
    uint32_t n_blocks = 0, n_records = 0;

    require(nt_arena_init(&arena) == 0);
    for (int i = 0; i < 20000; i++) {
        unsigned place, units;
        size_t n = 0;

        seed = seed * 1103515245 + 12345;
        place = (seed >> 16) % PLACES;
        units = 1 + (seed >> 8) % 700;
        if (held[place].name) {
            n_wrong +=
                !has_name(&arena, held[place].index, held[place].name, held[place].n_units, &n);
            nt_arena_give(&arena, held[place].index);
            free(held[place].name);
            held[place].name = NULL;
            n_records--;
            n_blocks -= (uint32_t)n;
        } else {
            held[place].name = new_name(units);
            held[place].n_units = units;
            n_wrong += nt_arena_take(&arena, held[place].name, units, &held[place].index) != 0;
            nt_arena_publish(&arena, held[place].index);
            n_records++;
            n_blocks += (uint32_t)((units * 2 + NT_BLOCK_BYTES - 1) / NT_BLOCK_BYTES);
        }
        n_wrong += n_records_used(&arena) != n_records || n_blocks_used(&arena) != n_blocks;
    }
    ok_eq(n_wrong, 0);
    ok(arena.records_used_up_to <= PLACES, "%u records ever used", arena.records_used_up_to);
    for (int i = 0; i < PLACES; i++)
        free(held[i].name);
    nt_arena_deinit(&arena);
}

TEST(a_full_arena_takes_no_record, "")
{
    struct nt_arena arena;
    uint32_t indexes[3], index = 1234;

    require(nt_arena_init(&arena) == 0);
    /* As if all the others were in use. */
    arena.records_used_up_to = NT_ARENA_RECORDS - 3;
    for (size_t i = 0; i < 3; i++)
        ok_eq(nt_arena_take(&arena, (const uint16_t *)u"n", 1, &indexes[i]), 0);
    ok_eq(indexes[2], NT_ARENA_RECORDS - 1);
    ok_eq((int64_t)nt_arena_take(&arena, (const uint16_t *)u"n", 1, &index), (int64_t)-ENOSPC);
    ok_eq(index, 1234);
    ok_eq(n_blocks_used(&arena), 3);
    nt_arena_give(&arena, indexes[1]);
    ok_eq(nt_arena_take(&arena, (const uint16_t *)u"n", 1, &index), 0);
    ok_eq(index, indexes[1]);
    nt_arena_deinit(&arena);
}

TEST(a_name_that_finds_no_room_takes_nothing, "")
{
    uint16_t *name = new_name(LONGEST);
    struct nt_arena arena;
    uint32_t index = 1234;

    require(nt_arena_init(&arena) == 0);
    /* 265 blocks are needed. */
    arena.blocks_used_up_to = NT_ARENA_BLOCKS - 264;
    ok_eq((int64_t)nt_arena_take(&arena, name, LONGEST, &index), (int64_t)-ENOSPC);
    ok_eq(index, 1234);
    ok_eq(n_records_used(&arena), 0);
    ok_eq(arena.blocks_used_up_to, NT_ARENA_BLOCKS - 264);
    arena.blocks_used_up_to--;
    ok_eq(nt_arena_take(&arena, name, LONGEST, &index), 0);
    ok_eq(arena.blocks_used_up_to, NT_ARENA_BLOCKS);
    ok_eq((int64_t)nt_arena_take(&arena, name, 1, &index), (int64_t)-ENOSPC);
    nt_arena_give(&arena, index);
    ok_eq(nt_arena_take(&arena, name, LONGEST, &index), 0);
    nt_arena_deinit(&arena);
    free(name);
}

/* --- users ------------------------------------------------------------------------------------ */

TEST(a_user_is_one_for_all_its_clients, "")
{
    struct nt_users users;
    struct nt_user *first, *second, *other;

    nt_users_init(&users, 1000);
    first = nt_user_ref(&users, 7);
    second = nt_user_ref(&users, 7);
    other = nt_user_ref(&users, 8);
    ok_ptr_eq(first, second);
    ok_ptr_ne(first, other);
    ok_eq(first->uid, 7);
    ok_ptr_eq(nt_user_unref(&users, first), NULL);
    ok_ptr_eq(nt_user_ref(&users, 7), second);
    nt_user_unref(&users, second);
    nt_user_unref(&users, second);
    nt_user_unref(&users, other);
    ok_ptr_eq(nt_user_unref(&users, NULL), NULL);
    ok(RB_EMPTY(&users.tree));
}

TEST(a_charge_above_a_limit_charges_nothing, "")
{
    const uint64_t fits[NT_CHARGE_COUNT] = {1, 1, 3, 100};
    uint64_t amount[NT_CHARGE_COUNT];
    struct nt_charge first = {.user = NULL}, second = {.user = NULL};
    struct nt_users users;
    struct nt_user *user;

    nt_users_init(&users, 1000);
    user = nt_user_ref(&users, 1);
    ok_eq(nt_charge(&users, &first, user, fits), 0);
    for (int kind = 0; kind < NT_CHARGE_COUNT; kind++) {
        memcpy(amount, fits, sizeof(amount));
        amount[kind] = users.limits[kind] - fits[kind] + 1;
        ok_eq((int64_t)nt_charge(&users, &second, user, amount), (int64_t)-EDQUOT);
        amount[kind] = UINT64_MAX;
        ok_eq((int64_t)nt_charge(&users, &second, user, amount), (int64_t)-EDQUOT);
        ok_ptr_eq(second.user, NULL);
        ok_mem_eq(user->used, fits, sizeof(fits));
    }
    /* Exactly the limit is allowed. */
    for (int kind = 0; kind < NT_CHARGE_COUNT; kind++)
        amount[kind] = users.limits[kind] - fits[kind];
    ok_eq(nt_charge(&users, &second, user, amount), 0);
    nt_charge_refund(&users, &second);
    nt_charge_refund(&users, &first);
    nt_user_unref(&users, user);
    ok(RB_EMPTY(&users.tree));
}

TEST(a_refund_gives_back_once, "")
{
    const uint64_t amount[NT_CHARGE_COUNT] = {1, 2, 3, 4};
    static const uint64_t nothing[NT_CHARGE_COUNT];
    struct nt_charge charge = {.user = NULL};
    struct nt_users users;
    struct nt_user *user;

    nt_users_init(&users, 1000);
    user = nt_user_ref(&users, 1);
    nt_charge_refund(&users, &charge);
    ok_eq(nt_charge(&users, &charge, user, amount), 0);
    nt_charge_refund(&users, &charge);
    ok_mem_eq(user->used, nothing, sizeof(nothing));
    nt_charge_refund(&users, &charge);
    ok_mem_eq(user->used, nothing, sizeof(nothing));
    nt_user_unref(&users, user);
    ok(RB_EMPTY(&users.tree));
}

TEST(a_charge_keeps_its_user, "")
{
    const uint64_t amount[NT_CHARGE_COUNT] = {1, 0, 0, 0};
    struct nt_charge charge = {.user = NULL};
    struct nt_users users;
    struct nt_user *user;

    nt_users_init(&users, 1000);
    user = nt_user_ref(&users, 1);
    nt_charge(&users, &charge, user, amount);
    nt_user_unref(&users, user);
    ok(!RB_EMPTY(&users.tree));
    ok_eq(charge.user->used[NT_CHARGE_CONNECTIONS], 1);
    nt_charge_refund(&users, &charge);
    ok(RB_EMPTY(&users.tree));
}

/* Three descriptors to a connection in flight, all together under half of what there is. */
TEST(limits_keep_descriptors_in_flight_low, "")
{
    struct nt_users users;

    nt_users_init(&users, 20000);
    ok(users.limits[NT_CHARGE_CONNECTIONS] * 3 <= 10000);
    ok(users.limits[NT_CHARGE_FDS] < 20000);
    ok_eq(users.limits[NT_CHARGE_FDS], 19000);
    ok(users.limits[NT_CHARGE_OBJECTS] <= NT_ARENA_RECORDS);
}

/* One table of descriptors is for both, and what the broker needs itself is never given away. */
TEST(names_and_connections_share_the_descriptors, "")
{
    const uint64_t names[NT_CHARGE_COUNT] = {[NT_CHARGE_FDS] = 150};
    const uint64_t connection[NT_CHARGE_COUNT] = {[NT_CHARGE_CONNECTIONS] = 1};
    struct nt_charge charges[33] = {{.user = NULL}}, all = {.user = NULL};
    struct nt_users users;
    struct nt_user *user;
    size_t n = 0;

    nt_users_init(&users, 200);
    user = nt_user_ref(&users, 1);
    ok_eq(nt_charge(&users, &all, user, names), 0);
    ok_eq(nt_charge_more(&users, &all, NT_CHARGE_FDS, 1), -EDQUOT);
    while (n < NT_ARRAY_SIZE(charges) && nt_charge(&users, &charges[n], user, connection) == 0)
        n++;
    ok_eq(n, 19);
    nt_charge_refund(&users, &all);
    ok_eq(nt_charge(&users, &charges[n], user, connection), 0);
    for (size_t i = 0; i <= n; i++)
        nt_charge_refund(&users, &charges[i]);
    nt_user_unref(&users, user);
    ok(RB_EMPTY(&users.tree));
}
