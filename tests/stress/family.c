// SPDX-License-Identifier: MIT
/*
 * A family of three generations, each process made with CreateProcess by the one before. From one
 * to the next go a section, an event, a mutex, a semaphore, a timer, a file and a process handle,
 * in every way there is:
 *
 * - by inheritance: all inheritable handles, or only those of a list, with a bait that is not in
 * it;
 * - by name (the file by its path, the process by its number);
 * - given: the parent duplicates into the child, and the child into the parent, with few rights;
 * - taken: the child duplicates out of the parent, and the parent out of the child, with all.
 *
 * Each end checks what it has: rights, flags, contents. A child ends with a mutex in hand, and the
 * parent is told so. When all are gone, so is everything: no handle is left in the family's eldest,
 * and no name anywhere.
 */
#include "stress/family.h"
#include "stress/rounds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifndef _WIN32
#    include <ntshm/ntshm.h>
#endif

#define N_CHILDREN  2 /* generations after the first */
#define CODE_OF(g)  (40u + (g))
#define LONG_ENOUGH 20000

/* Written by parent and child in turn; go and done say whose turn it is. */
struct link {
    struct values given, lent;       /* by the parent: child's values, parent's values */
    struct values returned, offered; /* by the child: parent's values, child's values */
    uint64_t bait, given_bait;       /* what it is in the parent, and a copy that the child got */
    uint32_t parent_id;
};

#define PAGE_OFFSET 0x10000 /* behind what the bundle has in its section */

struct page {
    uint32_t number;
    struct link links[N_CHILDREN + 1];
};

/* A process of the family. */
struct member {
    unsigned generation;
    struct bundle inherited;
    HANDLE go, done; /* of the link to the parent */
    struct page *page;
    uint32_t number;
};

static struct page *map_page(HANDLE section)
{
    struct page *page = MapViewOfFile(section, FILE_MAP_WRITE, 0, PAGE_OFFSET, sizeof(struct page));

    require(page != NULL, "error %u", (unsigned)GetLastError());
    return page;
}

static HANDLE inherited_event(void)
{
    SECURITY_ATTRIBUTES security = {.nLength = sizeof(security), .bInheritHandle = TRUE};
    HANDLE event = CreateEventA(&security, FALSE, FALSE, NULL);

    require(event != NULL, "error %u", (unsigned)GetLastError());
    return event;
}

/* --- a child is born ---------------------------------------------------------------- */

struct birth {
    HANDLE process, go, done, bait;
    DWORD id;
};

static void write_command(char *line, size_t size, const struct member *parent,
                          const struct birth *birth)
{
    char program[MAX_PATH];
    size_t at;

    require(GetModuleFileNameA(NULL, program, sizeof(program)) > 0);
    at = (size_t)snprintf(line, size, "\"%s\" --child family_member %u %llu %llu", program,
                          parent->generation + 1, (unsigned long long)(uintptr_t)birth->go,
                          (unsigned long long)(uintptr_t)birth->done);
    for (unsigned i = 0; i < N_ITEMS; i++)
        at += (size_t)snprintf(line + at, size - at, " %llu",
                               (unsigned long long)(uintptr_t)parent->inherited.items[i]);
}

/* Room for an attribute list of one. */
union list_room {
    long long align;
    char bytes[256];
};

/* Only these go to the child; the bait, which could, does not. */
static LPPROC_THREAD_ATTRIBUTE_LIST make_list(union list_room *room, HANDLE *handles, unsigned n)
{
    LPPROC_THREAD_ATTRIBUTE_LIST list = (LPPROC_THREAD_ATTRIBUTE_LIST)room->bytes;
    SIZE_T size = sizeof(room->bytes);

    require(InitializeProcThreadAttributeList(list, 1, 0, &size), "error %u",
            (unsigned)GetLastError());
    require(UpdateProcThreadAttribute(list, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles,
                                      n * sizeof(handles[0]), NULL, NULL),
            "error %u", (unsigned)GetLastError());
    return list;
}

static void create(const struct member *parent, struct birth *birth, bool is_list)
{
    HANDLE handles[N_ITEMS + 2] = {birth->go, birth->done};
    STARTUPINFOEXA startup = {.StartupInfo.cb = sizeof(startup)};
    PROCESS_INFORMATION info;
    union list_room room;
    char line[1024];
    BOOL is_made;

    write_command(line, sizeof(line), parent, birth);
    memcpy(&handles[2], parent->inherited.items, sizeof(parent->inherited.items));
    if (is_list)
        startup.lpAttributeList = make_list(&room, handles, N_ITEMS + 2);
    else
        startup.StartupInfo.cb = sizeof(startup.StartupInfo);
    is_made =
        CreateProcessA(NULL, line, NULL, NULL, TRUE, is_list ? EXTENDED_STARTUPINFO_PRESENT : 0,
                       NULL, NULL, &startup.StartupInfo, &info);
    require(is_made, "error %u", (unsigned)GetLastError());
    if (is_list)
        DeleteProcThreadAttributeList(startup.lpAttributeList);
    ok_succeeds(CloseHandle(info.hThread));
    ok_eq(GetProcessId(info.hProcess), info.dwProcessId);
    birth->process = info.hProcess;
    birth->id = info.dwProcessId;
}

