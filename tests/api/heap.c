// SPDX-License-Identifier: MIT
/*
 * Heaps, and the blocks of LocalAlloc and GlobalAlloc.
 */
#include "api/api.h"

#include <string.h>

TEST(process_heap_is_one_and_stays, "")
{
    HANDLE heap = GetProcessHeap();

    ok(heap != NULL);
    ok_ptr_eq(GetProcessHeap(), heap);
    ok_succeeds(HeapValidate(heap, 0, NULL));
#ifndef _WIN32 /* there it is undefined */
    ok_fails(HeapDestroy(heap), ERROR_INVALID_HANDLE);
#endif
}

TEST(heap_blocks_have_their_size, "")
{
    static const SIZE_T sizes[] = {0, 1, 15, 16, 17, 4096, 100000, 5000000};
    HANDLE heap = HeapCreate(0, 0, 0);

    require(heap != NULL);
    for (unsigned i = 0; i < ARRAYSIZE(sizes); i++) {
        char *block = HeapAlloc(heap, HEAP_ZERO_MEMORY, sizes[i]);

        require(block != NULL, "%u", i);
        ok_eq((ULONG_PTR)block % 16, 0);
        ok(all_bytes(block, 0, sizes[i]));
        memset(block, 0x55, sizes[i]);
        ok_eq(HeapSize(heap, 0, block), sizes[i]);
        ok_succeeds(HeapValidate(heap, 0, block));
    }
    ok_succeeds(HeapValidate(heap, 0, NULL));
    ok_succeeds(HeapDestroy(heap));
}

TEST(heap_realloc_keeps_what_was_there, "")
{
    HANDLE heap = GetProcessHeap();
    char *block = HeapAlloc(heap, 0, 100), *larger;

    memset(block, 1, 100);
    larger = HeapReAlloc(heap, HEAP_ZERO_MEMORY, block, 100000);
    require(larger != NULL);
    ok(all_bytes(larger, 1, 100));
    ok(all_bytes(larger + 100, 0, 99900));
    ok_eq(HeapSize(heap, 0, larger), 100000);
    ok_ptr_eq(HeapReAlloc(heap, HEAP_REALLOC_IN_PLACE_ONLY, larger, 50), larger);
    ok_eq(HeapSize(heap, 0, larger), 50);
    ok(all_bytes(larger, 1, 50));
    ok_succeeds(HeapFree(heap, 0, larger));
    ok_succeeds(HeapFree(heap, 0, NULL));
}

TEST(heap_in_place_does_not_move, "")
{
    HANDLE heap = GetProcessHeap();
    char *block = HeapAlloc(heap, 0, 100);

    memset(block, 7, 100);
    ok(HeapReAlloc(heap, HEAP_REALLOC_IN_PLACE_ONLY, block, (SIZE_T)1 << 40) == NULL);
    ok_eq(HeapSize(heap, 0, block), 100);
    ok(all_bytes(block, 7, 100));
    HeapFree(heap, 0, block);
}

TEST(impossible_blocks_are_refused, "")
{
    SetLastError(0xdeadbeef);
    ok(HeapAlloc(GetProcessHeap(), 0, (SIZE_T)-1) == NULL);
    ok(HeapAlloc(GetProcessHeap(), 0, (SIZE_T)-100) == NULL);
    ok_fails(LocalAlloc(LMEM_FIXED, (SIZE_T)-64), ERROR_NOT_ENOUGH_MEMORY);
    ok_fails(GlobalAlloc(GMEM_MOVEABLE, (SIZE_T)-64), ERROR_NOT_ENOUGH_MEMORY);
}

TEST(heap_of_limited_size_ends, "")
{
    HANDLE heap = HeapCreate(0, 0x10000, 0x40000);
    unsigned count = 0;
    void *last = NULL, *block;

    require(heap != NULL);
    while ((block = HeapAlloc(heap, 0, 0x4000)) != NULL && count < 1000) {
        last = block;
        count++;
    }
    ok(count >= 8 && count <= 16, "%u blocks", count);
    ok_succeeds(HeapFree(heap, 0, last));
    ok(HeapAlloc(heap, 0, 0x1000) != NULL);
    ok_succeeds(HeapDestroy(heap));
}

/* --- LocalAlloc and GlobalAlloc ------------------------------------------------------------- */

TEST(fixed_blocks_are_their_own_handles, "")
{
    char *block = LocalAlloc(LPTR, 100);

    require(block != NULL);
    ok_eq((ULONG_PTR)block % 16, 0);
    ok(all_bytes(block, 0, 100));
    ok_eq(LocalSize(block), 100);
    ok_ptr_eq(LocalLock(block), block);
    ok_fails(LocalUnlock(block), ERROR_NOT_LOCKED);
    ok_succeeds(GlobalUnlock(block));
    ok_eq(LocalFlags(block), 0);
    ok_ptr_eq(LocalHandle(block), block);
    ok_ptr_eq(LocalFree(block), NULL);
    ok_ptr_eq(LocalFree(NULL), NULL);
}

