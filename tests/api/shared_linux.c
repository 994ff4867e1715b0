// SPDX-License-Identifier: MIT
/*
 * What stands behind ID3D12Device::CreateSharedHandle: objects of the one name space that carry
 * descriptors. How they are made, named, opened, listed and compared, and what they give to whom.
 */
#ifndef _WIN32
#    include "api/kinds_kit.h"
#    include "api/shared_kit_linux.h"

#    include <fcntl.h>
#    include <poll.h>
#    include <string.h>
#    include <sys/eventfd.h>
#    include <sys/socket.h>
#    include <sys/stat.h>
#    include <unistd.h>

#    include <ntshm/ntshm.h>

#    define ALL NTSHM_SHARED_ALL_ACCESS

/* --- what goes in comes out ------------------------------------------------------------------ */

static void check_carried(const wchar_t *name)
{
    struct ntshm_shared made = {.type = NTSHM_SHARED_FENCE, .n_fds = 3}, taken, again;
    HANDLE handle;

    made.fds[0] = shared_memory(7);
    require(pipe2(&made.fds[1], O_CLOEXEC) == 0);
    SetLastError(99);
    handle = ntshm_create_sharedW(NULL, name, &made);
    ok_error(0);
    require(handle != NULL);
    ok_eq(shared_word(made.fds[0]), 7); /* they stay the caller's */
    require(ntshm_take_shared(handle, &taken));
    require(ntshm_take_shared(handle, &again));
    ok_eq(taken.type, NTSHM_SHARED_FENCE);
    ok_eq(taken.n_fds, 3);
    for (UINT i = 0; i < 3; i++) {
        ok(taken.fds[i] > 2 && again.fds[i] != taken.fds[i]);
        ok_eq(fcntl(taken.fds[i], F_GETFD), FD_CLOEXEC);
        ok(shared_is_same(taken.fds[i], made.fds[i]));
        ok_eq(fcntl(taken.fds[i], F_GETFL) & O_ACCMODE, fcntl(made.fds[i], F_GETFL) & O_ACCMODE);
    }
    shared_put_word(again.fds[0], 8);
    ok_eq(shared_word(made.fds[0]), 8);
    shared_drop(&made);
    ok_succeeds(CloseHandle(handle));
    ok_eq(shared_word(taken.fds[0]), 8); /* what was taken lives on its own (D17.3) */
    shared_drop(&taken);
    shared_drop(&again);
}

TEST(what_was_put_in_comes_out_as_often_as_it_is_asked, "D12.9 D13.4 D17.3")
{
    check_carried(NULL);
    check_carried(L_("carried"));
    check_carried(L_("Global\\carried"));
}

TEST(one_descriptor_is_enough_and_more_than_three_are_too_many, "")
{
    struct ntshm_shared shared = {.type = NTSHM_SHARED_RESOURCE}, taken;
    HANDLE handle;

    for (UINT n = 0; n < 3; n++)
        shared.fds[n] = shared_memory(n + 1);
    for (UINT n = 0; n <= 4; n++) {
        const wchar_t *names[] = {NULL, L_("number")};

        for (unsigned named = 0; named < 2; named++) {
            shared.n_fds = n;
            if (n < 1 || n > 3) {
                ok_fails(ntshm_create_sharedW(NULL, names[named], &shared),
                         ERROR_INVALID_PARAMETER);
                continue;
            }
            handle = ntshm_create_sharedW(NULL, names[named], &shared);
            require(handle && ntshm_take_shared(handle, &taken));
            ok_eq(taken.n_fds, n);
            for (UINT i = 0; i < n; i++)
                ok_eq(shared_word(taken.fds[i]), i + 1);
            shared_drop(&taken);
            ok_succeeds(CloseHandle(handle));
        }
    }
    shared.n_fds = 3;
    shared_drop(&shared);
}

