// SPDX-License-Identifier: MIT
/*
 * Guards (NTSHM_TRY), and how the library's signal handler lives with the program's own: before
 * it, behind it, and for everything that is not the library's business.
 */
#ifndef _WIN32
#    include "api/api.h"

#    include <errno.h>
#    include <fcntl.h>
#    include <setjmp.h>
#    include <signal.h>
#    include <stdio.h>
#    include <stdlib.h>
#    include <string.h>
#    include <sys/mman.h>
#    include <sys/syscall.h>
#    include <sys/wait.h>
#    include <unistd.h>

#    include <ntshm/ntshm.h>

/* ThreadSanitizer blocks every signal while a handler of the program runs. */
#    if defined(__SANITIZE_THREAD__)
static const bool handlers_are_wrapped = true;
#    else
static const bool handlers_are_wrapped = false;
#    endif

/* Memory of the library that cannot be touched, and memory of the program that cannot. */
static volatile char *ours, *theirs;

static void make_memory(void)
{
    ours = (volatile char *)VirtualAlloc(NULL, GRANULE, MEM_RESERVE, PAGE_READWRITE);
    theirs = (volatile char *)mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    require(ours && theirs != MAP_FAILED);
}

static void drop_memory(void)
{
    ok_succeeds(VirtualFree((void *)ours, 0, MEM_RELEASE));
    munmap((void *)theirs, PAGE);
}

/* The code of what a store there raises; 0 for nothing. */
static DWORD code_of_store(volatile char *address)
{
    volatile DWORD code = 0;

    NTSHM_TRY(guard)
    {
        *address = 1;
    }
    NTSHM_EXCEPT(guard)
    {
        code = guard.record.ExceptionCode;
    }
    NTSHM_END
    return code;
}

/* --- guards ----------------------------------------------------------------------------------- */

TEST(guard_tells_what_happened, "")
{
    volatile int ran = 0;

    make_memory();
    NTSHM_TRY(guard)
    {
        ran = 1;
        ours[100] = 1;
        ran = 2;
    }
    NTSHM_EXCEPT(guard)
    {
        ok_eq(guard.record.ExceptionCode, (DWORD)EXCEPTION_ACCESS_VIOLATION);
        ok_eq(guard.record.NumberParameters, 2);
        ok_eq(guard.record.ExceptionInformation[0], EXCEPTION_WRITE_FAULT);
        ok_eq(guard.record.ExceptionInformation[1], (ULONG_PTR)(ours + 100));
        ok(guard.record.ExceptionAddress != NULL);
        ran += 10;
    }
    NTSHM_END
    ok_eq(ran, 11);
    ok_ptr_eq(ntshm_guard_innermost(), NULL);
    drop_memory();
}

TEST(guard_without_a_fault_runs_the_first_block_only, "")
{
    volatile int ran = 0;

    NTSHM_TRY(guard)
    {
        ok_ptr_eq(ntshm_guard_innermost(), &guard);
        ran += 1;
    }
    NTSHM_EXCEPT(guard)
    {
        ran += 10;
    }
    NTSHM_END
    ok_eq(ran, 1);
    ok_ptr_eq(ntshm_guard_innermost(), NULL);
}

TEST(guards_nest, "")
{
    volatile int trace = 0;

    make_memory();
    NTSHM_TRY(outer)
    {
        NTSHM_TRY(inner)
        {
            ours[0] = 1;
        }
        NTSHM_EXCEPT(inner)
        {
            trace = trace * 10 + 1;
            ok_ptr_eq(ntshm_guard_innermost(), &outer);
            ours[PAGE] = 1; /* outside of the inner one by now */
            trace = trace * 10 + 9;
        }
        NTSHM_END
        trace = trace * 10 + 9;
    }
    NTSHM_EXCEPT(outer)
    {
        trace = trace * 10 + 2;
        ok_eq(outer.record.ExceptionInformation[1], (ULONG_PTR)(ours + PAGE));
    }
    NTSHM_END
    ok_eq(trace, 12);
    ok_eq(code_of_store(ours), (DWORD)EXCEPTION_ACCESS_VIOLATION);
    drop_memory();
}

