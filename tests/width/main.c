// SPDX-License-Identifier: MIT
/*
 * The program that units of both widths are part of: what one of them makes, every other opens,
 * and so do the narrow functions. It has no wide character itself.
 */
#include <stdio.h>

#include <windows.h>

#include "width.h"

extern const struct width_unit unit32, unit16, unit16_cxx;

static const struct width_unit *const units[] = {
    &unit32,
    &unit16,
    &unit16_cxx,
};

/* With ONLY_SHORT the first unit is short as well. */
#ifdef ONLY_SHORT
static const size_t wide_sizes[] = {2, 2, 2};
#else
static const size_t wide_sizes[] = {4, 2, 2};
#endif
static const char *const kinds[] = {"a pair", "two halves", "a lone half", "1000 characters"};

static int n_checks, n_failed;

static void check(int condition, const char *unit, const char *other, const char *what)
{
    n_checks++;
    if (condition)
        return;
    n_failed++;
    printf("FAILED %s %s: %s (error %u)\n", unit, other, what, (unsigned)GetLastError());
}

/* What @maker makes under a name, every unit finds. */
static void check_meeting(const struct width_unit *maker, enum width_name name)
{
    HANDLE section = maker->create(name), event;

    check(section != NULL && GetLastError() == 0, maker->name, "", kinds[name]);
    for (unsigned i = 0; i < ARRAYSIZE(units); i++) {
        HANDLE opened = units[i]->open(name);

        check(opened && CompareObjectHandles(section, opened), maker->name, units[i]->name,
              kinds[name]);
        CloseHandle(opened);
    }
    CloseHandle(section);
    event = maker->create_event(name);
    check(event != NULL && GetLastError() == 0, maker->name, "event", kinds[name]);
    for (unsigned i = 0; i < ARRAYSIZE(units); i++) {
        HANDLE opened = units[i]->open_event(name);

        check(opened && CompareObjectHandles(event, opened), maker->name, units[i]->name, "event");
        CloseHandle(opened);
    }
    CloseHandle(event);
}

/* The same for what another library shares, whose names are at most 260 units long. */
static void check_shared(const struct width_unit *maker, enum width_name name)
{
    HANDLE shared = maker->create_shared(name);

    if (name == WIDTH_LONG) {
        check(!shared && GetLastError() == ERROR_FILENAME_EXCED_RANGE, maker->name, "shared",
              kinds[name]);
        return;
    }
    check(shared != NULL && GetLastError() == 0, maker->name, "shared", kinds[name]);
    for (unsigned i = 0; i < ARRAYSIZE(units); i++) {
        HANDLE opened = units[i]->open_shared(name);

        check(opened && CompareObjectHandles(shared, opened), maker->name, units[i]->name,
              "shared");
        CloseHandle(opened);
    }
    CloseHandle(shared);
}

/* The narrow functions take UTF-8: the same name again. */
static void check_narrow(const struct width_unit *unit)
{
    static const char name[] = "w\xF0\x9F\x98\x80x";
    HANDLE made = unit->create(WIDTH_LOCAL), opened, global;

    opened = OpenFileMappingA(FILE_MAP_READ, FALSE, name);
    check(opened && CompareObjectHandles(made, opened), unit->name, "narrow", "open");
    CloseHandle(opened);
    CloseHandle(made);
    made = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 0x1000, name);
    opened = unit->open(WIDTH_PAIR);
    check(made && opened && CompareObjectHandles(made, opened), "narrow", unit->name, "open");
    CloseHandle(opened);
    CloseHandle(made);
    global = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 0x1000,
                                "Global\\by path");
    opened = unit->nt_open("by path");
    check(opened && CompareObjectHandles(global, opened), unit->name, "Nt", "open");
    CloseHandle(opened);
    CloseHandle(global);
}

static void check_line(const struct width_unit *unit, const char *what, int line)
{
    n_checks++;
    if (line == 0)
        return;
    n_failed++;
    printf("FAILED %s %s: unit.c:%d (error %u)\n", unit->name, what, line,
           (unsigned)GetLastError());
}

int main(void)
{
    for (unsigned i = 0; i < ARRAYSIZE(units); i++) {
        check(units[i]->wide_size() == wide_sizes[i], units[i]->name, "", "width");
        for (int name = 0; name < WIDTH_N_NAMES; name++) {
            check_meeting(units[i], (enum width_name)name);
            check_shared(units[i], (enum width_name)name);
        }
        check_narrow(units[i]);
        check_line(units[i], "loader", units[i]->check_loader());
        check_line(units[i], "names", units[i]->check_names());
        check_line(units[i], "files", units[i]->check_files());
        check_line(units[i], "d3d12", units[i]->check_d3d12());
    }
    printf("%d checks, %d failed\n", n_checks, n_failed);
    return n_failed != 0;
}
