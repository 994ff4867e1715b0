// SPDX-License-Identifier: MIT
/*
 * The descriptors of objects on Linux only: what is refused here, what a forked child has, who a
 * thread with credentials of its own is, and levels of integrity, which Wine does not have.
 */
#ifndef _WIN32
#    include "api/descriptor_kit.h"

#    include <aclapi.h>
#    include <sddl.h>
#    include <string.h>
#    include <sys/stat.h>
#    include <sys/syscall.h>
#    include <unistd.h>

#    define SOMEBODY 61234

/* --- what is refused ------------------------------------------------------------------------ */

TEST(descriptors_of_files_are_the_file_system_s, "")
{
    struct descriptor null;
    union relative descriptor;
    PSECURITY_DESCRIPTOR told = NULL;
    char path[512];
    DWORD needed;
    HANDLE file;

    descriptor_init_null(&null);
    snprintf(path, sizeof(path), "%s/file", test_dir());
    ok_ptr_eq(CreateFileA(path, GENERIC_WRITE, 0, &null.attributes, CREATE_NEW, 0, NULL),
              INVALID_HANDLE_VALUE);
    ok_error(ERROR_NOT_SUPPORTED);
    ok_fails(CreateDirectoryA(path, &null.attributes), ERROR_NOT_SUPPORTED);
    ok_eq(access(path, F_OK), -1);
    file =
        CreateFileA(path, GENERIC_WRITE | READ_CONTROL | WRITE_DAC, 0, NULL, CREATE_NEW, 0, NULL);
    require(file != INVALID_HANDLE_VALUE);
    ok_fails(GetKernelObjectSecurity(file, THE_PARTS, &descriptor, sizeof(descriptor), &needed),
             ERROR_NOT_SUPPORTED);
    ok_fails(SetKernelObjectSecurity(file, DACL_SECURITY_INFORMATION, &null.absolute),
             ERROR_NOT_SUPPORTED);
    ok_eq(GetSecurityInfo(file, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION, NULL, NULL, NULL, NULL,
                          &told),
          ERROR_NOT_SUPPORTED);
    ok_eq(GetNamedSecurityInfoA(path, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION, NULL, NULL, NULL,
                                NULL, &told),
          ERROR_NOT_SUPPORTED);
    drop(file, NULL);
}

TEST(types_of_objects_that_do_not_exist_are_refused, "")
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    PSECURITY_DESCRIPTOR told = NULL;

    ok_eq(GetSecurityInfo(event, SE_UNKNOWN_OBJECT_TYPE, OWNER_SECURITY_INFORMATION, NULL, NULL,
                          NULL, NULL, &told),
          ERROR_INVALID_PARAMETER);
    ok_eq(GetSecurityInfo(event, SE_REGISTRY_KEY, OWNER_SECURITY_INFORMATION, NULL, NULL, NULL,
                          NULL, &told),
          ERROR_NOT_SUPPORTED);
    ok_eq(GetSecurityInfo(event, SE_KERNEL_OBJECT, OWNER_SECURITY_INFORMATION, NULL, NULL, NULL,
                          NULL, NULL),
          ERROR_INVALID_PARAMETER);
    ok_eq(GetNamedSecurityInfoW(NULL, SE_KERNEL_OBJECT, OWNER_SECURITY_INFORMATION, NULL, NULL,
                                NULL, NULL, &told),
          ERROR_INVALID_PARAMETER);
    drop(event, NULL);
}

