// SPDX-License-Identifier: MIT
/*
 * lib/object/parcel: what goes into a parcel comes out again as the same object with the same
 * rights and no more; and of what a stranger makes up nothing is left, no descriptor either.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ntstatus.h>

#include "harness/test.h"
#include "lib/file/file.h"
#include "lib/memory/region.h"
#include "lib/memory/reserve.h"
#include "lib/memory/section.h"
#include "lib/object/parcel.h"
#include "lib/process/lock.h"
#include "lib/security/token.h"
#include "lib/security/token-object.h"
#include "os/os.h"
#include "util/macro.h"

#define PAGE 4096u

static HANDLE section_of(ULONG protection, ULONG attributes, uint64_t size, HANDLE file)
{
    const struct nt_section_parameters parameters = {
        .size = size,
        .protection = protection,
        .attributes = attributes,
        .access = SECTION_ALL_ACCESS,
        .file = file,
    };
    HANDLE handle = NULL;

    require(NT_SUCCESS(nt_section_create(NULL, &parameters, &handle)));
    return handle;
}

/* A parcel of what @handle stands for. */
static struct nt_parcel pack(HANDLE handle, ACCESS_MASK access)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *object = NULL;
    struct nt_parcel parcel;

    require(NT_SUCCESS(nt_handle_get(handle, NULL, 0, &object, NULL)));
    ok_status(nt_parcel_pack(object, access, OBJ_INHERIT, &parcel), STATUS_SUCCESS);
    return parcel;
}

/* As pack(), but of what is not packed with success. */
static NTSTATUS try_unpack(const struct nt_parcel *parcel, size_t size,
                           struct nt_object **ret_object, ACCESS_MASK *ret_access,
                           ULONG *ret_attributes)
{
    int fds[NT_PARCEL_FDS];

    for (size_t i = 0; i < parcel->n_fds; i++)
        require(nt_os_dup(parcel->fds[i], &fds[i]) == 0);
    return nt_parcel_unpack(parcel->bytes, size, fds, parcel->n_fds, ret_object, ret_access,
                            ret_attributes);
}

static HANDLE unpack(const struct nt_parcel *parcel, ACCESS_MASK access)
{
    struct nt_object *object = NULL;
    ACCESS_MASK carried = 0;
    ULONG attributes = 0;
    HANDLE handle = NULL;

    nt_move_begin();
    ok_status(try_unpack(parcel, parcel->size, &object, &carried, &attributes), STATUS_SUCCESS);
    require(object != NULL);
    ok_eq(carried, access);
    ok_eq(attributes, OBJ_INHERIT);
    ok_status(nt_handle_hand_out(object, carried, attributes, &handle), STATUS_SUCCESS);
    nt_move_end();
    return handle;
}

static HANDLE through_parcel(HANDLE handle, ACCESS_MASK access)
{
    struct nt_parcel parcel = pack(handle, access);
    HANDLE copy = unpack(&parcel, access);

    nt_parcel_deinit(&parcel);
    return copy;
}

static char *map(HANDLE section, ULONG protect)
{
    struct nt_view_request request = {.protect = protect};
    void *base = NULL;
    size_t size;

    ok_status(nt_view_map(section, &request, &base, &size), STATUS_SUCCESS);
    return base;
}

static NTSTATUS map_status(HANDLE section, ULONG protect)
{
    struct nt_view_request request = {.protect = protect};
    void *base = NULL;
    size_t size;
    NTSTATUS status = nt_view_map(section, &request, &base, &size);

    if (NT_SUCCESS(status))
        nt_view_unmap(base, 0);
    return status;
}

static struct nt_section *section_behind(HANDLE handle)
{
    struct nt_object *object = NULL;

    require(NT_SUCCESS(nt_handle_get(handle, &nt_section_type, 0, &object, NULL)));
    nt_object_close(object); /* the handle keeps it */
    return NT_CONTAINER_OF(object, struct nt_section, object);
}

/* --- sections ------------------------------------------------------------------------------- */

