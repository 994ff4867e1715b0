// SPDX-License-Identifier: MIT
/*
 * Asking for the descriptor behind a handle, and changing it: what the handle carries decides, and
 * nothing else (13.21). The pseudo handles of the process and of its threads carry all rights of
 * their kinds; their descriptors are kept and told, and nobody is let in or kept out by them.
 */
#include "lib/security/object-security.h"

#include <pthread.h>
#include <stdlib.h>

#include <ntstatus.h>

#include "lib/client/client.h"
#include "lib/file/file.h"
#include "lib/process/lock.h"
#include "lib/process/process-object.h"
#include "lib/security/kept-security.h"
#include "lib/security/token.h"
#include "util/macro.h"

/* --- of the process and of its threads ------------------------------------------------------ */

static struct nt_object_security *process_security; /* NT_LOCK_SECURITY */
static _Thread_local struct nt_object_security *thread_security;
static pthread_once_t thread_once = PTHREAD_ONCE_INIT;
static pthread_key_t thread_key;
static bool has_key;

static void free_of_thread(void *value)
{
    struct nt_object_security *security = value;

    thread_security = NULL;
    nt_kept_security_free(&security);
}

static void make_key(void)
{
    has_key = pthread_key_create(&thread_key, free_of_thread) == 0;
}

/* The thread that ends frees what it kept. */
static NTSTATUS keep_with_thread(void)
{
    pthread_once(&thread_once, make_key);
    if (has_key && pthread_setspecific(thread_key, thread_security) == 0)
        return STATUS_SUCCESS;
    nt_kept_security_free(&thread_security);
    return STATUS_NO_MEMORY;
}

/* --- what a handle stands for --------------------------------------------------------------- */

/* Where a descriptor is. */
struct place {
    struct nt_object *object; /* held open; or NULL for a pseudo handle's */
    struct nt_object_security **security;
    enum nt_kind kind;
    struct nt_maker maker;
    ACCESS_MASK held;
};

static void place_deinit(struct place *place)
{
    nt_object_closep(&place->object);
}

static NTSTATUS place_of_pseudo(struct nt_object_security **security, enum nt_kind kind,
                                ACCESS_MASK needed, struct place *ret_place)
{
    *ret_place = (struct place){.security = security, .kind = kind};
    ret_place->held = nt_kind_rights(kind)->all;
    return needed & ~ret_place->held ? STATUS_ACCESS_DENIED : STATUS_SUCCESS;
}

static NTSTATUS open_token(HANDLE handle, ACCESS_MASK needed, struct place *ret_place)
{
    struct nt_token *token;
    NTSTATUS status = nt_token_from_handle(handle, needed, &token);

    if (NT_SUCCESS(status))
        ret_place->object = nt_token_object(token);
    return status;
}

static bool is_own_process(const struct nt_object *object)
{
    return object->type == &nt_process_type &&
           nt_process_is_self(NT_CONTAINER_OF(object, const struct nt_process, object));
}

static NTSTATUS find_place(HANDLE handle, ACCESS_MASK needed, struct place *ret_place)
{
    LONG_PTR value = (LONG_PTR)handle;
    NTSTATUS status;

    *ret_place = (struct place){0};
    if (value == -1)
        return place_of_pseudo(&process_security, NT_KIND_PROCESS, needed, ret_place);
    if (value == -2)
        return place_of_pseudo(&thread_security, NT_KIND_THREAD, needed, ret_place);
    if (value <= -4 && value >= -6)
        status = open_token(handle, needed, ret_place);
    else
        status = nt_handle_get(handle, NULL, needed, &ret_place->object, &ret_place->held);
    if (!NT_SUCCESS(status))
        return status;
    ret_place->security = &ret_place->object->security;
    ret_place->kind = ret_place->object->type->kind;
    if (is_own_process(ret_place->object)) {
        /* One descriptor, whichever handle it is asked through. */
        ret_place->security = &process_security;
        return STATUS_SUCCESS;
    }
    /* Its owner and mode are the file system's, not ours to tell in entries. */
    if (ret_place->kind == NT_KIND_FILE)
        return STATUS_NOT_SUPPORTED;
    return nt_security_maker(ret_place->object, &ret_place->maker);
}

