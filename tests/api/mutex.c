// SPDX-License-Identifier: MIT
/*
 * Mutexes: owning, giving back, names and rights. What happens when an owner ends is in
 * mutex_abandoned.c.
 */
#include "api/api.h"

static HANDLE new_mutex(BOOL owned, const wchar_t *name)
{
    HANDLE mutex = CreateMutexW(NULL, owned, name);

    require(mutex != NULL, "error %u", (unsigned)GetLastError());
    return mutex;
}

struct other {
    HANDLE mutex;
    DWORD result;
};

static void try_once(void *arg)
{
    struct other *other = arg;

    other->result = WaitForSingleObject(other->mutex, 0);
    if (other->result == WAIT_OBJECT_0)
        ok_succeeds(ReleaseMutex(other->mutex));
}

/* Whether another thread could take it now. */
static bool is_free(HANDLE mutex)
{
    struct other other = {.mutex = mutex};
    struct test_thread thread;

    test_thread_start(&thread, try_once, &other);
    test_thread_join(&thread);
    ok(other.result == WAIT_OBJECT_0 || other.result == WAIT_TIMEOUT, "%u", (unsigned)other.result);
    return other.result == WAIT_OBJECT_0;
}

TEST(a_wait_takes_a_mutex_and_release_gives_it_back, "")
{
    HANDLE mutex = new_mutex(FALSE, NULL);

    ok(is_free(mutex));
    ok_eq(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0);
    ok(!is_free(mutex));
    ok_succeeds(ReleaseMutex(mutex));
    ok(is_free(mutex));
    ok_fails(ReleaseMutex(mutex), ERROR_NOT_OWNER);
    drop(mutex, NULL);
}

TEST(the_owner_may_take_a_mutex_again, "")
{
    HANDLE mutex = new_mutex(TRUE, NULL);

    ok(!is_free(mutex));
    for (int i = 0; i < 10; i++)
        ok_eq(WaitForSingleObject(mutex, INFINITE), WAIT_OBJECT_0);
    for (int i = 0; i < 10; i++) {
        ok_succeeds(ReleaseMutex(mutex));
        ok(!is_free(mutex));
    }
    ok_succeeds(ReleaseMutex(mutex));
    ok(is_free(mutex));
    ok_fails(ReleaseMutex(mutex), ERROR_NOT_OWNER);
    drop(mutex, NULL);
}

static void release_foreign(void *arg)
{
    ok_fails(ReleaseMutex(arg), ERROR_NOT_OWNER);
}

TEST(only_the_owner_releases, "")
{
    HANDLE mutex = new_mutex(TRUE, NULL);
    struct test_thread thread;

    test_thread_start(&thread, release_foreign, mutex);
    test_thread_join(&thread);
    ok(!is_free(mutex));
    ok_succeeds(ReleaseMutex(mutex));
    drop(mutex, NULL);
}

TEST(creating_a_mutex_sets_the_last_error, "1.18 1.19 11.27")
{
    HANDLE first, second;

    SetLastError(0xdeadbeef);
    first = new_mutex(FALSE, L_("twice"));
    ok_error(ERROR_SUCCESS);
    SetLastError(0xdeadbeef);
    /* One that is there already is not taken. */
    second = new_mutex(TRUE, L_("twice"));
    ok_error(ERROR_ALREADY_EXISTS);
    ok(is_free(first));
    ok_fails(ReleaseMutex(second), ERROR_NOT_OWNER);
    drop(first, NULL);
    drop(second, NULL);
    ok_fails(OpenMutexW(SYNCHRONIZE, FALSE, L_("twice")), ERROR_FILE_NOT_FOUND);
}

TEST(a_named_mutex_may_begin_owned, "")
{
    HANDLE mutex = new_mutex(TRUE, L_("owned"));

    ok(!is_free(mutex));
    ok_eq(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0);
    ok_succeeds(ReleaseMutex(mutex));
    ok(!is_free(mutex));
    ok_succeeds(ReleaseMutex(mutex));
    ok(is_free(mutex));
    drop(mutex, NULL);
}

