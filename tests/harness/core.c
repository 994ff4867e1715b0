// SPDX-License-Identifier: MIT
/*
 * The portable half of the test library: registration, assertions, unique names, main().
 *
 * Counters are atomic because assertions may be made by threads, and by forked children where the
 * state lies in shared memory.  Nothing here knows processes; see core.h for the backends.
 */
#include "harness/core.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct test_state local_state;
struct test_state *test_state = &local_state;
const struct test_case *test_current;

static struct test_case *all_cases;
static struct test_child_entry *all_children;

/* --- cases ---------------------------------------------------------------------------------- */

static bool comes_before(const struct test_case *a, const struct test_case *b)
{
    int order = strcmp(a->file, b->file);

    return order != 0 ? order < 0 : a->line < b->line;
}

/* Keeps the list in the order of files and lines: constructors run in any order. */
void test_register(struct test_case *c)
{
    struct test_case **at = &all_cases;

    while (*at && comes_before(*at, c))
        at = &(*at)->next;
    c->next = *at;
    *at = c;
}

struct test_case *test_cases(void)
{
    return all_cases;
}

void test_child_register(struct test_child_entry *e)
{
    e->next = all_children;
    all_children = e;
}

bool test_glob(const char *pattern, const char *text)
{
    for (; *pattern; pattern++, text++) {
        if (*pattern == '*') {
            for (; *text; text++)
                if (test_glob(pattern + 1, text))
                    return true;
            return test_glob(pattern + 1, text);
        }
        if (!*text || (*pattern != '?' && *pattern != *text))
            return false;
    }
    return !*text;
}

bool test_selected(const struct test_options *o, const struct test_case *c)
{
    for (int i = 0; i < o->n_patterns; i++)
        if (test_glob(o->patterns[i], c->name))
            return true;
    return o->n_patterns == 0;
}

static bool names_are_unique(void)
{
    bool unique = true;

    for (struct test_case *a = all_cases; a; a = a->next)
        for (struct test_case *b = a->next; b; b = b->next)
            if (strcmp(a->name, b->name) == 0) {
                fprintf(stderr, "%s:%d: the case %s is also in %s:%d\n", b->file, b->line, b->name,
                        a->file, a->line);
                unique = false;
            }
    return unique;
}

/* --- todo blocks ---------------------------------------------------------------------------- */

static struct {
    bool running;
    bool expect_failure;
    unsigned n_failed;
} todo;

bool test_todo_begin(bool expect_failure)
{
    todo.running = true;
    todo.expect_failure = expect_failure;
    todo.n_failed = 0;
    return true;
}

bool test_todo_running(void)
{
    return todo.running;
}

void test_todo_end(const char *file, int line)
{
    bool wrong = todo.expect_failure && todo.n_failed == 0;

    todo.running = false;
    todo.expect_failure = false;
    if (wrong)
        test_assertion(file, line, false, "nothing failed in a todo block");
}

/* --- assertions ----------------------------------------------------------------------------- */

static void print_line(const char *fmt, va_list args)
{
    char line[2048];
    int n = vsnprintf(line, sizeof(line) - 1, fmt, args);

    if (n < 0)
        return;
    if ((size_t)n > sizeof(line) - 2)
        n = (int)sizeof(line) - 2;
    line[n] = '\n';
    line[n + 1] = '\0';
    test_backend_print(line);
}

void test_note(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    print_line(fmt, args);
    va_end(args);
}

bool test_assertion(const char *file, int line, bool held, const char *fmt, ...)
{
    bool expected = todo.running && todo.expect_failure;
    char text[1536];
    va_list args;

    __atomic_add_fetch(&test_state->n_assertions, 1, __ATOMIC_RELAXED);
    if (held)
        return true;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    if (expected) {
        __atomic_add_fetch(&todo.n_failed, 1, __ATOMIC_RELAXED);
        __atomic_add_fetch(&test_state->n_todo, 1, __ATOMIC_RELAXED);
    } else {
        __atomic_add_fetch(&test_state->n_failures, 1, __ATOMIC_RELAXED);
    }
    test_note("%s:%d: %s: %s", file, line, expected ? "expected failure" : "FAILED", text);
    return false;
}

