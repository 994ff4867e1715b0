/* SPDX-License-Identifier: MIT */
/*
 * The command line and the environment, in UTF-8.
 *
 * A Windows program gets one line and takes it apart; here it is put together from the arguments,
 * so that taking it apart gives them again. Names of variables are looked for as they stand and,
 * when there is none, without heeding case, since Windows does not.
 */
#ifndef NT_LIB_PROCESS_ENVIRONMENT_H
#define NT_LIB_PROCESS_ENVIRONMENT_H

#include <stddef.h>

/** nt_command_line() - made once and kept; never NULL */
const char *nt_command_line(void);
/** nt_command_line_set() - what it is, before anybody asks; malloc'ed, taken */
void nt_command_line_set(char *given);

/**
 * nt_environment_get() - the value of a variable
 * @ret_value: free() it
 *
 * Return: 0; -ENOENT; -ENOMEM.
 */
int nt_environment_get(const char *name, char **ret_value);

/**
 * nt_environment_set() - set a variable, or with NULL take it away
 *
 * Return: 0; -ENOENT: there was none to take away; -EINVAL: a name without letters, or with =;
 * -ENOMEM.
 */
int nt_environment_set(const char *name, const char *value);

/**
 * nt_environment_expand() - %NAME% replaced by the variable's value, if there is one
 *
 * Return: free() it; NULL without memory.
 */
char *nt_environment_expand(const char *text);

/** nt_environment_block() - NAME=VALUE, each with its NUL, and one NUL more; free() it, or NULL */
char *nt_environment_block(size_t *ret_size);

/** nt_computer_name(), nt_user_name() - who and where we are; 0 or -errno */
int nt_computer_name(char *name, size_t size);
int nt_user_name(char *name, size_t size);

#endif
