// SPDX-License-Identifier: MIT
/*
 * One process of the scene that scene.py looks at with every command of the tool.
 *
 * usage: scene-actor make PREFIX COUNT    COUNT objects of all kinds in turn: PREFIX-KIND-NUMBER
 *        scene-actor view NAME            a view of a section, and no handle
 *        scene-actor regions COUNT        that many regions, and a service thread
 *        scene-actor secure FILE          what stands in its lines: KIND, NAME, SDDL, with tabs
 *        scene-actor grants FILE          of each: what an open gives, all at once and one by one
 *
 * Prints "ready" and stays until standard input ends.  What it makes, it holds.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

#include <windows.h>
#include <ntshm/ntshm.h>
#include <ntshm/shared.h>
#include <sddl.h>
#include <winternl.h>

/* Everything for the owner; whose number divides by 4 is for everybody to read. */
static SECURITY_ATTRIBUTES *attributes_of(unsigned number)
{
    static SECURITY_ATTRIBUTES attributes[2];
    SECURITY_ATTRIBUTES *one = &attributes[number % 4 == 0];

    if (!one->lpSecurityDescriptor &&
        !ConvertStringSecurityDescriptorToSecurityDescriptorA(
            number % 4 == 0 ? "D:(A;;GA;;;OW)(A;;GR;;;WD)" : "D:(A;;GA;;;OW)", SDDL_REVISION_1,
            &one->lpSecurityDescriptor, NULL))
        return NULL;
    one->nLength = sizeof(*one);
    return one;
}

static HANDLE make_section(const char *name, SECURITY_ATTRIBUTES *attributes, unsigned number)
{
    DWORD kind = number % 3 == 0 ? SEC_RESERVE : SEC_COMMIT, size = 4096 * (1 + number % 20);
    HANDLE section =
        CreateFileMappingA(INVALID_HANDLE_VALUE, attributes, PAGE_READWRITE | kind, 0, size, name);
    char *view = section ? MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0) : NULL;

    if (view && (kind == SEC_COMMIT || VirtualAlloc(view, 4096, MEM_COMMIT, PAGE_READWRITE)))
        snprintf(view, 4096, "this is %s", name);
    return view ? section : NULL;
}

static HANDLE make_shared(const char *name, SECURITY_ATTRIBUTES *attributes)
{
    struct ntshm_shared shared = {.type = NTSHM_SHARED_RESOURCE, .n_fds = 1};
    wchar_t wide[200];
    HANDLE handle;

    swprintf(wide, 200, L"%s", name);
    shared.fds[0] = memfd_create("scene", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (shared.fds[0] < 0 || fchmod(shared.fds[0], 0600) < 0 || ftruncate(shared.fds[0], 4096) < 0)
        return NULL;
    handle = ntshm_create_sharedW(attributes, wide, &shared);
    close(shared.fds[0]);
    return handle;
}

static HANDLE make_one(const char *prefix, unsigned number)
{
    static const char *const kinds[] = {"section", "event", "mutex", "semaphore",
                                        "timer",   "job",   "heap"};
    unsigned kind = number % 7;
    SECURITY_ATTRIBUTES *attributes = attributes_of(number);
    char name[200];

    if (!attributes)
        return NULL;
    snprintf(name, sizeof(name), "%s-%s-%u", prefix, kinds[kind], number);
    switch (kind) {
    case 0:
        return make_section(name, attributes, number);
    case 1:
        return CreateEventA(attributes, number % 2, number % 3 == 0, name);
    case 2:
        return CreateMutexA(attributes, number % 2, name);
    case 3:
        return CreateSemaphoreA(attributes, 1, 5, name);
    case 4:
        return CreateWaitableTimerA(attributes, TRUE, name);
    case 5:
        return CreateJobObjectA(attributes, name);
    default:
        return make_shared(name, attributes);
    }
}

static int make(const char *prefix, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (!make_one(prefix, i)) {
            fprintf(stderr, "%s %u: error %u\n", prefix, i, (unsigned)GetLastError());
            return 1;
        }
    }
    return 0;
}

static int view(const char *name)
{
    HANDLE section = OpenFileMappingA(FILE_MAP_READ, FALSE, name);
    void *address = section ? MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0) : NULL;

    if (!address || !CloseHandle(section)) {
        fprintf(stderr, "%s: error %u\n", name, (unsigned)GetLastError());
        return 1;
    }
    printf("0x%llx\n", (unsigned long long)(ULONG_PTR)address);
    return 0;
}

/* --- objects with descriptors of all sorts --------------------------------------------------- */

struct secured {
    char line[4096];
    const char *kind, *name, *sddl;
};

static int next_secured(FILE *file, struct secured *one)
{
    char *rest;

    if (!fgets(one->line, sizeof(one->line), file))
        return 0;
    one->kind = strtok_r(one->line, "\t", &rest);
    one->name = strtok_r(NULL, "\t", &rest);
    one->sddl = strtok_r(NULL, "\n", &rest);
    return one->kind && one->name && one->sddl;
}

