// SPDX-License-Identifier: MIT
/*
 * `ntshm map` of real processes: with the library's help and without, of ones that stand still and
 * that never do.
 */
#include <windows.h>
#include <ntshm/ntshm.h>

#include "lib/memory/regions.h"
#include "lib/process/service-protocol.h"
#include "tool/map-kit.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

/* --- with the library's help ------------------------------------------------------------------ */

static void ok_scene(struct json_object *map, const struct scene *scene)
{
    struct json_object *piece = map_piece_at(map, scene->view);
    const char *name = json_text(piece, "name");

    ok_piece(map, scene->view, 4 * MAP_GRANULE, "view", "committed", "PAGE_READWRITE");
    ok(strcmp(strchr(name, '\\') ? strchr(name, '\\') : "", strchr(A_("Local\\scene"), '\\')) == 0,
       "the section is called '%s'", name);
    ok_eq(map_address(piece, "offset"), 2 * MAP_GRANULE);
    ok_eq(json_number(piece, "resident"), 3 * MAP_PAGE);
    ok(json_number(piece, "inode") != 0);
    ok_piece(map, scene->memory, MAP_GRANULE, "reserved", "reserved", "");
    ok_piece(map, scene->memory + MAP_GRANULE, 2 * MAP_GRANULE, "private", "committed",
             "PAGE_READWRITE");
    ok_eq(json_number(map_piece_at(map, scene->memory + MAP_GRANULE), "resident"), 5 * MAP_PAGE);
    ok_eq(map_address(map_piece_at(map, scene->memory + MAP_GRANULE), "allocation"),
          (uint64_t)scene->memory);
    ok_piece(map, scene->memory + 8 * MAP_GRANULE, MAP_PAGE, "private", "committed",
             "PAGE_READONLY");
    ok(map_flag(map_piece_at(map, scene->memory + 8 * MAP_GRANULE), "guard"));
    ok_piece(map, scene->place, 8 * MAP_GRANULE, "placeholder", "reserved", "");
    ok_piece(map, scene->later, MAP_PAGE, "reserved", "reserved", "");
    ok_piece(map, scene->later + MAP_PAGE, 2 * MAP_PAGE, "view", "committed", "PAGE_READWRITE");
}

TEST_DEADLINE(map_tells_what_the_library_there_knows, "8.1 5.1 6.4", 120)
{
    struct json_object *map;
    struct scene scene;

    scene_start(&scene, "helps");
    map = map_of(scene.pid);
    ok(map_flag(map, "cooperated"));
    ok(map_flag(map, "consistent"));
    ok_str_eq(json_text(map, "why_not"), "");
    ok_scene(map, &scene);
    ok_map_pieces(map);
    json_object_put(map);
    scene_end(&scene);
}

/* --- the kernel alone ------------------------------------------------------------------------- */

TEST_DEADLINE(map_of_who_does_not_help_is_the_kernels, "", 120)
{
    struct json_object *map;
    struct scene scene;

    scene_start(&scene, "silent");
    map = map_of(scene.pid);
    ok(!map_flag(map, "cooperated"));
    ok(strstr(json_text(map, "why_not"), "runs no service thread") != NULL);
    ok_piece(map, scene.view, 4 * MAP_GRANULE, "view", "committed", "PAGE_READWRITE");
    ok_eq(map_address(map_piece_at(map, scene.view), "offset"), 2 * MAP_GRANULE);
    ok_piece(map, scene.memory + MAP_GRANULE, 2 * MAP_GRANULE, "private", "committed",
             "PAGE_READWRITE");
    ok_map_pieces(map);
    json_object_put(map);
    scene_end(&scene);
}

static bool is_stopped(const char *pid)
{
    char path[64], line[512] = "";
    const char *after;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%s/stat", pid);
    file = fopen(path, "r");
    if (file && !fgets(line, sizeof(line), file))
        line[0] = '\0';
    if (file)
        fclose(file);
    after = strrchr(line, ')');
    return after && after[1] == ' ' && after[2] == 'T';
}

TEST_DEADLINE(map_of_a_stopped_process_comes_at_once, "", 120)
{
    struct json_object *map;
    struct scene scene;

    scene_start(&scene, "helps");
    ok_eq(kill(scene.child.pid, SIGSTOP), 0);
    ok(test_until(is_stopped(scene.pid), MAP_PATIENCE));
    map = map_of(scene.pid);
    ok(!map_flag(map, "cooperated"));
    ok_str_eq(json_text(map, "why_not"), "is stopped");
    ok_piece(map, scene.view, 4 * MAP_GRANULE, "view", "committed", "PAGE_READWRITE");
    json_object_put(map);
    ok_eq(kill(scene.child.pid, SIGCONT), 0);
    scene_end(&scene);
}

