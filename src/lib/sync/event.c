// SPDX-License-Identifier: MIT
/*
 * Event objects: where their words are, and who may touch them. How the words work is in
 * event-word.h.
 */
#include <stdlib.h>
#include <sys/mman.h>

#include <ntstatus.h>

#include "lib/object/named.h"
#include "lib/process/clock.h"
#include "lib/security/object-security.h"
#include "lib/sync/event-word.h"
#include "lib/sync/event.h"
#include "lib/sync/slab.h"
#include "os/os.h"
#include "rtl/status.h"
#include "util/macro.h"

struct nt_event {
    struct nt_object object;
    struct nt_event_words *words;
    struct nt_slab *slab; /* of an unnamed event; a named one's words are a page */
    int lease_fd;
    bool manual_reset;
};

static void event_last_close(struct nt_object *object)
{
    struct nt_event *event = NT_CONTAINER_OF(object, struct nt_event, object);

    event->lease_fd = nt_os_close(event->lease_fd);
}

static void event_free(struct nt_object *object)
{
    struct nt_event *event = NT_CONTAINER_OF(object, struct nt_event, object);

    if (event->slab)
        nt_slab_give(event->slab, event->words);
    else if (event->words)
        nt_os_unmap(event->words, NT_PAGE_SIZE);
    free(event);
}

static NTSTATUS adopt(struct nt_client_reply *reply, struct nt_object **ret_object);

const struct nt_object_type nt_event_type = {
    .name = "Event",
    .kind = NT_KIND_EVENT,
    .adopt = adopt,
    .last_close = event_last_close,
    .free = event_free,
};

static struct nt_event *new_event(void)
{
    struct nt_event *event = calloc(1, sizeof(*event));

    if (event) {
        nt_object_init(&event->object, &nt_event_type);
        event->lease_fd = -1;
    }
    return event;
}

/* The words and the descriptor of an unnamed one. */
static NTSTATUS furnish(struct nt_event *event, bool initial, const void *security)
{
    struct nt_descriptor_block block;
    NTSTATUS status = nt_security_for_new(NT_KIND_EVENT, security, &block);
    void *slot;

    if (NT_SUCCESS(status))
        status = nt_security_attach(&event->object, &block);
    if (NT_SUCCESS(status))
        status = nt_slab_take(&event->slab, &slot);
    if (!NT_SUCCESS(status))
        return status;
    event->words = slot;
    atomic_store(&event->words->state, initial ? NT_EVENT_WORD_SET : 0);
    return STATUS_SUCCESS;
}

static NTSTATUS create_unnamed(bool manual_reset, bool initial, ACCESS_MASK access,
                               const struct nt_object_name *name, HANDLE *ret_handle)
{
    struct nt_event *event;
    ACCESS_MASK granted;
    NTSTATUS status;

    status = nt_security_creator_access(NT_KIND_EVENT, access, &granted);
    if (!NT_SUCCESS(status))
        return status;
    event = new_event();
    if (!event)
        return STATUS_NO_MEMORY;
    event->manual_reset = manual_reset;
    status = furnish(event, initial, name ? name->security : NULL);
    if (NT_SUCCESS(status))
        return nt_handle_hand_out(&event->object, granted, name ? name->attributes : 0, ret_handle);
    nt_object_close(&event->object);
    return status;
}

static NTSTATUS map_page(struct nt_event *event, int fd)
{
    void *page;
    int r;

    if (fd < 0)
        return STATUS_SUCCESS; /* neither to be waited for nor changed through this handle */
    r = nt_os_map(NULL, NT_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0, &page);
    if (r < 0)
        return nt_status_from_errno(r);
    event->words = page;
    return STATUS_SUCCESS;
}

/* An event from what the broker answered. */
static NTSTATUS adopt(struct nt_client_reply *reply, struct nt_object **ret_object)
{
    NT_CLEANUP(nt_os_closep) int page_fd = nt_client_take_fd(reply, NT_PAYLOAD_WRITE);
    struct nt_event *event = new_event();
    NTSTATUS status;

    if (!event)
        return STATUS_NO_MEMORY;
    event->manual_reset = reply->object.manual_reset;
    event->lease_fd = nt_client_take_fd(reply, NT_PAYLOAD_LEASE);
    /* Without its page nobody can wait for it or change it, whatever the answer says. */
    if (page_fd < 0 && (reply->object.access & (SYNCHRONIZE | EVENT_MODIFY_STATE)))
        status = STATUS_ACCESS_DENIED;
    else
        status = map_page(event, page_fd);
    if (NT_SUCCESS(status))
        *ret_object = &event->object;
    else
        nt_object_close(&event->object);
    return status;
}

