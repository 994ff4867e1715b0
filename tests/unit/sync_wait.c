// SPDX-License-Identifier: MIT
/*
 * lib/sync from within: guards and who breaks them, slots that go to other processes, sleeping on
 * many words with and without the kernel's help, and events in parcels.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <ntstatus.h>

#include "harness/test.h"
#include "lib/object/parcel.h"
#include "lib/sync/event.h"
#include "lib/sync/semaphore.h"
#include "lib/sync/slab.h"
#include "lib/sync/words.h"
#include "os/os.h"
#include "util/macro.h"

#define SOON_NS 20000000000ull

/* --- guards --------------------------------------------------------------------------------- */

TEST(what_is_guarded_stays_as_it_is_until_it_is_committed, "")
{
    struct nt_sync_words words = {.state = NT_STATE_SIGNAL};

    ok(nt_words_guard_signal(&words));
    ok(nt_words_is_guarded(&words, atomic_load(&words.state)));
    ok(nt_tokens_commit(&words));
    ok_eq(atomic_load(&words.state), 0);
    ok(!nt_tokens_commit(&words));
    ok(!nt_words_unguard(&words));
    ok(!nt_words_guard_signal(&words));
    atomic_store(&words.state, NT_STATE_SIGNAL);
    ok(nt_words_guard_signal(&words));
    ok(nt_words_unguard(&words));
    ok_status(nt_tokens_take(&words), STATUS_WAIT_0);
}

static void end_at_once(void *arg)
{
    *(uint32_t *)arg = nt_os_tid();
}

TEST(the_guard_of_a_thread_that_is_gone_is_broken, "")
{
    struct nt_sync_words words = {.state = NT_STATE_SIGNAL | NT_STATE_GUARD};
    struct test_thread thread;
    uint32_t tid = 0;

    test_thread_start(&thread, end_at_once, &tid);
    test_thread_join(&thread);
    atomic_store(&words.guard, tid);
    ok_status(nt_tokens_take(&words), STATUS_WAIT_0);
    ok_eq(atomic_load(&words.state), 0);
    ok_eq(atomic_load(&words.observers), 0);
}

/* One that lives, but stands still: broken after a second, and then it cannot be committed. */
TEST(a_guard_that_lasts_is_broken_and_its_thread_notices, "")
{
    struct nt_sync_words words = {.state = NT_STATE_SIGNAL};

    ok(nt_words_guard_signal(&words));
    ok_status(nt_tokens_take(&words),
              STATUS_WAIT_0); /* who cannot know that it is the same thread */
    ok(!nt_tokens_commit(&words));
    ok_eq(atomic_load(&words.state), 0);
}

/* --- many words ----------------------------------------------------------------------------- */

static int no_waitv(enum nt_os_call call)
{
    return call == NT_OS_WAITV ? ENOSYS : 0;
}

struct sleeper {
    _Atomic uint32_t words[3];
    _Atomic bool begins;
    struct test_thread thread;
    int answer;
};

static void sleep_on_three(void *arg)
{
    struct sleeper *sleeper = arg;
    struct nt_os_wait waits[3];

    for (unsigned i = 0; i < 3; i++)
        waits[i] = (struct nt_os_wait){&sleeper->words[i], 0};
    atomic_store(&sleeper->begins, true);
    do {
        sleeper->answer = nt_os_futex_wait_any(waits, 3, nt_os_now_ns() + SOON_NS);
    } while (sleeper->answer == 0 && !atomic_load(&sleeper->words[2]));
}

static void check_words(void)
{
    struct sleeper sleeper = {.answer = 99};
    _Atomic uint32_t word = 5;
    struct nt_os_wait waits[2] = {{&word, 5}, {&word, 5}};
    uint64_t soon = nt_os_now_ns() + 3000000;
    int r;

    do {
        r = nt_os_futex_wait_any(waits, 2, soon); /* 0: a signal came */
    } while (r == 0);
    ok_eq(r, -ETIMEDOUT);
    do {
        r = nt_os_futex_wait_any(waits, 2, 0);
    } while (r == 0);
    ok_eq(r, -ETIMEDOUT);
    waits[1].value = 6;
    ok_eq(nt_os_futex_wait_any(waits, 2, UINT64_MAX), 0);
    test_thread_start(&sleeper.thread, sleep_on_three, &sleeper);
    ok(test_until(atomic_load(&sleeper.begins), 20000));
    atomic_store(&sleeper.words[2], 1);
    nt_os_futex_wake(&sleeper.words[2], 1);
    test_thread_join(&sleeper.thread);
    ok_eq(sleeper.answer, 0);
}

