// SPDX-License-Identifier: MIT
/*
 * Byte-range locks: LockFile and its family, between handles of one process and of two, and what
 * they refuse to readers, writers and makers of sections.
 *
 * Where Wine differs: it says ERROR_LOCK_VIOLATION of a range that is not locked, its locks are
 * advice that ReadFile, WriteFile and CreateFileMapping do not look at, and it does not ask which
 * rights a handle that locks has.
 */
#include "api/section_kit.h"

#include <stdio.h>
#include <stdlib.h>

#define HERE 100
#define LEN  50

static BOOL lock_ex(HANDLE file, DWORD flags, uint64_t offset, uint64_t size)
{
    OVERLAPPED at = {.Offset = (DWORD)offset, .OffsetHigh = (DWORD)(offset >> 32)};

    return LockFileEx(file, flags, 0, (DWORD)size, (DWORD)(size >> 32), &at);
}

static BOOL unlock_ex(HANDLE file, uint64_t offset, uint64_t size)
{
    OVERLAPPED at = {.Offset = (DWORD)offset, .OffsetHigh = (DWORD)(offset >> 32)};

    return UnlockFileEx(file, 0, (DWORD)size, (DWORD)(size >> 32), &at);
}

#define NOW       LOCKFILE_FAIL_IMMEDIATELY
#define EXCLUSIVE LOCKFILE_EXCLUSIVE_LOCK

static BOOL write_at(HANDLE file, DWORD offset, DWORD size)
{
    OVERLAPPED at = {.Offset = offset};
    char bytes[256] = {0};
    DWORD done;

    return WriteFile(file, bytes, size, &done, &at);
}

static BOOL read_at(HANDLE file, DWORD offset, DWORD size)
{
    OVERLAPPED at = {.Offset = offset};
    char bytes[256];
    DWORD done;

    return ReadFile(file, bytes, size, &done, &at);
}

TEST(an_exclusive_lock_refuses_every_overlap, "")
{
    HANDLE first = new_file(A_("lock"), READ_WRITE, 4096);
    HANDLE second = open_file(A_("lock"), READ_WRITE, SHARE_ALL);

    ok_succeeds(LockFile(first, HERE, 0, LEN, 0));
    ok_fails(LockFile(second, HERE, 0, LEN, 0), ERROR_LOCK_VIOLATION);
    ok_fails(LockFile(second, HERE + LEN - 1, 0, LEN, 0), ERROR_LOCK_VIOLATION);
    ok_fails(LockFile(second, HERE - 10, 0, 11, 0), ERROR_LOCK_VIOLATION);
    ok_fails(LockFile(second, 0, 0, 4096, 0), ERROR_LOCK_VIOLATION);
    ok_fails(lock_ex(second, NOW, HERE + 5, 1), ERROR_LOCK_VIOLATION);
    ok_succeeds(LockFile(second, HERE + LEN, 0, 1, 0));
    ok_succeeds(LockFile(second, HERE - 1, 0, 1, 0));
    ok_succeeds(UnlockFile(first, HERE, 0, LEN, 0));
    ok_succeeds(LockFile(second, HERE, 0, LEN, 0));
    drop(first, NULL);
    drop(second, NULL);
}

TEST(an_exclusive_lock_refuses_its_own_handle_too, "")
{
    HANDLE file = new_file(A_("lock"), READ_WRITE, 4096);

    ok_succeeds(LockFile(file, HERE, 0, LEN, 0));
    ok_fails(LockFile(file, HERE, 0, LEN, 0), ERROR_LOCK_VIOLATION);
    ok_fails(LockFile(file, HERE + 10, 0, 1, 0), ERROR_LOCK_VIOLATION);
    ok_succeeds(UnlockFile(file, HERE, 0, LEN, 0));
    ok_succeeds(lock_ex(file, NOW, HERE, LEN));
    ok_fails(lock_ex(file, NOW | EXCLUSIVE, HERE + LEN - 1, 5), ERROR_LOCK_VIOLATION);
    ok_succeeds(unlock_ex(file, HERE, LEN));
    drop(file, NULL);
}

