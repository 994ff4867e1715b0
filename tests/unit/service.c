// SPDX-License-Identifier: MIT
/*
 * The service thread from both ends: what it does with requests that are none, with askers that
 * vanish, say nothing or are strangers, and what is left when a call of the kernel fails. The
 * process asks itself, which is all the same to the thread.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ntshm/ntshm.h>
#include <ntstatus.h>

#include "harness/test.h"
#include "lib/memory/regions.h"
#include "lib/process/lock.h"
#include "lib/process/remote.h"
#include "lib/process/service.h"
#include "os/pidfd.h"
#include "os/remote.h"
#include "util/macro.h"

#define PATIENCE 30000

static struct nt_process *self;

static void begin(void)
{
    require(NT_SUCCESS(nt_service_start()));
    require(NT_SUCCESS(nt_process_new_self(&self)));
}

static void end(void)
{
    nt_service_stop();
    nt_process_closep(&self);
}

static int connect_bare(void)
{
    char name[NT_SERVICE_NAME_SIZE];
    int fd = -1;

    for (unsigned i = 0; i < NT_SERVICE_NAMES && fd < 0; i++) {
        if (nt_service_name(getpid(), i, name) == 0)
            nt_os_socket_connect_abstract(name, &fd);
    }
    require(fd >= 0);
    return fd;
}

static void send_bare(int fd, const void *bytes, size_t size)
{
    const struct iovec part = {(void *)bytes, size};

    ok_eq(nt_os_socket_send(fd, &part, 1, NULL, 0, false), 0);
}

static struct nt_service_request request_of(enum nt_service_kind kind)
{
    return (struct nt_service_request){.magic = NT_SERVICE_MAGIC, .kind = (uint32_t)kind};
}

/* The answer to one request; 0 and STATUS_PENDING when it was hung up. */
static struct nt_service_reply hear_bare(int fd)
{
    static unsigned char room[sizeof(struct nt_service_reply) + NT_SERVICE_BYTES];
    struct nt_service_reply reply = {.status = STATUS_PENDING};
    struct pollfd entry = {.fd = fd, .events = POLLIN};
    int fds[NT_OS_MAX_FDS];
    size_t size, n_fds;

    ok_eq(nt_os_poll(&entry, 1, nt_os_now_ns() + PATIENCE * 1000000ull), 0);
    require(entry.revents != 0, "no answer");
    if (nt_os_socket_recv(fd, room, sizeof(room), &size, fds, NT_PARCEL_FDS, &n_fds, NULL, false) <
        0)
        return reply;
    for (size_t i = 0; i < n_fds; i++)
        nt_os_close(fds[i]);
    require(size >= sizeof(reply));
    memcpy(&reply, room, sizeof(reply));
    return reply;
}

static bool is_free(uint64_t address)
{
    MEMORY_BASIC_INFORMATION info;

    return NT_SUCCESS(nt_memory_query((void *)address, &info)) && info.State == MEM_FREE;
}

static void confirm_bare(int fd)
{
    const uint32_t word = NT_SERVICE_CONFIRM;

    send_bare(fd, &word, sizeof(word));
}

/* --- answers that are not taken -------------------------------------------------------------- */

static struct nt_service_request allocation(void)
{
    struct nt_service_request request = request_of(NT_SERVICE_ALLOCATE);

    request.size = 0x10000;
    request.type = MEM_RESERVE | MEM_COMMIT;
    request.protect = PAGE_READWRITE;
    return request;
}

TEST(answer_that_nobody_takes_is_undone, "3.32")
{
    struct nt_service_request request = allocation();
    struct nt_service_reply reply;
    int fd;

    begin();
    fd = connect_bare();
    send_bare(fd, &request, sizeof(request));
    reply = hear_bare(fd);
    ok_status(reply.status, STATUS_SUCCESS);
    ok(!is_free(reply.base));
    nt_os_close(fd);
    ok(test_until(is_free(reply.base), PATIENCE));
    end();
}

TEST(answer_that_is_taken_stays, "3.32")
{
    struct nt_service_request request = allocation();
    struct nt_service_reply reply;
    size_t size = 0;
    void *base;
    int fd;

    begin();
    fd = connect_bare();
    send_bare(fd, &request, sizeof(request));
    reply = hear_bare(fd);
    confirm_bare(fd);
    ok_eq(hear_bare(fd).status, STATUS_PENDING); /* it hangs up when that is done */
    nt_os_close(fd);
    end();
    ok(!is_free(reply.base));
    base = (void *)reply.base;
    ok_status(nt_memory_free(&base, &size, MEM_RELEASE), STATUS_SUCCESS);
}

