// SPDX-License-Identifier: MIT
/*
 * Descriptors that a client sends along: a section of a file needs them, and anything can come.
 * Whatever comes is refused unless it is exactly what the request says, and then nothing of it
 * stays with the broker; the bystander is served as before.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
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

#define MOST 8

struct scene {
    struct kit_broker broker;
    int fd; /* a connection on which HELLO was said */
    int n_fds;
    uint64_t number;
};

/* What the broker keeps for speed once it has read-only descriptions to make is there by then. */
static void warm_up(struct scene *scene)
{
    struct kit_request request;
    struct kit_reply made, opened;

    kit_fill_create(&request, ++scene->number, A_("warm"));
    require(kit_ask(scene->fd, &request, &made) && made.header.status == 0);
    kit_fill_open(&request, ++scene->number, A_("warm"));
    request.open.access = SECTION_MAP_READ;
    require(kit_ask(scene->fd, &request, &opened) && opened.header.status == 0);
    kit_reply_drop(&opened);
    kit_reply_drop(&made);
    kit_fill_statistics(&request, ++scene->number);
    require(kit_ask(scene->fd, &request, &made) && made.statistics.names == 0);
}

static void scene_begin_small(struct scene *scene, unsigned max_fds)
{
    struct kit_reply reply;

    kit_broker_start_small(&scene->broker, "gifts", 60000, max_fds);
    scene->number = 1;
    scene->fd = kit_connect(scene->broker.directory);
    require(kit_hello(scene->fd, 0, &reply));
    warm_up(scene);
    scene->n_fds = kit_count_fds(scene->broker.pid);
}

static void scene_begin(struct scene *scene)
{
    scene_begin_small(scene, 0);
}

/* The broker holds what it held, and still serves. */
static void check_broker(struct scene *scene, const char *what)
{
    struct kit_request request;
    struct kit_reply reply;

    kit_fill_statistics(&request, ++scene->number);
    require(kit_ask(scene->fd, &request, &reply), "%s", what);
    ok(reply.statistics.names == 0 && reply.statistics.fds == 0, "%s: %llu names, %llu fds", what,
       (unsigned long long)reply.statistics.names, (unsigned long long)reply.statistics.fds);
    /* What is not kept is closed just behind the reply. */
    ok(test_until(kit_count_fds(scene->broker.pid) == scene->n_fds, 20000),
       "%s: %d descriptors, not %d", what, kit_count_fds(scene->broker.pid), scene->n_fds);
}

static void scene_end(struct scene *scene)
{
    check_broker(scene, "the end");
    close(scene->fd);
    ok_eq(kit_broker_end(&scene->broker, SIGTERM), 0);
}

static bool send_with(int fd, const struct kit_request *request, const int *fds, size_t n_fds)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int) * MOST)];
        struct cmsghdr align;
    } control;
    struct iovec part = {(void *)request, request->header.size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    if (n_fds) {
        struct cmsghdr *header;

        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * n_fds);
        header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int) * n_fds);
        memcpy(CMSG_DATA(header), fds, sizeof(int) * n_fds);
    }
    return sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
}

/* --- what can be sent ------------------------------------------------------------------------- */

enum gift {
    NONE,
    FILE_READ,  /* the right ones: the file read-only, */
    FILE_WRITE, /* and read-write */
    OTHER_READ, /* of another file */
    OTHER_WRITE,
    WRITE_ONLY,
    BY_PATH, /* O_PATH */
    DIRECTORY,
    PIPE,
    SOCKET,
    DEVICE,
    EPOLL,
    OPEN_MEMFD,  /* not sealed */
    SIZED_MEMFD, /* sealed as page-file memory is: contents may change */
    LAYOUT,      /* sealed as a layout is */
    N_GIFTS
};

static int gifts[N_GIFTS];

static int file_of(const char *name, int flags)
{
    char path[256];
    int fd;

    snprintf(path, sizeof(path), "%s/%s", test_dir(), name);
    fd = open(path, flags | O_CREAT | O_CLOEXEC, 0600);
    require(fd >= 0, "%s", path);
    return fd;
}

