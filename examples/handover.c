// SPDX-License-Identifier: MIT
/*
 * Named memory for a program that knows nothing of this library: it gets a file descriptor
 * through a socket, as Wayland, QEMU and PipeWire hand memory over. handover-plain.py is such a
 * program.
 *
 *   handover SOCKET    connects, hands its memory over for reading, and prints the answer
 *
 * The descriptor is for reading only (another user cannot make more of it), and the memory behind
 * it is sealed: nobody can cut it and make the other side take SIGBUS. It keeps the memory, not
 * the name, so programs that do know the library go on meeting under Local\handover meanwhile.
 *
 * Build: cc handover.c $(pkg-config --cflags --libs ntshm)
 */
#include <windows.h>
#include <ntshm/ntshm.h>

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SIZE 65536

/* One message with a descriptor in it: the size of the memory, and the memory. */
static int send_memory(int connection, int memory)
{
    UINT64 size = SIZE;
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {.room = {0}};
    struct iovec bytes = {.iov_base = &size, .iov_len = sizeof(size)};
    struct msghdr message = {.msg_iov = &bytes,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof(control.room)};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);

    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &memory, sizeof(memory));
    return sendmsg(connection, &message, MSG_NOSIGNAL) == (ssize_t)sizeof(size) ? 0 : -1;
}

static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (connection < 0 || strlen(path) >= sizeof(address.sun_path))
        return -1;
    memcpy(address.sun_path, path, strlen(path));
    if (connect(connection, (struct sockaddr *)&address, sizeof(address)) == 0)
        return connection;
    close(connection);
    return -1;
}

/* What the other program says when it has looked at the memory. */
static int hear(int connection)
{
    char answer[200];
    ssize_t n = read(connection, answer, sizeof(answer));

    if (n <= 0)
        return 1;
    printf("the other program says: %.*s\n", (int)n, answer);
    return 0;
}

int main(int argc, char **argv)
{
    HANDLE section =
        CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, "Local\\handover");
    char *view = section ? MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0) : NULL;
    int memory, connection, result;

    if (argc != 2 || !view)
        return 2;
    snprintf(view, SIZE, "from process %d", (int)getpid());

    memory = ntshm_handle_to_fd(section, FILE_MAP_READ);
    connection = connect_to(argv[1]);
    if (memory < 0 || connection < 0) {
        fprintf(stderr, "descriptor %d, connection %d\n", memory, connection);
        return 1;
    }
    result = send_memory(connection, memory) ? 1 : hear(connection);
    close(connection);
    close(memory);
    UnmapViewOfFile(view);
    CloseHandle(section);
    return result;
}
