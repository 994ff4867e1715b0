// SPDX-License-Identifier: MIT
/*
 * main() of a fuzzer that is built as a regression test: runs it over each file of its corpus, and
 * then over inputs made from them by chance, the same ones in the same order each time.
 *
 * usage: FUZZER [--mutate SECONDS] [--must-crash] FILE-OR-DIRECTORY...
 *
 *   --mutate SECONDS  how long to go on after the corpus
 *   --must-crash      the fuzzer has a planted bug: succeed if it is found
 *
 * The same source is linked with libFuzzer instead when the build has -Dfuzz=true.  A corpus that
 * is empty or missing fails: a test that looked at nothing has shown nothing.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MIN_ROOM   4096u /* how long a made input may get; twice the longest file if that is more */
#define N_SHOWN    512u  /* bytes of an input that crashed */
#define MAX_INPUTS 4096u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

struct input {
    uint8_t *data;
    size_t size;
};

static struct input inputs[MAX_INPUTS];
static unsigned n_inputs;

/* What is being run now, for whoever looks at a crash. */
static struct input current;
static unsigned long n_made;

/* --- crashes ---------------------------------------------------------------------------------- */

/* Called from signal handlers too: only write(). */
static void show_current(void)
{
    static const char digits[] = "0123456789abcdef";
    char text[2 * N_SHOWN + 32] = "\ninput: ";
    size_t n = strlen(text);

    for (size_t i = 0; i < current.size && i < N_SHOWN; i++) {
        text[n++] = digits[current.data[i] >> 4];
        text[n++] = digits[current.data[i] & 15];
    }
    if (current.size > N_SHOWN)
        text[n++] = '+';
    text[n++] = '\n';
    (void)!write(2, text, n);
}

static void on_crash(int number)
{
    show_current();
    signal(number, SIG_DFL);
    raise(number);
}

static void show_crashes(void)
{
    signal(SIGABRT, on_crash);
    if (__sanitizer_set_death_callback) {
        __sanitizer_set_death_callback(show_current);
        return;
    }
    signal(SIGSEGV, on_crash);
    signal(SIGBUS, on_crash);
}

/* --- the corpus ---------------------------------------------------------------------------------
 */

