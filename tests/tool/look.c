// SPDX-License-Identifier: MIT
/*
 * `ntshm ls`, `tree`, `show` and `holders`: what they say of real objects in real processes.
 */
#include <windows.h>
#include <winternl.h>
#include <ntshm/ntshm.h>

#include "harness/test.h"
#include "tool/run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define MS 30000

static HANDLE section(const wchar_t *name, DWORD protect, DWORD size)
{
    HANDLE handle = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, protect, 0, size, name);

    require(handle != NULL);
    return handle;
}

/* The entry of that name in an array; NULL. */
static struct json_object *named(struct json_object *array, const char *name)
{
    for (size_t i = 0; i < json_length(array); i++)
        if (strcmp(json_text(json_item(array, i), "name"), name) == 0)
            return json_item(array, i);
    return NULL;
}

/* As ls names it: in session 0, Local\ is Global\. */
static const char *listed(const char *leaf)
{
    static char name[2][256];
    static unsigned turn;
    struct ntshm_name_description is = {.size = sizeof(is)};
    char *text = name[turn++ % 2];

    snprintf(text, 256, "Local\\%s", leaf);
    require(ntshm_describe_name(text, &is));
    if (is.session == 0)
        snprintf(text, 256, "Global\\%s", leaf);
    return text;
}

/* --- children --------------------------------------------------------------------------------- */

CHILD(handle_holder)
{
    HANDLE handle = OpenFileMappingA(FILE_MAP_READ, FALSE, argc > 1 ? argv[1] : "");
    char line[16];

    ok(handle != NULL);
    test_say("ready");
    test_hear(line, sizeof(line), MS);
    CloseHandle(handle);
    return 0;
}

CHILD(view_holder)
{
    HANDLE handle = OpenFileMappingA(FILE_MAP_WRITE, FALSE, argc > 1 ? argv[1] : "");
    char *view = handle ? MapViewOfFile(handle, FILE_MAP_WRITE, 0, 65536, 65536) : NULL;
    char line[64];

    ok(view != NULL);
    CloseHandle(handle);
    test_say("%p", (void *)view);
    test_hear(line, sizeof(line), MS);
    UnmapViewOfFile(view);
    return 0;
}

/* No handle, no view: the memory alone. */
CHILD(descriptor_holder)
{
    HANDLE handle = OpenFileMappingA(FILE_MAP_READ, FALSE, argc > 1 ? argv[1] : "");
    int fd = handle ? ntshm_handle_to_fd(handle, FILE_MAP_READ) : -1;
    char line[16];

    ok(fd >= 0);
    CloseHandle(handle);
    test_say("ready");
    test_hear(line, sizeof(line), MS);
    close(fd);
    return 0;
}

static void let_go(struct test_child *child)
{
    test_child_write_line(child, "bye");
    ok_eq(test_child_wait(child, MS), 0);
}

/* --- ls --------------------------------------------------------------------------------------- */

