// SPDX-License-Identifier: MIT
/*
 * The library when something fails inside one of its calls: sections, views, events and private
 * memory through the exported functions.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <windows.h>
#include <ntshm/ntshm.h>

#include "fault/fault.h"
#include "harness/test.h"
#include "lib/memory/region.h"
#include "lib/process/lock.h"
#include "lib/sync/slab.h"
#include "unit/broker_fixture.h"

#define SIZE 65536

static const int no_memory[] = {ENOMEM, 0};
static const int of_sections[] = {ENOMEM, EMFILE, ENOSPC, 0};

void test_prepare(void)
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, NULL);
    void *view = section ? MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0) : NULL;

    if (view)
        UnmapViewOfFile(view);
    if (section)
        CloseHandle(section);
    if (event)
        CloseHandle(event);
}

/* The empty slab that is kept would make it matter who made it. */
static void drop_slabs(void *context)
{
    (void)context;
    nt_lock_take(NT_LOCK_SLABS);
    nt_slabs_forking();
    nt_lock_drop(NT_LOCK_SLABS);
}

void test_settle(void)
{
    drop_slabs(NULL);
    nt_regions_quiesce();
}

/* What an operation works on. */
struct subject {
    HANDLE handle; /* what it makes */
    HANDLE other;  /* what was there before */
    unsigned char *view;
    HANDLE lowest; /* the value that the next new handle has */
    const wchar_t *name;
    bool has_broker;
};

/* 1.x and 3.x leave these; a failing descriptor is ERROR_TOO_MANY_OPEN_FILES. */
static const uint32_t *library_errors(unsigned kind, int error)
{
    static const uint32_t memory[] = {ERROR_NOT_ENOUGH_MEMORY, 0};
    static const uint32_t descriptors[] = {ERROR_TOO_MANY_OPEN_FILES, 0};
    static const uint32_t space[] = {ERROR_COMMITMENT_LIMIT, ERROR_DISK_FULL, 0};
    static const uint32_t start[] = {ERROR_CONNECTION_REFUSED, 0};
    static const uint32_t lost[] = {ERROR_CONNECTION_ABORTED, 0};

    if (kind == NT_OS_SPAWN)
        return start;
    if (kind == NT_OS_CREDENTIALS && error == ECONNRESET)
        return lost;
    if (kind == FAULT_ALLOCATION || error == ENOMEM)
        return memory;
    return error == EMFILE ? descriptors : space;
}

static HANDLE lowest_handle(void)
{
    HANDLE probe = CreateEventW(NULL, TRUE, FALSE, NULL);

    CloseHandle(probe);
    return probe;
}

static uint64_t count_names(void)
{
    struct ntshm_broker_statistics statistics = {.size = sizeof(statistics)};

    return ntshm_broker_statistics(&statistics) ? statistics.names : 0;
}

/* No handle and no name more than before. */
static bool is_clean(void *context)
{
    const struct subject *subject = context;
    uint64_t names = subject->has_broker ? count_names() : 0;

    return lowest_handle() == subject->lowest && names == (subject->other && subject->name);
}

static void remember(struct subject *subject)
{
    subject->lowest = lowest_handle();
}

static uint32_t result_of(HANDLE handle, HANDLE *ret_handle)
{
    *ret_handle = handle;
    return handle ? 0 : GetLastError();
}

static void close_made(void *context)
{
    struct subject *subject = context;

    ok_succeeds(CloseHandle(subject->handle));
    subject->handle = NULL;
}

static uint32_t create_section(void *context)
{
    struct subject *subject = context;

    return result_of(
        CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, subject->name),
        &subject->handle);
}

static uint32_t open_section(void *context)
{
    struct subject *subject = context;

    return result_of(OpenFileMappingW(FILE_MAP_READ, FALSE, subject->name), &subject->handle);
}

static uint32_t create_event(void *context)
{
    struct subject *subject = context;

    return result_of(CreateEventW(NULL, TRUE, TRUE, subject->name), &subject->handle);
}

static uint32_t open_event(void *context)
{
    struct subject *subject = context;

    return result_of(OpenEventW(SYNCHRONIZE, FALSE, subject->name), &subject->handle);
}

/* --- sections -----------------------------------------------------------------------------------
 */