TEST(a_packed_section_is_the_same_memory, "12.7 12.30")
{
    HANDLE section = section_of(PAGE_READWRITE, SEC_COMMIT, 3 * PAGE, NULL);
    HANDLE copy = through_parcel(section, SECTION_ALL_ACCESS);
    char *first = map(section, PAGE_READWRITE), *second = map(copy, PAGE_READWRITE);

    require(first && second);
    first[PAGE + 5] = 'a';
    ok_eq(second[PAGE + 5], 'a');
    second[7] = 'b';
    ok_eq(first[7], 'b');
    ok_status(nt_handle_compare(section, copy), STATUS_SUCCESS);
    ok_eq(section_behind(copy)->size, 3 * PAGE);
    ok_eq(section_behind(copy)->protection, PAGE_READWRITE);
    nt_view_unmap(first, 0);
    nt_view_unmap(second, 0);
    nt_handle_close(section);
    nt_handle_close(copy);
}

TEST(a_packed_section_is_not_another_one, "12.30")
{
    HANDLE section = section_of(PAGE_READWRITE, SEC_COMMIT, PAGE, NULL);
    HANDLE other = section_of(PAGE_READWRITE, SEC_COMMIT, PAGE, NULL);
    HANDLE copy = through_parcel(section, SECTION_ALL_ACCESS);
    HANDLE more = through_parcel(copy, SECTION_QUERY);

    ok_status(nt_handle_compare(other, copy), STATUS_NOT_SAME_OBJECT);
    ok_status(nt_handle_compare(section, more), STATUS_SUCCESS);
    nt_handle_close(section);
    nt_handle_close(other);
    nt_handle_close(copy);
    nt_handle_close(more);
}

/* How a descriptor of a parcel was opened. */
static int mode_of(int fd)
{
    return fcntl(fd, F_GETFL) & O_ACCMODE;
}

TEST(what_may_only_be_read_takes_a_read_only_descriptor, "12.13")
{
    HANDLE section = section_of(PAGE_READWRITE, SEC_COMMIT, PAGE, NULL);
    struct nt_parcel parcel = pack(section, SECTION_MAP_READ | SECTION_QUERY);
    HANDLE copy = unpack(&parcel, SECTION_MAP_READ | SECTION_QUERY);
    int again;

    ok_eq(parcel.n_fds, 1);
    ok_eq(mode_of(parcel.fds[0]), O_RDONLY);
    ok_ptr_eq(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, parcel.fds[0], 0), MAP_FAILED);
    ok_eq(section_behind(copy)->write_fd, -1);
    ok_status(map_status(copy, PAGE_READONLY), STATUS_SUCCESS);
    ok_status(map_status(copy, PAGE_READWRITE), STATUS_ACCESS_DENIED);
    if (geteuid() != 0) {
        ok_eq(nt_os_reopen(parcel.fds[0], O_RDWR, &again), 0); /* one's own: courtesy */
        nt_os_close(again);
    }
    nt_parcel_deinit(&parcel);
    nt_handle_close(copy);
    nt_handle_close(section);
}

TEST(what_may_not_be_mapped_takes_no_memory, "12.9")
{
    HANDLE section = section_of(PAGE_READWRITE, SEC_COMMIT, PAGE, NULL);
    struct nt_parcel parcel = pack(section, SECTION_QUERY);
    HANDLE copy = unpack(&parcel, SECTION_QUERY);

    ok_eq(parcel.n_fds, 0);
    ok_status(map_status(copy, PAGE_READONLY), STATUS_ACCESS_DENIED);
    ok_eq(section_behind(copy)->size, PAGE);
    nt_parcel_deinit(&parcel);
    nt_handle_close(copy);
    nt_handle_close(section);
}

