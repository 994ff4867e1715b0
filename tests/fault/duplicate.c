// SPDX-License-Identifier: MIT
/*
 * Handles that travel, when something fails inside: packed and unpacked, put into another process's
 * mailbox, fetched from one's own, taken out of another process, turned into descriptors and back.
 * Each comes whole or not at all, and the next try works.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <windows.h>
#include <winternl.h>
#include <ntshm/ntshm.h>
#include <ntstatus.h>

#include "fault/kit.h"
#include "harness/test.h"
#include "lib/client/client.h"
#include "lib/object/parcel.h"
#include "lib/process/lock.h"
#include "os/pidfd.h"
#include "rtl/status.h"

/* How messages are lost is library.c's to look at; a look at a descriptor does not fail. */
#define TALK (FAULT_BIT(SEND) | FAULT_BIT(RECV) | FAULT_BIT(SOCKET) | FAULT_BIT(CONNECT))
#define LOOK FAULT_BIT(STAT)
#define SELF GetCurrentProcess()

static HANDLE source, made;
static ACCESS_MASK wanted;

static void close_made(void)
{
    ok_succeeds(CloseHandle(made));
    made = NULL;
}

/* --- packed and unpacked -------------------------------------------------------------------- */

static NTSTATUS through_parcel(void)
{
    struct nt_parcel parcel = {.bytes = NULL};
    struct nt_object *object = NULL, *copy = NULL;
    ACCESS_MASK access;
    ULONG attributes;
    NTSTATUS status = nt_handle_get(source, NULL, 0, &object, NULL);

    if (NT_SUCCESS(status))
        status = nt_parcel_pack(object, wanted, 0, &parcel);
    nt_object_close(object);
    nt_move_begin();
    if (NT_SUCCESS(status)) {
        status = nt_parcel_unpack(parcel.bytes, parcel.size, parcel.fds, parcel.n_fds, &copy,
                                  &access, &attributes);
        parcel.n_fds = 0;
    }
    if (NT_SUCCESS(status))
        status = nt_handle_hand_out(copy, access, attributes, &made);
    nt_move_end();
    nt_parcel_deinit(&parcel);
    return status;
}

static uint32_t run_parcel(void)
{
    return nt_status_to_win32(through_parcel());
}

static void walk_parcel(const char *name, HANDLE handle, ACCESS_MASK access, uint64_t must_meet)
{
    struct fault_call call = {name, NULL, run_parcel, close_made, must_meet, 0, LOOK};

    require(handle != NULL);
    source = handle;
    wanted = access;
    fault_walk_call(&call);
    ok_succeeds(CloseHandle(handle));
}

static HANDLE section_of(DWORD protect)
{
    return CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, protect, 0, 4 * 4096, NULL);
}

TEST_DEADLINE(a_parcel_is_whole_or_nothing, "", 120)
{
    HANDLE token;

    walk_parcel("parcel, section", section_of(PAGE_READWRITE), SECTION_ALL_ACCESS,
                FAULT_MEMORY | FAULT_BIT(DUP));
    walk_parcel("parcel, section to read", section_of(PAGE_READWRITE), SECTION_MAP_READ,
                FAULT_MEMORY | FAULT_BIT(REOPEN));
    walk_parcel("parcel, reserved section", section_of(PAGE_READWRITE | SEC_RESERVE),
                SECTION_ALL_ACCESS, FAULT_MEMORY | FAULT_BIT(DUP) | FAULT_BIT(MMAP));
    walk_parcel("parcel, event", CreateEventW(NULL, TRUE, FALSE, NULL), EVENT_ALL_ACCESS,
                FAULT_MEMORY | FAULT_BIT(DUP));
    require(OpenProcessToken(SELF, TOKEN_QUERY, &token));
    walk_parcel("parcel, token", token, TOKEN_QUERY, FAULT_MEMORY);
}

static HANDLE new_file(void)
{
    char path[4096];

    snprintf(path, sizeof(path), "%s/file", test_dir());
    return CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
}

TEST_DEADLINE(a_parcel_of_a_file_is_whole_or_nothing, "", 120)
{
    HANDLE file = new_file(), section;

    require(file != INVALID_HANDLE_VALUE);
    section = CreateFileMappingW(file, NULL, PAGE_READWRITE, 0, 4096, NULL);
    walk_parcel("parcel, section of a file", section, SECTION_ALL_ACCESS,
                FAULT_MEMORY | FAULT_BIT(DUP));
    walk_parcel("parcel, file", file, FILE_GENERIC_READ, FAULT_MEMORY | FAULT_BIT(DUP));
}

/* --- mailboxes ------------------------------------------------------------------------------ */

static HANDLE given;