TEST(a_bad_descriptor_makes_nothing, "13.33 1.33")
{
    const wchar_t *names[] = {NULL, L_("bad")};
    struct descriptor bad[3];
    struct stat info;
    char path[512];
    HANDLE file;

    descriptor_init(&bad[0]);
    bad[0].absolute.Revision = 9;
    descriptor_init_empty(&bad[1]);
    bad[1].dacl.acl.AclSize = 4;
    descriptor_init(&bad[2]);
    bad[2].absolute.Owner = (PSID) "\1\377ABCDEFGHIJK";
    snprintf(path, sizeof(path), "%s/file", test_dir());
    file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    require(file != INVALID_HANDLE_VALUE);
    for (unsigned i = 0; i < ARRAYSIZE(names) * ARRAYSIZE(bad); i++) {
        static const DWORD errors[] = {ERROR_UNKNOWN_REVISION, ERROR_INVALID_ACL,
                                       ERROR_INVALID_SID};
        SECURITY_ATTRIBUTES *with = &bad[i % ARRAYSIZE(bad)].attributes;
        const wchar_t *name = names[i / ARRAYSIZE(bad)];
        DWORD error = errors[i % ARRAYSIZE(bad)];

        ok_fails(CreateFileMappingW(file, with, PAGE_READWRITE, 0, 8192, name), error);
        ok_fails(CreateFileMappingW(INVALID_HANDLE_VALUE, with, PAGE_READWRITE, 0, PAGE, name),
                 error);
        ok_fails(CreateEventW(with, TRUE, FALSE, name), error);
    }
    check_open_fails(names[1], FILE_MAP_READ, ERROR_FILE_NOT_FOUND);
    /* The descriptor comes before the file is made longer. */
    ok_eq(stat(path, &info), 0);
    ok_eq(info.st_size, 0);
    drop(file, NULL);
}

/* --- what is opened for an open is not looked at --------------------------------------------- */

TEST(an_open_does_not_look_at_a_descriptor, "13.20")
{
    HANDLE section = new_section(L_("Global\\looked"), PAGE_READWRITE, PAGE), opened = NULL;
    UNICODE_STRING path = nt_path(L_("Global\\looked") + 7);
    OBJECT_ATTRIBUTES attributes = nt_attributes(&path, 0);

    attributes.SecurityDescriptor = &attributes;
    ok_status(NtOpenSection(&opened, SECTION_QUERY, &attributes), STATUS_SUCCESS);
    drop(opened, NULL);
    drop(section, NULL);
}

/* --- the SACL ------------------------------------------------------------------------------- */

static bool enable(const char *privilege)
{
    TOKEN_PRIVILEGES wanted = {.PrivilegeCount = 1};
    HANDLE token = NULL;
    bool enabled;

    require(LookupPrivilegeValueA(NULL, privilege, &wanted.Privileges[0].Luid));
    wanted.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
    require(OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &token));
    enabled = AdjustTokenPrivileges(token, FALSE, &wanted, 0, NULL, NULL) &&
              GetLastError() == ERROR_SUCCESS;
    drop(token, NULL);
    return enabled;
}

TEST(who_has_the_privilege_reads_and_writes_the_sacl, "13.19 13.23 13.31 13.38 2.16")
{
    const wchar_t *names[] = {NULL, L_("audited")};
    struct descriptor change;

    if (!enable("SeSecurityPrivilege"))
        skip("for root only");
    descriptor_init_empty(&change);
    require(AddAuditAccessAce(&change.dacl.acl, ACL_REVISION, DELETE, sid_everyone(), TRUE, TRUE));
    require(SetSecurityDescriptorSacl(&change.absolute, TRUE, &change.dacl.acl, FALSE));
    for (unsigned i = 0; i < ARRAYSIZE(names); i++) {
        HANDLE event = CreateEventW(NULL, TRUE, FALSE, names[i]), copy = NULL;
        HANDLE self = GetCurrentProcess();
        PSECURITY_DESCRIPTOR descriptor = NULL;
        union relative told;
        PACL sacl = NULL;

        ok_fails(SetKernelObjectSecurity(event, SACL_SECURITY_INFORMATION, &change.absolute),
                 ERROR_ACCESS_DENIED);
        ok_succeeds(DuplicateHandle(self, event, self, &copy, ACCESS_SYSTEM_SECURITY, FALSE, 0));
        ok_succeeds(SetKernelObjectSecurity(copy, SACL_SECURITY_INFORMATION, &change.absolute));
        ok(read_security(copy, SACL_SECURITY_INFORMATION, &told) > 0);
        ok(control_in(&told) & SE_SACL_PRESENT);
        /* Not through the handle, but with the privilege. */
        ok_eq(GetSecurityInfo(event, SE_KERNEL_OBJECT, SACL_SECURITY_INFORMATION, NULL, NULL, NULL,
                              &sacl, &descriptor),
              ERROR_SUCCESS);
        ok(sacl && sacl->AceCount == 1);
        LocalFree(descriptor);
        drop(copy, NULL);
        drop(event, NULL);
    }
}

