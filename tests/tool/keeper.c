// SPDX-License-Identifier: MIT
/*
 * Keepers: `ntshm blackbox watch`, started by hand and by ntshm_blackbox_start_keeper, outlives an
 * engine that is killed in the middle of its GPU work, and has saved what happened.
 */
#include "d3d12/kit.h"
#include "tool/boxtest.h"
#include "tool/run.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * An engine: marks one list whose second pass never ends, because a wait that nobody meets stands
 * before it; says "ready"; then does what it is told.
 *   argv[1]: name; argv[2]: dump file for a keeper of its own, or "-"
 */
CHILD(engine)
{
    static const struct ntshm_blackbox_desc desc = {
        .size = sizeof(desc), .payload_size = 65536, .program = "engine"};
    struct ntshm_blackbox_list *list[2] = {NULL};
    ID3D12Fence *never;
    struct boxtest test;
    struct kit kit;
    uint32_t queue;
    char line[64];

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    never = kit_fence(kit.device, 0);
    boxtest_open_named(&test, kit.device, argv[1], &desc);
    if (argv[2][0] != '-')
        ok_hr(ntshm_blackbox_start_keeper(argv[1], argv[2]), S_OK);
    ntshm_blackbox_add_queue(test.box, "main", 0, kit.fence, &queue);
    ntshm_blackbox_begin_list(test.box, kit.list, "first", &list[0]);
    ntshm_blackbox_begin_pass(list[0], "shadows");
    ntshm_blackbox_end_pass(list[0]);
    ntshm_blackbox_begin_pass(list[0], "never ended");
    ok_hr(ntshm_blackbox_submit(test.box, queue, list, 1, 2), S_OK);
    ok_hr(ID3D12GraphicsCommandList_Close(kit.list), S_OK);
    kit_execute(kit.queue, kit.list);
    ID3D12CommandQueue_Signal(kit.queue, kit.fence, 1);
    require(kit_wait(kit.fence, 1));
    ID3D12CommandQueue_Wait(kit.queue, never, 1); /* the submission's own value 2 stays out */
    ID3D12CommandQueue_Signal(kit.queue, kit.fence, 2);
    test_say("ready");
    while (test_hear(line, sizeof(line), 60000)) {
        if (strcmp(line, "remove") == 0) {
            ID3D12Device5_RemoveDevice(kit.device);
            ok_hr(ntshm_blackbox_poll(test.box), DXGI_ERROR_DEVICE_REMOVED);
            test_say("removed");
        } else if (strcmp(line, "close") == 0) {
            break;
        }
    }
    ID3D12Fence_Signal(never, 1);
    kit_wait(kit.fence, 2);
    boxtest_close(&test);
    IUnknown_Release((IUnknown *)never);
    kit_close(&kit);
    return 0;
}

static const char *dump_path(void)
{
    static char path[512];

    snprintf(path, sizeof(path), "%s/engine.dump", test_dir());
    return path;
}

static void start_engine(struct test_child *child, const char *keeper_dump)
{
    setenv("NTSHM_TOOL_PATH", NT_TEST_TOOL_PATH, 1);
    require(test_child_start(child, "engine", A_("Local\\engine"), keeper_dump));
    test_child_expect(child, "ready", 20000);
}

static void start_watch(struct run *run)
{
    HANDLE ready = CreateEventA(NULL, TRUE, FALSE, A_("Local\\watch-ready"));

    require(ready != NULL);
    run_start(run, "blackbox", "watch", "--json", "-o", dump_path(), "--ready-event",
              A_("Local\\watch-ready"), A_("Local\\engine"));
    require(WaitForSingleObject(ready, 20000) == WAIT_OBJECT_0);
    CloseHandle(ready);
}

static void ok_dump(const char *saved_because, const char *state)
{
    struct json_object *told;
    struct run run;

    run_tool(&run, "blackbox", "read", "--json", dump_path());
    ok_eq(run.code, 0);
    told = run_json(&run);
    ok_str_eq(json_text(told, "saved_because"), saved_because);
    ok_str_eq(json_text(told, "state"), state);
    ok_str_eq(json_text(told, "program"), "engine");
    ok_eq(json_number(told, "passes_finished"), 1);
    ok_eq(json_length(json_at(told, "in_flight")), 1);
    ok_str_eq(json_text(json_item(json_at(told, "in_flight"), 0), "name"), "never ended");
    ok_str_eq(json_text(json_item(json_at(told, "in_flight"), 0), "list"), "first");
    ok_eq(json_number(json_item(json_at(told, "queues"), 0), "fence_completed"), 0);
    ok_eq(json_number(json_item(json_at(told, "queues"), 0), "fence_submitted"), 2);
    json_object_put(told);
    run_free(&run);
}

static bool command_line_has(const char *pid, const char *text)
{
    char path[300], line[4096];
    FILE *file;
    size_t n;

    snprintf(path, sizeof(path), "/proc/%s/cmdline", pid);
    file = fopen(path, "re");
    if (!file)
        return false;
    n = fread(line, 1, sizeof(line), file);
    fclose(file);
    return memmem(line, n, "watch", 5) && memmem(line, n, text, strlen(text));
}

