// SPDX-License-Identifier: MIT
/*
 * The table of kinds_kit.h.
 */
#include "api/kinds_kit.h"

#include <string.h>

#define READ_OF(rights)    (READ_CONTROL | (rights))
#define EXECUTE_OF(rights) (READ_CONTROL | SYNCHRONIZE | (rights))

static HANDLE create_section(SECURITY_ATTRIBUTES *security, const wchar_t *name)
{
    return CreateFileMappingW(INVALID_HANDLE_VALUE, security, PAGE_READWRITE, 0, PAGE, name);
}

static NTSTATUS nt_create_section(PHANDLE handle, DWORD access, OBJECT_ATTRIBUTES *attributes)
{
    LARGE_INTEGER size = {.QuadPart = (LONGLONG)PAGE};

    return NtCreateSection(handle, access, attributes, &size, PAGE_READWRITE, SEC_COMMIT, NULL);
}

static HANDLE create_event(SECURITY_ATTRIBUTES *security, const wchar_t *name)
{
    return CreateEventW(security, FALSE, FALSE, name);
}

static NTSTATUS nt_create_event(PHANDLE handle, DWORD access, OBJECT_ATTRIBUTES *attributes)
{
    return NtCreateEvent(handle, access, attributes, NotificationEvent, FALSE);
}

static HANDLE create_mutex(SECURITY_ATTRIBUTES *security, const wchar_t *name)
{
    return CreateMutexW(security, FALSE, name);
}

static NTSTATUS nt_create_mutex(PHANDLE handle, DWORD access, OBJECT_ATTRIBUTES *attributes)
{
    return NtCreateMutant(handle, access, attributes, FALSE);
}

static HANDLE create_semaphore(SECURITY_ATTRIBUTES *security, const wchar_t *name)
{
    return CreateSemaphoreW(security, 0, 2, name);
}

static NTSTATUS nt_create_semaphore(PHANDLE handle, DWORD access, OBJECT_ATTRIBUTES *attributes)
{
    return NtCreateSemaphore(handle, access, attributes, 0, 2);
}

static HANDLE create_timer(SECURITY_ATTRIBUTES *security, const wchar_t *name)
{
    return CreateWaitableTimerW(security, TRUE, name);
}

static NTSTATUS nt_create_timer(PHANDLE handle, DWORD access, OBJECT_ATTRIBUTES *attributes)
{
    return NtCreateTimer(handle, access, attributes, NotificationTimer);
}

const struct kind kinds[N_KINDS] = {
    [KIND_SECTION] = {"section", L"Section", SECTION_ALL, READ_OF(SECTION_QUERY | SECTION_MAP_READ),
                      READ_OF(SECTION_MAP_WRITE), READ_OF(SECTION_MAP_EXECUTE), false,
                      create_section, OpenFileMappingW, nt_create_section, NtOpenSection},
    [KIND_EVENT] = {"event", L"Event", EVENT_ALL_ACCESS, READ_OF(1), READ_OF(EVENT_MODIFY_STATE),
                    EXECUTE_OF(0), true, create_event, OpenEventW, nt_create_event, NtOpenEvent},
    [KIND_MUTEX] = {"mutex", L"Mutant", MUTEX_ALL_ACCESS, READ_OF(1), READ_OF(0), EXECUTE_OF(0),
                    true, create_mutex, OpenMutexW, nt_create_mutex, NtOpenMutant},
    [KIND_SEMAPHORE] = {"semaphore", L"Semaphore", SEMAPHORE_ALL_ACCESS, READ_OF(1),
                        READ_OF(SEMAPHORE_MODIFY_STATE), EXECUTE_OF(0), true, create_semaphore,
                        OpenSemaphoreW, nt_create_semaphore, NtOpenSemaphore},
    [KIND_TIMER] = {"timer", L"Timer", TIMER_ALL_ACCESS, READ_OF(TIMER_QUERY_STATE),
                    READ_OF(TIMER_MODIFY_STATE), EXECUTE_OF(0), true, create_timer,
                    OpenWaitableTimerW, nt_create_timer, NtOpenTimer},
    [KIND_JOB] =
        {"job", L"Job", STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 0x3F, READ_OF(JOB_OBJECT_QUERY),
         READ_OF(JOB_OBJECT_ASSIGN_PROCESS | JOB_OBJECT_SET_ATTRIBUTES | JOB_OBJECT_TERMINATE),
         EXECUTE_OF(0), true, CreateJobObjectW, OpenJobObjectW, NtCreateJobObject, NtOpenJobObject},
};

HANDLE new_kind(const struct kind *kind, SECURITY_ATTRIBUTES *security, const wchar_t *name)
{
    HANDLE handle = kind->create(security, name);

    require(handle != NULL, "%s: error %u", kind->text, (unsigned)GetLastError());
    return handle;
}

const wchar_t *type_of(HANDLE handle)
{
    static union {
        OBJECT_TYPE_INFORMATION type;
        char bytes[2048];
    } answer;
    ULONG length = 0;

    memset(&answer, 0, sizeof(answer));
    ok_status(NtQueryObject(handle, ObjectTypeInformation, &answer, sizeof(answer), &length),
              STATUS_SUCCESS);
    return answer.type.TypeName.Buffer ? answer.type.TypeName.Buffer : L"";
}