static void set_second(void *arg)
{
    nt_event_change((HANDLE)arg, NT_EVENT_SET, NULL);
}

static void check_events(void)
{
    HANDLE handles[2];
    struct test_thread thread;

    for (unsigned i = 0; i < 2; i++)
        ok_status(nt_event_create(NULL, i, false, EVENT_ALL_ACCESS, &handles[i]), STATUS_SUCCESS);
    for (unsigned i = 0; i < 2; i++) {
        test_thread_start(&thread, set_second, handles[i]);
        ok_status(nt_wait(handles, 2, false, false, nt_os_now_ns() + SOON_NS),
                  STATUS_WAIT_0 + (NTSTATUS)i);
        test_thread_join(&thread);
    }
    test_thread_start(&thread, set_second, handles[0]);
    ok_status(nt_wait(handles, 2, true, false, nt_os_now_ns() + SOON_NS), STATUS_WAIT_0);
    test_thread_join(&thread);
    for (unsigned i = 0; i < 2; i++)
        nt_handle_close(handles[i]);
}

TEST(a_thread_sleeps_on_many_words, "")
{
    check_words();
    check_events();
}

TEST(a_thread_sleeps_on_many_words_where_the_kernel_cannot, "")
{
    nt_os_set_fault(no_waitv);
    check_words();
    check_events();
    nt_os_set_fault(NULL);
}

/* --- slots for other processes -------------------------------------------------------------- */

TEST(a_slot_that_was_exported_is_never_given_again, "12.26")
{
    struct nt_slab *slab, *other, *next;
    void *slot, *place, *same;
    uint32_t offset = 99;
    int fd = -1, copy = -1;

    require(nt_slab_take(&slab, &slot) == STATUS_SUCCESS);
    nt_slab_export(slab, slot, &fd, &offset);
    ok_eq(offset % NT_SLAB_SLOT_SIZE, 0);
    ok_eq(nt_os_dup(fd, &copy), 0);
    /* The memory is here already: it is mapped once. */
    ok_status(nt_slab_import(copy, offset, &other, &same), STATUS_SUCCESS);
    ok_ptr_eq(other, slab);
    ok_ptr_eq(same, slot);
    ok_eq(nt_slab_key(slab, slot), nt_slab_key(other, same));
    nt_slab_give(other, same);
    place = slot;
    nt_slab_give(slab, slot);
    require(nt_slab_take(&next, &slot) == STATUS_SUCCESS);
    ok_ptr_ne(slot, place);
    nt_slab_give(next, slot);
}

/* A stranger's slab: its slots are used here, and none is given to anybody. */
TEST(a_slab_from_elsewhere_gives_no_slots, "")
{
    struct nt_slab *slab, *again, *own;
    void *slot, *second, *mine;
    struct nt_os_vma vma;
    int fd = -1, copy = -1;

    require(nt_os_memfd_new("theirs", 0x10000, NT_OS_MEMFD_PRIVATE, &fd) == 0);
    require(nt_os_dup(fd, &copy) == 0);
    ok_status(nt_slab_import(fd, 2 * NT_SLAB_SLOT_SIZE, &slab, &slot), STATUS_SUCCESS);
    ok_status(nt_slab_import(copy, 0, &again, &second), STATUS_SUCCESS);
    ok_ptr_eq(slab, again);
    require(nt_slab_take(&own, &mine) == STATUS_SUCCESS);
    ok_ptr_ne(own, slab);
    nt_slab_give(own, mine);
    nt_slab_give(slab, slot);
    ok(nt_os_vma_query((uintptr_t)second, &vma) == 0 && vma.start <= (uintptr_t)second);
    nt_slab_give(again, second);
    ok(nt_os_vma_query((uintptr_t)second, &vma) < 0 || vma.start > (uintptr_t)second);
}

