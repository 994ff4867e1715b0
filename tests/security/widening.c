// SPDX-License-Identifier: MIT
/*
 * Another user's handle, after it was opened: what a copy of it may gain is asked of the object's
 * descriptor in the broker, now and not then; and the descriptor itself changes only for whom it
 * lets. Rights that a stranger's library claims to hold count for nothing.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <windows.h>
#include <winternl.h>
#include <ntshm/ntshm.h>

#include "broker/kit.h"
#include "harness/test.h"

#define BROKER_UID 65530u
#define SOON       30000

/* An absolute descriptor whose DACL lets everyone do @mask; 0: nobody anything. */
struct everyone {
    SECURITY_DESCRIPTOR descriptor;
    SECURITY_ATTRIBUTES attributes;
    union {
        ACL list;
        DWORD room[64];
    } dacl;
};

static void let_everyone(struct everyone *everyone, DWORD mask)
{
    SID_IDENTIFIER_AUTHORITY world = {SECURITY_WORLD_SID_AUTHORITY};
    PSID sid = NULL;

    require(AllocateAndInitializeSid(&world, 1, 0, 0, 0, 0, 0, 0, 0, 0, &sid));
    require(InitializeSecurityDescriptor(&everyone->descriptor, SECURITY_DESCRIPTOR_REVISION));
    require(InitializeAcl(&everyone->dacl.list, sizeof(everyone->dacl), ACL_REVISION));
    if (mask)
        require(AddAccessAllowedAce(&everyone->dacl.list, ACL_REVISION, mask, sid));
    require(SetSecurityDescriptorDacl(&everyone->descriptor, TRUE, &everyone->dacl.list, FALSE));
    everyone->attributes =
        (SECURITY_ATTRIBUTES){sizeof(everyone->attributes), &everyone->descriptor, FALSE};
    FreeSid(sid);
}

/* A copy with @access: 0, and it is closed; or the error. */
static DWORD widen(HANDLE handle, DWORD access)
{
    HANDLE self = GetCurrentProcess(), copy = NULL;

    if (!DuplicateHandle(self, handle, self, &copy, access, FALSE, 0))
        return GetLastError();
    ok_succeeds(CloseHandle(copy));
    return ERROR_SUCCESS;
}

static void wait_for_turn(void)
{
    char text[32];

    test_say("ready");
    require(test_hear(text, sizeof(text), SOON));
}

static void write_through(HANDLE reader)
{
    HANDLE self = GetCurrentProcess(), writer = NULL;
    uint32_t *words;

    require(DuplicateHandle(self, reader, self, &writer, FILE_MAP_WRITE, FALSE, 0), "error %lu",
            (unsigned long)GetLastError());
    words = MapViewOfFile(writer, FILE_MAP_WRITE, 0, 0, 0);
    require(words != NULL);
    *words = 4711;
    ok_succeeds(UnmapViewOfFile(words));
    ok_succeeds(CloseHandle(writer));
}

/* A stranger with a handle for reading, while the owner changes the descriptor. */
CHILD(reader)
{
    HANDLE reader, changer;
    struct everyone all;

    (void)argc;
    kit_become((uid_t)atoi(argv[1]));
    let_everyone(&all, GENERIC_ALL);
    reader = OpenFileMappingA(FILE_MAP_READ, FALSE, A_("Global\\shared"));
    changer = OpenFileMappingA(READ_CONTROL | WRITE_DAC, FALSE, A_("Global\\shared"));
    require(reader && changer, "error %lu", (unsigned long)GetLastError());
    ok_eq(widen(reader, FILE_MAP_WRITE), ERROR_ACCESS_DENIED);
    ok_eq(widen(reader, GENERIC_ALL), ERROR_ACCESS_DENIED);
    ok_eq(widen(reader, READ_CONTROL | FILE_MAP_READ), ERROR_SUCCESS);
    wait_for_turn(); /* everyone may do everything */
    write_through(reader);
    wait_for_turn(); /* nobody may do anything */
    ok_eq(widen(reader, FILE_MAP_WRITE), ERROR_ACCESS_DENIED);
    ok_eq(widen(reader, READ_CONTROL), ERROR_ACCESS_DENIED);
    ok_eq(widen(reader, FILE_MAP_READ), ERROR_SUCCESS);
    ok_fails(SetKernelObjectSecurity(changer, DACL_SECURITY_INFORMATION, &all.descriptor),
             ERROR_ACCESS_DENIED);
    ok_eq(widen(reader, FILE_MAP_WRITE), ERROR_ACCESS_DENIED);
    ok_succeeds(CloseHandle(reader));
    ok_succeeds(CloseHandle(changer));
    return 0;
}

static void take_turn(struct test_child *child, HANDLE section, DWORD mask)
{
    struct everyone everyone;

    test_child_expect(child, "ready", SOON);
    let_everyone(&everyone, mask);
    ok_succeeds(SetKernelObjectSecurity(section, DACL_SECURITY_INFORMATION, &everyone.descriptor));
    test_child_write_line(child, "go");
}

/* A section of @file, or of the page file, that a stranger is let into more and less. */
static void share(HANDLE file)
{
    struct everyone readers;
    struct test_child child;
    uint32_t *words;
    HANDLE section;
    char uid[16];

    let_everyone(&readers, SECTION_MAP_READ | READ_CONTROL | WRITE_DAC);
    section = CreateFileMappingA(file, &readers.attributes, PAGE_READWRITE, 0, 4096,
                                 A_("Global\\shared"));
    require(section != NULL, "error %lu", (unsigned long)GetLastError());
    words = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    require(words != NULL);
    snprintf(uid, sizeof(uid), "%u", (unsigned)KIT_STRANGER);
    require(test_child_start(&child, "reader", uid));
    take_turn(&child, section, GENERIC_ALL);
    take_turn(&child, section, 0);
    ok_eq(test_child_wait(&child, SOON), 0);
    ok_eq(*words, 4711);
    ok_succeeds(UnmapViewOfFile(words));
    ok_succeeds(CloseHandle(section));
}

TEST_DEADLINE(a_stranger_s_copy_gains_what_the_owner_grants_now, "12.10 12.11 13.21 13.31", 120)
{
    struct kit_broker broker;

    kit_need_root();
    kit_broker_start_system(&broker, "system", BROKER_UID, NULL);
    share(INVALID_HANDLE_VALUE);
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

/* The file itself is closed to the stranger: the section is what it is let into. */
TEST_DEADLINE(a_stranger_is_let_into_a_section_not_into_its_file, "12.10 13.20 2.23", 120)
{
    struct kit_broker broker;
    char path[512];
    HANDLE file;

    kit_need_root();
    kit_broker_start_system(&broker, "system", BROKER_UID, NULL);
    snprintf(path, sizeof(path), "%s/file", test_dir());
    file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                       CREATE_NEW, 0, NULL);
    require(file != INVALID_HANDLE_VALUE, "error %lu", (unsigned long)GetLastError());
    require(chmod(path, 0600) == 0);
    share(file);
    ok_succeeds(CloseHandle(file));
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}