NTSTATUS nt_event_create(const struct nt_object_name *name, bool manual_reset, bool initial,
                         ACCESS_MASK access, HANDLE *ret_handle)
{
    const struct nt_create_request request = {
        .kind = NT_KIND_EVENT,
        .access = access,
        .manual_reset = manual_reset,
        .initial_state = initial,
    };

    if (!name || name->count == 0)
        return create_unnamed(manual_reset, initial, access, name, ret_handle);
    return nt_named_create(name, &request, NULL, 0, adopt, ret_handle);
}

NTSTATUS nt_event_open(const struct nt_object_name *name, ACCESS_MASK access, HANDLE *ret_handle)
{
    const struct nt_open_request request = {.kind = NT_KIND_EVENT, .access = access};

    return nt_named_open(name, &request, adopt, ret_handle);
}

NTSTATUS nt_event_change(HANDLE handle, enum nt_event_operation operation, LONG *ret_previous)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *object = NULL;
    struct nt_event *event;
    bool before;
    NTSTATUS status;

    status = nt_handle_get(handle, &nt_event_type, EVENT_MODIFY_STATE, &object, NULL);
    if (!NT_SUCCESS(status))
        return status;
    event = NT_CONTAINER_OF(object, struct nt_event, object);
    if (operation == NT_EVENT_SET)
        before = nt_event_word_set(event->words, event->manual_reset);
    else if (operation == NT_EVENT_RESET)
        before = nt_event_word_reset(event->words);
    else
        before = nt_event_word_pulse(event->words, event->manual_reset);
    if (ret_previous)
        *ret_previous = before;
    return STATUS_SUCCESS;
}

uint64_t nt_deadline_after_ms(DWORD milliseconds)
{
    if (milliseconds == 0)
        return 0;
    return milliseconds == INFINITE ? UINT64_MAX
                                    : nt_os_now_ns() + (uint64_t)milliseconds * 1000000u;
}

uint64_t nt_deadline_of(const LARGE_INTEGER *timeout)
{
    uint64_t units, now;

    if (!timeout)
        return UINT64_MAX;
    if (timeout->QuadPart < 0) {
        units = (uint64_t) - (timeout->QuadPart + 1) + 1;
    } else {
        now = nt_clock_wall();
        units = (uint64_t)timeout->QuadPart > now ? (uint64_t)timeout->QuadPart - now : 0;
    }
    if (units == 0)
        return 0;
    now = nt_os_now_ns();
    return units < (UINT64_MAX - now) / 100 ? now + units * 100 : UINT64_MAX;
}

/* What is no event: either always signalled, or nothing to wait for. */
static NTSTATUS wait_for_other(HANDLE handle)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *object = NULL;
    ACCESS_MASK access;
    NTSTATUS status = nt_handle_get(handle, NULL, 0, &object, &access);

    if (!NT_SUCCESS(status))
        return status;
    if (!object->type->signalled)
        return STATUS_OBJECT_TYPE_MISMATCH;
    return access & SYNCHRONIZE ? STATUS_WAIT_0 : STATUS_ACCESS_DENIED;
}

NTSTATUS nt_object_wait(HANDLE handle, uint64_t deadline_ns)
{
    struct nt_object *object;
    const struct nt_event *event;
    NTSTATUS status;
    int r;

    status = nt_handle_get(handle, &nt_event_type, SYNCHRONIZE, &object, NULL);
    if (status == STATUS_OBJECT_TYPE_MISMATCH)
        return wait_for_other(handle);
    if (!NT_SUCCESS(status))
        return status;
    event = NT_CONTAINER_OF(object, struct nt_event, object);
    r = nt_event_word_wait(event->words, event->manual_reset, 0);
    if (r == 0 || deadline_ns == 0) {
        nt_object_close(object);
        return nt_status_from_errno(r);
    }

    /*
     * Who sleeps keeps the words, not the name: it ends with the last handle although somebody
     * waits, and a child forked meanwhile does not hold it for a call that is not its own.
     */
    nt_object_ref(object);
    nt_object_close(object);
    r = nt_event_word_wait(event->words, event->manual_reset, deadline_ns);
    nt_object_unref(object);
    return nt_status_from_errno(r);
}
