// SPDX-License-Identifier: MIT
/*
 * os/robust: our words and the C library's robust mutexes on one list of the kernel's, in a thread
 * or a process that dies.
 */
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/test.h"
#include "os/os.h"
#include "os/robust.h"

#define WORDS   3
#define MUTEXES 3

/* In memory that a child shares: words with room for their links, and mutexes. */
static struct shared {
    struct {
        _Atomic uint32_t word;
        uint32_t links[15];
    } words[WORDS] __attribute__((aligned(64)));
    pthread_mutex_t mutexes[MUTEXES];
} * shared;

static struct nt_robust robusts[WORDS];

static void prepare(void)
{
    pthread_mutexattr_t attributes;
    void *memory;

    require(nt_os_map(NULL, NT_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0,
                      &memory) == 0);
    shared = memory;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    for (int i = 0; i < MUTEXES; i++)
        pthread_mutex_init(&shared->mutexes[i], &attributes);
}

static void take(unsigned i)
{
    robusts[i].word = &shared->words[i].word;
    ok_eq(nt_robust_begin(robusts[i].word), 0);
    /* nt_os_tid() is not told of a clone(). */
    atomic_store(robusts[i].word, (uint32_t)syscall(SYS_gettid));
    nt_robust_add(&robusts[i]);
    nt_robust_end();
}

static void give(unsigned i)
{
    ok_eq(nt_robust_begin(robusts[i].word), 0);
    nt_robust_remove(&robusts[i]);
    atomic_store(robusts[i].word, 0);
    nt_robust_end();
}

/* Both lists in turn; left over: two words and two mutexes. */
static void mix(void)
{
    pthread_mutex_lock(&shared->mutexes[0]);
    take(0);
    pthread_mutex_lock(&shared->mutexes[1]);
    take(1);
    pthread_mutex_unlock(&shared->mutexes[0]);
    take(2);
    pthread_mutex_unlock(&shared->mutexes[1]);
    pthread_mutex_lock(&shared->mutexes[2]);
    give(1);
    pthread_mutex_lock(&shared->mutexes[0]);
}

static void *mix_and_end(void *arg)
{
    mix();
    return arg;
}

static void check(void)
{
    ok_eq(shared->words[0].word, FUTEX_OWNER_DIED);
    ok_eq(shared->words[1].word, 0);
    ok_eq(shared->words[2].word, FUTEX_OWNER_DIED);
    for (int i = 0; i < MUTEXES; i++) {
        ok_eq(pthread_mutex_trylock(&shared->mutexes[i]), i == 1 ? 0 : EOWNERDEAD);
        pthread_mutex_consistent(&shared->mutexes[i]);
        pthread_mutex_unlock(&shared->mutexes[i]);
    }
    nt_os_unmap(shared, NT_PAGE_SIZE);
}

TEST(a_threads_words_and_mutexes_are_told_of, "")
{
    pthread_t thread;

    prepare();
    require(pthread_create(&thread, NULL, mix_and_end, NULL) == 0);
    pthread_join(thread, NULL);
    check();
}

/* @clone: a process that the C library knows nothing of: it has no list yet. */
static pid_t split(bool clone)
{
    return clone ? (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) : fork();
}

static void kill_child(bool clone)
{
    pid_t pid;

    prepare();
    take(1); /* the parent's stays */
    pid = split(clone);
    if (pid == 0) {
        nt_robust_forget();
        atomic_store(&shared->words[1].word, 0);
        if (clone) {
            take(0);
            take(1);
            give(1);
            take(2);
        } else {
            mix();
        }
        kill((pid_t)syscall(SYS_getpid), SIGKILL);
    }
    require(pid > 0);
    while (waitpid(pid, NULL, 0) < 0)
        ;
    ok_eq(shared->words[0].word, FUTEX_OWNER_DIED);
    ok_eq(shared->words[1].word, 0);
    ok_eq(shared->words[2].word, FUTEX_OWNER_DIED);
    give(1);
    nt_os_unmap(shared, NT_PAGE_SIZE);
}

TEST(a_killed_childs_words_are_told_of, "")
{
    kill_child(false);
    kill_child(true);
}

static void die_between(bool taken)
{
    pid_t pid;

    prepare();
    pid = fork();
    if (pid == 0) {
        nt_robust_forget();
        if (nt_robust_begin(&shared->words[0].word) == 0 && taken)
            atomic_store(&shared->words[0].word, nt_os_tid());
        kill(getpid(), SIGKILL);
    }
    require(pid > 0);
    while (waitpid(pid, NULL, 0) < 0)
        ;
    ok_eq(shared->words[0].word, taken ? FUTEX_OWNER_DIED : 0);
    nt_os_unmap(shared, NT_PAGE_SIZE);
}

TEST(who_dies_on_the_way_is_told_of_if_it_had_the_word, "")
{
    die_between(true);
    die_between(false);
}