TEST(stop_undoes_what_is_not_taken_by_then, "3.32")
{
    struct nt_service_request request = allocation();
    struct nt_service_reply reply;
    int fd;

    begin();
    fd = connect_bare();
    send_bare(fd, &request, sizeof(request));
    reply = hear_bare(fd);
    ok(!is_free(reply.base));
    end();
    ok(is_free(reply.base));
    nt_os_close(fd);
}

/* A placeholder that was replaced is one again. */
TEST(undone_replacement_leaves_the_placeholder, "5.20")
{
    struct nt_allocation place = {.size = 0x10000,
                                  .type = MEM_RESERVE | MEM_RESERVE_PLACEHOLDER,
                                  .protect = PAGE_NOACCESS,
                                  .extended = true};
    struct nt_service_request request = allocation();
    struct nt_allocation_information information = {.size = 0};
    struct nt_service_reply reply;
    int fd;

    begin();
    ok_status(nt_memory_allocate(&place), STATUS_SUCCESS);
    request.type |= MEM_REPLACE_PLACEHOLDER;
    request.flags = NT_SERVICE_EXTENDED;
    request.base = (uint64_t)place.base;
    fd = connect_bare();
    send_bare(fd, &request, sizeof(request));
    reply = hear_bare(fd);
    ok_status(reply.status, STATUS_SUCCESS);
    nt_os_close(fd);
    end();
    ok_status(nt_memory_query_allocation(place.base, &information), STATUS_SUCCESS);
    ok(information.is_placeholder);
    ok_status(nt_memory_free(&place.base, &(size_t){0}, MEM_RELEASE), STATUS_SUCCESS);
}

static HANDLE new_section(void)
{
    const struct nt_section_parameters parameters = {
        .size = 0x10000,
        .protection = PAGE_READWRITE,
        .attributes = SEC_COMMIT,
        .access = SECTION_ALL_ACCESS,
    };
    HANDLE handle = NULL;

    require(NT_SUCCESS(nt_section_create(NULL, &parameters, &handle)));
    return handle;
}

static bool is_open(HANDLE handle)
{
    ULONG attributes;

    return NT_SUCCESS(nt_handle_get_flags(handle, &attributes));
}

TEST(source_of_a_copy_is_closed_when_the_copy_has_arrived, "12.21")
{
    struct nt_service_request request = request_of(NT_SERVICE_TAKE);
    HANDLE section = new_section();
    int fd;

    begin();
    request.handle = (uint64_t)section;
    request.options = DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE;
    fd = connect_bare();
    send_bare(fd, &request, sizeof(request));
    ok_status(hear_bare(fd).status, STATUS_SUCCESS);
    nt_os_close(fd);
    fd = connect_bare();
    send_bare(fd, &request, sizeof(request));
    ok_status(hear_bare(fd).status, STATUS_SUCCESS); /* the first one was looked at before */
    ok(is_open(section));
    confirm_bare(fd);
    ok_eq(hear_bare(fd).status, STATUS_PENDING);
    nt_os_close(fd);
    end();
    ok(!is_open(section));
}

TEST(source_is_closed_when_the_copy_fails, "12.21")
{
    struct nt_parcel parcel = {.size = 0};
    HANDLE section = new_section();

    begin();
    ok_status(nt_service_take(self, section, 0xFFFFFFFF, 0, DUPLICATE_CLOSE_SOURCE, &parcel),
              STATUS_ACCESS_DENIED);
    nt_parcel_deinit(&parcel);
    ok(!is_open(section));
    end();
}

TEST(copy_is_unpacked_and_names_the_same_section, "12.7")
{
    NT_CLEANUP(nt_object_closep) struct nt_object *object = NULL;
    struct nt_parcel parcel = {.size = 0};
    HANDLE section = new_section();
    ACCESS_MASK access = 0;
    ULONG attributes = 0;

    begin();
    ok_status(nt_service_take(self, section, 0, OBJ_INHERIT, DUPLICATE_SAME_ACCESS, &parcel),
              STATUS_SUCCESS);
    ok_status(nt_parcel_unpack(parcel.bytes, parcel.size, parcel.fds, parcel.n_fds, &object,
                               &access, &attributes),
              STATUS_SUCCESS);
    nt_parcel_deinit(&parcel);
    ok_eq(access, SECTION_ALL_ACCESS);
    ok_eq(attributes, OBJ_INHERIT);
    ok_status(nt_service_close(self, section), STATUS_SUCCESS);
    ok_status(nt_service_close(self, section), STATUS_INVALID_HANDLE);
    end();
}

