// SPDX-License-Identifier: MIT
/*
 * `ntshm run`, `dump`, `broker log` and `doctor`: what is left behind, what cannot be read, what a
 * machine lacks.
 */
#include <windows.h>
#include <ntshm/ntshm.h>

#include "harness/test.h"
#include "tool/run.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ok_tool(code, text, ...)      \
    do {                              \
        struct run run_;              \
        run_tool(&run_, __VA_ARGS__); \
        ok_run(&run_, code, text);    \
        run_free(&run_);              \
    } while (0)

/* --- run -------------------------------------------------------------------------------------- */

/* What is in the directory where `run` makes its own. */
static unsigned left_behind(void)
{
    DIR *directory = opendir(test_dir());
    struct dirent *entry;
    unsigned n = 0;

    while (directory && (entry = readdir(directory)))
        n += strncmp(entry->d_name, "ntshm-run-", 10) == 0;
    if (directory)
        closedir(directory);
    return n;
}

static void use_own_directory(void)
{
    require(strlen(test_dir()) <= 40, "%s", test_dir());
    setenv("XDG_RUNTIME_DIR", test_dir(), 1);
}

/* A line of what a tool prints while it runs. */
static pid_t read_pid(const struct run *run)
{
    char line[32] = "";
    size_t n = 0;

    while (n < sizeof(line) - 1) {
        ssize_t got = read(run->out_fd, line + n, 1);

        if (got == 1 && line[n] == '\n')
            break;
        require(got == 1 || (got < 0 && errno == EINTR));
        n += got == 1;
    }
    require(atoi(line) > 1, "%s", line);
    return (pid_t)atoi(line);
}

/* Whether a process is there and more than a dead entry that nobody has read. */
static bool lives(pid_t pid)
{
    char path[64], text[256] = "";
    FILE *file;
    const char *state;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    file = fopen(path, "re");
    if (file) {
        (void)!fgets(text, sizeof(text), file);
        fclose(file);
    }
    state = strrchr(text, ')');
    return state && state[2] != 'Z' && state[2] != 'X';
}

TEST(run_has_names_of_its_own_and_leaves_nothing, "11.27")
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, L_("Local\\outside"));
    char command[1024];

    use_own_directory();
    snprintf(command, sizeof(command),
             "%1$s open '%2$s'; echo outside $?; %1$s create event '%3$s' -d >/dev/null && "
             "%1$s open '%3$s'; ls \"$NTSHM_BROKER\"; exit 9",
             NT_TEST_TOOL_PATH, A_("Local\\outside"), A_("Local\\inside"));
    ok_tool(9, "outside 1\nevent\nbroker\n", "run", "--", "sh", "-c", command);
    ok_eq(left_behind(), 0);
    ok_tool(1, "nobody has a handle", "open", A_("Local\\inside"));
    ok_tool(127, "cannot be run", "run", "--", "ntshm-no-such-command");
    ok_tool(128 + SIGKILL, "", "run", "--", "sh", "-c", "kill -9 $$");
    ok_tool(2, "which command?", "run");
    ok_tool(2, "The command comes after --", "run", "true");
    ok_eq(left_behind(), 0);
    CloseHandle(event);
}

/* Neither a daemon of the command's nor the broker outlives it. */
TEST(run_ends_who_is_left, "")
{
    struct run run;
    pid_t pid;

    use_own_directory();
    run_tool(&run, "run", "--", "sh", "-c",
             "setsid sh -c 'trap \"\" HUP; exec sleep 600' >/dev/null 2>&1 & echo $!");
    ok_eq(run.code, 0);
    pid = (pid_t)atoi(run.out);
    require(pid > 1, "%s", run.out);
    ok(!lives(pid));
    ok_eq(left_behind(), 0);
    run_free(&run);
}

/* The tool, and the process between it and the command: whichever is killed. */
TEST(run_leaves_nothing_when_it_is_killed, "")
{
    use_own_directory();
    for (unsigned warden = 0; warden < 2; warden++) {
        char command[512];
        struct run run;
        pid_t pid, victim;

        snprintf(command, sizeof(command),
                 "%s create event '%s' -d >/dev/null; echo $$; echo $PPID; exec sleep 600",
                 NT_TEST_TOOL_PATH, A_("Local\\inside"));
        run_start(&run, "run", "--", "sh", "-c", command);
        pid = read_pid(&run);
        victim = read_pid(&run);
        ok_eq(left_behind(), 1);
        ok_eq(kill(warden ? victim : run.pid, SIGKILL), 0);
        run_wait(&run);
        ok_eq(run.code, 128 + SIGKILL);
        run_free(&run);
        ok(test_until(!lives(pid), 20000));
        ok(test_until(left_behind() == 0, 20000));
    }
}

