// SPDX-License-Identifier: MIT
/*
 * The two counts of an object.
 */
#include <stdlib.h>

#include "lib/object/named.h"
#include "lib/security/object-security.h"
#include "rtl/access.h"
#include "util/macro.h"

void nt_object_init(struct nt_object *object, const struct nt_object_type *type)
{
    object->type = type;
    atomic_init(&object->opens, 1);
    atomic_init(&object->refs, 1);
    object->id = 0;
    object->broker = 0;
    atomic_init(&object->identity, 0);
    object->path = NULL;
    object->named.le_prev = NULL;
    object->security = NULL;
    object->maker = (struct nt_maker){0};
}

struct nt_object *nt_object_ref(struct nt_object *object)
{
    uint32_t before = atomic_fetch_add_explicit(&object->refs, 1, memory_order_relaxed);

    nt_abort_if(before == 0 || before == UINT32_MAX, "reference to a dead object");
    return object;
}

struct nt_object *nt_object_unref(struct nt_object *object)
{
    if (object && atomic_fetch_sub_explicit(&object->refs, 1, memory_order_acq_rel) == 1) {
        free(object->path);
        nt_security_free(object);
        object->type->free(object);
    }
    return NULL;
}

bool nt_object_try_open(struct nt_object *object)
{
    uint32_t opens = atomic_load_explicit(&object->opens, memory_order_relaxed);

    do {
        if (opens == 0)
            return false;
        nt_abort_if(opens == UINT32_MAX, "too many opens of an object");
    } while (!atomic_compare_exchange_weak_explicit(&object->opens, &opens, opens + 1,
                                                    memory_order_acquire, memory_order_relaxed));
    return true;
}

struct nt_object *nt_object_close(struct nt_object *object)
{
    if (object && atomic_fetch_sub_explicit(&object->opens, 1, memory_order_acq_rel) == 1) {
        if (object->id)
            nt_named_last_close(object);
        else
            object->type->last_close(object);
        nt_object_unref(object);
    }
    return NULL;
}

void nt_object_closep(struct nt_object **object)
{
    *object = nt_object_close(*object);
}

ACCESS_MASK nt_object_map_access(const struct nt_object_type *type, ACCESS_MASK access)
{
    return nt_access_map(type->kind, access);
}
