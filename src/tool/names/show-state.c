// SPDX-License-Identifier: MIT
/*
 * The state of an object; see show-state.h. Each question fits one type and fails for the others,
 * and for a handle that may not ask: then nothing is added.
 */
#include "tool/names/show-state.h"

#include <ntstatus.h>
#include <stdlib.h>
#include <string.h>
#include <winternl.h>

#include "tool/kit/protection.h"
#include "tool/names/names.h"
#include "util/macro.h"

static void add_text(struct json_object *facts, const char *key, const char *text)
{
    json_object_object_add(facts, key, json_object_new_string(text));
}

static void add_number(struct json_object *facts, const char *key, uint64_t number)
{
    json_object_object_add(facts, key, json_object_new_uint64(number));
}

static void add_flag(struct json_object *facts, const char *key, bool flag)
{
    json_object_object_add(facts, key, json_object_new_boolean(flag));
}

/* --- flags as words --------------------------------------------------------------------------- */

struct flag {
    uint32_t bit;
    const char *name;
};

#define FLAG(name)  \
    {               \
        name, #name \
    }

static const struct flag section_flags[] = {
    FLAG(SEC_FILE),    FLAG(SEC_IMAGE),       FLAG(SEC_RESERVE),      FLAG(SEC_COMMIT),
    FLAG(SEC_NOCACHE), FLAG(SEC_LARGE_PAGES), FLAG(SEC_WRITECOMBINE),
};
static const struct flag job_flags[] = {
    FLAG(JOB_OBJECT_LIMIT_ACTIVE_PROCESS),
    FLAG(JOB_OBJECT_LIMIT_BREAKAWAY_OK),
    FLAG(JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK),
    FLAG(JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE),
};
static void add_flags(struct json_object *facts, const char *key, uint32_t bits,
                      const struct flag *flags, size_t n)
{
    struct json_object *array = json_object_new_array();

    for (size_t i = 0; array && i < n; i++)
        if (bits & flags[i].bit)
            json_object_array_add(array, json_object_new_string(flags[i].name));
    json_object_object_add(facts, key, array);
}

/* --- what the broker tells -------------------------------------------------------------------- */

static void add_described_section(struct json_object *facts,
                                  const struct ntshm_name_description *is)
{
    const char *protection = nt_protection_name(is->protection);

    add_number(facts, "bytes", is->bytes);
    if (is->memory_inode)
        add_number(facts, "used_bytes", is->memory_used);
    if (protection[0])
        add_text(facts, "protection", protection);
    add_flags(facts, "attributes", is->attributes, section_flags, NT_ARRAY_SIZE(section_flags));
    if (is->node != UINT32_MAX)
        add_number(facts, "node", is->node);
}

void nt_state_add_described(struct json_object *facts, const struct ntshm_name_description *is)
{
    if (strcmp(is->type, "Section") == 0)
        add_described_section(facts, is);
    else if (strcmp(is->type, "Event") == 0 || strcmp(is->type, "Timer") == 0)
        add_flag(facts, "manual_reset", is->manual_reset);
}

/* --- what a handle tells ---------------------------------------------------------------------- */

bool nt_state_granted(HANDLE handle, ACCESS_MASK *ret_granted)
{
    PUBLIC_OBJECT_BASIC_INFORMATION basic;
    ULONG length;

    if (!NT_SUCCESS(NtQueryObject(handle, ObjectBasicInformation, &basic, sizeof(basic), &length)))
        return false;
    *ret_granted = basic.GrantedAccess;
    return true;
}

static void add_section(struct json_object *facts, HANDLE handle,
                        const struct ntshm_name_description *is)
{
    SECTION_BASIC_INFORMATION basic;
    uint64_t committed;

    if (!NT_SUCCESS(NtQuerySection(handle, SectionBasicInformation, &basic, sizeof(basic), NULL)))
        return;
    if (!is)
        add_number(facts, "bytes", (uint64_t)basic.Size.QuadPart);
    add_text(facts, "shows",
             basic.Attributes & SEC_IMAGE         ? "an image"
             : basic.Attributes & SEC_FILE        ? "a file"
             : basic.Attributes & SEC_LARGE_PAGES ? "large pages"
             : basic.Attributes & SEC_RESERVE     ? "memory, reserved"
                                                  : "memory");
    if (basic.Attributes & (SEC_IMAGE | SEC_FILE))
        return;
    committed = (uint64_t)basic.Size.QuadPart;
    if (!(basic.Attributes & SEC_RESERVE) || nt_name_committed(handle, committed, &committed))
        add_number(facts, "committed_bytes", committed);
}

