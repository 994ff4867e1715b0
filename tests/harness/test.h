/* SPDX-License-Identifier: MIT */
/*
 * The test library: what a test source includes.
 *
 * A case is written TEST(name, "fact rows") { ... } at file scope and registers itself; the runner
 * (main() is in this library) runs each case in a process of its own, with a private broker
 * directory and a deadline, and fails it when it leaves a descriptor, a mapping, a thread, a
 * process or a name behind.  The same source builds with mingw and then runs on Windows or Wine,
 * where the leak checks do not exist.
 *
 * Assertions are not fatal: they print both values, count, and go on; each returns true when it
 * held.  require() is fatal.  A case that asserts nothing fails.
 *
 * Nothing here includes <windows.h>: the macros that look at the last error use GetLastError()
 * where they are written, so the test includes what declares it.
 */
#ifndef NTSHM_TEST_H
#define NTSHM_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wchar.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef _WIN32
#    define TEST_PRINTF(f, a) __attribute__((format(gnu_printf, f, a)))
#else
#    define TEST_PRINTF(f, a) __attribute__((format(printf, f, a)))
#endif

/* --- cases ---------------------------------------------------------------------------------- */

/* Seconds a case may take when it names no deadline of its own. */
#define TEST_DEFAULT_DEADLINE 30

/* A case that is expected to fail here and now: it counts as skipped, and fails when it passes. */
#define TEST_FLAG_TODO        1u

struct test_case {
    const char *name;
    const char *rows; /* the numbered facts it pins, separated by spaces */
    const char *file;
    int line;
    int deadline_s;
    unsigned flags;
    void (*body)(void);
    struct test_case *next;
};

/* Adds a case; called by the constructor that TEST() makes. */
void test_register(struct test_case *c);

