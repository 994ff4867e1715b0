// SPDX-License-Identifier: MIT
/*
 * lib/object: handles, their values, and the two counts of an object.
 */
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/test.h"
#include "unit/object_dummy.h"

#define ALL SECTION_ALL_ACCESS

static HANDLE with_bits(HANDLE handle, unsigned bits)
{
    return (HANDLE)((uintptr_t)handle | bits);
}

TEST(handle_values_are_multiples_of_four, "12.23")
{
    struct dummy dummies[20];
    HANDLE handles[20];

    for (size_t i = 0; i < 20; i++) {
        handles[i] = dummy_handle(&dummies[i], &dummy_type, ALL, 0);
        require(handles[i] != NULL);
        ok_eq((uintptr_t)handles[i] % 4, 0);
        ok_eq((uintptr_t)handles[i], (i + 1) * 4);
    }
    for (size_t i = 0; i < 20; i++)
        ok_status(nt_handle_close(handles[i]), STATUS_SUCCESS);
}

TEST(low_two_bits_are_ignored, "12.23")
{
    struct dummy dummy;
    HANDLE handle = dummy_handle(&dummy, &dummy_type, ALL, 0);
    struct nt_object *object;

    for (unsigned bits = 0; bits < 4; bits++) {
        object = NULL;
        ok_status(nt_handle_get(with_bits(handle, bits), NULL, 0, &object, NULL), STATUS_SUCCESS);
        ok_ptr_eq(object, &dummy.object);
        nt_object_close(object);
    }
    ok_status(nt_handle_compare(handle, with_bits(handle, 3)), STATUS_SUCCESS);
    ok_status(nt_handle_close(with_bits(handle, 2)), STATUS_SUCCESS);
    ok_status(nt_handle_close(handle), STATUS_INVALID_HANDLE);
}

TEST(lowest_free_slot_is_reused_first, "12.22")
{
    struct dummy dummies[8], again;
    HANDLE handles[8];

    for (size_t i = 0; i < 8; i++)
        handles[i] = dummy_handle(&dummies[i], &dummy_type, ALL, 0);
    nt_handle_close(handles[5]);
    nt_handle_close(handles[2]);
    nt_handle_close(handles[3]);
    ok_ptr_eq(dummy_handle(&again, &dummy_type, ALL, 0), handles[2]);
    ok_ptr_eq(dummy_handle(&again, &dummy_type, ALL, 0), handles[3]);
    ok_ptr_eq(dummy_handle(&again, &dummy_type, ALL, 0), handles[5]);
    ok_eq((uintptr_t)dummy_handle(&again, &dummy_type, ALL, 0), 36);
    for (uintptr_t value = 4; value <= 36; value += 4)
        ok_status(nt_handle_close((HANDLE)value), STATUS_SUCCESS);
}

TEST(what_is_no_handle_is_refused, "12.4")
{
    static const uintptr_t values[] = {0,
                                       1,
                                       2,
                                       3,
                                       4,
                                       8,
                                       0x1000,
                                       0x2000000,
                                       0x2000004,
                                       0x7FFFFFFF,
                                       0x80000000,
                                       0xFFFFFFFF,
                                       0x100000000,
                                       UINTPTR_MAX / 2,
                                       UINTPTR_MAX - 15};
    struct nt_object *object = NULL;
    HANDLE copy;
    ULONG flags;

    for (size_t i = 0; i < NT_ARRAY_SIZE(values); i++) {
        HANDLE handle = (HANDLE)values[i];

        test_note("value %#lx", (unsigned long)values[i]);
        ok_status(nt_handle_get(handle, NULL, 0, &object, NULL), STATUS_INVALID_HANDLE);
        ok_status(nt_handle_close(handle), STATUS_INVALID_HANDLE);
        ok_status(nt_handle_get_flags(handle, &flags), STATUS_INVALID_HANDLE);
        ok_status(nt_handle_set_flags(handle, OBJ_INHERIT, 0), STATUS_INVALID_HANDLE);
        ok_status(nt_handle_duplicate(handle, 0, 0, DUPLICATE_SAME_ACCESS, &copy),
                  STATUS_INVALID_HANDLE);
        ok_status(nt_handle_compare(handle, handle), STATUS_INVALID_HANDLE);
    }
    ok_ptr_eq(object, NULL);
}