/* --- dump ------------------------------------------------------------------------------------- */

static char *read_file(const char *path, size_t *ret_size)
{
    static char bytes[1 << 18];
    FILE *file = fopen(path, "re");

    *ret_size = file ? fread(bytes, 1, sizeof(bytes), file) : 0;
    if (file)
        fclose(file);
    return bytes;
}

TEST(dump_prints_and_saves_what_is_there, "")
{
    HANDLE section =
        CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4 << 20, L_("Local\\s"));
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, L_("Local\\e"));
    char *view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0), path[300];
    struct stat status;
    size_t size;

    require(view != NULL);
    memcpy(view + 0x12340, "some text\x01\xff", 11);
    ok_tool(0,
            "00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n*\n"
            "00012340  73 6f 6d 65 20 74 65 78  74 01 ff 00 00 00 00 00  |some text.......|\n"
            "00012350  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n*\n"
            "00400000\n",
            "dump", A_("Local\\s"));
    ok_tool(0, "00012341  6f 6d 65  ", "dump", A_("Local\\s"), "-s", "0x12341", "-n", "3");
    ok_tool(0, "\"hex\":\"736f6d65\"", "dump", A_("Local\\s"), "--json", "-s", "74560", "-n", "4");
    ok_tool(0, "some text", "dump", "--raw", A_("Local\\s"), "-s", "0x12340", "-n", "9");
    snprintf(path, sizeof(path), "%s/dump", test_dir());
    ok_tool(0, "", "dump", A_("Local\\s"), "-o", path, "-s", "64K", "-n", "128K");
    ok_mem_eq(read_file(path, &size) + 0x2340, "some text", 9);
    ok_eq(size, 131072);
    require(stat(path, &status) == 0);
    ok_eq(status.st_mode & 07777, 0600);
    ok(status.st_blocks * 512 < 65536, "%lld blocks", (long long)status.st_blocks);
    ok_tool(1, "it has only 4194304 bytes", "dump", A_("Local\\s"), "-s", "5M");
    ok_tool(1, "cannot be written", "dump", A_("Local\\s"), "-o", "/nowhere/file");
    ok_tool(1, "No space left", "dump", A_("Local\\s"), "-o", "/dev/full");
    ok_tool(1, "no section but: event", "dump", A_("Local\\e"));
    ok_tool(1, "nobody has a handle", "dump", A_("Local\\nothing"));
    ok_tool(2, "one of --raw", "dump", A_("Local\\s"), "--raw", "--hex");
    ok_succeeds(UnmapViewOfFile(view));
    CloseHandle(section);
    CloseHandle(event);
}

/* A dump makes no page, of however large a section. */
TEST(dump_touches_nothing, "")
{
    const DWORD high = 16; /* 64 GiB */
    HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | SEC_RESERVE,
                                        high, 0, L_("Local\\large"));
    HANDLE small =
        CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 1 << 20, L_("Local\\s"));
    char *view = MapViewOfFile(section, FILE_MAP_WRITE, 1, 0, 1 << 20);
    struct stat status;
    int fd;

    require(view != NULL);
    require(VirtualAlloc(view + 65536, 4096, MEM_COMMIT, PAGE_READWRITE) == view + 65536);
    strcpy(view + 65536, "far away");
    ok_tool(0, "000000000000  ", "dump", A_("Local\\large"));
    ok_tool(0, "000100010000  66 61 72 20 61 77 61 79", "dump", A_("Local\\large"));
    ok_tool(0, "bytes are only reserved", "dump", A_("Local\\large"));
    ok_tool(0, "*\n00100000\n", "dump", A_("Local\\s"));
    fd = ntshm_handle_to_fd(small, FILE_MAP_READ);
    require(fd >= 0 && fstat(fd, &status) == 0);
    ok_eq(status.st_blocks, 0);
    close(fd);
    ok_succeeds(UnmapViewOfFile(view));
    CloseHandle(section);
    CloseHandle(small);
}

