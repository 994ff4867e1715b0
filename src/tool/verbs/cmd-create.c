// SPDX-License-Identifier: MIT
/*
 * `ntshm create`: an object for shell scripts, and who keeps its name.
 */
#include "tool/kit/child.h"
#include "tool/kit/number.h"
#include "tool/verbs/create.h"
#include "tool/verbs/keep.h"
#include "tool/verbs/timer.h"
#include "tool/kit/output.h"
#include "tool/tool.h"
#include "util/macro.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct create_options {
    struct nt_output output;
    struct nt_keep keep;
    struct nt_create create;
    const char *kind;
};

#define FIRST_KEY   0x2000 /* and an enum nt_create_option */
#define KEY(option) (FIRST_KEY + NT_CREATE_##option)

static const struct argp_option options[] = {
    {"sd", 'S', "SDDL", 0, "who may do what with it; without, as the library thinks right", 1},
    {"exclusive", 'x', NULL, 0, "fail when the name is there already; without, open it", 1},
    {NULL, 0, NULL, 0, "Sections:", 2},
    {"size", KEY(SIZE), "BYTES", 0, "how long: 4096, 64K, 2G ...", 2},
    {"file", KEY(FILE), "FILE", 0, "show a file; without --size, all of it", 2},
    {"protect", KEY(PROTECT), "WORD", 0,
     "what views may do at most: readonly, readwrite (the default), writecopy, execute-read, "
     "execute-readwrite, execute-writecopy",
     2},
    {"reserve", KEY(RESERVE), NULL, 0, "pages are there only once somebody commits them", 2},
    {"large-pages", KEY(LARGE_PAGES), NULL, 0, "of huge pages", 2},
    {"image", KEY(IMAGE), NULL, 0, "the file is a PE image", 2},
    {"node", KEY(NODE), "N", 0, "take memory of this NUMA node first", 2},
    {NULL, 0, NULL, 0, "Events and timers:", 3},
    {"manual", KEY(MANUAL), NULL, 0, "stays signaled until it is reset, for all who wait", 3},
    {"set", KEY(SET), NULL, 0, "an event that is signaled from the beginning", 3},
    {"due", KEY(DUE), "MS", 0, "start the timer: signaled so many milliseconds from now", 3},
    {"period", KEY(PERIOD), "MS", 0, "and again each so many milliseconds; with --due", 3},
    {NULL, 0, NULL, 0, "Mutexes, semaphores, jobs:", 4},
    {"owned", KEY(OWNED), NULL, 0, "the mutex is this process's while it keeps the name", 4},
    {"count", KEY(COUNT), "N", 0, "what a semaphore begins with, 1 unless told", 4},
    {"maximum", KEY(MAXIMUM), "N", 0, "the most that it counts to; --count unless told", 4},
    {"processes", KEY(PROCESSES), "N", 0, "so many processes in a job, and no more", 4},
    {"kill-on-close", KEY(KILL), NULL, 0, "a job's processes end with its last handle", 4},
    {NULL, 0, NULL, 0, "Who keeps the name, and what every command has:", -1},
    {0},
};

/* Which kinds take an option: bits of enum nt_kind. */
#define OF(kind) (1u << NT_KIND_##kind)
static const unsigned taken_by[] = {
    [NT_CREATE_SIZE] = OF(SECTION),    [NT_CREATE_FILE] = OF(SECTION),
    [NT_CREATE_PROTECT] = OF(SECTION), [NT_CREATE_RESERVE] = OF(SECTION),
    [NT_CREATE_IMAGE] = OF(SECTION),   [NT_CREATE_LARGE_PAGES] = OF(SECTION),
    [NT_CREATE_NODE] = OF(SECTION),    [NT_CREATE_MANUAL] = OF(EVENT) | OF(TIMER),
    [NT_CREATE_SET] = OF(EVENT),       [NT_CREATE_OWNED] = OF(MUTANT),
    [NT_CREATE_COUNT] = OF(SEMAPHORE), [NT_CREATE_MAXIMUM] = OF(SEMAPHORE),
    [NT_CREATE_DUE] = OF(TIMER),       [NT_CREATE_PERIOD] = OF(TIMER),
    [NT_CREATE_PROCESSES] = OF(JOB),   [NT_CREATE_KILL] = OF(JOB),
};

