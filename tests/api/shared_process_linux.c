// SPDX-License-Identifier: MIT
/*
 * Objects that carry descriptors, between processes: by inheritance, by fork, by DuplicateHandle,
 * by name and by a name in a private namespace; and whom their security descriptors keep out.
 */
#ifndef _WIN32
#    include "api/duplicate_process_kit.h"
#    include "api/kinds_kit.h"
#    include "api/process_kit.h"
#    include "api/shared_kit_linux.h"

#    include <aclapi.h>
#    include <stdlib.h>
#    include <string.h>
#    include <sys/wait.h>
#    include <unistd.h>

#    include <ntshm/ntshm.h>

#    define ALL     NTSHM_SHARED_ALL_ACCESS
#    define SAME    DUPLICATE_SAME_ACCESS
#    define REFUSED 100000ul

/* --- a partner -------------------------------------------------------------------------------- */

/* Reads the word, and leaves one more there. */
static unsigned long count(HANDLE handle)
{
    struct ntshm_shared shared;
    unsigned long word;

    if (!ntshm_take_shared(handle, &shared))
        return REFUSED + GetLastError();
    word = shared_word(shared.fds[0]);
    shared_put_word(shared.fds[0], (uint32_t)word + 1);
    shared_drop(&shared);
    return word;
}

static unsigned long widen(HANDLE handle)
{
    unsigned long answer;
    HANDLE wide;

    if (!DuplicateHandle(SELF, handle, SELF, &wide, GENERIC_ALL, FALSE, 0))
        return REFUSED + GetLastError();
    answer = count(wide);
    CloseHandle(wide);
    return answer;
}

static unsigned long open_and_count(const wchar_t *name)
{
    HANDLE handle = ntshm_open_sharedW(GENERIC_ALL, FALSE, name);
    unsigned long answer;

    if (!handle)
        return REFUSED + GetLastError();
    answer = count(handle);
    CloseHandle(handle);
    return answer;
}

static HANDLE boundary_of_everyone(void)
{
    HANDLE boundary = CreateBoundaryDescriptorW(L_("shared boundary"), 0);

    require(boundary && AddSIDToBoundaryDescriptor(&boundary, sid_everyone()));
    return boundary;
}

static unsigned long open_in_namespace(void)
{
    HANDLE boundary = boundary_of_everyone();
    HANDLE space = OpenPrivateNamespaceW(boundary, L"over there");
    unsigned long answer = space ? open_and_count(L"over there\\heap") : REFUSED + GetLastError();

    DeleteBoundaryDescriptor(boundary);
    if (space)
        ok_succeeds(ClosePrivateNamespace(space, 0));
    return answer;
}

CHILD(shared_partner)
{
    unsigned long long value;
    char line[64], order[16];

    (void)argc;
    (void)argv;
    test_say("ready");
    while (test_hear(line, sizeof(line), SECOND) && sscanf(line, "%15s %llx", order, &value) >= 1) {
        HANDLE handle = (HANDLE)(uintptr_t)value;

        if (strcmp(order, "count") == 0)
            test_say("%lu", count(handle));
        else if (strcmp(order, "widen") == 0)
            test_say("%lu", widen(handle));
        else if (strcmp(order, "open") == 0)
            test_say("%lu", open_and_count(L_("process")));
        else if (strcmp(order, "space") == 0)
            test_say("%lu", open_in_namespace());
        else if (strcmp(order, "close") == 0)
            test_say("%lu", CloseHandle(handle) ? 1 : REFUSED + GetLastError());
        else
            return 0;
    }
    return 0;
}

/* --- by DuplicateHandle ----------------------------------------------------------------------- */

TEST(another_process_is_given_it, "D18.1 D15.6 12.7")
{
    struct partner partner;

    partner_begin_as(&partner, "shared_partner");
    for (unsigned named = 0; named < 2; named++) {
        HANDLE handle = shared_new(named ? L_("process") : NULL, NTSHM_SHARED_RESOURCE, 51);
        HANDLE copy = copy_between(SELF, handle, partner.process, 0, FALSE, SAME);

        ok_eq(partner_ask(&partner, "count", copy), 51);
        ok_eq(shared_read(handle), 52);
        ok_eq(partner_ask(&partner, "close", copy), 1);
        ok_succeeds(CloseHandle(handle));
    }
    partner_end(&partner);
}