static void add_event(struct json_object *facts, HANDLE handle)
{
    EVENT_BASIC_INFORMATION basic;

    if (NT_SUCCESS(NtQueryEvent(handle, EventBasicInformation, &basic, sizeof(basic), NULL)))
        add_flag(facts, "signalled", basic.EventState != 0);
}

static void add_semaphore(struct json_object *facts, HANDLE handle)
{
    SEMAPHORE_BASIC_INFORMATION basic;

    if (!NT_SUCCESS(
            NtQuerySemaphore(handle, SemaphoreBasicInformation, &basic, sizeof(basic), NULL)))
        return;
    add_flag(facts, "signalled", basic.CurrentCount > 0);
    add_number(facts, "count", basic.CurrentCount);
    add_number(facts, "maximum", basic.MaximumCount);
}

static void add_mutant(struct json_object *facts, HANDLE handle)
{
    MUTANT_BASIC_INFORMATION basic;

    if (!NT_SUCCESS(NtQueryMutant(handle, MutantBasicInformation, &basic, sizeof(basic), NULL)))
        return;
    add_flag(facts, "owned", basic.CurrentCount <= 0);
    if (basic.CurrentCount <= 0)
        add_number(facts, "owned_times", (uint64_t)(1 - (int64_t)basic.CurrentCount));
    add_flag(facts, "abandoned", basic.AbandonedState);
}

static void add_timer(struct json_object *facts, HANDLE handle)
{
    TIMER_BASIC_INFORMATION basic;

    if (!NT_SUCCESS(NtQueryTimer(handle, TimerBasicInformation, &basic, sizeof(basic), NULL)))
        return;
    add_flag(facts, "signalled", basic.TimerState);
    if (!basic.TimerState && basic.RemainingTime.QuadPart > 0)
        json_object_object_add(facts, "due_in_seconds",
                               json_object_new_double((double)basic.RemainingTime.QuadPart / 1e7));
}

static void add_members(struct json_object *facts, HANDLE handle)
{
    union {
        JOBOBJECT_BASIC_PROCESS_ID_LIST list;
        char bytes[sizeof(JOBOBJECT_BASIC_PROCESS_ID_LIST) + 4096 * sizeof(ULONG_PTR)];
    } *members = calloc(1, sizeof(*members));
    struct json_object *array = members ? json_object_new_array() : NULL;

    /* A list that is longer than the room is told as far as it goes. */
    if (array && (QueryInformationJobObject(handle, JobObjectBasicProcessIdList, members,
                                            sizeof(*members), NULL) ||
                  GetLastError() == ERROR_MORE_DATA)) {
        for (DWORD i = 0; i < members->list.NumberOfProcessIdsInList; i++)
            json_object_array_add(array, json_object_new_uint64(members->list.ProcessIdList[i]));
    }
    json_object_object_add(facts, "processes", array);
    free(members);
}

static void add_job(struct json_object *facts, HANDLE handle)
{
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION counts;
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits;

    if (!QueryInformationJobObject(handle, JobObjectBasicAccountingInformation, &counts,
                                   sizeof(counts), NULL))
        return;
    add_number(facts, "active_processes", counts.ActiveProcesses);
    add_number(facts, "total_processes", counts.TotalProcesses);
    if (QueryInformationJobObject(handle, JobObjectExtendedLimitInformation, &limits,
                                  sizeof(limits), NULL)) {
        add_flags(facts, "limits", limits.BasicLimitInformation.LimitFlags, job_flags,
                  NT_ARRAY_SIZE(job_flags));
        if (limits.BasicLimitInformation.LimitFlags & JOB_OBJECT_LIMIT_ACTIVE_PROCESS)
            add_number(facts, "most_processes", limits.BasicLimitInformation.ActiveProcessLimit);
    }
    add_members(facts, handle);
}

void nt_state_add(struct json_object *facts, HANDLE handle, const struct ntshm_name_description *is)
{
    char type[NT_NAME_TYPE];

    nt_name_type(handle, type);
    if (strcmp(type, "Section") == 0)
        add_section(facts, handle, is);
    else if (strcmp(type, "Event") == 0)
        add_event(facts, handle);
    else if (strcmp(type, "Semaphore") == 0)
        add_semaphore(facts, handle);
    else if (strcmp(type, "Mutant") == 0)
        add_mutant(facts, handle);
    else if (strcmp(type, "Timer") == 0)
        add_timer(facts, handle);
    else if (strcmp(type, "Job") == 0)
        add_job(facts, handle);
}