TEST(ls_tells_sizes_and_handles, "")
{
    HANDLE plain = section(L_("Local\\plain"), PAGE_READWRITE, 1 << 20), event;
    HANDLE reserved = section(L_("Local\\reserved"), PAGE_READWRITE | SEC_RESERVE, 1 << 24);
    char *view = MapViewOfFile(plain, FILE_MAP_WRITE, 0, 0, 0);
    char *pages = MapViewOfFile(reserved, FILE_MAP_WRITE, 0, 0, 0);
    struct json_object *list, *entry;
    struct test_child holder;
    struct run run;

    event = CreateEventW(NULL, FALSE, FALSE, L_("Local\\event"));
    require(view && pages && event);
    memset(view, 1, 3 * 4096);
    require(VirtualAlloc(pages + 65536, 5 * 4096, MEM_COMMIT, PAGE_READWRITE) != NULL);
    require(test_child_start(&holder, "handle_holder", A_("Local\\plain")));
    test_child_expect(&holder, "ready", MS);

    run_tool(&run, "ls", "--json");
    ok_eq(run.code, 0);
    list = run_json(&run);
    entry = named(list, listed(A_("plain")));
    ok_str_eq(json_text(entry, "type"), "Section");
    ok_eq(json_number(entry, "bytes"), 1 << 20);
    ok_eq(json_number(entry, "committed_bytes"), 1 << 20);
    ok_eq(json_number(entry, "used_bytes"), 3 * 4096);
    ok_eq(json_number(entry, "handles"), 2);
    ok_eq(json_number(entry, "holders"), 2);
    ok_eq(json_number(entry, "owner_uid"), geteuid());
    ok_eq(json_number(entry, "creator_pid"), (uint64_t)getpid());
    entry = named(list, listed(A_("reserved")));
    ok_eq(json_number(entry, "bytes"), 1 << 24);
    ok_eq(json_number(entry, "committed_bytes"), 5 * 4096);
    entry = named(list, listed(A_("event")));
    ok_str_eq(json_text(entry, "type"), "Event");
    ok_eq(json_number(entry, "handles"), 1);
    ok(json_at(entry, "bytes") == NULL);
    json_object_put(list);
    run_free(&run);

    run_tool(&run, "ls", "--type=section", "--sort=used", "--match", A_("*"));
    ok_run(&run, 0, "NAME ");
    ok(strstr(run.out, A_("plain")) < strstr(run.out, A_("reserved")) || !run.out[0]);
    ok(!strstr(run.out, A_("event")));
    run_free(&run);
    let_go(&holder);
    UnmapViewOfFile(view);
    UnmapViewOfFile(pages);
    CloseHandle(plain);
    CloseHandle(reserved);
    CloseHandle(event);
}

TEST(looking_starts_no_broker_and_says_so, "")
{
    struct ntshm_broker_statistics statistics = {.size = sizeof(statistics)};
    struct json_object *list;
    struct run run;

    run_tool(&run, "ls");
    ok_run(&run, 0, "");
    ok_str_eq(run.out, "");
    run_free(&run);
    run_tool(&run, "ls", "--json");
    list = run_json(&run);
    ok(json_object_is_type(list, json_type_array));
    ok_eq(json_length(list), 0);
    json_object_put(list);
    run_free(&run);
    run_tool(&run, "tree");
    ok_run(&run, 0, "no broker runs");
    run_free(&run);
    run_tool(&run, "show", "Local\\x");
    ok_run(&run, 1, "no broker runs");
    run_free(&run);
    run_tool(&run, "holders", "Local\\x");
    ok_run(&run, 1, "no broker runs");
    run_free(&run);
    ok_fails(ntshm_broker_statistics(&statistics), ERROR_FILE_NOT_FOUND);
}

static HANDLE directory(const wchar_t *path)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING string;
    HANDLE handle = NULL;

    RtlInitUnicodeString(&string, path);
    InitializeObjectAttributes(&attributes, &string, 0, NULL, NULL);
    require(NtCreateDirectoryObject(&handle, DIRECTORY_ALL_ACCESS, &attributes) == 0);
    return handle;
}

TEST(tree_shows_what_is_in_directories, "11.30")
{
    wchar_t path[256], inner[256];
    struct json_object *tree, *entry;
    struct run run;
    HANDLE outer_handle, event;

    swprintf(path, 256, L"\\BaseNamedObjects\\%ls", L_("outer"));
    swprintf(inner, 256, L"Global\\%ls\\inner", L_("outer"));
    outer_handle = directory(path);
    event = CreateEventW(NULL, TRUE, FALSE, inner);
    require(event != NULL);
    run_tool(&run, "tree", "--json", "Global");
    tree = run_json(&run);
    entry = named(json_at(json_item(tree, 0), "entries"), "nothing");
    ok(entry == NULL);
    for (size_t i = 0; i < json_length(tree); i++)
        if (strstr(json_text(json_item(tree, i), "name"), A_("outer")))
            entry = json_item(json_at(json_item(tree, i), "entries"), 0);
    ok_str_eq(json_text(entry, "type"), "Event");
    ok(strstr(json_text(entry, "name"), "\\inner") != NULL);
    json_object_put(tree);
    run_free(&run);
    run_tool(&run, "tree");
    ok_run(&run, 0, "── inner");
    run_free(&run);
    CloseHandle(event);
    CloseHandle(outer_handle);
}