TEST(memory_that_leaves_is_closed_to_other_users, "")
{
    HANDLE section = section_of(PAGE_READWRITE, SEC_COMMIT, PAGE, NULL);
    struct nt_parcel parcel;
    struct stat stat;

    require(fstat(section_behind(section)->write_fd, &stat) == 0);
    ok_ne(stat.st_mode & 0777, 0600);
    parcel = pack(section, SECTION_MAP_READ);
    require(fstat(section_behind(section)->write_fd, &stat) == 0);
    ok_eq(stat.st_mode & 0777, 0600);
    nt_parcel_deinit(&parcel);
    nt_handle_close(section);
}

TEST(a_protection_that_forbids_writing_leaves_no_way_to_write, "2.23")
{
    HANDLE section = section_of(PAGE_READONLY, SEC_COMMIT, PAGE, NULL);
    struct nt_parcel parcel = pack(section, SECTION_ALL_ACCESS);
    HANDLE copy = unpack(&parcel, SECTION_ALL_ACCESS);

    ok_eq(parcel.n_fds, 1);
    ok_eq(mode_of(parcel.fds[0]), O_RDONLY);
    ok_status(map_status(copy, PAGE_READONLY), STATUS_SUCCESS);
    nt_parcel_deinit(&parcel);
    nt_handle_close(copy);
    nt_handle_close(section);
}

TEST(a_reserved_section_keeps_its_commit_state, "6.4")
{
    HANDLE section = section_of(PAGE_READWRITE, SEC_RESERVE, 16 * PAGE, NULL);
    HANDLE copy = through_parcel(section, SECTION_ALL_ACCESS);
    struct nt_section *one = section_behind(section), *other = section_behind(copy);
    uint64_t end;

    require(one->reserve && other->reserve);
    ok_status(nt_reserve_commit(other->reserve, 2, 3), STATUS_SUCCESS);
    ok(!nt_reserve_at(one->reserve, 0, 16, &end));
    ok_eq(end, 2);
    ok(nt_reserve_at(one->reserve, 2, 16, &end));
    ok_eq(end, 5);
    ok_status(nt_reserve_commit(one->reserve, 9, 1), STATUS_SUCCESS);
    ok(nt_reserve_at(other->reserve, 9, 16, &end));
    nt_handle_close(section);
    nt_handle_close(copy);
}

/* --- files and their sections --------------------------------------------------------------- */

static HANDLE new_file(const char *name, ACCESS_MASK access)
{
    static char path[4096];
    struct nt_file_request request = {
        .path = path,
        .access = access,
        .share = FILE_SHARE_READ,
        .disposition = CREATE_ALWAYS,
    };
    HANDLE handle = NULL;

    snprintf(path, sizeof(path), "%s/%s", test_dir(), name);
    require(NT_SUCCESS(nt_file_create(&request, &handle, NULL)));
    return handle;
}

static struct nt_file *file_behind(HANDLE handle)
{
    struct nt_object *object = NULL;

    require(NT_SUCCESS(nt_handle_get(handle, &nt_file_type, 0, &object, NULL)));
    nt_object_close(object);
    return NT_CONTAINER_OF(object, struct nt_file, object);
}

TEST(a_packed_file_shares_its_position, "12.7")
{
    const ACCESS_MASK access = FILE_GENERIC_READ | FILE_GENERIC_WRITE;
    HANDLE file = new_file("position", access), copy = through_parcel(file, access);
    char text[8] = "";

    require(write(file_behind(file)->fd, "abcdef", 6) == 6);
    ok_eq(lseek(file_behind(copy)->fd, 0, SEEK_CUR), 6);
    ok_eq(lseek(file_behind(copy)->fd, 2, SEEK_SET), 2);
    ok_eq(read(file_behind(file)->fd, text, 2), 2);
    ok_str_eq(text, "cd");
    ok_status(nt_handle_compare(file, copy), STATUS_SUCCESS);
    nt_handle_close(file);
    nt_handle_close(copy);
}

