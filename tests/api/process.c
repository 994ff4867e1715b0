// SPDX-License-Identifier: MIT
/*
 * Sections that several processes share: real processes, by name only.
 */
#include "api/api.h"

#include <stdlib.h>
#include <string.h>

CHILD(visitor)
{
    HANDLE section = OpenFileMappingW(FILE_MAP_READ | FILE_MAP_WRITE, FALSE, L_("shared"));
    volatile uint32_t *view = map_words(section);

    ok_eq(view[0], 0x11111111);
    ok_eq(view[GRANULE / 4 - 1], 0x22222222);
    view[1] = 0x33333333;
    drop(section, view);
    return 0;
}

TEST(child_opens_by_name_and_shares_memory, "3.33")
{
    HANDLE section = new_section(L_("shared"), PAGE_READWRITE, GRANULE);
    volatile uint32_t *view = map_words(section);
    struct test_child child;

    view[0] = 0x11111111;
    view[GRANULE / 4 - 1] = 0x22222222;
    require(test_child_start(&child, "visitor"));
    ok_eq(test_child_wait(&child, SOON), 0);
    ok_eq(view[1], 0x33333333);
    drop(section, view);
}

/* Has the section @argv[1] open while its parent wants it to; writes and says what it is told. */
CHILD(holder)
{
    HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, GRANULE,
                                        test_name(L"held"));
    bool existed = GetLastError() == ERROR_ALREADY_EXISTS;
    volatile uint32_t *view = map_words(section);
    char line[32];

    test_say("%s", existed ? "opened" : "created");
    while (test_hear(line, sizeof(line), SOON)) {
        if (strcmp(line, "close handle") == 0) {
            drop(section, NULL);
            section = NULL;
        } else if (strcmp(line, "read") == 0) {
            test_say("%u", (unsigned)*view);
            continue;
        } else if (strcmp(line, "leave") == 0) {
            break; /* with all that is open still open */
        } else {
            *view = (uint32_t)strtoul(line, NULL, 10);
        }
        test_say("done");
    }
    return 0;
}

static void tell(struct test_child *child, const char *line)
{
    test_child_write_line(child, "%s", line);
    test_child_expect(child, "done", SOON);
}

static void start_holder(struct test_child *child, const char *expected)
{
    require(test_child_start(child, "holder"));
    require(test_child_expect(child, expected, SOON));
}

TEST(name_lives_on_with_another_process, "11.27 1.19")
{
    HANDLE section = new_section(L_("held"), PAGE_READWRITE, GRANULE);
    volatile uint32_t *view = map_words(section);
    struct test_child child;

    *view = 5;
    start_holder(&child, "opened");
    drop(section, view);
    section = open_section(L_("held"), FILE_MAP_READ | FILE_MAP_WRITE);
    view = map_words(section);
    ok_eq(*view, 5);
    tell(&child, "6");
    ok_eq(*view, 6);
    drop(section, view);
    tell(&child, "close handle");
    ok_fails(OpenFileMappingW(FILE_MAP_READ, FALSE, L_("held")), ERROR_FILE_NOT_FOUND);
    ok_eq(test_child_wait(&child, SOON), 0);
}

TEST(views_of_two_processes_outlive_the_name, "2.6 2.7 11.27")
{
    struct test_child child;
    volatile uint32_t *view, *other;
    HANDLE section;

    start_holder(&child, "created");
    section = open_section(L_("held"), FILE_MAP_READ | FILE_MAP_WRITE);
    view = map_words(section);
    drop(section, NULL);
    tell(&child, "close handle");
    ok_fails(OpenFileMappingW(FILE_MAP_READ, FALSE, L_("held")), ERROR_FILE_NOT_FOUND);

    /* The two still share what has no name; who comes now gets something new. */
    tell(&child, "77");
    ok_eq(*view, 77);
    section = new_section(L_("held"), PAGE_READWRITE, GRANULE);
    ok_error(ERROR_SUCCESS);
    other = map_words(section);
    ok_eq(*other, 0);
    *view = 78;
    test_child_write_line(&child, "read");
    test_child_expect(&child, "78", SOON);
    ok_eq(*other, 0);
    ok_eq(test_child_wait(&child, SOON), 0);
    drop(NULL, view);
    drop(section, other);
}

TEST(name_ends_with_its_process, "4.16 11.27")
{
    struct test_child child;

    start_holder(&child, "created");
    tell(&child, "9");
    test_child_write_line(&child, "leave");
    ok_eq(test_child_wait(&child, SOON), 0);
    ok_fails(OpenFileMappingW(FILE_MAP_READ, FALSE, L_("held")), ERROR_FILE_NOT_FOUND);
}

TEST(name_ends_with_a_killed_process, "11.28 4.16")
{
    struct test_child child;
    HANDLE section;

    for (unsigned i = 0; i < 5; i++) {
        start_holder(&child, "created");
        section = open_section(L_("held"), FILE_MAP_READ);
        drop(section, NULL);
        ok_eq(test_child_kill(&child), TEST_CHILD_KILLED);
        /* At once: nothing has to notice first. */
        ok_fails(OpenFileMappingW(FILE_MAP_READ, FALSE, L_("held")), ERROR_FILE_NOT_FOUND);
    }
}