static int leave_by_return(void)
{
    NTSHM_TRY(guard)
    {
        return 5;
    }
    NTSHM_EXCEPT(guard)
    {
        return 6;
    }
    NTSHM_END
    return 7;
}

TEST(first_block_may_be_left, "")
{
    volatile int rounds = 0;

    ok_eq(leave_by_return(), 5);
    ok_ptr_eq(ntshm_guard_innermost(), NULL);
    NTSHM_TRY(guard)
    {
        rounds++;
        if (rounds)
            break;
        rounds = 100;
    }
    NTSHM_EXCEPT(guard)
    {
        rounds = 200;
    }
    NTSHM_END
    ok_eq(rounds, 1);
    ok_ptr_eq(ntshm_guard_innermost(), NULL);
    for (;;) {
        NTSHM_TRY(guard)
        {
            goto out;
        }
        NTSHM_EXCEPT(guard)
        {
            rounds = 200;
        }
        NTSHM_END
    }
out:
    ok_eq(rounds, 1);
    ok_ptr_eq(ntshm_guard_innermost(), NULL);
}

static int deep(volatile char *address, int depth)
{
    volatile char frame[256];

    frame[depth] = 1;
    if (depth == 0)
        return *address + frame[0];
    return deep(address, depth - 1) + frame[depth];
}

TEST(fault_in_a_called_function_is_caught, "")
{
    volatile int caught = 0;

    make_memory();
    for (int i = 0; i < 20000; i++) {
        NTSHM_TRY(guard)
        {
            deep(ours, 20);
        }
        NTSHM_EXCEPT(guard)
        {
            caught++;
        }
        NTSHM_END
    }
    ok_eq(caught, 20000);
    drop_memory();
}

TEST(guard_keeps_signal_mask_and_errno, "")
{
    sigset_t mask, before, after;

    make_memory();
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR2);
    sigprocmask(SIG_BLOCK, &mask, &before);
    errno = 77;
    ok_eq(code_of_store(ours), (DWORD)EXCEPTION_ACCESS_VIOLATION);
    ok_eq(errno, 77);
    sigprocmask(SIG_SETMASK, &before, &after);
    ok(sigismember(&after, SIGUSR2));
    ok(!sigismember(&after, SIGSEGV) && !sigismember(&after, SIGBUS));
    drop_memory();
}

TEST(raised_exception_is_caught_by_the_guard, "")
{
    volatile int caught = 0;
    ULONG_PTR arguments[] = {5, 6};

    NTSHM_TRY(guard)
    {
        RaiseException(0xE0000005, 0, 2, arguments);
        caught = 100;
    }
    NTSHM_EXCEPT(guard)
    {
        caught++;
        ok_eq(guard.record.ExceptionCode, 0xE0000005);
        ok_eq(guard.record.ExceptionInformation[1], 6);
    }
    NTSHM_END
    ok_eq(caught, 1);
}

static LONG NTAPI count_call(EXCEPTION_POINTERS *pointers)
{
    (void)pointers;
    *(volatile char *)theirs = 0; /* not reached unless it can be written */
    return EXCEPTION_CONTINUE_SEARCH;
}

TEST(vectored_handlers_come_before_guards, "")
{
    PVOID handler;

    make_memory();
    mprotect((void *)theirs, PAGE, PROT_READ | PROT_WRITE);
    theirs[0] = 1;
    handler = AddVectoredExceptionHandler(0, count_call);
    ok_eq(code_of_store(ours), (DWORD)EXCEPTION_ACCESS_VIOLATION);
    ok_eq(theirs[0], 0);
    ok(RemoveVectoredExceptionHandler(handler) != 0);
    drop_memory();
}

/* --- copies ----------------------------------------------------------------------------------- */

