// SPDX-License-Identifier: MIT
/*
 * The works; see work.h. Names are per process, so that runs do not meet.
 */
#include "bench/work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_DIGITS 8

const char *bench_work_failed(const char *what)
{
    static char text[120];

    snprintf(text, sizeof(text), "%s: error %lu", what, (unsigned long)GetLastError());
    return text;
}

/* --- names ----------------------------------------------------------------------------------- */

static void append_digits(WCHAR *at, unsigned long number)
{
    for (int i = NAME_DIGITS - 1; i >= 0; i--, number /= 10)
        at[i] = (WCHAR)('0' + number % 10);
    at[NAME_DIGITS] = 0;
}

void bench_work_name(struct bench_work_state *state, const char *prefix, const char *text)
{
    char start[48];
    size_t length;

    snprintf(start, sizeof(start), "%sbench-%s-%lu-", prefix, text,
             (unsigned long)GetCurrentProcessId());
    length = strlen(start);
    for (size_t i = 0; i < length; i++)
        state->name[i] = (WCHAR)start[i];
    state->digits = length;
    append_digits(state->name + length, 0);
}

void bench_work_next_name(struct bench_work_state *state)
{
    append_digits(state->name + state->digits, ++state->counter);
}

static HANDLE new_section(const WCHAR *name)
{
    return CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, BENCH_VIEW_SIZE, name);
}

/* --- unnamed sections ------------------------------------------------------------------------- */

static const char *unnamed_begin(struct bench_work_state *state)
{
    (void)state;
    return NULL;
}

static const char *unnamed_run(struct bench_work_state *state, unsigned n)
{
    (void)state;
    for (unsigned i = 0; i < n; i++) {
        HANDLE section = new_section(NULL);
        volatile unsigned char *view;

        if (!section)
            return bench_work_failed("CreateFileMapping");
        view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
        if (!view)
            return bench_work_failed("MapViewOfFile");
        if (*view != 0)
            return "a new section is not zero";
        *view = 1;
        if (!UnmapViewOfFile((const void *)view))
            return bench_work_failed("UnmapViewOfFile");
        if (!CloseHandle(section))
            return bench_work_failed("CloseHandle");
    }
    return NULL;
}

/* The cycle once more, watching that the memory is the section's: two views of it agree. */
static const char *unnamed_check(struct bench_work_state *state)
{
    HANDLE section = new_section(NULL);
    volatile unsigned *first = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    volatile unsigned *second = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    unsigned seen;

    (void)state;
    if (!section || !first || !second)
        return bench_work_failed("a section with two views");
    *first = BENCH_MAGIC;
    seen = *second;
    UnmapViewOfFile((const void *)first);
    UnmapViewOfFile((const void *)second);
    CloseHandle(section);
    return seen == BENCH_MAGIC ? NULL : "two views of one section differ";
}

/* --- views, among @parameter others ----------------------------------------------------------- */

static const char *views_begin(struct bench_work_state *state)
{
    state->section = new_section(NULL);
    if (!state->section)
        return bench_work_failed("CreateFileMapping");
    state->view = MapViewOfFile(state->section, FILE_MAP_WRITE, 0, 0, 0);
    if (!state->view)
        return bench_work_failed("MapViewOfFile");
    memcpy(state->view, &(unsigned){BENCH_MAGIC}, sizeof(unsigned));
    if (!UnmapViewOfFile(state->view))
        return bench_work_failed("UnmapViewOfFile");
    for (unsigned i = 0; i < state->parameter; i++) {
        state->view = MapViewOfFile(state->section, FILE_MAP_WRITE, 0, 0, 0);
        if (!state->view)
            return bench_work_failed("MapViewOfFile of a live view");
    }
    return NULL;
}

static const char *views_run(struct bench_work_state *state, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        void *view = MapViewOfFile(state->section, FILE_MAP_WRITE, 0, 0, 0);

        if (!view)
            return bench_work_failed("MapViewOfFile");
        if (!UnmapViewOfFile(view))
            return bench_work_failed("UnmapViewOfFile");
    }
    return NULL;
}

static const char *views_check(struct bench_work_state *state)
{
    unsigned *view = MapViewOfFile(state->section, FILE_MAP_WRITE, 0, 0, 0);
    unsigned seen;

    if (!view)
        return bench_work_failed("MapViewOfFile");
    seen = *view;
    UnmapViewOfFile(view);
    if (seen != BENCH_MAGIC)
        return "a view does not show its section";
    /* The last live view is one, and shows it too. */
    if (state->parameter && *(unsigned *)state->view != BENCH_MAGIC)
        return "a live view does not show its section";
    return NULL;
}

