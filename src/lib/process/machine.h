/* SPDX-License-Identifier: MIT */
/*
 * The machine's memory and this process's part of it, as /proc tells.
 */
#ifndef NT_LIB_PROCESS_MACHINE_H
#define NT_LIB_PROCESS_MACHINE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* In bytes. */
struct nt_machine_memory {
    uint64_t total, available;
    uint64_t commit_limit, commit_available; /* memory and swap, or what the kernel's rule allows */
    uint64_t committed;                      /* what all processes have been promised */
    uint64_t cached;                         /* what the page cache holds */
    uint64_t kernel_paged, kernel_nonpaged;  /* reclaimable and other kernel memory */
};

/** nt_machine_memory() - false when /proc is not there: all is 0 then */
bool nt_machine_memory(struct nt_machine_memory *ret_memory);

/** nt_machine_installed() - bytes of memory that the machine was built with, as far as told */
uint64_t nt_machine_installed(void);

/* In bytes, but for the faults. */
struct nt_process_memory {
    uint64_t faults;
    uint64_t resident, peak_resident;
    uint64_t private_writable; /* what the process alone may need memory or swap for */
    uint64_t page_tables;
    uint64_t address_space;
};

/** nt_process_memory() - the same of this process */
bool nt_process_memory(struct nt_process_memory *ret_memory);
/** nt_process_memory_of() - of the process with a number */
bool nt_process_memory_of(pid_t pid, struct nt_process_memory *ret_memory);

/* How many there are on the machine. */
struct nt_machine_counts {
    uint32_t processes, threads, files;
};

/** nt_machine_counts() - what cannot be read is 0 */
void nt_machine_counts(struct nt_machine_counts *ret_counts);

/** nt_process_is_traced() - a debugger is attached */
bool nt_process_is_traced(void);

#endif
