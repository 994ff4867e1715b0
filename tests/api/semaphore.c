// SPDX-License-Identifier: MIT
/*
 * Semaphores: their count, their names, and what the functions refuse.
 */
#include "api/api.h"

static LONG count_of(HANDLE semaphore)
{
    SEMAPHORE_BASIC_INFORMATION basic = {77, 77};
    ULONG length = 0;

    ok_status(
        NtQuerySemaphore(semaphore, SemaphoreBasicInformation, &basic, sizeof(basic), &length),
        STATUS_SUCCESS);
    ok_eq(length, sizeof(basic));
    return (LONG)basic.CurrentCount;
}

TEST(each_wait_takes_one_of_the_count, "")
{
    HANDLE semaphore = CreateSemaphoreW(NULL, 2, 3, NULL);
    LONG before = 77;

    require(semaphore != NULL);
    ok_eq(WaitForSingleObject(semaphore, 0), WAIT_OBJECT_0);
    ok_eq(WaitForSingleObject(semaphore, INFINITE), WAIT_OBJECT_0);
    ok_eq(WaitForSingleObject(semaphore, 0), WAIT_TIMEOUT);
    ok_eq(WaitForSingleObject(semaphore, 10), WAIT_TIMEOUT);
    ok_succeeds(ReleaseSemaphore(semaphore, 1, &before));
    ok_eq(before, 0);
    ok_succeeds(ReleaseSemaphore(semaphore, 2, &before));
    ok_eq(before, 1);
    ok_eq(count_of(semaphore), 3);
    for (unsigned i = 0; i < 3; i++)
        ok_eq(WaitForSingleObject(semaphore, 0), WAIT_OBJECT_0);
    ok_eq(WaitForSingleObject(semaphore, 0), WAIT_TIMEOUT);
    ok_succeeds(ReleaseSemaphore(semaphore, 1, NULL));
    ok_succeeds(CloseHandle(semaphore));
}

TEST(a_release_above_the_maximum_adds_nothing, "")
{
    HANDLE semaphore = CreateSemaphoreA(NULL, 1, 2, NULL);
    LONG before = 77;

    require(semaphore != NULL);
    ok_fails(ReleaseSemaphore(semaphore, 2, &before), ERROR_TOO_MANY_POSTS);
    ok_eq(before, 77);
    ok_fails(ReleaseSemaphore(semaphore, 0x7FFFFFFF, NULL), ERROR_TOO_MANY_POSTS);
    ok_eq(count_of(semaphore), 1);
    todo_wine
    { /* Wine counts 0, and takes -1 for very many */
        ok_fails(ReleaseSemaphore(semaphore, 0, NULL), ERROR_INVALID_PARAMETER);
        ok_fails(ReleaseSemaphore(semaphore, -1, NULL), ERROR_INVALID_PARAMETER);
    }
    ok_succeeds(ReleaseSemaphore(semaphore, 1, &before));
    ok_eq(before, 1);
    ok_fails(ReleaseSemaphore(semaphore, 1, NULL), ERROR_TOO_MANY_POSTS);
    ok_eq(count_of(semaphore), 2);
    ok_succeeds(CloseHandle(semaphore));
    semaphore = CreateSemaphoreW(NULL, 0x7FFFFFFF, 0x7FFFFFFF, NULL);
    ok_fails(ReleaseSemaphore(semaphore, 1, NULL), ERROR_TOO_MANY_POSTS);
    ok_eq(WaitForSingleObject(semaphore, 0), WAIT_OBJECT_0);
    ok_eq(count_of(semaphore), 0x7FFFFFFE);
    ok_succeeds(CloseHandle(semaphore));
}

TEST(counts_that_are_none_are_refused, "")
{
    static const LONG bad[][2] = {{-1, 1}, {2, 1}, {0, 0}, {0, -1}, {1, 0}, {-2, -1}};
    HANDLE semaphore;

    for (unsigned i = 0; i < ARRAYSIZE(bad); i++) {
        ok_fails(CreateSemaphoreW(NULL, bad[i][0], bad[i][1], NULL), ERROR_INVALID_PARAMETER);
        ok_fails(CreateSemaphoreA(NULL, bad[i][0], bad[i][1], A_("none")), ERROR_INVALID_PARAMETER);
        ok_status(NtCreateSemaphore(&semaphore, SEMAPHORE_ALL_ACCESS, NULL, bad[i][0], bad[i][1]),
                  STATUS_INVALID_PARAMETER);
    }
    ok_fails(OpenSemaphoreA(SYNCHRONIZE, FALSE, A_("none")), ERROR_FILE_NOT_FOUND);
    ok_fails(OpenSemaphoreW(SYNCHRONIZE, FALSE, NULL), ERROR_INVALID_PARAMETER);
}

