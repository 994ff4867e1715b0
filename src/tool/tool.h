/* SPDX-License-Identifier: MIT */
/*
 * The frame of the command line: a table of commands, each a function of its own arguments. A
 * command may be another table (`ntshm blackbox ...`). Everybody parses with argp, which gives
 * each command --help, --usage and --version.
 *
 * Exit codes: 0 done; 1 it did not work (with one line on stderr that says why); 2 wrong usage.
 */
#ifndef NT_TOOL_TOOL_H
#define NT_TOOL_TOOL_H

#include <argp.h>
#include <stdbool.h>

enum nt_tool_exit {
    NT_TOOL_OK = 0,
    NT_TOOL_FAILED = 1,
    NT_TOOL_USAGE = 2,
};

struct nt_tool_command {
    const char *name;
    const char *summary; /* one line; NULL hides the command from --help */
    /* argv[0] is the whole way to the command, as in "ntshm blackbox read". */
    int (*run)(int argc, char **argv);
};

/**
 * nt_tool_dispatch() - run the command that the first argument names
 * @commands: ended by an entry without a name
 * @doc:      what they are about, for --help
 *
 * Return: the command's exit code.
 */
int nt_tool_dispatch(const struct nt_tool_command *commands, const char *doc, int argc,
                     char **argv);

/** nt_tool_error() - one line on stderr, "ntshm: " and a newline added. Return: NT_TOOL_FAILED. */
int nt_tool_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

struct json_object;
/** nt_tool_print_json() - print an object and free it. Return: an exit code. */
int nt_tool_print_json(struct json_object *object);

/* The commands. */
int nt_tool_blackbox(int argc, char **argv);
int nt_tool_blackbox_demo(int argc, char **argv);
int nt_tool_blackbox_read(int argc, char **argv);
int nt_tool_blackbox_watch(int argc, char **argv);
int nt_tool_blackbox_record(int argc, char **argv);
int nt_tool_broker(int argc, char **argv);
int nt_tool_broker_log(int argc, char **argv);
int nt_tool_ls(int argc, char **argv);
int nt_tool_tree(int argc, char **argv);
int nt_tool_sd(int argc, char **argv);
int nt_tool_access(int argc, char **argv);
int nt_tool_holders(int argc, char **argv);
int nt_tool_show(int argc, char **argv);
int nt_tool_hold(int argc, char **argv);
int nt_tool_create(int argc, char **argv);
int nt_tool_open(int argc, char **argv);
int nt_tool_signal(int argc, char **argv);
int nt_tool_reset(int argc, char **argv);
int nt_tool_wait(int argc, char **argv);
int nt_tool_map(int argc, char **argv);
int nt_tool_dump(int argc, char **argv);
int nt_tool_run(int argc, char **argv);
int nt_tool_doctor(int argc, char **argv);
int nt_tool_complete(int argc, char **argv);

#endif
