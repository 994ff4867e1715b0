// SPDX-License-Identifier: MIT
/*
 * ntshm_describe_name(): what an object is, without opening it.
 */
#ifndef _WIN32
#    include "api/api.h"

#    include <ntshm/ntshm.h>
#    include <ntshm/shared.h>
#    include <stdio.h>
#    include <string.h>
#    include <sys/stat.h>
#    include <unistd.h>

static struct ntshm_name_description describe(const char *name)
{
    struct ntshm_name_description is = {};

    is.size = sizeof(is);
    ok_succeeds(ntshm_describe_name(name, &is));
    return is;
}

TEST(a_section_is_described, "")
{
    HANDLE section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | SEC_RESERVE, 0,
                                        GRANULE, A_("Local\\it"));
    struct ntshm_name_description is = describe(A_("Local\\it"));
    struct stat memory;
    int fd;

    ok_str_eq(is.type, "Section");
    ok_eq(is.bytes, GRANULE);
    ok_eq(is.protection, PAGE_READWRITE);
    ok(is.attributes & SEC_RESERVE);
    ok_eq(is.allowed, SECTION_ALL_ACCESS);
    ok_eq(is.owner, geteuid());
    ok_eq(is.group, getegid());
    ok_eq(is.creator, getpid());
    ok_eq(is.has_security, 0);
    ok_eq(is.node, (uint32_t)-1);
    ok(is.age_ns > 0 && is.age_ns < 600000000000ull);
    ok(is.lease_inode != 0 && is.memory_inode != 0);
    CloseHandle(section);

    section =
        CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, GRANULE, A_("Local\\it"));
    is = describe(A_("Local\\it"));
    ok_eq(is.memory_used, 0);
    fd = ntshm_handle_to_fd(section, FILE_MAP_WRITE);
    ok(fd >= 0 && fstat(fd, &memory) == 0 && write(fd, "x", 1) == 1);
    ok_eq(is.memory_inode, memory.st_ino);
    ok_eq(is.memory_device, memory.st_dev);
    ok_eq(describe(A_("Local\\it")).memory_used, PAGE);
    close(fd);
    CloseHandle(section);
}

/* It keeps nothing alive, and finds nothing that nobody keeps. */
TEST(describing_takes_no_handle, "")
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, A_("Local\\it"));
    struct ntshm_name_description is = describe(A_("Local\\it"));

    ok_str_eq(is.type, "Event");
    ok_eq(is.manual_reset, 1);
    ok_eq(is.memory_inode, 0);
    CloseHandle(event);
    ok_fails(ntshm_describe_name(A_("Local\\it"), &is), ERROR_FILE_NOT_FOUND);
    ok_fails(OpenEventA(SYNCHRONIZE, FALSE, A_("Local\\it")) != NULL, ERROR_FILE_NOT_FOUND);
}

TEST(paths_and_kinds_are_described, "11.30")
{
    HANDLE handle = CreateSemaphoreA(NULL, 1, 7, A_("Global\\it"));
    struct ntshm_name_description is = describe("\\BaseNamedObjects");
    char path[256];

    ok_str_eq(is.type, "Directory");
    ok_eq(is.lease_inode, 0);
    snprintf(path, sizeof(path), "\\BaseNamedObjects\\%s", A_("it"));
    is = describe(path);
    ok_str_eq(is.type, "Semaphore");
    ok_eq(is.bytes, 7);
    ok_eq(is.session, 0);
    CloseHandle(handle);
    handle = CreateMutexA(NULL, FALSE, A_("Local\\it"));
    ok_str_eq(describe(A_("Local\\it")).type, "Mutant");
    CloseHandle(handle);
    handle = CreateWaitableTimerA(NULL, TRUE, A_("Local\\it"));
    ok_str_eq(describe(A_("Local\\it")).type, "Timer");
    CloseHandle(handle);
    handle = CreateJobObjectA(NULL, A_("Local\\it"));
    ok_str_eq(describe(A_("Local\\it")).type, "Job");
    CloseHandle(handle);
}

TEST(what_cannot_be_described_is_an_error, "")
{
    struct ntshm_name_description is = {};
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, A_("Local\\it"));

    ok_fails(ntshm_describe_name(A_("Local\\it"), &is), ERROR_INVALID_PARAMETER);
    is.size = sizeof(is);
    ok_fails(ntshm_describe_name(NULL, &is), ERROR_INVALID_PARAMETER);
    ok_fails(ntshm_describe_name(A_("Local\\it"), NULL), ERROR_INVALID_PARAMETER);
    ok_fails(ntshm_describe_name("Local\\no\\where", &is), ERROR_PATH_NOT_FOUND);
    ok_fails(ntshm_describe_name("\\Nowhere\\it", &is), ERROR_PATH_NOT_FOUND);
    ok_eq(is.lease_inode, 0);
    CloseHandle(event);
    ntshm_quiesce();
}
#endif
