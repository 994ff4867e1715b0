// SPDX-License-Identifier: MIT
/*
 * Two processes that give each other handles.
 */
#include "api/duplicate_process_kit.h"

#include <stdlib.h>

#ifndef _WIN32
#    include <ntshm/ntshm.h>
#endif

#define REFUSED 100000ul

/* --- the child's side ----------------------------------------------------------------------- */

static unsigned long last_error(void)
{
    return REFUSED + GetLastError();
}

static unsigned long read_word(HANDLE section)
{
    const volatile uint32_t *view =
        (const volatile uint32_t *)MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    unsigned long word;

    if (!view)
        return last_error();
    word = *view;
    UnmapViewOfFile((LPCVOID)(uintptr_t)view);
    return word;
}

static unsigned long write_word(HANDLE section)
{
    volatile uint32_t *view = (volatile uint32_t *)MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);

    if (!view)
        return last_error();
    *view = 1234;
    UnmapViewOfFile((LPCVOID)(uintptr_t)view);
    return 1;
}

static unsigned long flags_of(HANDLE handle)
{
    DWORD flags;

    return GetHandleInformation(handle, &flags) ? flags : last_error();
}

static unsigned long position_of(HANDLE file)
{
    DWORD at = SetFilePointer(file, 0, NULL, FILE_CURRENT);

    return at == INVALID_SET_FILE_POINTER ? last_error() : at;
}

/* 12.10, over there. */
static unsigned long widen(HANDLE section)
{
    HANDLE copy;

    if (!DuplicateHandle(SELF, section, SELF, &copy, FILE_MAP_WRITE, FALSE, 0))
        return last_error();
    CloseHandle(copy);
    return 1;
}

static unsigned long order_with(const char *order, HANDLE handle)
{
    if (strcmp(order, "read") == 0)
        return read_word(handle);
    if (strcmp(order, "write") == 0)
        return write_word(handle);
    if (strcmp(order, "set") == 0)
        return SetEvent(handle) ? 1 : last_error();
    if (strcmp(order, "close") == 0)
        return CloseHandle(handle) ? 1 : last_error();
    if (strcmp(order, "flags") == 0)
        return flags_of(handle);
    if (strcmp(order, "process") == 0)
        return GetProcessId(handle);
    if (strcmp(order, "rights") == 0)
        return rights_of(handle);
    if (strcmp(order, "widen") == 0)
        return widen(handle);
    if (strcmp(order, "position") == 0)
        return position_of(handle);
    return REFUSED;
}

static HANDLE make(const char *order)
{
    HANDLE made = strcmp(order, "event") == 0
                      ? CreateEventW(NULL, TRUE, FALSE, NULL)
                      : CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_EXECUTE_READWRITE, 0,
                                           (DWORD)PAGE, NULL);

    if (strcmp(order, "protected") == 0)
        SetHandleInformation(made, HANDLE_FLAG_PROTECT_FROM_CLOSE, HANDLE_FLAG_PROTECT_FROM_CLOSE);
    if (strcmp(order, "inheritable") == 0)
        SetHandleInformation(made, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    return made;
}

int do_orders(void)
{
    char line[64], order[16];
    unsigned long long value;

    test_say("ready");
    while (test_hear(line, sizeof(line), SECOND)) {
        if (sscanf(line, "%15s %llx", order, &value) == 2)
            test_say("%lu", order_with(order, (HANDLE)(uintptr_t)value));
        else if (strcmp(order, "end") == 0)
            return 0;
        else
            test_say("%llx", (unsigned long long)(uintptr_t)make(order));
    }
    return 1;
}

/* --- the parent's side ---------------------------------------------------------------------- */

void partner_begin_as(struct partner *partner, const char *name)
{
    require(test_child_start(&partner->child, name));
    require(test_child_expect(&partner->child, "ready", SECOND));
    partner->process = OpenProcess(PROCESS_ALL_ACCESS, FALSE, (DWORD)partner->child.pid);
    require(partner->process != NULL, "error %u", (unsigned)GetLastError());
}

void partner_end(struct partner *partner)
{
    test_child_write_line(&partner->child, "end");
    ok_eq(test_child_wait(&partner->child, SECOND), 0);
    ok_succeeds(CloseHandle(partner->process));
}

void partner_kill(struct partner *partner)
{
    test_child_kill(&partner->child);
    ok_succeeds(CloseHandle(partner->process));
}

unsigned long partner_ask(struct partner *partner, const char *order, HANDLE handle)
{
    char line[64] = "";

    test_child_write_line(&partner->child, "%s %llx", order, (unsigned long long)(uintptr_t)handle);
    require(test_child_read_line(&partner->child, line, sizeof(line), SECOND));
    return strtoul(line, NULL, 10);
}

HANDLE partner_make(struct partner *partner, const char *order)
{
    char line[64] = "";
    unsigned long long value;

    test_child_write_line(&partner->child, "%s", order);
    require(test_child_read_line(&partner->child, line, sizeof(line), SECOND));
    value = strtoull(line, NULL, 16);
    require(value != 0);
    return (HANDLE)(uintptr_t)value;
}

HANDLE copy_between(HANDLE from, HANDLE source, HANDLE to, DWORD access, BOOL inherit,
                    DWORD options)
{
    HANDLE copy = NULL;

    require(DuplicateHandle(from, source, to, &copy, access, inherit, options), "error %u",
            (unsigned)GetLastError());
    ok_ptr_ne(copy, NULL);
    return copy;
}