/* --- nonsense ------------------------------------------------------------------------------- */

static void check_nonsense(const void *bytes, size_t size)
{
    int fd = connect_bare();

    send_bare(fd, bytes, size);
    ok_status(hear_bare(fd).status, STATUS_DATA_ERROR);
    nt_os_close(fd);
}

TEST(what_is_no_request_is_refused, "")
{
    struct nt_service_request request = allocation();
    unsigned char longer[sizeof(request) + 8] = {0};

    begin();
    check_nonsense(&request, 1);
    check_nonsense(&request, sizeof(request) - 1);
    memcpy(longer, &request, sizeof(request));
    check_nonsense(longer, sizeof(longer));
    request.magic++;
    check_nonsense(&request, sizeof(request));
    request = request_of(0);
    check_nonsense(&request, sizeof(request));
    request = request_of(NT_SERVICE_KINDS);
    check_nonsense(&request, sizeof(request));
    request = request_of(NT_SERVICE_MAP); /* without a parcel */
    check_nonsense(&request, sizeof(request));
    request = request_of(NT_SERVICE_SET_SET);
    check_nonsense(&request, sizeof(request));
    end();
}

TEST_DEADLINE(silent_askers_do_not_keep_others_from_being_served, "", 120)
{
    struct nt_service_request request = allocation();
    struct nt_service_reply reply;
    int silent[40], fd;

    begin();
    for (unsigned i = 0; i < 40; i++)
        silent[i] = connect_bare();
    fd = connect_bare();
    send_bare(fd, &request, sizeof(request));
    reply = hear_bare(fd); /* once those of the full table have been given up */
    ok_status(reply.status, STATUS_SUCCESS);
    nt_os_close(fd);
    for (unsigned i = 0; i < 40; i++)
        nt_os_close(silent[i]);
    end();
    ok(is_free(reply.base));
}

/* What a process of a user is told by @of: 42 for nothing, as it is hung up on; 43 for an answer.
 */
static int ask_as(uid_t uid, pid_t of)
{
    struct nt_service_request request = request_of(NT_SERVICE_GET_SET);
    const struct iovec part = {&request, sizeof(request)};
    struct pollfd entry = {.events = POLLIN};
    struct nt_service_reply reply;
    char name[NT_SERVICE_NAME_SIZE];
    int fds[NT_OS_MAX_FDS];
    size_t size, n_fds;

    if (setresuid(uid, uid, uid) != 0 || nt_service_name(of, 0, name) < 0 ||
        nt_os_socket_connect_abstract(name, &entry.fd) < 0)
        return 1;
    nt_os_socket_send(entry.fd, &part, 1, NULL, 0, false);
    nt_os_poll(&entry, 1, nt_os_now_ns() + PATIENCE * 1000000ull);
    if (!entry.revents)
        return 2;
    /* More than there is room for is an answer, too. */
    return nt_os_socket_recv(entry.fd, &reply, sizeof(reply), &size, fds, 0, &n_fds, NULL, false) ==
                   -ECONNRESET
               ? 42
               : 43;
}

static int what_is_told_to(uid_t uid)
{
    pid_t self_pid = getpid(), pid = fork();
    int how = 0;

    if (pid == 0)
        _exit(ask_as(uid, self_pid));
    while (waitpid(pid, &how, 0) < 0)
        ;
    return WEXITSTATUS(how);
}

TEST(other_users_are_not_served, "")
{
    if (geteuid() != 0) {
        skip("takes root");
        return;
    }
    begin();
    ok_eq(what_is_told_to(4711), 42);
    ok_eq(what_is_told_to(0), 43);
    end();
}

/* A process that was root's, and whose memory the kernel keeps from the user that it is now. */
static int what_a_former_root_tells(bool is_open)
{
    int told;

    if (setresuid(4711, 4711, 4711) != 0 || prctl(PR_SET_DUMPABLE, is_open) != 0 ||
        !NT_SUCCESS(nt_service_start()))
        return 1;
    told = what_is_told_to(4711);
    nt_service_stop();
    return told;
}