/* Listens where the service thread would, and says nothing. */
static int pretend(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), length;
    char line[1024];
    FILE *file = fopen("/proc/self/stat", "r");
    unsigned long long began = 0;

    require(fd >= 0 && file && fgets(line, sizeof(line), file));
    fclose(file);
    /* Behind the name, the 20th field. */
    require(
        sscanf(strrchr(line, ')') + 1,
               "%*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu",
               &began) == 1);
    length = snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "ntshm-service/%d/%llu/0",
                      (int)getpid(), began);
    require(bind(fd, (struct sockaddr *)&address,
                 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length)) == 0);
    require(listen(fd, 8) == 0);
    return fd;
}

CHILD(map_silent)
{
    int fd = pretend();
    char line[16];

    test_say("ready");
    test_hear(line, sizeof(line), 120000);
    close(fd);
    return 0;
}

TEST_DEADLINE(process_that_does_not_answer_is_told_by_the_kernel, "", 120)
{
    struct test_child child;
    char pid[16];

    require(test_child_start(&child, "map_silent"));
    test_child_expect(&child, "ready", MAP_PATIENCE);
    snprintf(pid, sizeof(pid), "%d", (int)child.pid);
    {
        struct run run;

        run_tool(&run, "map", "--deadline=60", pid);
        ok_run(&run, 0, "told by the kernel alone: the process does not answer");
        run_free(&run);
    }
    test_child_write_line(&child, "end");
    ok_eq(test_child_wait(&child, MAP_PATIENCE), 0);
}

/* --- one that says of itself that it does not stand still ------------------------------------- */

struct play {
    int fd;
    const char *how; /* "still"; "moving": each answer tells of another change; "parted": the first
                        and the second part of the list do */
    uint64_t changes;
};

/* A request, or the word that the answer was taken; signals come meanwhile. */
static ssize_t hear(int fd, struct nt_service_request *request)
{
    ssize_t n;

    while ((n = recv(fd, request, sizeof(*request), 0)) < 0 && errno == EINTR)
        ;
    return n;
}

static void answer(struct play *play, int fd)
{
    const struct nt_region_record record = {
        .base = 0x10000, .size = MAP_PAGE, .allocation = 0x10000, .state = MEM_RESERVE};
    struct nt_service_reply reply = {.magic = NT_SERVICE_MAGIC, .size = 7};
    struct nt_service_request request;
    struct iovec parts[] = {{&reply, sizeof(reply)}, {(void *)(uintptr_t)&record, 0}};

    if (hear(fd, &request) < (ssize_t)sizeof(request))
        return;
    if (strcmp(play->how, "moving") == 0)
        reply.size = ++play->changes;
    if (strcmp(play->how, "parted") == 0 && request.base == 1) {
        reply.base = 0x20000;
        reply.n_bytes = (uint32_t)(parts[1].iov_len = sizeof(record));
    } else if (strcmp(play->how, "parted") == 0 && request.base == 0x20000) {
        reply.size = 8;
    }
    if (writev(fd, parts, 2) > 0)
        hear(fd, &request); /* that it was taken */
}

static void act(void *argument)
{
    struct play *play = argument;
    int fd;

    while ((fd = accept(play->fd, NULL, NULL)) >= 0 || errno == EINTR) {
        if (fd < 0)
            continue;
        answer(play, fd);
        close(fd);
    }
}

CHILD(map_actor)
{
    struct play play = {.fd = pretend(), .how = argv[1]};
    struct test_thread thread;
    char line[16];

    (void)argc;
    test_thread_start(&thread, act, &play);
    test_say("ready");
    test_hear(line, sizeof(line), 120000);
    shutdown(play.fd, SHUT_RDWR);
    test_thread_join(&thread);
    close(play.fd);
    return 0;
}

TEST_DEADLINE(map_says_whether_the_memory_stood_still, "", 120)
{
    static const char *const hows[] = {"still", "moving", "parted"};

    for (size_t i = 0; i < 3; i++) {
        struct test_child child;
        struct json_object *map;
        char pid[16];

        require(test_child_start(&child, "map_actor", hows[i]));
        test_child_expect(&child, "ready", MAP_PATIENCE);
        snprintf(pid, sizeof(pid), "%d", (int)child.pid);
        map = map_of(pid);
        ok(map_flag(map, "cooperated"), "%s", hows[i]);
        ok_eq(map_flag(map, "consistent"), i == 0);
        json_object_put(map);
        test_child_write_line(&child, "end");
        ok_eq(test_child_wait(&child, MAP_PATIENCE), 0);
    }
}

struct sums {
    uint64_t size, resident;
};