TEST(its_source_may_be_closed_with_it, "D15.6 12.20")
{
    HANDLE handle = shared_new(NULL, NTSHM_SHARED_FENCE, 61), copy;
    struct partner partner;

    partner_begin_as(&partner, "shared_partner");
    copy = copy_between(SELF, handle, partner.process, 0, FALSE, SAME | DUPLICATE_CLOSE_SOURCE);
    ok_fails(CloseHandle(handle), ERROR_INVALID_HANDLE);
    ok_eq(partner_ask(&partner, "count", copy), 61);
    ok_eq(partner_ask(&partner, "count", copy), 62);
    partner_end(&partner);
}

/* Without the right nothing goes along; what has a name can be asked for again. */
TEST(less_than_all_arrives_with_nothing, "D12.5 12.10")
{
    struct partner partner;

    partner_begin_as(&partner, "shared_partner");
    for (unsigned named = 0; named < 2; named++) {
        HANDLE handle = shared_new(named ? L_("process") : NULL, NTSHM_SHARED_RESOURCE, 71);
        HANDLE copy = copy_between(SELF, handle, partner.process, READ_CONTROL, FALSE, 0);

        ok_eq(partner_ask(&partner, "count", copy), REFUSED + ERROR_ACCESS_DENIED);
        ok_eq(partner_ask(&partner, "widen", copy), named ? 71 : REFUSED + ERROR_ACCESS_DENIED);
        ok_succeeds(CloseHandle(handle));
    }
    partner_end(&partner);
}

CHILD(shared_server)
{
    char line[16];

    (void)argc;
    (void)argv;
    ok_succeeds(ntshm_service_start());
    test_say("ready");
    while (test_hear(line, sizeof(line), SECOND) && strcmp(line, "make") == 0)
        test_say("%llx", (unsigned long long)(uintptr_t)shared_new(NULL, NTSHM_SHARED_FENCE, 41));
    ntshm_service_stop();
    return 0;
}

/* Out of a process that made it, and from there into a third one. */
TEST(it_is_taken_out_of_another_process, "D18.1 12.7")
{
    struct partner server, partner;
    HANDLE theirs, here, there;

    partner_begin_as(&server, "shared_server");
    partner_begin_as(&partner, "shared_partner");
    theirs = partner_make(&server, "make");
    here = copy_between(server.process, theirs, SELF, 0, FALSE, SAME);
    ok_wstr_eq(type_of(here), L"DxgkSharedSyncObject");
    there = copy_between(server.process, theirs, partner.process, 0, FALSE, SAME);
    ok_eq(partner_ask(&partner, "count", there), 41);
    ok_eq(shared_read(here), 42);
    there = copy_between(SELF, here, partner.process, 0, FALSE, SAME);
    ok_eq(partner_ask(&partner, "count", there), 42);
    /* One object, however it came here. */
    theirs = copy_between(server.process, theirs, SELF, 0, FALSE, SAME);
    ok_succeeds(CompareObjectHandles(here, theirs));
    ok_succeeds(CloseHandle(theirs));
    ok_succeeds(CloseHandle(here));
    partner_end(&partner);
    partner_end(&server);
}

/* --- by name ---------------------------------------------------------------------------------- */

TEST(another_process_opens_it_by_name, "D14.2 D17.3")
{
    HANDLE handle = shared_new(L_("process"), NTSHM_SHARED_RESOURCE, 81);
    struct partner partner;

    partner_begin_as(&partner, "shared_partner");
    ok_eq(partner_ask(&partner, "open", NULL), 81);
    ok_eq(shared_read(handle), 82);
    ok_succeeds(CloseHandle(handle));
    ok_eq(partner_ask(&partner, "open", NULL), REFUSED + ERROR_FILE_NOT_FOUND);
    partner_end(&partner);
}

