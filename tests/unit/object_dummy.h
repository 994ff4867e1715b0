/* SPDX-License-Identifier: MIT */
/*
 * An object type for the tests of handles: it counts what is called on it. The counts of an
 * object stay when the object is gone, and the last reference does not free the structure, so
 * that a test can look at it afterwards.
 */
#ifndef NTSHM_TEST_OBJECT_DUMMY_H
#define NTSHM_TEST_OBJECT_DUMMY_H

#include <string.h>

#include <ntstatus.h>

#include "lib/object/object.h"
#include "util/macro.h"

struct dummy {
    struct nt_object object;
    _Atomic unsigned n_last_close, n_free, n_widen;
    ACCESS_MASK widen_asked;
    NTSTATUS widen_answer;
};

static inline struct dummy *dummy_of(struct nt_object *object)
{
    return NT_CONTAINER_OF(object, struct dummy, object);
}

static inline void dummy_last_close(struct nt_object *object)
{
    atomic_fetch_add(&dummy_of(object)->n_last_close, 1);
}

static inline void dummy_free(struct nt_object *object)
{
    atomic_fetch_add(&dummy_of(object)->n_free, 1);
}

static inline NTSTATUS dummy_widen(struct nt_object *object, ACCESS_MASK access)
{
    atomic_fetch_add(&dummy_of(object)->n_widen, 1);
    dummy_of(object)->widen_asked = access;
    return dummy_of(object)->widen_answer;
}

/* Anybody may widen; and: the object is asked. Both have the rights of a section. */
static const struct nt_object_type dummy_type __attribute__((unused)) = {
    .name = "Dummy",
    .kind = NT_KIND_SECTION,
    .last_close = dummy_last_close,
    .free = dummy_free,
};
static const struct nt_object_type asking_type __attribute__((unused)) = {
    .name = "Asking",
    .kind = NT_KIND_SECTION,
    .widen = dummy_widen,
    .last_close = dummy_last_close,
    .free = dummy_free,
};

/* A new object with one handle and no other open. */
static inline HANDLE dummy_handle(struct dummy *dummy, const struct nt_object_type *type,
                                  ACCESS_MASK access, ULONG attributes)
{
    HANDLE handle = NULL;

    memset(dummy, 0, sizeof(*dummy));
    nt_object_init(&dummy->object, type);
    if (!NT_SUCCESS(nt_handle_new(&dummy->object, access, attributes, &handle)))
        handle = NULL;
    nt_object_close(&dummy->object);
    return handle;
}

#endif
