// SPDX-License-Identifier: MIT
/*
 * What another library shares, and the broker's deaths: a worker that dies, a program that is
 * exchanged, and both at once. The descriptors that were sent are the same ones afterwards, and the
 * last handle still gives them up.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <windows.h>
#include <ntshm/ntshm.h>
#include <ntshm/shared.h>

#include "broker/kit.h"
#include "harness/test.h"

#define PATIENT 20000

/* A fence's: memory, and both ends of a pipe. */
static HANDLE create(const wchar_t *name, char byte, int *ret_ends)
{
    struct ntshm_shared shared = {.type = NTSHM_SHARED_FENCE, .n_fds = 3};
    HANDLE handle;

    shared.fds[0] = memfd_create("kept", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    require(shared.fds[0] >= 0 && write(shared.fds[0], &byte, 1) == 1);
    require(fcntl(shared.fds[0], F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) == 0);
    require(pipe2(&shared.fds[1], O_CLOEXEC) == 0);
    handle = ntshm_create_sharedW(NULL, name, &shared);
    require(handle != NULL, "error %u", (unsigned)GetLastError());
    close(shared.fds[0]);
    close(shared.fds[1]);
    *ret_ends = shared.fds[2];
    return handle;
}

/* The byte behind a name; 0 when it is not there. */
static char byte_of(const wchar_t *name, int write_end)
{
    HANDLE handle = ntshm_open_sharedW(GENERIC_ALL, FALSE, name);
    struct ntshm_shared shared;
    struct stat pipe_end, own_end;
    char byte = 0;

    if (!handle)
        return 0;
    if (ok_succeeds(ntshm_take_shared(handle, &shared))) {
        ok_eq(shared.type, NTSHM_SHARED_FENCE);
        ok_eq(shared.n_fds, 3);
        ok_eq(pread(shared.fds[0], &byte, 1, 0), 1);
        ok_eq(fcntl(shared.fds[0], F_GET_SEALS), F_SEAL_SHRINK | F_SEAL_GROW);
        ok_eq(fcntl(shared.fds[1], F_GETFL) & O_ACCMODE, O_RDONLY);
        ok_eq(fcntl(shared.fds[2], F_GETFL) & O_ACCMODE, O_WRONLY);
        ok(fstat(shared.fds[1], &pipe_end) == 0 && fstat(write_end, &own_end) == 0 &&
           pipe_end.st_ino == own_end.st_ino);
        for (UINT i = 0; i < 3; i++)
            close(shared.fds[i]);
    }
    CloseHandle(handle);
    return byte;
}

static bool is_read_by_nobody(int write_end)
{
    struct pollfd entry = {.fd = write_end};

    return poll(&entry, 1, 10) == 1 && (entry.revents & POLLERR);
}

static struct ntshm_broker_statistics ask(void)
{
    struct ntshm_broker_statistics statistics = {.size = sizeof(statistics)};

    ok_succeeds(ntshm_broker_statistics(&statistics));
    return statistics;
}

/* The first call after a death sees no error. */
TEST(a_killed_worker_loses_no_shared_memory, "D17.1 D17.2")
{
    struct kit_broker broker;
    int write_end, n_fds;
    HANDLE handle;

    kit_broker_start(&broker, "worker", 60000);
    handle = create(L_("kept"), 'k', &write_end);
    ok_eq(byte_of(L_("kept"), write_end), 'k');
    ok_eq(ask().fds, 4);
    n_fds = kit_count_fds(broker.pid);
    for (unsigned i = 1; i <= 10; i++) {
        kill(kit_worker_of(broker.pid), SIGKILL);
        ok_eq(byte_of(L_("kept"), write_end), 'k');
        ok_eq(ask().names, 1);
        ok_eq(ask().fds, 4);
        ok_eq(ask().restarts, i);
    }
    ok(test_until(kit_count_fds(broker.pid) == n_fds, PATIENT), "%d were %d",
       kit_count_fds(broker.pid), n_fds);
    ok(!is_read_by_nobody(write_end));
    ok_succeeds(CloseHandle(handle));
    ok_eq(ask().names, 0);
    ok(test_until(is_read_by_nobody(write_end), PATIENT));
    ok_fails(ntshm_open_sharedW(GENERIC_ALL, FALSE, L_("kept")), ERROR_FILE_NOT_FOUND);
    close(write_end);
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

/* The layout's number, as `ntshmd --reexec` asks. */
TEST(an_upgrade_keeps_shared_memory, "D17.2")
{
    char command[600];
    struct kit_broker broker;
    int write_end;
    HANDLE handle;

    kit_broker_start(&broker, "upgrade", 60000);
    handle = create(L_("kept"), 'u', &write_end);
    snprintf(command, sizeof(command), "'%s' --directory '%s' --reexec",
             getenv("NTSHM_BROKER_PATH"), broker.directory);
    for (unsigned i = 0; i < 3; i++) {
        ok_eq(system(command), 0);
        ok_eq(byte_of(L_("kept"), write_end), 'u');
        ok_eq(ask().fds, 4);
        ok_eq(ask().restarts, 0);
    }
    ok_succeeds(CloseHandle(handle));
    ok_eq(ask().names, 0);
    ok(test_until(is_read_by_nobody(write_end), PATIENT));
    close(write_end);
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

/* The names go with keeper and worker; what is in a handle is its process's. */
TEST(without_the_broker_a_handle_still_gives_what_it_has, "")
{
    struct ntshm_shared shared;
    struct kit_broker broker;
    HANDLE handle;
    int write_end;
    char byte = 0;

    kit_broker_start(&broker, "gone", 60000);
    handle = create(L_("kept"), 'g', &write_end);
    kit_broker_end(&broker, SIGKILL);
    require(ntshm_take_shared(handle, &shared));
    ok_eq(pread(shared.fds[0], &byte, 1, 0), 1);
    ok_eq(byte, 'g');
    for (UINT i = 0; i < 3; i++)
        close(shared.fds[i]);
    ok(!is_read_by_nobody(write_end));
    ok_succeeds(CloseHandle(handle));
    ok(test_until(is_read_by_nobody(write_end), PATIENT));
    close(write_end);
}

/* Many at once, and the limits of one user: what is too much is refused and leaves nothing. */
TEST(what_is_too_much_is_refused, "")
{
    HANDLE handles[200];
    struct kit_broker broker;
    wchar_t name[64];
    int ends[200];
    unsigned n = 0;

    kit_broker_start_small(&broker, "small", 60000, KIT_SANITIZED ? 400 : 300);
    for (; n < 200; n++) {
        struct ntshm_shared shared = {.type = NTSHM_SHARED_FENCE, .n_fds = 3};
        size_t at = wcslen(wcscpy(name, L_("many")));

        name[at] = (wchar_t)(0x100 + n);
        name[at + 1] = 0;
        shared.fds[0] = memfd_create("many", MFD_CLOEXEC);
        require(shared.fds[0] >= 0 && pipe2(&shared.fds[1], O_CLOEXEC) == 0);
        handles[n] = ntshm_create_sharedW(NULL, name, &shared);
        close(shared.fds[0]);
        close(shared.fds[1]);
        ends[n] = shared.fds[2];
        if (!handles[n])
            break;
    }
    require(n > 10 && n < 200, "%u", n);
    ok(GetLastError() == ERROR_NOT_ENOUGH_QUOTA || GetLastError() == ERROR_TOO_MANY_OPEN_FILES,
       "error %u", (unsigned)GetLastError());
    close(ends[n]);
    ok_eq(ask().names, n);
    ok_eq(ask().fds, 4 * n);
    while (n > 0) {
        ok_succeeds(CloseHandle(handles[--n]));
        close(ends[n]);
    }
    ok_eq(ask().names, 0);
    ok_eq(ask().fds, 0);
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}