TEST(a_closed_handle_is_no_handle, "12.4")
{
    struct dummy dummy;
    HANDLE handle = dummy_handle(&dummy, &dummy_type, ALL, 0);
    struct nt_object *object;

    ok_status(nt_handle_close(handle), STATUS_SUCCESS);
    ok_status(nt_handle_close(handle), STATUS_INVALID_HANDLE);
    ok_status(nt_handle_get(handle, NULL, 0, &object, NULL), STATUS_INVALID_HANDLE);
    ok_eq(dummy.n_last_close, 1);
    ok_eq(dummy.n_free, 1);
}

TEST(closing_a_pseudo_handle_does_nothing, "12.5")
{
    ok_status(nt_handle_close((HANDLE)(LONG_PTR)-1), STATUS_SUCCESS);
    ok_status(nt_handle_close((HANDLE)(LONG_PTR)-2), STATUS_SUCCESS);
}

TEST(a_handle_carries_its_rights, "12.33 2.21 2.22")
{
    struct dummy dummy;
    HANDLE handle = dummy_handle(&dummy, &dummy_type, SECTION_MAP_READ | SECTION_QUERY, 0);
    struct nt_object *object = NULL;
    ACCESS_MASK access = 0;

    ok_status(nt_handle_get(handle, &dummy_type, SECTION_MAP_READ, &object, &access),
              STATUS_SUCCESS);
    ok_eq(access, SECTION_MAP_READ | SECTION_QUERY);
    nt_object_close(object);
    object = NULL;
    ok_status(nt_handle_get(handle, &dummy_type, SECTION_MAP_WRITE, &object, NULL),
              STATUS_ACCESS_DENIED);
    ok_status(
        nt_handle_get(handle, &dummy_type, SECTION_MAP_READ | SECTION_MAP_WRITE, &object, NULL),
        STATUS_ACCESS_DENIED);
    /* The type is looked at before the rights. */
    ok_status(nt_handle_get(handle, &asking_type, SECTION_MAP_WRITE, &object, NULL),
              STATUS_OBJECT_TYPE_MISMATCH);
    ok_ptr_eq(object, NULL);
    ok_eq(dummy.object.opens, 1);
    nt_handle_close(handle);
}

TEST(flags_are_inherit_and_protect, "12.1 12.29 12.34")
{
    struct dummy dummy;
    HANDLE handle = dummy_handle(&dummy, &dummy_type, ALL, OBJ_INHERIT | OBJ_CASE_INSENSITIVE);
    ULONG flags = 0xdead;

    ok_status(nt_handle_get_flags(handle, &flags), STATUS_SUCCESS);
    ok_eq(flags, OBJ_INHERIT);
    ok_status(nt_handle_set_flags(handle, OBJ_PROTECT_CLOSE, OBJ_PROTECT_CLOSE), STATUS_SUCCESS);
    nt_handle_get_flags(handle, &flags);
    ok_eq(flags, OBJ_INHERIT | OBJ_PROTECT_CLOSE);
    /* Only the bits of the mask change. */
    ok_status(nt_handle_set_flags(handle, OBJ_INHERIT, OBJ_PROTECT_CLOSE), STATUS_SUCCESS);
    nt_handle_get_flags(handle, &flags);
    ok_eq(flags, OBJ_PROTECT_CLOSE);
    nt_handle_set_flags(handle, OBJ_PROTECT_CLOSE, 0);
    ok_status(nt_handle_close(handle), STATUS_SUCCESS);
}

TEST(a_new_handle_does_not_keep_the_last_ones_flags, "12.24")
{
    struct dummy dummy;
    HANDLE first = dummy_handle(&dummy, &dummy_type, SECTION_MAP_READ, OBJ_INHERIT);
    ACCESS_MASK access;
    struct nt_object *object;
    HANDLE second;
    ULONG flags;

    nt_handle_close(first);
    second = dummy_handle(&dummy, &dummy_type, SECTION_MAP_WRITE, 0);
    ok_ptr_eq(second, first);
    ok_status(nt_handle_get_flags(second, &flags), STATUS_SUCCESS);
    ok_eq(flags, 0);
    ok_status(nt_handle_get(second, NULL, 0, &object, &access), STATUS_SUCCESS);
    ok_eq(access, SECTION_MAP_WRITE);
    nt_object_close(object);
    nt_handle_close(second);
}

TEST(a_protected_handle_stays_open, "12.3")
{
    struct dummy dummy;
    HANDLE handle = dummy_handle(&dummy, &dummy_type, ALL, OBJ_PROTECT_CLOSE);
    struct nt_object *object;

    ok_status(nt_handle_close(handle), STATUS_HANDLE_NOT_CLOSABLE);
    ok_status(nt_handle_get(handle, NULL, 0, &object, NULL), STATUS_SUCCESS);
    nt_object_close(object);
    ok_eq(dummy.n_last_close, 0);
    ok_status(nt_handle_set_flags(handle, OBJ_PROTECT_CLOSE, 0), STATUS_SUCCESS);
    ok_status(nt_handle_close(handle), STATUS_SUCCESS);
    ok_eq(dummy.n_last_close, 1);
}

