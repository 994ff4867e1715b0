// SPDX-License-Identifier: MIT
/*
 * Objects with descriptors - made, widened, asked, changed - when something fails inside: nothing
 * is made, no handle or descriptor is left, what the object says is what it said, and the same call
 * works afterwards.
 */
#include <string.h>

#include <windows.h>
#include <winternl.h>
#include <aclapi.h>

#include "fault/kit.h"
#include "harness/test.h"

static union {
    ACL list;
    DWORD room[64];
} lists[2]; /* empty; everything to everyone */
static SECURITY_DESCRIPTOR descriptors[2];
static SECURITY_ATTRIBUTES with_list = {sizeof(with_list), &descriptors[1], FALSE};
static HANDLE made, source, reader;

static void make_descriptors(void)
{
    SID_IDENTIFIER_AUTHORITY world = {SECURITY_WORLD_SID_AUTHORITY};
    PSID everyone = NULL;

    require(AllocateAndInitializeSid(&world, 1, 0, 0, 0, 0, 0, 0, 0, 0, &everyone));
    for (unsigned i = 0; i < 2; i++) {
        require(InitializeAcl(&lists[i].list, sizeof(lists[i]), ACL_REVISION));
        if (i)
            require(AddAccessAllowedAce(&lists[i].list, ACL_REVISION, GENERIC_ALL, everyone));
        require(InitializeSecurityDescriptor(&descriptors[i], SECURITY_DESCRIPTOR_REVISION));
        require(SetSecurityDescriptorDacl(&descriptors[i], TRUE, &lists[i].list, FALSE));
    }
    FreeSid(everyone);
}

/* The number of entries that the descriptor of @source has; it has two different ones only. */
static DWORD entries(void)
{
    DWORD room[128], needed;
    BOOL present, defaulted;
    PACL dacl = NULL;

    require(
        GetKernelObjectSecurity(source, DACL_SECURITY_INFORMATION, room, sizeof(room), &needed));
    require(GetSecurityDescriptorDacl(room, &present, &dacl, &defaulted) && present && dacl);
    return dacl->AceCount;
}

/* --- made ----------------------------------------------------------------------------------- */

static void close_made(void)
{
    ok_succeeds(CloseHandle(made));
    made = NULL;
}

static void greet_broker(void)
{
    made = CreateEventA(NULL, TRUE, FALSE, A_("greeting"));
    require(made != NULL);
    close_made();
}

static uint32_t run_event(void)
{
    made = CreateEventA(&with_list, TRUE, FALSE, NULL);
    return fault_result(made != NULL);
}

static uint32_t run_section(void)
{
    made = CreateFileMappingA(INVALID_HANDLE_VALUE, &with_list, PAGE_READWRITE, 0, 4096, NULL);
    return fault_result(made != NULL);
}

static uint32_t run_named_event(void)
{
    made = CreateEventA(&with_list, TRUE, FALSE, A_("event"));
    return fault_result(made != NULL);
}

static uint32_t run_named_section(void)
{
    made = CreateFileMappingA(INVALID_HANDLE_VALUE, &with_list, PAGE_READWRITE, 0, 4096,
                              A_("section"));
    return fault_result(made != NULL);
}

/* How messages are lost is library.c's to look at. */
#define TALK (FAULT_BIT(SEND) | FAULT_BIT(RECV) | FAULT_BIT(SOCKET) | FAULT_BIT(CONNECT))

TEST_DEADLINE(an_object_with_a_descriptor_is_made_whole_or_not_at_all, "13.6 13.8", 120)
{
    static const struct fault_call calls[] = {
        {"CreateEvent, descriptor", NULL, run_event, close_made, FAULT_MEMORY, 0, 0},
        {"CreateFileMapping, descriptor", NULL, run_section, close_made,
         FAULT_MEMORY | FAULT_BIT(MEMFD), 0, 0},
        {"CreateEvent, named, descriptor", greet_broker, run_named_event, close_made, FAULT_MEMORY,
         0, TALK},
        {"CreateFileMapping, named, descriptor", greet_broker, run_named_section, close_made,
         FAULT_MEMORY, 0, TALK},
    };

    make_descriptors();
    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
}