bool test_ok(const char *file, int line, bool held, const char *expr, const char *fmt, ...)
{
    char text[1024] = "";
    va_list args;

    if (!held) {
        va_start(args, fmt);
        vsnprintf(text, sizeof(text), fmt, args);
        va_end(args);
    }
    /* The macro puts a space before the format, so that it is never empty. */
    return test_assertion(file, line, held, "%s%s%s", expr, text[0] && text[1] ? ":" : "",
                          text[0] && text[1] ? text : "");
}

bool test_ok_eq(const char *file, int line, const char *expr, uint64_t got, uint64_t want,
                bool want_equal)
{
    if (!want_equal)
        return test_assertion(file, line, got != want, "%s: both are %lld (0x%llx)", expr,
                              (long long)got, (unsigned long long)got);
    return test_assertion(file, line, got == want, "%s: got %lld (0x%llx), expected %lld (0x%llx)",
                          expr, (long long)got, (unsigned long long)got, (long long)want,
                          (unsigned long long)want);
}

bool test_ok_code(const char *file, int line, const char *expr, const char *kind, uint32_t got,
                  uint32_t want)
{
    return test_assertion(
        file, line, got == want, "%s: got %s %lu (0x%08lx), expected %lu (0x%08lx)", expr, kind,
        (unsigned long)got, (unsigned long)got, (unsigned long)want, (unsigned long)want);
}

bool test_ok_ptr(const char *file, int line, const char *expr, const volatile void *got,
                 const volatile void *want, bool want_equal)
{
    return test_assertion(file, line, (got == want) == want_equal, "%s: got %#llx, %s %#llx", expr,
                          (unsigned long long)(uintptr_t)got,
                          want_equal ? "expected" : "expected another one than",
                          (unsigned long long)(uintptr_t)want);
}

bool test_ok_str(const char *file, int line, const char *expr, const char *got, const char *want)
{
    bool held = got && want ? strcmp(got, want) == 0 : got == want;

    return test_assertion(file, line, held, "%s: got \"%s\", expected \"%s\"", expr,
                          got ? got : "(null)", want ? want : "(null)");
}

bool test_ok_wstr(const char *file, int line, const char *expr, const wchar_t *got,
                  const wchar_t *want)
{
    bool held = got && want ? wcscmp(got, want) == 0 : got == want;

    return test_assertion(file, line, held, "%s: got \"%ls\", expected \"%ls\"", expr,
                          got ? got : L"(null)", want ? want : L"(null)");
}

bool test_ok_mem(const char *file, int line, const char *expr, const volatile void *got,
                 const volatile void *want, size_t size)
{
    const volatile unsigned char *a = (const volatile unsigned char *)got;
    const volatile unsigned char *b = (const volatile unsigned char *)want;
    size_t at = 0;

    while (at < size && a[at] == b[at])
        at++;
    if (at == size)
        return test_assertion(file, line, true, "%s", expr);
    return test_assertion(file, line, false, "%s: byte %llu of %llu is 0x%02x, expected 0x%02x",
                          expr, (unsigned long long)at, (unsigned long long)size, a[at], b[at]);
}

bool test_ok_fails(const char *file, int line, const char *expr, bool succeeded, uint32_t error,
                   uint32_t want)
{
    if (succeeded)
        return test_assertion(file, line, false, "%s succeeded, expected error %lu", expr,
                              (unsigned long)want);
    if (error == 0xdeadbeef)
        return test_assertion(file, line, want == error,
                              "%s failed without setting the last error, expected %lu", expr,
                              (unsigned long)want);
    return test_assertion(file, line, error == want, "%s: got error %lu (0x%lx), expected %lu",
                          expr, (unsigned long)error, (unsigned long)error, (unsigned long)want);
}

bool test_ok_succeeds(const char *file, int line, const char *expr, bool succeeded, uint32_t error)
{
    return test_assertion(file, line, succeeded, "%s failed, last error %lu (0x%lx)", expr,
                          (unsigned long)error, (unsigned long)error);
}

/* --- names ---------------------------------------------------------------------------------- */

#define TAG_VARIABLE "NTSHM_TEST_TAG"

/* Names live for ever, so that a pointer to one can be given away. */
struct kept_name {
    struct kept_name *next;
    wchar_t *wide;
    char *text;
    char *narrow;
};

static struct kept_name *kept_names;
static char names_lock;

void test_set_tag(unsigned number)
{
    char tag[64];

    snprintf(tag, sizeof(tag), "t%lx.%x-", (unsigned long)getpid(), number);
    test_backend_setenv(TAG_VARIABLE, tag);
}

