// SPDX-License-Identifier: MIT
/*
 * The matrix: a heap, a committed buffer, a committed texture and a fence, each by inheritance, by
 * DuplicateHandle, by name and by name in a private namespace, on each kind of memory that the
 * driver can share. In each cell two fresh processes: B writes what only it knows and A reads it
 * back, bit for bit, then the other way round in two more. And the controls: a side that copies
 * instead of sharing, and one that does not wait for the fence, are both noticed.
 */
#include "d3d12/pair.h"

#include <stdlib.h>
#include <string.h>

#ifdef NT_TEST_FULL
#    define ROUNDS 1000u
#    define PAIRS  1000u
#else
#    define ROUNDS 8u
#    define PAIRS  6u
#endif

/* One side's part once both are open. */
static void play(struct pair *pair)
{
    pair_submit(pair);
    ok(pair_finish(pair), "the rounds never ended");
    ok_hr(ID3D12Device_GetDeviceRemovedReason(pair->kit.device), S_OK);
    ok_eq(*pair->done, pair->rounds);
    if (pair_writes(pair)) {
        ok(kit_wait(pair->fence, 2 * pair->rounds), "the reader never ended");
        atomic_store(&pair->board->nonce, pair->nonce);
    }
    ok_eq(ID3D12Fence_GetCompletedValue(pair->fence), 2 * pair->rounds);
}

/* The reader's verdict: how many rounds are not what the writer wrote. */
static uint32_t judge(struct pair *pair)
{
    uint64_t nonce = atomic_load(&pair->board->nonce);

    require(nonce != 0);
    return pair_count_wrong(pair, nonce, pair->rounds);
}

CHILD(pair_b)
{
    struct pair pair;

    require(argc == 9);
    kit_environment();
    pair_open_b(&pair, argv);
    /* A reader that does not wait is done before anything is written. */
    if (pair.fault == PAIR_HASTY)
        pair_hear(&pair);
    if (pair.fault == PAIR_HASTY)
        pair.fault = PAIR_SOUND;
    if (pair.end != PAIR_LIVES) {
        atomic_store(&pair.board->nonce, pair.nonce);
        if (pair.end == PAIR_DIES_ANYTIME)
            pair_tell(&pair);
        pair_submit(&pair);
        if (pair.end == PAIR_DIES_LATE)
            pair_tell(&pair);
        pair_hear(&pair); /* until it is killed */
    }
    play(&pair);
    pair_tell(&pair);
    if (!pair.b_writes) {
        pair_hear(&pair);
        ok_eq(judge(&pair), 0);
    }
    pair_close(&pair);
    return 0;
}

/* The memory is of the kind that was asked for, and both sides say the same of it. */
static void check_kind(struct pair *pair, UINT wanted)
{
    UINT kind = pair_kind(pair->memory);

    test_note("memory: %s, and %s in B", pair_kind_name(kind),
              pair_kind_name(atomic_load(&pair->board->memory_kind)));
    ok_eq(kind, atomic_load(&pair->board->memory_kind));
    ok(wanted ? kind == wanted : kind != NTSHM_D3D12_MEMORY_DRIVER);
    if (pair->heap)
        ok_eq(pair_kind(pair->heap), kind);
}

/* One pair of processes. */
static void run_pair(struct pair *pair, UINT kind)
{
    pair_open_a(pair);
    check_kind(pair, kind);
    play(pair);
    if (!pair->b_writes)
        pair_tell(pair);
    pair_hear(pair);
    if (pair->b_writes)
        ok_eq(judge(pair), 0);
    pair_close(pair);
}

static void run_cell(enum pair_object object, enum pair_way way, const char *kind)
{
    UINT wanted = strcmp(kind, "export") == 0   ? NTSHM_D3D12_MEMORY_EXPORT
                  : strcmp(kind, "memfd") == 0  ? NTSHM_D3D12_MEMORY_MEMFD
                  : strcmp(kind, "dmabuf") == 0 ? NTSHM_D3D12_MEMORY_DMABUF
                                                : 0;

    pair_choose_kind(kind);
    for (unsigned i = 0; i < 2; i++)
        run_pair(&(struct pair){.object = object, .way = way, .rounds = ROUNDS, .b_writes = i == 0},
                 wanted);
}

#define DEADLINE 300