/* A directory of somebody's own is not taken for one that is always there. */
TEST(nobody_hides_behind_a_name_of_the_system, "11.30")
{
    wchar_t path[256], inside[256], event_name[256];
    HANDLE handles[3];
    struct run run;

    swprintf(path, 256, L"\\BaseNamedObjects\\%ls", L_("hideout"));
    swprintf(inside, 256, L"%ls\\Session", path);
    swprintf(event_name, 256, L"Global\\%ls\\Session\\hidden", L_("hideout"));
    handles[0] = directory(path);
    handles[1] = directory(inside);
    handles[2] = CreateEventW(NULL, TRUE, FALSE, event_name);
    require(handles[2] != NULL);
    run_tool(&run, "tree", "Global");
    ok_run(&run, 0, "── hidden");
    run_free(&run);
    for (int i = 2; i >= 0; i--)
        CloseHandle(handles[i]);
}

/* What a name is made of cannot do anything to a terminal, nor to who reads the JSON. */
TEST(hostile_names_are_harmless, "")
{
    HANDLE handle = CreateEventW(NULL, TRUE, FALSE, L"Local\\a\033[2Jb\n\u202e\"<&>");
    struct json_object *list;
    struct run run;

    require(handle != NULL);
    run_tool(&run, "ls");
    ok_run(&run, 0, "\xef\xbf\xbd[2Jb\xef\xbf\xbd\xef\xbf\xbd\"<&>");
    ok(!strchr(run.out, '\033'));
    run_free(&run);
    run_tool(&run, "ls", "--json");
    list = run_json(&run);
    ok_eq(json_length(list), 1);
    ok_eq(json_number(json_item(list, 0), "handles"), 1); /* found under its real name */
    ok(!strchr(run.out, '\033'));
    json_object_put(list);
    run_free(&run);
    run_tool(&run, "show", "Local\\a\033[2Jb\n\u202e\"<&>");
    ok_run(&run, 0, "Event");
    ok(!strchr(run.out, '\033'));
    run_free(&run);
    CloseHandle(handle);
}

/* --- show ------------------------------------------------------------------------------------- */

static struct json_object *facts_of(const char *name)
{
    struct json_object *facts;
    struct run run;

    run_tool(&run, "show", "--json", name);
    ok_eq(run.code, 0);
    facts = run_json(&run);
    run_free(&run);
    return facts;
}

#define ok_fact(name, key, text)                     \
    do {                                             \
        struct json_object *facts_ = facts_of(name); \
        ok_str_eq(json_text(facts_, key), text);     \
        json_object_put(facts_);                     \
    } while (0)

#define ok_number(name, key, number)                 \
    do {                                             \
        struct json_object *facts_ = facts_of(name); \
        ok_eq(json_number(facts_, key), number);     \
        json_object_put(facts_);                     \
    } while (0)