/* --- integrity ------------------------------------------------------------------------------ */

static void lower_to(DWORD level)
{
    SID_IDENTIFIER_AUTHORITY authority = {SECURITY_MANDATORY_LABEL_AUTHORITY};
    TOKEN_MANDATORY_LABEL label = {{NULL, SE_GROUP_INTEGRITY}};
    HANDLE token = NULL;

    require(AllocateAndInitializeSid(&authority, 1, level, 0, 0, 0, 0, 0, 0, 0, &label.Label.Sid));
    require(OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_DEFAULT, &token));
    require(SetTokenInformation(token, TokenIntegrityLevel, &label, sizeof(label)), "error %u",
            (unsigned)GetLastError());
    drop(token, NULL);
    FreeSid(label.Label.Sid);
}

CHILD(lowered)
{
    const wchar_t *name = L_("medium");
    HANDLE inherited, opened;
    char buf[64];

    (void)argc;
    (void)argv;
    lower_to(SECURITY_MANDATORY_LOW_RID);
    check_open_fails(name, FILE_MAP_WRITE, ERROR_ACCESS_DENIED);
    check_open_fails(name, DELETE, ERROR_ACCESS_DENIED);
    check_open_fails(name, WRITE_DAC, ERROR_ACCESS_DENIED);
    check_open_fails(name, FILE_MAP_ALL_ACCESS, ERROR_ACCESS_DENIED);
    opened = open_section(name, FILE_MAP_READ);
    check_not_widened(opened, FILE_MAP_WRITE, ERROR_ACCESS_DENIED);
    drop(opened, NULL);
    /* What it makes has its own level, and it may write to that. */
    inherited = new_section(L_("low"), PAGE_READWRITE, PAGE);
    opened = open_section(L_("low"), FILE_MAP_WRITE);
    drop(opened, NULL);
    test_say("ready");
    test_hear(buf, sizeof(buf), 20000);
    drop(inherited, NULL);
    return 0;
}

TEST_DEADLINE(a_lower_level_does_not_write_up, "13.40", 60)
{
    struct descriptor null;
    HANDLE section, opened;
    struct test_child child;

    descriptor_init_null(&null);
    section = CreateFileMappingW(INVALID_HANDLE_VALUE, &null.attributes, PAGE_READWRITE, 0, PAGE,
                                 L_("medium"));
    require(section != NULL);
    require(test_child_start(&child, "lowered"));
    test_child_expect(&child, "ready", 20000);
    opened = open_section(L_("low"), FILE_MAP_WRITE);
    drop(opened, NULL);
    test_child_write_line(&child, "go");
    ok_eq(test_child_wait(&child, 20000), 0);
    drop(section, NULL);
}

TEST(what_was_made_before_lowering_is_out_of_reach_to_widen, "13.40 12.10")
{
    HANDLE before = new_section(NULL, PAGE_READWRITE, PAGE), after;
    HANDLE reader = with_rights(before, SECTION_MAP_READ);

    lower_to(SECURITY_MANDATORY_LOW_RID);
    check_not_widened(reader, SECTION_MAP_WRITE, ERROR_ACCESS_DENIED);
    check_widens(reader, SECTION_QUERY, SECTION_QUERY);
    after = new_section(NULL, PAGE_READWRITE, PAGE);
    drop(reader, NULL);
    reader = with_rights(after, SECTION_MAP_READ);
    check_widens(reader, SECTION_MAP_WRITE, SECTION_MAP_WRITE);
    drop(reader, NULL);
    drop(before, NULL);
    drop(after, NULL);
}