static int memfd_of(unsigned seals)
{
    int fd = memfd_create("gift", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    require(fd >= 0 && ftruncate(fd, 65536) == 0);
    if (seals)
        require(fcntl(fd, F_ADD_SEALS, seals) == 0);
    return fd;
}

static void make_gifts(void)
{
    char path[256];
    int ends[2];

    gifts[NONE] = -1;
    gifts[FILE_WRITE] = file_of("file", O_RDWR);
    require(ftruncate(gifts[FILE_WRITE], 65536) == 0);
    gifts[FILE_READ] = file_of("file", O_RDONLY);
    gifts[OTHER_WRITE] = file_of("other", O_RDWR);
    require(ftruncate(gifts[OTHER_WRITE], 65536) == 0);
    gifts[OTHER_READ] = file_of("other", O_RDONLY);
    gifts[WRITE_ONLY] = file_of("file", O_WRONLY);
    snprintf(path, sizeof(path), "%s/file", test_dir());
    gifts[BY_PATH] = open(path, O_PATH | O_CLOEXEC);
    gifts[DIRECTORY] = open(test_dir(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    require(pipe2(ends, O_CLOEXEC) == 0);
    gifts[PIPE] = ends[0];
    close(ends[1]);
    gifts[SOCKET] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    gifts[DEVICE] = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    gifts[EPOLL] = epoll_create1(EPOLL_CLOEXEC);
    gifts[OPEN_MEMFD] = memfd_of(0);
    gifts[SIZED_MEMFD] = memfd_of(F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
    gifts[LAYOUT] = memfd_of(F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
    for (unsigned i = 1; i < N_GIFTS; i++)
        require(gifts[i] >= 0, "gift %u", i);
}

static void drop_gifts(void)
{
    for (unsigned i = 1; i < N_GIFTS; i++)
        close(gifts[i]);
}

/* --- creates ---------------------------------------------------------------------------------- */

struct parcel {
    uint32_t protection, attributes;
    enum gift gifts[3];
    NTSTATUS status;
};

#define DATA  SEC_FILE
#define IMAGE (SEC_FILE | SEC_IMAGE)

static const struct parcel parcels[] = {
    /* A number that does not fit. */
    {PAGE_READONLY, DATA, {NONE}, STATUS_INVALID_PARAMETER},
    {PAGE_READONLY, DATA, {FILE_READ, FILE_WRITE}, STATUS_INVALID_PARAMETER},
    {PAGE_WRITECOPY, DATA, {FILE_READ, FILE_WRITE}, STATUS_INVALID_PARAMETER},
    {PAGE_READWRITE, DATA, {FILE_READ}, STATUS_INVALID_PARAMETER},
    {PAGE_READWRITE, DATA, {NONE}, STATUS_INVALID_PARAMETER},
    {PAGE_READONLY, IMAGE, {LAYOUT}, STATUS_INVALID_PARAMETER},
    {PAGE_READONLY, IMAGE, {NONE}, STATUS_INVALID_PARAMETER},
    {PAGE_READWRITE, SEC_COMMIT, {FILE_READ}, STATUS_INVALID_PARAMETER},
    {PAGE_READWRITE, SEC_COMMIT, {FILE_READ, FILE_WRITE}, STATUS_INVALID_PARAMETER},
    {PAGE_READWRITE, SEC_RESERVE, {SIZED_MEMFD}, STATUS_INVALID_PARAMETER},
    {PAGE_READWRITE, SEC_IMAGE, {LAYOUT, FILE_READ}, STATUS_INVALID_PARAMETER},
    /* One of another kind. */
    {PAGE_READONLY, DATA, {FILE_WRITE}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_READONLY, DATA, {WRITE_ONLY}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_READONLY, DATA, {BY_PATH}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_READONLY, DATA, {DIRECTORY}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_READONLY, DATA, {PIPE}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_READONLY, DATA, {SOCKET}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_READONLY, DATA, {DEVICE}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_READONLY, DATA, {EPOLL}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_READONLY, DATA, {OPEN_MEMFD}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_READWRITE, DATA, {FILE_WRITE, FILE_WRITE}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_READWRITE, DATA, {FILE_READ, FILE_READ}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_READWRITE, DATA, {FILE_WRITE, FILE_READ}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_READWRITE, DATA, {FILE_READ, WRITE_ONLY}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_READWRITE, DATA, {FILE_READ, BY_PATH}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_READWRITE, DATA, {FILE_READ, SOCKET}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_READWRITE, DATA, {BY_PATH, FILE_WRITE}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_EXECUTE_READWRITE, DATA, {FILE_READ, DEVICE}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_READONLY, IMAGE, {FILE_READ, FILE_READ}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_READONLY, IMAGE, {OPEN_MEMFD, FILE_READ}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_READONLY, IMAGE, {SIZED_MEMFD, FILE_READ}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_READONLY, IMAGE, {LAYOUT, FILE_WRITE}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_READONLY, IMAGE, {LAYOUT, DIRECTORY}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_READONLY, IMAGE, {LAYOUT, BY_PATH}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_READONLY, IMAGE, {SOCKET, FILE_READ}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_READONLY, IMAGE, {EPOLL, PIPE}, STATUS_INVALID_FILE_FOR_SECTION},
    /* One of another file. */
    {PAGE_READWRITE, DATA, {FILE_READ, OTHER_WRITE}, STATUS_INVALID_FILE_FOR_SECTION},
    {PAGE_READWRITE, DATA, {OTHER_READ, FILE_WRITE}, STATUS_INVALID_FILE_FOR_SECTION},
    /* The right ones. */
    {PAGE_READONLY, DATA, {FILE_READ}, STATUS_SUCCESS},
    {PAGE_EXECUTE_WRITECOPY, DATA, {OTHER_READ}, STATUS_SUCCESS},
    {PAGE_READWRITE, DATA, {FILE_READ, FILE_WRITE}, STATUS_SUCCESS},
    {PAGE_EXECUTE_READWRITE, DATA, {OTHER_READ, OTHER_WRITE}, STATUS_SUCCESS},
    {PAGE_READONLY, IMAGE, {LAYOUT, FILE_READ}, STATUS_SUCCESS},
    /* The protection of an image asks for no writing description. */
    {PAGE_READWRITE, IMAGE, {LAYOUT, FILE_READ}, STATUS_SUCCESS},
};

static size_t fill_parcel(struct kit_request *request, const struct parcel *parcel, uint64_t number,
                          int *fds)
{
    size_t n = 0;

    kit_fill_create(request, number, A_("parcel"));
    request->create.protection = parcel->protection;
    request->create.attributes = parcel->attributes;
    while (n < 2 && parcel->gifts[n] != NONE) {
        fds[n] = gifts[parcel->gifts[n]];
        n++;
    }
    return n;
}

static void check_parcel(struct scene *scene, const struct parcel *parcel)
{
    struct kit_request request;
    struct kit_reply reply;
    int fds[2];
    size_t n = fill_parcel(&request, parcel, ++scene->number, fds);
    char what[80];

    snprintf(what, sizeof(what), "0x%x, 0x%x, gifts %d and %d", parcel->protection,
             parcel->attributes, parcel->gifts[0], parcel->gifts[1]);
    require(send_with(scene->fd, &request, fds, n));
    require(kit_receive(scene->fd, &reply, 20000) == 1, "%s", what);
    ok(reply.header.status == parcel->status, "%s: 0x%08x", what, (unsigned)reply.header.status);
    kit_reply_drop(&reply);
    check_broker(scene, what);
}

TEST(only_what_fits_is_taken, "1.24 1.25 1.27")
{
    struct scene scene;

    make_gifts();
    scene_begin(&scene);
    for (size_t i = 0; i < NT_ARRAY_SIZE(parcels); i++)
        check_parcel(&scene, &parcels[i]);
    scene_end(&scene);
    drop_gifts();
}

TEST(file_must_be_as_long_as_the_section, "1.36")
{
    static const struct parcel data = {PAGE_READWRITE, DATA, {FILE_READ, FILE_WRITE}, 0};
    static const struct parcel image = {PAGE_READONLY, IMAGE, {LAYOUT, FILE_READ}, 0};
    static const struct {
        uint64_t size;
        NTSTATUS status;
    } sizes[] = {{0, STATUS_INVALID_PARAMETER},
                 {1, STATUS_SUCCESS},
                 {65535, STATUS_SUCCESS},
                 {65536, STATUS_SUCCESS},
                 {65537, STATUS_SECTION_TOO_BIG},
                 {INT64_MAX, STATUS_SECTION_TOO_BIG},
                 {UINT64_MAX, STATUS_INVALID_PARAMETER}};
    struct kit_request request;
    struct kit_reply reply;
    struct scene scene;
    int fds[2];

    make_gifts();
    scene_begin(&scene);
    for (size_t i = 0; i < 2 * NT_ARRAY_SIZE(sizes); i++) {
        size_t n = fill_parcel(&request, i % 2 ? &image : &data, ++scene.number, fds);

        request.create.size = sizes[i / 2].size;
        require(send_with(scene.fd, &request, fds, n));
        require(kit_receive(scene.fd, &reply, 20000) == 1);
        ok_status(reply.header.status, sizes[i / 2].status);
        kit_reply_drop(&reply);
        check_broker(&scene, "sizes");
    }
    scene_end(&scene);
    drop_gifts();
}

/* What an opener gets is exactly what the creator sent, and what the name keeps. */
TEST(opener_gets_what_its_rights_carry, "2.21 2.22 2.23")
{
    static const struct parcel parcel = {PAGE_READWRITE, DATA, {FILE_READ, FILE_WRITE}, 0};
    static const struct {
        uint32_t access, payload;
        int mode;
    } rows[] = {{SECTION_MAP_READ, NT_PAYLOAD_READ, O_RDONLY},
                {SECTION_MAP_EXECUTE, NT_PAYLOAD_READ, O_RDONLY},
                {SECTION_MAP_WRITE, NT_PAYLOAD_WRITE, O_RDWR},
                {SECTION_EXTEND_SIZE, NT_PAYLOAD_WRITE, O_RDWR},
                {SECTION_QUERY, 0, 0}};
    struct kit_request request;
    struct kit_reply created, reply;
    struct scene scene;
    struct stat file, got;
    int fds[2];
    size_t n;

    make_gifts();
    scene_begin(&scene);
    n = fill_parcel(&request, &parcel, ++scene.number, fds);
    require(send_with(scene.fd, &request, fds, n));
    require(kit_receive(scene.fd, &created, 20000) == 1 && created.header.status == 0);
    require(fstat(gifts[FILE_READ], &file) == 0);
    for (size_t i = 0; i < NT_ARRAY_SIZE(rows); i++) {
        kit_fill_open(&request, ++scene.number, A_("parcel"));
        request.open.access = rows[i].access;
        require(kit_ask(scene.fd, &request, &reply) && reply.header.status == 0, "row %zu", i);
        ok_eq(reply.object.payload, NT_PAYLOAD_LEASE | rows[i].payload);
        if (rows[i].payload) {
            require(reply.n_fds == 2);
            ok_eq(fcntl(reply.fds[1], F_GETFL) & O_ACCMODE, rows[i].mode);
            ok(fstat(reply.fds[1], &got) == 0 && got.st_ino == file.st_ino);
        }
        kit_reply_drop(&reply);
    }
    kit_reply_drop(&created);
    scene_end(&scene);
    drop_gifts();
}

/* Who may only read commits nothing by what it gets: the commit map is as read-only as the rest. */
TEST(reader_of_reserved_memory_gets_no_writable_map, "2.22 6.4")
{
    static const struct parcel parcel = {PAGE_READWRITE, SEC_RESERVE, {NONE}, 0};
    static const struct {
        uint32_t access, payload;
        int mode;
    } rows[] = {{SECTION_MAP_READ, NT_PAYLOAD_READ, O_RDONLY},
                {SECTION_MAP_WRITE, NT_PAYLOAD_WRITE, O_RDWR}};
    struct kit_request request;
    struct kit_reply created, reply;
    struct scene scene;
    int fds[2];

    scene_begin(&scene);
    fill_parcel(&request, &parcel, ++scene.number, fds);
    require(kit_ask(scene.fd, &request, &created) && created.header.status == 0);
    for (size_t i = 0; i < NT_ARRAY_SIZE(rows); i++) {
        kit_fill_open(&request, ++scene.number, A_("parcel"));
        request.open.access = rows[i].access;
        require(kit_ask(scene.fd, &request, &reply) && reply.header.status == 0, "row %zu", i);
        ok_eq(reply.object.payload, NT_PAYLOAD_LEASE | NT_PAYLOAD_EXTRA | rows[i].payload);
        require(reply.n_fds == 3);
        for (unsigned k = 1; k < 3; k++)
            ok_eq(fcntl(reply.fds[k], F_GETFL) & O_ACCMODE, rows[i].mode);
        kit_reply_drop(&reply);
    }
    kit_reply_drop(&created);
    scene_end(&scene);
}

TEST(gift_for_a_name_that_is_there_is_let_go, "1.19")
{
    static const struct parcel parcel = {PAGE_READWRITE, DATA, {OTHER_READ, OTHER_WRITE}, 0};
    struct kit_request request;
    struct kit_reply first, reply;
    struct scene scene;
    int fds[2], before;
    size_t n;

    make_gifts();
    scene_begin(&scene);
    kit_fill_create(&request, ++scene.number, A_("parcel"));
    require(kit_ask(scene.fd, &request, &first) && first.header.status == 0);
    kit_fill_statistics(&request, ++scene.number);
    require(kit_ask(scene.fd, &request, &reply));
    before = kit_count_fds(scene.broker.pid);
    for (unsigned open_if = 0; open_if < 2; open_if++) {
        n = fill_parcel(&request, &parcel, ++scene.number, fds);
        request.create.flags = open_if ? NT_NAME_OPEN_IF : 0;
        require(send_with(scene.fd, &request, fds, n));
        require(kit_receive(scene.fd, &reply, 20000) == 1);
        ok_status(reply.header.status,
                  open_if ? STATUS_OBJECT_NAME_EXISTS : STATUS_OBJECT_NAME_COLLISION);
        kit_reply_drop(&reply);
        ok(test_until(kit_count_fds(scene.broker.pid) == before, 20000));
    }
    kit_reply_drop(&first);
    scene_end(&scene);
    drop_gifts();
}

/* --- out of turn ------------------------------------------------------------------------------ */

static void fill_hello(struct kit_request *request)
{
    memset(request, 0, sizeof(*request));
    request->header.type = NT_MESSAGE_HELLO;
    request->header.size = sizeof(request->header) + sizeof(request->hello);
    request->hello = (struct nt_hello_request){.magic = NT_IPC_MAGIC,
                                               .version_min = NT_IPC_VERSION_MIN,
                                               .version_max = NT_IPC_VERSION_MAX};
}

static void check_ends(struct scene *scene, struct kit_request *request, bool greeted, size_t n_fds,
                       const char *what)
{
    int fd = kit_connect(scene->broker.directory), fds[MOST];
    struct kit_reply reply;

    for (size_t i = 0; i < MOST; i++)
        fds[i] = gifts[FILE_READ];
    if (greeted)
        require(kit_hello(fd, 0, &reply));
    request->header.number = greeted ? 1 : 0;
    require(send_with(fd, request, fds, n_fds));
    ok(kit_receive(fd, &reply, 20000) == 0, "%s", what);
    close(fd);
    ok(test_until(kit_count_fds(scene->broker.pid) == scene->n_fds, 20000), "%s", what);
}

TEST(gift_out_of_turn_ends_the_connection, "")
{
    struct kit_request request;
    struct scene scene;

    make_gifts();
    scene_begin(&scene);
    fill_hello(&request);
    check_ends(&scene, &request, false, 1, "with HELLO");
    kit_fill_create(&request, 0, A_("parcel"));
    check_ends(&scene, &request, false, 2, "before HELLO");
    kit_fill_open(&request, 1, A_("parcel"));
    check_ends(&scene, &request, true, 1, "with an open");
    kit_fill_statistics(&request, 1);
    check_ends(&scene, &request, true, 2, "with statistics");
    kit_fill_create(&request, 1, A_("parcel"));
    request.create.attributes = SEC_FILE;
    check_ends(&scene, &request, true, 4, "one too many");
    check_ends(&scene, &request, true, MOST, "far too many");
    request.header.size--;
    check_ends(&scene, &request, true, 2, "with a malformed create");
    scene_end(&scene);
    drop_gifts();
}

/* A client that sends as much as it may meets its quota, and the broker keeps descriptors free. */
TEST(gifts_are_charged, "")
{
    static const struct parcel parcel = {PAGE_READWRITE, DATA, {FILE_READ, FILE_WRITE}, 0};
    struct kit_request request;
    struct kit_reply replies[200], reply;
    struct scene scene;
    unsigned made = 0;

    make_gifts();
    scene_begin_small(&scene, 256);
    for (unsigned i = 0; i < NT_ARRAY_SIZE(replies); i++) {
        int fds[2];
        size_t n = fill_parcel(&request, &parcel, ++scene.number, fds);

        /* Another name each time: its first unit. */
        memcpy(request.bytes + sizeof(request.create), &(uint16_t){(uint16_t)(0x4000 + i)}, 2);
        require(send_with(scene.fd, &request, fds, n));
        require(kit_receive(scene.fd, &reply, 20000) == 1);
        if (!NT_SUCCESS(reply.header.status)) {
            ok_status(reply.header.status, STATUS_QUOTA_EXCEEDED);
            break;
        }
        replies[made++] = reply;
    }
    ok(made > 20 && made < 100, "%u sections", made);
    ok(kit_count_fds(scene.broker.pid) < 256);
    while (made > 0)
        kit_reply_drop(&replies[--made]);
    scene_end(&scene);
    drop_gifts();
}

/* --- growing ---------------------------------------------------------------------------------- */

static NTSTATUS grow(struct scene *scene, uint64_t id, uint64_t size, uint64_t *ret_size)
{
    struct kit_request request;
    struct kit_reply reply;

    memset(&request, 0, sizeof(request));
    request.header.type = NT_MESSAGE_GROW;
    request.header.number = ++scene->number;
    request.header.size = sizeof(request.header) + sizeof(request.grow);
    request.grow = (struct nt_grow_request){.id = id, .size = size};
    require(kit_ask(scene->fd, &request, &reply));
    *ret_size = reply.grow.size;
    return reply.header.status;
}

TEST(a_section_is_no_larger_than_its_file, "1.39")
{
    static const struct parcel parcel = {PAGE_READWRITE, DATA, {FILE_READ, FILE_WRITE}, 0};
    struct kit_request request;
    struct kit_reply file, memory;
    struct scene scene;
    uint64_t size = 0;
    int fds[2];
    size_t n;

    make_gifts();
    scene_begin(&scene);
    n = fill_parcel(&request, &parcel, ++scene.number, fds);
    request.create.size = 100;
    require(send_with(scene.fd, &request, fds, n));
    require(kit_receive(scene.fd, &file, 20000) == 1 && file.header.status == 0);
    ok_status(grow(&scene, file.object.id, 0, &size), STATUS_SUCCESS);
    ok_eq(size, 100);
    ok_status(grow(&scene, file.object.id, 65536, &size), STATUS_SUCCESS);
    ok_eq(size, 65536);
    ok_status(grow(&scene, file.object.id, 1, &size), STATUS_SUCCESS);
    ok_eq(size, 65536);
    ok_status(grow(&scene, file.object.id, 65537, &size), STATUS_SECTION_TOO_BIG);
    ok_status(grow(&scene, file.object.id, UINT64_MAX, &size), STATUS_INVALID_PARAMETER);
    ok_status(grow(&scene, file.object.id + 1, 0, &size), STATUS_OBJECT_NAME_NOT_FOUND);
    ok_status(grow(&scene, file.object.id + (1 << 20), 0, &size), STATUS_OBJECT_NAME_NOT_FOUND);
    ok_status(grow(&scene, 0, 0, &size), STATUS_OBJECT_NAME_NOT_FOUND);
    ok_status(grow(&scene, UINT64_MAX, 0, &size), STATUS_OBJECT_NAME_NOT_FOUND);
    kit_fill_create(&request, ++scene.number, A_("memory"));
    require(kit_ask(scene.fd, &request, &memory) && memory.header.status == 0);
    ok_status(grow(&scene, memory.object.id, 1 << 20, &size), STATUS_SECTION_NOT_EXTENDED);
    kit_reply_drop(&memory);
    kit_reply_drop(&file);
    scene_end(&scene);
    drop_gifts();
}
