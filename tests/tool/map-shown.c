// SPDX-License-Identifier: MIT
/*
 * `ntshm map` as it is used: saved, compared, as tables; of a process that is somebody else's, or
 * not there.
 */
#include <windows.h>
#include <ntshm/ntshm.h>

#include "tool/map-kit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of itself, as of any other: a file's view under a name, and one that copies. */
TEST_DEADLINE(view_of_a_named_files_section_tells_both_names, "16.1", 120)
{
    const char *leaf = strchr(A_("Local\\of-file"), '\\');
    char path[512], pid[16], *view, *copy;
    struct json_object *map, *piece;
    HANDLE file, section;

    snprintf(path, sizeof(path), "%s/file", test_dir());
    snprintf(pid, sizeof(pid), "%d", (int)getpid());
    file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    section = CreateFileMappingA(file, NULL, PAGE_READWRITE, 0, MAP_GRANULE, A_("Local\\of-file"));
    view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    copy = MapViewOfFile(section, FILE_MAP_COPY, 0, 0, 0);
    require(view && copy);
    require(ntshm_service_start());
    map = map_of(pid);
    ok(map_flag(map, "cooperated"));
    ok_piece(map, view, MAP_GRANULE, "file", "committed", "PAGE_READONLY");
    piece = map_piece_at(map, copy);
    ok_piece(map, copy, MAP_GRANULE, "file", "committed", "PAGE_WRITECOPY");
    ok(map_flag(piece, "copy_on_write"));
    ok_str_eq(json_text(piece, "file"), path);
    ok(strstr(json_text(piece, "name"), leaf) != NULL);
    ok_eq(json_number(piece, "inode"), json_number(map_piece_at(map, view), "inode"));
    json_object_put(map);
    ntshm_service_stop();
    ok_succeeds(UnmapViewOfFile(view));
    ok_succeeds(UnmapViewOfFile(copy));
    ok_succeeds(CloseHandle(section));
    ok_succeeds(CloseHandle(file));
}

/* --- saved, and compared ---------------------------------------------------------------------- */

static void save(const struct scene *scene, char *path, size_t size)
{
    struct run run;
    FILE *file;

    snprintf(path, size, "%s/saved.json", test_dir());
    run_tool(&run, "map", "--json", scene->pid);
    ok_eq(run.code, 0);
    file = fopen(path, "w");
    require(file && fputs(run.out, file) >= 0 && fclose(file) == 0);
    run_free(&run);
    run_tool(&run, "map", "--json", path);
    ok_eq(run.code, 0);
    /* Read and written again it is the same. */
    {
        struct json_object *once = json_object_from_file(path), *twice = run_json(&run);

        ok_str_eq(json_object_to_json_string(once), json_object_to_json_string(twice));
        json_object_put(once);
        json_object_put(twice);
    }
    run_free(&run);
}

/* What became of the allocation at an address: "", or the change. */
static const char *change_of(struct json_object *changes, const char *side, const void *address)
{
    for (size_t i = 0; i < json_length(changes); i++) {
        struct json_object *change = json_item(changes, i);

        if (map_address(json_at(change, side), "base") == (uint64_t)address)
            return json_text(change, "change");
    }
    return "";
}

TEST_DEADLINE(difference_tells_what_grew_came_and_went, "", 120)
{
    struct json_object *diff, *changes;
    char path[512], line[64];
    struct scene scene;
    struct run run;
    char *fresh;

    scene_start(&scene, "helps");
    save(&scene, path, sizeof(path));
    test_child_write_line(&scene.child, "grow %p %p", (void *)scene.memory, (void *)scene.view);
    require(test_child_read_line(&scene.child, line, sizeof(line), MAP_PATIENCE));
    fresh = map_at(line);
    run_tool(&run, "map", "--diff", "--json", path, scene.pid);
    ok_eq(run.code, 0);
    diff = run_json(&run);
    changes = json_at(diff, "changes");
    ok_str_eq(change_of(changes, "after", scene.memory), "grown");
    ok_str_eq(change_of(changes, "before", scene.view), "gone");
    ok_str_eq(change_of(changes, "after", fresh), "new");
    ok_str_eq(change_of(changes, "after", scene.place), "");
    ok_eq(json_object_get_int64(json_at(json_at(json_at(diff, "deltas"), "view"), "size")),
          -4 * (int64_t)MAP_GRANULE);
    json_object_put(diff);
    run_free(&run);
    run_tool(&run, "map", "--diff", path, scene.pid);
    ok_run(&run, 0, "grown");
    run_free(&run);
    run_tool(&run, "map", "--diff", "--summary", path, path);
    ok_run(&run, 0, "Shared memory");
    run_free(&run);
    scene_end(&scene);
}