TEST(an_unnamed_section_is_made_whole_or_not_at_all, "1.18")
{
    struct subject subject = {.name = NULL};
    struct fault_operation operation = {
        .name = "create, unnamed",
        .run = create_section,
        .undo = close_made,
        .is_clean = is_clean,
        .errors = library_errors,
        .must_meet = FAULT_BIT(MEMFD) | FAULT_BIT(FTRUNCATE) | FAULT_BIT(SEAL) | FAULT_MEMORY,
        .context = &subject,
    };

    remember(&subject);
    fault_walk(&operation, of_sections);
}

/* A connection that is there already. */
static void connect_broker(struct subject *subject)
{
    HANDLE handle =
        CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, L_("first"));

    require(handle != NULL);
    CloseHandle(handle);
    subject->has_broker = true;
    ok_eq(count_names(), 0);
}

/*
 * The kernel says that there is no room only after it took the reply, never instead: so there
 * receiving does not fail that way, and a case of its own has no room.
 */
static void walk_connected(struct fault_operation *operation)
{
    static const int no_descriptor[] = {EMFILE, 0};

    fault_walk(operation, no_memory);
    operation->ignored |= FAULT_BIT(RECV);
    operation->must_meet &= ~FAULT_BIT(RECV);
    fault_walk(operation, no_descriptor);
}

/* A cut connection is made again; what it had of descriptors is not counted as left. */
static void stay_connected(void *context)
{
    (void)context;
    count_names();
}

TEST(a_named_section_is_made_whole_or_not_at_all, "1.18 11.27")
{
    struct subject subject = {.name = L_("named")};
    struct fault_operation operation = {
        .name = "create, named",
        .prepare = stay_connected,
        .run = create_section,
        .undo = close_made,
        .is_clean = is_clean,
        .errors = library_errors,
        .must_meet = FAULT_BIT(SEND) | FAULT_BIT(RECV) | FAULT_MEMORY,
        .context = &subject,
    };

    connect_broker(&subject);
    remember(&subject);
    walk_connected(&operation);
}

/* The peer is gone: the library makes another connection and sends again. */
TEST(a_lost_connection_is_not_noticed, "1.18 11.27")
{
    static const int lost[] = {ECONNRESET, 0};
    struct subject subject = {.name = L_("named")};
    struct fault_operation operation = {
        .name = "create, named, connection lost",
        .prepare = stay_connected,
        .run = create_section,
        .undo = close_made,
        .is_clean = is_clean,
        .errors = library_errors,
        .must_meet = FAULT_BIT(SEND) | FAULT_BIT(RECV),
        .may_survive = FAULT_BIT(SEND) | FAULT_BIT(RECV),
        .context = &subject,
    };

    connect_broker(&subject);
    remember(&subject);
    fault_walk(&operation, lost);
}

static const wchar_t *long_name(void)
{
    static wchar_t name[400];
    size_t n;

    swprintf(name, 100, L"%ls", L_("long"));
    n = wcslen(name);
    wmemset(name + n, L'n', 399 - n);
    return name;
}

TEST(a_long_name_takes_memory, "11.18")
{
    struct subject subject = {.name = long_name()};
    struct fault_operation operation = {
        .name = "create, long name",
        .prepare = stay_connected,
        .run = create_section,
        .undo = close_made,
        .is_clean = is_clean,
        .errors = library_errors,
        .must_meet = FAULT_BIT(SEND) | FAULT_BIT(RECV) | FAULT_MEMORY,
        .context = &subject,
    };

    connect_broker(&subject);
    remember(&subject);
    fault_walk(&operation, no_memory);
}

TEST(a_named_section_is_opened_whole_or_not_at_all, "2.1 11.27")
{
    struct subject subject = {.name = L_("opened")};
    struct fault_operation operation = {
        .name = "open",
        .prepare = stay_connected,
        .run = open_section,
        .undo = close_made,
        .is_clean = is_clean,
        .errors = library_errors,
        .must_meet = FAULT_BIT(SEND) | FAULT_BIT(RECV) | FAULT_MEMORY,
        .context = &subject,
    };

    connect_broker(&subject);
    create_section(&subject);
    subject.other = subject.handle;
    remember(&subject);
    walk_connected(&operation);
    CloseHandle(subject.other);
}

