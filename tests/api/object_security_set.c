// SPDX-License-Identifier: MIT
/*
 * Asking for the descriptor of an object and changing it: which rights that takes, what is told,
 * what changes, and what does not.
 */
#include "api/descriptor_kit.h"

#include <aclapi.h>
#include <string.h>

#define EVERY_PART (THE_PARTS | SACL_SECURITY_INFORMATION)

static HANDLE new_event(const wchar_t *name, struct descriptor *descriptor)
{
    HANDLE event = CreateEventW(descriptor ? &descriptor->attributes : NULL, TRUE, FALSE, name);

    require(event != NULL, "error %u", (unsigned)GetLastError());
    return event;
}

/* Both an unnamed object and a named one. */
#define EACH_NAME(var, text)                                           \
    for (const wchar_t *names_[] = {NULL, text}, **at_ = names_, *var; \
         at_ < names_ + 2 && (var = *at_, true); at_++)

/* --- asking --------------------------------------------------------------------------------- */

TEST(asking_for_a_descriptor_needs_a_handle_and_places, "13.25 13.26 13.27 13.28 17.9")
{
    union relative descriptor, untouched;
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    DWORD needed = 0xdeadbeef, exact;
    struct descriptor null;

    descriptor_init_null(&null);
    ok_succeeds(SetKernelObjectSecurity(section, DACL_SECURITY_INFORMATION, &null.absolute));
    ok_fails(GetKernelObjectSecurity(NULL, THE_PARTS, NULL, 0, &needed), ERROR_INVALID_HANDLE);
    ok_eq(needed, 0xdeadbeef);
    ok_fails(GetKernelObjectSecurity(section, THE_PARTS, NULL, 0, NULL), ERROR_NOACCESS);
    ok_fails(GetKernelObjectSecurity(section, THE_PARTS, &descriptor, sizeof(descriptor), NULL),
             ERROR_NOACCESS);
    ok_fails(GetKernelObjectSecurity(section, THE_PARTS, NULL, 0, &exact),
             ERROR_INSUFFICIENT_BUFFER);
    ok(exact >= sizeof(SECURITY_DESCRIPTOR_RELATIVE) && exact < sizeof(descriptor));
    memset(&descriptor, 0xCC, sizeof(descriptor));
    memset(&untouched, 0xCC, sizeof(untouched));
    needed = 0xdeadbeef;
    ok_fails(GetKernelObjectSecurity(section, THE_PARTS, &descriptor, exact - 1, &needed),
             ERROR_INSUFFICIENT_BUFFER);
    ok_eq(needed, exact);
    ok_mem_eq(&descriptor, &untouched, sizeof(descriptor));

    SetLastError(0xdeadbeef);
    needed = 0;
    ok_succeeds(GetKernelObjectSecurity(section, THE_PARTS, &descriptor, exact, &needed));
    ok_error(0xdeadbeef);
    ok_eq(needed, exact);
    ok(control_in(&descriptor) & SE_SELF_RELATIVE);
    ok_eq(GetSecurityDescriptorLength(&descriptor), exact);
    drop(section, NULL);
}

TEST(asking_for_nothing_gives_an_empty_descriptor, "13.29")
{
    EACH_NAME(name, L_("nothing"))
    {
        HANDLE event = new_event(name, NULL);
        union relative descriptor;

        memset(&descriptor, 0xCC, sizeof(descriptor));
        ok_eq(read_security(event, 0x00100000, &descriptor), sizeof(SECURITY_DESCRIPTOR_RELATIVE));
        ok_eq(control_in(&descriptor), SE_SELF_RELATIVE);
        ok_ptr_eq(owner_in(&descriptor), NULL);
        ok_ptr_eq(group_in(&descriptor), NULL);
        drop(event, NULL);
    }
}

TEST(only_the_parts_that_are_asked_for_are_told, "13.28 13.22")
{
    struct descriptor null;

    descriptor_init_null(&null);
    EACH_NAME(name, L_("parts"))
    {
        HANDLE event = new_event(name, &null);
        union relative descriptor;
        SID *owner;

        ok_succeeds(SetKernelObjectSecurity(event, DACL_SECURITY_INFORMATION, &null.absolute));
        read_security(event, OWNER_SECURITY_INFORMATION, &descriptor);
        owner = (SID *)owner_in(&descriptor);
        ok(owner && EqualSid(owner, sid_owner()));
        ok_ptr_eq(group_in(&descriptor), NULL);
        /* Wine says of a DACL that was not asked for that it is there. */
        todo_wine ok_eq(control_in(&descriptor), SE_SELF_RELATIVE);
        read_security(event, GROUP_SECURITY_INFORMATION, &descriptor);
        ok_ptr_eq(owner_in(&descriptor), NULL);
        ok(EqualSid(group_in(&descriptor), sid_group()));
        read_security(event, DACL_SECURITY_INFORMATION, &descriptor);
        ok_ptr_eq(owner_in(&descriptor), NULL);
        ok_eq(control_in(&descriptor), SE_SELF_RELATIVE | SE_DACL_PRESENT);
        drop(event, NULL);
    }
}