TEST(shared_locks_share, "")
{
    HANDLE first = new_file(A_("lock"), READ_WRITE, 4096);
    HANDLE second = open_file(A_("lock"), READ_WRITE, SHARE_ALL);

    ok_succeeds(lock_ex(first, NOW, HERE, LEN));
    ok_succeeds(lock_ex(second, NOW, HERE, LEN));
    ok_succeeds(lock_ex(second, NOW, HERE + 10, LEN));
    ok_fails(lock_ex(second, NOW | EXCLUSIVE, HERE, 1), ERROR_LOCK_VIOLATION);
    ok_succeeds(unlock_ex(second, HERE, LEN));
    ok_succeeds(unlock_ex(second, HERE + 10, LEN));
    ok_fails(lock_ex(second, NOW | EXCLUSIVE, HERE, 1), ERROR_LOCK_VIOLATION);
    ok_succeeds(unlock_ex(first, HERE, LEN));
    ok_succeeds(lock_ex(second, NOW | EXCLUSIVE, HERE, 1));
    drop(first, NULL);
    drop(second, NULL);
}

TEST(an_unlock_names_exactly_a_locked_range, "")
{
    HANDLE file = new_file(A_("lock"), READ_WRITE, 4096);
    HANDLE second = open_file(A_("lock"), READ_WRITE, SHARE_ALL);

    todo_wine ok_fails(UnlockFile(file, HERE, 0, LEN, 0), ERROR_NOT_LOCKED);
    ok_succeeds(LockFile(file, HERE, 0, LEN, 0));
    ok_succeeds(LockFile(file, HERE + LEN, 0, LEN, 0));
    todo_wine ok_fails(UnlockFile(file, HERE, 0, LEN - 1, 0), ERROR_NOT_LOCKED);
    todo_wine ok_fails(UnlockFile(file, HERE + 1, 0, LEN - 1, 0), ERROR_NOT_LOCKED);
    todo_wine ok_fails(UnlockFile(file, HERE, 0, 2 * LEN, 0), ERROR_NOT_LOCKED);
    todo_wine ok_fails(UnlockFile(second, HERE, 0, LEN, 0), ERROR_NOT_LOCKED);
    ok_succeeds(UnlockFile(file, HERE, 0, LEN, 0));
    todo_wine ok_fails(UnlockFile(file, HERE, 0, LEN, 0), ERROR_NOT_LOCKED);
    /* The neighbour stays. */
    ok_fails(LockFile(second, HERE + LEN, 0, 1, 0), ERROR_LOCK_VIOLATION);
    ok_succeeds(LockFile(second, HERE, 0, LEN, 0));
    ok_succeeds(UnlockFile(file, HERE + LEN, 0, LEN, 0));
    drop(file, NULL);
    drop(second, NULL);
}

TEST(unlocking_one_of_two_shared_locks_keeps_the_other, "")
{
    HANDLE first = new_file(A_("lock"), READ_WRITE, 4096);
    HANDLE second = open_file(A_("lock"), READ_WRITE, SHARE_ALL);

    ok_succeeds(lock_ex(first, NOW, 0, 100));
    ok_succeeds(lock_ex(first, NOW, 50, 100));
    ok_succeeds(unlock_ex(first, 0, 100));
    ok_fails(LockFile(second, 60, 0, 1, 0), ERROR_LOCK_VIOLATION);
    ok_fails(LockFile(second, 149, 0, 1, 0), ERROR_LOCK_VIOLATION);
    ok_succeeds(LockFile(second, 49, 0, 1, 0));
    ok_succeeds(LockFile(second, 150, 0, 1, 0));
    drop(first, NULL);
    drop(second, NULL);
}

