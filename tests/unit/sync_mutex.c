// SPDX-License-Identifier: MIT
/*
 * lib/sync/mutex: what a fork, an exec and scribbled words do to mutexes.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/futex.h>

#include <ntstatus.h>

#include "harness/test.h"
#include "lib/sync/mutex.h"
#include "lib/sync/mutex-owner.h"
#include "lib/sync/mutex-word.h"
#include "lib/sync/wait.h"
#include "os/os.h"
#include "os/system.h"
#include "util/macro.h"

#define SOON_MS 60000

static HANDLE new_mutex(bool owned)
{
    HANDLE handle = NULL;

    require(nt_mutex_create(NULL, owned, MUTANT_ALL_ACCESS, &handle) == STATUS_SUCCESS);
    return handle;
}

static NTSTATUS wait_for(HANDLE handle, DWORD ms)
{
    return nt_wait(&handle, 1, false, false, nt_deadline_after_ms(ms));
}

static struct nt_sync_words *words_of(HANDLE handle)
{
    struct nt_waitable *waitable;
    struct nt_sync_words *words;

    require(nt_waitable_get(handle, &nt_mutex_type, 0, &waitable) == STATUS_SUCCESS);
    words = waitable->words;
    nt_object_close(&waitable->object);
    return words;
}

static int join(pid_t pid)
{
    int status = -1;

    require(pid >= 0);
    while (waitpid(pid, &status, 0) < 0)
        ;
    return status;
}

TEST(a_forked_child_owns_nothing, "")
{
    HANDLE mutex = new_mutex(true), other = new_mutex(false);
    pid_t pid = fork();

    if (pid == 0) {
        struct nt_mutex_state state;

        if (wait_for(mutex, 0) != STATUS_TIMEOUT ||
            nt_mutex_release(mutex, NULL) != STATUS_MUTANT_NOT_OWNED)
            _exit(1);
        if (nt_mutex_query(mutex, &state) != STATUS_SUCCESS || state.is_mine || state.count != 0)
            _exit(2);
        if (wait_for(other, 0) != STATUS_WAIT_0 || wait_for(other, 0) != STATUS_WAIT_0)
            _exit(3);
        _exit(0);
    }
    ok_eq(join(pid), 0);
    /* The child's was abandoned, the parent's is the parent's. */
    ok_status(wait_for(other, 0), STATUS_ABANDONED_WAIT_0);
    ok_status(wait_for(mutex, 0), STATUS_WAIT_0);
    for (int i = 0; i < 2; i++)
        ok_status(nt_mutex_release(mutex, NULL), STATUS_SUCCESS);
    ok_status(nt_mutex_release(mutex, NULL), STATUS_MUTANT_NOT_OWNED);
    ok_status(nt_mutex_release(other, NULL), STATUS_SUCCESS);
    nt_handle_close(mutex);
    nt_handle_close(other);
}

TEST(an_exec_abandons, "")
{
    HANDLE mutex = new_mutex(false);
    pid_t pid = fork();

    if (pid == 0) {
        if (wait_for(mutex, 0) == STATUS_WAIT_0)
            execl("/bin/true", "true", (char *)NULL);
        _exit(1);
    }
    ok_eq(join(pid), 0);
    ok_status(wait_for(mutex, SOON_MS), STATUS_ABANDONED_WAIT_0);
    ok_status(nt_mutex_release(mutex, NULL), STATUS_SUCCESS);
    nt_handle_close(mutex);
}

TEST(an_owned_mutex_outlives_its_handle, "")
{
    HANDLE mutex = new_mutex(true), again = new_mutex(true);

    nt_handle_close(mutex);
    ok_status(nt_mutex_release(again, NULL), STATUS_SUCCESS);
    nt_handle_close(again);
    /* What is held still goes with the thread. */
    nt_mutexes_thread_ends();
}

/* --- words that somebody else has written into -------------------------------------------- */

struct thief {
    HANDLE mutex, other;
    NTSTATUS status;
    _Atomic uint32_t tid;
};

static void steal(void *arg)
{
    struct thief *thief = arg;

    thief->status = wait_for(thief->mutex, 20);
}

