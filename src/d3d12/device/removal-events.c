// SPDX-License-Identifier: MIT
/*
 * See removal-events.h. The list is guarded by the engine's lock.
 */
#include "d3d12/device/removal-events.h"

#include <stdlib.h>

#include "d3d12/device/device.h"
#include "d3d12/device/event.h"

struct nt_d3d_removal_event {
    LIST_ENTRY(nt_d3d_removal_event) link;
    HANDLE event; /* our own duplicate */
    uint32_t cookie;
};

static void event_free(struct nt_d3d_removal_event *event)
{
    CloseHandle(event->event);
    free(event);
}

HRESULT nt_d3d_removal_register(struct nt_d3d_device *device, HANDLE given, uint32_t *ret_cookie)
{
    struct nt_d3d_removal_event *event = calloc(1, sizeof(*event));
    HRESULT hr;

    if (!event)
        return E_OUTOFMEMORY;
    hr = nt_d3d_event_keep(given, &event->event);
    if (FAILED(hr)) {
        free(event);
        return hr;
    }
    pthread_mutex_lock(&device->engine.lock);
    event->cookie = ++device->removal_cookie;
    *ret_cookie = event->cookie;
    LIST_INSERT_HEAD(&device->removal_events, event, link);
    if (nt_d3d_device_is_removed(device))
        nt_d3d_event_set(event->event, "removal");
    pthread_mutex_unlock(&device->engine.lock);
    return S_OK;
}

void nt_d3d_removal_unregister(struct nt_d3d_device *device, uint32_t cookie)
{
    struct nt_d3d_removal_event *event;

    pthread_mutex_lock(&device->engine.lock);
    LIST_FOREACH (event, &device->removal_events, link) {
        if (event->cookie == cookie)
            break;
    }
    if (event)
        LIST_REMOVE(event, link);
    pthread_mutex_unlock(&device->engine.lock);
    if (event)
        event_free(event);
}

void nt_d3d_removal_fire(struct nt_d3d_device *device)
{
    const struct nt_d3d_removal_event *event;

    LIST_FOREACH (event, &device->removal_events, link)
        nt_d3d_event_set(event->event, "removal");
}

void nt_d3d_removal_deinit(struct nt_d3d_device *device)
{
    struct nt_d3d_removal_event *event;

    while ((event = LIST_FIRST(&device->removal_events))) {
        LIST_REMOVE(event, link);
        event_free(event);
    }
}