/* The sharing mode is told by the description, which the copy has too. */
TEST(a_packed_file_is_shared_as_it_was_opened, "16.14")
{
    const ACCESS_MASK access = FILE_GENERIC_READ | FILE_GENERIC_WRITE;
    HANDLE file = new_file("sharing", access), copy = through_parcel(file, access);
    struct nt_file_request again = {
        .path = file_behind(file)->path,
        .access = FILE_GENERIC_WRITE,
        .share = FILE_SHARE_READ | FILE_SHARE_WRITE,
        .disposition = OPEN_EXISTING,
    };
    char *path = strdup(again.path);
    HANDLE other = NULL;

    require(path != NULL);
    again.path = path;
    ok_status(nt_file_create(&again, &other, NULL), STATUS_SHARING_VIOLATION);
    nt_handle_close(file);
    ok_status(nt_file_create(&again, &other, NULL), STATUS_SHARING_VIOLATION);
    nt_handle_close(copy);
    ok_status(nt_file_create(&again, &other, NULL), STATUS_SUCCESS);
    nt_handle_close(other);
    free(path);
}

TEST(a_packed_section_of_a_file_shows_it, "1.30")
{
    const ACCESS_MASK access = FILE_GENERIC_READ | FILE_GENERIC_WRITE;
    HANDLE file = new_file("shown", access), section, copy, reader;
    char text[4] = "";
    char *view;

    section = section_of(PAGE_READWRITE, SEC_COMMIT, 100, file);
    copy = through_parcel(section, SECTION_ALL_ACCESS);
    reader = through_parcel(copy, SECTION_MAP_READ);
    nt_handle_close(section);
    ok_eq(section_behind(reader)->write_fd, -1);
    ok_eq(section_behind(reader)->size, 100);
    view = map(copy, PAGE_READWRITE);
    require(view != NULL);
    memcpy(view + 50, "xyz", 3);
    ok_eq(pread(file_behind(file)->fd, text, 3, 50), 3);
    ok_str_eq(text, "xyz");
    nt_view_unmap(view, 0);
    ok_status(map_status(reader, PAGE_READONLY), STATUS_SUCCESS);
    nt_handle_close(copy);
    /* 16.2: as long as anybody has the section. */
    ok_status(nt_file_set_size(file_behind(file), 0), STATUS_USER_MAPPED_FILE);
    nt_handle_close(reader);
    ok_status(nt_file_set_size(file_behind(file), 0), STATUS_SUCCESS);
    nt_handle_close(file);
}

/* --- tokens --------------------------------------------------------------------------------- */

static HANDLE token_handle(void)
{
    struct nt_token *token = nt_token_process();
    HANDLE handle = NULL;

    ok_status(nt_handle_hand_out(nt_token_object(token), TOKEN_ALL_ACCESS, 0, &handle),
              STATUS_SUCCESS);
    return handle;
}

TEST(a_packed_token_says_who_it_was_made_for, "13.8")
{
    HANDLE process = token_handle(), copy = through_parcel(process, TOKEN_QUERY);
    struct nt_os_credentials who, mine;
    struct nt_token *token;

    require(NT_SUCCESS(nt_token_from_handle(copy, TOKEN_QUERY, &token)));
    require(NT_SUCCESS(nt_token_who(token, &who)));
    require(nt_os_credentials_get(&mine) == 0);
    ok(nt_os_credentials_equal(&who, &mine));
    ok_eq(token->type, TokenPrimary);
    ok_eq(token->of, NT_TOKEN_MADE);
    nt_os_credentials_deinit(&who);
    nt_os_credentials_deinit(&mine);
    nt_token_closep(&token);
    nt_handle_close(copy);
    nt_handle_close(process);
}

/* --- strangers ------------------------------------------------------------------------------ */

/* Nothing but a whole parcel is one; the harness counts the descriptors. */
/* What a process of another user says of root's token. */
static int unpack_as_somebody_else(const struct nt_parcel *parcel)
{
    struct nt_object *object = NULL;
    ACCESS_MASK access;
    ULONG attributes;
    NTSTATUS status;

    if (setresuid(4711, 4711, 4711) != 0)
        return 1;
    nt_move_begin();
    status = try_unpack(parcel, parcel->size, &object, &access, &attributes);
    nt_move_end();
    return status == STATUS_ACCESS_DENIED ? 0 : 2;
}

