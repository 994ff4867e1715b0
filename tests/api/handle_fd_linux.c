// SPDX-License-Identifier: MIT
/*
 * Sections as file descriptors: what goes out can do what was asked and no more, what comes in is a
 * section with what the descriptor can do.
 */
#ifndef _WIN32
#    include "api/api.h"

#    include <fcntl.h>
#    include <sys/mman.h>
#    include <sys/stat.h>
#    include <sys/wait.h>
#    include <unistd.h>

#    include <ntshm/ntshm.h>

static HANDLE section_of(DWORD protect, SIZE_T size)
{
    HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, protect, 0, (DWORD)size, NULL);

    require(section != NULL);
    return section;
}

TEST(a_section_goes_through_a_descriptor, "")
{
    HANDLE section = section_of(PAGE_READWRITE, 3 * PAGE), again;
    volatile uint32_t *words = map_words(section), *others;
    int fd = ntshm_handle_to_fd(section, FILE_MAP_ALL_ACCESS);

    require(fd > 2);
    ok_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
    again = ntshm_handle_from_fd(fd, FALSE);
    require(again != NULL);
    close(fd);
    ok_eq(section_size(again), 3 * PAGE);
    others = map_words(again);
    words[9] = 17;
    ok_eq(others[9], 17);
    ok_succeeds(CompareObjectHandles(section, again));
    drop(again, others);
    drop(section, words);
}

