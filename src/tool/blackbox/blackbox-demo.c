// SPDX-License-Identifier: MIT
/*
 * `ntshm blackbox demo`: the watcher, and the proof.
 *
 * Two rounds. Each starts a recorder (blackbox-record.c), opens its section by name, read-only,
 * and follows its marker words live. A word that the watcher writes must come back through a GPU
 * copy: so the heap is the mapping and not a copy of it. Then, in the middle of a big copy,
 *   (a) the recorder's device is removed, the recorder lives on;
 *   (b) the recorder is killed with SIGKILL.
 * What the watcher then reads is judged by checks that each can fail (blackbox-verify.c). A kill
 * or removal that came too late - the copy was complete - is a miss: it is said, and the round is
 * played again with a larger copy. Nothing waits for a time to pass; each wait has a deadline.
 */
#include "tool/blackbox/blackbox-demo.h"
#include "tool/blackbox/blackbox-print.h"
#include "tool/blackbox/blackbox-source.h"
#include "tool/blackbox/blackbox-verify.h"
#include "tool/kit/output.h"
#include "tool/kit/process.h"
#include "tool/kit/text.h"
#include "tool/tool.h"
#include "util/macro.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEADLINE_MS 60000u
#define FIRST_SIZE  (UINT64_C(64) << 20)
#define MAX_TRIES   5u
#define ECHO_FRAMES 16u /* a nonce that is not back after so many frames will not come */
#define FOLLOWED    32u /* marker words to see change, at least */

struct demo_options {
    const char *directory;
    const char *control;
    bool file; /* the sections show files, which are what is left */
    struct nt_output output;
};

/* One try of a round: a recorder and what the watcher holds of it. */
struct scene {
    const struct demo_options *options;
    bool remove;
    uint64_t target_size;
    char name[64];
    char file[512]; /* that the section shows; "" for the page file */
    pid_t pid;
    int status;  /* how it ended */
    int channel; /* the recorder's standard input and output */
    struct nt_blackbox_source source;
    HANDLE writable;
    volatile struct nt_demo_mailbox *mailbox; /* one page of it, writable */
    struct ntshm_blackbox_header header;      /* a checked copy */
    uint64_t deadline;
    struct nt_verify *verify;
};

/* --- the recorder's process ------------------------------------------------------------------ */

static void exec_recorder(const struct scene *scene, int channel)
{
    char size[32];
    const char *arguments[20] = {"ntshm",     "blackbox", "record", "--name",
                                 scene->name, "--size",   size};
    unsigned n = 7;

    snprintf(size, sizeof(size), "%llu", (unsigned long long)scene->target_size);
    if (scene->remove)
        arguments[n++] = "--remove";
    if (scene->file[0]) {
        arguments[n++] = "--file";
        arguments[n++] = scene->file;
    }
    if (scene->options->control) {
        arguments[n++] = "--control";
        arguments[n++] = scene->options->control;
    }
    if (dup2(channel, STDIN_FILENO) >= 0 && dup2(channel, STDOUT_FILENO) >= 0)
        execv("/proc/self/exe", (char *const *)(uintptr_t)arguments);
    _exit(127);
}

static bool start_recorder(struct scene *scene)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return false;
    fflush(NULL);
    scene->pid = fork();
    if (scene->pid == 0)
        exec_recorder(scene, ends[1]);
    close(ends[1]);
    scene->channel = ends[0];
    return scene->pid > 0;
}

/* Ends the recorder, in good order where it still can be, and reaps it. */
static void stop_recorder(struct scene *scene, bool kill_it)
{
    if (scene->pid <= 0)
        return;
    if (kill_it)
        kill(scene->pid, SIGKILL);
    else
        shutdown(scene->channel, SHUT_WR);
    while (waitpid(scene->pid, &scene->status, 0) < 0 && errno == EINTR)
        ;
    scene->pid = 0;
}

/* The recorder's end is the one that the round is about: none, or SIGKILL. */
static void check_recorder(struct scene *scene)
{
    if (scene->remove)
        nt_verify_check(scene->verify, waitpid(scene->pid, NULL, WNOHANG) == 0,
                        "the recorder lives on without its device", "pid %d", (int)scene->pid);
    else
        nt_verify_check(scene->verify,
                        WIFSIGNALED(scene->status) && WTERMSIG(scene->status) == SIGKILL,
                        "the recorder was killed, not stopped", "by signal %d",
                        WIFSIGNALED(scene->status) ? WTERMSIG(scene->status) : 0);
}

