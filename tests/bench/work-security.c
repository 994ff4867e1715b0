// SPDX-License-Identifier: MIT
/*
 * Works of names that carry a descriptor: made with one, opened past one, in a private namespace,
 * asked for, and widened; and what is done with descriptors alone.
 */
#include "bench/work.h"

#include <sddl.h>
#include <string.h>

/* An entry that says no and one that says yes; nobody may extend (0x10). */
#define SECURITY_TEXT L"O:BAG:SYD:(D;;0x10;;;WD)(A;;0xf000f;;;BA)(A;;0xf000f;;;WD)"

#define PARTS         (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION)

static const char *parse_text(struct bench_work_state *state)
{
    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(SECURITY_TEXT, SDDL_REVISION_1,
                                                              &state->security, NULL))
        return bench_work_failed("ConvertStringSecurityDescriptorToSecurityDescriptor");
    return NULL;
}

static const char *close_all(HANDLE first, HANDLE second)
{
    if (!CloseHandle(first) || (second && !CloseHandle(second)))
        return bench_work_failed("CloseHandle");
    return NULL;
}

static HANDLE new_section(const struct bench_work_state *state, const WCHAR *name)
{
    SECURITY_ATTRIBUTES attributes = {sizeof(attributes), state->security, FALSE};

    return CreateFileMappingW(INVALID_HANDLE_VALUE, &attributes, PAGE_READWRITE, 0, BENCH_VIEW_SIZE,
                              name);
}

/* An object whose DACL has the text's three entries. */
static const char *check_dacl(HANDLE object)
{
    unsigned char bytes[1024];
    BOOL present, defaulted;
    PACL acl = NULL;
    DWORD size;

    if (!GetKernelObjectSecurity(object, PARTS, bytes, sizeof(bytes), &size) ||
        !GetSecurityDescriptorDacl(bytes, &present, &acl, &defaulted))
        return bench_work_failed("GetKernelObjectSecurity");
    return present && acl && acl->AceCount == 3 ? NULL : "an object has another descriptor";
}

/* --- names made and opened ---------------------------------------------------------------------
 */

static const char *create_begin(struct bench_work_state *state)
{
    bench_work_name(state, "Local\\", "secure");
    return parse_text(state);
}

static const char *create_run(struct bench_work_state *state, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        HANDLE section;

        bench_work_next_name(state);
        section = new_section(state, state->name);
        if (!section || GetLastError() != ERROR_SUCCESS)
            return bench_work_failed("CreateFileMapping with a descriptor");
        if (!CloseHandle(section))
            return bench_work_failed("CloseHandle");
    }
    return NULL;
}

static const char *create_check(struct bench_work_state *state)
{
    const char *failed;
    HANDLE section;

    bench_work_next_name(state);
    section = new_section(state, state->name);
    if (!section)
        return bench_work_failed("CreateFileMapping with a descriptor");
    failed = check_dacl(section);
    CloseHandle(section);
    return failed;
}

static const char *open_begin(struct bench_work_state *state)
{
    const char *failed;

    bench_work_name(state, "Local\\", "checked");
    failed = parse_text(state);
    if (failed)
        return failed;
    state->section = new_section(state, state->name);
    return state->section ? NULL : bench_work_failed("CreateFileMapping with a descriptor");
}

static const char *open_run(struct bench_work_state *state, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        HANDLE section = OpenFileMappingW(FILE_MAP_WRITE, FALSE, state->name);

        if (!section)
            return bench_work_failed("OpenFileMapping");
        if (!CloseHandle(section))
            return bench_work_failed("CloseHandle");
    }
    return NULL;
}

/* What the descriptor keeps from everyone is kept. */
static const char *open_check(struct bench_work_state *state)
{
    if (OpenFileMappingW(SECTION_EXTEND_SIZE, FALSE, state->name))
        return "a right that is denied was granted";
    if (GetLastError() != ERROR_ACCESS_DENIED)
        return bench_work_failed("an open that must be denied");
    return open_run(state, 1);
}

/* --- a private namespace -----------------------------------------------------------------------
 */

#define SPACE L"bench-space"