static void steal_soon(void *arg)
{
    struct thief *thief = arg;

    atomic_store(&thief->tid, nt_os_tid());
    thief->status = nt_object_wait(thief->mutex, UINT64_MAX);
}

TEST(a_scribbled_mutex_does_not_harm_another, "")
{
    struct thief thief = {.mutex = new_mutex(true), .other = new_mutex(true)};
    struct nt_sync_words *words = words_of(thief.mutex);
    struct test_thread thread;

    /* It says that it is free: nobody gets it, since its links are in use. */
    atomic_store(&words->owner, 0);
    test_thread_start(&thread, steal, &thief);
    test_thread_join(&thread);
    ok_status(thief.status, STATUS_DATA_ERROR);
    ok_status(nt_mutex_release(thief.mutex, NULL), STATUS_SUCCESS);
    ok_status(nt_mutex_release(thief.other, NULL), STATUS_SUCCESS);
    ok_status(wait_for(thief.mutex, 0), STATUS_WAIT_0);
    ok_status(nt_mutex_release(thief.mutex, NULL), STATUS_SUCCESS);
    nt_handle_close(thief.mutex);
    nt_handle_close(thief.other);
}

static bool sleeps(struct thief *thief)
{
    char path[64], text[256] = "";
    const char *behind_name;

    snprintf(path, sizeof(path), "/proc/self/task/%u/stat", atomic_load(&thief->tid));
    if (nt_os_read_text(path, text, sizeof(text)) < 0)
        return false;
    behind_name = strrchr(text, ')');
    return behind_name && behind_name[2] == 'S';
}

/* Who was woken and fails wakes the next one, who would sleep on. */
TEST_DEADLINE(who_is_woken_and_fails_wakes_the_next, "", 120)
{
    struct thief thieves[2];
    struct test_thread threads[2];
    HANDLE mutex = new_mutex(true);
    struct nt_sync_words *words = words_of(mutex);

    for (int i = 0; i < 2; i++) {
        thieves[i] = (struct thief){.mutex = mutex};
        test_thread_start(&threads[i], steal_soon, &thieves[i]);
    }
    require(test_until(atomic_load(&words->sleepers) == 2, SOON_MS));
    require(test_until(sleeps(&thieves[0]) && sleeps(&thieves[1]), SOON_MS));
    atomic_store(&words->owner, 0);
    nt_os_futex_wake(&words->owner, 1);
    for (int i = 0; i < 2; i++) {
        test_thread_join(&threads[i]);
        ok_status(thieves[i].status, STATUS_DATA_ERROR);
    }
    ok_status(nt_mutex_release(mutex, NULL), STATUS_SUCCESS);
    nt_handle_close(mutex);
}

TEST(no_words_make_a_wait_hang_or_crash, "")
{
    static const uint32_t values[] = {
        0, 1, FUTEX_WAITERS, FUTEX_OWNER_DIED, FUTEX_WAITERS | FUTEX_OWNER_DIED, UINT32_MAX,
    };
    HANDLE mutex = new_mutex(false);
    struct nt_sync_words *words = words_of(mutex);

    for (size_t i = 0; i < NT_ARRAY_SIZE(values) * NT_ARRAY_SIZE(values); i++) {
        uint32_t owner = values[i % NT_ARRAY_SIZE(values)];
        uint32_t count = values[i / NT_ARRAY_SIZE(values)];
        NTSTATUS status;

        atomic_store(&words->adopted, 1);
        atomic_store(&words->sleepers, values[i % 5]);
        atomic_store(&words->many, values[i % 3]);
        atomic_store(&words->owner, owner);
        atomic_store(&words->count, count);
        /* Who looks at one that is only tried looks for a second, and not again. */
        status = wait_for(mutex, 1);
        if (status == STATUS_WAIT_0 || status == STATUS_ABANDONED_WAIT_0)
            ok_status(nt_mutex_release(mutex, NULL), STATUS_SUCCESS);
        else
            ok_status(status, STATUS_TIMEOUT);
    }
    nt_handle_close(mutex);
}