static struct sums smaps_of(const char *pid)
{
    struct sums sums = {0, 0};
    char path[64], line[4096];
    unsigned long kilobytes;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%s/smaps", pid);
    file = fopen(path, "r");
    require(file != NULL);
    while (fgets(line, sizeof(line), file)) {
        if (sscanf(line, "Size: %lu kB", &kilobytes) == 1)
            sums.size += kilobytes << 10;
        else if (sscanf(line, "Rss: %lu kB", &kilobytes) == 1 ||
                 sscanf(line, "Private_Hugetlb: %lu kB", &kilobytes) == 1 ||
                 sscanf(line, "Shared_Hugetlb: %lu kB", &kilobytes) == 1)
            sums.resident += kilobytes << 10;
    }
    fclose(file);
    return sums;
}

/* True when the sums were between what they were before and after: the same, where nothing moved.
 */
static bool sums_agree(const char *pid)
{
    struct sums before = smaps_of(pid), now, after;
    struct json_object *map = map_of(pid), *all = json_at(json_at(map, "totals"), "all");

    after = smaps_of(pid);
    now = (struct sums){json_number(all, "size"), json_number(all, "resident")};
    json_object_put(map);
    test_note("smaps %llu %llu, then %llu %llu; map %llu %llu", (unsigned long long)before.size,
              (unsigned long long)before.resident, (unsigned long long)after.size,
              (unsigned long long)after.resident, (unsigned long long)now.size,
              (unsigned long long)now.resident);
    return before.size == after.size && now.size == before.size &&
           now.resident >= before.resident && now.resident <= after.resident;
}

TEST_DEADLINE(totals_are_those_of_smaps, "", 120)
{
    struct scene scene;

    scene_start(&scene, "silent");
    ok(test_until(sums_agree(scene.pid), MAP_PATIENCE));
    scene_end(&scene);
    scene_start(&scene, "helps");
    ok(test_until(sums_agree(scene.pid), MAP_PATIENCE));
    scene_end(&scene);
}

/* --- many, and never still -------------------------------------------------------------------- */

#define MANY 10000u

CHILD(map_many)
{
    char line[16];

    for (unsigned i = 0; i < MANY; i++) {
        char *memory = VirtualAlloc(NULL, 2 * MAP_PAGE, MEM_RESERVE, PAGE_READWRITE);

        require(memory && VirtualAlloc(memory, MAP_PAGE, MEM_COMMIT, PAGE_READWRITE) == memory);
    }
    require(ntshm_service_start());
    test_say("ready");
    test_hear(line, sizeof(line), 120000);
    return 0;
}

TEST_DEADLINE(twenty_thousand_regions_are_told, "", 300)
{
    struct json_object *map, *totals;
    struct test_child child;
    char pid[16];

    require(test_child_start(&child, "map_many"));
    test_child_expect(&child, "ready", 120000);
    snprintf(pid, sizeof(pid), "%d", (int)child.pid);
    map = map_of(pid);
    totals = json_at(map, "totals");
    ok(map_flag(map, "cooperated"));
    ok(json_number(json_at(totals, "private"), "pieces") >= MANY);
    ok(json_number(json_at(totals, "reserved"), "pieces") >= MANY);
    ok_map_pieces(map);
    json_object_put(map);
    test_child_write_line(&child, "end");
    ok_eq(test_child_wait(&child, MAP_PATIENCE), 0);
}

static void churn(void *argument)
{
    while (!__atomic_load_n((bool *)argument, __ATOMIC_RELAXED)) {
        char *memory =
            VirtualAlloc(NULL, 4 * MAP_GRANULE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
        DWORD old;

        require(memory != NULL);
        memory[MAP_GRANULE] = 1;
        require(VirtualProtect(memory + MAP_GRANULE, MAP_PAGE, PAGE_READONLY, &old));
        require(VirtualFree(memory, 0, MEM_RELEASE));
    }
}

CHILD(map_churn)
{
    struct test_thread thread;
    bool over = false;
    char line[16];

    require(ntshm_service_start());
    test_thread_start(&thread, churn, &over);
    test_say("ready");
    test_hear(line, sizeof(line), 120000);
    __atomic_store_n(&over, true, __ATOMIC_RELAXED);
    test_thread_join(&thread);
    return 0;
}

TEST_DEADLINE(process_that_never_stands_still_is_told_whole, "", 300)
{
    struct test_child child;
    char pid[16];

    require(test_child_start(&child, "map_churn"));
    test_child_expect(&child, "ready", MAP_PATIENCE);
    snprintf(pid, sizeof(pid), "%d", (int)child.pid);
    for (unsigned i = 0; i < 5; i++) {
        struct json_object *map = map_of(pid);

        ok(map_flag(map, "cooperated"));
        ok_map_pieces(map);
        json_object_put(map);
    }
    test_child_write_line(&child, "end");
    ok_eq(test_child_wait(&child, MAP_PATIENCE), 0);
}
