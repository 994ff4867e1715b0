// SPDX-License-Identifier: MIT
/*
 * The control of the tests of mutexes: the same code in which nobody ever sees that a mutex is
 * held. Two processes that count together must be seen to be in each other's way, or the tests
 * that find nothing wrong with the real one could not find anything.
 */
#include <linux/futex.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef NT_CONTROL
#    undef FUTEX_TID_MASK
#    define FUTEX_TID_MASK 0u
#endif
/* The real thing, or the control. */
#include "lib/sync/mutex-word.c"

#include "harness/test.h"
#include "lib/sync/mutex.h"

#define ROUNDS      3000
#define MOST_ROUNDS 30000000 /* of the control, which ends with the first clash */

static struct {
    _Atomic uint32_t n_ready, inside, n_clashes;
} * shared;

/* One of two that run at the same moment gets it in any number of rounds, or never. */
static bool is_to_go_on(int round)
{
#ifdef NT_CONTROL
    return atomic_load(&shared->n_clashes) == 0 && round < MOST_ROUNDS;
#else
    return round < ROUNDS;
#endif
}

static void count(HANDLE mutex)
{
    /* Both at once. */
    atomic_fetch_add(&shared->n_ready, 1);
    while (atomic_load(&shared->n_ready) < 2)
        sched_yield();
    for (int i = 0; is_to_go_on(i); i++) {
        if (nt_wait(&mutex, 1, false, false, UINT64_MAX) != STATUS_WAIT_0) {
            atomic_fetch_add(&shared->n_clashes, 1);
            break;
        }
        if (atomic_fetch_add(&shared->inside, 1) != 0)
            atomic_fetch_add(&shared->n_clashes, 1);
        sched_yield();
        atomic_fetch_sub(&shared->inside, 1);
        if (nt_mutex_release(mutex, NULL) != STATUS_SUCCESS) {
            atomic_fetch_add(&shared->n_clashes, 1);
            break;
        }
    }
}

TEST_DEADLINE(two_processes_are_not_in_each_others_way, "", 120)
{
    HANDLE mutex;
    void *page;
    pid_t pid;
    int status;

    require(nt_os_map(NULL, NT_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0,
                      &page) == 0);
    shared = page;
    require(nt_mutex_create(NULL, false, MUTANT_ALL_ACCESS, &mutex) == STATUS_SUCCESS);
    pid = fork();
    if (pid == 0) {
        count(mutex);
        _exit(0);
    }
    require(pid > 0);
    count(mutex);
    while (waitpid(pid, &status, 0) < 0)
        ;
    ok_eq(status, 0);
#ifdef NT_CONTROL
    ok(atomic_load(&shared->n_clashes) > 0);
#else
    ok_eq(atomic_load(&shared->n_clashes), 0);
#endif
    nt_handle_close(mutex);
    nt_os_unmap(page, NT_PAGE_SIZE);
}