TEST(handles_of_one_mutex_are_one_mutex, "")
{
    HANDLE mutex = new_mutex(FALSE, L_("same"));
    HANDLE opened = OpenMutexW(SYNCHRONIZE, FALSE, L_("same"));
    HANDLE copy;

    require(opened != NULL);
    ok_succeeds(DuplicateHandle(GetCurrentProcess(), mutex, GetCurrentProcess(), &copy, 0, FALSE,
                                DUPLICATE_SAME_ACCESS));
    ok_eq(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0);
    ok_eq(WaitForSingleObject(opened, 0), WAIT_OBJECT_0);
    ok_eq(WaitForSingleObject(copy, 0), WAIT_OBJECT_0);
    ok(!is_free(opened));
    ok_succeeds(ReleaseMutex(opened));
    ok_succeeds(ReleaseMutex(opened));
    ok(!is_free(copy));
    ok_succeeds(ReleaseMutex(copy));
    ok(is_free(mutex));
    drop(copy, NULL);
    drop(opened, NULL);
    drop(mutex, NULL);
}

TEST(a_mutex_is_opened_by_name, "2.1 2.3 2.4")
{
    HANDLE mutex = new_mutex(FALSE, L_("named"));
    HANDLE opened;

    SetLastError(0xdeadbeef);
    opened = OpenMutexA(MUTEX_ALL_ACCESS, FALSE, A_("named"));
    ok_error(0xdeadbeef);
    require(opened != NULL);
    ok_eq(WaitForSingleObject(opened, 0), WAIT_OBJECT_0);
    ok(!is_free(mutex));
    ok_succeeds(ReleaseMutex(opened));
    drop(opened, NULL);
    drop(mutex, NULL);
    ok_fails(OpenMutexW(SYNCHRONIZE, FALSE, L_("named")), ERROR_FILE_NOT_FOUND);
    ok_fails(OpenMutexW(SYNCHRONIZE, FALSE, NULL), ERROR_INVALID_PARAMETER);
    ok_fails(OpenMutexA(SYNCHRONIZE, FALSE, NULL), ERROR_INVALID_PARAMETER);
}

TEST(mutexes_and_others_share_the_names, "11.21 11.22 11.30 2.5")
{
    HANDLE mutex = new_mutex(FALSE, L_("kind"));
    HANDLE section = new_section(L_("other"), PAGE_READWRITE, PAGE);

    ok_fails(CreateEventW(NULL, TRUE, FALSE, L_("kind")), ERROR_INVALID_HANDLE);
    ok_fails(CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, L_("kind")),
             ERROR_INVALID_HANDLE);
    ok_fails(OpenEventW(SYNCHRONIZE, FALSE, L_("kind")), ERROR_INVALID_HANDLE);
    ok_fails(CreateMutexW(NULL, FALSE, L_("other")), ERROR_INVALID_HANDLE);
    ok_fails(CreateMutexW(NULL, TRUE, L_("other")), ERROR_INVALID_HANDLE);
    ok_fails(OpenMutexW(SYNCHRONIZE, FALSE, L_("other")), ERROR_INVALID_HANDLE);
    drop(section, NULL);
    drop(mutex, NULL);
}

TEST(mutexes_rights_are_enforced, "2.13 2.14")
{
    HANDLE mutex = new_mutex(FALSE, L_("rights"));
    HANDLE waiter = OpenMutexW(SYNCHRONIZE, FALSE, L_("rights"));
    HANDLE asker = OpenMutexW(MUTEX_MODIFY_STATE, FALSE, L_("rights"));

    require(waiter && asker);
    SetLastError(0xdeadbeef);
    ok_eq(WaitForSingleObject(asker, 0), WAIT_FAILED);
    ok_error(ERROR_ACCESS_DENIED);
    ok_eq(WaitForSingleObject(waiter, 0), WAIT_OBJECT_0);
    /* Giving back needs no right. */
    ok_succeeds(ReleaseMutex(asker));
    ok(is_free(mutex));
    todo_wine
    {
        ok_fails(OpenMutexW(0, FALSE, L_("rights")), ERROR_ACCESS_DENIED);
    }
    drop(waiter, NULL);
    drop(asker, NULL);
    drop(mutex, NULL);
}

TEST(mutex_ex_takes_flags_and_rights, "")
{
    HANDLE owned = CreateMutexExW(NULL, NULL, CREATE_MUTEX_INITIAL_OWNER, MUTEX_ALL_ACCESS);
    HANDLE waiter = CreateMutexExA(NULL, A_("ex"), 0, SYNCHRONIZE);

    require(owned && waiter);
    ok(!is_free(owned));
    ok(is_free(waiter));
    ok_succeeds(ReleaseMutex(owned));
    drop(owned, NULL);
    drop(waiter, NULL);
}