static struct kept_name *keep_name(const char *text)
{
    const char *tag = getenv(TAG_VARIABLE);
    const char *stem = strchr(text, '\\');
    struct kept_name *kept = (struct kept_name *)calloc(1, sizeof(*kept));
    size_t size = strlen(text) + 80;

    if (!kept || !(kept->narrow = (char *)malloc(size)) || !(kept->text = (char *)malloc(size)) ||
        !(kept->wide = (wchar_t *)calloc(size, sizeof(wchar_t))))
        abort();
    stem = stem ? stem + 1 : text;
    strcpy(kept->text, text);
    snprintf(kept->narrow, size, "%.*s%s%s", (int)(stem - text), text, tag ? tag : "", stem);
    for (size_t i = 0; kept->narrow[i]; i++)
        kept->wide[i] = (unsigned char)kept->narrow[i];
    return kept;
}

static struct kept_name *find_name(const char *text)
{
    struct kept_name *kept;

    while (__atomic_test_and_set(&names_lock, __ATOMIC_ACQUIRE))
        test_pause();
    for (kept = kept_names; kept; kept = kept->next)
        if (strcmp(kept->text, text) == 0)
            break;
    if (!kept) {
        kept = keep_name(text);
        kept->next = kept_names;
        kept_names = kept;
    }
    __atomic_clear(&names_lock, __ATOMIC_RELEASE);
    return kept;
}

const char *test_name_a(const char *text)
{
    return find_name(text)->narrow;
}

const wchar_t *test_name(const wchar_t *text)
{
    char narrow[256];
    size_t n = 0;

    /* ASCII only: these are the test's own words. */
    for (; text[n] && n + 1 < sizeof(narrow); n++)
        narrow[n] = (char)text[n];
    narrow[n] = '\0';
    return find_name(narrow)->wide;
}

/* --- verdicts ------------------------------------------------------------------------------- */

static void set_reason(struct test_state *state, const char *fmt, ...)
{
    va_list args;

    if (state->reason[0])
        return;
    va_start(args, fmt);
    vsnprintf(state->reason, sizeof(state->reason), fmt, args);
    va_end(args);
}

static int verdict_of_body(struct test_state *state)
{
    if (state->end == TEST_END_SKIPPED && state->n_failures == 0) {
        set_reason(state, "no reason given");
        return TEST_EXIT_SKIP;
    }
    if (state->n_failures > 0)
        set_reason(state, "%u of %u assertions failed", state->n_failures, state->n_assertions);
    else if (state->end == TEST_END_NONE)
        set_reason(state, "exited before its end");
    else if (state->n_assertions == 0)
        set_reason(state, "asserted nothing");
    return state->reason[0] ? TEST_EXIT_FAIL : TEST_EXIT_PASS;
}

int test_verdict(const struct test_case *c, struct test_state *state)
{
    int verdict = verdict_of_body(state);

    if (!(c->flags & TEST_FLAG_TODO) || verdict == TEST_EXIT_SKIP)
        return verdict;
    if (verdict == TEST_EXIT_PASS) {
        set_reason(state, "marked TEST_TODO, but it passes");
        return TEST_EXIT_FAIL;
    }
    snprintf(state->reason, sizeof(state->reason), "todo: it fails, as expected");
    return TEST_EXIT_SKIP;
}

void test_print_verdict(const struct test_case *c, int verdict, const char *reason, uint64_t ms)
{
    if (verdict == TEST_EXIT_PASS)
        printf("pass  %s (%llu ms)\n", c->name, (unsigned long long)ms);
    else
        printf("%s  %s: %s\n", verdict == TEST_EXIT_SKIP ? "skip" : "FAIL", c->name, reason);
    fflush(stdout);
}

void test_skip(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vsnprintf(test_state->reason, sizeof(test_state->reason), fmt, args);
    va_end(args);
    __atomic_store_n(&test_state->end, TEST_END_SKIPPED, __ATOMIC_RELEASE);
    if (test_current && test_state == &local_state)
        test_print_verdict(test_current, test_verdict(test_current, test_state), test_state->reason,
                           0);
    fflush(NULL);
    _Exit(TEST_EXIT_SKIP);
}