TEST(a_token_that_speaks_of_another_user_is_refused, "13.8")
{
    struct nt_parcel parcel;
    HANDLE token = NULL;
    int how = -1;
    pid_t pid;

    if (geteuid() != 0) {
        skip("takes root");
        return;
    }
    token = token_handle();
    parcel = pack(token, TOKEN_QUERY);
    pid = fork();
    if (pid == 0)
        _exit(unpack_as_somebody_else(&parcel));
    while (waitpid(pid, &how, 0) < 0)
        ;
    ok_eq(how, 0);
    nt_parcel_deinit(&parcel);
    nt_handle_close(token);
}

TEST(a_cut_parcel_is_none, "")
{
    HANDLE section = section_of(PAGE_READWRITE, SEC_COMMIT, PAGE, NULL);
    struct nt_parcel parcel = pack(section, SECTION_ALL_ACCESS);
    struct nt_object *object = NULL;
    ACCESS_MASK access;
    ULONG attributes;

    for (size_t size = 0; size < parcel.size; size++)
        ok_status(try_unpack(&parcel, size, &object, &access, &attributes), STATUS_DATA_ERROR);
    ok_ptr_eq(object, NULL);
    nt_parcel_deinit(&parcel);
    nt_handle_close(section);
}

static NTSTATUS unpack_with(const struct nt_parcel *parcel, int fd)
{
    struct nt_object *object = NULL;
    ACCESS_MASK access;
    ULONG attributes;
    int fds[1] = {fd};
    NTSTATUS status =
        nt_parcel_unpack(parcel->bytes, parcel->size, fds, 1, &object, &access, &attributes);

    ok_eq(fds[0], -1);
    nt_object_close(object);
    return status;
}

