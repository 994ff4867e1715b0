// SPDX-License-Identifier: MIT
/*
 * lib/object under threads: handles are made, looked up, copied and closed by all of them at
 * once, most of them each other's. Every object must be closed and freed exactly once, and never
 * while somebody holds it.
 */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/test.h"
#include "lib/memory/region.h"
#include "lib/memory/section.h"
#include "lib/sync/event.h"
#include "lib/thread/thread-parts.h"
#include "os/os.h"
#include "unit/object_dummy.h"
#include "unit/allocate.h"

#define N_THREADS 4
#define N_ROUNDS  20000
#define N_SHARED  8

/* Where threads leave handles for each other; a value may be stale. */
static _Atomic uintptr_t shared[N_SHARED];

static _Atomic unsigned n_made, n_closed, n_freed, n_dead;

struct thing {
    struct nt_object object;
    _Atomic bool open;
};

static void thing_last_close(struct nt_object *object)
{
    struct thing *thing = NT_CONTAINER_OF(object, struct thing, object);

    if (!atomic_exchange(&thing->open, false))
        atomic_fetch_add(&n_dead, 1);
    atomic_fetch_add(&n_closed, 1);
}

static void thing_free(struct nt_object *object)
{
    atomic_fetch_add(&n_freed, 1);
    free(NT_CONTAINER_OF(object, struct thing, object));
}

static const struct nt_object_type thing_type = {
    .name = "Thing",
    .kind = NT_KIND_SECTION,
    .last_close = thing_last_close,
    .free = thing_free,
};

static HANDLE new_thing(void)
{
    struct thing *thing = calloc(1, sizeof(*thing));
    HANDLE handle = NULL;

    if (!thing)
        return NULL;
    nt_object_init(&thing->object, &thing_type);
    atomic_store(&thing->open, true);
    atomic_fetch_add(&n_made, 1);
    nt_handle_new(&thing->object, SECTION_ALL_ACCESS, 0, &handle);
    nt_object_close(&thing->object);
    return handle;
}

/* Looks one up and uses it: nobody may have closed it meanwhile. */
static void use(HANDLE handle)
{
    struct nt_object *object;

    if (!NT_SUCCESS(nt_handle_get(handle, &thing_type, SECTION_QUERY, &object, NULL)))
        return;
    if (!atomic_load(&NT_CONTAINER_OF(object, struct thing, object)->open))
        atomic_fetch_add(&n_dead, 1);
    nt_object_close(object);
}

static void hammer(void *argument)
{
    unsigned seed = (unsigned)(uintptr_t)argument * 2654435761u + 1;

    for (int i = 0; i < N_ROUNDS; i++) {
        unsigned choice = (seed = seed * 1103515245 + 12345) >> 16;
        _Atomic uintptr_t *place = &shared[choice / 8 % N_SHARED];
        HANDLE handle = (HANDLE)atomic_load(place), copy;
        ULONG flags;

        switch (choice % 8) {
        case 0:
        case 1:
            /* A new one in its place; the old one is closed by whoever takes it out. */
            handle = (HANDLE)atomic_exchange(place, (uintptr_t)new_thing());
            nt_handle_close(handle);
            break;
        case 2:
            if (NT_SUCCESS(nt_handle_duplicate(handle, 0, 0, DUPLICATE_SAME_ACCESS, &copy)))
                nt_handle_close(copy);
            break;
        case 3:
            nt_handle_set_flags(handle, OBJ_INHERIT, choice & 0x100 ? OBJ_INHERIT : 0);
            nt_handle_get_flags(handle, &flags);
            break;
        case 4:
            nt_handle_compare(handle, (HANDLE)atomic_load(&shared[0]));
            break;
        default:
            use(handle);
        }
    }
}

