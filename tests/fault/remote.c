// SPDX-License-Identifier: MIT
/*
 * Work in another process, when something fails inside the one that asks: whatever the other side
 * did for an answer that does not arrive is undone there. This process is the other side too; only
 * the points of the thread that asks count.
 */
#include <ntshm/ntshm.h>
#include <ntstatus.h>
#include <stdlib.h>
#include <unistd.h>
#include <windows.h>

#include "fault/kit.h"
#include "harness/test.h"
#include "lib/memory/query-process.h"
#include "lib/process/remote.h"
#include "lib/process/service.h"
#include "lib/security/token.h"
#include "rtl/status.h"

#define SIZE 0x20000u
#define TALK                                                                      \
    (FAULT_BIT(SEND) | FAULT_BIT(RECV) | FAULT_BIT(SOCKET) | FAULT_BIT(CONNECT) | \
     FAULT_BIT(POLL) | FAULT_BIT(READ))

static struct nt_process *other;
static HANDLE section;
static void *made;
static unsigned char bytes[3 * 4096];

static void begin(void)
{
    require(ntshm_service_start());
    require(NT_SUCCESS(nt_process_new_self(&other)));
    section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, NULL);
    require(section != NULL);
}

static void end(void)
{
    ok_succeeds(CloseHandle(section));
    nt_process_closep(&other);
    ntshm_service_stop();
}

/* The other side undoes and hangs up a moment later; when it stops it has. */
static uint32_t settled(NTSTATUS status)
{
    fault_disarm();
    ntshm_service_stop();
    ok_succeeds(ntshm_service_start());
    return nt_status_to_win32(status);
}

/* --- what is made there --------------------------------------------------------------------- */

static uint32_t run_map(void)
{
    const struct nt_view_request request = {.protect = PAGE_READWRITE};
    size_t size;

    return settled(nt_remote_map(other, section, &request, &made, &size));
}

static void unmap(void)
{
    ok_status(nt_view_unmap(made, 0), STATUS_SUCCESS);
}

static uint32_t run_allocate(void)
{
    struct nt_allocation allocation = {
        .size = SIZE, .type = MEM_RESERVE | MEM_COMMIT, .protect = PAGE_READWRITE};
    NTSTATUS status = nt_remote_allocate(other, &allocation);

    made = allocation.base;
    return settled(status);
}

static void release(void)
{
    ok_succeeds(VirtualFree(made, 0, MEM_RELEASE));
}

TEST_DEADLINE(what_is_made_in_another_process_is_whole_or_nothing, "3.32", 120)
{
    const struct fault_call map = {
        "map there", NULL, run_map, unmap, TALK | FAULT_MEMORY | FAULT_BIT(DUP), 0, 0};
    const struct fault_call allocate = {"allocate there", NULL, run_allocate, release, TALK, 0, 0};

    begin();
    fault_walk_call(&map);
    fault_walk_call(&allocate);
    end();
}

/* --- what is asked and copied --------------------------------------------------------------- */

static uint32_t run_query(void)
{
    MEMORY_BASIC_INFORMATION information;

    return settled(nt_remote_query(other, bytes, &information));
}

static uint32_t run_kernel_query(void)
{
    MEMORY_BASIC_INFORMATION information;

    return nt_status_to_win32(nt_query_process(other, bytes, &information));
}

static uint32_t run_copy(void)
{
    unsigned char here[sizeof(bytes)];
    size_t done;

    return nt_status_to_win32(
        nt_remote_copy(other, (uint64_t)bytes, here, sizeof(here), NT_COPY_READ, &done));
}

static uint32_t run_token(void)
{
    struct nt_token *token = NULL;
    NTSTATUS status = nt_token_of_process(other, &token);

    nt_token_closep(&token);
    return nt_status_to_win32(status);
}

TEST_DEADLINE(questions_about_another_process_fail_well, "8.29", 120)
{
    const struct fault_call query = {"query there", NULL, run_query, NULL, TALK, 0, 0};
    const struct fault_call kernel = {
        "query by the kernel", NULL, run_kernel_query, NULL, FAULT_BIT(PROCMAP),
        FAULT_BIT(READ),       0};
    const struct fault_call copy = {"copy from there",       NULL, run_copy, NULL,
                                    FAULT_BIT(COPY_PROCESS), 0,    0};
    const struct fault_call token = {
        "token of there", NULL, run_token, NULL, FAULT_MEMORY | FAULT_BIT(CREDENTIALS), 0, 0};

    begin();
    fault_walk_call(&query);
    fault_walk_call(&kernel);
    fault_walk_call(&copy);
    fault_walk_call(&token);
    end();
}

/* --- the thread ----------------------------------------------------------------------------- */

static uint32_t run_start(void)
{
    return fault_result(ntshm_service_start());
}

static void stop(void)
{
    ntshm_service_stop();
}

TEST(the_thread_that_serves_begins_or_does_not, "")
{
    const struct fault_call start = {"service start",
                                     NULL,
                                     run_start,
                                     stop,
                                     FAULT_BIT(SOCKET) | FAULT_BIT(PIPE) | FAULT_BIT(SPAWN) |
                                         FAULT_BIT(READ),
                                     0,
                                     0};

    fault_walk_call(&start);
}