TEST(another_process_opens_it_in_a_private_namespace, "D12.7 11.39")
{
    HANDLE boundary = boundary_of_everyone(), space, handle;
    struct partner partner;

    partner_begin_as(&partner, "shared_partner");
    ok_eq(partner_ask(&partner, "space", NULL), REFUSED + ERROR_PATH_NOT_FOUND);
    space = CreatePrivateNamespaceW(NULL, boundary, L"here");
    require(space != NULL);
    ok_eq(partner_ask(&partner, "space", NULL), REFUSED + ERROR_FILE_NOT_FOUND);
    handle = shared_new(L"here\\heap", NTSHM_SHARED_RESOURCE, 91);
    ok_eq(partner_ask(&partner, "space", NULL), 91);
    ok_eq(shared_read(handle), 92);
    /* Nowhere else has it that name. */
    ok_fails(ntshm_open_sharedW(GENERIC_ALL, FALSE, L"heap"), ERROR_FILE_NOT_FOUND);
    ok_succeeds(CloseHandle(handle));
    ok_succeeds(ClosePrivateNamespace(space, PRIVATE_NAMESPACE_FLAG_DESTROY));
    DeleteBoundaryDescriptor(boundary);
    partner_end(&partner);
}

/* A namespace whose descriptor gives the caller no right to create. */
TEST(a_protected_namespace_takes_nothing, "D12.7")
{
    struct ntshm_shared shared = {
        .type = NTSHM_SHARED_RESOURCE, .n_fds = 1, .fds = {shared_memory(1)}};
    HANDLE boundary = boundary_of_everyone(), space;
    struct descriptor descriptor;

    descriptor_init_empty(&descriptor);
    descriptor_allow(&descriptor, sid_everyone(), DIRECTORY_QUERY | DIRECTORY_TRAVERSE);
    space = CreatePrivateNamespaceW(&descriptor.attributes, boundary, L"guarded");
    require(space != NULL);
    ok_fails(ntshm_create_sharedW(NULL, L"guarded\\heap", &shared), ERROR_ACCESS_DENIED);
    ok_succeeds(ClosePrivateNamespace(space, PRIVATE_NAMESPACE_FLAG_DESTROY));
    DeleteBoundaryDescriptor(boundary);
    shared_drop(&shared);
}

/* --- coming and going ------------------------------------------------------------------------- */

#    define ROUNDS 200u

/* Opens whatever has the name, until it is the last one. */
CHILD(shared_opener)
{
    uint32_t last = 0;

    (void)argc;
    (void)argv;
    test_say("ready");
    while (last != ROUNDS) {
        HANDLE handle = ntshm_open_sharedW(GENERIC_ALL, FALSE, L_("coming"));
        uint32_t word;

        if (!handle) {
            require(GetLastError() == ERROR_FILE_NOT_FOUND, "error %u", (unsigned)GetLastError());
            continue;
        }
        word = shared_read(handle);
        require(word >= last, "%u after %u", word, last);
        last = word;
        CloseHandle(handle);
    }
    return 0;
}

/* An open beside the last close gets all of the object, or none; never of two of them. */
TEST_DEADLINE(a_name_comes_and_goes_beneath_those_who_open_it, "D17.1 D17.2", 120)
{
    struct test_child child;
    HANDLE handle = NULL;

    require(test_child_start(&child, "shared_opener", NULL));
    require(test_child_expect(&child, "ready", SECOND));
    for (uint32_t i = 1; i <= ROUNDS; i++) {
        struct ntshm_shared made = {.type = NTSHM_SHARED_FENCE, .n_fds = 1};

        if (handle)
            ok_succeeds(CloseHandle(handle));
        made.fds[0] = shared_memory(i);
        do
            handle = ntshm_create_sharedW(NULL, L_("coming"), &made);
        while (!handle && GetLastError() == ERROR_ALREADY_EXISTS);
        require(handle != NULL, "error %u", (unsigned)GetLastError());
        shared_drop(&made);
    }
    ok_eq(test_child_wait(&child, 60000), 0);
    ok_eq(shared_read(handle), ROUNDS);
    ok_succeeds(CloseHandle(handle));
}