/* The reply's descriptors find no room: they are lost, and nothing else. */
TEST(a_reply_that_finds_no_room_is_an_error, "1.18 11.27")
{
    struct subject subject = {.name = L_("no-room")};
    struct rlimit limit, low;
    int lowest;

    connect_broker(&subject);
    remember(&subject);
    setenv("NTSHM_NOFILE", "keep", 1);
    getrlimit(RLIMIT_NOFILE, &limit);
    for (unsigned room = 0; room < 2; room++) {
        unsigned before = fixture_count_fds();

        lowest = fcntl(0, F_DUPFD, 0);
        close(lowest);
        low = limit;
        low.rlim_cur = (rlim_t)lowest + room;
        require(setrlimit(RLIMIT_NOFILE, &low) == 0);
        ok_eq(create_section(&subject), ERROR_TOO_MANY_OPEN_FILES);
        setrlimit(RLIMIT_NOFILE, &limit);
        ok(is_clean(&subject));
        ok_eq(fixture_count_fds(), before);
        ok_eq(create_section(&subject), 0);
        close_made(&subject);
    }
}

/* --- the first connection
 * ------------------------------------------------------------------------- */

/* As in a new process: no connection, and nobody at the address. */
static void end_broker(void *context)
{
    struct ntshm_broker_statistics statistics = {.size = sizeof(statistics)};

    (void)context;
    if (ntshm_broker_statistics(&statistics)) {
        kill((pid_t)statistics.pid, SIGTERM);
        ok(test_until(kill((pid_t)statistics.pid, 0) < 0, 20000), "the broker ended");
    }
    ntshm_quiesce();
}

/* What is kept once the call went well is given back too. */
static void close_and_disconnect(void *context)
{
    close_made(context);
    ntshm_quiesce();
}

static bool is_clean_after_quiesce(void *context)
{
    const struct subject *subject = context;

    bool clean = lowest_handle() == subject->lowest && count_names() == 0;

    ntshm_quiesce();
    return clean;
}

static uint32_t create_and_quiesce_on_failure(void *context)
{
    uint32_t error = create_section(context);

    /* A connection that was made before something else failed is kept; it is no leak. */
    if (error) {
        fault_disarm();
        ntshm_quiesce();
    }
    return error;
}

TEST_DEADLINE(a_broker_is_started_or_nothing_is, "1.18", 120)
{
    struct subject subject = {.name = L_("first")};
    struct fault_operation operation = {
        .name = "create, first connection",
        .prepare = end_broker,
        .run = create_and_quiesce_on_failure,
        .undo = close_and_disconnect,
        .is_clean = is_clean_after_quiesce,
        .errors = library_errors,
        .must_meet = FAULT_BIT(SOCKET) | FAULT_BIT(CONNECT) | FAULT_BIT(PIPE) | FAULT_BIT(SPAWN) |
                     FAULT_BIT(SEND) | FAULT_BIT(RECV) | FAULT_MEMORY,
        .context = &subject,
    };

    remember(&subject);
    walk_connected(&operation);
    end_broker(NULL);
}

/* --- handles
 * -------------------------------------------------------------------------------------- */

#define CHUNK 256

static uint32_t duplicate(void *context)
{
    struct subject *subject = context;

    return DuplicateHandle(GetCurrentProcess(), subject->other, GetCurrentProcess(),
                           &subject->handle, 0, FALSE, DUPLICATE_SAME_ACCESS)
               ? 0
               : GetLastError();
}

/* The table's next slot is the first of a piece that is not there yet. */
TEST(a_table_that_cannot_grow_is_an_error, "12.22")
{
    struct subject subject = {.name = NULL};
    HANDLE handles[CHUNK];
    uint32_t error;
    unsigned kind;

    create_section(&subject);
    subject.other = handles[0] = subject.handle;
    for (size_t i = 1; i < CHUNK; i++) {
        ok_eq(duplicate(&subject), 0);
        handles[i] = subject.handle;
    }
    fault_arm(0, ENOMEM);
    error = duplicate(&subject);
    kind = fault_disarm();
    ok_eq(kind, FAULT_ALLOCATION);
    ok_eq(error, ERROR_NOT_ENOUGH_MEMORY);
    ok_eq(duplicate(&subject), 0);
    ok_eq((uintptr_t)subject.handle, (CHUNK + 1) * 4);
    CloseHandle(subject.handle);
    for (size_t i = 0; i < CHUNK; i++)
        ok_succeeds(CloseHandle(handles[i]));
}

