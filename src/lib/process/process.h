/* SPDX-License-Identifier: MIT */
/*
 * This process and this machine, as a Windows program asks for them.
 */
#ifndef NT_LIB_PROCESS_PROCESS_H
#define NT_LIB_PROCESS_PROCESS_H

#include <stdint.h>

#include <windows.h>

/** nt_process_id(), nt_thread_id() - the kernel's numbers: unique in the pid name space */
uint32_t nt_process_id(void);
uint32_t nt_thread_id(void);

/** nt_system_information() - page size, granularity, address range, processors */
void nt_system_information(SYSTEM_INFO *ret_information);

/** nt_process_set_log() - who gets the library's messages */
void nt_process_set_log(void (*function)(int level, const char *message, void *context),
                        void *context);

/** nt_process_log_text() - a program's own message to the log hook, in pieces where it is long */
void nt_process_log_text(const char *text);

/** nt_process_flush_code() - all threads execute what was written to a range; NULL for all of it */
void nt_process_flush_code(const void *base, size_t size);

/** nt_process_quiesce() - close the connection and the descriptors that are kept for speed */
void nt_process_quiesce(void);

#endif
