// SPDX-License-Identifier: MIT
/*
 * Vectored handlers and RaiseException: who is asked, in which order, and what they are told.
 */
#include "api/api.h"

#include <string.h>

/* What the handlers below saw; reset by each case, which is a process of its own. */
static volatile LONG n_calls;
static volatile char order[16];
static EXCEPTION_RECORD seen;
static PVOID target;

static void note(char who)
{
    order[n_calls++] = who;
}

static volatile char *reserved(void)
{
    volatile char *memory =
        (volatile char *)VirtualAlloc(NULL, GRANULE, MEM_RESERVE, PAGE_READWRITE);

    require(memory != NULL);
    return memory;
}

static LONG NTAPI commit_page(EXCEPTION_POINTERS *pointers)
{
    seen = *pointers->ExceptionRecord;
    note('c');
    if (seen.ExceptionCode != (DWORD)EXCEPTION_ACCESS_VIOLATION)
        return EXCEPTION_CONTINUE_SEARCH;
    return VirtualAlloc((LPVOID)seen.ExceptionInformation[1], 1, MEM_COMMIT, PAGE_READWRITE)
               ? EXCEPTION_CONTINUE_EXECUTION
               : EXCEPTION_CONTINUE_SEARCH;
}

static LONG NTAPI look_on(EXCEPTION_POINTERS *pointers)
{
    (void)pointers;
    note('l');
    return EXCEPTION_CONTINUE_SEARCH;
}

static LONG NTAPI look_on_too(EXCEPTION_POINTERS *pointers)
{
    (void)pointers;
    note('t');
    return EXCEPTION_CONTINUE_SEARCH;
}

static LONG NTAPI go_on(EXCEPTION_POINTERS *pointers)
{
    seen = *pointers->ExceptionRecord;
    note('g');
    return EXCEPTION_CONTINUE_EXECUTION;
}

TEST(vectored_handler_can_commit_what_is_touched, "6.2")
{
    volatile char *memory = reserved();
    PVOID handler = AddVectoredExceptionHandler(1, commit_page);

    ok(handler != NULL);
    memory[3 * PAGE + 17] = 5;
    ok_eq(n_calls, 1);
    ok_eq(seen.ExceptionCode, (DWORD)EXCEPTION_ACCESS_VIOLATION);
    ok_eq(seen.ExceptionFlags & EXCEPTION_NONCONTINUABLE, 0);
    ok_ptr_eq(seen.ExceptionRecord, NULL);
    ok_eq(seen.NumberParameters, 2);
    ok_eq(seen.ExceptionInformation[0], 1);
    ok_eq(seen.ExceptionInformation[1], (ULONG_PTR)(memory + 3 * PAGE + 17));
    ok(seen.ExceptionAddress != NULL);
    ok_eq(memory[3 * PAGE + 17], 5);
    ok_eq(n_calls, 1);

    ok_eq(memory[5 * PAGE], 0); /* a load */
    ok_eq(n_calls, 2);
    ok_eq(seen.ExceptionInformation[0], 0);
    ok_eq(seen.ExceptionInformation[1], (ULONG_PTR)(memory + 5 * PAGE));
    ok(RemoveVectoredExceptionHandler(handler) != 0);
    ok_succeeds(VirtualFree((LPVOID)memory, 0, MEM_RELEASE));
}

TEST(vectored_handlers_are_asked_in_order, "")
{
    volatile char *memory = reserved();
    PVOID last = AddVectoredExceptionHandler(0, look_on);
    PVOID after = AddVectoredExceptionHandler(0, commit_page);
    PVOID first = AddVectoredExceptionHandler(1, look_on_too);

    memory[0] = 1;
    ok_eq(n_calls, 3);
    ok(order[0] == 't' && order[1] == 'l' && order[2] == 'c');
    ok(RemoveVectoredExceptionHandler(first) != 0);
    ok(RemoveVectoredExceptionHandler(last) != 0);
    memory[PAGE] = 1;
    ok_eq(n_calls, 4);
    ok(RemoveVectoredExceptionHandler(after) != 0);
    ok_eq(RemoveVectoredExceptionHandler(after), 0);
    ok_succeeds(VirtualFree((LPVOID)memory, 0, MEM_RELEASE));
}

