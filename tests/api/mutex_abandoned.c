// SPDX-License-Identifier: MIT
/*
 * Mutexes whose owner ends: whoever gets one next is told, once; threads and processes, that end
 * by themselves or are killed.
 */
#include "api/api.h"

static HANDLE new_mutex(const wchar_t *name)
{
    HANDLE mutex = CreateMutexW(NULL, FALSE, name);

    require(mutex != NULL, "error %u", (unsigned)GetLastError());
    return mutex;
}

/* It is the caller's now, and told only once that it was abandoned. */
static void take_abandoned(HANDLE mutex)
{
    ok_eq(WaitForSingleObject(mutex, 60000), WAIT_ABANDONED);
    ok_eq(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0);
    ok_succeeds(ReleaseMutex(mutex));
    ok_succeeds(ReleaseMutex(mutex));
    ok_fails(ReleaseMutex(mutex), ERROR_NOT_OWNER);
    ok_eq(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0);
    ok_succeeds(ReleaseMutex(mutex));
}

/* --- threads -------------------------------------------------------------------------------- */

static void take_and_end(void *arg)
{
    ok_eq(WaitForSingleObject(arg, 60000), WAIT_OBJECT_0);
    ok_eq(WaitForSingleObject(arg, 60000), WAIT_OBJECT_0);
}

static void end_with(HANDLE mutex)
{
    struct test_thread thread;

    test_thread_start(&thread, take_and_end, mutex);
    test_thread_join(&thread);
}

TEST(a_thread_that_ends_abandons_its_mutexes, "")
{
    HANDLE plain = new_mutex(NULL), named = new_mutex(L_("thread"));

    end_with(plain);
    take_abandoned(plain);
    end_with(named);
    take_abandoned(named);
    drop(plain, NULL);
    drop(named, NULL);
}

TEST(an_abandoned_mutex_ends_a_wait_for_any, "")
{
    HANDLE objects[3] = {CreateEventW(NULL, TRUE, FALSE, NULL), new_mutex(NULL), new_mutex(NULL)};

    end_with(objects[1]);
    ok_eq(WaitForMultipleObjects(3, objects, FALSE, 60000), WAIT_ABANDONED_0 + 1);
    ok_eq(WaitForMultipleObjects(3, objects, FALSE, 60000), WAIT_OBJECT_0 + 1);
    ok_succeeds(ReleaseMutex(objects[1]));
    ok_succeeds(ReleaseMutex(objects[1]));
    for (int i = 0; i < 3; i++)
        drop(objects[i], NULL);
}

TEST(an_abandoned_mutex_stays_so_until_a_wait_for_all_gets_all, "")
{
    HANDLE objects[2] = {new_mutex(NULL), CreateEventW(NULL, FALSE, FALSE, NULL)};
    DWORD result;

    end_with(objects[0]);
    ok_eq(WaitForMultipleObjects(2, objects, TRUE, 0), WAIT_TIMEOUT);
    ok_eq(WaitForMultipleObjects(2, objects, TRUE, 20), WAIT_TIMEOUT);
    ok_succeeds(SetEvent(objects[1]));
    result = WaitForMultipleObjects(2, objects, TRUE, 60000);
    ok(result >= WAIT_ABANDONED_0 && result <= WAIT_ABANDONED_0 + 1, "%u", (unsigned)result);
    ok_succeeds(ReleaseMutex(objects[0]));
    ok_eq(WaitForSingleObject(objects[0], 0), WAIT_OBJECT_0);
    ok_succeeds(ReleaseMutex(objects[0]));
    drop(objects[0], NULL);
    drop(objects[1], NULL);
}

TEST(nt_mutant_tells_that_it_is_abandoned, "")
{
    HANDLE mutex = new_mutex(NULL);
    MUTANT_BASIC_INFORMATION information;

    end_with(mutex);
    ok_status(NtQueryMutant(mutex, MutantBasicInformation, &information, sizeof(information), NULL),
              STATUS_SUCCESS);
    ok_eq(information.CurrentCount, 1);
    ok(!information.OwnedByCaller);
    ok(information.AbandonedState);
    take_abandoned(mutex);
    ok_status(NtQueryMutant(mutex, MutantBasicInformation, &information, sizeof(information), NULL),
              STATUS_SUCCESS);
    ok(!information.AbandonedState);
    drop(mutex, NULL);
}