TEST(asking_takes_the_right_to_read, "13.22 13.23 13.24")
{
    static const SECURITY_INFORMATION parts[] = {
        OWNER_SECURITY_INFORMATION, GROUP_SECURITY_INFORMATION, DACL_SECURITY_INFORMATION};

    EACH_NAME(name, L_("reader"))
    {
        HANDLE event = new_event(name, NULL), waiter = with_rights(event, SYNCHRONIZE);
        HANDLE reader = with_rights(event, READ_CONTROL);
        union relative descriptor;
        DWORD needed = 0xdeadbeef;

        for (unsigned i = 0; i < ARRAYSIZE(parts); i++) {
            ok_fails(
                GetKernelObjectSecurity(waiter, parts[i], &descriptor, sizeof(descriptor), &needed),
                ERROR_ACCESS_DENIED);
            ok_eq(needed, 0xdeadbeef);
            ok(read_security(reader, parts[i], &descriptor) > 0);
        }
        /* All rights of the type are not enough for the SACL. */
        ok_fails(GetKernelObjectSecurity(event, SACL_SECURITY_INFORMATION, &descriptor,
                                         sizeof(descriptor), &needed),
                 ERROR_ACCESS_DENIED);
        ok_fails(
            GetKernelObjectSecurity(event, EVERY_PART, &descriptor, sizeof(descriptor), &needed),
            ERROR_ACCESS_DENIED);
        drop(waiter, NULL);
        drop(reader, NULL);
        drop(event, NULL);
    }
}

TEST(processes_and_threads_have_descriptors, "13.30 13.22")
{
    HANDLE handles[] = {GetCurrentProcess(), GetCurrentThread()};
    struct descriptor changed;

    descriptor_init_empty(&changed);
    descriptor_allow(&changed, sid_everyone(), READ_CONTROL);
    for (unsigned i = 0; i < ARRAYSIZE(handles); i++) {
        union relative descriptor;

        read_security(handles[i], THE_PARTS, &descriptor);
        todo_if(test_on_wine() && i == 1)
        { /* of Wine's threads nothing is told before it is set */
            ok(owner_in(&descriptor) != NULL);
            ok(dacl_in(&descriptor) != NULL && dacl_in(&descriptor)->AceCount > 0);
        }
        ok_succeeds(
            SetKernelObjectSecurity(handles[i], DACL_SECURITY_INFORMATION, &changed.absolute));
        read_security(handles[i], DACL_SECURITY_INFORMATION, &descriptor);
        require(dacl_in(&descriptor) != NULL);
        ok_eq(dacl_in(&descriptor)->AceCount, 1);
        check_allows(dacl_in(&descriptor), 0, sid_everyone(), READ_CONTROL);
    }
}

/* --- changing ------------------------------------------------------------------------------- */

TEST(changing_takes_the_right_to_write, "13.31")
{
    static const struct {
        SECURITY_INFORMATION part;
        DWORD right;
    } rows[] = {
        {DACL_SECURITY_INFORMATION, WRITE_DAC},
        {OWNER_SECURITY_INFORMATION, WRITE_OWNER},
        {GROUP_SECURITY_INFORMATION, WRITE_OWNER},
    };
    struct descriptor change;

    descriptor_init_null(&change);
    require(SetSecurityDescriptorOwner(&change.absolute, sid_owner(), FALSE));
    require(SetSecurityDescriptorGroup(&change.absolute, sid_group(), FALSE));
    EACH_NAME(name, L_("writer"))
    {
        HANDLE event = new_event(name, NULL);

        for (unsigned i = 0; i < ARRAYSIZE(rows); i++) {
            HANDLE with = with_rights(event, rows[i].right);
            HANDLE without = with_rights(event, EVENT_ALL & ~rows[i].right);

            ok_succeeds(SetKernelObjectSecurity(with, rows[i].part, &change.absolute));
            ok_fails(SetKernelObjectSecurity(without, rows[i].part, &change.absolute),
                     ERROR_ACCESS_DENIED);
            ok_fails(SetKernelObjectSecurity(with, rows[i].part | SACL_SECURITY_INFORMATION,
                                             &change.absolute),
                     ERROR_ACCESS_DENIED);
            drop(with, NULL);
            drop(without, NULL);
        }
        drop(event, NULL);
    }
    ok_fails(SetKernelObjectSecurity(NULL, DACL_SECURITY_INFORMATION, &change.absolute),
             ERROR_INVALID_HANDLE);
}