/* Into this process's own mailbox, which only an inner call can do. */
static void give_to_oneself(void)
{
    struct nt_parcel parcel;
    struct nt_object *object;
    int pidfd;

    if (given)
        return;
    require(nt_os_pidfd_open(getpid(), &pidfd) == 0);
    require(NT_SUCCESS(nt_handle_get(source, NULL, 0, &object, NULL)));
    require(NT_SUCCESS(nt_parcel_pack(object, SECTION_ALL_ACCESS, 0, &parcel)));
    ok_status(nt_client_push(pidfd, parcel.bytes, parcel.size, parcel.fds, parcel.n_fds, &given),
              STATUS_SUCCESS);
    nt_parcel_deinit(&parcel);
    nt_object_close(object);
    nt_os_close(pidfd);
}

static uint32_t run_fetch(void)
{
    DWORD flags;

    return fault_result(GetHandleInformation(given, &flags));
}

static void close_given(void)
{
    ok_succeeds(CloseHandle(given));
    given = NULL;
}

TEST_DEADLINE(a_given_handle_is_fetched_at_last, "", 120)
{
    /* The last call of it, the drop, may fail: the handle is there already. */
    struct fault_call call = {.name = "fetch",
                              .prepare = give_to_oneself,
                              .run = run_fetch,
                              .undo = close_given,
                              .must_meet = FAULT_MEMORY,
                              .ignored = TALK | LOOK | FAULT_BIT(CREDENTIALS)};

    source = section_of(PAGE_READWRITE);
    fault_walk_call(&call);
    ok_succeeds(CloseHandle(source));
    source = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, A_("fetched"));
    fault_walk_call(&call);
    ok_succeeds(CloseHandle(source));
}

/* --- another process ------------------------------------------------------------------------ */

static HANDLE other, theirs;

CHILD(server)
{
    char line[16];

    ok_succeeds(ntshm_service_start());
    test_say("%llx", (unsigned long long)(uintptr_t)section_of(PAGE_READWRITE));
    test_hear(line, sizeof(line), 60000);
    return 0;
}

static uint32_t run_push(void)
{
    HANDLE copy;

    return fault_result(
        DuplicateHandle(SELF, source, other, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS));
}

static uint32_t run_take(void)
{
    return fault_result(
        DuplicateHandle(other, theirs, SELF, &made, 0, FALSE, DUPLICATE_SAME_ACCESS));
}

TEST_DEADLINE(a_copy_of_another_process_is_made_whole_or_not_at_all, "12.7", 120)
{
    static const struct fault_call calls[] = {
        {"DuplicateHandle, into", NULL, run_push, NULL, FAULT_MEMORY | FAULT_BIT(DUP), 0,
         TALK | LOOK},
        {"DuplicateHandle, out of", NULL, run_take, close_made, FAULT_MEMORY, FAULT_BIT(POLL),
         TALK | LOOK},
    };
    struct test_child child;
    char line[64];

    require(test_child_start(&child, "server"));
    require(test_child_read_line(&child, line, sizeof(line), 30000));
    theirs = (HANDLE)(uintptr_t)strtoull(line, NULL, 16);
    other = OpenProcess(PROCESS_DUP_HANDLE, FALSE, (DWORD)child.pid);
    require(other != NULL);
    source = section_of(PAGE_READWRITE);
    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
    ok_succeeds(CloseHandle(source));
    ok_succeeds(CloseHandle(other));
    test_child_write_line(&child, "end");
    ok_eq(test_child_wait(&child, 30000), 0);
}

/* --- descriptors ---------------------------------------------------------------------------- */

static int fd = -1;

static uint32_t run_to_fd(void)
{
    fd = ntshm_handle_to_fd(source, FILE_MAP_READ);
    return fault_result(fd >= 0);
}

static void close_fd(void)
{
    ok_eq(close(fd), 0);
}

static uint32_t run_from_fd(void)
{
    made = ntshm_handle_from_fd(fd, FALSE);
    return fault_result(made != NULL);
}

TEST_DEADLINE(a_descriptor_comes_whole_or_not_at_all, "", 120)
{
    const struct fault_call calls[] = {
        {"ntshm_handle_to_fd", NULL, run_to_fd, close_fd, FAULT_BIT(REOPEN), 0, LOOK},
        {"ntshm_handle_from_fd", NULL, run_from_fd, close_made, FAULT_MEMORY, 0, LOOK},
    };

    source = section_of(PAGE_READWRITE);
    fault_walk_call(&calls[0]);
    fd = ntshm_handle_to_fd(source, FILE_MAP_WRITE);
    fault_walk_call(&calls[1]);
    close_fd();
    ok_succeeds(CloseHandle(source));
}
