// SPDX-License-Identifier: MIT
/*
 * `ntshm list`, `show` and `hold`: names of every kind, what a shared heap is made of, and a name
 * that is kept alive by the tool alone.
 */
#include <windows.h>
#include <ntshm/ntshm.h>
#include <ntshm/shared.h>

#include "harness/test.h"
#include "tool/run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ok_tool(code, text, ...)      \
    do {                              \
        struct run run_;              \
        run_tool(&run_, __VA_ARGS__); \
        ok_run(&run_, code, text);    \
        run_free(&run_);              \
    } while (0)

static int memory_of(const char *name, const void *bytes, size_t size, int seals)
{
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

    require(fd >= 0 && fchmod(fd, 0600) == 0 && write(fd, bytes, size) == (ssize_t)size);
    require(ftruncate(fd, 65536) == 0 && fcntl(fd, F_ADD_SEALS, seals) == 0);
    return fd;
}

static HANDLE share(const wchar_t *name, UINT type, const struct ntshm_shared_label *label)
{
    struct ntshm_shared shared = {.type = type, .n_fds = 3};
    HANDLE handle;

    shared.fds[0] =
        memory_of("label", label, sizeof(*label), F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
    require(pipe2(&shared.fds[1], O_CLOEXEC) == 0);
    handle = ntshm_create_sharedW(NULL, name, &shared);
    require(handle != NULL);
    for (UINT i = 0; i < 3; i++)
        close(shared.fds[i]);
    return handle;
}

static const struct ntshm_shared_label heap = {NTSHM_SHARED_LABEL_MAGIC, 1, NTSHM_SHARED_LABEL_HEAP,
                                               3};

TEST(show_tells_what_a_shared_heap_is_made_of, "D12.10")
{
    struct ntshm_shared_label other = heap;
    struct json_object *told, *descriptors;
    struct run run;
    HANDLE handle;

    handle = share(L_("Local\\heap"), NTSHM_SHARED_RESOURCE, &heap);
    run_tool(&run, "show", "--json", A_("Local\\heap"));
    ok_eq(run.code, 0);
    told = run_json(&run);
    ok_str_eq(json_text(told, "type"), "DxgkSharedResource");
    ok_str_eq(json_text(told, "access"), "0x000f0003");
    ok_str_eq(json_text(told, "what"), "a heap");
    ok_str_eq(json_text(told, "memory"), "a sealed memfd");
    ok(strstr(json_text(told, "security"), "D:") != NULL);
    ok(strstr(json_text(told, "path"), "BaseNamedObjects\\") != NULL);
    descriptors = json_at(told, "descriptors");
    ok_eq(json_length(descriptors), 3);
    ok_str_eq(json_text(json_item(descriptors, 0), "kind"), "memory");
    ok_eq(json_number(json_item(descriptors, 0), "bytes"), 65536);
    ok(strstr(json_text(json_item(descriptors, 0), "link"), "memfd:label") != NULL);
    ok(strstr(json_text(json_item(descriptors, 0), "text"), "sealed for good") != NULL);
    ok_str_eq(json_text(json_item(descriptors, 1), "kind"), "pipe, to read");
    ok_str_eq(json_text(json_item(descriptors, 2), "kind"), "pipe, to write");
    json_object_put(told);
    run_free(&run);
    ok_tool(0, "memory           a sealed memfd\n", "show", A_("Local\\heap"));
    ok_tool(0, "descriptor       memory, 65,536 bytes, sealed for good", "show", A_("Local\\heap"));
    CloseHandle(handle);

    handle = share(L_("Local\\heap"), NTSHM_SHARED_FENCE, &heap);
    ok_tool(0, "type             DxgkSharedSyncObject\n", "show", A_("Local\\heap"));
    ok_tool(0, "what             a fence\n", "show", A_("Local\\heap"));
    CloseHandle(handle);
    /* A label may say anything. */
    other.type = 0xFFFFFFFF;
    other.memory_kind = 0xFFFFFFFF;
    handle = share(L_("Local\\heap"), NTSHM_SHARED_RESOURCE, &other);
    ok_tool(0, "memory           of an unknown kind\n", "show", A_("Local\\heap"));
    CloseHandle(handle);
    other.magic = 0;
    handle = share(L_("Local\\heap"), NTSHM_SHARED_RESOURCE, &other);
    run_tool(&run, "show", A_("Local\\heap"));
    ok_run(&run, 0, "type             DxgkSharedResource\n");
    ok(!strstr(run.out, "memory           "));
    run_free(&run);
    CloseHandle(handle);
}

/* The memory is what its label is not: writable. Its views are found without a handle, too. */
TEST(holders_knows_the_memory_of_a_shared_heap, "D12.10")
{
    struct ntshm_shared shared = {.type = NTSHM_SHARED_RESOURCE, .n_fds = 2};
    struct json_object *told, *process = NULL;
    char address[32];
    struct run run;
    HANDLE handle;
    void *view;

    shared.fds[0] =
        memory_of("label", &heap, sizeof(heap), F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
    shared.fds[1] = memory_of("memory", "x", 1, F_SEAL_SHRINK | F_SEAL_GROW);
    view = mmap(NULL, 65536, PROT_READ, MAP_SHARED, shared.fds[1], 0);
    handle = ntshm_create_sharedW(NULL, L_("Local\\heap"), &shared);
    require(handle != NULL && view != MAP_FAILED);
    close(shared.fds[0]);
    close(shared.fds[1]);
    run_tool(&run, "holders", "--json", A_("Local\\heap"));
    told = run_json(&run);
    ok_eq(json_holders(told), 1);
    for (size_t i = 0; i < json_length(json_at(told, "processes")); i++)
        if (json_number(json_item(json_at(told, "processes"), i), "pid") == (uint64_t)getpid())
            process = json_item(json_at(told, "processes"), i);
    ok_eq(json_number(process, "handles"), 1);
    snprintf(address, sizeof(address), "%p", view);
    ok_str_eq(json_text(json_item(json_at(process, "views"), 0), "address"), address);
    json_object_put(told);
    run_free(&run);
    munmap(view, 65536);
    CloseHandle(handle);
}

TEST(show_knows_every_kind, "")
{
    HANDLE handle =
        CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 65536, L_("Local\\kind"));

    ok_tool(0, "type             Section\n", "show", A_("Local\\kind"));
    ok_tool(0, "bytes            65,536 (64 KiB)\n", "show", A_("Local\\kind"));
    CloseHandle(handle);
    handle = CreateEventW(NULL, TRUE, FALSE, L_("Local\\kind"));
    ok_tool(0, "type             Event\n", "show", A_("Local\\kind"));
    CloseHandle(handle);
    handle = CreateJobObjectW(NULL, L_("Local\\kind"));
    ok_tool(0, "type             Job\n", "show", A_("Local\\kind"));
    CloseHandle(handle);
    ok_tool(1, "nobody has a handle of this name", "show", A_("Local\\kind"));
    ok_tool(1, "nobody has a handle of this name", "hold", A_("Local\\kind"));
    ok_tool(1, "there is no such directory", "show", "Global\\no\\directory");
    ok_tool(2, "which name?", "show");
    ok_tool(2, "which name?", "hold");
    ok_tool(2, "one NAME at a time", "show", "a", "b");
}

TEST(list_has_what_there_is, "11.30 D12.10")
{
    HANDLE heap_handle, fence, section;
    struct json_object *list;
    struct run run;
    unsigned n_found = 0;

    run_tool(&run, "list"); /* which starts no broker */
    ok_eq(run.code, 0);
    ok_str_eq(run.out, "");
    run_free(&run);
    heap_handle = share(L_("Global\\one"), NTSHM_SHARED_RESOURCE, &heap);
    fence = share(L_("Local\\two"), NTSHM_SHARED_FENCE, &heap);
    section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 65536,
                                 L_("Local\\three"));
    run_tool(&run, "list", "--json");
    list = run_json(&run);
    for (size_t i = 0; i < json_length(list); i++) {
        const char *name = json_text(json_item(list, i), "name");
        const char *type = json_text(json_item(list, i), "type");

        if (strcmp(name, A_("Global\\one")) == 0)
            n_found += strcmp(type, "DxgkSharedResource") == 0;
        if (strstr(name, A_("two")))
            n_found += strcmp(type, "DxgkSharedSyncObject") == 0;
        if (strstr(name, A_("three")))
            n_found += strcmp(type, "Section") == 0;
    }
    ok_eq(json_length(list), 3);
    ok_eq(n_found, 3);
    json_object_put(list);
    run_free(&run);
    ok_tool(0, "DxgkSharedResource", "list");
    ok_tool(0, "BaseNamedObjects", "list", "\\");
    ok_tool(1, "nobody has a handle", "list", "\\BaseNamedObjects\\nowhere");
    CloseHandle(heap_handle);
    CloseHandle(fence);
    CloseHandle(section);
}