TEST(a_mutex_is_no_event, "12.33")
{
    HANDLE mutex = new_mutex(FALSE, NULL);
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);

    ok_fails(SetEvent(mutex), ERROR_INVALID_HANDLE);
    ok_fails(ReleaseMutex(event), ERROR_INVALID_HANDLE);
    ok_fails(ReleaseMutex(NULL), ERROR_INVALID_HANDLE);
    drop(event, NULL);
    drop(mutex, NULL);
}

/* --- waiting -------------------------------------------------------------------------------- */

struct counted {
    HANDLE mutex;
    volatile int inside, n;
    bool clash;
};

#define ROUNDS 2000

static void count(void *arg)
{
    struct counted *counted = arg;

    for (int i = 0; i < ROUNDS; i++) {
        if (WaitForSingleObject(counted->mutex, INFINITE) != WAIT_OBJECT_0)
            counted->clash = true;
        if (++counted->inside != 1)
            counted->clash = true;
        counted->n++;
        counted->inside--;
        ok_succeeds(ReleaseMutex(counted->mutex));
    }
}

static void exclude(HANDLE mutex)
{
    struct counted counted = {.mutex = mutex};
    struct test_thread threads[4];

    for (unsigned i = 0; i < ARRAYSIZE(threads); i++)
        test_thread_start(&threads[i], count, &counted);
    for (unsigned i = 0; i < ARRAYSIZE(threads); i++)
        test_thread_join(&threads[i]);
    ok(!counted.clash);
    ok_eq(counted.n, 4 * ROUNDS);
    drop(mutex, NULL);
}

TEST(a_mutex_lets_one_thread_in, "")
{
    exclude(new_mutex(FALSE, NULL));
}

TEST(a_named_mutex_lets_one_thread_in, "")
{
    exclude(new_mutex(FALSE, L_("count")));
}

TEST(a_wait_for_any_takes_one_mutex, "")
{
    HANDLE mutexes[3] = {new_mutex(FALSE, NULL), new_mutex(FALSE, L_("any")),
                         new_mutex(FALSE, NULL)};

    ok_eq(WaitForMultipleObjects(3, mutexes, FALSE, 0), WAIT_OBJECT_0);
    /* The first one is the caller's: it may take it again. */
    ok_eq(WaitForMultipleObjects(3, mutexes, FALSE, 0), WAIT_OBJECT_0);
    ok(!is_free(mutexes[0]));
    ok(is_free(mutexes[1]));
    ok(is_free(mutexes[2]));
    ok_succeeds(ReleaseMutex(mutexes[0]));
    ok_succeeds(ReleaseMutex(mutexes[0]));
    for (int i = 0; i < 3; i++)
        drop(mutexes[i], NULL);
}

struct all {
    HANDLE *objects;
    DWORD n, result;
    HANDLE begun;
};

static void wait_for_all(void *arg)
{
    struct all *all = arg;

    SetEvent(all->begun);
    all->result = WaitForMultipleObjects(all->n, all->objects, TRUE, 60000);
    if (all->result == WAIT_OBJECT_0) {
        ok_succeeds(ReleaseMutex(all->objects[0]));
        ok_succeeds(ReleaseMutex(all->objects[1]));
    }
}

TEST(a_wait_for_all_takes_all_mutexes_or_none, "")
{
    HANDLE begun = CreateEventW(NULL, FALSE, FALSE, NULL);
    HANDLE objects[3] = {new_mutex(TRUE, NULL), new_mutex(FALSE, L_("all")),
                         CreateEventW(NULL, FALSE, FALSE, NULL)};
    struct all all = {.objects = objects, .n = 3, .begun = begun};
    struct test_thread thread;

    test_thread_start(&thread, wait_for_all, &all);
    ok_eq(WaitForSingleObject(begun, 60000), WAIT_OBJECT_0);
    /* Nothing is taken as long as one is missing. */
    ok(is_free(objects[1]));
    ok_succeeds(SetEvent(objects[2]));
    ok(is_free(objects[1]));
    ok_eq(WaitForSingleObject(objects[2], 0), WAIT_OBJECT_0);
    ok_succeeds(ReleaseMutex(objects[0]));
    ok_succeeds(SetEvent(objects[2]));
    test_thread_join(&thread);
    ok_eq(all.result, WAIT_OBJECT_0);
    ok(is_free(objects[0]));
    ok(is_free(objects[1]));
    ok_eq(WaitForSingleObject(objects[2], 0), WAIT_TIMEOUT);
    for (int i = 0; i < 3; i++)
        drop(objects[i], NULL);
    drop(begun, NULL);
}

