// SPDX-License-Identifier: MIT
/*
 * The process of a subject: a loop that waits for an order, does it, and answers. What goes wrong
 * in it ends it, with the reason as its last answer.
 */
#include "bench/bench.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/work.h"

#define ANSWER_DEADLINE_MS 120000
#define MAX_REPEATS        9

enum order_kind { ORDER_RUN, ORDER_COUNT, ORDER_CHECK, ORDER_END };

struct order {
    enum order_kind kind;
    unsigned n, repeats;
};

enum answer_kind { ANSWER_DONE, ANSWER_FAILED, ANSWER_SKIPPED };

struct answer {
    enum answer_kind kind;
    pid_t partner;
    double ns; /* an operation */
    char text[160];
};

/* --- in the subject's process ------------------------------------------------------- */

static struct {
    const struct bench_line *line;
    const struct bench_subject *subject;
    const struct bench_work *work;
    struct bench_work_state work_state;
    void *state;
    pid_t partner;
    int from_fd, to_fd;
} self;

static void answer_with(const struct answer *answer)
{
    if (write(self.to_fd, answer, sizeof(*answer)) != sizeof(*answer))
        _exit(1);
}

__attribute__((noreturn, format(printf, 2, 0))) static void end_with(enum answer_kind kind,
                                                                     const char *format,
                                                                     va_list arguments)
{
    struct answer answer = {.kind = kind};

    vsnprintf(answer.text, sizeof(answer.text), format, arguments);
    answer_with(&answer);
    _exit(kind == ANSWER_SKIPPED ? 77 : 1);
}

void bench_fail(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    end_with(ANSWER_FAILED, format, arguments);
}

void bench_skip(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    end_with(ANSWER_SKIPPED, format, arguments);
}

long bench_must(long value, const char *what)
{
    if (value == -1)
        bench_fail("%s: %s", what, strerror(errno));
    return value;
}

void bench_set_partner(pid_t pid)
{
    self.partner = pid;
}

const struct bench_line *bench_subject_line(void)
{
    return self.line;
}

pid_t bench_fork(void)
{
    pid_t pid = fork();

    bench_must(pid, "fork");
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        bench_pin(0, self.line->place, true);
        /* The orders are its parent's. */
        close(self.from_fd);
    }
    return pid;
}

static void must_work(const char *failed)
{
    if (failed)
        bench_fail("%s", failed);
}

static unsigned parameter(void)
{
    if (bench_options.check_runs && self.line->smoke_parameter)
        return self.line->smoke_parameter;
    return self.line->parameter;
}

static void begin(void)
{
    if (self.subject->work) {
        self.work = bench_work_find(self.subject->work);
        if (!self.work)
            bench_fail("there is no work %s", self.subject->work);
        self.work_state.parameter = parameter();
        must_work(self.work->begin(&self.work_state));
    } else {
        self.state = self.subject->begin(parameter());
    }
    if (self.subject->partner == BENCH_BROKER)
        self.partner = bench_broker();
}

static double run_batch(unsigned n)
{
    uint64_t began = bench_now_ns();
    uint64_t took = 0;

    if (self.work)
        must_work(self.work->run(&self.work_state, n));
    else
        took = self.subject->run(self.state, n);
    if (took == 0)
        took = bench_now_ns() - began;
    return (double)took / n;
}

static double run(unsigned n, unsigned repeats)
{
    double batches[MAX_REPEATS];

    for (unsigned i = 0; i < repeats; i++)
        batches[i] = run_batch(n);
    return bench_sample_of(batches, repeats).median;
}

static void check(void)
{
    if (self.work)
        must_work(self.work->check(&self.work_state));
    else if (self.subject->check)
        self.subject->check(self.state);
}

static void obey(const struct order *order)
{
    struct answer answer = {.kind = ANSWER_DONE};

    switch (order->kind) {
    case ORDER_RUN:
        answer.ns = run(order->n, order->repeats);
        break;
    case ORDER_COUNT:
        bench_mark(true);
        run_batch(order->n);
        bench_mark(false);
        break;
    case ORDER_CHECK:
        check();
        break;
    case ORDER_END:
        if (!self.work && self.subject->end)
            self.subject->end(self.state);
        answer_with(&answer);
        _exit(0);
    }
    answer_with(&answer);
}

__attribute__((noreturn)) static void live(void)
{
    struct answer ready = {.kind = ANSWER_DONE};
    struct order order;
    ssize_t n;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    bench_pin(0, self.line->place, false);
    begin();
    ready.partner = self.partner;
    answer_with(&ready);
    for (;;) {
        do
            n = read(self.from_fd, &order, sizeof(order));
        while (n < 0 && errno == EINTR);
        if (n != sizeof(order))
            _exit(0);
        obey(&order);
    }
}

