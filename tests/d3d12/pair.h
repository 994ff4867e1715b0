/* SPDX-License-Identifier: MIT */
/*
 * Two processes that share: A, the case itself, makes the memory and the fence; B, which it
 * starts with CreateProcess, opens them. One of them writes and the other reads, round after round:
 *
 *   writer   Wait(2i)       copy its own pattern i into the shared memory   Signal(2i + 1)
 *   reader   Wait(2i + 1)   copy the shared memory to its own place i       Signal(2i + 2)
 *
 * Both put all rounds into their queues at once and only then look: nothing but the shared fence
 * holds the order. The patterns come from a nonce that the reader learns afterwards, from the
 * board, a section that both map.
 */
#ifndef NT_TESTS_D3D12_PAIR_H
#define NT_TESTS_D3D12_PAIR_H

#include <stdatomic.h>

#include "d3d12/kit.h"

#define PAIR_SIZE  16384u /* bytes of a round: 64 rows of 256 bytes */
#define PAIR_WORDS (PAIR_SIZE / 4)
#define PAIR_WAIT  60000 /* milliseconds for another process on a machine that is busy */

enum pair_object {
    PAIR_HEAP,     /* CreateHeap, a placed buffer on each side */
    PAIR_BUFFER,   /* committed */
    PAIR_TEXTURE,  /* committed, the driver's own order of texels */
    PAIR_ROWS,     /* committed, ROW_MAJOR and ALLOW_CROSS_ADAPTER */
    PAIR_EXISTING, /* a heap on a file mapping, whose handle is shared */
    PAIR_FENCE,    /* the fence only; the memory is a file mapping that each side opens by name */
};

enum pair_way { PAIR_INHERITED, PAIR_DUPLICATED, PAIR_NAMED, PAIR_IN_SPACE };

/* What a side does wrong, so that the others can be seen to notice. */
enum pair_fault {
    PAIR_SOUND,
    PAIR_COPIES, /* the writer writes into memory of its own */
    PAIR_HASTY,  /* the reader waits for nothing, and is done before the writer begins */
};

/* B's end. Who is to be killed tells its nonce before it begins, and stays until then. */
enum pair_end {
    PAIR_LIVES,
    PAIR_DIES_LATE,    /* tells A when all its rounds are in its queue */
    PAIR_DIES_ANYTIME, /* tells A before */
};

/* What is shared by name beside all that is tested. */
struct pair_board {
    _Atomic uint32_t killed;
    _Atomic uint64_t nonce;      /* of who wrote, when it is no secret any more */
    _Atomic uint64_t handles[2]; /* in B: the memory's and the fence's */
    _Atomic uint32_t memory_kind;
};

struct pair {
    enum pair_object object;
    enum pair_way way;
    enum pair_fault fault;
    uint32_t rounds;
    bool is_b;
    bool b_writes; /* B writes and A reads; else the other way round */
    enum pair_end end;

    HANDLE board_section, to_a, to_b;
    struct pair_board *board;
    PROCESS_INFORMATION b; /* in A */
    HANDLE handles[2];     /* of the memory and the fence; 0 when there is none */
    HANDLE space;

    struct kit kit; /* its fence is this side's own */
    ID3D12Fence *fence;
    ID3D12Heap *heap;
    ID3D12Resource *memory;
    ID3D12Resource *patterns; /* PAIR_SIZE for each round, mapped at @words */
    ID3D12Resource *mark;     /* one word: rounds that are complete here */
    uint32_t *words;
    volatile uint32_t *done;
    uint64_t nonce;
};

/** pair_open_a() - the board, a device, the memory and the fence, and B, which has opened both */
void pair_open_a(struct pair *pair);
/** pair_open_b() - the other side, from the arguments of CHILD(pair_b) */
void pair_open_b(struct pair *pair, char **argv);
/** pair_close() - everything of this side; A also waits for B's good end */
void pair_close(struct pair *pair);
/** pair_kill_b() - SIGKILL, in A; B is gone when it returns */
void pair_kill_b(struct pair *pair);

/** pair_tell() - wakes the other side */
void pair_tell(struct pair *pair);
/** pair_hear() - until the other side tells; the case ends when it does not, or B has ended */
void pair_hear(struct pair *pair);

/** pair_make_own() - what each side has of its own: patterns to write, or places to read to */
void pair_make_own(struct pair *pair);
/** pair_submit() - all rounds of this side's part into its queue */
void pair_submit(struct pair *pair);
/** pair_finish() - waits until this side's rounds are over, one way or the other; false: never */
bool pair_finish(struct pair *pair);
/** pair_count_wrong() - of the first @n rounds that were read, how many are not what was written */
uint32_t pair_count_wrong(const struct pair *pair, uint64_t nonce, uint32_t n);

/** pair_writes() - whether this side is the writer */
static inline bool pair_writes(const struct pair *pair)
{
    return pair->is_b == pair->b_writes;
}

/** pair_is_texture() - whether the memory is one of texels */
static inline bool pair_is_texture(const struct pair *pair)
{
    return pair->object == PAIR_TEXTURE || pair->object == PAIR_ROWS;
}

/** pair_random() - from the kernel */
uint64_t pair_random(void);
/** pair_kind() - of the memory under a heap or resource: NTSHM_D3D12_MEMORY_ */
UINT pair_kind(void *child);
/** pair_kind_name() - for the reader */
const char *pair_kind_name(UINT kind);
/** pair_choose_kind() - NTSHM_D3D12_SHARE for this process and its children; skips the case when
 * the driver has none of that kind */
void pair_choose_kind(const char *kind);

#endif
