// SPDX-License-Identifier: MIT
/*
 * Descriptors that a client sends for a section of large pages. They must be large pages of exactly
 * the section's size that nobody can shorten, one description for reading and one for writing of
 * the same memory; whatever else comes is refused, and nothing of it stays with the broker.
 *
 * No pool is needed: that pages are there is the creator's affair, and its peers are told of a page
 * that is not by an exception (tests/api/large_views_linux.c).
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <ntshm/ntshm.h>
#include <ntstatus.h>
#include <windows.h>
#include <winternl.h>

#include "broker/kit.h"
#include "harness/test.h"
#include "rtl/access.h"
#include "util/macro.h"

#ifndef MFD_HUGETLB
#    define MFD_HUGETLB 0x0004U
#endif

enum gift {
    NONE,
    WRITE, /* the right ones: large pages read-write, */
    READ,  /* and read-only */
    OTHER_WRITE,
    OTHER_READ,
    LONGER_WRITE,
    LONGER_READ,
    OPEN_WRITE, /* not sealed: it could be shortened */
    OPEN_READ,
    SMALL_WRITE, /* ordinary pages, sealed */
    SMALL_READ,
    FILE_READ,
    N_GIFTS
};

static int gifts[N_GIFTS];
static uint64_t large;

static int reading(int fd)
{
    char path[64];
    int again;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    again = open(path, O_RDONLY | O_CLOEXEC);
    require(again >= 0);
    return again;
}

static int memory(unsigned kind, uint64_t size, bool is_sealed)
{
    int fd = memfd_create("gift", MFD_CLOEXEC | MFD_ALLOW_SEALING | kind);

    require(fd >= 0 && ftruncate(fd, (off_t)size) == 0);
    if (is_sealed)
        require(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0);
    return fd;
}

static void make_gifts(void)
{
    char path[256];

    large = GetLargePageMinimum();
    if (large == 0)
        skip("the kernel has no large pages");
    gifts[NONE] = -1;
    gifts[WRITE] = memory(MFD_HUGETLB, large, true);
    gifts[OTHER_WRITE] = memory(MFD_HUGETLB, large, true);
    gifts[LONGER_WRITE] = memory(MFD_HUGETLB, 2 * large, true);
    gifts[OPEN_WRITE] = memory(MFD_HUGETLB, large, false);
    gifts[SMALL_WRITE] = memory(0, large, true);
    for (unsigned i = WRITE; i < FILE_READ; i += 2)
        gifts[i + 1] = reading(gifts[i]);
    snprintf(path, sizeof(path), "%s/file", test_dir());
    gifts[FILE_READ] = open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
    require(gifts[FILE_READ] >= 0);
}

static void drop_gifts(void)
{
    for (unsigned i = 1; i < N_GIFTS; i++)
        close(gifts[i]);
}

/* --- the broker ------------------------------------------------------------------------------ */

struct scene {
    struct kit_broker broker;
    int fd; /* a connection on which HELLO was said */
    uint64_t number;
};

static void scene_begin(struct scene *scene)
{
    struct kit_reply reply;

    kit_broker_start(&scene->broker, "large", 60000);
    scene->number = 1;
    scene->fd = kit_connect(scene->broker.directory);
    require(kit_hello(scene->fd, 0, &reply));
}

static void scene_end(struct scene *scene)
{
    close(scene->fd);
    ok_eq(kit_broker_end(&scene->broker, SIGTERM), 0);
}

/* The broker holds nothing, and serves. */
static void check_empty(struct scene *scene, const char *what)
{
    struct kit_request request;
    struct kit_reply reply;

    kit_fill_statistics(&request, ++scene->number);
    require(kit_ask(scene->fd, &request, &reply), "%s", what);
    ok(reply.statistics.names == 0 && reply.statistics.fds == 0, "%s: %llu names, %llu fds", what,
       (unsigned long long)reply.statistics.names, (unsigned long long)reply.statistics.fds);
}

static void send_with(int fd, const struct kit_request *request, const int *fds, size_t n_fds)
{
    struct iovec part = {(void *)request, request->header.size};

    require(nt_os_socket_send(fd, &part, 1, fds, n_fds, true) == 0);
}

/* --- what is sent ---------------------------------------------------------------------------- */

#define LARGE (SEC_COMMIT | SEC_LARGE_PAGES)