static const char *space_begin(struct bench_work_state *state)
{
    HANDLE boundary = CreateBoundaryDescriptorW(SPACE, 0);
    SID everyone = {SID_REVISION, 1, {SECURITY_WORLD_SID_AUTHORITY}, {SECURITY_WORLD_RID}};

    if (!boundary || !AddSIDToBoundaryDescriptor(&boundary, &everyone))
        return bench_work_failed("CreateBoundaryDescriptor");
    state->other = CreatePrivateNamespaceW(NULL, boundary, SPACE);
    if (!state->other)
        return bench_work_failed("CreatePrivateNamespace");
    DeleteBoundaryDescriptor(boundary);
    bench_work_name(state, "bench-space\\", "in");
    state->section = new_section(state, state->name);
    return state->section ? NULL : bench_work_failed("CreateFileMapping in a namespace");
}

/* Outside it there is no such name. */
static const char *space_check(struct bench_work_state *state)
{
    if (OpenFileMappingW(FILE_MAP_READ, FALSE, state->name + wcslen(SPACE L"\\")))
        return "a name of a private namespace is not private";
    return open_run(state, 1);
}

/* --- events ------------------------------------------------------------------------------------
 */

static const char *event_begin(struct bench_work_state *state)
{
    bench_work_name(state, "Local\\", "event");
    return NULL;
}

static const char *event_run(struct bench_work_state *state, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        HANDLE made, opened;
        const char *failed;

        bench_work_next_name(state);
        made = CreateEventW(NULL, FALSE, FALSE, state->name);
        if (!made || GetLastError() != ERROR_SUCCESS)
            return bench_work_failed("CreateEvent of a fresh name");
        opened = OpenEventW(EVENT_MODIFY_STATE | SYNCHRONIZE, FALSE, state->name);
        if (!opened)
            return bench_work_failed("OpenEvent");
        failed = close_all(made, opened);
        if (failed)
            return failed;
    }
    return NULL;
}

static const char *event_check(struct bench_work_state *state)
{
    HANDLE made, opened;
    BOOL is_set;

    bench_work_next_name(state);
    made = CreateEventW(NULL, FALSE, FALSE, state->name);
    opened = OpenEventW(EVENT_MODIFY_STATE, FALSE, state->name);
    if (!made || !opened || !SetEvent(opened))
        return bench_work_failed("create, open and set of an event");
    is_set = WaitForSingleObject(made, 0) == WAIT_OBJECT_0;
    close_all(made, opened);
    return is_set ? NULL : "an opened event is another one";
}

/* --- descriptors -------------------------------------------------------------------------------
 */

static const char *get_run(struct bench_work_state *state, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        unsigned char bytes[1024];
        DWORD size;

        if (!GetKernelObjectSecurity(state->section, PARTS, bytes, sizeof(bytes), &size))
            return bench_work_failed("GetKernelObjectSecurity");
    }
    return NULL;
}

static const char *get_check(struct bench_work_state *state)
{
    return check_dacl(state->section);
}

static const char *access_begin(struct bench_work_state *state)
{
    HANDLE token;

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_DUPLICATE, &token) ||
        !DuplicateToken(token, SecurityImpersonation, &state->other))
        return bench_work_failed("DuplicateToken");
    CloseHandle(token);
    return parse_text(state);
}

static const char *check_access(struct bench_work_state *state, DWORD desired, BOOL expected)
{
    GENERIC_MAPPING mapping = {0x20005, 0x20002, 0x20008, 0xf001f};
    PRIVILEGE_SET privileges;
    DWORD size = sizeof(privileges), granted;
    BOOL is_granted;

    if (!AccessCheck(state->security, state->other, desired, &mapping, &privileges, &size, &granted,
                     &is_granted))
        return bench_work_failed("AccessCheck");
    return is_granted == expected ? NULL : "AccessCheck says something else";
}

static const char *access_run(struct bench_work_state *state, unsigned n)
{
    const char *failed = NULL;

    for (unsigned i = 0; i < n && !failed; i++)
        failed = check_access(state, SECTION_MAP_READ | SECTION_MAP_WRITE, TRUE);
    return failed;
}