TEST(what_is_no_shared_object_is_refused, "")
{
    struct ntshm_shared shared = {.type = NTSHM_SHARED_RESOURCE, .n_fds = 1}, taken;
    int sockets[2], closed, good = shared_memory(1);
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    const wchar_t *names[] = {NULL, L_("refused")};

    require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0);
    closed = dup(good);
    close(closed);
    const int bad[] = {-1,
                       closed,
                       sockets[0],
                       eventfd(0, EFD_CLOEXEC),
                       open("/", O_RDONLY),
                       open("/", O_PATH),
                       open("/dev/null", O_RDWR)};

    for (unsigned named = 0; named < 2; named++) {
        for (size_t i = 0; i < ARRAYSIZE(bad); i++) {
            test_note("descriptor %zu", i);
            shared.fds[0] = bad[i];
            ok_fails(ntshm_create_sharedW(NULL, names[named], &shared), ERROR_INVALID_PARAMETER);
        }
        shared.fds[0] = good;
        shared.type = 0;
        ok_fails(ntshm_create_sharedW(NULL, names[named], &shared), ERROR_INVALID_PARAMETER);
        shared.type = 3;
        ok_fails(ntshm_create_sharedW(NULL, names[named], &shared), ERROR_INVALID_PARAMETER);
        shared.type = NTSHM_SHARED_RESOURCE;
    }
    ok_fails(ntshm_create_sharedW(NULL, NULL, NULL), ERROR_INVALID_PARAMETER);
    ok_fails(ntshm_open_sharedW(GENERIC_ALL, FALSE, NULL), ERROR_INVALID_PARAMETER);
    ok_fails(ntshm_take_shared(event, &taken), ERROR_INVALID_HANDLE);
    ok_fails(ntshm_take_shared(NULL, &taken), ERROR_INVALID_HANDLE);
    ok_fails(ntshm_take_shared(GetCurrentProcess(), &taken), ERROR_INVALID_HANDLE);
    ok_fails(ntshm_take_shared(event, NULL), ERROR_INVALID_PARAMETER);
    for (size_t i = 3; i < ARRAYSIZE(bad); i++)
        close(bad[i]);
    close(sockets[0]);
    close(sockets[1]);
    close(good);
    ok_succeeds(CloseHandle(event));
}

/* --- names ------------------------------------------------------------------------------------ */

TEST(a_name_that_is_taken_is_an_error_in_both_directions, "D12.7 D12.10")
{
    struct ntshm_shared shared = {
        .type = NTSHM_SHARED_RESOURCE, .n_fds = 1, .fds = {shared_memory(1)}};
    const wchar_t *name = L_("taken");
    HANDLE handle = shared_new(name, NTSHM_SHARED_FENCE, 5), other;

    ok_fails(ntshm_create_sharedW(NULL, name, &shared), ERROR_ALREADY_EXISTS);
    ok_fails(CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, name),
             ERROR_INVALID_HANDLE);
    ok_fails(CreateEventW(NULL, TRUE, FALSE, name), ERROR_INVALID_HANDLE);
    ok_fails(CreateMutexW(NULL, FALSE, name), ERROR_INVALID_HANDLE);
    ok_fails(CreateSemaphoreW(NULL, 0, 1, name), ERROR_INVALID_HANDLE);
    ok_fails(CreateWaitableTimerW(NULL, TRUE, name), ERROR_INVALID_HANDLE);
    ok_fails(CreateJobObjectW(NULL, name), ERROR_INVALID_HANDLE);
    ok_fails(OpenFileMappingW(FILE_MAP_READ, FALSE, name), ERROR_INVALID_HANDLE);
    ok_fails(OpenEventW(SYNCHRONIZE, FALSE, name), ERROR_INVALID_HANDLE);
    ok_eq(shared_read(handle), 5);
    ok_succeeds(CloseHandle(handle));
    for (unsigned kind = 0; kind < 2; kind++) {
        other =
            kind ? CreateEventW(NULL, TRUE, FALSE, name) : new_section(name, PAGE_READWRITE, PAGE);
        require(other != NULL);
        ok_fails(ntshm_create_sharedW(NULL, name, &shared), ERROR_INVALID_HANDLE);
        ok_fails(ntshm_open_sharedW(GENERIC_ALL, FALSE, name), ERROR_INVALID_HANDLE);
        ok_succeeds(CloseHandle(other));
    }
    handle = ntshm_create_sharedW(NULL, name, &shared);
    ok_eq(shared_read(handle), 1);
    ok_succeeds(CloseHandle(handle));
    shared_drop(&shared);
}

