// SPDX-License-Identifier: MIT
/*
 * A program and its workers: other processes of the same program, which get an unnamed section, a
 * mutex and a semaphore by inheritance - the command line tells them the values of their handles.
 * Each takes jobs from the section as long as there are any. One of them is killed while it holds
 * the mutex: the next one is told (WAIT_ABANDONED), looks at what it left and goes on, and no job
 * is lost. What they say comes back through a pipe.
 *
 * Nothing here is Linux's: it builds and runs on Windows as it is.
 */
#include "workers-job.h"

#define N_WORKERS 4

/* Inherited by every worker, under the same values. */
struct shared {
    HANDLE section, mutex, jobs, output;
};

/* Only these handles go along, whatever else the program has that can be inherited. */
static BOOL start(const struct shared *shared, int number, PROCESS_INFORMATION *ret)
{
    HANDLE list[4] = {shared->section, shared->mutex, shared->jobs, shared->output};
    STARTUPINFOEXA startup;
    char path[1024], line[2048];
    SIZE_T size = 0;
    BOOL good;

    memset(&startup, 0, sizeof(startup));
    startup.StartupInfo.cb = sizeof(startup);
    startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    startup.StartupInfo.hStdInput = NULL;
    startup.StartupInfo.hStdOutput = shared->output;
    startup.StartupInfo.hStdError = shared->output;
    InitializeProcThreadAttributeList(NULL, 1, 0, &size);
    startup.lpAttributeList = malloc(size);
    if (!startup.lpAttributeList ||
        !InitializeProcThreadAttributeList(startup.lpAttributeList, 1, 0, &size))
        return FALSE;
    UpdateProcThreadAttribute(startup.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, list,
                              sizeof(list), NULL, NULL);
    GetModuleFileNameA(NULL, path, sizeof(path));
    snprintf(line, sizeof(line), "\"%s\" worker %llu %llu %llu %d", path,
             (unsigned long long)(ULONG_PTR)shared->section,
             (unsigned long long)(ULONG_PTR)shared->mutex,
             (unsigned long long)(ULONG_PTR)shared->jobs, number);
    good = CreateProcessA(path, line, NULL, NULL, TRUE, EXTENDED_STARTUPINFO_PRESENT, NULL, NULL,
                          &startup.StartupInfo, ret);
    DeleteProcThreadAttributeList(startup.lpAttributeList);
    free(startup.lpAttributeList);
    return good;
}

static int check(const struct board *board)
{
    int good = board->next == N_JOBS;

    for (int i = 0; i < N_JOBS; i++)
        good &= board->done[i] == 1;
    printf("%d jobs, each done once: %s\n", (int)board->next, good ? "yes" : "no");
    return good ? 0 : 1;
}

static void tell_what_they_said(HANDLE pipe)
{
    char text[512];
    DWORD length;

    while (ReadFile(pipe, text, sizeof(text), &length, NULL) && length)
        fwrite(text, 1, length, stdout);
}

static int run(void)
{
    SECURITY_ATTRIBUTES inherit = {sizeof(inherit), NULL, TRUE};
    PROCESS_INFORMATION workers[N_WORKERS];
    HANDLE processes[N_WORKERS];
    struct shared shared;
    struct board *board;
    HANDLE pipe;
    DWORD code;
    int i, result;

    shared.section =
        CreateFileMappingA(INVALID_HANDLE_VALUE, &inherit, PAGE_READWRITE, 0, 65536, NULL);
    shared.mutex = CreateMutexA(&inherit, FALSE, NULL);
    shared.jobs = CreateSemaphoreA(&inherit, N_JOBS, N_JOBS, NULL);
    board = MapViewOfFile(shared.section, FILE_MAP_ALL_ACCESS, 0, 0, 0);
    if (!board || !shared.mutex || !shared.jobs || !CreatePipe(&pipe, &shared.output, &inherit, 0))
        return 1;
    SetHandleInformation(pipe, HANDLE_FLAG_INHERIT, 0);
    board->in_hand = -1;

    /* The one that dies begins alone, so that it surely gets the mutex. */
    for (i = 0; i < N_WORKERS; i++) {
        if (!start(&shared, i, &workers[i])) {
            printf("worker %d does not start (%lu)\n", i, (unsigned long)GetLastError());
            return 1;
        }
        processes[i] = workers[i].hProcess;
        CloseHandle(workers[i].hThread);
        while (i == 0 && !*(volatile LONG *)&board->worker_killed)
            Sleep(1);
    }
    TerminateProcess(processes[0], 77);
    WaitForMultipleObjects(N_WORKERS, processes, TRUE, INFINITE);
    GetExitCodeProcess(processes[0], &code);
    printf("worker 0 ended with %lu\n", (unsigned long)code);
    CloseHandle(shared.output);
    tell_what_they_said(pipe);
    result = check(board);

    for (i = 0; i < N_WORKERS; i++)
        CloseHandle(processes[i]);
    UnmapViewOfFile(board);
    CloseHandle(pipe);
    CloseHandle(shared.jobs);
    CloseHandle(shared.mutex);
    CloseHandle(shared.section);
    return result;
}

int main(int argc, char **argv)
{
    return argc == 6 && strcmp(argv[1], "worker") == 0 ? work(argv) : run();
}