static int former_root(bool is_open)
{
    pid_t pid = fork();
    int how = 0;

    if (pid == 0)
        _exit(what_a_former_root_tells(is_open));
    while (waitpid(pid, &how, 0) < 0)
        ;
    return WEXITSTATUS(how);
}

TEST(who_could_not_look_into_the_process_is_not_served, "")
{
    if (geteuid() != 0) {
        skip("takes root");
        return;
    }
    /* Root that works as somebody else for a while is root still. */
    begin();
    ok_eq(seteuid(4711), 0);
    prctl(PR_SET_DUMPABLE, 1);
    ok_eq(what_is_told_to(4711), 42);
    ok_eq(seteuid(0), 0);
    prctl(PR_SET_DUMPABLE, 1);
    end();
    ok_eq(former_root(false), 42);
    ok_eq(former_root(true), 43);
}

/* --- answers that are lies ------------------------------------------------------------------ */

/* Regions that lead back to where they began, or one that is none. */
static void lie_about_regions(int fd, bool whole)
{
    struct nt_service_reply reply = {.magic = NT_SERVICE_MAGIC, .base = 1, .size = 1};
    const struct nt_region_record record = {
        .base = 0x10000,
        .size = 0x1000,
        .allocation = whole ? 0x10000 : 0x20000,
        .state = MEM_RESERVE,
    };
    struct iovec parts[2] = {{&reply, sizeof(reply)}, {(void *)&record, sizeof(record)}};

    reply.n_bytes = sizeof(record);
    nt_os_socket_send(fd, parts, 2, NULL, 0, false);
}

static void lie(int fd, const struct nt_service_request *request)
{
    struct nt_service_reply reply = {.magic = NT_SERVICE_MAGIC};
    const struct nt_resident_page page = {.address = UINT64_MAX - 2 * 4096};
    const MEMORY_BASIC_INFORMATION nowhere = {
        .BaseAddress = (void *)request->base, /* of no size, or ... */
        .RegionSize = request->base == 0x20000 ? UINT64_MAX : 0,
    };
    bool pages = request->kind == NT_SERVICE_RESIDENT;
    struct iovec parts[2] = {
        {&reply, sizeof(reply)},
        {pages ? (void *)&page : (void *)&nowhere, pages ? sizeof(page) : sizeof(nowhere)}};

    reply.n_bytes = (uint32_t)parts[1].iov_len;
    nt_os_socket_send(fd, parts, 2, NULL, 0, false);
}

/* Serves in the place of a library, and not as that would. */
CHILD(liar)
{
    struct nt_service_request request;
    char name[NT_SERVICE_NAME_SIZE];
    int listen_fd, fd, fds[NT_OS_MAX_FDS];
    size_t size, n_fds;

    (void)argc, (void)argv;
    require(nt_service_name(getpid(), 0, name) == 0);
    require(nt_os_socket_listen_abstract(name, &listen_fd) == 0);
    test_say("ready");
    for (int i = 0; i < 5; i++) {
        struct pollfd entry = {.fd = listen_fd, .events = POLLIN};

        ok_eq(nt_os_poll(&entry, 1, nt_os_now_ns() + PATIENCE * 1000000ull), 0);
        require(nt_os_socket_accept(listen_fd, &fd) == 0);
        entry.fd = fd;
        ok_eq(nt_os_poll(&entry, 1, nt_os_now_ns() + PATIENCE * 1000000ull), 0);
        require(nt_os_socket_recv(fd, &request, sizeof(request), &size, fds, 0, &n_fds, NULL,
                                  false) == 0);
        if (request.kind == NT_SERVICE_REGIONS)
            lie_about_regions(fd, i == 4);
        else
            lie(fd, &request);
        test_hear((char *)&request, sizeof(request), PATIENCE);
        nt_os_close(fd);
    }
    nt_os_close(listen_fd);
    return 0;
}

static unsigned n_visits;

static void visit_one(const struct nt_resident_page *page, void *context)
{
    (void)page, (void)context;
    n_visits++;
}

static BOOL visit_run(const struct ntshm_region_run *run, void *context)
{
    (void)run, (void)context;
    n_visits++;
    return TRUE;
}