/* `ntshm hold NAME` with pipes for standard input and output. */
struct holder {
    pid_t pid;
    int in, out;
};

static void hold(struct holder *holder, const char *name)
{
    int in[2], out[2];

    require(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0);
    holder->pid = fork();
    if (holder->pid == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        execl(NT_TEST_TOOL_PATH, "ntshm", "hold", name, (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    holder->in = in[1];
    holder->out = out[0];
}

/* Its exit code. */
static int end_of(struct holder *holder)
{
    int status = -1;

    while (waitpid(holder->pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (holder->in >= 0)
        close(holder->in);
    close(holder->out);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* By a pipe that ends, and by a signal. */
TEST(hold_keeps_a_name_that_nobody_else_has, "D17.2")
{
    for (unsigned by_signal = 0; by_signal < 2; by_signal++) {
        HANDLE handle = share(L_("Local\\held"), NTSHM_SHARED_RESOURCE, &heap), again;
        struct holder holder;
        char byte = 0;

        hold(&holder, A_("Local\\held"));
        while (byte != '\n' && (read(holder.out, &byte, 1) == 1 || errno == EINTR))
            ;
        CloseHandle(handle);
        again = ntshm_open_sharedW(GENERIC_ALL, FALSE, L_("Local\\held"));
        ok(again != NULL);
        CloseHandle(again);
        if (by_signal) {
            ok_eq(kill(holder.pid, SIGTERM), 0);
        } else {
            close(holder.in);
            holder.in = -1;
        }
        ok_eq(end_of(&holder), 0);
        ok_fails(ntshm_open_sharedW(GENERIC_ALL, FALSE, L_("Local\\held")), ERROR_FILE_NOT_FOUND);
    }
}