TEST(show_tells_the_state_and_leaves_it, "")
{
    LARGE_INTEGER due = {.QuadPart = -36000000000ll};
    HANDLE handle = CreateEventW(NULL, FALSE, TRUE, L_("Local\\it"));

    for (unsigned i = 0; i < 2; i++) /* an auto-reset event stays set */
        ok_fact(A_("Local\\it"), "signalled", "true");
    ok_fact(A_("Local\\it"), "manual_reset", "false");
    ok_eq(WaitForSingleObject(handle, 0), WAIT_OBJECT_0);
    ok_fact(A_("Local\\it"), "signalled", "false");
    CloseHandle(handle);

    handle = CreateSemaphoreW(NULL, 3, 9, L_("Local\\it"));
    for (unsigned i = 0; i < 2; i++)
        ok_number(A_("Local\\it"), "count", 3);
    ok_number(A_("Local\\it"), "maximum", 9);
    CloseHandle(handle);

    handle = CreateMutexW(NULL, TRUE, L_("Local\\it"));
    ok_eq(WaitForSingleObject(handle, 0), WAIT_OBJECT_0);
    ok_fact(A_("Local\\it"), "owned", "true");
    ok_number(A_("Local\\it"), "owned_times", 2);
    ReleaseMutex(handle);
    ReleaseMutex(handle);
    ok_fact(A_("Local\\it"), "owned", "false");
    CloseHandle(handle);

    handle = CreateWaitableTimerW(NULL, TRUE, L_("Local\\it"));
    ok_fact(A_("Local\\it"), "due_in_seconds", "");
    ok(SetWaitableTimer(handle, &due, 0, NULL, NULL, FALSE));
    {
        struct json_object *facts = facts_of(A_("Local\\it"));
        double seconds = json_object_get_double(json_at(facts, "due_in_seconds"));

        ok(seconds > 3000 && seconds <= 3600, "%f", seconds);
        ok_str_eq(json_text(facts, "signalled"), "false");
        json_object_put(facts);
    }
    CloseHandle(handle);

    handle = CreateJobObjectW(NULL, L_("Local\\it"));
    ok_number(A_("Local\\it"), "active_processes", 0);
    ok(AssignProcessToJobObject(handle, GetCurrentProcess()));
    {
        struct json_object *facts = facts_of(A_("Local\\it"));
        bool found = false;

        for (size_t i = 0; i < json_length(json_at(facts, "processes")); i++)
            found |= json_object_get_int(json_item(json_at(facts, "processes"), i)) == getpid();
        ok(found);
        json_object_put(facts);
    }
    CloseHandle(handle);
}

TEST(show_tells_what_a_section_is, "")
{
    HANDLE handle = section(L_("Local\\it"), PAGE_READONLY | SEC_RESERVE, 1 << 20);
    struct json_object *facts = facts_of(A_("Local\\it"));

    ok_str_eq(json_text(facts, "protection"), "PAGE_READONLY");
    ok_str_eq(json_object_get_string(json_item(json_at(facts, "attributes"), 0)), "SEC_RESERVE");
    ok_eq(json_number(facts, "bytes"), 1 << 20);
    ok_eq(json_number(facts, "committed_bytes"), 0);
    ok_eq(json_number(facts, "owner_uid"), geteuid());
    ok_eq(json_number(facts, "handles"), 1);
    ok_str_eq(json_text(facts, "integrity"), geteuid() ? "medium" : "high");
    ok(json_object_get_double(json_at(facts, "age_seconds")) < 600);
    json_object_put(facts);
    CloseHandle(handle);
}

/* --- holders ---------------------------------------------------------------------------------- */

static struct json_object *of_process(struct json_object *answer, pid_t pid)
{
    struct json_object *list = json_at(answer, "processes");

    for (size_t i = 0; i < json_length(list); i++)
        if (json_number(json_item(list, i), "pid") == (uint64_t)pid)
            return json_item(list, i);
    return NULL;
}

