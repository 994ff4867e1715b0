// SPDX-License-Identifier: MIT
/*
 * The process that the tests of remote memory work in. On Windows every process lets itself be
 * worked in; here it must want it.
 */
#include "api/remote_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef _WIN32
#    include <ntshm/ntshm.h>
#endif

/* --- the target ----------------------------------------------------------------------------- */

static void *place_in(char **line)
{
    return (void *)(uintptr_t)strtoull(*line, line, 16);
}

static void say_region(const void *address)
{
    MEMORY_BASIC_INFORMATION info = {0};

    ok_eq(VirtualQuery(address, &info, sizeof(info)), sizeof(info));
    test_say("%llx %llx %lx %llx %lx %lx %lx", (unsigned long long)(uintptr_t)info.BaseAddress,
             (unsigned long long)(uintptr_t)info.AllocationBase,
             (unsigned long)info.AllocationProtect, (unsigned long long)info.RegionSize,
             (unsigned long)info.State, (unsigned long)info.Protect, (unsigned long)info.Type);
}

/*
 * Anywhere, and of what another thread wrote: who asked has heard that it did.
 */
__attribute__((no_sanitize("thread", "alignment"))) static uint32_t load(const void *address)
{
    const volatile unsigned char *from = address;

    return from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
}

__attribute__((no_sanitize("thread", "alignment"))) static void store(void *address, uint32_t word)
{
    volatile unsigned char *to = address;

    for (unsigned i = 0; i < 4; i++)
        to[i] = (unsigned char)(word >> 8 * i);
}

/* False: it is to leave. */
static bool obey(char *line)
{
    char *rest = strchr(line, ' ');
    void *address;

    if (!rest)
        return false;
    address = place_in(&rest);
    if (strncmp(line, "word ", 5) == 0) {
        test_say("%lx", (unsigned long)load(address));
    } else if (strncmp(line, "put ", 4) == 0) {
        store(address, (uint32_t)strtoul(rest, NULL, 16));
        test_say("0");
    } else if (strncmp(line, "look ", 5) == 0) {
        say_region(address);
    } else if (strncmp(line, "allocate ", 9) == 0) {
        SIZE_T size = (SIZE_T)(uintptr_t)address;
        DWORD type = (DWORD)strtoul(rest, &rest, 16);
        DWORD protect = (DWORD)strtoul(rest, &rest, 16);

        test_say("%llx", (unsigned long long)(uintptr_t)VirtualAlloc2(NULL, NULL, size, type,
                                                                      protect, NULL, 0));
    } else {
        return false;
    }
    return true;
}

CHILD(remote_target)
{
    char line[128];

#ifndef _WIN32
    require(ntshm_service_start());
#endif
    test_say("ready");
    while (test_hear(line, sizeof(line), 10 * PATIENCE) && obey(line))
        ;
#ifndef _WIN32
    ntshm_service_stop();
#endif
    return 0;
}

/* --- whoever works in it -------------------------------------------------------------------- */

struct target new_target(DWORD access)
{
    struct target target;

    require(test_child_start(&target.child, "remote_target"));
    test_child_expect(&target.child, "ready", PATIENCE);
    target.process = OpenProcess(access, FALSE, (DWORD)target.child.pid);
    require(target.process != NULL, "OpenProcess: %lu", (unsigned long)GetLastError());
    return target;
}

void end_target(struct target *target)
{
    test_child_write_line(&target->child, "leave");
    ok_eq(test_child_wait(&target->child, PATIENCE), 0);
    ok_succeeds(CloseHandle(target->process));
}

void kill_target(struct target *target)
{
    test_child_kill(&target->child);
    test_child_wait(&target->child, PATIENCE);
}

static void ask(struct target *target, const char *line, char *answer, size_t size)
{
    require(test_child_write_line(&target->child, line));
    require(test_child_read_line(&target->child, answer, size, PATIENCE), "no answer to %s", line);
}

uint64_t tell_target(struct target *target, const char *line)
{
    char answer[64];

    ask(target, line, answer, sizeof(answer));
    return strtoull(answer, NULL, 16);
}

uint32_t word_of(struct target *target, const volatile void *address)
{
    char line[64];

    snprintf(line, sizeof(line), "word %llx", (unsigned long long)(uintptr_t)address);
    return (uint32_t)tell_target(target, line);
}

void put_word(struct target *target, volatile void *address, uint32_t word)
{
    char line[64];

    snprintf(line, sizeof(line), "put %llx %lx", (unsigned long long)(uintptr_t)address,
             (unsigned long)word);
    tell_target(target, line);
}

void *allocate_in(struct target *target, SIZE_T size, DWORD type, DWORD protect)
{
    char line[64];
    void *base;

    snprintf(line, sizeof(line), "allocate %llx %lx %lx", (unsigned long long)size,
             (unsigned long)type, (unsigned long)protect);
    base = (void *)(uintptr_t)tell_target(target, line);
    require(base != NULL);
    return base;
}

/* By the call that also Wine has. */
char *map_in(struct target *target, HANDLE section, SIZE_T size, DWORD protect)
{
    PVOID base = NULL;
    NTSTATUS status = NtMapViewOfSection(section, target->process, &base, 0, 0, NULL, &size,
                                         ViewUnmap, 0, protect);

    SetLastError(RtlNtStatusToDosError(status));
    return NT_SUCCESS(status) ? base : NULL;
}

MEMORY_BASIC_INFORMATION look_in(struct target *target, const volatile void *address)
{
    MEMORY_BASIC_INFORMATION info = {0};
    char line[64], answer[160], *at = answer;

    snprintf(line, sizeof(line), "look %llx", (unsigned long long)(uintptr_t)address);
    ask(target, line, answer, sizeof(answer));
    info.BaseAddress = place_in(&at);
    info.AllocationBase = place_in(&at);
    info.AllocationProtect = (DWORD)strtoul(at, &at, 16);
    info.RegionSize = (SIZE_T)strtoull(at, &at, 16);
    info.State = (DWORD)strtoul(at, &at, 16);
    info.Protect = (DWORD)strtoul(at, &at, 16);
    info.Type = (DWORD)strtoul(at, &at, 16);
    return info;
}