TEST(an_exclusive_lock_becomes_shared_by_two_calls, "")
{
    HANDLE first = new_file(A_("lock"), READ_WRITE, 4096);
    HANDLE second = open_file(A_("lock"), READ_WRITE, SHARE_ALL);

    /* As programs do that never want to be without a lock: the first unlock is the exclusive's. */
    ok_succeeds(lock_ex(first, NOW | EXCLUSIVE, 0, 1));
    ok_succeeds(lock_ex(first, NOW, 0, 1));
    ok_fails(lock_ex(second, NOW, 0, 1), ERROR_LOCK_VIOLATION);
    ok_succeeds(unlock_ex(first, 0, 1));
    ok_succeeds(lock_ex(second, NOW, 0, 1));
    ok_fails(lock_ex(second, NOW | EXCLUSIVE, 0, 1), ERROR_LOCK_VIOLATION);
    ok_succeeds(unlock_ex(first, 0, 1));
    todo_wine ok_fails(unlock_ex(first, 0, 1), ERROR_NOT_LOCKED);
    ok_succeeds(unlock_ex(second, 0, 1));
    drop(first, NULL);
    drop(second, NULL);
}

TEST(a_range_may_lie_beyond_the_file_and_beyond_63_bits, "")
{
    HANDLE first = new_file(A_("lock"), READ_WRITE, 16);
    HANDLE second = open_file(A_("lock"), READ_WRITE, SHARE_ALL);

    ok_succeeds(LockFile(first, 0x40000000, 0, 510, 0));
    ok_fails(LockFile(second, 0x40000001, 0, 1, 0), ERROR_LOCK_VIOLATION);
    ok_succeeds(LockFile(first, 0, 0x80000000, 1, 0));
    ok_fails(LockFile(second, 0, 0x80000000, 1, 0), ERROR_LOCK_VIOLATION);
    ok_succeeds(LockFile(second, 1, 0x80000000, 1, 0));
    ok_succeeds(LockFile(first, 0xFFFFFFFE, 0xFFFFFFFF, 1, 0));
    ok_fails(LockFile(second, 0xFFFFFFFE, 0xFFFFFFFF, 1, 0), ERROR_LOCK_VIOLATION);
    ok_succeeds(UnlockFile(first, 0xFFFFFFFE, 0xFFFFFFFF, 1, 0));
    ok_succeeds(LockFile(second, 0xFFFFFFFE, 0xFFFFFFFF, 1, 0));
    ok_eq(length_of(A_("lock")), 16);
    drop(first, NULL);
    drop(second, NULL);
}

/* Ranges up there are kept modulo something; none is lost where that begins anew. */
TEST(a_long_range_beyond_63_bits_has_all_its_bytes, "")
{
    HANDLE first = new_file(A_("lock"), READ_WRITE, 16);
    HANDLE second = open_file(A_("lock"), READ_WRITE, SHARE_ALL);

    for (DWORD bits = 12; bits <= 20; bits++) {
        ok_succeeds(LockFile(first, 8, 0x80000000, (1u << bits) - 7, 0));
        ok_fails(LockFile(second, 8, 0x80000000, 1, 0), ERROR_LOCK_VIOLATION);
        ok_fails(LockFile(second, 1u << bits, 0x80000000, 1, 0), ERROR_LOCK_VIOLATION);
        ok_succeeds(UnlockFile(first, 8, 0x80000000, (1u << bits) - 7, 0));
        ok_succeeds(LockFile(second, 1u << bits, 0x80000000, 1, 0));
        ok_succeeds(UnlockFile(second, 1u << bits, 0x80000000, 1, 0));
    }
    drop(first, NULL);
    drop(second, NULL);
}

