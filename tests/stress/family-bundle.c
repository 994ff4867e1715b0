// SPDX-License-Identifier: MIT
/*
 * The bundle of family.h: making, opening, copying, checking, closing.
 *
 * A check uses each thing: it reads the section and the file, sets the event and waits for it,
 * owns the mutex twice, takes from the semaphore, starts the timer; and where rights are few, it
 * tries what they do not allow. Everything is put back as it was, so that whoever checks next finds
 * the same.
 */
#include "stress/family.h"

#include <stdio.h>
#include <string.h>

#define FEW_COUNT 2 /* of the semaphore */

/* The page file's sections and the file begin with this, and then the number. */
#define MAGIC     0x796c6d66u

struct contents {
    uint32_t magic, number;
};

static const DWORD few_rights[N_ITEMS] = {
    [SECTION] = FILE_MAP_READ,
    [EVENT] = SYNCHRONIZE,
    [MUTEX] = SYNCHRONIZE,
    [SEMAPHORE] = SYNCHRONIZE,
    [TIMER] = SYNCHRONIZE,
    [DATA_FILE] = FILE_GENERIC_READ,
    [PROCESS] = SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION,
};

/* --- making ------------------------------------------------------------------------- */

static void require_all(const struct bundle *bundle)
{
    for (unsigned i = 0; i < N_ITEMS; i++)
        require(bundle->items[i] && bundle->items[i] != INVALID_HANDLE_VALUE, "item %u: error %u",
                i, (unsigned)GetLastError());
}

static void fill_section(HANDLE section, uint32_t number)
{
    struct contents *contents = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);

    require(contents != NULL, "error %u", (unsigned)GetLastError());
    *contents = (struct contents){MAGIC, number};
    ok_succeeds(UnmapViewOfFile(contents));
}

static const char *file_path(void)
{
    static char path[512];

    snprintf(path, sizeof(path), "%s/%s", test_dir(), A_("family"));
    return path;
}

static HANDLE open_file(SECURITY_ATTRIBUTES *security, DWORD how)
{
    return CreateFileA(file_path(), GENERIC_READ | GENERIC_WRITE,
                       FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, security, how,
                       FILE_ATTRIBUTE_NORMAL, NULL);
}

void bundle_end(void)
{
    ok_succeeds(DeleteFileA(file_path()));
}

static void fill_file(HANDLE file, uint32_t number)
{
    struct contents contents = {MAGIC, number};
    DWORD n = 0;

    ok_eq(SetFilePointer(file, 0, NULL, FILE_BEGIN), 0);
    ok_succeeds(WriteFile(file, &contents, sizeof(contents), &n, NULL));
    ok_eq(n, sizeof(contents));
}

/* A handle of this process that is no pseudo handle. */
static HANDLE own_process(bool is_inherited)
{
    HANDLE process = NULL;

    ok_succeeds(DuplicateHandle(GetCurrentProcess(), GetCurrentProcess(), GetCurrentProcess(),
                                &process, 0, is_inherited, DUPLICATE_SAME_ACCESS));
    return process;
}

static void make(struct bundle *bundle, bool is_inherited, char names[N_ITEMS][128],
                 uint32_t number)
{
    SECURITY_ATTRIBUTES security = {.nLength = sizeof(security), .bInheritHandle = is_inherited};
    HANDLE *items = bundle->items;

    items[SECTION] = CreateFileMappingA(INVALID_HANDLE_VALUE, &security, PAGE_READWRITE, 0,
                                        BUNDLE_SECTION_SIZE, names ? names[SECTION] : NULL);
    items[EVENT] = CreateEventA(&security, TRUE, FALSE, names ? names[EVENT] : NULL);
    items[MUTEX] = CreateMutexA(&security, FALSE, names ? names[MUTEX] : NULL);
    items[SEMAPHORE] =
        CreateSemaphoreA(&security, FEW_COUNT, FEW_COUNT + 1, names ? names[SEMAPHORE] : NULL);
    items[TIMER] = CreateWaitableTimerA(&security, TRUE, names ? names[TIMER] : NULL);
    items[DATA_FILE] = open_file(&security, OPEN_ALWAYS);
    items[PROCESS] = own_process(is_inherited);
    require_all(bundle);
    fill_section(items[SECTION], number);
    fill_file(items[DATA_FILE], number);
}

