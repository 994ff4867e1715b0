// SPDX-License-Identifier: MIT
/*
 * `ntshm complete WORD...`: what the last word could become; for the shells, and hidden. The words
 * are what stands behind "ntshm", without quotes. A line is a candidate, a tab and what it is; one
 * that begins with a tab tells the shell to look itself: for files, or for a command that begins at
 * word N.
 *
 * Names come from the live name space. Nothing here may hold up a prompt: there is a deadline, and
 * whatever fails is no candidate.
 */
#include "tool/machine/complete-help.h"
#include "tool/names/name-list.h"
#include "tool/names/names.h"
#include "tool/kit/output.h"
#include "tool/kit/process.h"
#include "tool/tool.h"
#include "util/macro.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECONDS    3
#define MOST_HELP  (64u << 10)
#define MOST_WORDS 4    /* that lead to a command */
#define MOST_USERS 500u /* of an account database that lists them all */

struct completion {
    char **words; /* all but the last one */
    int n_words;
    const char *prefix;   /* the last one, or what follows its "=" */
    const char *in_front; /* "--option=", to be said again before each candidate */
    int in_front_length;
};

/* --- candidates ------------------------------------------------------------------------------- */

static void say(const struct completion *completion, const char *word, const char *text)
{
    if (strncmp(word, completion->prefix, strlen(completion->prefix)) == 0)
        printf("%.*s%s\t%s\n", completion->in_front_length, completion->in_front, word,
               text ? text : "");
}

/* What a terminal cannot show cannot be typed either. */
static void say_foreign(const struct completion *completion, const char *word, const char *text)
{
    size_t size = 3 * strlen(word) + 4;
    char *clean = malloc(size);

    if (clean && word[0] && strcmp(nt_output_clean(word, clean, size), word) == 0)
        say(completion, word, text);
    free(clean);
}

/* Where Local\ is Global\, whoever begins the one does not want the other. */
static void say_name(const struct completion *completion, const char *name, const char *type)
{
    char *local = NULL;

    if (strncmp(completion->prefix, "Local\\", 6) == 0 && strncmp(name, "Global\\", 7) == 0 &&
        nt_name_session() == 0 && asprintf(&local, "Local\\%s", name + 7) < 0)
        local = NULL;
    say_foreign(completion, local ? local : name, type);
    free(local);
}

static void say_names(const struct completion *completion, const char *path)
{
    struct nt_names_query query = {.path = path};
    struct nt_names names = {.n = 0};

    if (nt_names_read(&query, &names) == 0)
        for (size_t i = 0; i < names.n; i++)
            say_name(completion, names.at[i].name, names.at[i].type);
    nt_names_deinit(&names);
}

/* Whole paths are offered once somebody has begun one. */
static void say_all_names(const struct completion *completion)
{
    char *path, *slash;

    if (completion->prefix[0] != '\\') {
        say_names(completion, NULL);
        return;
    }
    path = strdup(completion->prefix);
    slash = path ? strrchr(path, '\\') : NULL;
    if (slash) {
        slash[slash == path ? 1 : 0] = '\0';
        say_names(completion, path);
    }
    free(path);
}

static void say_processes(const struct completion *completion)
{
    DIR *processes = opendir("/proc");
    struct dirent *entry;
    char name[64], clean[256];

    while (processes && (entry = readdir(processes))) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

        if (pid > 0)
            say(completion, entry->d_name,
                nt_output_clean(nt_process_name(pid, name), clean, sizeof(clean)));
    }
    if (processes)
        closedir(processes);
}

static void say_users(const struct completion *completion)
{
    struct passwd *user;
    unsigned n = 0;

    setpwent();
    while (n++ < MOST_USERS && (user = getpwent()))
        say_foreign(completion, user->pw_name, "user");
    endpwent();
}

static void say_words(const struct completion *completion, const char *words)
{
    char *copy = strdup(words), *rest;

    for (char *word = copy ? strtok_r(copy, " ", &rest) : NULL; word;
         word = strtok_r(NULL, " ", &rest))
        say(completion, word, NULL);
    free(copy);
}

/* What may stand for a word of the usage line or of an option, @text says what that is for. A word
 * may be several: PID|FILE. */
static void say_kind(const struct completion *completion, const char *kind, const char *text)
{
    static const struct {
        const char *kind, *in_text, *words;
    } known[] = {
        {"WHEN", "", "auto always never"},
        {"TYPE", "objects", "Section Event Mutant Semaphore Timer Job Directory"},
        {"TYPE", NULL, "section event mutex semaphore timer job"},
        {"WORD", "",
         "readonly readwrite writecopy execute-read execute-readwrite execute-writecopy"},
        {"KIND[,KIND...", "",
         "image view file private large heap stack device placeholder reserved library system"},
        {"KEY", "address", "address size committed resident private"},
        {"KEY", "name", "name size used handles age"},
        {"RIGHT", "", "read write execute all"},
    };

    for (size_t i = 0; i < NT_ARRAY_SIZE(known); i++)
        if (strcmp(kind, known[i].kind) == 0 &&
            (text ? known[i].in_text && strstr(text, known[i].in_text) : !known[i].in_text))
            say_words(completion, known[i].words);
    if (strstr(kind, "NAME") || strcmp(kind, "PATH") == 0)
        say_all_names(completion);
    if (strstr(kind, "PID"))
        say_processes(completion);
    if (strstr(kind, "USER"))
        say_users(completion);
    if (strstr(kind, "FILE") || strstr(kind, "DIRECTORY"))
        puts("\t:files");
}