void test_stop(void)
{
    __atomic_store_n(&test_state->end, TEST_END_REQUIRED, __ATOMIC_RELEASE);
    if (test_current && test_state == &local_state)
        test_print_verdict(test_current, test_verdict(test_current, test_state), test_state->reason,
                           0);
    fflush(NULL);
    _Exit(test_current ? TEST_EXIT_FAIL : TEST_CHILD_FAILED);
}

/* --- main ----------------------------------------------------------------------------------- */

int test_child_finish(int code)
{
    fflush(NULL);
    if (__atomic_load_n(&test_state->n_failures, __ATOMIC_RELAXED) > 0)
        return TEST_CHILD_FAILED;
    return code;
}

static int run_child(int argc, char **argv)
{
    struct test_child_entry *e = all_children;

    while (e && strcmp(e->name, argv[0]) != 0)
        e = e->next;
    if (!e) {
        fprintf(stderr, "no CHILD(%s) here\n", argv[0]);
        return TEST_CHILD_FAILED;
    }
    test_backend_child_init();
    return test_child_finish(e->body(argc, argv));
}

static int list_cases(const struct test_options *o)
{
    int n = 0;

    for (struct test_case *c = all_cases; c; c = c->next)
        if (test_selected(o, c)) {
            printf("%s\t%s\n", c->name, c->rows);
            n++;
        }
    return n > 0 ? TEST_EXIT_PASS : TEST_EXIT_FAIL;
}

static int run_here(const struct test_options *o)
{
    struct test_case *found = NULL;
    int n = 0;

    for (struct test_case *c = all_cases; c; c = c->next)
        if (test_selected(o, c)) {
            found = c;
            n++;
        }
    if (n != 1) {
        fprintf(stderr, "--no-fork runs one case, %d match\n", n);
        return TEST_EXIT_FAIL;
    }
    return test_backend_run_here(o, found);
}

static void usage(FILE *to, const char *program)
{
    fprintf(
        to,
        "usage: %s [OPTION]... [NAME]...\n"
        "Runs the cases whose names match one of the NAMEs ('*' and '?' as in a shell), or all\n"
        "  --list          print names and the facts they pin\n"
        "  --no-fork       run one case in this process, for a debugger\n"
        "  --filter NAME   the same as NAME\n"
        "  --jobs N        run N cases at a time\n"
        "  --signal-storm  interrupt each case with a signal 1000 times a second\n"
        "  --verbose       show the output of cases that pass, too\n",
        program);
}

/* Gives -1 to go on, else the exit code. */
static int parse(int argc, char **argv, struct test_options *o)
{
    for (int i = 1; i < argc; i++) {
        const char *arg = argv[i];

        if (strcmp(arg, "--list") == 0) {
            o->list = true;
        } else if (strcmp(arg, "--no-fork") == 0) {
            o->no_fork = true;
        } else if (strcmp(arg, "--signal-storm") == 0) {
            o->storm = true;
        } else if (strcmp(arg, "--verbose") == 0) {
            o->verbose = true;
        } else if (strcmp(arg, "--jobs") == 0 && i + 1 < argc) {
            o->jobs = atoi(argv[++i]);
        } else if (strcmp(arg, "--filter") == 0 && i + 1 < argc) {
            o->patterns[o->n_patterns++] = argv[++i];
        } else if (strcmp(arg, "--help") == 0) {
            usage(stdout, argv[0]);
            return TEST_EXIT_PASS;
        } else if (arg[0] == '-') {
            usage(stderr, argv[0]);
            return 2;
        } else {
            o->patterns[o->n_patterns++] = argv[i];
        }
    }
    o->jobs = o->jobs < 1 ? 1 : o->jobs > 64 ? 64 : o->jobs;
    return -1;
}

int main(int argc, char **argv)
{
    struct test_options o = {.jobs = 1, .program = argv[0]};
    int code;

    if (argc > 2 && strcmp(argv[1], "--child") == 0)
        return run_child(argc - 2, argv + 2);
    o.patterns = (char **)calloc((size_t)argc, sizeof(char *));
    if (!o.patterns)
        return 2;
    code = parse(argc, argv, &o);
    if (code < 0 && !names_are_unique())
        code = 2;
    if (code < 0) {
        test_backend_init(argv, &o);
        code = o.list ? list_cases(&o) : o.no_fork ? run_here(&o) : test_backend_run(&o);
    }
    free(o.patterns);
    return code;
}
