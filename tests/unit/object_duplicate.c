// SPDX-License-Identifier: MIT
/*
 * lib/object: what a copy of a handle carries, and what becomes of its source.
 */
#include "harness/test.h"
#include "unit/object_dummy.h"

#define SAME_ACCESS DUPLICATE_SAME_ACCESS

/* The rights of a handle. */
static ACCESS_MASK access_of(HANDLE handle)
{
    struct nt_object *object;
    ACCESS_MASK access = 0;

    ok_status(nt_handle_get(handle, NULL, 0, &object, &access), STATUS_SUCCESS);
    nt_object_close(object);
    return access;
}

static ULONG flags_of(HANDLE handle)
{
    ULONG flags = 0xdead;

    ok_status(nt_handle_get_flags(handle, &flags), STATUS_SUCCESS);
    return flags;
}

/* A copy that succeeds; closed again by the caller. */
static HANDLE copy_of(HANDLE source, ACCESS_MASK access, ULONG attributes, ULONG options)
{
    HANDLE copy = NULL;

    ok_status(nt_handle_duplicate(source, access, attributes, options, &copy), STATUS_SUCCESS);
    return copy;
}

TEST(same_access_ignores_the_access_asked, "12.7")
{
    struct dummy dummy;
    HANDLE source = dummy_handle(&dummy, &dummy_type, SECTION_MAP_READ, 0);
    HANDLE copy = copy_of(source, GENERIC_ALL | 0x40, 0, SAME_ACCESS);

    ok_ptr_ne(copy, source);
    ok_eq(access_of(copy), SECTION_MAP_READ);
    nt_handle_close(copy);
    nt_handle_close(source);
    ok_eq(dummy.n_free, 1);
}

TEST(explicit_access_is_exactly_what_was_asked, "12.8")
{
    struct dummy dummy;
    HANDLE source = dummy_handle(&dummy, &dummy_type, 0xF001F, 0);
    HANDLE copy = copy_of(source, GENERIC_READ, 0, 0);

    ok_eq(access_of(copy), 0x20005);
    nt_handle_close(copy);
    copy = copy_of(source, SECTION_MAP_WRITE, 0, 0);
    ok_eq(access_of(copy), SECTION_MAP_WRITE);
    nt_handle_close(copy);
    nt_handle_close(source);
}

TEST(a_copy_may_have_no_rights, "12.9")
{
    struct dummy dummy;
    HANDLE source = dummy_handle(&dummy, &asking_type, SECTION_MAP_READ, 0);
    HANDLE copy = copy_of(source, 0, 0, 0);

    ok_eq(access_of(copy), 0);
    ok_eq(dummy.n_widen, 0);
    nt_handle_close(copy);
    nt_handle_close(source);
}

TEST(a_copy_may_have_more_rights_than_its_source, "12.10")
{
    struct dummy dummy, asking;
    HANDLE source = dummy_handle(&dummy, &dummy_type, 0xF000F, 0);
    HANDLE copy = copy_of(source, GENERIC_ALL, 0, 0);

    ok_eq(access_of(copy), 0xF001F);
    nt_handle_close(copy);
    nt_handle_close(source);

    source = dummy_handle(&asking, &asking_type, SECTION_MAP_READ, 0);
    copy = copy_of(source, SECTION_MAP_READ | SECTION_MAP_WRITE, 0, 0);
    ok_eq(access_of(copy), SECTION_MAP_READ | SECTION_MAP_WRITE);
    ok_eq(asking.n_widen, 1);
    ok_eq(asking.widen_asked, SECTION_MAP_READ | SECTION_MAP_WRITE);
    nt_handle_close(copy);
    nt_handle_close(source);
}

TEST(more_rights_may_be_refused, "12.11")
{
    struct dummy dummy;
    HANDLE source = dummy_handle(&dummy, &asking_type, SECTION_MAP_READ, 0);
    HANDLE copy = (HANDLE)0x1234;

    dummy.widen_answer = STATUS_ACCESS_DENIED;
    ok_status(nt_handle_duplicate(source, SECTION_MAP_WRITE, 0, 0, &copy), STATUS_ACCESS_DENIED);
    ok_ptr_eq(copy, (HANDLE)0x1234);
    ok_eq(dummy.object.opens, 1);
    nt_handle_close(source);
}

TEST(a_subset_of_the_rights_asks_nobody, "12.13")
{
    struct dummy dummy;
    HANDLE source = dummy_handle(&dummy, &asking_type, 0xF001F, 0);
    HANDLE copy;

    dummy.widen_answer = STATUS_ACCESS_DENIED;
    copy = copy_of(source, GENERIC_READ | GENERIC_WRITE, 0, 0);
    ok_eq(dummy.n_widen, 0);
    ok_eq(access_of(copy), 0x20007);
    nt_handle_close(copy);
    nt_handle_close(source);
}