TEST(a_call_in_flight_keeps_the_object_open, "12.6")
{
    struct dummy dummy;
    HANDLE handle = dummy_handle(&dummy, &dummy_type, ALL, 0);
    struct nt_object *object;

    ok_status(nt_handle_get(handle, NULL, 0, &object, NULL), STATUS_SUCCESS);
    ok_status(nt_handle_close(handle), STATUS_SUCCESS);
    ok_eq(dummy.n_last_close, 0);
    ok_eq(dummy.n_free, 0);
    nt_object_close(object);
    ok_eq(dummy.n_last_close, 1);
    ok_eq(dummy.n_free, 1);
}

/* A view: the memory stays when the last handle, and with it the name, is gone. */
TEST(a_reference_keeps_the_memory_but_not_the_name, "2.6 11.27 12.6")
{
    struct dummy dummy;
    HANDLE handle = dummy_handle(&dummy, &dummy_type, ALL, 0);

    nt_object_ref(&dummy.object);
    ok_status(nt_handle_close(handle), STATUS_SUCCESS);
    ok_eq(dummy.n_last_close, 1);
    ok_eq(dummy.n_free, 0);
    ok_ptr_eq(nt_object_unref(&dummy.object), NULL);
    ok_eq(dummy.n_free, 1);
    ok_ptr_eq(nt_object_unref(NULL), NULL);
    ok_ptr_eq(nt_object_close(NULL), NULL);
}

TEST(comparing_looks_at_the_object, "12.30 12.31")
{
    struct dummy a, b, named, other;
    HANDLE first = dummy_handle(&a, &dummy_type, ALL, 0);
    HANDLE second = dummy_handle(&b, &dummy_type, ALL, 0);
    HANDLE one = dummy_handle(&named, &dummy_type, ALL, 0);
    HANDLE two = dummy_handle(&other, &dummy_type, ALL, 0);
    HANDLE copy;

    ok_status(nt_handle_duplicate(first, SECTION_QUERY, 0, 0, &copy), STATUS_SUCCESS);
    ok_status(nt_handle_compare(first, copy), STATUS_SUCCESS);
    ok_status(nt_handle_compare(first, second), STATUS_NOT_SAME_OBJECT);

    /* Opened twice by name: two objects here, one at the broker that gave both. */
    named.object.id = other.object.id = 42;
    named.object.broker = other.object.broker = 7;
    ok_status(nt_handle_compare(one, two), STATUS_SUCCESS);
    other.object.broker = 8;
    ok_status(nt_handle_compare(one, two), STATUS_NOT_SAME_OBJECT);

    for (uintptr_t value = 4; value <= 20; value += 4)
        nt_handle_close((HANDLE)value);
    ok_eq(a.n_free + b.n_free + named.n_free + other.n_free, 4);
}

#define MANY 100000u

TEST_DEADLINE(the_table_grows_to_100000_handles, "12.22 12.23", 60)
{
    HANDLE *handles = calloc(MANY, sizeof(*handles));
    struct dummy dummy, again;
    unsigned n_wrong = 0;

    require(handles != NULL);
    handles[0] = dummy_handle(&dummy, &dummy_type, ALL, 0);
    for (unsigned i = 1; i < MANY; i++) {
        require(NT_SUCCESS(nt_handle_new(&dummy.object, ALL, 0, &handles[i])));
        n_wrong += handles[i] != (HANDLE)((uintptr_t)(i + 1) * 4);
    }
    ok_eq(n_wrong, 0);
    ok_eq(dummy.object.opens, MANY);
    /* The even ones first; then the lowest of them is the next. */
    for (unsigned i = 0; i < MANY; i += 2)
        n_wrong += nt_handle_close(handles[i]) != STATUS_SUCCESS;
    ok_ptr_eq(dummy_handle(&again, &dummy_type, ALL, 0), handles[0]);
    nt_handle_close(handles[0]);
    for (unsigned i = 1; i < MANY; i += 2)
        n_wrong += nt_handle_close(handles[i]) != STATUS_SUCCESS;
    ok_eq(n_wrong, 0);
    ok_eq(dummy.n_last_close, 1);
    ok_eq(dummy.n_free, 1);
    free(handles);
}

#define TABLE_SLOTS 0x7FFF00u

