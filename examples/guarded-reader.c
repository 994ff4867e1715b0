// SPDX-License-Identifier: MIT
/*
 * Reads a file that somebody else may have made wrong, and may cut or change at any moment.
 *
 *   guarded-reader FILE [wait]    prints the records of FILE; with "wait" only after a line from
 *                                 standard input, when the file has been mapped and looked at
 *
 * The file is a header, a table of records, and their text anywhere behind. Three rules make a
 * reader that nothing in such a file can harm:
 *
 * - A number is copied out of the view once, then checked, and the copy is used: the file may
 *   change between two looks.
 * - Whatever touches the view stands in a guard. On Linux a page behind the end of a file that was
 *   cut is SIGBUS and the end of the process; here it is an exception, as on Windows.
 * - What was copied is used, not what is in the view.
 *
 * It answers 0; 1 when it cannot be opened, 2 when the file is wrong, 3 when it was cut meanwhile.
 *
 * Build: cc guarded-reader.c $(pkg-config --cflags --libs ntshm)
 */
#include <windows.h>
#include <ntshm/ntshm.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define MAGIC   "records1"
#define LONGEST 4096 /* bytes of a record's text */

struct header {
    char magic[8];
    UINT32 n_records;
    UINT32 zero;
};

struct record {
    UINT32 offset, size; /* of its text, in bytes from the beginning of the file */
};

struct file {
    const char *view;
    SIZE_T size; /* as it was when it was mapped */
};

enum { GOOD, NOT_OPENED, WRONG, CUT };

/* Bytes [@offset, @offset + @size) of the file as they are now; their place is checked here. */
static int copy(const struct file *file, void *to, UINT64 offset, UINT64 size)
{
    if (offset > file->size || size > file->size - offset)
        return WRONG;
    /* A guard around a memcpy; NTSHM_TRY below is the same for a reader's own loop. */
    return ntshm_copy_from_view(to, file->view + offset, (size_t)size, NULL) ? GOOD : CUT;
}

static int print_record(const struct file *file, UINT32 number)
{
    char text[LONGEST];
    struct record record;
    int answer = copy(file, &record, sizeof(struct header) + (UINT64)number * sizeof(record),
                      sizeof(record));

    if (answer == GOOD && record.size > sizeof(text))
        answer = WRONG;
    if (answer == GOOD)
        answer = copy(file, text, record.offset, record.size);
    if (answer != GOOD)
        return answer;
    /* It may be anything: a terminal gets what it can print. */
    for (UINT32 i = 0; i < record.size; i++)
        if (!isprint((unsigned char)text[i]))
            text[i] = '?';
    printf("%u: %.*s\n", (unsigned)number, (int)record.size, text);
    return GOOD;
}

/* A loop over the view itself, without a copy: a sum of all bytes. */
static int print_sum(const struct file *file)
{
    volatile UINT32 sum = 0; /* changed in a guard and used behind it */
    volatile int answer = GOOD;

    NTSHM_TRY(guard)
    {
        for (SIZE_T i = 0; i < file->size; i++)
            sum += (unsigned char)file->view[i];
    }
    NTSHM_EXCEPT(guard)
    {
        printf("exception 0x%08x\n", (unsigned)guard.record.ExceptionCode);
        answer = CUT;
    }
    NTSHM_END

    if (answer == GOOD)
        printf("the sum of %llu bytes is %u\n", (unsigned long long)file->size, (unsigned)sum);
    return answer;
}

static int read_file(const struct file *file, int waits)
{
    struct header header;
    int answer = copy(file, &header, 0, sizeof(header));

    if (answer != GOOD)
        return answer;
    if (memcmp(header.magic, MAGIC, sizeof(header.magic)) != 0 || header.zero != 0)
        return WRONG;
    if (waits) {
        printf("%u records\n", (unsigned)header.n_records);
        fflush(stdout);
        getchar();
    }
    for (UINT32 i = 0; i < header.n_records && answer == GOOD; i++)
        answer = print_record(file, i);
    return answer == GOOD ? print_sum(file) : answer;
}

int main(int argc, char **argv)
{
    static const char *const words[] = {"good", "not opened", "wrong", "cut meanwhile"};
    struct file file = {NULL, 0};
    LARGE_INTEGER size = {.QuadPart = 0};
    HANDLE handle, section = NULL;
    int answer = NOT_OPENED;

    if (argc < 2)
        return NOT_OPENED;
    handle = CreateFileA(argv[1], GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                         OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    if (handle != INVALID_HANDLE_VALUE && GetFileSizeEx(handle, &size))
        section = CreateFileMappingA(handle, NULL, PAGE_READONLY, 0, 0, NULL);
    if (section)
        file.view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, (SIZE_T)size.QuadPart);
    file.size = (SIZE_T)size.QuadPart;
    if (file.view)
        answer = read_file(&file, argc > 2 && strcmp(argv[2], "wait") == 0);
    printf("the file is %s\n", words[answer]);

    if (file.view)
        UnmapViewOfFile(file.view);
    if (section)
        CloseHandle(section);
    if (handle != INVALID_HANDLE_VALUE)
        CloseHandle(handle);
    return answer;
}