TEST(copies_fail_instead_of_faulting, "")
{
    char buffer[3 * 0x1000];
    size_t copied = 77;

    make_memory();
    ok_fails(ntshm_copy_from_view(buffer, ours, sizeof(buffer), &copied), ERROR_NOACCESS);
    ok_eq(copied, 0);
    ok_ptr_eq(VirtualAlloc((void *)ours, 2 * PAGE, MEM_COMMIT, PAGE_READWRITE), ours);
    memset(buffer, 7, sizeof(buffer));
    ok_fails(ntshm_copy_to_view(ours + 5, buffer, sizeof(buffer), &copied), ERROR_NOACCESS);
    ok_eq(copied, 2 * PAGE - 5);
    ok_succeeds(ntshm_copy_to_view(ours, buffer, 2 * PAGE, NULL));
    ok_fails(ntshm_copy_from_view(buffer, ours, sizeof(buffer), NULL), ERROR_NOACCESS);
    ok_succeeds(ntshm_copy_from_view(buffer, ours + PAGE, PAGE, &copied));
    ok_eq(copied, PAGE);
    ok_succeeds(ntshm_copy_from_view(buffer, NULL, 0, &copied));
    ok_eq(copied, 0);
    ok_succeeds(ntshm_view_is_readable(ours, 2 * PAGE));
    ok_fails(ntshm_view_is_readable(ours + 1, 2 * PAGE), ERROR_NOACCESS);
    ok_fails(ntshm_view_is_readable(theirs, 1), ERROR_NOACCESS);
    drop_memory();
}

TEST(copies_do_not_catch_faults_of_the_other_side, "")
{
    char buffer[16] = {0};
    volatile DWORD code = 0;

    make_memory();
    ok_ptr_eq(VirtualAlloc((void *)ours, PAGE, MEM_COMMIT, PAGE_READWRITE), ours);
    /* The source begins where the view ends. */
    NTSHM_TRY(guard)
    {
        ntshm_copy_to_view(ours + PAGE - 16, (const char *)ours + PAGE, 16, NULL);
    }
    NTSHM_EXCEPT(guard)
    {
        code = guard.record.ExceptionCode;
    }
    NTSHM_END
    ok_eq(code, (DWORD)EXCEPTION_ACCESS_VIOLATION);
    ok_ptr_eq(ntshm_guard_innermost(), NULL);
    ok_succeeds(ntshm_copy_to_view(ours + PAGE - 16, buffer, 16, NULL));
    drop_memory();
}

/* --- the program's own handlers -------------------------------------------------------------- */

static volatile sig_atomic_t n_handled;
static siginfo_t last_information;
static sigset_t blocked_inside;
static sigjmp_buf way_out;

static void jump_out(int signal_number, siginfo_t *information, void *context)
{
    (void)context;
    (void)signal_number;
    n_handled++;
    last_information = *information;
    pthread_sigmask(SIG_BLOCK, NULL, &blocked_inside);
    siglongjmp(way_out, 1);
}

static void plain_jump_out(int signal_number)
{
    (void)signal_number;
    n_handled++;
    siglongjmp(way_out, 1);
}

static void own_handler(int signal_number, int flags)
{
    struct sigaction action = {.sa_sigaction = jump_out, .sa_flags = SA_SIGINFO | flags};

    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, SIGUSR1);
    require(sigaction(signal_number, &action, NULL) == 0);
}

static bool their_handler_gets(volatile char *address)
{
    struct ntshm_guard *guard = ntshm_guard_innermost();
    int before = n_handled;

    if (sigsetjmp(way_out, 1) == 0) {
        *address = 1;
        return false;
    }
    ntshm_guard_return_to(guard);
    return n_handled == before + 1;
}

TEST(handler_installed_before_gets_its_own_faults, "")
{
    make_memory();
    own_handler(SIGSEGV, 0);
    for (int i = 0; i < 3; i++) {
        ok_eq(code_of_store(ours), (DWORD)EXCEPTION_ACCESS_VIOLATION);
        ok_eq(n_handled, i);
        ok(their_handler_gets(theirs));
        ok_ptr_eq(last_information.si_addr, theirs);
        ok_eq(last_information.si_code, SEGV_ACCERR);
        ok(sigismember(&blocked_inside, SIGSEGV) && sigismember(&blocked_inside, SIGUSR1));
    }
    drop_memory();
}