TEST(a_label_says_who_writes, "13.40 13.31")
{
    struct {
        ACL acl;
        DWORD room[16];
    } list;
    struct descriptor null;
    SID_IDENTIFIER_AUTHORITY authority = {SECURITY_MANDATORY_LABEL_AUTHORITY};
    const wchar_t *names[] = {NULL, L_("label")};
    PSID low = NULL;

    require(AllocateAndInitializeSid(&authority, 1, SECURITY_MANDATORY_LOW_RID, 0, 0, 0, 0, 0, 0, 0,
                                     &low));
    require(InitializeAcl(&list.acl, sizeof(list), ACL_REVISION));
    require(AddMandatoryAce(&list.acl, ACL_REVISION, 0, SYSTEM_MANDATORY_LABEL_NO_WRITE_UP, low));
    descriptor_init_null(&null);
    require(SetSecurityDescriptorSacl(&null.absolute, TRUE, &list.acl, FALSE));
    for (unsigned i = 0; i < ARRAYSIZE(names); i++) {
        HANDLE event = CreateEventW(&null.attributes, TRUE, FALSE, names[i]);
        union relative told;
        BOOL present = FALSE, defaulted;
        PACL sacl = NULL;

        require(event != NULL, "error %u", (unsigned)GetLastError());
        read_security(event, LABEL_SECURITY_INFORMATION, &told);
        ok_succeeds(GetSecurityDescriptorSacl(&told, &present, &sacl, &defaulted));
        ok(present && sacl && sacl->AceCount == 1);
        drop(event, NULL);
    }
    FreeSid(low);
}

/* --- threads and forks ---------------------------------------------------------------------- */

struct shared {
    struct descriptor one;
    HANDLE event;
};

static void be_somebody(void *argument)
{
    struct shared *shared = argument;
    struct descriptor own;
    HANDLE event, none;

    require(syscall(SYS_setresgid, SOMEBODY, SOMEBODY, SOMEBODY) == 0);
    require(syscall(SYS_setresuid, SOMEBODY, SOMEBODY, SOMEBODY) == 0);
    /* What root made has no place for somebody. */
    none = with_rights(shared->event, 0);
    check_not_widened(none, SYNCHRONIZE, ERROR_ACCESS_DENIED);
    check_not_widened(none, READ_CONTROL, ERROR_ACCESS_DENIED);
    drop(none, NULL);
    /* What the thread makes is its own, and root's process may use it as the system. */
    event = CreateEventW(NULL, TRUE, FALSE, NULL);
    none = with_rights(event, 0);
    check_widens(none, SYNCHRONIZE, SYNCHRONIZE);
    drop(none, NULL);
    drop(event, NULL);
    /* 12.12: the process's token is asked too. */
    descriptor_init_empty(&own);
    descriptor_allow(&own, shared->one.absolute.Owner, EVENT_ALL);
    event = CreateEventW(&own.attributes, TRUE, FALSE, NULL);
    none = with_rights(event, 0);
    check_not_widened(none, SYNCHRONIZE, ERROR_ACCESS_DENIED);
    check_not_widened(none, MAXIMUM_ALLOWED, ERROR_ACCESS_DENIED);
    drop(none, NULL);
    drop(event, NULL);
}

TEST(a_thread_of_another_user_is_asked_as_itself, "12.12 13.8 13.12")
{
    SID_IDENTIFIER_AUTHORITY authority = {{0, 0, 0, 0, 0, 22}};
    struct shared shared = {.event = CreateEventW(NULL, TRUE, FALSE, NULL)};
    struct test_thread thread;

    if (geteuid() != 0)
        skip("for root only");
    require(AllocateAndInitializeSid(&authority, 2, 1, SOMEBODY, 0, 0, 0, 0, 0, 0,
                                     &shared.one.absolute.Owner));
    test_thread_start(&thread, be_somebody, &shared);
    test_thread_join(&thread);
    check_widens(shared.event, SYNCHRONIZE, SYNCHRONIZE);
    FreeSid(shared.one.absolute.Owner);
    drop(shared.event, NULL);
}

/* Sections of every kind whose memory is made here. */
static void make_sections(void *argument)
{
    HANDLE *sections = argument;

    require(syscall(SYS_setresgid, SOMEBODY, SOMEBODY, SOMEBODY) == 0);
    require(syscall(SYS_setresuid, SOMEBODY, SOMEBODY, SOMEBODY) == 0);
    sections[0] = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, NULL);
    sections[1] = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | SEC_RESERVE, 0,
                                     1 << 20, NULL);
    sections[2] =
        CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_EXECUTE_READWRITE, 0, 4096, NULL);
}