/* --- made owned, and its creator never had it ---------------------------------------------- */

TEST(a_creator_that_died_on_the_way_leaves_it_abandoned, "")
{
    HANDLE mutex = new_mutex(false);
    struct nt_sync_words *words = words_of(mutex);
    pid_t pid = fork();

    if (pid == 0)
        _exit(0);
    ok_eq(join(pid), 0);
    /* As the broker writes it for who asks. */
    nt_sync_words_init(words, NT_KIND_MUTANT, (uint32_t)pid);
    ok_status(wait_for(mutex, 0), STATUS_TIMEOUT);
    ok_status(wait_for(mutex, SOON_MS), STATUS_ABANDONED_WAIT_0);
    ok_status(nt_mutex_release(mutex, NULL), STATUS_SUCCESS);
    nt_handle_close(mutex);
}

TEST(a_creator_that_died_on_the_way_lets_a_wait_for_all_go, "")
{
    HANDLE handles[2] = {new_mutex(false), new_mutex(false)};
    struct nt_sync_words *words = words_of(handles[0]);
    pid_t pid = fork();

    if (pid == 0)
        _exit(0);
    ok_eq(join(pid), 0);
    nt_sync_words_init(words, NT_KIND_MUTANT, (uint32_t)pid);
    ok_status(nt_wait(handles, 2, true, false, nt_deadline_after_ms(SOON_MS)),
              STATUS_ABANDONED_WAIT_0);
    for (int i = 0; i < 2; i++) {
        ok_status(nt_mutex_release(handles[i], NULL), STATUS_SUCCESS);
        nt_handle_close(handles[i]);
    }
}

/* --- who only tries ------------------------------------------------------------------------ */

TEST(who_tried_too_long_once_is_waited_for_again, "")
{
    HANDLE handle = new_mutex(false);
    struct nt_sync_words *words = words_of(handle);
    struct nt_mutex *mutex;
    struct nt_waitable *waitable;

    require(nt_waitable_get(handle, &nt_mutex_type, 0, &waitable) == STATUS_SUCCESS);
    mutex = NT_CONTAINER_OF(waitable, struct nt_mutex, waitable);
    atomic_store(&words->owner, 1); /* without confirmation */
    ok_status(wait_for(handle, 0), STATUS_TIMEOUT);
    ok_eq(atomic_load(&mutex->given_up), 1u);
    atomic_store(&words->owner, 0);
    ok_status(wait_for(handle, 0), STATUS_WAIT_0);
    ok_eq(atomic_load(&mutex->given_up), 0u);
    ok_status(nt_mutex_release(handle, NULL), STATUS_SUCCESS);
    nt_object_close(&waitable->object);
    nt_handle_close(handle);
}

/* A wait for all that took it, and had to give it back since another guard was broken. */
TEST(an_abandoned_mutex_that_is_given_back_is_abandoned_still, "")
{
    HANDLE handle = new_mutex(false);
    struct nt_waitable *waitable;
    struct nt_mutex *mutex;
    pid_t pid = fork();

    if (pid == 0)
        _exit(wait_for(handle, 0) == STATUS_WAIT_0 ? 0 : 1);
    ok_eq(join(pid), 0);
    require(nt_waitable_get(handle, &nt_mutex_type, 0, &waitable) == STATUS_SUCCESS);
    mutex = NT_CONTAINER_OF(waitable, struct nt_mutex, waitable);
    ok_status(nt_mutex_word_guard(mutex), STATUS_ABANDONED_WAIT_0);
    ok_status(nt_mutex_word_commit(mutex), STATUS_ABANDONED_WAIT_0);
    nt_mutex_word_undo(mutex);
    ok_status(wait_for(handle, 0), STATUS_ABANDONED_WAIT_0);
    ok_status(nt_mutex_release(handle, NULL), STATUS_SUCCESS);
    ok_status(wait_for(handle, 0), STATUS_WAIT_0);
    ok_status(nt_mutex_release(handle, NULL), STATUS_SUCCESS);
    nt_object_close(&waitable->object);
    nt_handle_close(handle);
}