/* A section's memory must be memory that nobody can shorten, and large enough. */
TEST(a_section_over_other_memory_is_refused, "")
{
    HANDLE section = section_of(PAGE_READWRITE, SEC_COMMIT, 2 * PAGE, NULL);
    struct nt_parcel parcel = pack(section, SECTION_ALL_ACCESS);
    int fd, ends[2];

    require(parcel.n_fds == 1);
    fd = memfd_create("open", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    require(fd >= 0 && ftruncate(fd, 2 * PAGE) == 0);
    ok_status(unpack_with(&parcel, fd), STATUS_DATA_ERROR);
    require(nt_os_memfd_new("short", PAGE, 0, &fd) == 0);
    ok_status(unpack_with(&parcel, fd), STATUS_DATA_ERROR);
    require(pipe2(ends, O_CLOEXEC) == 0);
    close(ends[1]);
    ok_status(unpack_with(&parcel, ends[0]), STATUS_DATA_ERROR);
    ok_status(unpack_with(&parcel, open("/dev/null", O_RDWR | O_CLOEXEC)), STATUS_DATA_ERROR);
    ok_status(unpack_with(&parcel, -1), STATUS_DATA_ERROR);
    require(nt_os_memfd_new("good", 2 * PAGE, 0, &fd) == 0);
    ok_status(unpack_with(&parcel, fd), STATUS_SUCCESS);
    nt_parcel_deinit(&parcel);
    nt_handle_close(section);
}

/* Rights that there are not, and a file's that its description has not. */
TEST(rights_that_nobody_can_have_are_refused, "")
{
    enum { ACCESS_AT = 8, MARKS_FROM_THE_END = 16 }; /* of a file, before its descriptor's mark */
    HANDLE file = new_file("rights", FILE_GENERIC_READ);
    struct nt_parcel parcel = pack(file, FILE_GENERIC_READ);
    const uint32_t wrong[] = {FILE_GENERIC_READ | 0x2000, FILE_GENERIC_READ | FILE_WRITE_DATA};
    const uint32_t right = FILE_GENERIC_READ;
    struct nt_object *object = NULL;
    ACCESS_MASK access;
    ULONG attributes;

    /* Whoever made the file may write it. */
    nt_os_close(parcel.fds[0]);
    parcel.fds[0] = open(file_behind(file)->path, O_RDONLY | O_CLOEXEC);
    require(parcel.fds[0] > 2);
    nt_move_begin();
    for (size_t i = 0; i < 2; i++) {
        memcpy(parcel.bytes + ACCESS_AT, &wrong[i], sizeof(wrong[i]));
        ok_status(try_unpack(&parcel, parcel.size, &object, &access, &attributes),
                  STATUS_DATA_ERROR);
    }
    memcpy(parcel.bytes + ACCESS_AT, &right, sizeof(right));
    parcel.bytes[parcel.size - MARKS_FROM_THE_END + 3] = 0x80;
    ok_status(try_unpack(&parcel, parcel.size, &object, &access, &attributes), STATUS_DATA_ERROR);
    parcel.bytes[parcel.size - MARKS_FROM_THE_END + 3] = 0;
    if (ok_status(try_unpack(&parcel, parcel.size, &object, &access, &attributes), STATUS_SUCCESS))
        nt_object_close(object);
    nt_move_end();
    nt_parcel_deinit(&parcel);
    nt_handle_close(file);
}

/* What is read and what is written is one memory: only one of them is looked at. */
TEST(a_reader_of_other_memory_is_refused, "")
{
    HANDLE section = section_of(PAGE_READWRITE, SEC_COMMIT, PAGE, NULL);
    HANDLE other = section_of(PAGE_READWRITE, SEC_COMMIT, PAGE, NULL);
    struct nt_parcel parcel = pack(section, SECTION_ALL_ACCESS);
    struct nt_object *object = NULL;
    ACCESS_MASK access;
    ULONG attributes;

    require(parcel.n_fds == 1 && parcel.size > 32);
    parcel.bytes[parcel.size - 24] = 1; /* a reader comes, too */
    parcel.fds[1] = parcel.fds[0];
    parcel.n_fds = 2;
    nt_move_begin();
    require(nt_os_reopen(section_behind(other)->write_fd, O_RDONLY, &parcel.fds[0]) == 0);
    ok_status(try_unpack(&parcel, parcel.size, &object, &access, &attributes), STATUS_DATA_ERROR);
    nt_os_close(parcel.fds[0]);
    require(nt_os_reopen(section_behind(section)->write_fd, O_RDONLY, &parcel.fds[0]) == 0);
    if (ok_status(try_unpack(&parcel, parcel.size, &object, &access, &attributes), STATUS_SUCCESS))
        nt_object_close(object);
    nt_move_end();
    nt_parcel_deinit(&parcel);
    nt_handle_close(section);
    nt_handle_close(other);
}

/* What is no lease is closed at the end all the same, and a socket may linger. */
TEST(a_socket_is_no_lease, "")
{
    HANDLE section = section_of(PAGE_READWRITE, SEC_COMMIT, PAGE, NULL);
    struct nt_parcel parcel = pack(section, SECTION_ALL_ACCESS);
    struct nt_object *object = NULL;
    ACCESS_MASK access;
    ULONG attributes;
    int sockets[2], pipes[2];

    /* A lease, a reader, a writer and a map may come; there is a writer only. */
    require(parcel.n_fds == 1 && parcel.size > 32);
    parcel.bytes[parcel.size - 32] = 1;
    require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0);
    require(pipe2(pipes, O_CLOEXEC) == 0);
    parcel.fds[1] = parcel.fds[0];
    parcel.n_fds = 2;
    parcel.fds[0] = sockets[0];
    nt_move_begin();
    ok_status(try_unpack(&parcel, parcel.size, &object, &access, &attributes), STATUS_DATA_ERROR);
    parcel.fds[0] = pipes[0];
    if (ok_status(try_unpack(&parcel, parcel.size, &object, &access, &attributes), STATUS_SUCCESS))
        nt_object_close(object);
    nt_move_end();
    close(sockets[0]);
    close(sockets[1]);
    close(pipes[1]);
    nt_parcel_deinit(&parcel);
    nt_handle_close(section);
}