TEST(a_lock_that_fails_keeps_no_part_of_its_range, "")
{
    HANDLE first = new_file(A_("lock"), READ_WRITE, 4096);
    HANDLE second = open_file(A_("lock"), READ_WRITE, SHARE_ALL);
    HANDLE third = open_file(A_("lock"), READ_WRITE, SHARE_ALL);

    ok_succeeds(LockFile(first, HERE, 0, LEN, 0));
    ok_succeeds(lock_ex(second, NOW, 40, 10));
    ok_fails(lock_ex(second, NOW, 0, HERE + 20), ERROR_LOCK_VIOLATION);
    ok_succeeds(LockFile(third, 0, 0, 40, 0));
    ok_succeeds(LockFile(third, 50, 0, 50, 0));
    ok_fails(LockFile(third, 40, 0, 10, 0), ERROR_LOCK_VIOLATION);
    drop(first, NULL);
    drop(second, NULL);
    drop(third, NULL);
}

TEST(a_lock_of_everything_meets_every_other, "")
{
    HANDLE first = new_file(A_("lock"), READ_WRITE, 16);
    HANDLE second = open_file(A_("lock"), READ_WRITE, SHARE_ALL);

    ok_succeeds(LockFile(first, 0, 0, 0xFFFFFFFF, 0xFFFFFFFF));
    ok_fails(LockFile(second, 0, 0, 1, 0), ERROR_LOCK_VIOLATION);
    ok_fails(LockFile(second, 0, 0x40000000, 1, 0), ERROR_LOCK_VIOLATION);
    ok_fails(LockFile(second, 7, 0xC0000000, 1, 0), ERROR_LOCK_VIOLATION);
    ok_succeeds(UnlockFile(first, 0, 0, 0xFFFFFFFF, 0xFFFFFFFF));
    ok_succeeds(LockFile(second, 0, 0, 1, 0));
    drop(first, NULL);
    drop(second, NULL);
}

TEST(a_range_that_leaves_64_bits_is_refused, "")
{
    HANDLE file = new_file(A_("lock"), READ_WRITE, 16);

    todo_wine ok_fails(LockFile(file, 2, 0, 0xFFFFFFFF, 0xFFFFFFFF), ERROR_INVALID_LOCK_RANGE);
    ok_succeeds(LockFile(file, 1, 0, 0xFFFFFFFF, 0xFFFFFFFF));
    ok_succeeds(UnlockFile(file, 1, 0, 0xFFFFFFFF, 0xFFFFFFFF));
    drop(file, NULL);
}

TEST(an_empty_range_is_a_place_that_others_may_not_span, "")
{
    HANDLE file = new_file(A_("lock"), READ_WRITE, 4096);

    ok_succeeds(LockFile(file, 100, 0, 0, 0));
    ok_fails(LockFile(file, 98, 0, 4, 0), ERROR_LOCK_VIOLATION);
    ok_succeeds(LockFile(file, 90, 0, 10, 0));
    ok_succeeds(LockFile(file, 100, 0, 10, 0));
    ok_succeeds(UnlockFile(file, 90, 0, 10, 0));
    ok_succeeds(UnlockFile(file, 100, 0, 10, 0));
    ok_succeeds(UnlockFile(file, 100, 0, 0, 0));
    todo_wine ok_fails(UnlockFile(file, 100, 0, 0, 0), ERROR_NOT_LOCKED);
    drop(file, NULL);
}

TEST(locks_go_with_the_last_copy_of_the_handle, "")
{
    HANDLE first = new_file(A_("lock"), READ_WRITE, 4096);
    HANDLE second = open_file(A_("lock"), READ_WRITE, SHARE_ALL);
    HANDLE copy;

    ok_succeeds(LockFile(first, HERE, 0, LEN, 0));
    ok_succeeds(DuplicateHandle(GetCurrentProcess(), first, GetCurrentProcess(), &copy, 0, FALSE,
                                DUPLICATE_SAME_ACCESS));
    ok_fails(LockFile(copy, HERE, 0, LEN, 0), ERROR_LOCK_VIOLATION);
    drop(first, NULL);
    ok_fails(LockFile(second, HERE, 0, LEN, 0), ERROR_LOCK_VIOLATION);
    drop(copy, NULL);
    ok_succeeds(LockFile(second, HERE, 0, LEN, 0));
    drop(second, NULL);
}

