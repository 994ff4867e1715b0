// SPDX-License-Identifier: MIT
/*
 * A process with something of every kind in its address space, to be drawn: sections with names and
 * views of them, a section that grows, a file, private memory that is partly committed, a guard,
 * placeholders, a thread. Says "ready" and waits until its standard input ends.
 *
 *   ntshm-picture-scene FILE
 */
#include <windows.h>

#include <ntshm/ntshm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define KIB(n) ((SIZE_T)(n) << 10)
#define MIB(n) ((SIZE_T)(n) << 20)

/* Ends the process with a word when something cannot be made. */
static void *need(void *made, const char *what)
{
    if (!made) {
        fprintf(stderr, "scene: %s: error %u\n", what, (unsigned)GetLastError());
        exit(1);
    }
    return made;
}

static HANDLE section(const char *name, SIZE_T size, DWORD protect)
{
    return need(CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, protect, 0, (DWORD)size, name),
                name);
}

static void *view(HANDLE section, DWORD access, const char *what)
{
    return need(MapViewOfFile(section, access, 0, 0, 0), what);
}

static void make_sections(void)
{
    HANDLE frame = section("Local\\frame", MIB(4), PAGE_READWRITE);
    HANDLE settings = section("Local\\settings", KIB(256), PAGE_READWRITE);
    HANDLE journal = section("Local\\journal", MIB(4), PAGE_READWRITE | SEC_RESERVE);
    char *log = view(journal, FILE_MAP_WRITE, "journal");

    memset(view(frame, FILE_MAP_WRITE, "frame"), 1, MIB(3));
    view(settings, FILE_MAP_READ, "settings");
    memset(need(VirtualAlloc(log, MIB(1), MEM_COMMIT, PAGE_READWRITE), "commit"), 1, KIB(600));
}

static void make_file(const char *path)
{
    HANDLE file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, NULL,
                              CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    HANDLE mapping;
    const volatile char *bytes;

    if (file == INVALID_HANDLE_VALUE)
        need(NULL, path);
    mapping = need(CreateFileMappingA(file, NULL, PAGE_READWRITE, 0, (DWORD)MIB(2), NULL), path);
    bytes = view(mapping, FILE_MAP_READ, path);
    for (size_t at = 0; at < MIB(1); at += KIB(4))
        (void)bytes[at];
}

static void make_memory(void)
{
    char *memory = need(VirtualAlloc(NULL, MIB(3), MEM_RESERVE, PAGE_READWRITE), "reserve");
    char *place = need(VirtualAlloc2(NULL, NULL, MIB(2), MEM_RESERVE | MEM_RESERVE_PLACEHOLDER,
                                     PAGE_NOACCESS, NULL, 0),
                       "placeholder");
    HANDLE ring = section("Local\\ring", KIB(512), PAGE_READWRITE);

    memset(need(VirtualAlloc(memory, MIB(1), MEM_COMMIT, PAGE_READWRITE), "commit"), 1, KIB(700));
    need(VirtualAlloc(memory + MIB(2), KIB(256), MEM_COMMIT, PAGE_READONLY), "commit");
    need(VirtualAlloc(memory + MIB(1), KIB(64), MEM_COMMIT, PAGE_READWRITE | PAGE_GUARD), "guard");
    /* The ring twice in a row, as placeholders are for. */
    for (int i = 0; i < 2; i++) {
        char *at = place + KIB(512) * (SIZE_T)i;

        if (!VirtualFree(at, KIB(512), MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER))
            need(NULL, "split");
        memset(need(MapViewOfFile3(ring, NULL, at, 0, KIB(512), MEM_REPLACE_PLACEHOLDER,
                                   PAGE_READWRITE, NULL, 0),
                    "ring"),
               1, KIB(512));
    }
}

static DWORD WINAPI stand(void *event)
{
    return WaitForSingleObject(event, INFINITE);
}

int main(int argc, char **argv)
{
    HANDLE event = need(CreateEventA(NULL, TRUE, FALSE, NULL), "event"), thread;
    char byte;

    if (argc != 2)
        return 2;
    /* So that the library here tells what lies where. */
    if (!ntshm_service_start())
        need(NULL, "service thread");
    prctl(PR_SET_NAME, "renderer");
    make_sections();
    make_file(argv[1]);
    make_memory();
    memset(need(malloc(KIB(100)), "heap"), 1, KIB(100));
    thread = need(CreateThread(NULL, MIB(1), stand, event, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL),
                  "thread");
    puts("ready");
    fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) > 0)
        continue;
    SetEvent(event);
    WaitForSingleObject(thread, INFINITE);
    return 0;
}