TEST(too_many_descriptors_are_closed, "")
{
    HANDLE section = section_of(PAGE_READWRITE, SEC_COMMIT, PAGE, NULL);
    struct nt_parcel parcel = pack(section, SECTION_ALL_ACCESS);
    struct nt_object *object = NULL;
    ACCESS_MASK access;
    ULONG attributes;
    int fds[NT_PARCEL_FDS + 1];

    for (size_t i = 0; i <= NT_PARCEL_FDS; i++)
        require(nt_os_dup(parcel.fds[0], &fds[i]) == 0);
    ok_status(nt_parcel_unpack(parcel.bytes, parcel.size, fds, 2, &object, &access, &attributes),
              STATUS_DATA_ERROR);
    for (size_t i = 0; i < 2; i++)
        require(nt_os_dup(parcel.fds[0], &fds[i]) == 0);
    ok_status(nt_parcel_unpack(parcel.bytes, parcel.size, fds, NT_PARCEL_FDS + 1, &object, &access,
                               &attributes),
              STATUS_DATA_ERROR);
    ok_ptr_eq(object, NULL);
    nt_parcel_deinit(&parcel);
    nt_handle_close(section);
}

/* Any byte of it may be another: an object comes out, or an error, and nothing is left. */
TEST(a_changed_byte_does_no_harm, "")
{
    HANDLE section = section_of(PAGE_READWRITE, SEC_RESERVE, 4 * PAGE, NULL);
    struct nt_parcel parcel = pack(section, SECTION_ALL_ACCESS);
    unsigned refused = 0;

    for (size_t i = 0; i < parcel.size * 8; i++) {
        struct nt_object *object = NULL;
        ACCESS_MASK access;
        ULONG attributes;

        parcel.bytes[i / 8] ^= (unsigned char)(1 << i % 8);
        nt_move_begin();
        if (NT_SUCCESS(try_unpack(&parcel, parcel.size, &object, &access, &attributes)))
            nt_object_close(object);
        else
            refused++;
        nt_move_end();
        parcel.bytes[i / 8] ^= (unsigned char)(1 << i % 8);
    }
    ok(refused > 100, "%u refused", refused);
    nt_parcel_deinit(&parcel);
    nt_handle_close(section);
}

/* --- the table: values that are settled ----------------------------------------------------- */

TEST(a_handle_is_placed_where_it_is_wanted, "12.26")
{
    HANDLE section = section_of(PAGE_READWRITE, SEC_COMMIT, PAGE, NULL);
    struct nt_object *object = NULL;
    HANDLE copy = NULL;

    require(NT_SUCCESS(nt_handle_get(section, NULL, 0, &object, NULL)));
    ok_status(nt_handle_place((HANDLE)4000, object, SECTION_QUERY, OBJ_INHERIT), STATUS_SUCCESS);
    ok_status(nt_handle_place((HANDLE)4000, object, SECTION_QUERY, 0), STATUS_INVALID_HANDLE);
    ok_status(nt_handle_place(section, object, SECTION_QUERY, 0), STATUS_INVALID_HANDLE);
    ok_status(nt_handle_place(NULL, object, SECTION_QUERY, 0), STATUS_INVALID_HANDLE);
    ok_status(nt_handle_place((HANDLE)4002, object, SECTION_QUERY, 0), STATUS_INVALID_HANDLE);
    ok_status(nt_handle_place((HANDLE)(4ull << 32), object, 0, 0), STATUS_INVALID_HANDLE);
    ok_status(nt_handle_compare(section, (HANDLE)4000), STATUS_SUCCESS);
    /* Others still come lowest first, and never where it is. */
    for (uintptr_t value = (uintptr_t)section + 4; value <= 4004; value += 4) {
        if (value == 4000)
            continue;
        require(NT_SUCCESS(nt_handle_new(object, 0, 0, &copy)));
        ok_eq((uintptr_t)copy, value);
    }
    nt_object_close(object);
    for (uintptr_t value = 4; value <= 4004; value += 4)
        ok_status(nt_handle_close((HANDLE)value), STATUS_SUCCESS);
}