TEST(local_blocks_are_blocks_of_the_process_heap, "")
{
    char *local = LocalAlloc(LMEM_FIXED, 50);
    char *heap = HeapAlloc(GetProcessHeap(), 0, 60);

    ok_eq(HeapSize(GetProcessHeap(), 0, local), 50);
    ok_succeeds(HeapFree(GetProcessHeap(), 0, local));
    ok_eq(LocalSize(heap), 60);
    ok_ptr_eq(LocalFree(heap), NULL);
}

TEST(movable_blocks_have_handles, "")
{
    HLOCAL handle = LocalAlloc(LHND, 100);
    char *block = LocalLock(handle);

    require(block != NULL);
    ok_eq((ULONG_PTR)handle % 16, 8);
    ok_ptr_ne((void *)handle, block);
    ok(all_bytes(block, 0, 100));
    ok_eq(LocalSize(handle), 100);
    ok_ptr_eq(LocalHandle(block), handle);
    ok_eq(LocalFlags(handle) & LMEM_LOCKCOUNT, 1);
    ok_ptr_eq(LocalLock(handle), block);
    ok_eq(LocalFlags(handle) & LMEM_LOCKCOUNT, 2);
    ok_succeeds(LocalUnlock(handle));
    ok_fails(LocalUnlock(handle), NO_ERROR);
    ok_fails(LocalUnlock(handle), ERROR_NOT_LOCKED);
    ok_ptr_eq(LocalFree(handle), NULL);
}

TEST(global_and_local_are_one, "")
{
    HGLOBAL handle = GlobalAlloc(GMEM_MOVEABLE | GMEM_ZEROINIT, 64);
    char *block = GlobalLock(handle);

    require(block != NULL);
    ok_eq(GlobalSize(handle), 64);
    ok_eq(LocalSize(handle), 64);
    ok_ptr_eq(GlobalHandle(block), handle);
    ok_eq(GlobalFlags(handle) & GMEM_LOCKCOUNT, 1);
    ok_fails(GlobalUnlock(handle), NO_ERROR);
    ok_ptr_eq(LocalFree(handle), NULL);
}

TEST(movable_blocks_grow_and_keep_their_handle, "")
{
    HLOCAL handle = LocalAlloc(LMEM_MOVEABLE, 100);
    char *block = LocalLock(handle);

    memset(block, 9, 100);
    LocalUnlock(handle);
    ok_ptr_eq(LocalReAlloc(handle, 200000, LMEM_MOVEABLE | LMEM_ZEROINIT), handle);
    block = LocalLock(handle);
    require(block != NULL);
    ok(all_bytes(block, 9, 100));
    ok(all_bytes(block + 100, 0, 199900));
    ok_eq(LocalSize(handle), 200000);
    ok_ptr_eq(LocalHandle(block), handle);
    LocalUnlock(handle);
    LocalFree(handle);
}

TEST(movable_block_of_no_size_is_discarded, "")
{
    HLOCAL handle = LocalAlloc(LMEM_MOVEABLE, 0);

    require(handle != NULL);
    ok_eq(LocalSize(handle), 0);
    ok(LocalFlags(handle) & LMEM_DISCARDED);
    ok_fails(LocalLock(handle), ERROR_DISCARDED);
    ok_ptr_eq(LocalReAlloc(handle, 10, LMEM_MOVEABLE), handle);
    ok(!(LocalFlags(handle) & LMEM_DISCARDED));
    ok(LocalLock(handle) != NULL);
    LocalUnlock(handle);
    ok_ptr_eq(LocalReAlloc(handle, 0, LMEM_MOVEABLE), handle);
    ok(LocalFlags(handle) & LMEM_DISCARDED);
    ok_ptr_eq(LocalFree(handle), NULL);
}

TEST(fixed_blocks_grow_elsewhere_only_when_allowed, "")
{
    char *block = LocalAlloc(LMEM_FIXED, 16), *larger;

    memset(block, 3, 16);
    larger = LocalReAlloc(block, 300000, LMEM_MOVEABLE | LMEM_ZEROINIT);
    require(larger != NULL);
    ok(all_bytes(larger, 3, 16));
    ok(all_bytes(larger + 16, 0, 299984));
    ok_ptr_eq(LocalReAlloc(larger, 10, 0), larger);
    ok_eq(LocalSize(larger), 10);
    LocalFree(larger);
}

TEST(modify_changes_flags_and_not_the_size, "")
{
    HGLOBAL handle = GlobalAlloc(GMEM_MOVEABLE, 40);

    ok_ptr_eq(GlobalReAlloc(handle, 0, GMEM_MODIFY | GMEM_DISCARDABLE), handle);
    ok_eq(GlobalSize(handle), 40);
    ok_eq(GlobalFlags(handle) & GMEM_DISCARDABLE, GMEM_DISCARDABLE);
    ok_ptr_eq(GlobalFree(handle), NULL);
}