/* The values above the table are the broker's to give out. */
TEST_DEADLINE(a_full_table_is_an_error, "", 60)
{
    struct dummy dummy;
    HANDLE handle, last = dummy_handle(&dummy, &dummy_type, ALL, 0);
    NTSTATUS status;
    unsigned n = 1;

    if (test_slowness() > 1)
        skip("eight million handles take too long in this build");
    while (NT_SUCCESS(status = nt_handle_new(&dummy.object, ALL, 0, &handle))) {
        last = handle;
        n++;
    }
    ok_status(status, STATUS_INSUFFICIENT_RESOURCES);
    ok_eq(n, TABLE_SLOTS);
    ok_eq((uintptr_t)last, (uintptr_t)TABLE_SLOTS * 4);
    ok_eq(dummy.object.opens, TABLE_SLOTS);
    /* One closed is one free. */
    ok_status(nt_handle_close((HANDLE)0x1000), STATUS_SUCCESS);
    ok_status(nt_handle_new(&dummy.object, ALL, 0, &handle), STATUS_SUCCESS);
    ok_eq((uintptr_t)handle, 0x1000);
    for (uintptr_t i = 1; i <= TABLE_SLOTS; i++)
        nt_handle_close((HANDLE)(i * 4));
    ok_eq(dummy.n_free, 1);
}

/* --- forked children ------------------------------------------------------------------------- */

static int use_inherited(void *argument)
{
    HANDLE handle = argument;
    struct nt_object *object;
    struct dummy dummy;

    if (nt_handle_get(handle, &dummy_type, SECTION_QUERY, &object, NULL) != STATUS_SUCCESS)
        return 1;
    nt_object_close(object);
    if (dummy_handle(&dummy, &dummy_type, ALL, 0) != (HANDLE)((uintptr_t)handle + 4))
        return 2;
    return nt_handle_close(handle) == STATUS_SUCCESS ? 0 : 3;
}

TEST(a_forked_child_has_its_parents_handles, "12.26")
{
    struct dummy dummy;
    HANDLE handle = dummy_handle(&dummy, &dummy_type, ALL, 0);
    struct test_child child;

    require(test_child_fork(&child, use_inherited, handle));
    ok_eq(test_child_wait(&child, 5000), 0);
    /* What the child closed was its own. */
    ok_eq(dummy.n_last_close, 0);
    ok_status(nt_handle_close(handle), STATUS_SUCCESS);
}

static _Atomic bool stop_hammering;

static void hammer_one(void *argument)
{
    HANDLE handle = argument;
    struct nt_object *object;

    while (!atomic_load(&stop_hammering)) {
        struct dummy dummy;

        if (NT_SUCCESS(nt_handle_get(handle, NULL, 0, &object, NULL)))
            nt_object_close(object);
        nt_handle_close(dummy_handle(&dummy, &dummy_type, ALL, 0));
    }
}

/* Whatever another thread was in the middle of, the child's table is whole. */
TEST(a_fork_amid_other_threads_calls_is_safe, "12.26")
{
    struct dummy dummy;
    HANDLE handle = dummy_handle(&dummy, &dummy_type, ALL, 0);
    struct test_thread threads[2];
    struct test_child child;

    atomic_store(&stop_hammering, false);
    for (size_t i = 0; i < 2; i++)
        test_thread_start(&threads[i], hammer_one, handle);
    for (int i = 0; i < 20; i++) {
        int code;

        require(test_child_fork(&child, use_inherited, handle));
        code = test_child_wait(&child, 5000);
        /* The next slot may have been one of the threads' when the fork came. */
        ok(code == 0 || code == 2, "exit code %d", code);
    }
    atomic_store(&stop_hammering, true);
    for (size_t i = 0; i < 2; i++)
        test_thread_join(&threads[i]);
    ok_status(nt_handle_close(handle), STATUS_SUCCESS);
    ok_eq(dummy.n_free, 1);
}

/* A child that no fork handler sees is told by the page that the kernel wipes. */
TEST(a_child_behind_the_fork_handlers_is_safe, "12.26")
{
    struct dummy dummy;
    HANDLE handle = dummy_handle(&dummy, &dummy_type, ALL, 0);
    int status = -1;
    long pid;

    if (test_slowness() > 1)
        skip("a sanitizer does not survive a fork that it does not see");
    pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    require(pid >= 0);
    if (pid == 0)
        _exit(use_inherited(handle));
    while (waitpid((pid_t)pid, &status, 0) < 0)
        ;
    ok_eq(status, 0);
    ok_status(nt_handle_close(handle), STATUS_SUCCESS);
}