static NTSTATUS import_new(uint64_t size, uint32_t offset)
{
    struct nt_slab *slab;
    void *slot;
    int fd = -1;
    NTSTATUS status;

    require(nt_os_memfd_new("theirs", size, NT_OS_MEMFD_PRIVATE, &fd) == 0);
    status = nt_slab_import(fd, offset, &slab, &slot);
    if (NT_SUCCESS(status))
        nt_slab_give(slab, slot);
    return status;
}

TEST(what_is_no_slab_is_refused, "")
{
    struct nt_slab *slab;
    void *slot;
    int ends[2];

    ok_status(import_new(0x10000, 0), STATUS_SUCCESS);
    ok_status(import_new(0x10000, 64), STATUS_DATA_ERROR);
    ok_status(import_new(0x10000, 0x10000), STATUS_DATA_ERROR);
    ok_status(import_new(0x8000, 0), STATUS_DATA_ERROR);
    ok_status(import_new(0x20000, 0), STATUS_DATA_ERROR);
    ok_status(nt_slab_import(-1, 0, &slab, &slot), STATUS_DATA_ERROR);
    ok_status(nt_slab_import(memfd_create("unsealed", MFD_CLOEXEC), 0, &slab, &slot),
              STATUS_DATA_ERROR);
    require(pipe2(ends, O_CLOEXEC) == 0);
    ok_status(nt_slab_import(ends[0], 0, &slab, &slot), STATUS_DATA_ERROR);
    close(ends[1]);
}

/* --- parcels -------------------------------------------------------------------------------- */

/* Another struct for the object behind @handle. */
static struct nt_object *through_a_parcel(HANDLE handle)
{
    NT_CLEANUP(nt_parcel_deinit) struct nt_parcel parcel = {.n_fds = 0};
    struct nt_object *object, *copy = NULL;
    ACCESS_MASK access;
    ULONG attributes;

    require(nt_handle_get(handle, NULL, 0, &object, &access) == STATUS_SUCCESS);
    ok_status(nt_parcel_pack(object, access, 0, &parcel), STATUS_SUCCESS);
    ok_status(nt_parcel_unpack(parcel.bytes, parcel.size, parcel.fds, parcel.n_fds, &copy, &access,
                               &attributes),
              STATUS_SUCCESS);
    parcel.n_fds = 0;
    require(copy != NULL);
    if (copy != object)
        ok(object->type->is_same(object, copy));
    nt_object_close(object);
    return copy;
}

TEST(an_event_in_a_parcel_is_the_same_one, "12.30")
{
    struct nt_object *copy;
    HANDLE handle, copied;

    ok_status(nt_event_create(NULL, false, true, EVENT_ALL_ACCESS, &handle), STATUS_SUCCESS);
    copy = through_a_parcel(handle);
    ok_status(nt_handle_hand_out(copy, EVENT_ALL_ACCESS, 0, &copied), STATUS_SUCCESS);
    ok_status(nt_handle_compare(handle, copied), STATUS_SUCCESS);
    ok_status(nt_object_wait(copied, 0), STATUS_WAIT_0);
    ok_status(nt_object_wait(handle, 0), STATUS_TIMEOUT);
    ok_status(nt_event_change(handle, NT_EVENT_SET, NULL), STATUS_SUCCESS);
    nt_handle_close(handle);
    ok_status(nt_object_wait(copied, 0), STATUS_WAIT_0);
    nt_handle_close(copied);
}

TEST(a_semaphore_in_a_parcel_keeps_its_maximum, "12.30")
{
    struct nt_object *copy;
    HANDLE handle, copied;
    LONG count, maximum;

    ok_status(nt_semaphore_create(NULL, 2, 3, SEMAPHORE_ALL_ACCESS, &handle), STATUS_SUCCESS);
    copy = through_a_parcel(handle);
    ok_status(nt_handle_hand_out(copy, SEMAPHORE_ALL_ACCESS, 0, &copied), STATUS_SUCCESS);
    nt_handle_close(handle);
    ok_status(nt_semaphore_query(copied, &count, &maximum), STATUS_SUCCESS);
    ok_eq(count, 2);
    ok_eq(maximum, 3);
    ok_status(nt_semaphore_release(copied, 2, NULL), STATUS_SEMAPHORE_LIMIT_EXCEEDED);
    nt_handle_close(copied);
}
