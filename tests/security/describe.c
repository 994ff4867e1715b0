// SPDX-License-Identifier: MIT
/*
 * What the broker tells of an object by its name is told to its maker, to root, and to whom its
 * descriptor lets query it or read it; and to nobody else, not even that there is one beyond what
 * an open would say.
 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <windows.h>
#include <ntshm/ntshm.h>
#include <sddl.h>

#include "broker/kit.h"
#include "harness/test.h"

#define BROKER 60001u
#define ALICE  60002u
#define BOB    60003u
#define MS     30000

static HANDLE create(const char *name, const char *sddl)
{
    SECURITY_ATTRIBUTES attributes = {.nLength = sizeof(attributes)};
    HANDLE handle;

    require(ConvertStringSecurityDescriptorToSecurityDescriptorA(
        sddl, SDDL_REVISION_1, &attributes.lpSecurityDescriptor, NULL));
    handle = CreateEventA(&attributes, TRUE, FALSE, name);
    LocalFree(attributes.lpSecurityDescriptor);
    return handle;
}

/* Makes what the other looks at, and keeps it. */
CHILD(describe_maker)
{
    struct ntshm_name_description is = {.size = sizeof(is)};
    char line[16];

    kit_become(ALICE);
    (void)argc;
    (void)argv;
    ok(create("Global\\closed", "D:(A;;GA;;;OW)") != NULL);
    ok(create("Global\\nobodys", "D:(D;;GA;;;OW)") != NULL);
    ok(create("Global\\wait", "D:(A;;0x100000;;;WD)") != NULL);
    ok(create("Global\\query", "D:(A;;0x1;;;WD)") != NULL);
    ok(create("Global\\read", "D:(A;;RC;;;WD)") != NULL);
    ok(CreateEventA(NULL, TRUE, FALSE, "Local\\own") != NULL);
    ok_succeeds(ntshm_describe_name("Global\\closed", &is));
    ok_eq(is.owner, ALICE);
    ok_eq(is.session, 0);
    ok_succeeds(ntshm_describe_name("Global\\nobodys", &is)); /* its maker's all the same */
    ok_succeeds(ntshm_describe_name("Local\\own", &is));
    ok_ne(is.session, 0);
    test_say("ready");
    test_hear(line, sizeof(line), MS);
    return 0;
}

CHILD(describe_stranger)
{
    struct ntshm_name_description is = {.size = sizeof(is)};

    (void)argc;
    (void)argv;
    kit_become(BOB);
    ok_fails(ntshm_describe_name("Global\\closed", &is), ERROR_ACCESS_DENIED);
    ok_fails(ntshm_describe_name("Global\\nobodys", &is), ERROR_ACCESS_DENIED);
    ok_fails(ntshm_describe_name("Global\\wait", &is), ERROR_ACCESS_DENIED);
    ok_eq(is.lease_inode, 0);
    ok_succeeds(ntshm_describe_name("Global\\query", &is));
    ok_eq(is.allowed, 1);
    ok_eq(is.owner, ALICE);
    ok_eq(is.has_security, 1);
    ok_succeeds(ntshm_describe_name("Global\\read", &is));
    ok_eq(is.allowed, READ_CONTROL);
    ok_fails(ntshm_describe_name("Local\\own", &is), ERROR_FILE_NOT_FOUND);
    return 0;
}

TEST_DEADLINE(an_object_is_described_to_whom_it_concerns, "13.6", 120)
{
    struct ntshm_name_description is = {.size = sizeof(is)};
    struct test_child maker, stranger;
    struct kit_broker broker;

    kit_need_root();
    kit_broker_start_system(&broker, "machine", BROKER, NULL);
    require(test_child_start(&maker, "describe_maker", NULL));
    test_child_expect(&maker, "ready", MS);
    require(test_child_start(&stranger, "describe_stranger", NULL));
    ok_eq(test_child_wait(&stranger, MS), 0);
    ok_succeeds(ntshm_describe_name("Global\\closed", &is));
    ok_eq(is.owner, ALICE);
    ok_eq(is.creator, maker.pid);
    test_child_write_line(&maker, "bye");
    ok_eq(test_child_wait(&maker, MS), 0);
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}