TEST(handler_installed_after_gets_its_own_faults, "")
{
    make_memory();
    ok_eq(code_of_store(ours), (DWORD)EXCEPTION_ACCESS_VIOLATION);
    for (int i = 0; i < 3; i++) {
        own_handler(SIGSEGV, SA_NODEFER);
        ok_eq(code_of_store(ours), (DWORD)EXCEPTION_ACCESS_VIOLATION);
        ok_eq(n_handled, 2 * i);
        ok(their_handler_gets(theirs));
        ok(handlers_are_wrapped || !sigismember(&blocked_inside, SIGSEGV));
        ok(sigismember(&blocked_inside, SIGUSR1));
        ok(their_handler_gets(ours)); /* outside of any guard it is theirs as well */
    }
    drop_memory();
}

TEST(handler_that_takes_a_number_only_is_called, "")
{
    struct sigaction action = {.sa_handler = plain_jump_out};

    make_memory();
    require(sigaction(SIGSEGV, &action, NULL) == 0);
    ok_eq(code_of_store(ours), (DWORD)EXCEPTION_ACCESS_VIOLATION);
    ok(their_handler_gets(theirs));
    drop_memory();
}

TEST(guard_leaves_the_programs_faults_to_the_program, "")
{
    volatile int caught = 0;

    make_memory();
    own_handler(SIGSEGV, 0);
    NTSHM_TRY(guard)
    {
        ok(their_handler_gets(theirs));
        ok_ptr_eq(ntshm_guard_innermost(), &guard);
        ours[0] = 1;
    }
    NTSHM_EXCEPT(guard)
    {
        caught++;
    }
    NTSHM_END
    ok_eq(caught, 1);
    ok_eq(n_handled, 1);
    NTSHM_TRY_ANY(any)
    {
        theirs[0] = 1;
    }
    NTSHM_EXCEPT(any)
    {
        caught++;
        ok_eq(any.record.ExceptionInformation[1], (ULONG_PTR)theirs);
    }
    NTSHM_END
    ok_eq(caught, 2);
    ok_eq(n_handled, 1);
    drop_memory();
}

static void store_in_a_guard(volatile char *address)
{
    NTSHM_TRY(guard)
    {
        *address = 1;
    }
    NTSHM_EXCEPT(guard)
    {
        n_handled = 1000;
    }
    NTSHM_END
}

/* Its guard's frame lies where no signal frame writes over it afterwards. */
__attribute__((noinline)) static void store_far_below(volatile char *address)
{
    volatile char room[1 << 16];

    room[0] = 0;
    store_in_a_guard(address);
    n_handled += room[0];
}

TEST(guard_that_was_jumped_over_is_not_believed, "")
{
    make_memory();
    own_handler(SIGSEGV, 0);
    if (sigsetjmp(way_out, 1) == 0)
        store_far_below(theirs); /* jumps out of it */
    ok_eq(n_handled, 1);
    ok(ntshm_guard_innermost() != NULL);
    ok(their_handler_gets(ours));
    ok_eq(n_handled, 2);
    ntshm_guard_return_to(NULL);
    n_handled = 0;
    if (sigsetjmp(way_out, 1) == 0)
        store_in_a_guard(theirs);
    ok_eq(n_handled, 1);
    ok(ntshm_guard_innermost() != NULL);
    ok(their_handler_gets(ours)); /* its frame is gone: nothing to return to */
    ok_eq(n_handled, 2);
    ok_eq(code_of_store(ours), (DWORD)EXCEPTION_ACCESS_VIOLATION);
    ntshm_guard_return_to(NULL);
    ok_ptr_eq(ntshm_guard_innermost(), NULL);
    drop_memory();
}