/* --- by inheritance --------------------------------------------------------------------------- */

CHILD(shared_heir)
{
    HANDLE handle = handle_from_text(argv[1]);
    DWORD flags = 0;

    (void)argc;
    if (!GetHandleInformation(handle, &flags) || flags != HANDLE_FLAG_INHERIT)
        return 255;
    return (int)count(handle);
}

TEST(a_child_inherits_it, "D12.6 D18.1 12.26")
{
    SECURITY_ATTRIBUTES inherit = {sizeof(inherit), NULL, TRUE};

    for (unsigned named = 0; named < 2; named++) {
        const wchar_t *name = named ? L_("process") : NULL;
        struct ntshm_shared shared = {
            .type = NTSHM_SHARED_RESOURCE, .n_fds = 1, .fds = {shared_memory(101)}};
        HANDLE handle = ntshm_create_sharedW(&inherit, name, &shared), opened;
        DWORD flags = 0;

        require(handle != NULL);
        ok_eq(run_child("shared_heir", handle_text(handle), TRUE), 101);
        ok_eq(shared_word(shared.fds[0]), 102);
        /* Not without being asked to. */
        ok_eq(run_child("shared_heir", handle_text(handle), FALSE), 255);
        if (named) {
            opened = ntshm_open_sharedW(GENERIC_ALL, TRUE, name);
            ok_eq(run_child("shared_heir", handle_text(opened), TRUE), 102);
            ok_succeeds(CloseHandle(opened));
            opened = ntshm_open_sharedW(GENERIC_ALL, FALSE, name);
            ok_succeeds(GetHandleInformation(opened, &flags));
            ok_eq(flags, 0);
            ok_succeeds(CloseHandle(opened));
        }
        ok_succeeds(CloseHandle(handle));
        shared_drop(&shared);
    }
}

/* The name lives as long as any process has a handle. */
TEST(a_forked_child_has_it_too, "D17.2")
{
    HANDLE handle = shared_new(L_("process"), NTSHM_SHARED_RESOURCE, 111);
    int ends[2], status = -1;
    char byte;
    pid_t pid;

#    ifdef __SANITIZE_THREAD__
    skip("a forked child of the sanitizer has no threads to go on with");
#    endif
    require(pipe(ends) == 0);
    pid = fork();
    if (pid == 0) {
        close(ends[1]);
        while (read(ends[0], &byte, 1) < 0)
            ;
        _exit(count(handle) == 111 ? 0 : 1);
    }
    close(ends[0]);
    ok_succeeds(CloseHandle(handle));
    handle = ntshm_open_sharedW(GENERIC_ALL, FALSE, L_("process"));
    ok(handle != NULL);
    close(ends[1]);
    while (waitpid(pid, &status, 0) < 0)
        ;
    ok_eq(status, 0);
    ok_eq(shared_read(handle), 112);
    ok_succeeds(CloseHandle(handle));
    ok_fails(ntshm_open_sharedW(GENERIC_ALL, FALSE, L_("process")), ERROR_FILE_NOT_FOUND);
}

/* --- descriptors of security ------------------------------------------------------------------ */

static HANDLE new_with(struct descriptor *descriptor, const wchar_t *name)
{
    struct ntshm_shared shared = {
        .type = NTSHM_SHARED_RESOURCE, .n_fds = 1, .fds = {shared_memory(121)}};
    HANDLE handle = ntshm_create_sharedW(&descriptor->attributes, name, &shared);

    require(handle != NULL, "error %u", (unsigned)GetLastError());
    shared_drop(&shared);
    return handle;
}