TEST(all_rights_are_not_enough_to_change_the_sacl, "13.32")
{
    struct descriptor change;
    HANDLE event = new_event(NULL, NULL);
    ACL *sacl = &change.dacl.acl;

    descriptor_init_empty(&change);
    require(SetSecurityDescriptorSacl(&change.absolute, TRUE, sacl, FALSE));
    ok_fails(SetKernelObjectSecurity(event, SACL_SECURITY_INFORMATION, &change.absolute),
             ERROR_ACCESS_DENIED);
    drop(event, NULL);
}

TEST(a_change_that_says_nothing_of_what_it_should_fails, "13.33 13.34")
{
    EACH_NAME(name, L_("bad"))
    {
        HANDLE event = new_event(name, NULL);
        struct descriptor change;

        descriptor_init_null(&change);
        ok_fails(SetKernelObjectSecurity(event, OWNER_SECURITY_INFORMATION, &change.absolute),
                 ERROR_INVALID_SECURITY_DESCR);
        ok_fails(SetKernelObjectSecurity(event, GROUP_SECURITY_INFORMATION, &change.absolute),
                 ERROR_INVALID_SECURITY_DESCR);
        change.absolute.Revision = 0;
        ok_fails(SetKernelObjectSecurity(event, DACL_SECURITY_INFORMATION, &change.absolute),
                 ERROR_UNKNOWN_REVISION);
        ok_fails(SetKernelObjectSecurity(event, DACL_SECURITY_INFORMATION, NULL), ERROR_NOACCESS);
        drop(event, NULL);
    }
}

TEST(a_dacl_that_is_not_there_becomes_one_for_everyone, "13.35 13.10")
{
    struct descriptor empty, null, absent;
    const wchar_t *name = L_("opened up");
    HANDLE section, opened;

    descriptor_init_empty(&empty);
    descriptor_init_null(&null);
    descriptor_init(&absent);
    for (unsigned i = 0; i < 2; i++) {
        union relative descriptor;

        section = CreateFileMappingW(INVALID_HANDLE_VALUE, &empty.attributes, PAGE_READWRITE, 0,
                                     PAGE, name);
        require(section != NULL);
        check_open_fails(name, FILE_MAP_READ, ERROR_ACCESS_DENIED);
        ok_succeeds(SetKernelObjectSecurity(section, DACL_SECURITY_INFORMATION,
                                            i ? &absent.absolute : &null.absolute));
        read_security(section, DACL_SECURITY_INFORMATION, &descriptor);
        ok_ptr_eq(dacl_in(&descriptor), NULL);
        opened = open_section(name, FILE_MAP_ALL_ACCESS);
        drop(opened, NULL);
        drop(section, NULL);
    }
}

TEST(a_change_leaves_the_other_parts, "13.36")
{
    struct descriptor given, change;

    descriptor_init_empty(&given);
    descriptor_allow(&given, sid_everyone(), SYNCHRONIZE);
    descriptor_init_empty(&change);
    descriptor_allow(&change, sid_user(), EVENT_MODIFY_STATE);
    require(SetSecurityDescriptorOwner(&change.absolute, sid_user(), FALSE) &&
            SetSecurityDescriptorGroup(&change.absolute, sid_nobody(), FALSE));
    EACH_NAME(name, L_("others"))
    {
        HANDLE event = new_event(name, &given), other = new_event(NULL, &given);
        union relative descriptor;

        ok_succeeds(SetKernelObjectSecurity(event, OWNER_SECURITY_INFORMATION, &change.absolute));
        read_security(event, THE_PARTS, &descriptor);
        ok(EqualSid(owner_in(&descriptor), sid_user()));
        ok(EqualSid(group_in(&descriptor), sid_group()));
        check_allows(dacl_in(&descriptor), 0, sid_everyone(), SYNCHRONIZE);
        ok_eq(dacl_in(&descriptor)->AceCount, 1);

        ok_succeeds(SetKernelObjectSecurity(event, DACL_SECURITY_INFORMATION, &change.absolute));
        read_security(event, THE_PARTS, &descriptor);
        ok(EqualSid(owner_in(&descriptor), sid_user()));
        ok(EqualSid(group_in(&descriptor), sid_group()));
        check_allows(dacl_in(&descriptor), 0, sid_user(), EVENT_MODIFY_STATE);
        ok_eq(dacl_in(&descriptor)->AceCount, 1);

        /* Owner and group of the change are others, and are not looked at. */
        ok_succeeds(SetKernelObjectSecurity(other, DACL_SECURITY_INFORMATION, &change.absolute));
        read_security(other, THE_PARTS, &descriptor);
        ok(EqualSid(owner_in(&descriptor), sid_owner()));
        ok(EqualSid(group_in(&descriptor), sid_group()));
        drop(other, NULL);
        drop(event, NULL);
    }
}