/* --- changes to a view's pages, among @parameter others ----------------------------------------
 */

static const char *protect_begin(struct bench_work_state *state)
{
    const char *failed = views_begin(state);

    if (failed)
        return failed;
    state->view = MapViewOfFile(state->section, FILE_MAP_WRITE, 0, 0, 0);
    return state->view ? NULL : bench_work_failed("MapViewOfFile");
}

static const char *protect_run(struct bench_work_state *state, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        DWORD old;

        if (!VirtualProtect(state->view, 4096, i & 1 ? PAGE_READWRITE : PAGE_READONLY, &old))
            return bench_work_failed("VirtualProtect");
    }
    return NULL;
}

static const char *protect_check(struct bench_work_state *state)
{
    MEMORY_BASIC_INFORMATION info;
    DWORD old;

    if (!VirtualProtect(state->view, 4096, PAGE_READONLY, &old) ||
        VirtualQuery(state->view, &info, sizeof(info)) != sizeof(info))
        return bench_work_failed("VirtualProtect");
    return info.Protect == PAGE_READONLY && info.RegionSize == 4096
               ? NULL
               : "a protected page does not say so";
}

/* A fresh section whose pages are committed one after the other. */
static const char *new_reserve(struct bench_work_state *state)
{
    if (state->view && !UnmapViewOfFile(state->view))
        return bench_work_failed("UnmapViewOfFile");
    if (state->other)
        CloseHandle(state->other);
    state->committed = 0;
    state->view = NULL;
    state->other = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | SEC_RESERVE, 0,
                                      BENCH_RESERVE_SIZE, NULL);
    if (state->other)
        state->view = MapViewOfFile(state->other, FILE_MAP_WRITE, 0, 0, 0);
    return state->view ? NULL : bench_work_failed("a SEC_RESERVE section");
}

static const char *commit_begin(struct bench_work_state *state)
{
    const char *failed = views_begin(state);

    if (failed)
        return failed;
    state->view = NULL;
    return new_reserve(state);
}

static const char *commit_run(struct bench_work_state *state, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (state->committed == BENCH_RESERVE_SIZE) {
            const char *failed = new_reserve(state);

            if (failed)
                return failed;
        }
        if (!VirtualAlloc(state->view + state->committed, 4096, MEM_COMMIT, PAGE_READWRITE))
            return bench_work_failed("VirtualAlloc of a view's page");
        state->committed += 4096;
    }
    return NULL;
}

static const char *commit_check(struct bench_work_state *state)
{
    const char *failed = new_reserve(state);
    MEMORY_BASIC_INFORMATION info;

    if (!failed)
        failed = commit_run(state, 1);
    if (failed)
        return failed;
    *(unsigned *)state->view = BENCH_MAGIC;
    if (VirtualQuery(state->view + 4096, &info, sizeof(info)) != sizeof(info))
        return bench_work_failed("VirtualQuery");
    return info.State == MEM_RESERVE ? NULL : "a page that nobody committed is";
}

/* --- named sections ----------------------------------------------------------------- */

static const char *create_begin(struct bench_work_state *state)
{
    bench_work_name(state, "Local\\", "create");
    return NULL;
}

static const char *create_run(struct bench_work_state *state, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        HANDLE section;

        bench_work_next_name(state);
        section = new_section(state->name);
        if (!section || GetLastError() != ERROR_SUCCESS)
            return bench_work_failed("CreateFileMapping of a fresh name");
        if (!CloseHandle(section))
            return bench_work_failed("CloseHandle");
    }
    return NULL;
}

/* A created name can be opened, shows the same memory, and is gone after its last handle. */
static const char *create_check(struct bench_work_state *state)
{
    HANDLE section, again;
    unsigned *first, *second;

    bench_work_next_name(state);
    section = new_section(state->name);
    again = OpenFileMappingW(FILE_MAP_WRITE, FALSE, state->name);
    if (!section || !again)
        return bench_work_failed("create and open of a name");
    first = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    second = MapViewOfFile(again, FILE_MAP_WRITE, 0, 0, 0);
    if (!first || !second)
        return bench_work_failed("MapViewOfFile");
    *first = BENCH_MAGIC;
    if (*second != BENCH_MAGIC)
        return "an opened name shows other memory";
    UnmapViewOfFile(first);
    UnmapViewOfFile(second);
    CloseHandle(section);
    CloseHandle(again);
    again = OpenFileMappingW(FILE_MAP_WRITE, FALSE, state->name);
    return again ? "a name outlived its last handle" : NULL;
}