TEST(a_lock_refuses_the_bytes_to_other_handles, "")
{
    HANDLE first = new_file(A_("lock"), READ_WRITE, 4096);
    HANDLE second = open_file(A_("lock"), READ_WRITE, SHARE_ALL);

    ok_succeeds(LockFile(first, HERE, 0, LEN, 0));
    todo_wine ok_fails(read_at(second, HERE, 1), ERROR_LOCK_VIOLATION);
    todo_wine ok_fails(write_at(second, HERE - 5, 10), ERROR_LOCK_VIOLATION);
    ok_succeeds(read_at(second, HERE - 5, 5));
    ok_succeeds(write_at(second, HERE + LEN, 5));
    ok_succeeds(read_at(first, HERE, LEN));
    ok_succeeds(write_at(first, HERE, LEN));
    ok_succeeds(UnlockFile(first, HERE, 0, LEN, 0));
    ok_succeeds(read_at(second, HERE, 1));
    drop(first, NULL);
    drop(second, NULL);
}

TEST(a_shared_lock_refuses_writing_to_everybody, "")
{
    HANDLE first = new_file(A_("lock"), READ_WRITE, 4096);
    HANDLE second = open_file(A_("lock"), READ_WRITE, SHARE_ALL);

    ok_succeeds(lock_ex(first, NOW, HERE, LEN));
    ok_succeeds(read_at(first, HERE, LEN));
    ok_succeeds(read_at(second, HERE, LEN));
    todo_wine ok_fails(write_at(second, HERE, 1), ERROR_LOCK_VIOLATION);
    todo_wine ok_fails(write_at(first, HERE, 1), ERROR_LOCK_VIOLATION);
    drop(first, NULL);
    drop(second, NULL);
}

TEST(a_handle_that_only_reads_can_lock, "")
{
    HANDLE writer = new_file(A_("lock"), READ_WRITE, 4096);
    HANDLE reader = open_file(A_("lock"), GENERIC_READ, SHARE_ALL);
    HANDLE blind = open_file(A_("lock"), GENERIC_WRITE, SHARE_ALL);

    ok_succeeds(LockFile(reader, HERE, 0, LEN, 0));
    todo_wine ok_fails(write_at(writer, HERE, 1), ERROR_LOCK_VIOLATION);
    ok_succeeds(read_at(reader, HERE, 1));
    ok_succeeds(UnlockFile(reader, HERE, 0, LEN, 0));
    ok_succeeds(lock_ex(blind, NOW, HERE, LEN));
    ok_fails(LockFile(writer, HERE, 0, LEN, 0), ERROR_LOCK_VIOLATION);
    ok_succeeds(unlock_ex(blind, HERE, LEN));
    drop(writer, NULL);
    drop(reader, NULL);
    drop(blind, NULL);
}

TEST(what_cannot_be_locked_is_refused, "")
{
    HANDLE file = new_file(A_("lock"), READ_WRITE, 4096);
    HANDLE attributes = open_file(A_("lock"), FILE_READ_ATTRIBUTES, SHARE_ALL);
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    OVERLAPPED at = {.Offset = 0};

    ok_fails(LockFile(NULL, 0, 0, 1, 0), ERROR_INVALID_HANDLE);
    ok_fails(LockFile(section, 0, 0, 1, 0), ERROR_INVALID_HANDLE);
    ok_fails(UnlockFile(section, 0, 0, 1, 0), ERROR_INVALID_HANDLE);
    ok_fails(LockFileEx(file, NOW, 1, 1, 0, &at), ERROR_INVALID_PARAMETER);
    ok_fails(UnlockFileEx(file, 1, 1, 0, &at), ERROR_INVALID_PARAMETER);
    todo_wine ok_fails(LockFile(attributes, 0, 0, 1, 0), ERROR_ACCESS_DENIED);
    drop(section, NULL);
    drop(attributes, NULL);
    drop(file, NULL);
}