TEST(a_read_only_descriptor_stays_so, "")
{
    HANDLE section = section_of(PAGE_READWRITE, PAGE), again;
    int fd = ntshm_handle_to_fd(section, FILE_MAP_READ);
    struct stat stat;
    DWORD flags = 0;

    require(fd > 2);
    ok_eq(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
    ok_ptr_eq(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
    /* No other user can open it anew with more. */
    ok_eq(fstat(fd, &stat), 0);
    ok_eq(stat.st_mode & 0777, 0600);
    again = ntshm_handle_from_fd(fd, TRUE);
    require(again != NULL);
    ok_rights(again, SECTION_QUERY | SECTION_MAP_READ);
    check_map_fails(again, FILE_MAP_WRITE, ERROR_ACCESS_DENIED);
    ok_succeeds(GetHandleInformation(again, &flags));
    ok_eq(flags, HANDLE_FLAG_INHERIT);
    close(fd);
    drop(again, NULL);
    drop(section, NULL);
}

TEST(a_descriptor_takes_the_rights_that_the_handle_has, "")
{
    HANDLE section = section_of(PAGE_READWRITE, PAGE), reader, nothing;
    int fd;

    reader = with_rights(section, FILE_MAP_READ);
    nothing = with_rights(section, SECTION_QUERY);
    ok_eq(ntshm_handle_to_fd(reader, FILE_MAP_WRITE), -1);
    ok_eq(GetLastError(), ERROR_ACCESS_DENIED);
    ok_eq(ntshm_handle_to_fd(nothing, FILE_MAP_READ), -1);
    ok_eq(GetLastError(), ERROR_ACCESS_DENIED);
    fd = ntshm_handle_to_fd(reader, FILE_MAP_READ);
    ok(fd > 2);
    close(fd);
    drop(nothing, NULL);
    drop(reader, NULL);
    drop(section, NULL);
    section = section_of(PAGE_READONLY, PAGE);
    ok_eq(ntshm_handle_to_fd(section, FILE_MAP_WRITE), -1);
    ok_eq(GetLastError(), ERROR_ACCESS_DENIED);
    drop(section, NULL);
}

/* With a name the memory is the broker's, and the name is not what the descriptor keeps. */
TEST(a_descriptor_keeps_the_memory_and_not_the_name, "11.27")
{
    HANDLE section = new_section(L_("fd"), PAGE_READWRITE, PAGE), again;
    volatile uint32_t *words = map_words(section);
    int fd = ntshm_handle_to_fd(section, FILE_MAP_WRITE);
    int read_fd = ntshm_handle_to_fd(section, FILE_MAP_READ);

    require(fd > 2 && read_fd > 2);
    ok_eq(fcntl(read_fd, F_GETFL) & O_ACCMODE, O_RDONLY);
    words[1] = 3;
    drop(section, words);
    check_open_fails(L_("fd"), FILE_MAP_READ, ERROR_FILE_NOT_FOUND);
    again = ntshm_handle_from_fd(fd, FALSE);
    words = map_words(again);
    ok_eq(words[1], 3);
    drop(again, words);
    close(fd);
    close(read_fd);
}

static void check_none_goes_out(HANDLE handle, DWORD access, DWORD error)
{
    SetLastError(0xdeadbeef);
    ok_eq(ntshm_handle_to_fd(handle, access), -1);
    ok_eq(GetLastError(), error);
}

TEST(what_is_not_plain_memory_does_not_go_out, "")
{
    HANDLE section = section_of(PAGE_READWRITE | SEC_RESERVE, 4 * PAGE), file;
    char path[512];

    check_none_goes_out(section, FILE_MAP_READ, ERROR_NOT_SUPPORTED);
    drop(section, NULL);
    section = section_of(PAGE_READWRITE, PAGE);
    check_none_goes_out(section, 0, ERROR_INVALID_PARAMETER);
    check_none_goes_out(section, SECTION_QUERY, ERROR_INVALID_PARAMETER);
    check_none_goes_out(section, ~0u, ERROR_INVALID_PARAMETER);
    drop(section, NULL);
    check_none_goes_out(section, FILE_MAP_READ, ERROR_INVALID_HANDLE);
    check_none_goes_out(NULL, FILE_MAP_READ, ERROR_INVALID_HANDLE);
    snprintf(path, sizeof(path), "%s/file", test_dir());
    file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    check_none_goes_out(file, FILE_MAP_READ, ERROR_INVALID_HANDLE);
    section = CreateFileMappingW(file, NULL, PAGE_READWRITE, 0, (DWORD)PAGE, NULL);
    require(section != NULL);
    check_none_goes_out(section, FILE_MAP_READ, ERROR_NOT_SUPPORTED);
    drop(section, NULL);
    drop(file, NULL);
}

static void check_none_comes_in(int fd, DWORD error)
{
    ok_fails(ntshm_handle_from_fd(fd, FALSE) != NULL, error);
}

TEST(what_is_not_sealed_memory_does_not_come_in, "")
{
    int fd = memfd_create("foreign", MFD_CLOEXEC | MFD_ALLOW_SEALING), ends[2], path_fd;
    char name[32];

    check_none_comes_in(-1, ERROR_INVALID_HANDLE);
    check_none_comes_in(9999, ERROR_INVALID_HANDLE);
    require(fd > 2);
    ok_eq(ftruncate(fd, 2 * PAGE), 0);
    check_none_comes_in(fd, ERROR_INVALID_PARAMETER);
    ok_eq(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK), 0);
    snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
    path_fd = open(name, O_PATH | O_CLOEXEC);
    require(path_fd > 2);
    check_none_comes_in(path_fd, ERROR_INVALID_HANDLE);
    close(path_fd);
    path_fd = open(name, O_WRONLY | O_CLOEXEC);
    check_none_comes_in(path_fd, ERROR_ACCESS_DENIED);
    close(path_fd);
    close(fd);
    fd = memfd_create("empty", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    ok_eq(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK), 0);
    check_none_comes_in(fd, ERROR_INVALID_PARAMETER);
    close(fd);
    require(pipe2(ends, O_CLOEXEC) == 0);
    check_none_comes_in(ends[0], ERROR_INVALID_HANDLE);
    close(ends[0]);
    close(ends[1]);
    fd = open(test_dir(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    check_none_comes_in(fd, ERROR_INVALID_HANDLE);
    close(fd);
}

TEST(foreign_memory_becomes_a_section, "")
{
    int fd = memfd_create("foreign", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    volatile uint32_t *words;
    HANDLE section;

    require(fd > 2);
    ok_eq(ftruncate(fd, 2 * PAGE + 100), 0);
    ok_eq(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW), 0);
    ok_eq(pwrite(fd, "\x21\0\0\0", 4, PAGE), 4);
    section = ntshm_handle_from_fd(fd, FALSE);
    require(section != NULL);
    ok_eq(section_size(section), 3 * PAGE);
    words = map_words(section);
    ok_eq(words[PAGE / 4], 0x21);
    words[0] = 8;
    drop(section, words);
    /* Sealed against writing it is read only, however it is open. */
    ok_eq(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), 0);
    section = ntshm_handle_from_fd(fd, FALSE);
    require(section != NULL);
    check_map_fails(section, FILE_MAP_WRITE, ERROR_ACCESS_DENIED);
    words = (volatile uint32_t *)MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    require(words != NULL);
    ok_eq(words[0], 8);
    drop(section, words);
    close(fd);
}

/* Code that knows nothing of handles uses it. */
TEST(a_descriptor_is_plain_memory_for_others, "")
{
    HANDLE section = section_of(PAGE_READWRITE, PAGE);
    volatile uint32_t *words = map_words(section);
    int fd = ntshm_handle_to_fd(section, FILE_MAP_WRITE), status = -1;
    pid_t pid;

    require(fd > 2);
    pid = fork();
    if (pid == 0) {
        uint32_t *plain = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

        if (plain == MAP_FAILED)
            _exit(1);
        plain[2] = 41;
        _exit(ftruncate(fd, 0) == 0); /* nobody can */
    }
    require(pid > 0);
    while (waitpid(pid, &status, 0) < 0)
        ;
    ok_eq(status, 0);
    ok_eq(words[2], 41);
    close(fd);
    drop(section, words);
}
#endif