static const char *open_begin(struct bench_work_state *state)
{
    unsigned *view;

    bench_work_name(state, "Local\\", "open");
    state->section = new_section(state->name);
    if (!state->section)
        return bench_work_failed("CreateFileMapping");
    view = MapViewOfFile(state->section, FILE_MAP_WRITE, 0, 0, 0);
    if (!view)
        return bench_work_failed("MapViewOfFile");
    *view = BENCH_MAGIC;
    UnmapViewOfFile(view);
    return NULL;
}

static const char *open_and_close(struct bench_work_state *state, unsigned n, DWORD access)
{
    for (unsigned i = 0; i < n; i++) {
        HANDLE section = OpenFileMappingW(access, FALSE, state->name);

        if (!section)
            return bench_work_failed("OpenFileMapping");
        if (!CloseHandle(section))
            return bench_work_failed("CloseHandle");
    }
    return NULL;
}

static const char *open_run(struct bench_work_state *state, unsigned n)
{
    return open_and_close(state, n, FILE_MAP_WRITE);
}

static const char *open_read_run(struct bench_work_state *state, unsigned n)
{
    return open_and_close(state, n, FILE_MAP_READ);
}

static const char *check_opened(struct bench_work_state *state, DWORD access)
{
    HANDLE section = OpenFileMappingW(access, FALSE, state->name);
    unsigned *view = section ? MapViewOfFile(section, access, 0, 0, 0) : NULL;
    unsigned seen;

    if (!view)
        return bench_work_failed("open and map");
    seen = *view;
    UnmapViewOfFile(view);
    CloseHandle(section);
    return seen == BENCH_MAGIC ? NULL : "an opened name shows other memory";
}

static const char *open_check(struct bench_work_state *state)
{
    return check_opened(state, FILE_MAP_WRITE);
}

static const char *open_read_check(struct bench_work_state *state)
{
    HANDLE section = OpenFileMappingW(FILE_MAP_READ, FALSE, state->name);
    void *view = section ? MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0) : NULL;

    if (view)
        return "a handle for reading gave a view for writing";
    CloseHandle(section);
    return check_opened(state, FILE_MAP_READ);
}

static const char *missing_begin(struct bench_work_state *state)
{
    bench_work_name(state, "Local\\", "missing");
    return NULL;
}

static const char *missing_run(struct bench_work_state *state, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (OpenFileMappingW(FILE_MAP_READ, FALSE, state->name))
            return "a missing name was opened";
    }
    return GetLastError() == ERROR_FILE_NOT_FOUND ? NULL
                                                  : bench_work_failed("open of a missing name");
}

static const char *missing_check(struct bench_work_state *state)
{
    return missing_run(state, 1);
}

/* --- events ------------------------------------------------------------------------- */

static const char *event_begin(struct bench_work_state *state)
{
    state->event = CreateEventW(NULL, FALSE, FALSE, NULL);
    return state->event ? NULL : bench_work_failed("CreateEvent");
}

static const char *event_set_run(struct bench_work_state *state, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (!SetEvent(state->event))
            return bench_work_failed("SetEvent");
    }
    return NULL;
}

static const char *event_set_check(struct bench_work_state *state)
{
    return WaitForSingleObject(state->event, 0) == WAIT_OBJECT_0 ? NULL : "the event was not set";
}

static const char *event_take_run(struct bench_work_state *state, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (!SetEvent(state->event))
            return bench_work_failed("SetEvent");
        if (WaitForSingleObject(state->event, INFINITE) != WAIT_OBJECT_0)
            return bench_work_failed("WaitForSingleObject");
    }
    return NULL;
}

static const char *event_look_run(struct bench_work_state *state, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (WaitForSingleObject(state->event, 0) != WAIT_TIMEOUT)
            return bench_work_failed("a wait for an event that is not set");
    }
    return NULL;
}

static const char *event_clear_check(struct bench_work_state *state)
{
    return event_look_run(state, 1);
}

/* --- two processes and two events --------------------------------------------------- */

#define PING_NAME L"Local\\bench-ping"
#define PONG_NAME L"Local\\bench-pong"
#define STOP_NAME L"Local\\bench-stop"