TEST(a_semaphore_is_found_by_its_name, "1.19 11.21 11.22 11.30")
{
    HANDLE semaphore = CreateSemaphoreW(NULL, 1, 5, L_("counted"));
    HANDLE again, opened;

    require(semaphore != NULL);
    ok_error(ERROR_SUCCESS);
    again = CreateSemaphoreA(NULL, 4, 9, A_("counted"));
    ok_ptr_ne(again, NULL);
    ok_error(ERROR_ALREADY_EXISTS);
    ok_eq(count_of(again), 1);
    ok_fails(ReleaseSemaphore(again, 5, NULL), ERROR_TOO_MANY_POSTS);
    opened = OpenSemaphoreW(SYNCHRONIZE, FALSE, L_("counted"));
    require(opened != NULL);
    ok_fails(ReleaseSemaphore(opened, 1, NULL), ERROR_ACCESS_DENIED);
    ok_eq(WaitForSingleObject(opened, 0), WAIT_OBJECT_0);
    ok_eq(WaitForSingleObject(semaphore, 0), WAIT_TIMEOUT);
    ok_fails(CreateEventW(NULL, TRUE, TRUE, L_("counted")), ERROR_INVALID_HANDLE);
    ok_fails(CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, L_("counted")),
             ERROR_INVALID_HANDLE);
    ok_fails(OpenEventW(SYNCHRONIZE, FALSE, L_("counted")), ERROR_INVALID_HANDLE);
    ok_succeeds(CloseHandle(opened));
    ok_succeeds(CloseHandle(again));
    ok_succeeds(CloseHandle(semaphore));
    ok_fails(OpenSemaphoreW(SYNCHRONIZE, FALSE, L_("counted")), ERROR_FILE_NOT_FOUND);
}

TEST(other_handles_are_no_semaphores, "12.33")
{
    HANDLE event = CreateEventW(NULL, TRUE, TRUE, NULL);
    HANDLE semaphore = CreateSemaphoreExW(NULL, 1, 1, NULL, 0, SYNCHRONIZE);

    require(event != NULL && semaphore != NULL);
    ok_fails(ReleaseSemaphore(event, 1, NULL), ERROR_INVALID_HANDLE);
    ok_fails(ReleaseSemaphore(NULL, 1, NULL), ERROR_INVALID_HANDLE);
    ok_fails(SetEvent(semaphore), ERROR_INVALID_HANDLE);
    ok_fails(ReleaseSemaphore(semaphore, 1, NULL), ERROR_ACCESS_DENIED);
    ok_eq(WaitForSingleObject(semaphore, 0), WAIT_OBJECT_0);
    ok_succeeds(CloseHandle(semaphore));
    semaphore = CreateSemaphoreExA(NULL, 1, 1, NULL, 0, SEMAPHORE_MODIFY_STATE);
    require(semaphore != NULL);
    ok_eq(WaitForSingleObject(semaphore, 0), WAIT_FAILED);
    ok_error(ERROR_ACCESS_DENIED);
    ok_succeeds(CloseHandle(semaphore));
    ok_succeeds(CloseHandle(event));
}

TEST(the_native_functions_on_semaphores, "11.23 11.24 11.32")
{
    SEMAPHORE_BASIC_INFORMATION basic;
    HANDLE semaphore = NULL;
    ULONG before = 77;

    ok_status(NtCreateSemaphore(&semaphore, SEMAPHORE_ALL_ACCESS, NULL, 1, 4), STATUS_SUCCESS);
    require(semaphore != NULL);
    ok_status(NtReleaseSemaphore(semaphore, 3, &before), STATUS_SUCCESS);
    ok_eq(before, 1);
    ok_status(NtReleaseSemaphore(semaphore, 1, &before), STATUS_SEMAPHORE_LIMIT_EXCEEDED);
    ok_eq(before, 1);
    ok_status(NtQuerySemaphore(semaphore, SemaphoreBasicInformation, &basic, sizeof(basic), NULL),
              STATUS_SUCCESS);
    ok_eq(basic.CurrentCount, 4);
    ok_eq(basic.MaximumCount, 4);
    ok_status(NtQuerySemaphore(semaphore, SemaphoreBasicInformation, &basic, 4, NULL),
              STATUS_INFO_LENGTH_MISMATCH);
    ok_status(NtQuerySemaphore(semaphore, 1, &basic, sizeof(basic), NULL),
              STATUS_INVALID_INFO_CLASS);
    ok_succeeds(CloseHandle(semaphore));
}

/* --- between processes ------------------------------------------------------------------------ */

CHILD(semaphore_taker)
{
    HANDLE semaphore = OpenSemaphoreW(SYNCHRONIZE, FALSE, L_("taken"));

    (void)argc;
    (void)argv;
    require(semaphore != NULL, "error %u", (unsigned)GetLastError());
    test_say("ready");
    ok_eq(WaitForSingleObject(semaphore, 20000), WAIT_OBJECT_0);
    ok_succeeds(CloseHandle(semaphore));
    return 0;
}

TEST(a_release_lets_as_many_processes_go, "")
{
    HANDLE semaphore = CreateSemaphoreW(NULL, 0, 3, L_("taken"));
    struct test_child children[3];

    require(semaphore != NULL);
    for (unsigned i = 0; i < ARRAYSIZE(children); i++) {
        require(test_child_start(&children[i], "semaphore_taker", NULL));
        test_child_expect(&children[i], "ready", 20000);
    }
    ok_succeeds(ReleaseSemaphore(semaphore, 3, NULL));
    for (unsigned i = 0; i < ARRAYSIZE(children); i++)
        ok_eq(test_child_wait(&children[i], 20000), 0);
    ok_eq(count_of(semaphore), 0);
    ok_succeeds(CloseHandle(semaphore));
}