TEST(sent_signals_reach_the_program_unchanged, "")
{
    make_memory();
    own_handler(SIGSEGV, 0);
    ok_eq(code_of_store(ours), (DWORD)EXCEPTION_ACCESS_VIOLATION);
    NTSHM_TRY_ANY(guard)
    {
        struct ntshm_guard *innermost = ntshm_guard_innermost();

        if (sigsetjmp(way_out, 1) == 0)
            kill(getpid(), SIGSEGV);
        ntshm_guard_return_to(innermost);
        ok_eq(n_handled, 1);
        ok_eq(last_information.si_code, SI_USER);
        ok_eq(last_information.si_pid, getpid());
    }
    NTSHM_EXCEPT(guard)
    {
        ok(false, "a signal that was sent is no exception");
    }
    NTSHM_END
    drop_memory();
}

/* --- endings ---------------------------------------------------------------------------------- */

static int status_of(pid_t pid)
{
    int status = -1;

    require(pid > 0);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

/* How a child that does @function ends. */
static int end_of(void (*function)(void))
{
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

        dup2(null, 2);
        function();
        _exit(0);
    }
    status = status_of(pid);
    return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
}

static void touch_theirs(void)
{
    code_of_store(ours);
    theirs[0] = 1;
}

static void touch_ours(void)
{
    code_of_store(ours);
    ours[0] = 1;
}

static void be_sent_a_signal(void)
{
    code_of_store(ours);
    kill(getpid(), SIGBUS);
}

static void ignore_a_signal(void)
{
    signal(SIGSEGV, SIG_IGN);
    code_of_store(ours);
    kill(getpid(), SIGSEGV);
}

static void ignore_a_fault(void)
{
    signal(SIGSEGV, SIG_IGN);
    touch_theirs();
}

static void raise_unhandled(void)
{
    RaiseException(0xE0000001, 0, 0, NULL);
}

static LONG WINAPI end_it(EXCEPTION_POINTERS *pointers)
{
    (void)pointers;
    return EXCEPTION_EXECUTE_HANDLER;
}

static void end_in_vain(int signal_number)
{
    _exit(signal_number == SIGSEGV ? 3 : 4);
}

static void end_by_filter(void)
{
    signal(SIGSEGV, end_in_vain); /* is not asked */
    SetUnhandledExceptionFilter(end_it);
    ours[0] = 1;
}

static void write_through_a_missing_handler(void)
{
    NTSHM_TRY(guard)
    {
        signal(SIGSEGV, SIG_DFL); /* what the guard relies on is taken away */
        ours[0] = 1;
    }
    NTSHM_EXCEPT(guard)
    {
        _exit(1);
    }
    NTSHM_END
}

/* A sanitizer has handlers of its own. */
static void set_default_actions(void)
{
    signal(SIGSEGV, SIG_DFL);
    signal(SIGBUS, SIG_DFL);
    signal(SIGABRT, SIG_DFL);
}

TEST(what_nobody_takes_ends_the_process_by_its_signal, "")
{
    set_default_actions();
    make_memory();
    ok_eq(end_of(touch_theirs), SIGSEGV);
    ok_eq(end_of(touch_ours), SIGSEGV);
    ok_eq(end_of(be_sent_a_signal), SIGBUS);
    ok_eq(end_of(ignore_a_signal), 0);
    ok_eq(end_of(ignore_a_fault), SIGSEGV);
    ok_eq(end_of(raise_unhandled), SIGABRT);
    ok_eq(end_of(end_by_filter), SIGSEGV);
    drop_memory();
}

TEST(guard_relies_on_the_handler, "")
{
    set_default_actions();
    make_memory();
    ok_eq(end_of(write_through_a_missing_handler), SIGSEGV);
    drop_memory();
}

/* --- threads, stacks, signal handlers, forks ---------------------------------------------------
 */

static _Atomic unsigned n_caught;