static DWORD parse_protection(const char *text, struct argp_state *state)
{
    static const struct {
        const char *word;
        DWORD protect;
    } words[] = {
        {"readonly", PAGE_READONLY},
        {"readwrite", PAGE_READWRITE},
        {"writecopy", PAGE_WRITECOPY},
        {"execute-read", PAGE_EXECUTE_READ},
        {"execute-readwrite", PAGE_EXECUTE_READWRITE},
        {"execute-writecopy", PAGE_EXECUTE_WRITECOPY},
    };

    for (size_t i = 0; i < NT_ARRAY_SIZE(words); i++)
        if (strcmp(text, words[i].word) == 0)
            return words[i].protect;
    argp_error(state, "--protect does not know '%s'", text);
    return 0;
}

static void parse_flag(enum nt_create_option option, struct nt_create *create)
{
    if (option == NT_CREATE_RESERVE)
        create->protect |= SEC_RESERVE;
    else if (option == NT_CREATE_LARGE_PAGES)
        create->protect |= SEC_LARGE_PAGES | SEC_COMMIT;
    else if (option == NT_CREATE_IMAGE)
        create->protect |= SEC_IMAGE;
    create->manual |= option == NT_CREATE_MANUAL;
    create->set |= option == NT_CREATE_SET;
    create->owned |= option == NT_CREATE_OWNED;
    create->kill_on_close |= option == NT_CREATE_KILL;
}

static void parse_special(enum nt_create_option option, char *argument, struct nt_create *create,
                          struct argp_state *state)
{
    create->given |= 1u << option;
    switch (option) {
    case NT_CREATE_SIZE:
        if (!nt_number_parse_size(argument, &create->size) || create->size == 0)
            argp_error(state, "'%s' is no size", argument);
        break;
    case NT_CREATE_FILE:
        create->file = argument;
        break;
    case NT_CREATE_PROTECT:
        create->protect = (create->protect & ~0xffu) | parse_protection(argument, state);
        break;
    case NT_CREATE_NODE:
        create->node = nt_number_argument(argument, 1023, state);
        break;
    case NT_CREATE_COUNT:
        create->count = nt_number_argument(argument, 0x7fffffff, state);
        break;
    case NT_CREATE_MAXIMUM:
        create->maximum = nt_number_argument(argument, 0x7fffffff, state);
        break;
    case NT_CREATE_DUE:
        create->due = nt_number_argument(argument, NT_TIMER_MOST_MS, state);
        break;
    case NT_CREATE_PERIOD:
        create->period = nt_number_argument(argument, 0x7fffffff, state);
        break;
    case NT_CREATE_PROCESSES:
        create->most = nt_number_argument(argument, UINT32_MAX, state);
        break;
    default:
        parse_flag(option, create);
    }
}

static void parse_kind(struct create_options *all, const char *word, struct argp_state *state)
{
    static const enum nt_kind made[] = {NT_KIND_SECTION,   NT_KIND_EVENT, NT_KIND_MUTANT,
                                        NT_KIND_SEMAPHORE, NT_KIND_TIMER, NT_KIND_JOB};

    all->kind = word;
    for (size_t i = 0; i < NT_ARRAY_SIZE(made); i++) {
        if (strcmp(word, nt_name_kind(made[i])) == 0) {
            all->create.kind = made[i];
            return;
        }
    }
    argp_error(state, "TYPE is section, event, mutex, semaphore, timer or job");
}