void bundle_make(struct bundle *bundle, bool is_inherited, uint32_t number)
{
    make(bundle, is_inherited, NULL, number);
}

static void name_all(char names[N_ITEMS][128], const char *text)
{
    for (unsigned i = 0; i < N_ITEMS; i++)
        snprintf(names[i], sizeof(names[i]), "%s-%u", test_name_a(text), i);
}

void bundle_make_named(struct bundle *bundle, const char *text, uint32_t number)
{
    char names[N_ITEMS][128];

    name_all(names, text);
    make(bundle, false, names, number);
}

void bundle_open_named(struct bundle *bundle, const char *text, DWORD process_id)
{
    char names[N_ITEMS][128];
    HANDLE *items = bundle->items;

    name_all(names, text);
    items[SECTION] = OpenFileMappingA(FILE_MAP_ALL_ACCESS, FALSE, names[SECTION]);
    items[EVENT] = OpenEventA(EVENT_ALL_ACCESS, FALSE, names[EVENT]);
    items[MUTEX] = OpenMutexA(MUTEX_ALL_ACCESS, FALSE, names[MUTEX]);
    items[SEMAPHORE] = OpenSemaphoreA(SEMAPHORE_ALL_ACCESS, FALSE, names[SEMAPHORE]);
    items[TIMER] = OpenWaitableTimerA(TIMER_ALL_ACCESS, FALSE, names[TIMER]);
    items[DATA_FILE] = open_file(NULL, OPEN_EXISTING);
    items[PROCESS] = OpenProcess(PROCESS_ALL_ACCESS, FALSE, process_id);
    require_all(bundle);
}

void bundle_close(struct bundle *bundle)
{
    for (unsigned i = 0; i < N_ITEMS; i++)
        ok(CloseHandle(bundle->items[i]), "item %u: error %u", i, (unsigned)GetLastError());
}

/* --- on the way --------------------------------------------------------------------- */

struct values bundle_values(const struct bundle *bundle)
{
    struct values values;

    for (unsigned i = 0; i < N_ITEMS; i++)
        values.items[i] = (uint64_t)(uintptr_t)bundle->items[i];
    return values;
}

struct bundle bundle_of(const struct values *values)
{
    struct bundle bundle;

    for (unsigned i = 0; i < N_ITEMS; i++)
        bundle.items[i] = (HANDLE)(uintptr_t)values->items[i];
    return bundle;
}

bool bundle_copy(HANDLE from_process, const struct values *from, HANDLE to_process,
                 enum bundle_rights rights, struct values *ret_to)
{
    for (unsigned i = 0; i < N_ITEMS; i++) {
        HANDLE copy = NULL;

        if (!ok(DuplicateHandle(from_process, (HANDLE)(uintptr_t)from->items[i], to_process, &copy,
                                few_rights[i], FALSE,
                                rights == ALL_RIGHTS ? DUPLICATE_SAME_ACCESS : 0),
                "item %u: error %u", i, (unsigned)GetLastError()))
            return false;
        ret_to->items[i] = (uint64_t)(uintptr_t)copy;
    }
    return true;
}

/* --- checking ----------------------------------------------------------------------- */

static void check_section(HANDLE section, enum bundle_rights rights, uint32_t number)
{
    struct contents *contents = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);

    require(contents != NULL, "error %u", (unsigned)GetLastError());
    ok_eq(contents->magic, MAGIC);
    ok_eq(contents->number, number);
    ok_succeeds(UnmapViewOfFile(contents));
    if (rights == FEW_RIGHTS) {
        ok_fails(MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0), ERROR_ACCESS_DENIED);
        return;
    }
    contents = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    ok_succeeds(contents);
    ok_succeeds(UnmapViewOfFile(contents));
}