static void fault_often(void *argument)
{
    volatile unsigned caught = 0;
    volatile char *mine = ours + *(unsigned *)argument * 2 * PAGE;

    for (volatile int i = 0; i < 500; i++) {
        NTSHM_TRY(outer)
        {
            NTSHM_TRY(inner)
            {
                mine[i % 2 * PAGE] = 1;
            }
            NTSHM_EXCEPT(inner)
            {
                caught++;
            }
            NTSHM_END
            mine[i % 2 * PAGE] = 1;
        }
        NTSHM_EXCEPT(outer)
        {
            caught++;
        }
        NTSHM_END
    }
    n_caught += caught;
}

TEST(eight_threads_fault_at_once, "")
{
    struct test_thread threads[8];
    unsigned numbers[8];

    make_memory();
    for (unsigned i = 0; i < 8; i++) {
        numbers[i] = i;
        test_thread_start(&threads[i], fault_often, &numbers[i]);
    }
    for (int i = 0; i < 8; i++)
        test_thread_join(&threads[i]);
    ok_eq(n_caught, 8 * 1000);
    drop_memory();
}

static volatile DWORD code_in_handler;

static void use_a_guard(int signal_number)
{
    (void)signal_number;
    code_in_handler = code_of_store(ours);
}

static void check_guard_in_handler(int flags)
{
    struct sigaction action = {.sa_handler = use_a_guard, .sa_flags = flags};
    volatile int caught = 0;

    require(sigaction(SIGUSR1, &action, NULL) == 0);
    for (int i = 0; i < 100; i++) {
        NTSHM_TRY(guard)
        {
            code_in_handler = 0;
            raise(SIGUSR1);
            ok_ptr_eq(ntshm_guard_innermost(), &guard);
            ours[0] = 1;
        }
        NTSHM_EXCEPT(guard)
        {
            caught++;
        }
        NTSHM_END
        ok_eq(code_in_handler, (DWORD)EXCEPTION_ACCESS_VIOLATION);
    }
    ok_eq(caught, 100);
}

TEST(guards_work_in_signal_handlers, "")
{
    if (handlers_are_wrapped)
        skip("a fault with all signals blocked ends the process");
    make_memory();
    check_guard_in_handler(0);
    drop_memory();
}

TEST(guards_work_on_and_with_an_alternate_stack, "")
{
    stack_t alternate = {.ss_size = 65536}, before, now;

    if (handlers_are_wrapped)
        skip("a fault with all signals blocked ends the process");
    make_memory();
    alternate.ss_sp = malloc(alternate.ss_size);
    require(alternate.ss_sp && sigaltstack(&alternate, &before) == 0);
    ok_eq(code_of_store(ours), (DWORD)EXCEPTION_ACCESS_VIOLATION);
    check_guard_in_handler(SA_ONSTACK);
    require(sigaltstack(NULL, &now) == 0);
    ok(!(now.ss_flags & SS_ONSTACK));
    sigaltstack(&before, NULL);
    free(alternate.ss_sp);
    drop_memory();
}

static void fault_in_child(void)
{
    volatile int caught = 0;

    NTSHM_TRY(guard)
    {
        ours[0] = 1;
    }
    NTSHM_EXCEPT(guard)
    {
        caught = 1;
    }
    NTSHM_END
    _exit(caught ? 3 : 4);
}

static int wait_for(pid_t pid)
{
    int status = status_of(pid);

    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST(forked_children_have_working_guards, "")
{
    volatile pid_t pid;

    make_memory();
    ok_eq(end_of(fault_in_child), -3);
    ok_eq(code_of_store(ours), (DWORD)EXCEPTION_ACCESS_VIOLATION);
    ok_eq(end_of(fault_in_child), -3);
    pid = (pid_t)syscall(SYS_clone, (long)SIGCHLD, 0L, 0L, 0L, 0L);
    if (pid == 0)
        fault_in_child();
    ok_eq(wait_for(pid), 3);
    NTSHM_TRY(guard)
    {
        pid = fork(); /* the child is inside the guard as well */
        if (pid == 0)
            ours[0] = 1;
    }
    NTSHM_EXCEPT(guard)
    {
        _exit(pid == 0 ? 3 : 4);
    }
    NTSHM_END
    ok_eq(wait_for(pid), 3);
    drop_memory();
}
#endif