TEST(answers_that_lead_nowhere_are_refused, "8.29")
{
    MEMORY_BASIC_INFORMATION information;
    struct nt_process *process = NULL;
    struct test_child child;
    uint64_t changes;
    int pidfd = -1;

    require(test_child_start(&child, "liar"));
    test_child_expect(&child, "ready", PATIENCE);
    require(nt_os_pidfd_open((pid_t)child.pid, &pidfd) == 0);
    require(NT_SUCCESS(nt_process_from_pidfd(pidfd, &process)));
    ok_status(nt_service_query(process, (void *)0x10000, &information), STATUS_DATA_ERROR);
    test_child_write_line(&child, "next");
    ok_status(nt_service_query(process, (void *)0x20000, &information), STATUS_DATA_ERROR);
    test_child_write_line(&child, "next");
    ok_status(nt_service_each_page(process, visit_one, NULL), STATUS_DATA_ERROR);
    ok_eq(n_visits, 0);
    for (int i = 0; i < 2; i++) {
        test_child_write_line(&child, "next");
        ok_status(nt_remote_regions(process, 0, visit_run, NULL, &changes), STATUS_DATA_ERROR);
    }
    ok_eq(n_visits, 0);
    test_child_write_line(&child, "next");
    ok_eq(test_child_wait(&child, PATIENCE), 0);
    nt_process_closep(&process);
}

/* --- what the kernel refuses ---------------------------------------------------------------- */

static _Atomic unsigned n_calls, fails_at;

static int fail_one(enum nt_os_call call)
{
    unsigned n = atomic_fetch_add(&n_calls, 1) + 1;

    (void)call;
    return n == atomic_load(&fails_at) ? ENOMEM : 0;
}

static void map_once(void)
{
    const struct nt_view_request request = {.protect = PAGE_READWRITE};
    HANDLE section = new_section();
    void *base = NULL;
    NTSTATUS status;
    size_t size;

    atomic_store(&n_calls, 0);
    nt_os_set_fault(fail_one);
    status = nt_service_map(self, section, &request, &base, &size);
    nt_os_set_fault(NULL);
    if (NT_SUCCESS(status))
        ok_status(nt_view_unmap(base, 0), STATUS_SUCCESS);
    ok_status(nt_handle_close(section), STATUS_SUCCESS);
}

TEST_DEADLINE(mapping_there_with_any_call_failing_leaves_nothing, "3.32", 240)
{
    unsigned n;

    begin();
    atomic_store(&fails_at, 0);
    map_once();
    n = atomic_load(&n_calls);
    ok(n > 5, "%u calls", n);
    for (unsigned i = 1; i <= n + 3; i++) {
        atomic_store(&fails_at, i);
        map_once();
    }
    end();
}

static bool start_once(void)
{
    bool started;

    atomic_store(&n_calls, 0);
    nt_os_set_fault(fail_one);
    started = NT_SUCCESS(nt_service_start());
    nt_os_set_fault(NULL);
    nt_service_stop();
    return started;
}

TEST(start_with_any_call_failing_leaves_nothing, "")
{
    unsigned n_failed = 0;

    for (unsigned i = 1; i <= 12; i++) {
        atomic_store(&fails_at, i);
        n_failed += !start_once();
    }
    ok(n_failed > 2, "%u", n_failed);
    atomic_store(&fails_at, 0);
    ok(start_once());
}

/* --- bytes through the thread ---------------------------------------------------------------- */

TEST(bytes_are_copied_by_the_thread_where_the_kernel_forbids_it, "8.29")
{
    static char from[200000], to[200000];
    size_t done = 0;

    begin();
    memset(from, 'a', sizeof(from));
    from[sizeof(from) - 1] = 'z';
    ok_status(nt_service_copy(self, (uint64_t)from, to, sizeof(to), false, &done), STATUS_SUCCESS);
    ok_eq(done, sizeof(to));
    ok_mem_eq(to, from, sizeof(to));
    memset(from, 'b', sizeof(from));
    ok_status(nt_service_copy(self, (uint64_t)to, from, sizeof(from), true, &done), STATUS_SUCCESS);
    ok_mem_eq(to, from, sizeof(to));
    ok_status(nt_service_copy(self, 0x1000, to, 16, false, &done), STATUS_PARTIAL_COPY);
    ok_eq(done, 0);
    end();
}