/* --- in the program ----------------------------------------------------------------- */

/* The next answer; false, with the reason, when it says that the subject ended. */
static bool take_answer(struct bench_process *process, struct answer *ret_answer)
{
    struct pollfd poll_fd = {.fd = process->from_fd, .events = POLLIN};
    ssize_t n = -1;
    int r;

    do
        r = poll(&poll_fd, 1, ANSWER_DEADLINE_MS);
    while (r < 0 && errno == EINTR);
    if (r > 0)
        n = read(process->from_fd, ret_answer, sizeof(*ret_answer));
    if (n == sizeof(*ret_answer) && ret_answer->kind == ANSWER_DONE)
        return true;
    if (n == sizeof(*ret_answer)) {
        snprintf(process->failed, sizeof(process->failed), "%s", ret_answer->text);
        process->skipped = ret_answer->kind == ANSWER_SKIPPED;
    } else {
        snprintf(process->failed, sizeof(process->failed), "%s",
                 r == 0 ? "no answer in time" : "the process died");
    }
    return false;
}

static bool give_order(struct bench_process *process, const struct order *order)
{
    if (write(process->to_fd, order, sizeof(*order)) == sizeof(*order))
        return true;
    snprintf(process->failed, sizeof(process->failed), "the process died");
    return false;
}

bool bench_process_start(struct bench_process *process, const struct bench_line *line,
                         const struct bench_subject *subject)
{
    struct answer answer;
    int orders[2], answers[2];

    memset(process, 0, sizeof(*process));
    process->to_fd = process->from_fd = -1;
    if (pipe(orders) < 0 || pipe(answers) < 0) {
        snprintf(process->failed, sizeof(process->failed), "pipe: %s", strerror(errno));
        return false;
    }
    fflush(NULL);
    process->pid = fork();
    if (process->pid == 0) {
        close(orders[1]);
        close(answers[0]);
        self.line = line;
        self.subject = subject;
        self.from_fd = orders[0];
        self.to_fd = answers[1];
        live();
    }
    close(orders[0]);
    close(answers[1]);
    process->to_fd = orders[1];
    process->from_fd = answers[0];
    if (process->pid < 0) {
        snprintf(process->failed, sizeof(process->failed), "fork: %s", strerror(errno));
        return false;
    }
    if (!take_answer(process, &answer))
        return false;
    process->partner = answer.partner;
    return true;
}

bool bench_process_run(struct bench_process *process, unsigned n, unsigned repeats, double *ret_ns)
{
    struct order order = {
        .kind = ORDER_RUN, .n = n, .repeats = repeats < MAX_REPEATS ? repeats : MAX_REPEATS};
    struct answer answer;

    if (!give_order(process, &order) || !take_answer(process, &answer))
        return false;
    *ret_ns = answer.ns;
    return true;
}

bool bench_process_check(struct bench_process *process)
{
    struct order order = {.kind = ORDER_CHECK};
    struct answer answer;

    return give_order(process, &order) && take_answer(process, &answer);
}

bool bench_process_count(struct bench_process *process, unsigned n, struct bench_calls *calls)
{
    struct order order = {.kind = ORDER_COUNT, .n = n};
    struct bench_counter counter = {.n_tracees = 0};
    struct answer answer;
    int r = bench_counter_attach(&counter, process->pid, 0);

    if (r == 0 && process->partner > 0)
        r = bench_counter_attach(&counter, process->partner, 1);
    if (r < 0) {
        bench_counter_detach(&counter);
        snprintf(process->failed, sizeof(process->failed), "ptrace: %s", strerror(-r));
        return false;
    }
    if (give_order(process, &order))
        r = bench_counter_run(&counter);
    bench_counter_detach(&counter);
    if (!take_answer(process, &answer) || r < 0)
        return false;
    calls[0] = counter.calls[0];
    calls[1] = counter.calls[1];
    return true;
}

void bench_process_end(struct bench_process *process)
{
    struct order order = {.kind = ORDER_END};
    struct answer answer;

    if (process->pid <= 0)
        return;
    if (!process->failed[0] && give_order(process, &order))
        (void)take_answer(process, &answer);
    close(process->to_fd);
    close(process->from_fd);
    if (process->failed[0] && !process->skipped)
        kill(process->pid, SIGKILL);
    while (waitpid(process->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    process->pid = 0;
}