TEST(dump_of_a_file_that_was_cut_says_what_is_gone, "")
{
    char path[300], dump[300];
    HANDLE file, section;
    size_t size;
    DWORD n;

    snprintf(path, sizeof(path), "%s/cut", test_dir());
    snprintf(dump, sizeof(dump), "%s/dump", test_dir());
    file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                       CREATE_ALWAYS, 0, NULL);
    require(file != INVALID_HANDLE_VALUE && WriteFile(file, "beginning", 9, &n, NULL));
    section = CreateFileMappingW(file, NULL, PAGE_READWRITE, 0, 16384, L_("Local\\cut"));
    require(section != NULL);
    require(truncate(path, 4096) == 0);
    ok_tool(1, "00000000  62 65 67 69 6e 6e 69 6e  67", "dump", A_("Local\\cut"));
    ok_tool(1, "4,096 bytes are gone", "dump", A_("Local\\cut"));
    ok_tool(1, "12,288 bytes are gone", "dump", A_("Local\\cut"), "-o", dump);
    ok_mem_eq(read_file(dump, &size), "beginning", 9);
    ok_eq(size, 16384);
    CloseHandle(section);
    CloseHandle(file);
}

/* --- the broker's log ------------------------------------------------------------------------- */

TEST(broker_log_is_read_cleaned_and_cut, "")
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, L_("Local\\e"));
    struct json_object *list;
    struct run run;
    char path[300];
    FILE *file;

    snprintf(path, sizeof(path), "%s/log", getenv("NTSHM_BROKER"));
    ok_tool(0, " serves ", "broker", "log");
    ok_tool(0, path, "broker", "log", "--path");
    file = fopen(path, "ae");
    require(file && fputs("2026-01-01T00:00:00Z error   7 \x1b[2Jtwo\n", file) > 0);
    require(fclose(file) == 0);
    run_tool(&run, "broker", "log", "--json", "-n", "1");
    list = run_json(&run);
    ok_eq(json_length(list), 1);
    ok_str_eq(json_text(json_item(list, 0), "level"), "error");
    ok_str_eq(json_text(json_item(list, 0), "message"), "\xef\xbf\xbd[2Jtwo");
    json_object_put(list);
    run_free(&run);
    run_tool(&run, "broker", "log");
    ok(strchr(run.out, 0x1b) == NULL && strstr(run.out, "two"));
    run_free(&run);
    /* Not a file, and none at all. */
    require(unlink(path) == 0 && mkfifo(path, 0600) == 0);
    ok_tool(0, "", "broker", "log");
    require(unlink(path) == 0);
    ok_tool(0, "", "broker", "log");
    ok_tool(2, "what is 'x' for?", "broker", "log", "x");
    CloseHandle(event);
}

/* --- doctor ----------------------------------------------------------------------------------- */

static const char *health_of(struct json_object *told, const char *check)
{
    struct json_object *checks = json_at(told, "checks");

    for (size_t i = 0; i < json_length(checks); i++)
        if (strcmp(json_text(json_item(checks, i), "check"), check) == 0)
            return json_text(json_item(checks, i), "health");
    return "not asked";
}

TEST(doctor_finds_this_machine_fit, "")
{
    static const char *const essential[] = {"/proc", "memfd", "pidfd", "directory", "broker"};
    struct json_object *told;
    struct run run;

    run_tool(&run, "doctor", "--json", "--no-gpu");
    ok_eq(run.code, 0);
    told = run_json(&run);
    ok(json_object_get_boolean(json_at(told, "ok")));
    for (size_t i = 0; i < sizeof(essential) / sizeof(essential[0]); i++)
        ok_str_eq(health_of(told, essential[i]), "ok");
    ok_str_eq(health_of(told, "Vulkan"), "not asked");
    json_object_put(told);
    run_free(&run);
    ok_tool(0, " 0 bad\n", "doctor", "--no-gpu");
    ok_tool(2, "what is 'x' for?", "doctor", "x");
}

