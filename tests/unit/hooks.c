// SPDX-License-Identifier: MIT
/*
 * What every case begins and ends with: the memory that the library keeps for the life of a
 * process is there before the first look, and what it keeps for speed only is given back before
 * both: descriptors, the anchors of the view area, the empty slab.
 */
#include <ntstatus.h>

#include "harness/test.h"
#include "lib/memory/region.h"
#include "lib/process/lock.h"
#include "lib/process/process.h"
#include "lib/sync/event.h"
#include "lib/sync/slab.h"

void test_prepare(void)
{
    struct nt_section_parameters parameters = {
        .size = 4096,
        .protection = PAGE_READWRITE,
        .attributes = SEC_COMMIT,
        .access = SECTION_ALL_ACCESS,
    };
    struct nt_view_request request = {.protect = PAGE_READWRITE};
    HANDLE handle;
    size_t size;
    void *base;

    if (NT_SUCCESS(nt_event_create(NULL, true, false, EVENT_ALL_ACCESS, &handle)))
        nt_handle_close(handle);
    if (!NT_SUCCESS(nt_section_create(NULL, &parameters, &handle)))
        return;
    if (NT_SUCCESS(nt_view_map(handle, &request, &base, &size)))
        nt_view_unmap(base, 0);
    nt_handle_close(handle);
}

void test_settle(void)
{
    nt_process_quiesce();
    nt_regions_quiesce();
    nt_lock_take(NT_LOCK_SLABS);
    nt_slabs_forking();
    nt_lock_drop(NT_LOCK_SLABS);
}