TEST(names_are_of_one_case_and_at_most_260_units, "D12.7 D12.8")
{
    struct ntshm_shared shared = {
        .type = NTSHM_SHARED_RESOURCE, .n_fds = 1, .fds = {shared_memory(3)}};
    wchar_t name[MAX_PATH + 2];
    size_t n = wcslen(wcscpy(name, L_("long")));
    HANDLE handle, other;

    for (; n < MAX_PATH; n++)
        name[n] = L'n';
    name[n] = 0;
    handle = ntshm_create_sharedW(NULL, name, &shared);
    require(handle != NULL);
    name[MAX_PATH - 1] = L'N';
    ok_fails(ntshm_open_sharedW(GENERIC_ALL, FALSE, name), ERROR_FILE_NOT_FOUND);
    other = ntshm_create_sharedW(NULL, name, &shared);
    ok(other != NULL);
    ok_succeeds(CloseHandle(other));
    name[MAX_PATH - 1] = L'n';
    name[MAX_PATH] = L'n';
    name[MAX_PATH + 1] = 0;
    ok_fails(ntshm_create_sharedW(NULL, name, &shared), ERROR_FILENAME_EXCED_RANGE);
    ok_fails(ntshm_open_sharedW(GENERIC_ALL, FALSE, name), ERROR_FILENAME_EXCED_RANGE);
    /* What takes two units counts twice. */
    name[MAX_PATH] = 0;
    name[MAX_PATH - 1] = 0x1F600;
    ok_fails(ntshm_create_sharedW(NULL, name, &shared), ERROR_FILENAME_EXCED_RANGE);
    ok_succeeds(CloseHandle(handle));
    ok_fails(ntshm_create_sharedW(NULL, L"no\\directory", &shared), ERROR_PATH_NOT_FOUND);
    ok_fails(ntshm_create_sharedW(NULL, L"Global\\no\\directory", &shared), ERROR_PATH_NOT_FOUND);
    shared_drop(&shared);
}

TEST(an_empty_name_is_none, "")
{
    HANDLE one = shared_new(L"", NTSHM_SHARED_FENCE, 1), two;

    two = shared_new(L"", NTSHM_SHARED_FENCE, 2);
    ok_eq(shared_read(one), 1);
    ok_eq(shared_read(two), 2);
    ok_fails(CompareObjectHandles(one, two), ERROR_NOT_SAME_OBJECT);
    ok_succeeds(CloseHandle(one));
    ok_succeeds(CloseHandle(two));
}

/* Local\ is the plain name; Global\ is another place where sessions are. */
TEST(prefixes_lead_where_they_lead_all_objects, "D12.7")
{
    const wchar_t *plain = L_("prefix");
    wchar_t local[128] = L"Local\\";
    HANDLE handle = shared_new(plain, NTSHM_SHARED_RESOURCE, 11), other;

    other = ntshm_open_sharedW(GENERIC_ALL, FALSE, wcscat(local, plain));
    ok_eq(shared_read(other), 11);
    ok_succeeds(CompareObjectHandles(handle, other));
    ok_succeeds(CloseHandle(other));
    ok_succeeds(CloseHandle(handle));
}

TEST(the_name_belongs_to_handles_and_the_memory_to_what_was_taken, "D17.1 D17.2")
{
    const wchar_t *name = L_("name");
    HANDLE handle = shared_new(name, NTSHM_SHARED_RESOURCE, 21), other;
    struct ntshm_shared taken;

    require(ntshm_take_shared(handle, &taken));
    other = ntshm_open_sharedW(GENERIC_ALL, FALSE, name);
    ok_succeeds(CloseHandle(handle));
    handle = ntshm_open_sharedW(GENERIC_ALL, FALSE, name);
    ok_eq(shared_read(handle), 21);
    ok_succeeds(CloseHandle(handle));
    ok_succeeds(CloseHandle(other));
    ok_fails(ntshm_open_sharedW(GENERIC_ALL, FALSE, name), ERROR_FILE_NOT_FOUND);
    /* It can be shared again under the same name. */
    handle = ntshm_create_sharedW(NULL, name, &taken);
    ok_eq(shared_read(handle), 21);
    ok_succeeds(CloseHandle(handle));
    shared_drop(&taken);
}