/* Waits for the child's sign, or for its end, which is none. */
static void await_child(const struct birth *birth)
{
    HANDLE two[2] = {birth->done, birth->process};
    DWORD got = WaitForMultipleObjects(2, two, FALSE, LONG_ENOUGH * (DWORD)test_slowness());

    require(got == WAIT_OBJECT_0, "the child ended, or says nothing: %u", (unsigned)got);
}

/* What the child has sent, and what can be had from it. */
static void check_child(const struct member *parent, const struct birth *birth,
                        struct bundle *ret_taken)
{
    struct link *link = &parent->page->links[parent->generation + 1];
    struct bundle returned = bundle_of(&link->returned);
    struct values taken;

    bundle_check(&returned, FEW_RIGHTS, 0, parent->number, birth->id);
    bundle_close(&returned);
    require(bundle_copy(birth->process, &link->offered, GetCurrentProcess(), ALL_RIGHTS, &taken));
    *ret_taken = bundle_of(&taken);
    bundle_check(ret_taken, ALL_RIGHTS, 0, parent->number, birth->id);
}

/* The child goes, with a mutex of its own and a named one in hand. */
static void part_with(const struct member *parent, const struct birth *birth, struct bundle *taken,
                      const struct bundle *named)
{
    DWORD code = 0;

    ok_succeeds(SetEvent(birth->go));
    ok_eq(WaitForSingleObject(birth->process, LONG_ENOUGH * (DWORD)test_slowness()), WAIT_OBJECT_0);
    ok_succeeds(GetExitCodeProcess(birth->process, &code));
    ok_eq(code, CODE_OF(parent->generation + 1));
    ok_eq(WaitForSingleObject(taken->items[MUTEX], 0), WAIT_ABANDONED_0);
    ok_succeeds(ReleaseMutex(taken->items[MUTEX]));
    ok_eq(WaitForSingleObject(named->items[MUTEX], 0), WAIT_ABANDONED_0);
    ok_succeeds(ReleaseMutex(named->items[MUTEX]));
    /* The process that it took of itself has ended too. */
    ok_eq(WaitForSingleObject(taken->items[PROCESS], 0), WAIT_OBJECT_0);
    bundle_close(taken);
    ok_succeeds(CloseHandle(birth->process));
}

static const char *bundle_name(const struct member *member, unsigned generation)
{
    static char name[64];

    snprintf(name, sizeof(name), "family-%u-%u", member->number, generation);
    return name;
}

static void give_bait(struct link *link, const struct birth *birth)
{
    HANDLE copy = NULL;

    ok_succeeds(DuplicateHandle(GetCurrentProcess(), birth->bait, birth->process, &copy, 0, FALSE,
                                DUPLICATE_SAME_ACCESS));
    link->given_bait = (uint64_t)(uintptr_t)copy;
}

/* One child, from its birth to its end. */
static void raise_child(struct member *parent)
{
    struct link *link = &parent->page->links[parent->generation + 1];
    struct birth birth = {
        .go = inherited_event(), .done = inherited_event(), .bait = inherited_event()};
    bool is_list = parent->number % 2;
    struct bundle lent, named, taken;
    struct values values;

    bundle_make(&lent, false, parent->number);
    bundle_make_named(&named, bundle_name(parent, parent->generation), parent->number);
    link->lent = bundle_values(&lent);
    link->parent_id = GetCurrentProcessId();
    link->bait = is_list ? (uint64_t)(uintptr_t)birth.bait : 0;
    create(parent, &birth, is_list);
    values = bundle_values(&lent);
    require(bundle_copy(GetCurrentProcess(), &values, birth.process, FEW_RIGHTS, &link->given));
    give_bait(link, &birth);
    ok_succeeds(SetEvent(birth.go));
    await_child(&birth);
    check_child(parent, &birth, &taken);
    part_with(parent, &birth, &taken, &named);
    bundle_close(&lent);
    bundle_close(&named);
    ok_succeeds(CloseHandle(birth.go));
    ok_succeeds(CloseHandle(birth.done));
    ok_succeeds(CloseHandle(birth.bait));
}

/* --- a child's life ----------------------------------------------------------------- */