/* --- where the words lead --------------------------------------------------------------------- */

/* What `ntshm WORD... --help` prints, malloc'ed; NULL when it does not. */
static char *ask_help(char **words, int n_words)
{
    const char *arguments[MOST_WORDS + 3] = {"ntshm"};
    char *text = calloc(1, MOST_HELP);
    size_t size = 0;
    int ends[2];
    ssize_t n;
    pid_t pid;

    if (!text || pipe2(ends, O_CLOEXEC) < 0) {
        free(text);
        return NULL;
    }
    for (int i = 0; i < n_words; i++)
        arguments[i + 1] = words[i];
    arguments[n_words + 1] = "--help";
    pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        setenv("ARGP_HELP_FMT", "rmargin=250", 1);
        alarm(SECONDS);
        execv("/proc/self/exe", (char *const *)(uintptr_t)arguments);
        _exit(NT_TOOL_FAILED);
    }
    close(ends[1]);
    while (pid > 0 && (n = read(ends[0], text + size, MOST_HELP - 1 - size)) != 0)
        if (n > 0)
            size += (size_t)n;
        else if (errno != EINTR)
            break;
    close(ends[0]);
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    return text;
}

static bool is_command(const struct nt_help *help, const char *word)
{
    for (size_t i = 0; i < help->n_commands; i++)
        if (strcmp(help->commands[i].name, word) == 0)
            return true;
    return false;
}

/* The help of the command that the words lead to; *@ret_first is the first word behind it. */
static bool find_help(const struct completion *completion, struct nt_help *ret_help, int *ret_first)
{
    int n = 0;

    for (;;) {
        char *text = ask_help(completion->words, n);

        if (!text)
            return false;
        nt_help_parse(ret_help, text);
        *ret_first = n;
        if (n == completion->n_words || n == MOST_WORDS ||
            !is_command(ret_help, completion->words[n]))
            return true;
        nt_help_deinit(ret_help);
        n++;
    }
}

/* --- what the last word could be ----------------------------------------------------------------
 */

static void say_options(const struct completion *completion, const struct nt_help *help)
{
    char word[40];

    for (size_t i = 0; i < help->n_options; i++) {
        snprintf(word, sizeof(word), "--%s", help->options[i].name);
        say(completion, word, help->options[i].text);
    }
    if (help->runs)
        say(completion, "--", "a command comes next");
}

static void say_argument(const struct completion *completion, const struct nt_help *help, int n)
{
    int last = (int)help->n_arguments - 1;

    for (size_t i = 0; i < help->n_commands; i++)
        say(completion, help->commands[i].name, help->commands[i].text);
    if (help->n_commands > 0)
        return;
    if (n <= last)
        say_kind(completion, help->arguments[n], NULL);
    else if (last >= 0 && help->repeats)
        say_kind(completion, help->arguments[last], NULL);
    else if (completion->prefix[0] == '\0' && help->runs)
        say(completion, "--", "a command comes next");
}

/* @first: of the words behind the command. */
static void complete(struct completion *completion, const struct nt_help *help, int first)
{
    const struct nt_help_option *option = NULL;
    const char *value;
    int n_arguments = 0;

    for (int i = first; i < completion->n_words; i++) {
        const char *word = completion->words[i];

        if (strcmp(word, "--") == 0) {
            if (help->runs)
                printf("\t:command %d\n", i + 1);
            return;
        }
        if (option) { /* this word is its argument */
            option = NULL;
            continue;
        }
        if (word[0] != '-' || !word[1]) {
            n_arguments++;
            continue;
        }
        option = nt_help_option(help, word);
        if (option && (!option->value[0] || option->optional || strchr(word, '=')))
            option = NULL;
    }
    value = strncmp(completion->prefix, "--", 2) == 0 ? strchr(completion->prefix, '=') : NULL;
    if (value && !option) {
        option = nt_help_option(help, completion->prefix);
        completion->in_front = completion->prefix;
        completion->in_front_length = (int)(value + 1 - completion->prefix);
        completion->prefix = value + 1;
    }
    if (option || value)
        say_kind(completion, option ? option->value : "", option ? option->text : NULL);
    else if (completion->prefix[0] == '-')
        say_options(completion, help);
    else
        say_argument(completion, help, n_arguments);
}

int nt_tool_complete(int argc, char **argv)
{
    bool dashed = argc > 1 && strcmp(argv[1], "--") == 0;
    struct completion completion = {.words = argv + 1 + dashed, .in_front = ""};
    struct nt_help help;
    int first;

    completion.n_words = argc - 2 - dashed;
    if (completion.n_words < 0)
        return NT_TOOL_USAGE;
    completion.prefix = completion.words[completion.n_words];
    signal(SIGALRM, SIG_DFL);
    alarm(SECONDS);
    if (!find_help(&completion, &help, &first))
        return NT_TOOL_FAILED;
    complete(&completion, &help, first);
    nt_help_deinit(&help);
    return NT_TOOL_OK;
}
