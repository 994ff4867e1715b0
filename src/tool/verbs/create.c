// SPDX-License-Identifier: MIT
/*
 * Making an object of each kind for `ntshm create`.
 */
#include "tool/verbs/create.h"

#include <sddl.h>
#include <stdlib.h>
#include <string.h>

#include "tool/kit/output.h"
#include "tool/names/names.h"
#include "tool/tool.h"
#include "tool/verbs/timer.h"

/* A section in Global\ that is not there yet takes a privilege: no descriptor could be asked for
 * it. */
static void say_not_created(const struct nt_create *create, DWORD error)
{
    struct nt_named named;
    char clean[512];

    if (error == ERROR_ACCESS_DENIED && create->kind == NT_KIND_SECTION &&
        strncmp(create->name, "Global\\", strlen("Global\\")) == 0 &&
        nt_name_open_kinds(create->name, NULL, &named) == ERROR_FILE_NOT_FOUND)
        nt_tool_error("'%s' cannot be created: a section in Global\\ takes root, or the group that "
                      "the broker was told (--global-group; ntshm-global where systemd runs it)",
                      nt_output_clean(create->name, clean, sizeof(clean)));
    else
        nt_name_failed(create->name, "created", error);
}

static HANDLE create_section(const struct nt_create *create, SECURITY_ATTRIBUTES *security,
                             const wchar_t *name)
{
    DWORD node =
        create->given & 1u << NT_CREATE_NODE ? (DWORD)create->node : NUMA_NO_PREFERRED_NODE;
    bool writes = (create->protect & (PAGE_READWRITE | PAGE_EXECUTE_READWRITE)) != 0;
    HANDLE file = INVALID_HANDLE_VALUE, section;
    wchar_t *path;
    DWORD error;

    if (create->file) {
        path = nt_name_wide(create->file);
        if (path)
            file = CreateFileW(path, GENERIC_READ | (writes ? GENERIC_WRITE : 0),
                               FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                               OPEN_EXISTING, 0, NULL);
        error = GetLastError();
        free(path);
        if (file == INVALID_HANDLE_VALUE) {
            nt_name_file_not_opened(create->file, error);
            return NULL;
        }
    }
    section = CreateFileMappingNumaW(file, security, create->protect, (DWORD)(create->size >> 32),
                                     (DWORD)create->size, name, node);
    error = GetLastError();
    if (file != INVALID_HANDLE_VALUE)
        CloseHandle(file);
    if (!section)
        say_not_created(create, error);
    SetLastError(error);
    return section;
}

/* A timer that is there already is not started anew. */
static HANDLE create_timer(const struct nt_create *create, SECURITY_ATTRIBUTES *security,
                           const wchar_t *name)
{
    HANDLE timer = CreateWaitableTimerW(security, create->manual, name);
    DWORD error = GetLastError();

    if (timer && error != ERROR_ALREADY_EXISTS && create->given & 1u << NT_CREATE_DUE &&
        !nt_timer_start(timer, create->due, create->period)) {
        error = GetLastError();
        CloseHandle(timer);
        timer = NULL;
    }
    SetLastError(error);
    return timer;
}

/* Nor does a job that is there already get other limits. */
static HANDLE create_job(const struct nt_create *create, SECURITY_ATTRIBUTES *security,
                         const wchar_t *name)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {.BasicLimitInformation.LimitFlags = 0};
    JOBOBJECT_BASIC_LIMIT_INFORMATION *basic = &limits.BasicLimitInformation;
    HANDLE job = CreateJobObjectW(security, name);
    DWORD error = GetLastError();

    if (create->most) {
        basic->LimitFlags |= JOB_OBJECT_LIMIT_ACTIVE_PROCESS;
        basic->ActiveProcessLimit = (DWORD)create->most;
    }
    if (create->kill_on_close)
        basic->LimitFlags |= JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    if (job && error != ERROR_ALREADY_EXISTS && basic->LimitFlags &&
        !SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof(limits))) {
        error = GetLastError();
        CloseHandle(job);
        job = NULL;
    }
    SetLastError(error);
    return job;
}

static HANDLE create_kind(const struct nt_create *create, SECURITY_ATTRIBUTES *security,
                          const wchar_t *name)
{
    switch (create->kind) {
    case NT_KIND_SECTION:
        return create_section(create, security, name);
    case NT_KIND_EVENT:
        return CreateEventW(security, create->manual, create->set, name);
    case NT_KIND_MUTANT:
        return CreateMutexW(security, create->owned, name);
    case NT_KIND_SEMAPHORE:
        return CreateSemaphoreW(security, (LONG)create->count, (LONG)create->maximum, name);
    case NT_KIND_TIMER:
        return create_timer(create, security, name);
    default:
        return create_job(create, security, name);
    }
}

static bool parse_descriptor(const char *text, PSECURITY_DESCRIPTOR *ret_descriptor)
{
    if (ConvertStringSecurityDescriptorToSecurityDescriptorA(text, SDDL_REVISION_1, ret_descriptor,
                                                             NULL))
        return true;
    nt_name_failed(text, "read as SDDL", GetLastError());
    return false;
}

HANDLE nt_create_object(const struct nt_create *create, bool *ret_existed)
{
    SECURITY_ATTRIBUTES security = {.nLength = sizeof(security)};
    wchar_t *name = nt_name_wide(create->name);
    HANDLE handle = NULL;
    DWORD error;

    if (!name) {
        nt_name_failed(create->name, "created", GetLastError());
        return NULL;
    }
    if (create->descriptor &&
        !parse_descriptor(create->descriptor, &security.lpSecurityDescriptor)) {
        free(name);
        return NULL;
    }
    handle = create_kind(create, &security, name);
    error = GetLastError();
    LocalFree(security.lpSecurityDescriptor);
    free(name);
    *ret_existed = error == ERROR_ALREADY_EXISTS;
    if (!handle && create->kind != NT_KIND_SECTION)
        nt_name_failed(create->name, "created", error);
    if (!handle || !*ret_existed || !create->exclusive)
        return handle;
    CloseHandle(handle);
    nt_name_failed(create->name, "created", ERROR_ALREADY_EXISTS);
    return NULL;
}
