// SPDX-License-Identifier: MIT
/*
 * Lines of what is waited for and nobody else has: beside what the C library has for two processes,
 * which needs no handle and knows no rights.
 */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/work.h"

static void *shared_page(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (page == MAP_FAILED)
        bench_fail("mmap: errno %d", errno);
    return page;
}

static void *word_begin(unsigned parameter)
{
    (void)parameter;
    return shared_page();
}

static uint64_t word_look(void *state, unsigned n)
{
    _Atomic uint32_t *word = state;

    for (unsigned i = 0; i < n; i++) {
        if (atomic_load(word))
            bench_fail("the word is set");
    }
    return 0;
}

static uint64_t word_cycle(void *state, unsigned n)
{
    _Atomic uint32_t *word = state;

    for (unsigned i = 0; i < n; i++) {
        uint32_t nobody = 0;

        if (!atomic_compare_exchange_strong(word, &nobody, 1))
            bench_fail("the word is taken");
        atomic_exchange(word, 0);
    }
    return 0;
}

static void *robust_begin(unsigned parameter)
{
    pthread_mutex_t *mutex = shared_page();
    pthread_mutexattr_t attributes;

    (void)parameter;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    if (pthread_mutex_init(mutex, &attributes))
        bench_fail("pthread_mutex_init");
    pthread_mutexattr_destroy(&attributes);
    return mutex;
}

static uint64_t robust_run(void *state, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (pthread_mutex_lock(state) || pthread_mutex_unlock(state))
            bench_fail("a robust mutex");
    }
    return 0;
}

static void *posix_begin(unsigned parameter)
{
    sem_t *semaphore = shared_page();

    (void)parameter;
    bench_must(sem_init(semaphore, 1, 1), "sem_init");
    return semaphore;
}

static uint64_t posix_run(void *state, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (sem_wait(state) || sem_post(state))
            bench_fail("a POSIX semaphore");
    }
    return 0;
}

/* clang-format off */
#define SYNC_LINE(id_, title_, work_, target_, ...)                                                \
    {                                                                                              \
        .id = id_, .title = title_, .unit = BENCH_NS, .time_target = target_, .wine = work_,       \
        .subjects = {{.name = "ours", .work = work_}, __VA_ARGS__},                                \
    }

const struct bench_line bench_sync_lines[] = {
    SYNC_LINE("event_wait", "WaitForSingleObject, satisfied at once", "event_wait", 60,
              {.name = "atomic word", .begin = word_begin, .run = word_look}),
    SYNC_LINE("mutex_cycle", "wait for a mutex and ReleaseMutex, nobody else", "mutex_cycle", 120,
              {.name = "atomic word", .begin = word_begin, .run = word_cycle},
              {.name = "robust pthread", .begin = robust_begin, .run = robust_run}),
    SYNC_LINE("mutex_named", "the same, a named mutex", "mutex_named_cycle", 120,
              {.name = "atomic word", .begin = word_begin, .run = word_cycle},
              {.name = "robust pthread", .begin = robust_begin, .run = robust_run}),
    SYNC_LINE("semaphore_cycle", "wait for a semaphore and ReleaseSemaphore", "semaphore_cycle",
              120, {.name = "atomic word", .begin = word_begin, .run = word_cycle},
              {.name = "sem_t", .begin = posix_begin, .run = posix_run}),
    {.id = NULL},
};
/* clang-format on */