#define TEST_CASE_(name_, rows_, seconds_, flags_)                                              \
    static void test_body_##name_(void);                                                        \
    static struct test_case test_case_##name_ = {#name_,   rows_,  __FILE__,          __LINE__, \
                                                 seconds_, flags_, test_body_##name_, NULL};    \
    __attribute__((constructor)) static void test_register_##name_(void)                        \
    {                                                                                           \
        test_register(&test_case_##name_);                                                      \
    }                                                                                           \
    static void test_body_##name_(void)

#define TEST(name, rows)                   TEST_CASE_(name, rows, TEST_DEFAULT_DEADLINE, 0)
#define TEST_DEADLINE(name, rows, seconds) TEST_CASE_(name, rows, seconds, 0)
#define TEST_TODO(name, rows)              TEST_CASE_(name, rows, TEST_DEFAULT_DEADLINE, TEST_FLAG_TODO)

/* --- assertions ----------------------------------------------------------------------------- */

bool test_ok(const char *file, int line, bool held, const char *expr, const char *fmt, ...)
    TEST_PRINTF(5, 6);
bool test_ok_eq(const char *file, int line, const char *expr, uint64_t got, uint64_t want,
                bool want_equal);
bool test_ok_code(const char *file, int line, const char *expr, const char *kind, uint32_t got,
                  uint32_t want);
bool test_ok_ptr(const char *file, int line, const char *expr, const volatile void *got,
                 const volatile void *want, bool want_equal);
bool test_ok_str(const char *file, int line, const char *expr, const char *got, const char *want);
bool test_ok_wstr(const char *file, int line, const char *expr, const wchar_t *got,
                  const wchar_t *want);
bool test_ok_mem(const char *file, int line, const char *expr, const volatile void *got,
                 const volatile void *want, size_t size);
bool test_ok_fails(const char *file, int line, const char *expr, bool succeeded, uint32_t error,
                   uint32_t want);
bool test_ok_succeeds(const char *file, int line, const char *expr, bool succeeded, uint32_t error);
__attribute__((noreturn)) void test_stop(void);

#define TEST_HERE_    __FILE__, __LINE__

/* ok(cond) or ok(cond, "format", ...): the condition holds. */
#define ok(cond, ...) test_ok(TEST_HERE_, !!(cond), #cond, " " __VA_ARGS__)

/* Two integers, compared as 64 bits, printed in decimal and hex. */
#define ok_eq(got, want) \
    test_ok_eq(TEST_HERE_, #got " == " #want, (uint64_t)(got), (uint64_t)(want), true)
#define ok_ne(got, want) \
    test_ok_eq(TEST_HERE_, #got " != " #want, (uint64_t)(got), (uint64_t)(want), false)

/* Two pointers or handles. */
#define ok_ptr_eq(got, want)                                                 \
    test_ok_ptr(TEST_HERE_, #got " == " #want, (const volatile void *)(got), \
                (const volatile void *)(want), true)
#define ok_ptr_ne(got, want)                                                 \
    test_ok_ptr(TEST_HERE_, #got " != " #want, (const volatile void *)(got), \
                (const volatile void *)(want), false)

/* Two strings, and @size bytes of memory; the first difference is printed. */
#define ok_str_eq(got, want)  test_ok_str(TEST_HERE_, #got " == " #want, (got), (want))
#define ok_wstr_eq(got, want) test_ok_wstr(TEST_HERE_, #got " == " #want, (got), (want))
#define ok_mem_eq(got, want, size) \
    test_ok_mem(TEST_HERE_, #got " == " #want, (got), (want), (size_t)(size))

/* The calling thread's last error is @err; it is left as it is. */
#define ok_error(err)                                                                  \
    test_ok_code(TEST_HERE_, "last error == " #err, "error", (uint32_t)GetLastError(), \
                 (uint32_t)(err))

/* An NTSTATUS, or an HRESULT; compared as 32 bits. */
#define ok_status(got, want) \
    test_ok_code(TEST_HERE_, #got " == " #want, "status", (uint32_t)(got), (uint32_t)(want))
#define ok_hr(got, want) \
    test_ok_code(TEST_HERE_, #got " == " #want, "hresult", (uint32_t)(got), (uint32_t)(want))

/* @expr is 0, FALSE or NULL *and* set the last error to @err (which held a pattern before). */
#define ok_fails(expr, err)                                                              \
    __extension__({                                                                      \
        SetLastError(0xdeadbeef);                                                        \
        bool test_succeeded_ = (expr) ? true : false;                                    \
        uint32_t test_error_ = (uint32_t)GetLastError();                                 \
        test_ok_fails(TEST_HERE_, #expr, test_succeeded_, test_error_, (uint32_t)(err)); \
    })

/* @expr is not 0, FALSE or NULL; prints the last error when it is. */
#define ok_succeeds(expr)                                                               \
    __extension__({                                                                     \
        bool test_succeeded_ = (expr) ? true : false;                                   \
        test_ok_succeeds(TEST_HERE_, #expr, test_succeeded_, (uint32_t)GetLastError()); \
    })

/* As ok(), and ends the case when it does not hold. */
#define require(cond, ...)                                          \
    do {                                                            \
        if (!test_ok(TEST_HERE_, !!(cond), #cond, " " __VA_ARGS__)) \
            test_stop();                                            \
    } while (0)

/* A line that is shown when the case fails (or with --verbose). */
void test_note(const char *fmt, ...) TEST_PRINTF(1, 2);

/* --- expected failures, and skipping -------------------------------------------------------- */

/* True under Wine; true in a mingw build. */
bool test_on_wine(void);
bool test_on_windows(void);

bool test_todo_begin(bool expect_failure);
bool test_todo_running(void);
void test_todo_end(const char *file, int line);

/*
 * todo_if(cond) { ... }: when @cond, at least one assertion of the block must fail, and none of its
 * failures counts; otherwise the block is like any other.  todo_wine is for what Wine gets wrong
 * against Microsoft's documentation.  Do not break out of the block.
 */
#define todo_if(cond) for (test_todo_begin(cond); test_todo_running(); test_todo_end(TEST_HERE_))
#define todo_wine     todo_if(test_on_wine())

/* Ends the case as skipped, for a reason that is printed. */
__attribute__((noreturn)) void test_skip(const char *fmt, ...) TEST_PRINTF(1, 2);
#define skip(...) test_skip(__VA_ARGS__)
/* The same, in a mingw build only. */
#define win_skip(...)               \
    do {                            \
        if (test_on_windows())      \
            test_skip(__VA_ARGS__); \
    } while (0)

/* --- names and places ----------------------------------------------------------------------- */

/*
 * A name that no other test or process uses: the same text gives the same string in the case and in
 * every child it starts.  "Local\x" and "Global\x" keep their prefix.  Valid for ever.
 */
const wchar_t *test_name(const wchar_t *text);
const char *test_name_a(const char *text);
#define L_(text) test_name(L"" text)
#define A_(text) test_name_a("" text)

/* A directory of the case's own that the runner removes. */
const char *test_dir(void);

/* --- time ----------------------------------------------------------------------------------- */

/* Milliseconds of a monotonic clock. */
uint64_t test_now_ms(void);
/* Lets others run for about a millisecond: for loops that poll with a deadline. */
void test_pause(void);
/* How much slower this build is allowed to be: 1, or more under a sanitizer. */
int test_slowness(void);

/*
 * test_until(cond, ms): polls until @cond holds or @ms milliseconds (times test_slowness()) are
 * over; is true when it held.  For what no event announces; prefer a line from a child.
 */
#define test_until(cond, ms)                                                             \
    __extension__({                                                                      \
        uint64_t test_end_ = test_now_ms() + (uint64_t)(ms) * (uint64_t)test_slowness(); \
        bool test_held_;                                                                 \
        while (!(test_held_ = (cond) ? true : false) && test_now_ms() < test_end_)       \
            test_pause();                                                                \
        test_held_;                                                                      \
    })

/* --- other processes ------------------------------------------------------------------------ */

struct test_child_entry {
    const char *name;
    int (*body)(int argc, char **argv);
    struct test_child_entry *next;
};
void test_child_register(struct test_child_entry *e);

/*
 * CHILD(name) { ... return code; }: what a child process runs; argv[0] is the name, the arguments
 * follow.  Assertions work there; a child in which one failed exits with TEST_CHILD_FAILED.
 */
#define CHILD(name_)                                                                             \
    static int test_child_body_##name_(int argc, char **argv);                                   \
    static struct test_child_entry test_child_##name_ = {#name_, test_child_body_##name_, NULL}; \
    __attribute__((constructor)) static void test_child_register_##name_(void)                   \
    {                                                                                            \
        test_child_register(&test_child_##name_);                                                \
    }                                                                                            \
    static int test_child_body_##name_(int argc __attribute__((unused)),                         \
                                       char **argv __attribute__((unused)))

#define TEST_CHILD_FAILED  101  /* an assertion failed in the child */
#define TEST_CHILD_KILLED  137  /* it was killed (by test_child_kill, or SIGKILL) */
#define TEST_CHILD_NO_CODE (-1) /* it could not be started, or its deadline passed */

struct test_child {
    intptr_t process; /* process id, or process handle */
    intptr_t to;      /* its standard input */
    intptr_t from;    /* its standard output */
    long pid;
    size_t n_kept; /* bytes read past the last line given */
    char kept[1024];
};

/*
 * Starts a new process (fork and exec of this executable) in CHILD(@name) with the string
 * arguments that follow.  Failing is a failed assertion of the caller.  Every child that was
 * started must be waited for.
 */
#define test_child_start(child, ...) \
    test_child_start_(TEST_HERE_, (child), __VA_ARGS__, (const char *)NULL)
bool test_child_start_(const char *file, int line, struct test_child *c, const char *name, ...)
    __attribute__((sentinel));

/*
 * Waits for the end and gives the exit code, 128 + the signal when one killed it.  After @ms
 * milliseconds (times test_slowness()) the child is killed and a failure counted.
 */
#define test_child_wait(child, ms) test_child_wait_(TEST_HERE_, (child), (ms))
int test_child_wait_(const char *file, int line, struct test_child *c, int ms);

/* Kills it as hard as the system can (SIGKILL, TerminateProcess) and waits until it is gone. */
#define test_child_kill(child) test_child_kill_(TEST_HERE_, (child))
int test_child_kill_(const char *file, int line, struct test_child *c);

/* One line from the child, without its end; false (a failed assertion) after @ms, or at its end. */
#define test_child_read_line(child, buf, size, ms) \
    test_child_read_line_(TEST_HERE_, (child), (buf), (size), (ms))
bool test_child_read_line_(const char *file, int line, struct test_child *c, char *buf, size_t size,
                           int ms);

/* Reads one line and asserts that it is @want. */
#define test_child_expect(child, want, ms) test_child_expect_(TEST_HERE_, (child), (want), (ms))
bool test_child_expect_(const char *file, int line, struct test_child *c, const char *want, int ms);

/* Gives the child a line, which it gets with test_hear(). */
#define test_child_write_line(child, ...) test_child_write_line_(TEST_HERE_, (child), __VA_ARGS__)
bool test_child_write_line_(const char *file, int line, struct test_child *c, const char *fmt, ...)
    TEST_PRINTF(4, 5);

/* In the child: a line to the parent; a line from the parent (false at its end, or after @ms). */
void test_say(const char *fmt, ...) TEST_PRINTF(1, 2);
bool test_hear(char *buf, size_t size, int ms);

#ifndef _WIN32
/*
 * Forks without exec and runs @body there; lines, waiting and killing as above.  For what fork()
 * itself must keep.  Not on Windows.
 */
#    define test_child_fork(child, body, arg) test_child_fork_(TEST_HERE_, (child), (body), (arg))
bool test_child_fork_(const char *file, int line, struct test_child *c, int (*body)(void *arg),
                      void *arg);
#endif

/* --- threads -------------------------------------------------------------------------------- */

struct test_thread {
    void (*body)(void *arg);
    void *arg;
    intptr_t thread;
};
/* Starts a thread (require()s that it starts); waits for its end. */
void test_thread_start(struct test_thread *t, void (*body)(void *arg), void *arg);
void test_thread_join(struct test_thread *t);

/* --- hooks that a test area may define (native builds) --------------------------------------- */

#ifndef _WIN32
#    define TEST_LEAK_FDS      1u
#    define TEST_LEAK_MAPPINGS 2u
#    define TEST_LEAK_THREADS  4u
#    define TEST_LEAK_NAMES    8u
#    define TEST_LEAK_ALL      15u

/*
 * test_prepare() runs in the case's process before the first look at descriptors, mappings and
 * threads: make and drop one of each thing there, so that what the library or a driver keeps for
 * the life of a process is in place.  test_settle() runs before the second look: drop idle
 * connections and caches; the harness itself calls ntshm_quiesce() when it is linked in.
 * test_leaks_checked() says which of TEST_LEAK_* are checked; without it all are.
 */
void test_prepare(void) __attribute__((weak));
void test_settle(void) __attribute__((weak));
unsigned test_leaks_checked(void) __attribute__((weak));
#endif

#ifdef __cplusplus
}
#endif
#endif