/* --- widened -------------------------------------------------------------------------------- */

static uint32_t run_widen(void)
{
    HANDLE self = GetCurrentProcess();

    return fault_result(DuplicateHandle(self, reader, self, &made, GENERIC_ALL, FALSE, 0));
}

static void close_both(void)
{
    ok_succeeds(CloseHandle(reader));
    ok_succeeds(CloseHandle(source));
    source = reader = NULL;
}

static void walk_widen(const char *text, const char *name)
{
    struct fault_call call = {text, NULL, run_widen, close_made, FAULT_MEMORY, 0, TALK};
    HANDLE self = GetCurrentProcess();

    source = CreateFileMappingA(INVALID_HANDLE_VALUE, &with_list, PAGE_READWRITE, 0, 4096, name);
    require(source != NULL);
    require(DuplicateHandle(self, source, self, &reader, FILE_MAP_READ, FALSE, 0));
    fault_walk_call(&call);
    ok_eq(entries(), 1);
    close_both();
}

TEST_DEADLINE(a_copy_with_more_rights_is_made_whole_or_not_at_all, "12.10", 120)
{
    make_descriptors();
    walk_widen("DuplicateHandle, more rights", NULL);
    walk_widen("DuplicateHandle, more rights, named", A_("widened"));
}

/* --- asked and changed ---------------------------------------------------------------------- */

static uint32_t run_get(void)
{
    DWORD room[128], needed;

    return fault_result(
        GetKernelObjectSecurity(source, DACL_SECURITY_INFORMATION, room, sizeof(room), &needed));
}

static uint32_t run_get_parts(void)
{
    PSECURITY_DESCRIPTOR told = NULL;
    DWORD error = GetSecurityInfo(source, SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL,
                                  NULL, NULL, &told);

    if (error == ERROR_SUCCESS)
        LocalFree(told);
    return error;
}

/* What an earlier failure left must be the old one. */
static void begin_open(void)
{
    ok_eq(entries(), 1);
}

static void begin_open_again(void)
{
    ok_succeeds(SetKernelObjectSecurity(source, DACL_SECURITY_INFORMATION, &descriptors[1]));
}

static uint32_t run_set(void)
{
    return fault_result(
        SetKernelObjectSecurity(source, DACL_SECURITY_INFORMATION, &descriptors[0]));
}

static void walk_change(HANDLE handle, const char *get, const char *parts, const char *set)
{
    const struct fault_call calls[] = {
        {get, NULL, run_get, NULL, FAULT_MEMORY, 0, TALK},
        {parts, NULL, run_get_parts, NULL, FAULT_MEMORY, 0, TALK},
        {set, begin_open, run_set, begin_open_again, FAULT_MEMORY, 0, TALK},
    };

    require(handle != NULL);
    source = handle;
    begin_open_again();
    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
    begin_open();
    if (handle != GetCurrentProcess() && handle != GetCurrentThread())
        ok_succeeds(CloseHandle(handle));
    source = NULL;
}

TEST_DEADLINE(a_descriptor_is_changed_wholly_or_not_at_all, "13.31 13.36", 120)
{
    make_descriptors();
    walk_change(CreateEventA(NULL, TRUE, FALSE, NULL), "GetKernelObjectSecurity", "GetSecurityInfo",
                "SetKernelObjectSecurity");
    walk_change(CreateEventA(NULL, TRUE, FALSE, A_("changed")), "GetKernelObjectSecurity, named",
                "GetSecurityInfo, named", "SetKernelObjectSecurity, named");
    walk_change(GetCurrentProcess(), "GetKernelObjectSecurity, process", "GetSecurityInfo, process",
                "SetKernelObjectSecurity, process");
    walk_change(GetCurrentThread(), "GetKernelObjectSecurity, thread", "GetSecurityInfo, thread",
                "SetKernelObjectSecurity, thread");
}