TEST(one_that_continues_ends_the_asking, "")
{
    PVOID first = AddVectoredExceptionHandler(1, go_on);
    PVOID second = AddVectoredExceptionHandler(0, look_on);

    RaiseException(0xE0001234, 0, 0, NULL);
    ok_eq(n_calls, 1);
    ok(order[0] == 'g');
    ok(RemoveVectoredExceptionHandler(first) != 0);
    ok(RemoveVectoredExceptionHandler(second) != 0);
}

TEST(many_handlers_may_be_added, "")
{
    PVOID handlers[100];

    for (int i = 0; i < 100; i++)
        handlers[i] = AddVectoredExceptionHandler(0, i == 99 ? go_on : look_on_too);
    for (int i = 0; i < 85; i++)
        ok(RemoveVectoredExceptionHandler(handlers[i]) != 0);
    n_calls = 0;
    RaiseException(0xE0001234, 0, 0, NULL);
    ok_eq(n_calls, 15);
    ok(order[13] == 't' && order[14] == 'g');
    for (int i = 85; i < 100; i++)
        ok(RemoveVectoredExceptionHandler(handlers[i]) != 0);
}

TEST(what_is_no_handler_is_not_removed, "")
{
    PVOID handler = AddVectoredExceptionHandler(0, look_on);

    ok_eq(RemoveVectoredExceptionHandler(NULL), 0);
    ok_eq(RemoveVectoredContinueHandler(handler), 0);
    ok(RemoveVectoredExceptionHandler(handler) != 0);
}

TEST(continue_handlers_are_told_of_going_on, "")
{
    PVOID handler = AddVectoredExceptionHandler(1, go_on);
    PVOID first = AddVectoredContinueHandler(1, look_on);
    PVOID second = AddVectoredContinueHandler(0, look_on_too);

    RaiseException(0xE0001234, 0, 0, NULL);
    todo_wine /* keeps the list and never looks at it */
    {
        ok_eq(n_calls, 3);
        ok(order[0] == 'g' && order[1] == 'l' && order[2] == 't');
    }
    ok(RemoveVectoredContinueHandler(first) != 0);
    ok(RemoveVectoredContinueHandler(second) != 0);
    ok_eq(RemoveVectoredContinueHandler(second), 0);
    n_calls = 0;
    RaiseException(0xE0001234, 0, 0, NULL);
    ok_eq(n_calls, 1);
    ok(RemoveVectoredExceptionHandler(handler) != 0);
}

TEST(raised_exception_carries_its_arguments, "")
{
    ULONG_PTR arguments[20];
    PVOID handler = AddVectoredExceptionHandler(1, go_on);

    for (unsigned i = 0; i < 20; i++)
        arguments[i] = 100 + i;
    RaiseException(0xE0001234, 0, 3, arguments);
    ok_eq(seen.ExceptionCode, 0xE0001234);
    ok_eq(seen.ExceptionFlags & EXCEPTION_NONCONTINUABLE, 0);
    ok_eq(seen.NumberParameters, 3);
    ok_eq(seen.ExceptionInformation[0], 100);
    ok_eq(seen.ExceptionInformation[2], 102);
    RaiseException(0xE0001234, 0, 20, arguments);
    ok_eq(seen.NumberParameters, EXCEPTION_MAXIMUM_PARAMETERS);
    ok_eq(seen.ExceptionInformation[14], 114);
    RaiseException(0xE0001234, 0x1E, 3, NULL); /* what only the system says of an exception */
    ok_eq(seen.NumberParameters, 0);
    ok_eq(seen.ExceptionFlags & 0x1F, 0);
    ok(RemoveVectoredExceptionHandler(handler) != 0);
}

TEST(vectored_handler_may_continue_the_noncontinuable, "")
{
    PVOID handler = AddVectoredExceptionHandler(1, go_on);

    RaiseException(0xE0001234, EXCEPTION_NONCONTINUABLE, 0, NULL);
    ok_eq(n_calls, 1);
    ok_eq(seen.ExceptionFlags & EXCEPTION_NONCONTINUABLE, EXCEPTION_NONCONTINUABLE);
    ok(RemoveVectoredExceptionHandler(handler) != 0);
}