TEST(a_lock_sets_the_event_of_its_overlapped, "")
{
    HANDLE file = new_file(A_("lock"), READ_WRITE, 4096);
    OVERLAPPED at = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
    DWORD done = 7;

    ok_succeeds(LockFileEx(file, NOW, 0, 10, 0, &at));
    ok_eq(WaitForSingleObject(at.hEvent, 0), WAIT_OBJECT_0);
    ok_succeeds(GetOverlappedResult(file, &at, &done, FALSE));
    ok_eq(done, 0);
    drop(at.hEvent, NULL);
    drop(file, NULL);
}

/* --- waiting, and other processes ----------------------------------------------------------- */

struct waiter {
    HANDLE file;
    volatile LONG state;
};

static void wait_for_lock(void *argument)
{
    struct waiter *waiter = (struct waiter *)argument;

    __atomic_store_n(&waiter->state, 1, __ATOMIC_SEQ_CST);
    ok_succeeds(lock_ex(waiter->file, EXCLUSIVE, HERE, LEN));
    __atomic_store_n(&waiter->state, 2, __ATOMIC_SEQ_CST);
}

static void check_waiting(HANDLE holder, HANDLE file)
{
    struct waiter waiter = {.file = file};
    struct test_thread thread;

    test_thread_start(&thread, wait_for_lock, &waiter);
    ok(test_until(__atomic_load_n(&waiter.state, __ATOMIC_SEQ_CST) == 1, SOON));
    for (int i = 0; i < 20; i++)
        test_pause();
    ok_eq(__atomic_load_n(&waiter.state, __ATOMIC_SEQ_CST), 1);
    ok_succeeds(UnlockFile(holder, HERE, 0, LEN, 0));
    test_thread_join(&thread);
    ok_eq(waiter.state, 2);
    ok_succeeds(UnlockFile(file, HERE, 0, LEN, 0));
}

TEST(a_lock_that_waits_gets_it_from_another_handle, "")
{
    HANDLE first = new_file(A_("lock"), READ_WRITE, 4096);
    HANDLE second = open_file(A_("lock"), READ_WRITE, SHARE_ALL);

    ok_succeeds(LockFile(first, HERE, 0, LEN, 0));
    check_waiting(first, second);
    drop(first, NULL);
    drop(second, NULL);
}

TEST(a_lock_that_waits_gets_it_from_its_own_handle, "")
{
    HANDLE file = new_file(A_("lock"), READ_WRITE, 4096);

#ifdef _WIN32
    win_skip("a handle that is not overlapped does one thing at a time there");
#endif
    ok_succeeds(LockFile(file, HERE, 0, LEN, 0));
    check_waiting(file, file);
    drop(file, NULL);
}

CHILD(locker)
{
    HANDLE file = CreateFileA(argv[1], READ_WRITE, SHARE_ALL, NULL, OPEN_EXISTING, 0, NULL);
    char line[16];

    require(file != INVALID_HANDLE_VALUE);
    ok_succeeds(LockFile(file, HERE, 0, LEN, 0));
    test_say("locked");
    test_hear(line, sizeof(line), SOON);
    ok_fails(LockFile(file, 0, 0, 1, 0), ERROR_LOCK_VIOLATION);
    ok_succeeds(UnlockFile(file, HERE, 0, LEN, 0));
    test_say("unlocked");
    test_hear(line, sizeof(line), SOON);
    ok_succeeds(CloseHandle(file));
    return 0;
}