/* A pidfd of the keeper of this case's engine: the process that has its name in its arguments. */
static int find_keeper(void)
{
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    int fd = -1;

    require(proc != NULL);
    while (fd < 0 && (entry = readdir(proc)))
        if (atoi(entry->d_name) > 0 && command_line_has(entry->d_name, A_("Local\\engine")))
            fd = (int)syscall(SYS_pidfd_open, atoi(entry->d_name), 0);
    closedir(proc);
    ok(fd >= 0, "no keeper runs");
    return fd;
}

static void ok_keeper_ends(int pidfd)
{
    struct pollfd end = {.fd = pidfd, .events = POLLIN};

    ok(test_until(poll(&end, 1, 0) == 1, 30000));
    close(pidfd);
}

static bool nobody_has_the_name(void)
{
    HANDLE section = OpenFileMappingA(FILE_MAP_READ, FALSE, A_("Local\\engine"));

    if (section)
        CloseHandle(section);
    return !section;
}

TEST_DEADLINE(watch_saves_when_the_recorder_is_killed, "D2.5 D15.2", 90)
{
    struct test_child child;
    struct json_object *told;
    struct run run;

    start_engine(&child, "-");
    start_watch(&run);
    ok_eq(test_child_kill(&child), TEST_CHILD_KILLED);
    run_wait(&run);
    ok_eq(run.code, 0);
    told = run_json(&run);
    ok_str_eq(json_text(told, "dump"), dump_path());
    ok_str_eq(json_text(json_item(json_at(told, "in_flight"), 0), "name"), "never ended");
    json_object_put(told);
    run_free(&run);
    ok_dump("recorder died", "recording");
    ok(nobody_has_the_name());
}

TEST_DEADLINE(watch_saves_when_the_device_is_removed, "D19.6 D19.11", 90)
{
    struct test_child child;
    struct run run;

    start_engine(&child, "-");
    start_watch(&run);
    test_child_write_line(&child, "remove");
    test_child_expect(&child, "removed", 20000);
    run_wait(&run);
    ok_eq(run.code, 0);
    run_free(&run);
    ok_dump("device removed", "device removed");
    test_child_write_line(&child, "close");
    ok_eq(test_child_wait(&child, 20000), 0);
}

TEST_DEADLINE(watch_saves_nothing_of_a_box_that_was_closed, "D2.5", 90)
{
    struct test_child child;
    struct stat info;
    struct run run;

    start_engine(&child, "-");
    start_watch(&run);
    test_child_write_line(&child, "close");
    ok_eq(test_child_wait(&child, 20000), 0);
    run_wait(&run);
    ok_eq(run.code, 0);
    run_free(&run);
    ok_eq(stat(dump_path(), &info), -1);
}

TEST_DEADLINE(keeper_started_by_an_engine_outlives_it, "D2.5 D15.2", 90)
{
    struct test_child child;
    struct stat info;
    int keeper;

    start_engine(&child, dump_path());
    keeper = find_keeper();
    ok_eq(test_child_kill(&child), TEST_CHILD_KILLED);
    ok(test_until(stat(dump_path(), &info) == 0, 30000));
    ok_dump("recorder died", "recording");
    ok_keeper_ends(keeper);
    ok(nobody_has_the_name());
}

TEST_DEADLINE(keeper_hears_signals_though_its_engine_blocks_them, "D2.5", 90)
{
    struct test_child child;
    int keeper;

    start_engine(&child, dump_path());
    keeper = find_keeper();
    ok_eq(syscall(SYS_pidfd_send_signal, keeper, SIGTERM, NULL, 0), 0);
    ok_keeper_ends(keeper);
    test_child_write_line(&child, "close");
    ok_eq(test_child_wait(&child, 20000), 0);
}

TEST_DEADLINE(keeper_of_a_closed_box_ends, "D2.5", 90)
{
    struct test_child child;
    struct stat info;
    int keeper;

    start_engine(&child, dump_path());
    keeper = find_keeper();
    test_child_write_line(&child, "close");
    ok_eq(test_child_wait(&child, 20000), 0);
    ok_keeper_ends(keeper);
    ok(nobody_has_the_name());
    ok_eq(stat(dump_path(), &info), -1);
}

TEST(keeper_that_cannot_start_is_an_error, "")
{
    setenv("NTSHM_TOOL_PATH", NT_TEST_TOOL_PATH, 1);
    ok_hr(ntshm_blackbox_start_keeper(A_("Local\\nobody"), dump_path()),
          HRESULT_FROM_WIN32(ERROR_SERVICE_NOT_ACTIVE));
    setenv("NTSHM_TOOL_PATH", "/nowhere/ntshm", 1);
    ok_hr(ntshm_blackbox_start_keeper(A_("Local\\nobody"), dump_path()),
          HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND));
    ok_hr(ntshm_blackbox_start_keeper(NULL, dump_path()), E_INVALIDARG);
    ok_hr(ntshm_blackbox_start_keeper("", dump_path()), E_INVALIDARG);
    ok_hr(ntshm_blackbox_start_keeper(A_("Local\\nobody"), ""), E_INVALIDARG);
}