static void check_event(HANDLE event, enum bundle_rights rights)
{
    ok_eq(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    if (rights == FEW_RIGHTS) {
        ok_fails(SetEvent(event), ERROR_ACCESS_DENIED);
        return;
    }
    ok_succeeds(SetEvent(event));
    ok_eq(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    ok_succeeds(ResetEvent(event));
}

static void check_mutex(HANDLE mutex)
{
    ok_fails(ReleaseMutex(mutex), ERROR_NOT_OWNER);
    ok_eq(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0);
    ok_eq(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0);
    ok_succeeds(ReleaseMutex(mutex));
    ok_succeeds(ReleaseMutex(mutex));
    ok_fails(ReleaseMutex(mutex), ERROR_NOT_OWNER);
}

static void check_semaphore(HANDLE semaphore, enum bundle_rights rights)
{
    LONG previous = -1;

    if (rights == FEW_RIGHTS) {
        ok_fails(ReleaseSemaphore(semaphore, 1, NULL), ERROR_ACCESS_DENIED);
        return;
    }
    ok_eq(WaitForSingleObject(semaphore, 0), WAIT_OBJECT_0);
    ok_succeeds(ReleaseSemaphore(semaphore, 1, &previous));
    ok_eq(previous, FEW_COUNT - 1);
    ok_fails(ReleaseSemaphore(semaphore, 2, NULL), ERROR_TOO_MANY_POSTS);
}

static void check_timer(HANDLE timer, enum bundle_rights rights)
{
    LARGE_INTEGER soon = {.QuadPart = -1}, never = {.QuadPart = -36000000000};

    ok_eq(WaitForSingleObject(timer, 0), WAIT_TIMEOUT);
    if (rights == FEW_RIGHTS) {
        ok_fails(SetWaitableTimer(timer, &soon, 0, NULL, NULL, FALSE), ERROR_ACCESS_DENIED);
        return;
    }
    ok_succeeds(SetWaitableTimer(timer, &soon, 0, NULL, NULL, FALSE));
    ok_eq(WaitForSingleObject(timer, 20000), WAIT_OBJECT_0);
    /* It is no longer signalled when it is set again, and stays so when it is cancelled. */
    ok_succeeds(SetWaitableTimer(timer, &never, 0, NULL, NULL, FALSE));
    ok_succeeds(CancelWaitableTimer(timer));
    ok_eq(WaitForSingleObject(timer, 0), WAIT_TIMEOUT);
}

static void check_file(HANDLE file, enum bundle_rights rights, uint32_t number)
{
    struct contents contents = {0, 0};
    DWORD n = 0;

    ok_eq(GetFileType(file), FILE_TYPE_DISK);
    ok_eq(SetFilePointer(file, 0, NULL, FILE_BEGIN), 0);
    ok_succeeds(ReadFile(file, &contents, sizeof(contents), &n, NULL));
    ok_eq(n, sizeof(contents));
    ok_eq(contents.magic, MAGIC);
    ok_eq(contents.number, number);
    if (rights == FEW_RIGHTS)
        ok_fails(WriteFile(file, "x", 1, &n, NULL), ERROR_ACCESS_DENIED);
    else
        fill_file(file, number);
}

static void check_process(HANDLE process, enum bundle_rights rights, DWORD process_id)
{
    DWORD code = 0;

    ok_eq(GetProcessId(process), process_id);
    ok_eq(WaitForSingleObject(process, 0), WAIT_TIMEOUT);
    ok_succeeds(GetExitCodeProcess(process, &code));
    ok_eq(code, STILL_ACTIVE);
    if (rights == FEW_RIGHTS)
        ok_fails(TerminateProcess(process, 1), ERROR_ACCESS_DENIED);
}

void bundle_check(const struct bundle *bundle, enum bundle_rights rights, DWORD flags,
                  uint32_t number, DWORD process_id)
{
    for (unsigned i = 0; i < N_ITEMS; i++) {
        DWORD got = 0xdeadbeef;

        ok(GetHandleInformation(bundle->items[i], &got), "item %u, 0x%llx: error %u", i,
           (unsigned long long)(uintptr_t)bundle->items[i], (unsigned)GetLastError());
        ok_eq(got, flags);
    }
    check_section(bundle->items[SECTION], rights, number);
    check_event(bundle->items[EVENT], rights);
    check_mutex(bundle->items[MUTEX]);
    check_semaphore(bundle->items[SEMAPHORE], rights);
    check_timer(bundle->items[TIMER], rights);
    check_file(bundle->items[DATA_FILE], rights, number);
    check_process(bundle->items[PROCESS], rights, process_id);
}