/* --- views
 * ---------------------------------------------------------------------------------------- */

static uint32_t map_view(void *context)
{
    struct subject *subject = context;

    subject->view = MapViewOfFile(subject->other, FILE_MAP_WRITE, 0, 0, 0);
    return subject->view ? 0 : GetLastError();
}

static void unmap_view(void *context)
{
    struct subject *subject = context;

    ok_succeeds(UnmapViewOfFile(subject->view));
    subject->view = NULL;
}

TEST(a_view_is_mapped_whole_or_not_at_all, "3.24")
{
    struct subject subject = {.name = NULL};
    struct fault_operation operation = {
        .name = "map",
        .run = map_view,
        .undo = unmap_view,
        .is_clean = is_clean,
        .errors = library_errors,
        .must_meet = FAULT_BIT(MMAP),
        .ignored = FAULT_BIT(MUNMAP),
        .stays = true, /* another place is tried */
        .context = &subject,
    };

    create_section(&subject);
    subject.other = subject.handle;
    remember(&subject);
    fault_walk(&operation, no_memory);
    CloseHandle(subject.other);
}

static void map_before(void *context)
{
    struct subject *subject = context;

    if (!subject->view)
        ok_eq(map_view(subject), 0);
    subject->view[0] = 0x5A;
}

static uint32_t unmap(void *context)
{
    struct subject *subject = context;

    return UnmapViewOfFile(subject->view) ? 0 : GetLastError();
}

static void forget_view(void *context)
{
    ((struct subject *)context)->view = NULL;
}

/* What could not be unmapped is still a view, in every respect. */
static bool is_still_a_view(void *context)
{
    const struct subject *subject = context;
    MEMORY_BASIC_INFORMATION information = {.State = 0};

    return VirtualQuery(subject->view, &information, sizeof(information)) &&
           information.State == MEM_COMMIT && information.Type == MEM_MAPPED &&
           information.RegionSize == SIZE && subject->view[0] == 0x5A;
}

TEST(a_view_is_unmapped_whole_or_not_at_all, "4.1")
{
    struct subject subject = {.name = NULL};
    struct fault_operation operation = {
        .name = "unmap",
        .prepare = map_before,
        .run = unmap,
        .undo = forget_view,
        .is_clean = is_still_a_view,
        .errors = library_errors,
        .must_meet = FAULT_BIT(MUNMAP),
        .context = &subject,
    };

    create_section(&subject);
    subject.other = subject.handle;
    fault_walk(&operation, no_memory);
    CloseHandle(subject.other);
}

/* --- events
 * --------------------------------------------------------------------------------------- */

static bool is_clean_without_slabs(void *context)
{
    const struct subject *subject = context;
    HANDLE lowest = lowest_handle();

    drop_slabs(NULL);
    return lowest == subject->lowest;
}

static uint32_t create_event_on_no_slab(void *context)
{
    uint32_t error = create_event(context);

    /* The slab that was made before something else failed is kept; it is no leak. */
    if (error) {
        fault_disarm();
        drop_slabs(NULL);
    }
    return error;
}

TEST(an_unnamed_event_is_made_whole_or_not_at_all, "")
{
    struct subject subject = {.name = NULL};
    struct fault_operation operation = {
        .name = "event, unnamed, first of its slab",
        .prepare = drop_slabs,
        .run = create_event_on_no_slab,
        .undo = close_made,
        .is_clean = is_clean_without_slabs,
        .errors = library_errors,
        .must_meet = FAULT_BIT(MEMFD) | FAULT_BIT(FTRUNCATE) | FAULT_BIT(SEAL) | FAULT_BIT(MMAP) |
                     FAULT_MEMORY,
        .context = &subject,
    };

    remember(&subject);
    fault_walk(&operation, of_sections);
}

TEST(a_named_event_is_made_whole_or_not_at_all, "11.27")
{
    struct subject subject = {.name = L_("event")};
    struct fault_operation operation = {
        .name = "event, named",
        .prepare = stay_connected,
        .run = create_event,
        .undo = close_made,
        .is_clean = is_clean,
        .errors = library_errors,
        .must_meet = FAULT_BIT(SEND) | FAULT_BIT(RECV) | FAULT_BIT(MMAP) | FAULT_MEMORY,
        .context = &subject,
    };

    connect_broker(&subject);
    remember(&subject);
    walk_connected(&operation);
}