/* With the last handle goes what the broker kept: the other end of a pipe hears of it. */
TEST(nothing_is_kept_when_the_last_handle_is_closed, "D17.1")
{
    for (unsigned named = 0; named < 2; named++) {
        struct ntshm_shared shared = {.type = NTSHM_SHARED_FENCE, .n_fds = 1};
        struct pollfd poll_fd = {.events = 0};
        HANDLE handle, other;
        int ends[2];

        require(pipe2(ends, O_CLOEXEC) == 0);
        shared.fds[0] = ends[0];
        poll_fd.fd = ends[1];
        handle = ntshm_create_sharedW(NULL, named ? L_("kept") : NULL, &shared);
        require(handle != NULL);
        close(ends[0]);
        require(DuplicateHandle(GetCurrentProcess(), handle, GetCurrentProcess(), &other, 0, FALSE,
                                DUPLICATE_SAME_ACCESS));
        ok_succeeds(CloseHandle(handle));
        ok(poll(&poll_fd, 1, 0) <= 0); /* a signal is no answer */
        ok_succeeds(CloseHandle(other));
        ok(test_until(poll(&poll_fd, 1, 10) == 1 && (poll_fd.revents & POLLERR), 20000));
        close(ends[1]);
    }
}

/* --- rights ----------------------------------------------------------------------------------- */

TEST(all_rights_or_none, "D12.5 D14.1")
{
    const wchar_t *name = L_("rights");
    HANDLE handle = shared_new(name, NTSHM_SHARED_RESOURCE, 31), less, wide;
    struct ntshm_shared taken;

    ok_eq(granted_of(handle), ALL);
    ok_fails(ntshm_open_sharedW(0, FALSE, name), ERROR_ACCESS_DENIED);
    ok_fails(ntshm_open_sharedW(SYNCHRONIZE, FALSE, name), ERROR_ACCESS_DENIED);
    ok_fails(ntshm_open_sharedW(0x4, FALSE, name), ERROR_ACCESS_DENIED);
    wide = ntshm_open_sharedW(GENERIC_ALL, FALSE, name);
    ok_eq(granted_of(wide), ALL);
    ok_succeeds(CloseHandle(wide));
    wide = ntshm_open_sharedW(MAXIMUM_ALLOWED, FALSE, name);
    ok_eq(granted_of(wide), ALL);
    ok_succeeds(CloseHandle(wide));
    for (unsigned i = 0; i < 2; i++) {
        less = ntshm_open_sharedW(i ? 0x3 : READ_CONTROL | DELETE, FALSE, name);
        require(less != NULL);
        memset(&taken, 0x55, sizeof(taken));
        ok_fails(ntshm_take_shared(less, &taken), ERROR_ACCESS_DENIED);
        ok_eq(taken.n_fds, 0x55555555);
        /* Whom the descriptor lets do everything gets it by asking (12.10). */
        require(DuplicateHandle(GetCurrentProcess(), less, GetCurrentProcess(), &wide, GENERIC_ALL,
                                FALSE, 0));
        ok_eq(shared_read(wide), 31);
        ok_succeeds(CompareObjectHandles(wide, handle));
        ok_succeeds(CloseHandle(wide));
        ok_succeeds(CloseHandle(less));
    }
    ok_succeeds(CloseHandle(handle));
}

TEST(an_unnamed_one_too, "D12.5")
{
    HANDLE handle = shared_new(NULL, NTSHM_SHARED_RESOURCE, 32), less, wide;
    struct ntshm_shared taken;

    require(DuplicateHandle(GetCurrentProcess(), handle, GetCurrentProcess(), &less, READ_CONTROL,
                            FALSE, 0));
    ok_fails(ntshm_take_shared(less, &taken), ERROR_ACCESS_DENIED);
    require(DuplicateHandle(GetCurrentProcess(), less, GetCurrentProcess(), &wide, GENERIC_ALL,
                            FALSE, 0));
    ok_eq(shared_read(wide), 32);
    ok_succeeds(CompareObjectHandles(wide, handle));
    ok_succeeds(CloseHandle(wide));
    ok_succeeds(CloseHandle(less));
    ok_succeeds(CloseHandle(handle));
}

/* --- what others tell of it ------------------------------------------------------------------- */