/* One line of the recorder's; false at its end or at the deadline. */
static bool hear(struct scene *scene, char *line, size_t size, int timeout_ms)
{
    size_t n = 0;

    while (n + 1 < size) {
        struct pollfd ready = {.fd = scene->channel, .events = POLLIN};
        int polled = poll(&ready, 1, timeout_ms);

        if (polled < 0 && errno == EINTR)
            continue;
        if (polled <= 0 || read(scene->channel, &line[n], 1) != 1)
            return false;
        if (line[n] == '\n')
            break;
        n++;
    }
    line[n] = 0;
    return true;
}

/* --- following -------------------------------------------------------------------------------- */

static uint32_t load(const volatile uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

/* Byte @offset of the live section, through the read-only view. */
static const volatile void *live(const struct scene *scene, uint64_t offset)
{
    return scene->source.view + offset;
}

static const volatile struct ntshm_blackbox_list_record *live_list(const struct scene *scene,
                                                                   uint32_t i)
{
    return live(scene, scene->header.lists.offset + (uint64_t)i * scene->header.lists.entry_size);
}

/* The main queue's completed value, as the recorder mirrors it. */
static uint64_t live_completed(const struct scene *scene)
{
    const volatile struct ntshm_blackbox_queue_record *queue =
        live(scene, scene->header.queues.offset);

    return __atomic_load_n(&queue->completed, __ATOMIC_ACQUIRE);
}

static bool open_scene(struct scene *scene, char *why)
{
    const struct ntshm_blackbox_header *header = &scene->header;

    if (!nt_blackbox_source_open_name(scene->name, &scene->source, why))
        return false;
    memcpy(&scene->header, scene->source.meta, sizeof(scene->header));
    if (header->payload_size < NT_DEMO_TARGET_OFFSET + scene->target_size) {
        snprintf(why, NT_BLACKBOX_WHY, "the payload is too small");
        return false;
    }
    scene->writable = OpenFileMappingA(FILE_MAP_WRITE, FALSE, scene->name);
    if (scene->writable)
        scene->mailbox =
            MapViewOfFile(scene->writable, FILE_MAP_WRITE, (DWORD)(header->meta_size >> 32),
                          (DWORD)header->meta_size, 4096);
    if (!scene->mailbox)
        snprintf(why, NT_BLACKBOX_WHY, "the mailbox cannot be mapped (error %u)",
                 (unsigned)GetLastError());
    return scene->mailbox != NULL;
}

/* Counts how often the GPU is seen to change a marker word; until enough, or the deadline. */
static uint32_t follow_markers(const struct scene *scene)
{
    uint32_t seen[2 * NT_DEMO_LISTS] = {0};
    uint32_t n_lists = scene->header.lists.count;
    uint32_t n_changes = 0;

    if (n_lists > NT_DEMO_LISTS)
        n_lists = NT_DEMO_LISTS;
    while (n_changes < FOLLOWED && nt_now_ms() < scene->deadline) {
        for (uint32_t i = 0; i < n_lists; i++) {
            uint32_t words[2] = {load(&live_list(scene, i)->marker_in),
                                 load(&live_list(scene, i)->marker_out)};

            for (unsigned k = 0; k < 2; k++)
                if (words[k] != seen[2 * i + k]) {
                    seen[2 * i + k] = words[k];
                    n_changes++;
                }
        }
        sched_yield();
    }
    return n_changes;
}

/* Writes a word through the writable page and waits for the GPU to bring it back. */
static bool echo_nonce(const struct scene *scene, uint32_t *ret_nonce)
{
    const volatile struct nt_demo_mailbox *mailbox = live(scene, scene->header.meta_size);
    uint64_t first;
    uint32_t nonce;

    nonce = (uint32_t)scene->header.created_mono_ns * 2654435761u ^ (uint32_t)getpid() ^ 0x5eed;
    nonce += nonce == 0;
    *ret_nonce = nonce;
    __atomic_store_n(&scene->mailbox->nonce, nonce, __ATOMIC_RELEASE);
    first = live_completed(scene);
    while (load(&mailbox->reply) != nonce) {
        if (live_completed(scene) > first + ECHO_FRAMES || nt_now_ms() > scene->deadline)
            return load(&mailbox->reply) == nonce;
        sched_yield();
    }
    return true;
}

/* --- the moment ------------------------------------------------------------------------------- */

/* True once the big copy has begun to arrive; false when the frame is over or time is up. */
static bool wait_for_copy(const struct scene *scene)
{
    const volatile uint32_t *first = live(scene, scene->header.meta_size + NT_DEMO_TARGET_OFFSET);

    while (load(first) != nt_demo_new_word(0)) {
        struct pollfd ended = {.fd = scene->channel, .events = POLLIN};

        if (poll(&ended, 1, 0) != 0 || nt_now_ms() > scene->deadline)
            return load(first) == nt_demo_new_word(0);
        sched_yield();
    }
    return true;
}

/* Removes or kills in the middle of the copy. False with @why when that was not possible at all. */
static bool strike(struct scene *scene, char *why)
{
    char line[64] = "";

    __atomic_store_n(&scene->mailbox->command, NT_DEMO_LAST, __ATOMIC_RELEASE);
    if (!scene->remove) {
        bool begun = wait_for_copy(scene);

        stop_recorder(scene, true);
        if (!begun)
            snprintf(why, NT_BLACKBOX_WHY, "the last frame's copy was never seen to begin");
        return begun;
    }
    if (!hear(scene, line, sizeof(line), (int)DEADLINE_MS)) {
        snprintf(why, NT_BLACKBOX_WHY, "the recorder does not say how its last frame ended");
        return false;
    }
    return true;
}

/* Chunks that were in flight at a removal run to their end: reads the target until it rests. */
static void read_tear(const struct scene *scene, struct nt_verify_tear *tear)
{
    const uint32_t *target =
        (const void *)(scene->source.view + scene->header.meta_size + NT_DEMO_TARGET_OFFSET);
    struct nt_verify_tear before;
    unsigned n = 0;

    nt_verify_read_tear(target, scene->target_size / 4, tear);
    do {
        before = *tear;
        nt_verify_read_tear(target, scene->target_size / 4, tear);
    } while (before.n_new != tear->n_new && n++ < 100);
}

/* --- a round ------------------------------------------------------------------------ */

/* What was copied of the box stays: reports about it may still be read. */
static void leave_scene(struct scene *scene)
{
    stop_recorder(scene, false);
    if (scene->channel >= 0)
        close(scene->channel);
    if (scene->mailbox)
        UnmapViewOfFile((const void *)scene->mailbox);
    if (scene->writable)
        CloseHandle(scene->writable);
    nt_blackbox_source_leave(&scene->source);
    scene->channel = -1;
    scene->mailbox = NULL;
    scene->writable = NULL;
}

static void close_scene(struct scene *scene)
{
    leave_scene(scene);
    nt_blackbox_source_close(&scene->source);
}

/* Everything up to the moment. False when the round is lost already; the checks say why. */
static bool rise(struct scene *scene)
{
    char line[64] = "", why[NT_BLACKBOX_WHY] = "";
    uint32_t nonce = 0, n_changes;
    bool there;

    there = start_recorder(scene) && hear(scene, line, sizeof(line), (int)DEADLINE_MS) &&
            strcmp(line, "ready") == 0;
    if (!there || !open_scene(scene, why)) {
        nt_verify_check(scene->verify, false, "a second process opens the black box by name", "%s",
                        there ? why : "the recorder did not get ready");
        return false;
    }
    nt_verify_check(scene->verify, true, "a second process opens the black box by name, read-only",
                    "%s", scene->name);
    n_changes = follow_markers(scene);
    nt_verify_check(scene->verify, n_changes >= FOLLOWED, "it follows the GPU's marker words live",
                    "%u changes seen", n_changes);
    there = echo_nonce(scene, &nonce);
    return nt_verify_check(scene->verify, there,
                           "a word that it writes comes back through a GPU copy", "0x%08x%s", nonce,
                           there ? "" : " did not: the heap is a copy of the mapping");
}

/* After the moment: reads, judges, saves, reads again. */
static void judge(struct scene *scene)
{
    struct nt_verify *verify = scene->verify;
    struct nt_blackbox_report report;
    struct nt_verify_tear tear;
    char path[512], why[NT_BLACKBOX_WHY] = "";

    read_tear(scene, &tear);
    if (!nt_blackbox_source_copy(&scene->source, why) ||
        nt_blackbox_parse(scene->source.meta, scene->source.meta_size, scene->source.size, &report,
                          why)) {
        nt_verify_check(verify, false, "what is left is a black box", "%s", why);
        return;
    }
    nt_verify_moment(verify, &report, &tear, scene->remove);
    if (!verify->missed)
        check_recorder(scene);
    nt_verify_torn(verify, &tear);
    if (scene->file[0]) {
        stop_recorder(scene, true); /* one that ends in good order would tidy its box up */
        leave_scene(scene);
        nt_verify_file(verify, &report, scene->file);
    } else {
        snprintf(path, sizeof(path), "%s/ntshm-blackbox-demo-%s.dump", scene->options->directory,
                 scene->remove ? "removed" : "killed");
        nt_verify_dump(verify, &scene->source, &report, path,
                       scene->remove ? NTSHM_BLACKBOX_SAVED_REMOVED : NTSHM_BLACKBOX_SAVED_DEATH);
    }
    nt_blackbox_report_deinit(&report);
}

/* One try; true when the moment was missed and another try makes sense. */
static bool play(const struct demo_options *options, bool remove, uint64_t target_size,
                 unsigned number, struct nt_verify *verify)
{
    struct scene scene = {.options = options,
                          .remove = remove,
                          .target_size = target_size,
                          .channel = -1,
                          .deadline = nt_now_ms() + DEADLINE_MS,
                          .verify = verify};
    char why[NT_BLACKBOX_WHY] = "";

    snprintf(scene.name, sizeof(scene.name), "Local\\ntshm-blackbox-demo-%d-%c%u", (int)getpid(),
             remove ? 'a' : 'b', number);
    if (options->file)
        snprintf(scene.file, sizeof(scene.file), "%s/ntshm-blackbox-demo-%s.box",
                 options->directory, remove ? "removed" : "killed");
    if (rise(&scene)) {
        if (strike(&scene, why))
            judge(&scene);
        else
            nt_verify_check(verify, false, "the moment comes", "%s", why);
    }
    if (verify->n_failed > 0) /* a recorder that is stuck is not waited for */
        stop_recorder(&scene, true);
    close_scene(&scene);
    return verify->missed;
}

static void play_round(const struct demo_options *options, bool remove, struct nt_verify *verify)
{
    uint64_t size = FIRST_SIZE;

    for (unsigned number = 1;; number++, size *= 2) {
        nt_verify_init(verify, remove, options->output.json ? NULL : stdout);
        verify->n_tries = number;
        if (!play(options, remove, size, number, verify))
            return;
        if (number == MAX_TRIES) {
            nt_verify_check(verify, false, "the moment is caught", "missed %u times", number);
            return;
        }
        if (!options->output.json)
            printf("  missed: the copy was complete before the %s; again, with twice the bytes\n",
                   remove ? "removal" : "kill");
    }
}

/* --- the command -------------------------------------------------------------------- */

static const struct argp_option options_[] = {
    {"control", 'c', "WHAT", OPTION_HIDDEN,
     "leave out what the proof stands on: no-marker-out or copied-heap", 0},
    {"directory", 'o', "DIR", 0, "save the dump files there (default: the current directory)", 0},
    {"file", 'f', NULL, 0,
     "let each black box be a file there, which needs nobody to save it, instead of memory", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct demo_options *demo = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &demo->output;
        return 0;
    case 'c':
        if (strcmp(argument, "no-marker-out") != 0 && strcmp(argument, "copied-heap") != 0)
            argp_error(state, "'%s' is no control", argument);
        demo->control = argument;
        return 0;
    case 'f':
        demo->file = true;
        return 0;
    case 'o':
        demo->directory = argument;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "what is '%s' for?", argument);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static struct json_object *results_to_json(const struct nt_verify *rounds, unsigned n, bool passed)
{
    struct json_object *object = json_object_new_object();
    struct json_object *array = json_object_new_array();

    for (unsigned i = 0; i < n; i++)
        json_object_array_add(array, nt_verify_to_json(&rounds[i]));
    json_object_object_add(object, "rounds", array);
    json_object_object_add(object, "passed", json_object_new_boolean(passed));
    return object;
}

int nt_tool_blackbox_demo(int argc, char **argv)
{
    static const struct argp_child children[] = {{&nt_output_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        options_,
        parse,
        NULL,
        "Run GPU work whose progress markers live in a named file mapping; remove the device in "
        "the middle of a copy, then, in a second round, kill the process; and each time read "
        "from another process what the GPU was doing.\vNeeds a Vulkan driver; lavapipe, of "
        "Debian's mesa-vulkan-drivers, will do. Leaves one file for each round.",
        children,
        NULL,
        NULL};
    static const char *const titles[] = {"round (a): the device is removed in the middle of a list",
                                         "round (b): the recorder is killed with SIGKILL"};
    struct demo_options options = {.directory = "."};
    struct nt_verify rounds[2];
    unsigned n = 0, n_failed = 0;

    argp_parse(&argp, argc, argv, 0, NULL, &options);
    if (!options.output.seconds_given)
        nt_output_deadline(0); /* how long it takes is the machine's business */
    signal(SIGPIPE, SIG_IGN);
    mkdir(options.directory, 0777); /* saving tells when that was no use */
    while (n < 2 && n_failed == 0) {
        if (!options.output.json)
            printf("%s%s\n", n ? "\n" : "", titles[n]);
        play_round(&options, n == 0, &rounds[n]);
        if (!options.output.json)
            nt_verify_print(&rounds[n], stdout);
        n_failed += rounds[n++].n_failed;
    }
    if (options.output.json)
        return nt_tool_print_json(results_to_json(rounds, n, n_failed == 0)) != NT_TOOL_OK ||
                       n_failed
                   ? NT_TOOL_FAILED
                   : NT_TOOL_OK;
    if (n_failed > 0)
        return nt_tool_error("the demo failed: %u of its own checks did not hold", n_failed);
    printf("\nThe device was lost and the process was killed, and the black box told both times "
           "what the GPU was doing.\n");
    return NT_TOOL_OK;
}
