/* SPDX-License-Identifier: MIT */
/*
 * Marks: how a file is open, shared and mapped, told to every process by OFD read locks on bytes
 * near the end of the possible file (no file reaches there). A mark lives as long as its open
 * file description: the last descriptor or mapping of it that goes, also by SIGKILL, takes the
 * mark along. A read lock needs a description that can read; it never blocks and nobody is
 * asked. Where a file system has no such locks, nothing is marked and nothing is found. A
 * foreign program's lock over a whole file is no mark, but it may hide one.
 */
#ifndef NT_LIB_FILE_MARKS_H
#define NT_LIB_FILE_MARKS_H

#include <stdint.h>

/* The byte NT_FILE_MARKS_AT + n stands for bit n. */
#define NT_FILE_MARKS_AT 0x7FFFFFFFFFFF0000ull

enum nt_file_mark {
    NT_MARK_DATA_SECTION = 1 << 0,  /* a section or view of it as data (16.1 to 16.11) */
    NT_MARK_WRITE_SECTION = 1 << 1, /* ... that can write it (16.14) */
    NT_MARK_IMAGE_SECTION = 1 << 2, /* a section or view of it as an image (14.19 to 14.22) */
    NT_MARK_READS = 1 << 3,         /* a handle that reads, writes, deletes */
    NT_MARK_WRITES = 1 << 4,
    NT_MARK_DELETES = 1 << 5,
    NT_MARK_DENIES_READ = 1 << 6, /* a handle opened without FILE_SHARE_READ, _WRITE, _DELETE */
    NT_MARK_DENIES_WRITE = 1 << 7,
    NT_MARK_DENIES_DELETE = 1 << 8,
    NT_MARK_DELETE_PENDING = 1 << 9,   /* the delete disposition is set: no new opens (16.9) */
    NT_MARK_DELETE_ON_CLOSE = 1 << 10, /* a handle that deletes the file when it closes */
    NT_MARK_SHRINKS = 1 << 11,         /* somebody is making the file shorter just now */
    NT_MARK_ALL = (1 << 12) - 1,
};

/**
 * nt_marks_set() - put marks on a description
 * @fd: can be read from
 *
 * Return: 0, also where the file system has no locks; -EAGAIN when a foreign program has locked
 * the whole file for writing; -errno, and then no mark was added.
 */
int nt_marks_set(int fd, unsigned marks);
/** nt_marks_clear() - take marks off a description */
int nt_marks_clear(int fd, unsigned marks);
/**
 * nt_marks_probe() - which of @marks other descriptions (of any process) bear
 *
 * One system call for each when there are some, one in all when there is none. Marks of sections
 * are looked at twice: the broker holds those of named ones for a moment longer than anybody else,
 * and is asked to give them up first. No lock may be held.
 */
int nt_marks_probe(int fd, unsigned marks, unsigned *ret_found);
/** nt_marks_pause() - sleep for a moment before looking again; may be shorter */
void nt_marks_pause(uint64_t nanoseconds);

/**
 * nt_marks_set_section() - marks of a section, in step with whoever makes the file shorter
 * @marks: of NT_MARK_DATA_SECTION, NT_MARK_WRITE_SECTION, NT_MARK_IMAGE_SECTION
 *
 * As nt_marks_set(). When it returns, no nt_marks_begin_shrink() of anybody is under way, and a
 * later one sees the marks: a size that is asked for now holds.
 */
int nt_marks_set_section(int fd, unsigned marks);

/**
 * nt_marks_begin_shrink(), nt_marks_end_shrink() - around making a file shorter
 * @fd: can be read from
 *
 * Return: 0, now no section comes into being until the end; -EBUSY when a data section stands in
 * the way (and then there is nothing to end), -ETXTBSY for an image; -EAGAIN as nt_marks_set().
 */
int nt_marks_begin_shrink(int fd);
void nt_marks_end_shrink(int fd);

#endif