static LONG WINAPI filter_continues_once(EXCEPTION_POINTERS *pointers)
{
    if (pointers->ExceptionRecord->ExceptionCode == 0xE0001234)
        return EXCEPTION_CONTINUE_EXECUTION;
    if (pointers->ExceptionRecord->ExceptionCode == (DWORD)EXCEPTION_NONCONTINUABLE_EXCEPTION)
        test_say("noncontinuable");
    return EXCEPTION_EXECUTE_HANDLER;
}

CHILD(continues_the_noncontinuable)
{
    (void)argc;
    (void)argv;
    SetUnhandledExceptionFilter(filter_continues_once);
    RaiseException(0xE0001234, EXCEPTION_NONCONTINUABLE, 0, NULL);
    test_say("continued");
    return 0;
}

TEST(filter_may_not_continue_the_noncontinuable, "")
{
    struct test_child child;

    require(test_child_start(&child, "continues_the_noncontinuable", NULL));
    test_child_expect(&child, "noncontinuable", SOON);
    ok_ne(test_child_wait(&child, SOON), 0);
}

static LONG NTAPI protect_from_within(EXCEPTION_POINTERS *pointers)
{
    if (pointers->ExceptionRecord->ExceptionCode == 0xE0001234) {
        note('1');
        *(volatile char *)target = 7; /* an exception while one is being handled */
        note('3');
        return EXCEPTION_CONTINUE_EXECUTION;
    }
    note('2');
    return VirtualAlloc(target, 1, MEM_COMMIT, PAGE_READWRITE) ? EXCEPTION_CONTINUE_EXECUTION
                                                               : EXCEPTION_CONTINUE_SEARCH;
}

TEST(handlers_may_meet_exceptions_themselves, "")
{
    volatile char *memory = reserved();
    PVOID handler = AddVectoredExceptionHandler(1, protect_from_within);

    target = (PVOID)memory;
    RaiseException(0xE0001234, 0, 0, NULL);
    ok_eq(n_calls, 3);
    ok(order[0] == '1' && order[1] == '2' && order[2] == '3');
    ok_eq(memory[0], 7);
    ok(RemoveVectoredExceptionHandler(handler) != 0);
    ok_succeeds(VirtualFree((LPVOID)memory, 0, MEM_RELEASE));
}

static LONG WINAPI filter_goes_on(EXCEPTION_POINTERS *pointers)
{
    seen = *pointers->ExceptionRecord;
    note('f');
    return EXCEPTION_CONTINUE_EXECUTION;
}

TEST(filter_is_asked_last, "")
{
    LPTOP_LEVEL_EXCEPTION_FILTER before = SetUnhandledExceptionFilter(filter_goes_on);
    PVOID handler = AddVectoredExceptionHandler(0, look_on);

    RaiseException(0xE0004321, 0, 0, NULL);
    ok_eq(n_calls, 2);
    ok(order[0] == 'l' && order[1] == 'f');
    ok_eq(seen.ExceptionCode, 0xE0004321);
    ok(SetUnhandledExceptionFilter(before) == filter_goes_on);
    ok(RemoveVectoredExceptionHandler(handler) != 0);
}

TEST(filter_can_be_asked_by_the_program, "")
{
    EXCEPTION_RECORD record = {.ExceptionCode = 0xE0004321};
    CONTEXT context = {.ContextFlags = 0};
    EXCEPTION_POINTERS pointers = {&record, &context};

    SetUnhandledExceptionFilter(filter_goes_on);
    ok_eq((DWORD)UnhandledExceptionFilter(&pointers), (DWORD)EXCEPTION_CONTINUE_EXECUTION);
    ok_eq(n_calls, 1);
    SetUnhandledExceptionFilter(NULL);
    ok_eq(seen.ExceptionCode, 0xE0004321);
}

TEST(error_mode_is_kept, "")
{
    UINT before = SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOOPENFILEERRORBOX);

    ok_eq(GetErrorMode(), SEM_FAILCRITICALERRORS | SEM_NOOPENFILEERRORBOX);
    ok_eq(SetErrorMode(before), SEM_FAILCRITICALERRORS | SEM_NOOPENFILEERRORBOX);
    ok_eq(GetErrorMode(), before);
}