TEST(undefined_rights_of_a_copy_are_denied, "12.14")
{
    struct dummy dummy;
    HANDLE source = dummy_handle(&dummy, &dummy_type, 0xF001F, 0);
    HANDLE copy = NULL;

    ok_status(nt_handle_duplicate(source, 0x40, 0, 0, &copy), STATUS_ACCESS_DENIED);
    ok_status(nt_handle_duplicate(source, 0xFFFFFFFF, 0, 0, &copy), STATUS_ACCESS_DENIED);
    ok_ptr_eq(copy, NULL);
    nt_handle_close(source);
}

TEST(without_a_place_for_it_the_copy_is_made_all_the_same, "12.16")
{
    struct dummy dummy;
    HANDLE source = dummy_handle(&dummy, &dummy_type, 0xF001F, 0);

    ok_status(nt_handle_duplicate(source, 0, 0, SAME_ACCESS, NULL), STATUS_SUCCESS);
    ok_eq(dummy.object.opens, 2);
    ok_status(nt_handle_close((HANDLE)((uintptr_t)source + 4)), STATUS_SUCCESS);
    /* With the source to be closed that is all that happens. */
    ok_status(nt_handle_duplicate(source, 0, 0, SAME_ACCESS | DUPLICATE_CLOSE_SOURCE, NULL),
              STATUS_SUCCESS);
    ok_eq(dummy.n_free, 1);
    ok_status(nt_handle_close(source), STATUS_INVALID_HANDLE);
}

TEST(closing_the_source_keeps_its_value, "12.19")
{
    struct dummy dummy;
    HANDLE source = dummy_handle(&dummy, &dummy_type, 0xF001F, 0);
    HANDLE copy = copy_of(source, 0, OBJ_INHERIT, SAME_ACCESS | DUPLICATE_CLOSE_SOURCE);

    ok_ptr_eq(copy, source);
    ok_eq(flags_of(copy), OBJ_INHERIT);
    ok_eq(access_of(copy), 0xF001F);
    ok_eq(dummy.object.opens, 1);

    copy = copy_of(source, SECTION_MAP_READ, 0, DUPLICATE_CLOSE_SOURCE);
    ok_ptr_eq(copy, source);
    ok_eq(flags_of(copy), 0);
    ok_eq(access_of(copy), SECTION_MAP_READ);
    nt_handle_close(source);
    ok_eq(dummy.n_free, 1);
}

TEST(a_protected_source_is_not_closed, "12.20")
{
    struct dummy dummy;
    HANDLE source = dummy_handle(&dummy, &dummy_type, 0xF001F, OBJ_PROTECT_CLOSE);
    HANDLE copy = copy_of(source, 0, 0, SAME_ACCESS | DUPLICATE_CLOSE_SOURCE);

    ok_ptr_ne(copy, source);
    ok_eq(flags_of(source), OBJ_PROTECT_CLOSE);
    ok_eq(flags_of(copy), 0);
    ok_eq(dummy.object.opens, 2);
    ok_status(nt_handle_close(copy), STATUS_SUCCESS);
    ok_status(nt_handle_close(source), STATUS_HANDLE_NOT_CLOSABLE);
    nt_handle_set_flags(source, OBJ_PROTECT_CLOSE, 0);
    nt_handle_close(source);
}

TEST(the_source_is_closed_even_when_nothing_comes_of_it, "12.21")
{
    struct dummy dummy;
    HANDLE source = dummy_handle(&dummy, &dummy_type, 0xF001F, 0);
    HANDLE copy = NULL;

    ok_status(nt_handle_duplicate(source, 0x40, 0, DUPLICATE_CLOSE_SOURCE, &copy),
              STATUS_ACCESS_DENIED);
    ok_ptr_eq(copy, NULL);
    ok_status(nt_handle_close(source), STATUS_INVALID_HANDLE);
    ok_eq(dummy.n_free, 1);
}

TEST(attributes_are_the_callers_or_the_sources, "12.24")
{
    struct dummy dummy;
    HANDLE source = dummy_handle(&dummy, &dummy_type, 0xF001F, OBJ_INHERIT);
    HANDLE copy = copy_of(source, 0, 0, SAME_ACCESS);

    ok_eq(flags_of(copy), 0);
    nt_handle_close(copy);
    copy = copy_of(source, 0, OBJ_INHERIT | OBJ_PROTECT_CLOSE, SAME_ACCESS);
    ok_eq(flags_of(copy), OBJ_INHERIT | OBJ_PROTECT_CLOSE);
    nt_handle_set_flags(copy, OBJ_PROTECT_CLOSE, 0);
    nt_handle_close(copy);
    copy = copy_of(source, 0, 0, SAME_ACCESS | DUPLICATE_SAME_ATTRIBUTES);
    ok_eq(flags_of(copy), OBJ_INHERIT);
    nt_handle_close(copy);
    nt_handle_close(source);
    ok_eq(dummy.n_free, 1);
}