TEST(doctor_says_what_is_missing, "")
{
    struct json_object *told;
    struct run run;
    char path[300];

    setenv("NTSHM_BROKER_PATH", "/nowhere/ntshmd", 1);
    ok_tool(1, "/nowhere/ntshmd cannot be started", "doctor", "--no-gpu");
    snprintf(path, sizeof(path), "%s/open", test_dir());
    require(mkdir(path, 0700) == 0 && chmod(path, 0777) == 0);
    setenv("NTSHM_BROKER", path, 1);
    run_tool(&run, "doctor", "--json", "--no-gpu");
    ok_eq(run.code, 1);
    told = run_json(&run);
    ok(!json_object_get_boolean(json_at(told, "ok")));
    ok_str_eq(health_of(told, "directory"), "bad");
    ok_str_eq(health_of(told, "memfd"), "ok");
    json_object_put(told);
    run_free(&run);
    setenv("NTSHM_BROKER", "system:/nowhere", 1);
    ok_tool(1, "the one in /nowhere does not answer", "doctor", "--no-gpu");
    setenv("NTSHM_BROKER", "relative", 1);
    ok_tool(1, "names no place for it", "doctor", "--no-gpu");
}

/* --- a broker that stands still -----------------------------------------------------------------
 */

TEST_DEADLINE(nothing_waits_for_ever_for_a_broker, "", 120)
{
    static const char *const commands[][7] = {
        {"ntshm", "create", "event", "x", "--deadline=1", "-H"},
        {"ntshm", "create", "event", "x", "--deadline=1", "-d"},
        {"ntshm", "open", "x", "--deadline=1"},
        {"ntshm", "open", "x", "--deadline=1", "--timeout=60000"},
        {"ntshm", "signal", "x", "--deadline=1"},
        {"ntshm", "reset", "x", "--deadline=1"},
        {"ntshm", "wait", "x", "--deadline=1"},
        {"ntshm", "dump", "x", "--deadline=1"},
        {"ntshm", "doctor", "--deadline=1", "--no-gpu"},
        {"ntshm", "broker", "status", "--deadline=1"},
        {"ntshm", "broker", "stop", "--deadline=1"},
    };
    struct ntshm_broker_statistics is = {.size = sizeof(is)};
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, L_("Local\\e"));
    struct run runs[sizeof(commands) / sizeof(commands[0])];

    require(event && ntshm_broker_statistics(&is) && kill((pid_t)is.worker, SIGSTOP) == 0);
    for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++)
        run_start_(&runs[i], commands[i]);
    for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
        run_wait(&runs[i]);
        ok_run(&runs[i], 1, "not done after 1 seconds");
        run_free(&runs[i]);
    }
    ok_tool(0, " serves ", "broker", "log");
    ok_tool(0, "", "run", "--", "true");
    ok_eq(kill((pid_t)is.worker, SIGCONT), 0);
    CloseHandle(event);
}

/* --- completion ------------------------------------------------------------------------------- */

TEST(completion_knows_commands_options_and_live_names, "")
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, L_("Global\\live"));
    struct run run;

    ok_tool(0, "doctor\t", "complete", "--", "do");
    ok_tool(0, "log\t", "complete", "--", "broker", "");
    ok_tool(0, "--timeout-code\t", "complete", "--", "wait", "--time");
    ok_tool(0, "--color=never\t", "complete", "--", "wait", "--color=n");
    ok_tool(0, "semaphore\t", "complete", "--", "create", "se");
    ok_tool(0, "Mutant\t", "complete", "--", "ls", "--type", "M");
    ok_tool(0, "--kind=stack\t", "complete", "--", "map", "--kind=st");
    ok_tool(0, "resident\t", "complete", "--", "map", "-s", "r");
    ok_tool(0, "execute-read\t", "complete", "--", "create", "section", "x", "--protect", "ex");
    ok_tool(0, "\t:files\n", "complete", "--", "dump", "x", "-o", "");
    ok_tool(0, "\t:command 2\n", "complete", "--", "run", "--", "");
    run_tool(&run, "complete", "--", "wait", A_("Global\\live"));
    ok(strncmp(run.out, A_("Global\\live"), strlen(A_("Global\\live"))) == 0, "%s", run.out);
    run_free(&run);
    run_tool(&run, "complete", "--", "wait", "no such name");
    ok_run(&run, 0, "");
    ok_str_eq(run.out, "");
    run_free(&run);
    CloseHandle(event);
}