static const struct parcel {
    uint32_t protection, attributes;
    enum gift gifts[3];
    NTSTATUS status;
} parcels[] = {
    /* A number that does not fit. */
    {PAGE_READWRITE, LARGE, {NONE}, STATUS_INVALID_PARAMETER},
    {PAGE_READONLY, LARGE, {NONE}, STATUS_INVALID_PARAMETER},
    {PAGE_READWRITE, LARGE, {READ}, STATUS_INVALID_PARAMETER},
    {PAGE_READONLY, LARGE, {READ, WRITE}, STATUS_INVALID_PARAMETER},
    /* Flags that nobody who has large pages can have. */
    {PAGE_READWRITE, LARGE | SEC_FILE, {READ, WRITE}, STATUS_INVALID_PARAMETER},
    {PAGE_READWRITE, LARGE | SEC_RESERVE, {READ, WRITE}, STATUS_INVALID_PARAMETER},
    {PAGE_READWRITE, LARGE | SEC_IMAGE, {READ, WRITE}, STATUS_INVALID_PARAMETER},
    {PAGE_READWRITE, LARGE | SEC_FILE | SEC_IMAGE, {READ, WRITE}, STATUS_INVALID_PARAMETER},
    /* Another kind, the other way round, or of two. */
    {PAGE_READWRITE, LARGE, {WRITE, READ}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_READWRITE, LARGE, {WRITE, WRITE}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_READWRITE, LARGE, {READ, READ}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_READWRITE, LARGE, {READ, OTHER_WRITE}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_READWRITE, LARGE, {SMALL_READ, SMALL_WRITE}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_READWRITE, LARGE, {SMALL_READ, WRITE}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_READWRITE, LARGE, {OPEN_READ, OPEN_WRITE}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_READONLY, LARGE, {WRITE}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_READONLY, LARGE, {SMALL_READ}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_READONLY, LARGE, {FILE_READ}, STATUS_SECTION_TOO_BIG},
    /* Of another size. */
    {PAGE_READWRITE, LARGE, {LONGER_READ, LONGER_WRITE}, STATUS_INVALID_PARAMETER},
    /* The right ones. */
    {PAGE_READWRITE, LARGE, {READ, WRITE}, STATUS_SUCCESS},
    {PAGE_EXECUTE_READWRITE, LARGE, {OTHER_READ, OTHER_WRITE}, STATUS_SUCCESS},
    {PAGE_READONLY, LARGE, {READ}, STATUS_SUCCESS},
};

static size_t fill_parcel(struct kit_request *request, const struct parcel *parcel, uint64_t number,
                          int *fds)
{
    size_t n = 0;

    kit_fill_create(request, number, A_("parcel"));
    request->create.size = large;
    request->create.protection = parcel->protection;
    request->create.attributes = parcel->attributes;
    while (n < 2 && parcel->gifts[n] != NONE) {
        fds[n] = gifts[parcel->gifts[n]];
        n++;
    }
    return n;
}

TEST(only_large_pages_are_taken_for_large_pages, "7.50 7.51")
{
    struct scene scene;

    make_gifts();
    scene_begin(&scene);
    for (size_t i = 0; i < NT_ARRAY_SIZE(parcels); i++) {
        struct kit_request request;
        struct kit_reply reply;
        char what[32];
        int fds[2];
        size_t n = fill_parcel(&request, &parcels[i], ++scene.number, fds);

        snprintf(what, sizeof(what), "parcel %u", (unsigned)i);
        send_with(scene.fd, &request, fds, n);
        require(kit_receive(scene.fd, &reply, 20000) == 1, "%s", what);
        ok(reply.header.status == parcels[i].status, "%s: 0x%08x", what,
           (unsigned)reply.header.status);
        kit_reply_drop(&reply);
        check_empty(&scene, what);
    }
    scene_end(&scene);
    drop_gifts();
}

/* --- who gets what --------------------------------------------------------------------------- */

static int access_mode(int fd)
{
    return fcntl(fd, F_GETFL) & O_ACCMODE;
}

static void open_for(struct scene *scene, ACCESS_MASK access, struct kit_reply *reply)
{
    struct kit_request request;

    kit_fill_open(&request, ++scene->number, A_("parcel"));
    request.open.access = access;
    require(kit_ask(scene->fd, &request, reply));
    ok_status(reply->header.status, STATUS_SUCCESS);
}

TEST(large_pages_are_handed_out_in_three_steps, "2.22 2.23")
{
    const struct parcel right = {PAGE_READWRITE, LARGE, {READ, WRITE}, STATUS_SUCCESS};
    struct kit_reply made, reply;
    struct kit_request request;
    struct scene scene;
    int fds[2];
    size_t n;

    make_gifts();
    scene_begin(&scene);
    n = fill_parcel(&request, &right, ++scene.number, fds);
    send_with(scene.fd, &request, fds, n);
    require(kit_receive(scene.fd, &made, 20000) == 1 && made.header.status == 0);
    open_for(&scene, SECTION_QUERY, &reply);
    ok_eq(reply.n_fds, 1); /* the lease */
    kit_reply_drop(&reply);
    open_for(&scene, SECTION_MAP_READ, &reply);
    require(reply.n_fds == 2);
    ok_eq(access_mode(reply.fds[1]), O_RDONLY);
    ok_eq(fallocate(reply.fds[1], FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, (off_t)large), -1);
    kit_reply_drop(&reply);
    open_for(&scene, SECTION_MAP_WRITE, &reply);
    require(reply.n_fds == 2);
    ok_eq(access_mode(reply.fds[1]), O_RDWR);
    ok_eq(ftruncate(reply.fds[1], 0), -1);
    kit_reply_drop(&reply);
    kit_reply_drop(&made);
    scene_end(&scene);
    drop_gifts();
}