TEST(the_type_has_the_name_that_it_has_on_windows, "D12.10")
{
    for (unsigned named = 0; named < 2; named++) {
        const wchar_t *name = named ? L_("type") : NULL;
        HANDLE handle = shared_new(name, NTSHM_SHARED_RESOURCE, 1), other;

        ok_wstr_eq(type_of(handle), L"DxgkSharedResource");
        ok_succeeds(CloseHandle(handle));
        handle = shared_new(name, NTSHM_SHARED_FENCE, 1);
        ok_wstr_eq(type_of(handle), L"DxgkSharedSyncObject");
        if (named) {
            other = ntshm_open_sharedW(GENERIC_ALL, TRUE, name);
            ok_wstr_eq(type_of(other), L"DxgkSharedSyncObject");
            ok_succeeds(CompareObjectHandles(handle, other));
            ok_succeeds(CloseHandle(other));
        }
        ok_fails(CompareObjectHandles(handle, GetCurrentProcess()), ERROR_NOT_SAME_OBJECT);
        ok_eq(WaitForSingleObject(handle, 0), WAIT_FAILED); /* nothing one could wait for */
        ok_succeeds(CloseHandle(handle));
    }
}

static const wchar_t *listed_type(HANDLE directory, const wchar_t *leaf)
{
    static union {
        OBJECT_DIRECTORY_INFORMATION entry;
        char bytes[4096];
    } answer;
    ULONG context = 0, length;

    while (NT_SUCCESS(NtQueryDirectoryObject(directory, &answer, sizeof(answer), TRUE, FALSE,
                                             &context, &length))) {
        if (wcscmp(answer.entry.Name.Buffer, leaf) == 0)
            return answer.entry.TypeName.Buffer;
    }
    return L"";
}

TEST(a_directory_lists_each_with_its_type, "D12.10 11.30")
{
    wchar_t name[128] = L"Global\\";
    UNICODE_STRING path = nt_path(L_("listed"));
    OBJECT_ATTRIBUTES attributes = nt_attributes(&path, 0);
    HANDLE directory = NULL, resource, fence, opened;
    size_t n;

    ok_status(NtCreateDirectoryObject(&directory, DIRECTORY_ALL_ACCESS, &attributes),
              STATUS_SUCCESS);
    n = wcslen(wcscat(wcscat(name, L_("listed")), L"\\"));
    resource = shared_new(wcscpy(name + n, L"heap") - n, NTSHM_SHARED_RESOURCE, 1);
    fence = shared_new(wcscpy(name + n, L"fence") - n, NTSHM_SHARED_FENCE, 2);
    ok_wstr_eq(listed_type(directory, L"heap"), L"DxgkSharedResource");
    ok_wstr_eq(listed_type(directory, L"fence"), L"DxgkSharedSyncObject");
    opened = ntshm_open_sharedW(GENERIC_ALL, FALSE, name);
    ok_eq(shared_read(opened), 2);
    ok_succeeds(CloseHandle(opened));
    ok_succeeds(CloseHandle(fence));
    ok_succeeds(CloseHandle(resource));
    ok_succeeds(CloseHandle(directory));
}

/* --- the memory of sections ------------------------------------------------------------------- */

static void check_memory(HANDLE section, uint64_t size)
{
    volatile uint32_t *words = map_words(section);
    struct stat status;
    struct ntshm_kept_memory kept;
    int fd = -1;

    ok_succeeds(ntshm_keep_memory(section, &kept));
    require(kept.fd > 2);
    ok_eq(kept.size, size);
    ok_succeeds(ntshm_dup_memory(&kept, &fd));
    require(fd > 2 && fd != kept.fd);
    /* Whoever gets it next opens it anew only when he is its user. */
    ok(fstat(fd, &status) == 0 && !(status.st_mode & 0022), "mode %o", status.st_mode & 0777u);
    ok_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
    words[1] = 0;
    words[0] = 41;
    ok_eq(shared_word(fd), 41);
    shared_put_word(fd, 42);
    ok_eq(words[0], 42);
    close(fd);
    drop(section, words);
    /* Neither handle nor view is left, and the memory is still there. */
    ok_eq(shared_word(kept.fd), 42);
    shared_put_word(kept.fd, 43);
    fd = kept.fd;
    ntshm_drop_memory(&kept);
    ok(kept.section == NULL && kept.fd == -1);
    ok(fcntl(fd, F_GETFD) < 0 && errno == EBADF);
    ntshm_drop_memory(&kept);
}

