/* SPDX-License-Identifier: MIT */
/*
 * The log hook. A library prints nothing by itself: what a user should know (which limit was
 * met, why a fall-back was taken) goes through one function pointer that the program sets.
 */
#ifndef NT_UTIL_LOG_H
#define NT_UTIL_LOG_H

enum nt_log_level {
    NT_LOG_ERROR = 0,
    NT_LOG_WARNING = 1,
    NT_LOG_INFO = 2,
    NT_LOG_DEBUG = 3,
};

typedef void (*nt_log_function)(int level, const char *message, void *context);

/**
 * nt_log_set() - choose who gets the messages
 * @function: called with a level, a line without newline and @context; NULL for nobody
 * @context:  handed through
 *
 * Safe against concurrent logging; @function may be called from any thread.
 */
void nt_log_set(nt_log_function function, void *context);

/**
 * nt_log() - say something through the hook; never fails, keeps errno
 */
void nt_log(enum nt_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