TEST(its_descriptor_keeps_out_even_its_owner, "D12.6 13.8")
{
    const wchar_t *name = L_("process");
    struct descriptor descriptor;
    HANDLE handle, less;

    descriptor_init_empty(&descriptor);
    descriptor_allow(&descriptor, sid_everyone(), READ_CONTROL);
    handle = new_with(&descriptor, name);
    ok_eq(shared_read(handle), 121); /* who makes it has everything */
    ok_fails(ntshm_open_sharedW(GENERIC_ALL, FALSE, name), ERROR_ACCESS_DENIED);
    ok_fails(ntshm_open_sharedW(0x3, FALSE, name), ERROR_ACCESS_DENIED);
    less = ntshm_open_sharedW(MAXIMUM_ALLOWED, FALSE, name);
    ok_eq(shared_read(less), 0);
    ok_error(ERROR_ACCESS_DENIED);
    check_not_widened(less, ALL, ERROR_ACCESS_DENIED);
    ok_succeeds(CloseHandle(less));
    ok_succeeds(CloseHandle(handle));
}

TEST(an_unnamed_one_keeps_its_descriptor, "D12.6 13.8")
{
    struct descriptor descriptor;
    struct partner partner;
    HANDLE handle, less;

    descriptor_init_empty(&descriptor);
    descriptor_allow(&descriptor, sid_everyone(), READ_CONTROL);
    handle = new_with(&descriptor, NULL);
    require(DuplicateHandle(SELF, handle, SELF, &less, READ_CONTROL, FALSE, 0));
    check_not_widened(less, ALL, ERROR_ACCESS_DENIED);
    ok_succeeds(CloseHandle(less));
    partner_begin_as(&partner, "shared_partner");
    ok_eq(
        partner_ask(&partner, "count", copy_between(SELF, handle, partner.process, 0, FALSE, SAME)),
        121);
    partner_end(&partner);
    ok_succeeds(CloseHandle(handle));
}

/* Every way to it: the handle's, SE_KERNEL_OBJECT's, and the name's. */
TEST(its_descriptor_is_read_and_changed_in_every_way, "D12.6 13.21 13.22")
{
    const wchar_t *name = L_("process");
    PSECURITY_DESCRIPTOR told = NULL;
    struct descriptor descriptor;
    union relative relative;
    PACL dacl = NULL;
    HANDLE handle;

    descriptor_init_empty(&descriptor);
    descriptor_allow(&descriptor, sid_everyone(), GENERIC_ALL);
    for (unsigned named = 0; named < 2; named++) {
        handle = new_with(&descriptor, named ? name : NULL);
        read_security(handle, THE_PARTS, &relative);
        check_allows(dacl_in(&relative), 0, sid_everyone(), ALL);
        ok(EqualSid(owner_in(&relative), sid_owner()));
        ok_eq(GetSecurityInfo(handle, SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL,
                              &dacl, NULL, &told),
              0);
        check_allows(dacl, 0, sid_everyone(), ALL);
        LocalFree(told);
        descriptor_init_empty(&descriptor);
        descriptor_allow(&descriptor, sid_nobody(), ALL);
        ok_eq(SetSecurityInfo(handle, SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL,
                              &descriptor.dacl.acl, NULL),
              0);
        if (named) {
            ok_fails(ntshm_open_sharedW(GENERIC_ALL, FALSE, name), ERROR_ACCESS_DENIED);
            descriptor_init_empty(&descriptor);
            descriptor_allow(&descriptor, sid_everyone(), ALL);
            ok_eq(SetNamedSecurityInfoW((LPWSTR)(uintptr_t)name, SE_KERNEL_OBJECT,
                                        DACL_SECURITY_INFORMATION, NULL, NULL, &descriptor.dacl.acl,
                                        NULL),
                  0);
            ok_eq(GetNamedSecurityInfoW(name, SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, NULL,
                                        NULL, &dacl, NULL, &told),
                  0);
            check_allows(dacl, 0, sid_everyone(), ALL);
            LocalFree(told);
        }
        ok_eq(shared_read(handle), 121);
        ok_succeeds(CloseHandle(handle));
        descriptor_init_empty(&descriptor);
        descriptor_allow(&descriptor, sid_everyone(), GENERIC_ALL);
    }
}
#endif