static void await_parent(const struct member *self)
{
    require(WaitForSingleObject(self->go, LONG_ENOUGH * (DWORD)test_slowness()) == WAIT_OBJECT_0);
}

/* What has the bait's number here, if anything, is not the bait. */
static void check_bait(const struct link *link)
{
    HANDLE bait = (HANDLE)(uintptr_t)link->bait, copy = (HANDLE)(uintptr_t)link->given_bait;

    ok_eq(WaitForSingleObject(copy, 0), WAIT_TIMEOUT);
    if (bait)
        ok(!CompareObjectHandles(bait, copy));
    ok_succeeds(CloseHandle(copy));
}

static void check_what_came(const struct member *self, const struct link *link)
{
    HANDLE parent = self->inherited.items[PROCESS];
    struct bundle given = bundle_of(&link->given), taken, named;
    struct values values;

    bundle_check(&given, FEW_RIGHTS, 0, self->number, link->parent_id);
    bundle_close(&given);
    require(bundle_copy(parent, &link->lent, GetCurrentProcess(), ALL_RIGHTS, &values));
    taken = bundle_of(&values);
    bundle_check(&taken, ALL_RIGHTS, 0, self->number, link->parent_id);
    bundle_close(&taken);
    bundle_open_named(&named, bundle_name(self, self->generation - 1), link->parent_id);
    bundle_check(&named, ALL_RIGHTS, 0, self->number, link->parent_id);
    /* Never given back. */
    ok_eq(WaitForSingleObject(named.items[MUTEX], 0), WAIT_OBJECT_0);
}

/* The child is the parent of the next: all of the bundle goes on but the process. */
static void have_own_child(const struct member *self)
{
    struct member parent = *self;
    struct bundle own;

    bundle_make(&own, true, self->number);
    parent.inherited.items[PROCESS] = own.items[PROCESS];
    raise_child(&parent);
    bundle_close(&own);
}

static void grow_up(struct member *self)
{
    struct link *link = &self->page->links[self->generation];
    struct bundle own;

    await_parent(self);
    check_bait(link);
    bundle_check(&self->inherited, ALL_RIGHTS, HANDLE_FLAG_INHERIT, self->number, link->parent_id);
    check_what_came(self, link);
    bundle_make(&own, false, self->number);
    link->offered = bundle_values(&own);
    require(bundle_copy(GetCurrentProcess(), &link->offered, self->inherited.items[PROCESS],
                        FEW_RIGHTS, &link->returned));
    if (self->generation < N_CHILDREN)
        have_own_child(self);
    ok_succeeds(SetEvent(self->done));
    await_parent(self);
    ok_eq(WaitForSingleObject(own.items[MUTEX], 0), WAIT_OBJECT_0);
}

CHILD(family_member)
{
    struct member self = {.generation = (unsigned)atoi(argv[1])};

    require(argc == 4 + N_ITEMS, "%d arguments", argc);
    self.go = (HANDLE)(uintptr_t)strtoull(argv[2], NULL, 10);
    self.done = (HANDLE)(uintptr_t)strtoull(argv[3], NULL, 10);
    for (unsigned i = 0; i < N_ITEMS; i++)
        self.inherited.items[i] = (HANDLE)(uintptr_t)strtoull(argv[4 + i], NULL, 10);
    self.page = map_page(self.inherited.items[SECTION]);
    self.number = self.page->number;
    grow_up(&self);
    return (int)CODE_OF(self.generation);
}

/* --- the eldest --------------------------------------------------------------------- */

static void one_round(uint32_t number)
{
    struct member self = {.generation = 0, .number = number};

    bundle_make(&self.inherited, true, number);
    self.page = map_page(self.inherited.items[SECTION]);
    self.page->number = number;
    raise_child(&self);
    ok_succeeds(UnmapViewOfFile(self.page));
    bundle_close(&self.inherited);
}

TEST_DEADLINE(three_generations_hand_down_everything, "12.7 12.8 12.24 12.26 12.27 3.29",
              NT_ROUNDS(120, 1800))
{
    const uint32_t n_rounds = NT_ROUNDS(10, 1000);
    DWORD before = 0, after = 0;

#ifndef _WIN32
    require(ntshm_service_start(), "error %u", (unsigned)GetLastError());
#endif
    one_round(0);
    ok_succeeds(GetProcessHandleCount(GetCurrentProcess(), &before));
    for (uint32_t i = 1; i <= n_rounds; i++)
        one_round(i);
    ok_succeeds(GetProcessHandleCount(GetCurrentProcess(), &after));
    ok_eq(after, before);
#ifndef _WIN32
    ntshm_service_stop();
#endif
    bundle_end();
}