TEST(holders_finds_handles_views_and_descriptors, "11.27")
{
    HANDLE handle = section(L_("Local\\held"), PAGE_READWRITE, 1 << 20);
    struct test_child with_handle, with_view, with_descriptor;
    struct json_object *answer, *one;
    char address[64];
    struct run run;

    require(test_child_start(&with_handle, "handle_holder", A_("Local\\held")));
    require(test_child_start(&with_view, "view_holder", A_("Local\\held")));
    require(test_child_start(&with_descriptor, "descriptor_holder", A_("Local\\held")));
    test_child_expect(&with_handle, "ready", MS);
    test_child_expect(&with_descriptor, "ready", MS);
    require(test_child_read_line(&with_view, address, sizeof(address), MS));

    run_tool(&run, "holders", "--json", A_("Local\\held"));
    ok_eq(run.code, 0);
    answer = run_json(&run);
    ok_eq(json_holders(answer), 4);
    one = of_process(answer, getpid());
    ok_eq(json_number(one, "handles"), 1);
    ok_str_eq(json_text(one, "access"), "read-write");
    ok_eq(json_length(json_at(one, "views")), 0);
    one = of_process(answer, (pid_t)with_handle.pid);
    ok_eq(json_number(one, "handles"), 1);
    ok_str_eq(json_text(one, "access"), "read-only");
    one = of_process(answer, (pid_t)with_descriptor.pid);
    ok_eq(json_number(one, "handles"), 0);
    ok_eq(json_number(one, "descriptors"), 1);
    ok_str_eq(json_text(one, "access"), "read-only");
    one = of_process(answer, (pid_t)with_view.pid);
    ok_eq(json_number(one, "handles"), 0);
    ok_eq(json_number(one, "descriptors"), 0);
    one = json_item(json_at(one, "views"), 0);
    ok_str_eq(json_text(one, "address"), address);
    ok_eq(json_number(one, "bytes"), 65536);
    ok_eq(json_number(one, "offset"), 65536);
    ok_str_eq(json_text(one, "access"), "read-write");
    json_object_put(answer);
    run_free(&run);
    run_tool(&run, "holders", A_("Local\\held"));
    ok_run(&run, 0, "view only");
    ok(strstr(run.out, "descriptor only") != NULL);
    ok(strstr(run.out, address) != NULL);
    run_free(&run);
    let_go(&with_handle);
    let_go(&with_view);
    let_go(&with_descriptor);
    CloseHandle(handle);
}

/* Files too, whatever their file system tells of itself; and only views of this file. */
TEST(holders_of_a_file_are_those_who_map_it, "")
{
    char path[600], text[32];
    struct json_object *answer, *one;
    HANDLE file, handle;
    struct run run;
    char *view;

    snprintf(path, sizeof(path), "%s/file", test_dir());
    file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    require(file != INVALID_HANDLE_VALUE);
    handle = CreateFileMappingW(file, NULL, PAGE_READWRITE, 0, 65536, L_("Local\\file"));
    view = handle ? MapViewOfFile(handle, FILE_MAP_WRITE, 0, 0, 0) : NULL;
    require(view != NULL);
    run_tool(&run, "holders", "--json", A_("Local\\file"));
    answer = run_json(&run);
    one = of_process(answer, getpid());
    ok_eq(json_number(one, "handles"), 1);
    ok_eq(json_length(json_at(one, "views")), 1);
    snprintf(text, sizeof(text), "%p", (void *)view);
    ok_str_eq(json_text(json_item(json_at(one, "views"), 0), "address"), text);
    json_object_put(answer);
    run_free(&run);
    UnmapViewOfFile(view);
    CloseHandle(handle);
    CloseHandle(file);
}

TEST(holders_of_an_event_are_its_handles, "")
{
    HANDLE handle = CreateEventW(NULL, TRUE, FALSE, L_("Local\\event"));
    struct json_object *answer;
    struct run run;

    run_tool(&run, "holders", "--json", A_("Local\\event"));
    ok_eq(run.code, 0);
    answer = run_json(&run);
    ok_eq(json_holders(answer), 1);
    ok_eq(json_number(of_process(answer, getpid()), "handles"), 1);
    json_object_put(answer);
    run_free(&run);
    run_tool(&run, "holders", "\\");
    ok_run(&run, 1, "always there");
    run_free(&run);
    CloseHandle(handle);
}