TEST(a_named_event_is_opened_whole_or_not_at_all, "11.27")
{
    struct subject subject = {.name = L_("event")};
    struct fault_operation operation = {
        .name = "event, opened",
        .prepare = stay_connected,
        .run = open_event,
        .undo = close_made,
        .is_clean = is_clean,
        .errors = library_errors,
        .must_meet = FAULT_BIT(SEND) | FAULT_BIT(RECV) | FAULT_BIT(MMAP) | FAULT_MEMORY,
        .context = &subject,
    };

    connect_broker(&subject);
    create_event(&subject);
    subject.other = subject.handle;
    remember(&subject);
    walk_connected(&operation);
    CloseHandle(subject.other);
}

/* --- private memory
 * --------------------------------------------------------------------------------- */

/* What cannot be committed is above the commit limit. */
static const uint32_t *commit_errors(unsigned kind, int error)
{
    static const uint32_t limit[] = {ERROR_COMMITMENT_LIMIT, ERROR_NOT_ENOUGH_MEMORY, 0};

    (void)kind;
    (void)error;
    return limit;
}

static uint32_t allocate(void *context)
{
    struct subject *subject = context;

    subject->view = VirtualAlloc(NULL, SIZE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    return subject->view ? 0 : GetLastError();
}

static void release(void *context)
{
    struct subject *subject = context;

    ok_succeeds(VirtualFree(subject->view, 0, MEM_RELEASE));
    subject->view = NULL;
}

TEST(memory_is_allocated_whole_or_not_at_all, "7.1")
{
    struct subject subject = {.name = NULL};
    struct fault_operation operation = {
        .name = "VirtualAlloc",
        .run = allocate,
        .undo = release,
        .errors = commit_errors,
        .must_meet = FAULT_BIT(MMAP),
        .ignored = FAULT_BIT(MUNMAP),
        .stays = true, /* another place is tried */
        .context = &subject,
    };

    fault_walk(&operation, no_memory);
}

static void reserve_before(void *context)
{
    struct subject *subject = context;

    if (subject->view)
        return;
    subject->view = VirtualAlloc(NULL, SIZE, MEM_RESERVE, PAGE_NOACCESS);
    require(subject->view != NULL);
}

static uint32_t commit(void *context)
{
    struct subject *subject = context;

    return VirtualAlloc(subject->view + 8192, 8192, MEM_COMMIT, PAGE_READWRITE) ? 0
                                                                                : GetLastError();
}

static bool is_still_reserved(void *context)
{
    const struct subject *subject = context;
    MEMORY_BASIC_INFORMATION information = {.State = 0};

    return VirtualQuery(subject->view, &information, sizeof(information)) &&
           information.State == MEM_RESERVE && information.RegionSize == SIZE;
}

TEST(memory_is_committed_whole_or_not_at_all, "7.5")
{
    struct subject subject = {.name = NULL};
    struct fault_operation operation = {
        .name = "commit",
        .prepare = reserve_before,
        .run = commit,
        .undo = release,
        .is_clean = is_still_reserved,
        .errors = commit_errors,
        .must_meet = FAULT_BIT(MPROTECT) | FAULT_MEMORY,
        .context = &subject,
    };

    fault_walk(&operation, no_memory);
}

static uint32_t query_foreign(void *context)
{
    MEMORY_BASIC_INFORMATION information;

    (void)context;
    return VirtualQuery((void *)(uintptr_t)query_foreign, &information, sizeof(information))
               ? 0
               : GetLastError();
}

static void do_nothing(void *context)
{
    (void)context;
}

/* What others mapped is asked of the kernel. */
TEST(what_the_kernel_does_not_tell_is_an_error, "8.1")
{
    struct fault_operation operation = {
        .name = "VirtualQuery",
        .run = query_foreign,
        .undo = do_nothing,
        .errors = library_errors,
        .must_meet = FAULT_BIT(PROCMAP),
        .stays = true,
    };

    query_foreign(NULL);
    fault_walk(&operation, no_memory);
}