/* --- tables ----------------------------------------------------------------------------------- */

#define ok_tool(code, text, ...)      \
    do {                              \
        struct run run_;              \
        run_tool(&run_, __VA_ARGS__); \
        ok_run(&run_, code, text);    \
        run_free(&run_);              \
    } while (0)

TEST_DEADLINE(tables_are_as_deep_as_one_asks, "", 120)
{
    const char *leaf = strchr(A_("Local\\scene"), '\\');
    struct scene scene;
    char guard[64];
    struct run run;

    scene_start(&scene, "helps");
    snprintf(guard, sizeof(guard), "%llx", (unsigned long long)(scene.memory + 8 * MAP_GRANULE));
    run_tool(&run, "map", scene.pid);
    ok_run(&run, 0, "told by its library, and by the kernel");
    ok_run(&run, 0, leaf);
    ok(strstr(run.out, guard) == NULL);
    run_free(&run);
    run_tool(&run, "map", "--all", scene.pid);
    ok_run(&run, 0, guard);
    ok_run(&run, 0, "r-- guard");
    run_free(&run);
    run_tool(&run, "map", "--summary", scene.pid);
    ok_run(&run, 0, "Placeholder");
    ok(strstr(run.out, leaf) == NULL);
    run_free(&run);
    run_tool(&run, "map", "--kind=placeholder,view", scene.pid);
    ok_run(&run, 0, leaf);
    ok(strstr(run.out, "libc.so") == NULL && strstr(run.out, "Image") == NULL);
    run_free(&run);
    run_tool(&run, "map", "--sort=resident", "--kind=private,view", scene.pid);
    ok_run(&run, 0, "Reserved"); /* parts of the private */
    run_free(&run);
    scene_end(&scene);
}

/* --- what cannot be told ---------------------------------------------------------------------- */

TEST_DEADLINE(map_that_cannot_be_made_is_an_error, "", 120)
{
    char path[512];
    FILE *file;

    ok_tool(0, "Usage: ntshm map [OPTION...] PID", "map", "--help");
    ok_tool(2, "which process?", "map");
    ok_tool(2, "which process?", "map", "1", "2");
    ok_tool(2, "--diff takes two", "map", "--diff", "1");
    ok_tool(2, "there is no kind 'heaps'", "map", "--kind=heaps", "1");
    ok_tool(2, "--sort is address", "map", "--sort=name", "1");
    ok_tool(2, "not both", "map", "--json", "--svg=x", "1");
    ok_tool(1, "there is no process 4194305", "map", "4194305");
    ok_tool(1, "there is no process 99999999999999999999", "map", "99999999999999999999");
    ok_tool(1, "there is no process 0", "map", "0");
    ok_tool(1, "no process's number, and no file either", "map", "nowhere");
    ok_tool(1, "is no map", "map", test_dir());
    snprintf(path, sizeof(path), "%s/no-map", test_dir());
    file = fopen(path, "w");
    require(file && fputs("{\"format\": \"ntshm-map\", \"version\": 1}", file) >= 0 &&
            fclose(file) == 0);
    ok_tool(1, "is no map that", "map", path);
    file = fopen(path, "w");
    require(file && fputs("[[[[[[[[[[[[[[", file) >= 0 && fclose(file) == 0);
    ok_tool(1, "not JSON", "map", path);
    if (access("/proc/2/smaps", F_OK) == 0 && geteuid() == 0)
        ok_tool(1, "thread of the kernel", "map", "2");
}

static int as_nobody(void *argument)
{
    int fd = open("/dev/null", O_RDONLY);

    if (fd < 0 || dup2(2, 1) < 0 || setgid(65534) != 0 || setuid(65534) != 0)
        return 99;
    execl(NT_TEST_TOOL_PATH, "ntshm", "map", "--summary", (char *)argument, (char *)NULL);
    return errno == EACCES || errno == ENOENT ? 77 : 98;
}

TEST_DEADLINE(strangers_memory_is_not_told, "", 120)
{
    struct test_child child;
    char pid[16];
    int code;

    if (geteuid() != 0)
        skip("needs root to become somebody else");
    snprintf(pid, sizeof(pid), "%d", (int)getpid());
    require(test_child_fork(&child, as_nobody, pid));
    code = test_child_wait(&child, MAP_PATIENCE);
    if (code == 77)
        skip("nobody cannot reach the tool's file here");
    ok_eq(code, 1);
}