static const char *access_check(struct bench_work_state *state)
{
    return check_access(state, SECTION_EXTEND_SIZE, FALSE);
}

static const char *no_begin(struct bench_work_state *state)
{
    (void)state;
    return NULL;
}

static const char *parse_run(struct bench_work_state *state, unsigned n)
{
    const char *failed = NULL;

    for (unsigned i = 0; i < n && !failed; i++) {
        failed = parse_text(state);
        if (!failed)
            LocalFree(state->security);
    }
    return failed;
}

static const char *parse_check(struct bench_work_state *state)
{
    SECURITY_DESCRIPTOR_CONTROL control;
    DWORD revision;
    const char *failed = parse_text(state);

    if (failed)
        return failed;
    if (!GetSecurityDescriptorControl(state->security, &control, &revision))
        return bench_work_failed("GetSecurityDescriptorControl");
    return control & SE_DACL_PRESENT ? NULL : "a text with a DACL gave a descriptor without";
}

/* --- more rights than a handle has -------------------------------------------------------------
 */

static const char *widen_named_begin(struct bench_work_state *state)
{
    const char *failed = open_begin(state);

    if (failed)
        return failed;
    state->other = OpenFileMappingW(FILE_MAP_READ, FALSE, state->name);
    return state->other ? NULL : bench_work_failed("OpenFileMapping");
}

static const char *widen_unnamed_begin(struct bench_work_state *state)
{
    HANDLE self = GetCurrentProcess();
    const char *failed = parse_text(state);

    if (failed)
        return failed;
    state->section = new_section(state, NULL);
    if (!state->section ||
        !DuplicateHandle(self, state->section, self, &state->other, SECTION_MAP_READ, FALSE, 0))
        return bench_work_failed("a handle for reading");
    return NULL;
}

static const char *widen_run(struct bench_work_state *state, unsigned n)
{
    HANDLE self = GetCurrentProcess();

    for (unsigned i = 0; i < n; i++) {
        HANDLE wider;

        if (!DuplicateHandle(self, state->other, self, &wider, SECTION_MAP_WRITE, FALSE, 0))
            return bench_work_failed("DuplicateHandle");
        if (!CloseHandle(wider))
            return bench_work_failed("CloseHandle");
    }
    return NULL;
}

/* The wider handle writes what the other one reads; what is denied is not to be had. */
static const char *widen_check(struct bench_work_state *state)
{
    HANDLE self = GetCurrentProcess(), wider;
    unsigned *first, *second;
    unsigned seen;

    if (DuplicateHandle(self, state->other, self, &wider, SECTION_EXTEND_SIZE, FALSE, 0))
        return "a right that is denied was granted";
    if (!DuplicateHandle(self, state->other, self, &wider, SECTION_MAP_WRITE, FALSE, 0))
        return bench_work_failed("DuplicateHandle");
    first = MapViewOfFile(wider, FILE_MAP_WRITE, 0, 0, 0);
    second = MapViewOfFile(state->other, FILE_MAP_READ, 0, 0, 0);
    if (!first || !second)
        return bench_work_failed("MapViewOfFile");
    *first = BENCH_MAGIC;
    seen = *second;
    UnmapViewOfFile(first);
    UnmapViewOfFile(second);
    CloseHandle(wider);
    return seen == BENCH_MAGIC ? NULL : "a wider handle shows other memory";
}

static const struct bench_work works[] = {
    {"secure_create", create_begin, create_run, create_check},
    {"secure_open", open_begin, open_run, open_check},
    {"space_open", space_begin, open_run, space_check},
    {"event_create_open", event_begin, event_run, event_check},
    {"get_security", open_begin, get_run, get_check},
    {"access_check", access_begin, access_run, access_check},
    {"sddl_parse", no_begin, parse_run, parse_check},
    {"widen_named", widen_named_begin, widen_run, widen_check},
    {"widen_unnamed", widen_unnamed_begin, widen_run, widen_check},
};

const struct bench_work *bench_security_work_find(const char *id)
{
    for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++) {
        if (strcmp(works[i].id, id) == 0)
            return &works[i];
    }
    return NULL;
}