#define CELL(name, OBJECT, WAY, kind, rows)        \
    TEST_DEADLINE(name, rows, DEADLINE)            \
    {                                              \
        run_cell(PAIR_##OBJECT, PAIR_##WAY, kind); \
    }
#define CELLS(object_, OBJECT, kind, rows)                                   \
    CELL(object_##_inherited, OBJECT, INHERITED, kind, rows " D12.6 D18.1")  \
    CELL(object_##_duplicated, OBJECT, DUPLICATED, kind, rows " D18.1")      \
    CELL(object_##_opened_by_name, OBJECT, NAMED, kind, rows " D12.7 D14.2") \
    CELL(object_##_opened_in_a_private_namespace, OBJECT, IN_SPACE, kind, rows " D12.7 D14.2")

CELLS(exported_heap, HEAP, "export", "D12.1 D12.2 D13.4 D5.6")
CELLS(memfd_heap, HEAP, "memfd", "D12.1 D12.2 D13.4 D5.3")
CELLS(dmabuf_heap, HEAP, "dmabuf", "D12.1 D12.2 D13.4 D5.3")
CELLS(exported_buffer, BUFFER, "export", "D12.1 D12.2 D13.5")
CELLS(memfd_buffer, BUFFER, "memfd", "D12.1 D12.2 D13.5")
CELLS(exported_texture, TEXTURE, "export", "D12.1 D12.2 D13.5")
CELLS(memfd_texture, TEXTURE, "memfd", "D12.1 D12.2 D13.5")
CELLS(shared_fence, FENCE, "any", "D12.1 D12.3 D5.7 D5.8")
CELLS(row_major_texture, ROWS, "any", "D18.2 D18.3 D5.10")
CELLS(existing_heap, EXISTING, "any", "D15.6 D18.4")

/* Pair after pair, whatever it shares, over whatever memory, in whatever way. */
TEST_DEADLINE(fresh_pairs_in_any_order, "D12.1 D18.1 D17.1 D0.7 D6.1 D6.3 D6.8 16.31", 3000)
{
    static const char *const kinds[] = {"export", "memfd"};

    for (uint32_t i = 0; i < PAIRS; i++) {
        uint64_t random = pair_random();
        struct pair pair = {.object = (enum pair_object)(random % (PAIR_FENCE + 1)),
                            .way = (enum pair_way)(random >> 8 & 3),
                            .rounds = 3,
                            .b_writes = random >> 16 & 1};

        /* One of them for all of one pair. */
        setenv("NTSHM_D3D12_SHARE", kinds[pair.object == PAIR_ROWS || (random >> 24 & 1)], 1);
        run_pair(&pair, 0);
    }
}

/* --- controls --------------------------------------------------------------------------------- */

/* B opens the memory and then writes into a copy of it: each round is wrong. */
TEST_DEADLINE(a_copy_instead_of_sharing_is_noticed, "D0.8 D6.2", DEADLINE)
{
    struct pair pair = {
        .object = PAIR_BUFFER, .fault = PAIR_COPIES, .rounds = ROUNDS, .b_writes = true};

    pair_open_a(&pair);
    play(&pair);
    pair_hear(&pair);
    ok_eq(judge(&pair), ROUNDS);
    pair_close(&pair);
}

/* A does not wait for B's signals: it reads what was there before. */
TEST_DEADLINE(a_fence_that_is_ignored_is_noticed, "D19.5 D6.6", DEADLINE)
{
    struct pair pair = {
        .object = PAIR_BUFFER, .fault = PAIR_HASTY, .rounds = ROUNDS, .b_writes = true};

    pair_open_a(&pair);
    pair_submit(&pair);
    ok(pair_finish(&pair));
    /* What A has signalled in vain is taken back: B begins anew. */
    ok_hr(ID3D12Fence_Signal(pair.fence, 0), S_OK);
    pair_tell(&pair);
    /* B's rounds need a reader's signals. */
    for (uint32_t i = 0; i < ROUNDS; i++) {
        ok(kit_wait(pair.fence, 2 * i + 1));
        ok_hr(ID3D12Fence_Signal(pair.fence, 2 * i + 2), S_OK);
    }
    pair_hear(&pair);
    ok_eq(judge(&pair), ROUNDS);
    pair_close(&pair);
}