TEST(the_memory_under_a_section, "D15.6")
{
    char path[512];
    struct ntshm_kept_memory kept = {.fd = -1};
    HANDLE file, section;
    int fd;

    check_memory(new_section(NULL, PAGE_READWRITE, 3 * PAGE), 3 * PAGE);
    check_memory(new_section(L_("memory"), PAGE_EXECUTE_READWRITE, PAGE), PAGE);
    snprintf(path, sizeof(path), "%s/file", test_dir());
    file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    require(file != INVALID_HANDLE_VALUE);
    for (unsigned named = 0; named < 2; named++) {
        section =
            CreateFileMappingW(file, NULL, PAGE_READWRITE, 0, 5000, named ? L_("file") : NULL);
        require(section != NULL);
        check_memory(section, 5000);
    }
    /* Only what may be written. */
    section = CreateFileMappingW(file, NULL, PAGE_READONLY, 0, 0, NULL);
    ok_fails(ntshm_keep_memory(section, &kept), ERROR_ACCESS_DENIED);
    drop(section, NULL);
    section = CreateFileMappingW(file, NULL, PAGE_WRITECOPY, 0, 0, NULL);
    ok_fails(ntshm_keep_memory(section, &kept), ERROR_ACCESS_DENIED);
    drop(section, NULL);
    drop(file, NULL);
    for (unsigned named = 0; named < 2; named++) {
        const wchar_t *name = named ? L_("readable") : NULL;
        HANDLE reader;

        section = new_section(name, PAGE_READWRITE, PAGE);
        reader = with_rights(section, FILE_MAP_READ | SECTION_QUERY);
        ok_fails(ntshm_keep_memory(reader, &kept), ERROR_ACCESS_DENIED);
        drop(reader, NULL);
        ok_fails(ntshm_keep_memory(section, NULL), ERROR_INVALID_PARAMETER);
        ok_fails(ntshm_dup_memory(&kept, &fd), ERROR_INVALID_PARAMETER);
        drop(section, NULL);
    }
    ok_fails(ntshm_keep_memory(NULL, &kept), ERROR_INVALID_HANDLE);
}

TEST(memory_that_is_reserved_grows_as_it_is_committed, "D15.8")
{
    HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | SEC_RESERVE, 0,
                                        (DWORD)(4 * PAGE), NULL);
    char *view = (char *)MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, 0);
    struct ntshm_kept_memory kept;
    int fd;

    require(section && view);
    ok_succeeds(ntshm_keep_memory(section, &kept));
    fd = kept.fd;
    ok_eq(kept.size, 4 * PAGE);
    ok_eq(lseek(fd, 0, SEEK_END), 0);
    ok_ptr_eq(VirtualAlloc(view, 4 * PAGE, MEM_COMMIT, PAGE_READWRITE), view);
    ok(lseek(fd, 0, SEEK_END) >= (off_t)(4 * PAGE));
    *(uint32_t *)(void *)view = 43;
    ok_eq(shared_word(fd), 43);
    ntshm_drop_memory(&kept);
    drop(section, view);
}

/* The memory lives as long as the descriptor, and is nobody else's. */
TEST(the_memory_of_a_section_keeps_neither_name_nor_handle, "D15.6")
{
    HANDLE section = new_section(L_("gone"), PAGE_READWRITE, PAGE);
    struct ntshm_kept_memory kept;
    struct stat status;
    int fd = -1;

    require(ntshm_keep_memory(section, &kept));
    shared_put_word(kept.fd, 44);
    drop(section, NULL);
    check_open_fails(L_("gone"), FILE_MAP_READ, ERROR_FILE_NOT_FOUND);
    ok_eq(shared_word(kept.fd), 44);
    ok_succeeds(ntshm_dup_memory(&kept, &fd));
    ntshm_drop_memory(&kept);
    ok_eq(shared_word(fd), 44);
    close(fd);
    /* Memory of this process's own is closed to other users before it leaves. */
    section = new_section(NULL, PAGE_READWRITE, PAGE);
    require(ntshm_keep_memory(section, &kept) && ntshm_dup_memory(&kept, &fd));
    ntshm_drop_memory(&kept);
    ok_eq(fstat(fd, &status), 0);
    ok_eq(status.st_mode & 0777, 0600);
    close(fd);
    drop(section, NULL);
}
#endif