/* What can be seen to be wrong once all has been read. */
static void check(const struct create_options *all, struct argp_state *state)
{
    const struct nt_create *create = &all->create;
    const struct nt_keep *keep = &all->keep;

    if (!create->name || !create->name[0])
        argp_error(state, "a TYPE and a NAME, please");
    for (unsigned i = 0; i < NT_ARRAY_SIZE(taken_by); i++) {
        const struct argp_option *option = options;

        while (option->key != FIRST_KEY + (int)i)
            option++;
        if (create->given & 1u << i && !(taken_by[i] & 1u << create->kind))
            argp_error(state, "--%s is nothing for %s %s", option->name,
                       all->kind[0] == 'e' ? "an" : "a", all->kind);
    }
    if (create->kind == NT_KIND_SECTION && !create->size && !create->file)
        argp_error(state, "--size or --file tells how long the section is");
    if (create->given & 1u << NT_CREATE_PERIOD && !(create->given & 1u << NT_CREATE_DUE))
        argp_error(state, "--period goes with --due");
    if (!keep->hold && !keep->detach && !keep->command)
        argp_error(state,
                   "a name lives as long as somebody keeps it: --hold, --detach or -- COMMAND");
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct create_options *all = state->input;
    struct nt_create *create = &all->create;

    if (key >= FIRST_KEY && key < FIRST_KEY + (int)NT_ARRAY_SIZE(taken_by)) {
        parse_special((enum nt_create_option)(key - FIRST_KEY), argument, create, state);
        return 0;
    }
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &all->keep;
        state->child_inputs[1] = &all->output;
        return 0;
    case 'S':
        create->descriptor = argument;
        return 0;
    case 'x':
        create->exclusive = true;
        return 0;
    case ARGP_KEY_ARG:
        if (!all->kind)
            parse_kind(all, argument, state);
        else if (!create->name)
            create->name = argument;
        else
            argp_error(state, "what is '%s' for? A command comes after --", argument);
        return 0;
    case ARGP_KEY_END:
        check(all, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* A command that is started with a job is in the job. */
static bool join_job(void *context)
{
    if (AssignProcessToJobObject(context, GetCurrentProcess()))
        return true;
    nt_tool_error("the command cannot come into the job (error %u)", (unsigned)GetLastError());
    return false;
}

static int report(const struct create_options *all, bool existed)
{
    const struct nt_create *create = &all->create;
    struct json_object *object;
    char clean[1024];

    nt_output_clean(create->name, clean, sizeof(clean));
    if (!all->output.json) {
        if (all->keep.detach)
            printf("%d\n", (int)getpid());
        else if (all->keep.hold)
            printf("holding     %s (%s, %s)\n", clean, all->kind, existed ? "was there" : "new");
        fflush(stdout);
        return NT_TOOL_OK;
    }
    object = json_object_new_object();
    json_object_object_add(object, "name", json_object_new_string(clean));
    json_object_object_add(object, "type", json_object_new_string(all->kind));
    json_object_object_add(object, "created", json_object_new_boolean(!existed));
    json_object_object_add(object, "pid", json_object_new_int(getpid()));
    return nt_tool_print_json(object);
}

static int keep(struct create_options *all, HANDLE handle)
{
    int code;

    if (all->keep.command)
        code = nt_child_run(all->keep.command, all->create.kind == NT_KIND_JOB ? join_job : NULL,
                            handle);
    else
        code = nt_keep_until_told();
    if (all->create.owned)
        ReleaseMutex(handle);
    CloseHandle(handle);
    return code;
}

int nt_tool_create(int argc, char **argv)
{
    static const struct argp_child children[] = {
        {&nt_keep_argp, 0, NULL, -1}, {&nt_output_argp, 0, NULL, -1}, {0}};
    static const struct argp argp = {
        options,
        parse,
        "TYPE NAME [-- COMMAND [ARGUMENT...]]",
        "Make a section, event, mutex, semaphore, timer or job that has a name.\vOne that has the "
        "name already is opened. The name lives as long as somebody has a handle, so somebody must "
        "keep it. With -- COMMAND that is this process while the command runs, and the exit code "
        "is the command's (126, 127: it could not be run); the command of a new job is in it. "
        "Quote names for the shell:\n\n"
        "  ntshm create event 'Local\\ready' --manual --detach\n"
        "  ntshm create section 'Local\\frame' --size 8M -- ./render",
        children,
        NULL,
        NULL};
    struct create_options all = {.create = {.protect = PAGE_READWRITE, .count = 1}};
    bool existed = false;
    HANDLE handle;
    int code;

    all.keep.command = nt_keep_command(&argc, argv);
    argp_parse(&argp, argc, argv, 0, NULL, &all);
    if (!(all.create.given & 1u << NT_CREATE_MAXIMUM))
        all.create.maximum = all.create.count ? all.create.count : 1;
    if (!nt_keep_detach(&all.keep, all.output.seconds, &code))
        return code;
    handle = nt_create_object(&all.create, &existed);
    nt_keep_prepare(&all.keep);
    code = handle ? report(&all, existed) : NT_TOOL_FAILED;
    nt_keep_ready(&all.keep, code);
    return code == NT_TOOL_OK ? keep(&all, handle) : code;
}