TEST(name_of_a_killed_process_lives_on_with_others, "11.28 11.27")
{
    struct test_child first, second;
    HANDLE section;
    volatile uint32_t *view;

    start_holder(&first, "created");
    start_holder(&second, "opened");
    tell(&first, "123");
    ok_eq(test_child_kill(&first), TEST_CHILD_KILLED);
    section = open_section(L_("held"), FILE_MAP_READ | FILE_MAP_WRITE);
    view = map_words(section);
    ok_eq(*view, 123);
    drop(section, view);
    ok_eq(test_child_wait(&second, SOON), 0);
    ok_fails(OpenFileMappingW(FILE_MAP_READ, FALSE, L_("held")), ERROR_FILE_NOT_FOUND);
}

/* Opens what its parent has just closed, each time it is told to. */
CHILD(seeker)
{
    char line[16];

    test_say("ready");
    while (test_hear(line, sizeof(line), SOON)) {
        HANDLE section;
        DWORD error;

        SetLastError(0);
        if (strcmp(line, "open") == 0)
            section = OpenFileMappingW(FILE_MAP_READ, FALSE, L_("gone"));
        else
            section = new_section(L_("gone"), PAGE_READWRITE, PAGE);
        error = GetLastError();
        drop(section, NULL);
        test_say("%u", (unsigned)error);
    }
    return 0;
}

TEST(closed_is_gone_for_another_process_at_once, "2.6 2.7 11.27")
{
    struct test_child child;

    require(test_child_start(&child, "seeker"));
    test_child_expect(&child, "ready", SOON);
    for (unsigned i = 0; i < 100; i++) {
        HANDLE section = new_section(L_("gone"), PAGE_READWRITE, PAGE);

        ok_error(ERROR_SUCCESS);
        drop(section, i % 2 ? map_words(section) : NULL);
        test_child_write_line(&child, i % 4 < 2 ? "open" : "create");
        /* ERROR_FILE_NOT_FOUND, or the 0 of a new section. */
        require(test_child_expect(&child, i % 4 < 2 ? "2" : "0", SOON));
    }
    ok_eq(test_child_wait(&child, SOON), 0);
}

CHILD(racer)
{
    HANDLE go = OpenEventW(SYNCHRONIZE, FALSE, L_("go"));
    HANDLE section;
    DWORD error;
    char line[16];

    require(go != NULL);
    test_say("ready");
    ok_eq(WaitForSingleObject(go, SOON), WAIT_OBJECT_0);
    section = new_section(L_("race"), PAGE_READWRITE, PAGE);
    error = GetLastError();
    __atomic_fetch_add(map_words(section), 1, __ATOMIC_SEQ_CST);
    test_say(error == ERROR_ALREADY_EXISTS ? "old" : "new");
    test_hear(line, sizeof(line), SOON);
    return 0;
}

TEST(one_of_many_processes_creates, "1.18 1.19")
{
    enum { COUNT = 8 };
    HANDLE go = CreateEventW(NULL, TRUE, FALSE, L_("go"));
    struct test_child children[COUNT];
    volatile uint32_t *view;
    HANDLE section;
    unsigned n_new = 0;
    char line[16];

    for (unsigned i = 0; i < COUNT; i++)
        require(test_child_start(&children[i], "racer"));
    for (unsigned i = 0; i < COUNT; i++)
        test_child_expect(&children[i], "ready", SOON);
    ok_succeeds(SetEvent(go));
    for (unsigned i = 0; i < COUNT; i++) {
        test_child_read_line(&children[i], line, sizeof(line), SOON);
        n_new += strcmp(line, "new") == 0;
    }
    ok_eq(n_new, 1);
    section = open_section(L_("race"), FILE_MAP_READ | FILE_MAP_WRITE);
    view = map_words(section);
    ok_eq(*view, COUNT);
    for (unsigned i = 0; i < COUNT; i++)
        ok_eq(test_child_wait(&children[i], SOON), 0);
    drop(section, view);
    drop(go, NULL);
}

CHILD(reader)
{
    HANDLE section = OpenFileMappingW(FILE_MAP_READ, FALSE, L_("limited"));
    volatile uint32_t *view = (volatile uint32_t *)MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);

    require(view != NULL);
    ok_eq(*view, 1);
    ok(!can_write(view));
    check_map_fails(section, FILE_MAP_WRITE, ERROR_ACCESS_DENIED);
    drop(section, view);
    return 0;
}

TEST(child_with_a_reading_handle_cannot_write, "2.22 3.12")
{
    HANDLE section = new_section(L_("limited"), PAGE_READWRITE, PAGE);
    volatile uint32_t *view = map_words(section);
    struct test_child child;

    *view = 1;
    require(test_child_start(&child, "reader"));
    ok_eq(test_child_wait(&child, SOON), 0);
    drop(section, view);
}

CHILD(who)
{
    test_say("%u", (unsigned)GetCurrentProcessId());
    return 0;
}

TEST(processes_have_their_own_numbers, "")
{
    struct test_child child;
    char line[16];

    require(test_child_start(&child, "who"));
    test_child_read_line(&child, line, sizeof(line), SOON);
    ok_eq(strtoul(line, NULL, 10), child.pid);
    ok_ne(strtoul(line, NULL, 10), GetCurrentProcessId());
    ok_eq(test_child_wait(&child, SOON), 0);
}