/* The pong opens these; state->section is the event that says stop. */
static const char *ping_begin(struct bench_work_state *state)
{
    state->event = CreateEventW(NULL, FALSE, FALSE, PING_NAME);
    state->other = CreateEventW(NULL, FALSE, FALSE, PONG_NAME);
    state->section = CreateEventW(NULL, TRUE, FALSE, STOP_NAME);
    if (!state->event || !state->other || !state->section)
        return bench_work_failed("CreateEvent of a name");
    return NULL;
}

static const char *ping_run(struct bench_work_state *state, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (!SetEvent(state->event))
            return bench_work_failed("SetEvent");
        if (WaitForSingleObject(state->other, INFINITE) != WAIT_OBJECT_0)
            return bench_work_failed("no pong");
    }
    return NULL;
}

static const char *ping_check(struct bench_work_state *state)
{
    const char *failed = ping_run(state, 1);

    if (failed)
        return failed;
    return WaitForSingleObject(state->other, 0) == WAIT_TIMEOUT ? NULL : "two pongs for one ping";
}

const char *bench_pong(void)
{
    HANDLE ping = OpenEventW(EVENT_ALL_ACCESS, FALSE, PING_NAME);
    HANDLE pong = OpenEventW(EVENT_ALL_ACCESS, FALSE, PONG_NAME);
    HANDLE stop = OpenEventW(EVENT_ALL_ACCESS, FALSE, STOP_NAME);

    if (!ping || !pong || !stop)
        return bench_work_failed("OpenEvent");
    while (WaitForSingleObject(ping, INFINITE) == WAIT_OBJECT_0) {
        if (WaitForSingleObject(stop, 0) == WAIT_OBJECT_0)
            return NULL;
        if (!SetEvent(pong))
            return bench_work_failed("SetEvent");
    }
    return bench_work_failed("WaitForSingleObject");
}

void bench_pong_stop(struct bench_work_state *state)
{
    SetEvent(state->section);
    SetEvent(state->event);
}

/* --- memory ------------------------------------------------------------------------- */

static const char *query_run(struct bench_work_state *state, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        MEMORY_BASIC_INFORMATION info;

        if (VirtualQuery(state->view, &info, sizeof(info)) != sizeof(info))
            return bench_work_failed("VirtualQuery");
        if (info.AllocationBase != state->view)
            return "VirtualQuery tells of another region";
    }
    return NULL;
}

/* The view that is asked about stands beside @parameter others. */
static const char *query_begin(struct bench_work_state *state)
{
    const char *failed = views_begin(state);

    if (failed)
        return failed;
    state->view = MapViewOfFile(state->section, FILE_MAP_WRITE, 0, 0, 0);
    return state->view ? NULL : bench_work_failed("MapViewOfFile");
}

static const char *query_check(struct bench_work_state *state)
{
    MEMORY_BASIC_INFORMATION info;

    if (VirtualQuery(state->view + 4096, &info, sizeof(info)) != sizeof(info))
        return bench_work_failed("VirtualQuery");
    return info.RegionSize == BENCH_VIEW_SIZE - 4096 && info.Type == MEM_MAPPED &&
                   info.State == MEM_COMMIT && info.Protect == PAGE_READWRITE
               ? NULL
               : "VirtualQuery of a view is wrong";
}

static const struct bench_work works[] = {
    {"unnamed_cycle", unnamed_begin, unnamed_run, unnamed_check},
    {"protect", protect_begin, protect_run, protect_check},
    {"commit", commit_begin, commit_run, commit_check},
    {"views", views_begin, views_run, views_check},
    {"named_create", create_begin, create_run, create_check},
    {"named_open", open_begin, open_run, open_check},
    {"named_open_read", open_begin, open_read_run, open_read_check},
    {"named_missing", missing_begin, missing_run, missing_check},
    {"event_set", event_begin, event_set_run, event_set_check},
    {"event_take", event_begin, event_take_run, event_clear_check},
    {"event_look", event_begin, event_look_run, event_clear_check},
    {"event_ping_pong", ping_begin, ping_run, ping_check},
    {"query_own", query_begin, query_run, query_check},
};

const struct bench_work *bench_work_find(const char *id)
{
    const struct bench_work *work = bench_security_work_find(id);

    if (!work)
        work = bench_sync_work_find(id);
    for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++) {
        if (strcmp(works[i].id, id) == 0)
            return &works[i];
    }
    return work ? work : bench_space_work_find(id);
}
