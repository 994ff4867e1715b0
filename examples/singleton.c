// SPDX-License-Identifier: MIT
/*
 * A program of which one instance runs: the second one asks the first to come to the front, and
 * ends. The names stand in a private namespace, which only programs of this user can make, so that
 * nobody else can take them first and keep the program from starting.
 *
 *   singleton [N]    the first: waits until it was asked N times (default 1)
 *
 * The name of the mutex lives as long as the first instance does, also when it is killed: there is
 * no file with a process number in it that a crash could leave.
 *
 * Build: cc singleton.c $(pkg-config --cflags --libs ntshm)
 */
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>

#define PRODUCT "Example Singleton 1.0"

static int failed(const char *what)
{
    fprintf(stderr, "%s: error %lu\n", what, (unsigned long)GetLastError());
    return 1;
}

/* The boundary is this user: who makes or shares the namespace holds the user's SID. */
static HANDLE boundary_of_user(void)
{
    union {
        TOKEN_USER user;
        char room[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    } told;
    HANDLE boundary, token;
    DWORD size;
    BOOL good;

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return NULL;
    good = GetTokenInformation(token, TokenUser, &told, sizeof(told), &size);
    CloseHandle(token);
    boundary = good ? CreateBoundaryDescriptorA(PRODUCT, 0) : NULL;
    if (boundary && !AddSIDToBoundaryDescriptor(&boundary, told.user.User.Sid)) {
        DeleteBoundaryDescriptor(boundary);
        return NULL;
    }
    return boundary;
}

/* The namespace of the boundary, as "app" in this process. It is there, or it is made now. */
static HANDLE enter(HANDLE boundary)
{
    HANDLE space;

    do {
        space = CreatePrivateNamespaceA(NULL, boundary, "app");
        if (!space && GetLastError() == ERROR_ALREADY_EXISTS)
            space = OpenPrivateNamespaceA(boundary, "app");
        /* Who had it may have ended between the two. */
    } while (!space && GetLastError() == ERROR_PATH_NOT_FOUND);
    return space;
}

static int be_the_first(HANDLE come, const DWORD *asker, int times)
{
    printf("process %lu is the first\n", (unsigned long)GetCurrentProcessId());
    fflush(stdout);
    while (times-- > 0) {
        WaitForSingleObject(come, INFINITE);
        printf("process %lu wants me in front\n", (unsigned long)*asker);
        fflush(stdout);
    }
    return 0;
}

static int be_another(HANDLE come, DWORD *asker)
{
    *asker = GetCurrentProcessId();
    SetEvent(come);
    printf("it runs already\n");
    return 0;
}

int main(int argc, char **argv)
{
    HANDLE boundary = boundary_of_user(), space, mutex, come, section;
    int is_first, result = 1;
    DWORD *asker;

    space = boundary ? enter(boundary) : NULL;
    if (!space)
        return failed("namespace");
    come = CreateEventA(NULL, FALSE, FALSE, "app\\come");
    section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, "app\\data");
    asker = section ? MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0) : NULL;
    if (!come || !asker)
        return failed("app\\data");

    /* Last, so that whoever finds it finds the rest. Who makes it is the first. */
    mutex = CreateMutexA(NULL, FALSE, "app\\running");
    is_first = GetLastError() != ERROR_ALREADY_EXISTS;
    if (!mutex)
        return failed("app\\running");
    if (is_first)
        result = be_the_first(come, asker, argc > 1 ? atoi(argv[1]) : 1);
    else
        result = be_another(come, asker);

    CloseHandle(mutex);
    UnmapViewOfFile(asker);
    CloseHandle(section);
    CloseHandle(come);
    ClosePrivateNamespace(space, 0);
    DeleteBoundaryDescriptor(boundary);
    return result;
}
