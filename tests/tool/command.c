// SPDX-License-Identifier: MIT
/*
 * The command line itself: usage, errors, the broker's commands, and dumps that somebody made.
 */
#include <windows.h>
#include <ntshm/ntshm.h>

#include "harness/test.h"
#include "tool/boximage.h"
#include "tool/run.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *save(const char *name, const void *bytes, size_t size)
{
    static char path[512];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", test_dir(), name);
    file = fopen(path, "wb");
    require(file && fwrite(bytes, 1, size, file) == size && fclose(file) == 0);
    return path;
}

#define ok_tool(code, text, ...)      \
    do {                              \
        struct run run_;              \
        run_tool(&run_, __VA_ARGS__); \
        ok_run(&run_, code, text);    \
        run_free(&run_);              \
    } while (0)

TEST(every_command_has_help_and_version, "")
{
    ok_tool(0, "Usage: ntshm [OPTION...] COMMAND", "--help");
    ok_tool(0, "blackbox", "--help");
    ok_tool(0, "ntshm 0.", "--version");
    ok_tool(0, "Usage: ntshm blackbox [OPTION...] COMMAND", "blackbox", "--help");
    ok_tool(0, "Usage: ntshm blackbox demo ", "blackbox", "demo", "--help");
    ok_tool(0, "Usage: ntshm blackbox read ", "blackbox", "read", "--help");
    ok_tool(0, "Usage: ntshm blackbox watch ", "blackbox", "watch", "--help");
    ok_tool(0, "Usage: ntshm broker status ", "broker", "status", "--help");
    ok_tool(0, "Usage: ntshm broker stop ", "broker", "stop", "--help");
    ok_tool(0, "Usage: ntshm list ", "list", "--help");
    ok_tool(0, "Usage: ntshm show ", "show", "--help");
    ok_tool(0, "Usage: ntshm hold ", "hold", "--help");
}

TEST(wrong_usage_is_exit_code_2, "")
{
    ok_tool(2, "which command?", "blackbox");
    ok_tool(2, "'frobnicate' is not a command", "frobnicate");
    ok_tool(2, "'frobnicate' is not a command", "broker", "frobnicate");
    ok_tool(2, "unrecognized option", "broker", "status", "--frobnicate");
    ok_tool(2, "which black box?", "blackbox", "read");
    ok_tool(2, "one NAME or FILE at a time", "blackbox", "read", "a", "b");
    ok_tool(2, "is not a count", "blackbox", "read", "-n", "-1", "a");
    ok_tool(2, "which black box?", "blackbox", "watch");
    ok_tool(2, "is no control", "blackbox", "demo", "--control=x");
}

TEST(what_is_no_black_box_is_an_error, "D2.5")
{
    char path[512];
    HANDLE section;

    ok_tool(1, "there is no such file, and nobody has a file mapping of that name open", "blackbox",
            "read", "Local\\nobody-has-this");
    ok_tool(1, "nobody has a file mapping", "blackbox", "watch", "Local\\nobody-has-this");
    ok_tool(1, "nobody has a file mapping", "blackbox", "read", "--name", test_dir());
    ok_tool(1, "not a regular file", "blackbox", "read", test_dir());
    ok_tool(1, "not a regular file", "blackbox", "read", "/dev/zero");
    ok_tool(1, "No such file", "blackbox", "read", "--file", "/nowhere/at/all");
    ok_tool(1, "only 5 bytes", "blackbox", "read", save("short", "hello", 5));
    snprintf(path, sizeof(path), "%s/fifo", test_dir());
    ok_eq(mkfifo(path, 0600), 0);
    ok_tool(1, "not a regular file", "blackbox", "read", path);

    section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 65536,
                                 A_("Local\\zeroes"));
    ok(section != NULL);
    ok_tool(1, "not a black box", "blackbox", "read", A_("Local\\zeroes"));
    ok_tool(1, "not a black box", "blackbox", "watch", A_("Local\\zeroes"));
    CloseHandle(section);
    section = CreateEventA(NULL, TRUE, FALSE, A_("Local\\event"));
    ok_tool(1, "that name is no file mapping's", "blackbox", "read", A_("Local\\event"));
    CloseHandle(section);
}