TEST(what_the_caller_owns_counts_in_a_wait_for_all, "")
{
    HANDLE objects[2] = {new_mutex(TRUE, NULL), new_mutex(FALSE, NULL)};

    ok_eq(WaitForMultipleObjects(2, objects, TRUE, 0), WAIT_OBJECT_0);
    ok_succeeds(ReleaseMutex(objects[0]));
    ok(!is_free(objects[0]));
    ok_succeeds(ReleaseMutex(objects[0]));
    ok(is_free(objects[0]));
    ok(!is_free(objects[1]));
    ok_succeeds(ReleaseMutex(objects[1]));
    ok_fails(ReleaseMutex(objects[1]), ERROR_NOT_OWNER);
    drop(objects[0], NULL);
    drop(objects[1], NULL);
}

/* --- the Nt layer --------------------------------------------------------------------------- */

static MUTANT_BASIC_INFORMATION ask(HANDLE mutex)
{
    MUTANT_BASIC_INFORMATION information = {.CurrentCount = 77};
    ULONG size = 0;

    ok_status(
        NtQueryMutant(mutex, MutantBasicInformation, &information, sizeof(information), &size),
        STATUS_SUCCESS);
    ok_eq(size, sizeof(information));
    return information;
}

TEST(nt_mutant_tells_its_count, "")
{
    MUTANT_BASIC_INFORMATION information;
    HANDLE mutex;
    LONG previous = 77;

    require(NtCreateMutant(&mutex, MUTANT_ALL_ACCESS, NULL, TRUE) == STATUS_SUCCESS);
    information = ask(mutex);
    ok_eq(information.CurrentCount, 0);
    ok(information.OwnedByCaller);
    ok(!information.AbandonedState);
    ok_eq(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0);
    ok_eq(ask(mutex).CurrentCount, -1);
    ok_status(NtReleaseMutant(mutex, &previous), STATUS_SUCCESS);
    ok_eq(previous, -1);
    ok_status(NtReleaseMutant(mutex, NULL), STATUS_SUCCESS);
    information = ask(mutex);
    ok_eq(information.CurrentCount, 1);
    ok(!information.OwnedByCaller);
    ok_status(NtReleaseMutant(mutex, &previous), STATUS_MUTANT_NOT_OWNED);
    ok_status(NtQueryMutant(mutex, MutantBasicInformation, &information, 4, NULL),
              STATUS_INFO_LENGTH_MISMATCH);
    ok_status(
        NtQueryMutant(mutex, (MUTANT_INFORMATION_CLASS)77, &information, sizeof(information), NULL),
        STATUS_INVALID_INFO_CLASS);
    drop(mutex, NULL);
}

TEST(nt_mutants_have_names, "11.23 11.24 11.31")
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING string;
    WCHAR path[128] = L"\\BaseNamedObjects\\";
    HANDLE mutex, again;

    wcscat(path, L_("nt"));
    RtlInitUnicodeString(&string, path);
    InitializeObjectAttributes(&attributes, &string, 0, NULL, NULL);
    ok_status(NtCreateMutant(&mutex, MUTANT_ALL_ACCESS, &attributes, FALSE), STATUS_SUCCESS);
    again = (HANDLE)77;
    ok_status(NtCreateMutant(&again, MUTANT_ALL_ACCESS, &attributes, FALSE),
              STATUS_OBJECT_NAME_COLLISION);
    attributes.Attributes = OBJ_OPENIF;
    ok_status(NtCreateMutant(&again, MUTANT_ALL_ACCESS, &attributes, TRUE),
              STATUS_OBJECT_NAME_EXISTS);
    ok_eq(ask(again).CurrentCount, 1);
    drop(again, NULL);
    ok_status(NtOpenMutant(&again, SYNCHRONIZE, &attributes), STATUS_SUCCESS);
    drop(again, NULL);
    drop(mutex, NULL);
    ok_status(NtOpenMutant(&again, SYNCHRONIZE, &attributes), STATUS_OBJECT_NAME_NOT_FOUND);
}