#define MAILBOX(n) ((HANDLE)((0x800000ull + (n)) * 4))

/* Each is there once, and never again; chunks that are used up make room. */
TEST(mailbox_values_are_never_used_again, "12.22")
{
    HANDLE section = section_of(PAGE_READWRITE, SEC_COMMIT, PAGE, NULL);
    struct nt_object *object = NULL, *found = NULL;

    require(NT_SUCCESS(nt_handle_get(section, NULL, 0, &object, NULL)));
    for (unsigned n = 0; n < 3000; n++) {
        HANDLE at = MAILBOX(n);

        ok_status(nt_handle_place(at, object, SECTION_QUERY, 0), STATUS_SUCCESS);
        ok_status(nt_handle_get(at, &nt_section_type, SECTION_QUERY, &found, NULL), STATUS_SUCCESS);
        ok_ptr_eq(found, object);
        nt_object_close(found);
        if (n % 300 != 7)
            ok_status(nt_handle_close(at), STATUS_SUCCESS);
    }
    ok_eq(nt_handle_count(), 11);
    for (unsigned n = 0; n < 3000; n += 100) {
        ok_status(nt_handle_place(MAILBOX(n), object, 0, 0), STATUS_INVALID_HANDLE);
        ok_status(nt_handle_close(MAILBOX(n)), STATUS_INVALID_HANDLE);
    }
    ok_status(nt_handle_place((HANDLE)(0x3FFFFFFFull * 4), object, 0, 0), STATUS_SUCCESS);
    ok_status(nt_handle_place((HANDLE)(0x40000000ull * 4), object, 0, 0), STATUS_INVALID_HANDLE);
    ok_status(nt_handle_close((HANDLE)(0x3FFFFFFFull * 4)), STATUS_SUCCESS);
    for (unsigned n = 7; n < 3000; n += 300)
        ok_status(nt_handle_close(MAILBOX(n)), STATUS_SUCCESS);
    nt_object_close(object);
    nt_handle_close(section);
}

struct seen {
    unsigned n;
    uintptr_t sum;
};

static NTSTATUS see(HANDLE handle, struct nt_object *object, ACCESS_MASK access, ULONG attributes,
                    void *context)
{
    struct seen *seen = context;

    ok_ptr_eq(object->type, &nt_section_type);
    ok_eq(access, SECTION_QUERY);
    ok_eq(attributes, OBJ_INHERIT);
    seen->n++;
    seen->sum += (uintptr_t)handle;
    return seen->n == 3 ? STATUS_NO_MEMORY : STATUS_SUCCESS;
}

TEST(only_inheritable_handles_are_visited, "12.26")
{
    HANDLE section = section_of(PAGE_READWRITE, SEC_COMMIT, PAGE, NULL);
    struct nt_object *object = NULL;
    struct seen seen = {0};

    require(NT_SUCCESS(nt_handle_get(section, NULL, 0, &object, NULL)));
    ok_status(nt_handle_place((HANDLE)400, object, SECTION_QUERY, OBJ_INHERIT), STATUS_SUCCESS);
    ok_status(nt_handle_place(MAILBOX(9), object, SECTION_QUERY, OBJ_INHERIT), STATUS_SUCCESS);
    ok_status(nt_handle_each_inheritable(see, &seen), STATUS_SUCCESS);
    ok_eq(seen.n, 2);
    ok_eq(seen.sum, 400 + (uintptr_t)MAILBOX(9));
    seen = (struct seen){.n = 1};
    ok_status(nt_handle_each_inheritable(see, &seen), STATUS_NO_MEMORY);
    nt_object_close(object);
    nt_handle_close((HANDLE)400);
    nt_handle_close(MAILBOX(9));
    nt_handle_close(section);
}
