/* SPDX-License-Identifier: MIT */
/*
 * What a call does with an OVERLAPPED: its event is reset first, its result is in it at the end.
 */
#ifndef NT_API_OVERLAPPED_H
#define NT_API_OVERLAPPED_H

#include <ntstatus.h>
#include <windows.h>

#include "lib/sync/event.h"

/* The event's lowest bit means something to completion ports only. */
static inline HANDLE nt_api_event_of(const OVERLAPPED *overlapped)
{
    return overlapped ? (HANDLE)((ULONG_PTR)overlapped->hEvent & ~(ULONG_PTR)1) : NULL;
}

/* NULL is allowed. A bad event handle ends the call. */
static inline NTSTATUS nt_api_begin_overlapped(OVERLAPPED *overlapped)
{
    HANDLE event = nt_api_event_of(overlapped);
    NTSTATUS status = STATUS_SUCCESS;

    if (event)
        status = nt_event_change(event, NT_EVENT_RESET, NULL);
    if (NT_SUCCESS(status) && overlapped) {
        overlapped->Internal = (ULONG_PTR)(ULONG)STATUS_PENDING;
        overlapped->InternalHigh = 0;
    }
    return status;
}

static inline void nt_api_end_overlapped(OVERLAPPED *overlapped, NTSTATUS status, size_t done)
{
    if (!overlapped)
        return;
    overlapped->InternalHigh = done;
    overlapped->Internal = (ULONG_PTR)(ULONG)status;
    if (nt_api_event_of(overlapped))
        nt_event_change(nt_api_event_of(overlapped), NT_EVENT_SET, NULL);
}

#endif