TEST_DEADLINE(threads_share_the_handle_table, "12.4 12.22", 120)
{
    struct test_thread threads[N_THREADS];

    for (uintptr_t i = 0; i < N_THREADS; i++)
        test_thread_start(&threads[i], hammer, (void *)i);
    for (size_t i = 0; i < N_THREADS; i++)
        test_thread_join(&threads[i]);
    for (size_t i = 0; i < N_SHARED; i++)
        nt_handle_close((HANDLE)atomic_exchange(&shared[i], 0));
    ok(n_made > N_ROUNDS / 2, "%u objects", n_made);
    ok_eq(n_dead, 0);
    ok_eq(n_closed, n_made);
    ok_eq(n_freed, n_made);
    ok_eq((uintptr_t)new_thing(), 4);
    nt_handle_close((HANDLE)4);
}

/* --- the last handle, again and again --------------------------------------------------------- */

static _Atomic uintptr_t victim;
static _Atomic bool no_more;

static void look_up(void *argument)
{
    (void)argument;
    while (!atomic_load(&no_more))
        use((HANDLE)atomic_load(&victim));
}

TEST_DEADLINE(closing_races_with_looking_up, "12.4 12.6", 120)
{
    struct test_thread threads[2];

    atomic_store(&no_more, false);
    atomic_store(&victim, 0);
    for (size_t i = 0; i < 2; i++)
        test_thread_start(&threads[i], look_up, NULL);
    for (int i = 0; i < N_ROUNDS; i++) {
        HANDLE handle = new_thing();

        atomic_store(&victim, (uintptr_t)handle);
        nt_handle_close(handle);
    }
    atomic_store(&no_more, true);
    for (size_t i = 0; i < 2; i++)
        test_thread_join(&threads[i]);
    ok_eq(n_dead, 0);
    ok_eq(n_made, N_ROUNDS);
    ok_eq(n_closed, N_ROUNDS);
    ok_eq(n_freed, N_ROUNDS);
}

/* --- cancelled ------------------------------------------------------------------------------- */

static bool make_and_drop_one_of_each(void)
{
    struct nt_section_parameters parameters = {.size = 4096,
                                               .protection = PAGE_WRITECOPY,
                                               .attributes = SEC_COMMIT,
                                               .access = SECTION_ALL_ACCESS};
    struct nt_view_request request = {.protect = PAGE_WRITECOPY};
    MEMORY_BASIC_INFORMATION information;
    HANDLE section, event;
    void *view, *memory = NULL;
    size_t size, allocated = 4096;

    return NT_SUCCESS(nt_section_create(NULL, &parameters, &section)) &&
           NT_SUCCESS(nt_event_create(NULL, true, false, EVENT_ALL_ACCESS, &event)) &&
           NT_SUCCESS(nt_view_map(section, &request, &view, &size)) &&
           NT_SUCCESS(nt_memory_query(view, &information)) &&
           NT_SUCCESS(nt_memory_query(&thing_type, &information)) &&
           NT_SUCCESS(allocate_memory(&memory, &allocated, MEM_COMMIT, PAGE_READWRITE)) &&
           NT_SUCCESS(nt_memory_free(&memory, &(size_t){0}, MEM_RELEASE)) &&
           NT_SUCCESS(nt_view_unmap(view, 0)) && NT_SUCCESS(nt_handle_close(event)) &&
           NT_SUCCESS(nt_handle_close(section));
}

/* Cancelled already; acted upon where the program says so, and nowhere in the library. */
static void *work_though_cancelled(void *argument)
{
    bool *done = argument;

    pthread_cancel(pthread_self());
    *done = make_and_drop_one_of_each();
    pthread_testcancel();
    return NULL;
}

TEST(a_cancelled_thread_finishes_what_the_library_does, "")
{
    bool done = false;
    pthread_t thread;
    void *result;

    nt_os_drop_caches();
    require(pthread_create(&thread, NULL, work_though_cancelled, &done) == 0);
    require(pthread_join(thread, &result) == 0);
    ok(done);
    ok_ptr_eq(result, PTHREAD_CANCELED);
    ok(make_and_drop_one_of_each());
    nt_os_drop_caches();
}

/* A fork may find one that was about to begin: in the child nobody waits for its number. */
TEST(a_thread_that_never_began_has_no_number, "")
{
    struct nt_thread *thread = nt_thread_new((uint32_t)getpid());

    require(thread != NULL);
    nt_thread_tell_end(thread, 0);
    ok_eq(nt_thread_number(thread), 0u);
    nt_object_close(&thread->object);
}