static HANDLE make_secured(const struct secured *one)
{
    SECURITY_ATTRIBUTES attributes = {.nLength = sizeof(attributes)};

    if (!ConvertStringSecurityDescriptorToSecurityDescriptorA(
            one->sddl, SDDL_REVISION_1, &attributes.lpSecurityDescriptor, NULL))
        return NULL;
    switch (one->kind[0]) {
    case 's':
        return CreateFileMappingA(INVALID_HANDLE_VALUE, &attributes, PAGE_READWRITE, 0, 4096,
                                  one->name);
    case 'e':
        return CreateEventA(&attributes, TRUE, FALSE, one->name);
    case 'm':
        return CreateMutexA(&attributes, FALSE, one->name);
    case 't':
        return CreateWaitableTimerA(&attributes, TRUE, one->name);
    default:
        return CreateJobObjectA(&attributes, one->name);
    }
}

/* OpenFileMapping() takes SECTION_QUERY for FILE_MAP_COPY: the native call does not. */
static HANDLE open_section(const char *name, DWORD access)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING string;
    HANDLE handle = NULL;
    wchar_t path[200];

    swprintf(path, 200, L"\\BaseNamedObjects\\%s", strchr(name, '\\') + 1);
    RtlInitUnicodeString(&string, path);
    InitializeObjectAttributes(&attributes, &string, 0, NULL, NULL);
    return NT_SUCCESS(NtOpenSection(&handle, access, &attributes)) ? handle : NULL;
}

static HANDLE open_secured(const struct secured *one, DWORD access)
{
    switch (one->kind[0]) {
    case 's':
        return open_section(one->name, access);
    case 'e':
        return OpenEventA(access, FALSE, one->name);
    case 'm':
        return OpenMutexA(access, FALSE, one->name);
    case 't':
        return OpenWaitableTimerA(access, FALSE, one->name);
    default:
        return OpenJobObjectA(access, FALSE, one->name);
    }
}

/* Root's: other owners, labels above his own, WRITE_OWNER. Nobody else has any. */
static void enable_privileges(void)
{
    static const char *const names[] = {"SeRestorePrivilege", "SeSecurityPrivilege",
                                        "SeRelabelPrivilege", "SeTakeOwnershipPrivilege"};
    TOKEN_PRIVILEGES wanted = {.PrivilegeCount = 1};
    HANDLE token = NULL;

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &token))
        return;
    wanted.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (LookupPrivilegeValueA(NULL, names[i], &wanted.Privileges[0].Luid))
            AdjustTokenPrivileges(token, FALSE, &wanted, 0, NULL, NULL);
    CloseHandle(token);
}

static int secure(const char *path)
{
    FILE *file = fopen(path, "re");
    struct secured one;

    enable_privileges();
    while (file && next_secured(file, &one)) {
        if (!make_secured(&one)) {
            printf("%s %s: error %u\n", one.name, one.sddl, (unsigned)GetLastError());
            return 1;
        }
    }
    return !file || fclose(file) != 0;
}

static DWORD granted_to(const struct secured *one, DWORD access)
{
    HANDLE handle = open_secured(one, access);
    PUBLIC_OBJECT_BASIC_INFORMATION basic = {.GrantedAccess = 0};
    ULONG length;

    if (handle)
        NtQueryObject(handle, ObjectBasicInformation, &basic, sizeof(basic), &length);
    CloseHandle(handle);
    return basic.GrantedAccess;
}

static int grants(const char *path)
{
    FILE *file = fopen(path, "re");
    struct secured one;

    enable_privileges();
    while (file && next_secured(file, &one)) {
        DWORD each = 0;

        for (unsigned bit = 0; bit < 21; bit++)
            if (granted_to(&one, 1u << bit) & 1u << bit)
                each |= 1u << bit;
        printf("%s %x %x\n", one.name, (unsigned)granted_to(&one, MAXIMUM_ALLOWED), (unsigned)each);
    }
    return !file || fclose(file) != 0;
}

static int regions(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        DWORD type = i % 2 ? MEM_RESERVE : MEM_RESERVE | MEM_COMMIT;

        if (!VirtualAlloc(NULL, 65536, type, PAGE_READWRITE))
            return 1;
    }
    return !ntshm_service_start();
}

int main(int argc, char **argv)
{
    char byte;
    int failed = 2;

    if (argc == 4 && strcmp(argv[1], "make") == 0)
        failed = make(argv[2], (unsigned)atoi(argv[3]));
    else if (argc == 3 && strcmp(argv[1], "view") == 0)
        failed = view(argv[2]);
    else if (argc == 3 && strcmp(argv[1], "regions") == 0)
        failed = regions((unsigned)atoi(argv[2]));
    else if (argc == 3 && strcmp(argv[1], "secure") == 0)
        failed = secure(argv[2]);
    else if (argc == 3 && strcmp(argv[1], "grants") == 0)
        failed = grants(argv[2]);
    if (failed)
        return failed;
    puts("ready");
    fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    return 0;
}