/* --- patience --------------------------------------------------------------------------------- */

/* A stopped broker answers nobody, and a stopped holder is looked at all the same. */
TEST_DEADLINE(nothing_hangs_on_who_stands_still, "", 120)
{
    struct ntshm_broker_statistics is = {.size = sizeof(is)};
    HANDLE handle = section(L_("Local\\held"), PAGE_READWRITE, 65536);
    static const char *const commands[] = {"ls", "tree", "show", "holders", "sd", "access"};
    struct test_child holder;
    struct run run, runs[6];

    require(ntshm_broker_statistics(&is));
    require(test_child_start(&holder, "handle_holder", A_("Local\\held")));
    test_child_expect(&holder, "ready", MS);
    ok_eq(kill((pid_t)holder.pid, SIGSTOP), 0);
    run_tool(&run, "holders", A_("Local\\held"));
    ok_run(&run, 0, "1 handle");
    run_free(&run);
    ok_eq(kill((pid_t)holder.pid, SIGCONT), 0);
    let_go(&holder);
    ok_eq(kill((pid_t)is.worker, SIGSTOP), 0);
    for (unsigned i = 0; i < 6; i++) {
        if (i < 2)
            run_start(&runs[i], commands[i], "--deadline=1");
        else
            run_start(&runs[i], commands[i], "--deadline=1", A_("Local\\held"));
    }
    for (unsigned i = 0; i < 6; i++) {
        run_wait(&runs[i]);
        ok_run(&runs[i], 1, "not done after 1 seconds");
        run_free(&runs[i]);
    }
    ok_eq(kill((pid_t)is.worker, SIGCONT), 0);
    CloseHandle(handle);
}

TEST(usage_of_the_looking_commands, "")
{
    struct run run;

#define ok_usage(text, ...)          \
    do {                             \
        run_tool(&run, __VA_ARGS__); \
        ok_run(&run, 2, text);       \
        run_free(&run);              \
    } while (0)
    ok_usage("--sort is name", "ls", "--sort=colour");
    ok_usage("--watch takes seconds", "ls", "--watch=0");
    ok_usage("--color is auto", "ls", "--color=blue");
    ok_usage("--deadline is a number", "ls", "--deadline=soon");
    ok_usage("one PATH at a time", "tree", "a", "b");
    ok_usage("unrecognized option", "tree", "--sort=size");
    ok_usage("which name?", "holders");
    ok_usage("which name?", "sd");
    ok_usage("which name?", "access");
    ok_usage("one NAME and one USER", "access", "a", "b", "c");
#undef ok_usage
}

static bool has_ended(pid_t pid)
{
    siginfo_t info = {.si_pid = 0};

    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
}

/* A pager may wait as long as it likes: the deadline is for those who are asked. */
TEST_DEADLINE(who_reads_may_take_his_time, "", 120)
{
    enum { N = 600 };
    static HANDLE handles[N];
    const int seconds = 2 * test_slowness(); /* for those who are asked */
    char ready, deadline[32];
    wchar_t name[128];
    struct run run;
    ssize_t n;

    for (unsigned i = 0; i < N; i++) {
        swprintf(name, 128, L"%ls-%0100u", L_("Local\\long"), i);
        handles[i] = CreateEventW(NULL, TRUE, FALSE, name);
        require(handles[i] != NULL);
    }
    snprintf(deadline, sizeof(deadline), "--deadline=%d", seconds);
    run_start(&run, "ls", deadline);
    do /* more than a pipe holds is still to come */
        n = read(run.out_fd, &ready, 1);
    while (n < 0 && errno == EINTR);
    require(n == 1);
    ok(!test_until(has_ended(run.pid), 3000));
    run_wait(&run);
    ok_eq(run.code, 0);
    ok(strstr(run.out, "599  Event") != NULL);
    run_free(&run);
    for (unsigned i = 0; i < N; i++)
        CloseHandle(handles[i]);
}