struct waiter {
    HANDLE mutex, begun;
    DWORD result;
};

static void wait_long(void *arg)
{
    struct waiter *waiter = arg;

    SetEvent(waiter->begun);
    waiter->result = WaitForSingleObject(waiter->mutex, 60000);
    if (waiter->result == WAIT_OBJECT_0 || waiter->result == WAIT_ABANDONED)
        ok_succeeds(ReleaseMutex(waiter->mutex));
}

/* --- processes ------------------------------------------------------------------------------ */

/* Takes the mutexes of its arguments and ends as it is told. */
CHILD(mutex_owner)
{
    char how[16];

    for (int i = 1; i < argc; i++) {
        HANDLE mutex = OpenMutexA(SYNCHRONIZE, FALSE, argv[i]);

        require(mutex != NULL, "error %u", (unsigned)GetLastError());
        ok_eq(WaitForSingleObject(mutex, 60000), WAIT_OBJECT_0);
    }
    test_say("taken");
    if (test_hear(how, sizeof(how), 60000) && strcmp(how, "release") == 0) {
        HANDLE mutex = OpenMutexA(SYNCHRONIZE, FALSE, argv[1]);

        ok_succeeds(ReleaseMutex(mutex));
    }
    return 0;
}

TEST(a_process_that_ends_abandons_its_mutexes, "11.28")
{
    HANDLE first = new_mutex(L_("first")), second = new_mutex(L_("second"));
    struct test_child child;

    require(test_child_start(&child, "mutex_owner", A_("first"), A_("second")));
    test_child_expect(&child, "taken", 20000);
    ok_eq(WaitForSingleObject(first, 0), WAIT_TIMEOUT);
    ok_eq(WaitForSingleObject(second, 0), WAIT_TIMEOUT);
    test_child_write_line(&child, "release");
    ok_eq(test_child_wait(&child, 20000), 0);
    ok_eq(WaitForSingleObject(first, 0), WAIT_OBJECT_0);
    ok_succeeds(ReleaseMutex(first));
    take_abandoned(second);
    drop(first, NULL);
    drop(second, NULL);
}

TEST(a_process_that_is_killed_abandons_its_mutexes, "11.28")
{
    HANDLE mutex = new_mutex(L_("killed")), more = new_mutex(L_("more"));

    for (int round = 0; round < 5; round++) {
        struct test_child child;

        require(test_child_start(&child, "mutex_owner", A_("killed"), A_("more")));
        test_child_expect(&child, "taken", 20000);
        ok_eq(WaitForSingleObject(mutex, 0), WAIT_TIMEOUT);
        test_child_kill(&child);
        take_abandoned(more);
        take_abandoned(mutex);
    }
    drop(mutex, NULL);
    drop(more, NULL);
}

TEST(who_sleeps_is_woken_when_the_owner_is_killed, "11.28")
{
    struct waiter waiters[3];
    struct test_thread threads[3];
    unsigned n_abandoned = 0, n_plain = 0;
    HANDLE mutex = new_mutex(L_("asleep"));
    HANDLE begun = CreateEventW(NULL, FALSE, FALSE, NULL);
    struct test_child child;

    require(test_child_start(&child, "mutex_owner", A_("asleep")));
    test_child_expect(&child, "taken", 20000);
    for (int i = 0; i < 3; i++) {
        waiters[i] = (struct waiter){.mutex = mutex, .begun = begun};
        test_thread_start(&threads[i], wait_long, &waiters[i]);
        ok_eq(WaitForSingleObject(begun, 60000), WAIT_OBJECT_0);
    }
    ok_eq(WaitForSingleObject(mutex, 20), WAIT_TIMEOUT);
    test_child_kill(&child);
    for (int i = 0; i < 3; i++) {
        test_thread_join(&threads[i]);
        n_abandoned += waiters[i].result == WAIT_ABANDONED;
        n_plain += waiters[i].result == WAIT_OBJECT_0;
    }
    ok_eq(n_abandoned, 1);
    ok_eq(n_plain, 2);
    drop(begun, NULL);
    drop(mutex, NULL);
}