TEST(locks_hold_between_processes, "")
{
    HANDLE file = new_file(A_("lock"), READ_WRITE, 4096);
    struct test_child child;

    require(test_child_start(&child, "locker", path_of(A_("lock"))));
    test_child_expect(&child, "locked", SOON);
    ok_fails(LockFile(file, HERE, 0, 1, 0), ERROR_LOCK_VIOLATION);
    ok_fails(lock_ex(file, NOW, HERE, 1), ERROR_LOCK_VIOLATION);
    todo_wine ok_fails(read_at(file, HERE, 1), ERROR_LOCK_VIOLATION);
    ok_succeeds(LockFile(file, 0, 0, 1, 0));
    test_child_write_line(&child, "unlock");
    test_child_expect(&child, "unlocked", SOON);
    ok_succeeds(LockFile(file, HERE, 0, 1, 0));
    test_child_write_line(&child, "end");
    ok_eq(test_child_wait(&child, SOON), 0);
    drop(file, NULL);
}

TEST(locks_of_a_killed_process_are_gone, "")
{
    HANDLE file = new_file(A_("lock"), READ_WRITE, 4096);
    struct test_child child;

    require(test_child_start(&child, "locker", path_of(A_("lock"))));
    test_child_expect(&child, "locked", SOON);
    ok_fails(LockFile(file, HERE, 0, 1, 0), ERROR_LOCK_VIOLATION);
    ok_eq(test_child_kill(&child), TEST_CHILD_KILLED);
    ok_succeeds(lock_ex(file, EXCLUSIVE, HERE, 1));
    drop(file, NULL);
}

/* --- sections ------------------------------------------------------------------------------- */

TEST(a_locked_file_gives_no_section_to_other_handles, "16.26")
{
    HANDLE holder = new_file(A_("lock"), READ_WRITE, 4096);
    HANDLE other = open_file(A_("lock"), READ_WRITE, SHARE_ALL);
    HANDLE section;

    ok_succeeds(LockFile(holder, 0, 0, 0xFFFFFFFF, 0xFFFFFFFF));
    todo_wine check_section_fails(other, PAGE_READWRITE, 0, ERROR_LOCK_VIOLATION);
    todo_wine check_section_fails(other, PAGE_READONLY, 0, ERROR_LOCK_VIOLATION);
    section = file_section(holder, PAGE_READWRITE, 0);
    drop(section, NULL);
    ok_succeeds(UnlockFile(holder, 0, 0, 0xFFFFFFFF, 0xFFFFFFFF));
    section = file_section(other, PAGE_READWRITE, 0);
    drop(section, NULL);
    drop(holder, NULL);
    drop(other, NULL);
}

TEST(locks_of_parts_and_shared_locks_allow_sections, "16.26")
{
    HANDLE holder = new_file(A_("lock"), READ_WRITE, 4096);
    HANDLE other = open_file(A_("lock"), READ_WRITE, SHARE_ALL);
    HANDLE section;

    ok_succeeds(LockFile(holder, 120, 0, 8, 0));
    ok_succeeds(lock_ex(holder, NOW, 0, 1));
    section = file_section(other, PAGE_READWRITE, 0);
    drop(section, NULL);
    drop(holder, NULL);
    drop(other, NULL);
}

TEST(locks_do_not_concern_views, "16.26")
{
    HANDLE holder = new_file(A_("lock"), READ_WRITE, 4096);
    HANDLE other = open_file(A_("lock"), READ_WRITE, SHARE_ALL);
    HANDLE section = file_section(other, PAGE_READWRITE, 0);
    volatile uint32_t *words = map_words(section);

    ok_succeeds(LockFile(holder, 0, 0, 4096, 0));
    words[3] = 77;
    ok_eq(words[3], 77);
    ok_eq(words[4], 4);
    todo_wine ok_fails(read_at(other, 0, 4), ERROR_LOCK_VIOLATION);
    drop(section, words);
    drop(holder, NULL);
    drop(other, NULL);
}