/* An exact copy on the heap, so that a sanitizer sees the first byte too many. */
static int read_input(const char *path)
{
    FILE *file = fopen(path, "re");
    uint8_t *data = NULL;
    long size;

    if (!file || fseek(file, 0, SEEK_END) < 0 || (size = ftell(file)) < 0) {
        perror(path);
        if (file)
            fclose(file);
        return 1;
    }
    rewind(file);
    data = malloc(size > 0 ? (size_t)size : 1);
    if (!data || fread(data, 1, (size_t)size, file) != (size_t)size || n_inputs == MAX_INPUTS) {
        perror(path);
        exit(1);
    }
    fclose(file);
    inputs[n_inputs++] = (struct input){data, (size_t)size};
    return 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* In the order of names: what is made from the inputs depends on it. */
static int read_directory(const char *path)
{
    struct dirent **entries;
    int n = scandir(path, &entries, NULL, by_name);
    char file[4096];
    int bad = 0;

    for (int i = 0; i < n; i++) {
        if (entries[i]->d_name[0] != '.') {
            snprintf(file, sizeof(file), "%s/%s", path, entries[i]->d_name);
            bad |= read_input(file);
        }
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
    return bad;
}

static void run(uint8_t *data, size_t size)
{
    current = (struct input){data, size};
    LLVMFuzzerTestOneInput(data, size);
}

/* --- made inputs --------------------------------------------------------------------------------
 */

static uint64_t random_state = 0x9E3779B97F4A7C15u;

static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

/* Below @limit, which is not 0. */
static size_t below(size_t limit)
{
    return (size_t)(next_random() % limit);
}

static size_t insert(struct input *input, size_t room, size_t at, const uint8_t *bytes, size_t n)
{
    if (n > room - input->size)
        n = room - input->size;
    memmove(input->data + at + n, input->data + at, input->size - at);
    if (bytes)
        memcpy(input->data + at, bytes, n);
    else
        memset(input->data + at, (int)below(256), n);
    input->size += n;
    return n;
}

static void write_number(struct input *input)
{
    static const uint64_t numbers[] = {
        0,      1,      2,        4,        8,       0x7F,       0x80,       0xFF,
        0x100,  0x7FFF, 0x8000,   0xFFFF,   0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF,
        0x1000, 0x7FFE, 0x10FFFF, 0x110000, 0xD800,  0x5C,       UINT64_MAX, INT64_MAX,
    };
    uint64_t number = numbers[below(sizeof(numbers) / sizeof(*numbers))] + (below(4) == 0);
    size_t width = (size_t)1 << below(4);

    if (width <= input->size)
        memcpy(input->data + below(input->size - width + 1), &number, width);
}

static void cut_out(struct input *input)
{
    size_t at = below(input->size), n = 1 + below(input->size - at);

    memmove(input->data + at, input->data + at + n, input->size - at - n);
    input->size -= n;
}

/* A piece of another input, or of this one. */
static void splice(struct input *input, size_t room)
{
    const struct input *other = &inputs[below(n_inputs)];
    uint8_t piece[256];
    size_t n, at;

    if (other->size == 0)
        return;
    at = below(other->size);
    n = 1 + below(other->size - at);
    if (n > sizeof(piece))
        n = sizeof(piece);
    memcpy(piece, other->data + at, n);
    insert(input, room, input->size ? below(input->size + 1) : 0, piece, n);
}

static void mutate(struct input *input, size_t room)
{
    switch (input->size ? below(8) : 6 + below(2)) {
    case 0:
    case 1:
        input->data[below(input->size)] ^= (uint8_t)(1u << below(8));
        break;
    case 2:
        input->data[below(input->size)] = (uint8_t)next_random();
        break;
    case 3:
        write_number(input);
        break;
    case 4:
        cut_out(input);
        break;
    case 5:
        input->size = below(input->size + 1);
        break;
    case 6:
        insert(input, room, input->size ? below(input->size + 1) : 0, NULL, 1 + below(8));
        break;
    default:
        splice(input, room);
    }
}

static uint64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void run_made(uint64_t for_ms)
{
    uint64_t end = now_ms() + for_ms;
    struct input made = {NULL, 0};
    size_t room = MIN_ROOM;

    for (unsigned i = 0; i < n_inputs; i++)
        room = 2 * inputs[i].size > room ? 2 * inputs[i].size : room;
    made.data = malloc(room);
    if (!made.data)
        exit(1);
    while (now_ms() < end) {
        const struct input *base = &inputs[below(n_inputs)];

        made.size = base->size;
        memcpy(made.data, base->data, base->size);
        for (size_t n = 1 + below(6); n > 0; n--)
            mutate(&made, room);
        run(made.data, made.size);
        n_made++;
    }
    free(made.data);
}

/* --- main ---------------------------------------------------------------------------------------
 */

static void run_all(uint64_t for_ms)
{
    for (unsigned i = 0; i < n_inputs; i++)
        run(inputs[i].data, inputs[i].size);
    if (for_ms)
        run_made(for_ms);
}

/* In a child, whose end is what counts. */
static bool crashes(uint64_t for_ms)
{
    pid_t pid = fork();
    int status = 0;

    if (pid == 0) {
        run_all(for_ms);
        _exit(0);
    }
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return pid > 0 && status != 0;
}

int main(int argc, char **argv)
{
    bool must_crash = false;
    uint64_t for_ms = 0;
    int bad = 0;

    for (int i = 1; i < argc; i++) {
        DIR *dir;

        if (strcmp(argv[i], "--mutate") == 0 && i + 1 < argc) {
            for_ms = (uint64_t)(atof(argv[++i]) * 1000);
            continue;
        }
        if (strcmp(argv[i], "--must-crash") == 0) {
            must_crash = true;
            continue;
        }
        dir = opendir(argv[i]);
        if (dir)
            closedir(dir);
        bad |= dir ? read_directory(argv[i]) : read_input(argv[i]);
    }
    bad |= n_inputs == 0;
    show_crashes();
    if (must_crash && !bad)
        bad = !crashes(for_ms);
    else if (!bad)
        run_all(for_ms);
    for (unsigned i = 0; i < n_inputs; i++)
        free(inputs[i].data);
    if (must_crash) {
        printf("the planted bug was %s\n", bad ? "not found" : "found");
        printf("%d passed, %d failed, 0 skipped\n", !bad, bad);
    } else {
        printf("%u inputs, and %lu made from them\n", n_inputs, n_made);
        printf("%u passed, %u failed, 0 skipped\n", n_inputs, bad);
    }
    return bad;
}
