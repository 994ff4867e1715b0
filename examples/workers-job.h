/* SPDX-License-Identifier: MIT */
/*
 * What a worker of workers.c does: it takes jobs from the section as long as there are any, with
 * the mutex. Worker 0 stops in the middle of one, and is killed there.
 */
#ifndef EXAMPLES_WORKERS_JOB_H
#define EXAMPLES_WORKERS_JOB_H

#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_JOBS 200

struct board {
    LONG next;          /* the first job that nobody took */
    LONG done[N_JOBS];  /* how often each was done */
    LONG in_hand;       /* the job that is being entered, or -1 */
    LONG worker_killed; /* the one that is to be killed has the mutex */
};

static void say(const char *text, int number)
{
    char line[100];
    DWORD length = (DWORD)snprintf(line, sizeof(line), "%s %d\n", text, number);

    WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), line, length, &length, NULL);
}

/* Its owner died in the middle: the job it had in hand is done over again. */
static void repair(struct board *board, int number)
{
    say("a worker died; its job is done by worker", number);
    if (board->in_hand >= 0)
        board->done[board->in_hand] = 1;
    board->in_hand = -1;
}

static int do_jobs(struct board *board, HANDLE mutex, HANDLE jobs, int number, BOOL is_to_die)
{
    int count = 0;

    while (WaitForSingleObject(jobs, 0) == WAIT_OBJECT_0) {
        switch (WaitForSingleObject(mutex, INFINITE)) {
        case WAIT_ABANDONED:
            repair(board, number);
            break;
        case WAIT_OBJECT_0:
            break;
        default:
            return 1;
        }
        board->in_hand = board->next++;
        if (is_to_die && ++count == 5) {
            board->worker_killed = 1;
            Sleep(INFINITE); /* until it is killed, with the mutex and a job */
        }
        board->done[board->in_hand]++;
        board->in_hand = -1;
        ReleaseMutex(mutex);
    }
    say("no job is left for worker", number);
    return 0;
}

static HANDLE handle_of(const char *text)
{
    return (HANDLE)(ULONG_PTR)strtoull(text, NULL, 10);
}

static int work(char **argv)
{
    struct board *board = MapViewOfFile(handle_of(argv[2]), FILE_MAP_ALL_ACCESS, 0, 0, 0);
    int number = atoi(argv[5]);

    if (!board)
        return 1;
    return do_jobs(board, handle_of(argv[3]), handle_of(argv[4]), number, number == 0);
}

#endif