TEST(freed_handles_are_known_as_such, "")
{
    HLOCAL handle = LocalAlloc(LMEM_MOVEABLE, 10);

    ok_ptr_eq(LocalFree(handle), NULL);
    SetLastError(0xdeadbeef);
    ok_ptr_eq(LocalFree(handle), handle);
    ok_error(ERROR_INVALID_HANDLE);
    ok_fails(LocalLock(handle), ERROR_INVALID_HANDLE);
    ok_eq(LocalFlags(handle), LMEM_INVALID_HANDLE);
}

#ifndef _WIN32
/* Windows ends the process for some of these. */
TEST(what_is_no_block_is_refused, "")
{
    HANDLE heap = HeapCreate(0, 0, 0), other = HeapCreate(0, 0, 0);
    static _Alignas(16) char memory[256];
    char *block = HeapAlloc(heap, 0, 10);

    ok_fails(HeapFree(other, 0, block), ERROR_INVALID_PARAMETER);
    ok_fails(HeapFree(heap, 0, memory + 128), ERROR_INVALID_PARAMETER);
    ok_fails(HeapFree(heap, 0, block + 1), ERROR_INVALID_PARAMETER);
    ok_fails(HeapReAlloc(other, 0, block, 20), ERROR_INVALID_PARAMETER);
    SetLastError(0);
    ok_eq(HeapSize(other, 0, block), (SIZE_T)-1);
    ok_error(ERROR_INVALID_PARAMETER);
    ok(!HeapValidate(other, 0, block));
    ok_fails(HeapAlloc(memory, 0, 1), ERROR_INVALID_HANDLE);
    ok_fails(HeapAlloc(NULL, 0, 1), ERROR_INVALID_HANDLE);
    ok_fails(HeapDestroy(NULL), ERROR_INVALID_HANDLE);
    ok_succeeds(HeapDestroy(heap));
    ok_succeeds(HeapDestroy(other));
}

TEST(options_of_heaps_are_checked, "")
{
    ok_fails(HeapCreate(HEAP_CREATE_ENABLE_EXECUTE, 0, 0), ERROR_NOT_SUPPORTED);
    ok_fails(HeapCreate(0x80000000, 0, 0), ERROR_INVALID_PARAMETER);
    ok_fails(HeapCreate(0, 0x20000, 0x10000), ERROR_INVALID_PARAMETER);
}

TEST(modify_makes_a_fixed_block_movable, "")
{
    char *block = LocalAlloc(LMEM_FIXED, 30);
    HLOCAL handle;

    ok_fails(LocalReAlloc(block, 0, LMEM_MODIFY), ERROR_INVALID_PARAMETER);
    handle = LocalReAlloc(block, 0, LMEM_MODIFY | LMEM_MOVEABLE);
    require(handle != NULL && handle != block);
    ok_ptr_eq(LocalLock(handle), block);
    LocalUnlock(handle);
    ok_ptr_eq(LocalFree(handle), NULL);
}
#endif

TEST(heap_information_of_the_common_kinds_is_accepted, "")
{
    ULONG low_fragmentation = 2;
    HANDLE heap = HeapCreate(0, 0, 0);

    ok_succeeds(HeapSetInformation(NULL, HeapEnableTerminationOnCorruption, NULL, 0));
    ok_succeeds(HeapSetInformation(heap, HeapCompatibilityInformation, &low_fragmentation,
                                   sizeof(low_fragmentation)));
    ok_succeeds(HeapDestroy(heap));
}

/* --- threads -------------------------------------------------------------------------------- */

static void allocate_much(void *heap)
{
    void *blocks[64] = {NULL};

    for (unsigned i = 0; i < 20000; i++) {
        unsigned slot = i * 7 % 64;

        if (blocks[slot])
            HeapFree(heap, 0, blocks[slot]);
        blocks[slot] = HeapAlloc(heap, 0, i % 300);
        if (i % 16 == 0)
            LocalFree(LocalAlloc(LMEM_MOVEABLE, i % 100));
    }
    for (unsigned i = 0; i < 64; i++)
        HeapFree(heap, 0, blocks[i]);
}

TEST(heaps_may_be_used_by_many_threads, "")
{
    HANDLE heap = HeapCreate(0, 0, 0);
    struct test_thread threads[4];

    for (unsigned i = 0; i < ARRAYSIZE(threads); i++)
        test_thread_start(&threads[i], allocate_much, heap);
    for (unsigned i = 0; i < ARRAYSIZE(threads); i++)
        test_thread_join(&threads[i]);
    ok_succeeds(HeapValidate(heap, 0, NULL));
    ok_succeeds(HeapDestroy(heap));
}