TEST(hostile_dump_is_an_error_or_an_answer, "D2.5")
{
    struct boximage box;
    struct json_object *told;
    struct run run;

    box_init(&box);
    box.header.lists.offset = UINT64_MAX - 63;
    ok_tool(1, "the table of lists lies outside of the box", "blackbox", "read",
            save("offset", &box, sizeof(box)));
    box_init(&box);
    box.header.total_size = UINT64_MAX;
    ok_tool(1, "sizes", "blackbox", "read", save("size", &box, sizeof(box)));
    box_init(&box);
    box.header.payload_size = 1ull << 60;
    box.header.total_size = box.header.meta_size + box.header.payload_size;
    ok_tool(1, "truncated", "blackbox", "read", save("payload", &box, sizeof(box)));

    /* Text that would take over a terminal, or break JSON. */
    box_init(&box);
    box_list(&box, 0, "\x1b[2J\xff\"}");
    box_begin(&box, 0, "\x1b]0;owned\x07");
    box_reached(&box, 0, 1, "\x1b]0;owned\x07", 0, "main");
    memset(box.header.driver, '\x9b', sizeof(box.header.driver));
    run_tool(&run, "blackbox", "read", save("text", &box, sizeof(box)));
    ok_run(&run, 0, "in flight   \"\xef\xbf\xbd]0;owned\xef\xbf\xbd\" in list");
    ok(strchr(run.out, 0x1b) == NULL && strchr(run.out, 7) == NULL);
    run_free(&run);
    run_tool(&run, "blackbox", "read", "--json", save("text", &box, sizeof(box)));
    told = run_json(&run);
    ok_str_eq(json_text(json_item(json_at(told, "lists"), 0), "name"),
              "\xef\xbf\xbd[2J\xef\xbf\xbd\"}");
    json_object_put(told);
    run_free(&run);
}

#define FLICKER_PAYLOAD (64u << 20)

struct flicker {
    struct ntshm_blackbox_header *header;
    bool over;
};

/* Moves the end of the tables to and fro: each of the two headers is a good one. */
static void flicker(void *argument)
{
    struct flicker *box = argument;

    while (!__atomic_load_n(&box->over, __ATOMIC_RELAXED)) {
        __atomic_store_n(&box->header->payload_size, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&box->header->meta_size, BOX_META + FLICKER_PAYLOAD, __ATOMIC_RELAXED);
        for (volatile int i = 0; i < 300; i++)
            ;
        __atomic_store_n(&box->header->payload_size, FLICKER_PAYLOAD, __ATOMIC_RELAXED);
        __atomic_store_n(&box->header->meta_size, BOX_META, __ATOMIC_RELAXED);
        for (volatile int i = 0; i < 300; i++)
            ;
    }
}

/* The keeper once saved by a header that it had not checked, and died of it. */
TEST(header_that_changes_while_it_is_read_harms_nobody, "D2.5")
{
    const size_t size = BOX_META + FLICKER_PAYLOAD;
    HANDLE section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, (DWORD)size,
                                        A_("Local\\flicker"));
    struct boximage *box = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, BOX_META);
    struct flicker what = {.header = &box->header};
    struct test_thread thread;
    struct boximage image;
    char path[512];

    require(box != NULL);
    box_init(&image);
    image.header.total_size = size;
    image.header.payload_size = FLICKER_PAYLOAD;
    image.header.state = NTSHM_BLACKBOX_REMOVED;
    memcpy(box, &image, BOX_META);
    snprintf(path, sizeof(path), "%s/flicker.dump", test_dir());
    test_thread_start(&thread, flicker, &what);
    for (int round = 0; round < 40; round++) {
        struct run run;

        run_tool(&run, "blackbox", "watch", "--quiet", "--output", path, A_("Local\\flicker"));
        ok(run.code == 0 || run.code == 1, "code %d: %s", run.code, run.out);
        run_free(&run);
    }
    __atomic_store_n(&what.over, true, __ATOMIC_RELAXED);
    test_thread_join(&thread);
    ok_succeeds(UnmapViewOfFile(box));
    CloseHandle(section);
}

TEST(broker_status_tells_what_it_holds, "")
{
    struct json_object *told;
    struct run run;
    HANDLE section;

    run_tool(&run, "broker", "status", "--json");
    told = run_json(&run);
    ok(!json_object_get_boolean(json_at(told, "running"))); /* asking does not start one */
    json_object_put(told);
    run_free(&run);
    ok_tool(0, "none runs", "broker", "status");
    ok_tool(0, "none runs", "broker", "stop");

    section =
        CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 65536, A_("Local\\one"));
    ok(section != NULL);
    run_tool(&run, "broker", "status", "--json");
    told = run_json(&run);
    ok(json_object_get_boolean(json_at(told, "running")));
    ok_eq(json_number(told, "names"), 1);
    ok_eq(json_number(told, "bytes"), 65536);
    ok_eq(json_number(told, "clients"), 2);
    json_object_put(told);
    run_free(&run);

    ok_tool(1, "1 names are alive", "broker", "stop");
    CloseHandle(section);
    ntshm_quiesce();
}

TEST(broker_stop_ends_an_idle_broker, "")
{
    struct ntshm_broker_statistics statistics = {.size = sizeof(statistics)};
    HANDLE section =
        CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 65536, A_("Local\\one"));

    ok(section != NULL);
    CloseHandle(section);
    ok_tool(0, "has ended", "broker", "stop");
    ok_fails(ntshm_broker_statistics(&statistics), ERROR_FILE_NOT_FOUND);
}