/* Whoever asks, and whenever: an unnamed section says who made it. */
TEST(a_section_knows_its_maker, "13.8 13.12")
{
    HANDLE sections[4] = {NULL};
    struct test_thread thread;

    if (geteuid() != 0)
        skip("for root only");
    test_thread_start(&thread, make_sections, sections);
    test_thread_join(&thread);
    sections[3] = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, NULL);
    for (unsigned i = 0; i < 4; i++) {
        union relative told;
        char *text = NULL;

        read_security(sections[i], OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION, &told);
        require(ConvertSecurityDescriptorToStringSecurityDescriptorA(
            &told, SDDL_REVISION_1, OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION, &text,
            NULL));
        ok_str_eq(text, i < 3 ? "O:S-1-22-1-61234G:S-1-22-2-61234" : "O:BAG:S-1-22-2-0");
        LocalFree(text);
        drop(sections[i], NULL);
    }
}

static void set_again(void *argument)
{
    struct shared *shared = argument;

    for (unsigned i = 0; i < 500; i++)
        ok_succeeds(SetKernelObjectSecurity(shared->event, DACL_SECURITY_INFORMATION,
                                            &shared->one.absolute));
}

static void label_again(void *argument)
{
    struct shared *shared = argument;
    union relative told;

    for (unsigned i = 0; i < 500; i++) {
        read_security(shared->event, THE_PARTS, &told);
        ok(IsValidSecurityDescriptor(&told));
        ok(dacl_in(&told) != NULL && dacl_in(&told)->AceCount >= 1);
        check_widens(shared->event, SYNCHRONIZE, SYNCHRONIZE);
    }
}

TEST(threads_that_set_and_ask_see_whole_descriptors, "13.36")
{
    struct shared shared;
    struct test_thread threads[3];

    descriptor_init_empty(&shared.one);
    descriptor_allow(&shared.one, sid_everyone(), EVENT_ALL);
    shared.event = CreateEventW(NULL, TRUE, FALSE, NULL);
    test_thread_start(&threads[0], set_again, &shared);
    test_thread_start(&threads[1], label_again, &shared);
    test_thread_start(&threads[2], set_again, &shared);
    for (unsigned i = 0; i < ARRAYSIZE(threads); i++)
        test_thread_join(&threads[i]);
    drop(shared.event, NULL);
}

static int look_in_child(void *argument)
{
    struct shared *shared = argument;
    union relative told;
    struct descriptor null;

    check_not_widened(shared->event, EVENT_MODIFY_STATE, ERROR_ACCESS_DENIED);
    read_security(shared->event, THE_PARTS, &told);
    ok_eq(dacl_in(&told)->AceCount, 1);
    /* The child's copy of the object has a descriptor of its own. */
    descriptor_init_null(&null);
    ok_succeeds(SetKernelObjectSecurity(shared->event, DACL_SECURITY_INFORMATION, &null.absolute));
    check_widens(shared->event, EVENT_MODIFY_STATE, EVENT_MODIFY_STATE);
    return 0;
}

TEST_DEADLINE(a_forked_child_has_the_descriptor_of_what_it_inherits, "13.21 12.11", 60)
{
    struct shared shared;
    struct test_child child;
    HANDLE event;

    descriptor_init_empty(&shared.one);
    descriptor_allow(&shared.one, sid_everyone(), SYNCHRONIZE);
    event = CreateEventW(&shared.one.attributes, TRUE, FALSE, NULL);
    shared.event = with_rights(event, SYNCHRONIZE | READ_CONTROL | WRITE_DAC);
    require(test_child_fork(&child, look_in_child, &shared));
    ok_eq(test_child_wait(&child, 20000), 0);
    check_not_widened(shared.event, EVENT_MODIFY_STATE, ERROR_ACCESS_DENIED);
    drop(shared.event, NULL);
    drop(event, NULL);
}
#endif