/* --- asking --------------------------------------------------------------------------------- */

static NTSTATUS make_block(const struct nt_descriptor *descriptor,
                           struct nt_descriptor_block *ret_block)
{
    size_t size = nt_descriptor_size(descriptor);

    ret_block->bytes = calloc(1, size);
    if (!ret_block->bytes)
        return STATUS_NO_MEMORY;
    ret_block->size = size;
    nt_descriptor_to_relative(descriptor, ret_block->bytes);
    return STATUS_SUCCESS;
}

static NTSTATUS get_kept(const struct place *place, SECURITY_INFORMATION information,
                         struct nt_descriptor_block *ret_block)
{
    NT_CLEANUP(nt_descriptor_block_deinit) struct nt_descriptor_block all = {0};
    struct nt_descriptor parts, selected;
    NTSTATUS status;

    status = nt_kept_security_read(place->security, place->kind, &place->maker, &all, &parts);
    if (!NT_SUCCESS(status))
        return status;
    nt_descriptor_select(&parts, information, &selected);
    return make_block(&selected, ret_block);
}

NTSTATUS nt_security_get(HANDLE handle, SECURITY_INFORMATION information,
                         struct nt_descriptor_block *ret_block)
{
    NT_CLEANUP(place_deinit) struct place place = {0};
    NTSTATUS status;

    *ret_block = (struct nt_descriptor_block){0};
    status = find_place(handle, nt_descriptor_access_for_get(information), &place);
    if (!NT_SUCCESS(status))
        return status;
    if (place.object && place.object->id)
        return nt_client_get_security(place.object->id, place.object->broker, information,
                                      place.held, ret_block);
    return get_kept(&place, information, ret_block);
}

/* --- changing ------------------------------------------------------------------------------- */

static NTSTATUS set_named(const struct place *place, SECURITY_INFORMATION information,
                          const struct nt_descriptor *change)
{
    NT_CLEANUP(nt_descriptor_block_deinit) struct nt_descriptor_block block = {0};
    struct nt_descriptor selected;
    NTSTATUS status;

    nt_descriptor_select(change, information, &selected);
    status = make_block(&selected, &block);
    if (!NT_SUCCESS(status))
        return status;
    if (block.size > NT_DESCRIPTOR_MAX)
        return STATUS_INVALID_SECURITY_DESCR;
    return nt_client_set_security(place->object->id, place->object->broker, information,
                                  place->held, block.bytes, block.size);
}

static NTSTATUS set_kept(const struct place *place, SECURITY_INFORMATION information,
                         const struct nt_descriptor *change)
{
    NT_CLEANUP(nt_token_closep) struct nt_token *token = nt_token_effective();
    struct nt_identity identity;
    NTSTATUS status = nt_token_identity(token, &identity);

    if (!NT_SUCCESS(status))
        return status;
    status = nt_kept_security_change(place->security, place->kind, &place->maker, information,
                                     change, &identity);
    nt_identity_deinit(&identity);
    if (NT_SUCCESS(status) && place->security == &thread_security)
        status = keep_with_thread();
    return status;
}

NTSTATUS nt_security_set(HANDLE handle, SECURITY_INFORMATION information, const void *change)
{
    NT_CLEANUP(nt_descriptor_block_deinit) struct nt_descriptor_block copy = {0};
    NT_CLEANUP(place_deinit) struct place place = {0};
    struct nt_descriptor parts;
    NTSTATUS status;

    if (!change)
        return STATUS_ACCESS_VIOLATION;
    status = find_place(handle, nt_descriptor_access_for_set(information), &place);
    if (NT_SUCCESS(status))
        status = nt_descriptor_capture(change, &copy, &parts);
    if (!NT_SUCCESS(status))
        return status;
    if (place.object && place.object->id)
        return set_named(&place, information, &parts);
    return set_kept(&place, information, &parts);
}