TEST(an_owner_that_may_not_be_assigned_is_refused, "13.37")
{
    struct descriptor change;

    descriptor_init(&change);
    require(SetSecurityDescriptorOwner(&change.absolute, sid_nobody(), FALSE));
    EACH_NAME(name, L_("stranger"))
    {
        HANDLE event = new_event(name, NULL);
        union relative descriptor;

        /* Wine assigns any. */
        todo_wine ok_fails(
            SetKernelObjectSecurity(event, OWNER_SECURITY_INFORMATION, &change.absolute),
            ERROR_INVALID_OWNER);
        read_security(event, OWNER_SECURITY_INFORMATION, &descriptor);
        todo_wine ok(EqualSid(owner_in(&descriptor), sid_owner()));
        /* Nor is it one for a new object. */
        todo_wine ok_fails(CreateEventW(&change.attributes, TRUE, FALSE, NULL),
                           ERROR_INVALID_OWNER);
        drop(event, NULL);
    }
}

TEST(open_handles_keep_their_rights, "13.21")
{
    struct descriptor empty, null;

    descriptor_init_empty(&empty);
    descriptor_init_null(&null);
    EACH_NAME(name, L_("keeps"))
    {
        HANDLE event = new_event(name, &null), setter = with_rights(event, EVENT_MODIFY_STATE);
        HANDLE waiter = with_rights(event, SYNCHRONIZE);

        ok_succeeds(SetKernelObjectSecurity(event, DACL_SECURITY_INFORMATION, &empty.absolute));
        ok_succeeds(SetEvent(setter));
        ok_eq(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
        ok_eq(granted_of(event), EVENT_ALL);
        /* A part of them needs no asking, more does. */
        check_widens(event, SYNCHRONIZE, SYNCHRONIZE);
        check_not_widened(waiter, EVENT_MODIFY_STATE, ERROR_ACCESS_DENIED);
        if (name)
            ok_fails(OpenEventW(EVENT_MODIFY_STATE, FALSE, name), ERROR_ACCESS_DENIED);
        ok_succeeds(SetKernelObjectSecurity(event, DACL_SECURITY_INFORMATION, &null.absolute));
        check_widens(waiter, EVENT_MODIFY_STATE, EVENT_MODIFY_STATE);
        drop(waiter, NULL);
        drop(setter, NULL);
        drop(event, NULL);
    }
}

TEST(a_descriptor_is_seen_through_every_handle, "13.36 13.21")
{
    const wchar_t *name = L_("seen");
    struct descriptor change;
    HANDLE event = new_event(name, NULL), opened = OpenEventW(READ_CONTROL, FALSE, name);
    union relative a, b;
    DWORD size;

    require(opened != NULL);
    descriptor_init_empty(&change);
    descriptor_allow(&change, sid_user(), SYNCHRONIZE);
    ok_succeeds(SetKernelObjectSecurity(event, DACL_SECURITY_INFORMATION, &change.absolute));
    size = read_security(event, THE_PARTS, &a);
    ok_eq(read_security(opened, THE_PARTS, &b), size);
    ok_mem_eq(&a, &b, size);
    drop(opened, NULL);
    drop(event, NULL);
}

TEST(the_nt_layer_asks_and_changes_too, "13.26 13.27 13.36")
{
    HANDLE event = new_event(NULL, NULL);
    union relative descriptor;
    struct descriptor null;
    ULONG needed = 0;

    descriptor_init_null(&null);
    ok_status(NtSetSecurityObject(event, DACL_SECURITY_INFORMATION, &null.absolute),
              STATUS_SUCCESS);
    ok_status(NtQuerySecurityObject(event, THE_PARTS, NULL, 0, &needed), STATUS_BUFFER_TOO_SMALL);
    ok_status(NtQuerySecurityObject(event, THE_PARTS, &descriptor, needed, &needed),
              STATUS_SUCCESS);
    ok_ptr_eq(dacl_in(&descriptor), NULL);
    ok_status(NtQuerySecurityObject(event, THE_PARTS, &descriptor, needed, NULL),
              STATUS_ACCESS_VIOLATION);
    ok_status(NtQuerySecurityObject(NULL, THE_PARTS, &descriptor, needed, &needed),
              STATUS_INVALID_HANDLE);
    ok_status(NtSetSecurityObject(event, DACL_SECURITY_INFORMATION, NULL), STATUS_ACCESS_VIOLATION);
    drop(event, NULL);
}

/* --- in parts, and by name ------------------------------------------------------------------ */

TEST(parts_of_a_descriptor_are_told_and_set, "13.22 13.36")
{
    EACH_NAME(name, L_("told"))
    {
        HANDLE event = new_event(name, NULL);
        PSECURITY_DESCRIPTOR descriptor = NULL;
        PSID owner = NULL, group = NULL;
        struct descriptor change;
        PACL dacl = NULL;

        descriptor_init_empty(&change);
        descriptor_allow(&change, sid_everyone(), SYNCHRONIZE);
        ok_eq(SetSecurityInfo(event, SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL,
                              &change.dacl.acl, NULL),
              ERROR_SUCCESS);
        ok_eq(GetSecurityInfo(event, SE_KERNEL_OBJECT, THE_PARTS, &owner, &group, &dacl, NULL,
                              &descriptor),
              ERROR_SUCCESS);
        ok(owner && EqualSid(owner, sid_owner()));
        ok(group && EqualSid(group, sid_group()));
        check_allows(dacl, 0, sid_everyone(), SYNCHRONIZE);
        ok(IsValidSecurityDescriptor(descriptor));
        LocalFree(descriptor);
        drop(event, NULL);
    }
    ok_eq(GetSecurityInfo(NULL, SE_KERNEL_OBJECT, OWNER_SECURITY_INFORMATION, NULL, NULL, NULL,
                          NULL, &(PSECURITY_DESCRIPTOR){NULL}),
          ERROR_INVALID_HANDLE);
}

TEST(the_descriptor_of_a_name_is_told_and_set, "13.20 13.22")
{
    const wchar_t *names[] = {L_("named event"),     L_("named section"), L_("named mutex"),
                              L_("named semaphore"), L_("named timer"),   L_("named job")};
    HANDLE handles[] = {
        new_event(names[0], NULL),
        new_section(names[1], PAGE_READWRITE, PAGE),
        CreateMutexW(NULL, FALSE, names[2]),
        CreateSemaphoreW(NULL, 1, 1, names[3]),
        CreateWaitableTimerW(NULL, FALSE, names[4]),
        CreateJobObjectW(NULL, names[5]),
    };
    struct descriptor change;

    descriptor_init_empty(&change);
    descriptor_allow(&change, sid_everyone(), READ_CONTROL | WRITE_DAC);
    for (unsigned i = 0; i < sizeof(handles) / sizeof(handles[0]); i++) {
        PSECURITY_DESCRIPTOR descriptor = NULL;
        wchar_t name[128];
        PACL dacl = NULL;

        wcscpy(name, names[i]);
        ok_eq(SetNamedSecurityInfoW(name, SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL,
                                    &change.dacl.acl, NULL),
              ERROR_SUCCESS);
        ok_eq(GetNamedSecurityInfoW(name, SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL,
                                    &dacl, NULL, &descriptor),
              ERROR_SUCCESS);
        /* Wine looks at files only, and says nothing. */
        todo_wine check_allows(dacl, 0, sid_everyone(), READ_CONTROL | WRITE_DAC);
        LocalFree(descriptor);
        drop(handles[i], NULL);
    }
}

TEST(the_descriptor_of_a_name_that_is_not_there, "2.1")
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    char name[128];

    strcpy(name, A_("nobody"));
    todo_wine
    { /* Wine looks at files only */
        ok_eq(GetNamedSecurityInfoA(name, SE_KERNEL_OBJECT, OWNER_SECURITY_INFORMATION, NULL, NULL,
                                    NULL, NULL, &descriptor),
              ERROR_FILE_NOT_FOUND);
        ok_eq(SetNamedSecurityInfoA(name, SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL,
                                    NULL, NULL),
              ERROR_FILE_NOT_FOUND);
    }
    ok_ptr_eq(descriptor, NULL);
}
