// SPDX-License-Identifier: MIT
/*
 * A library that is newer than the broker that runs: what that broker cannot do is an error at
 * once, nothing that it does not know is sent to it, and everything else goes on.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <windows.h>
#include <ntshm/ntshm.h>
#include <ntshm/shared.h>

#include "broker/kit.h"
#include "harness/test.h"

#define MS 30000

/* Of version 4: it greets, and tells how many names it has. */
static void serve(int client)
{
    struct {
        struct nt_reply_header header;
        union {
            struct nt_hello_reply hello;
            struct nt_statistics_reply statistics;
        };
    } reply;
    union {
        struct nt_request_header header;
        char bytes[4096];
    } request;
    ssize_t n;

    while ((n = recv(client, &request, sizeof(request), 0)) > 0 || (n < 0 && errno == EINTR)) {
        bool is_hello = n > 0 && request.header.type == NT_MESSAGE_HELLO;

        if (n < 0)
            continue;
        memset(&reply, 0, sizeof(reply));
        reply.header.type = request.header.type;
        reply.header.number = request.header.number;
        reply.header.size = (uint32_t)(sizeof(reply.header) +
                                       (is_hello ? sizeof(reply.hello) : sizeof(reply.statistics)));
        if (is_hello)
            reply.hello = (struct nt_hello_reply){.version = 4, .token = 1, .instance = 1};
        else
            test_say("%u", request.header.type);
        send(client, &reply, reply.header.size, MSG_NOSIGNAL);
    }
}

CHILD(older_broker)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int listener, client;

    (void)argc;
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/broker", argv[1]);
    listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    require(listener >= 0 && bind(listener, (struct sockaddr *)&address, sizeof(address)) == 0 &&
            chmod(address.sun_path, 0600) == 0 && listen(listener, 4) == 0);
    test_say("listens");
    do
        client = accept(listener, NULL, NULL);
    while (client < 0 && errno == EINTR);
    serve(client);
    close(client);
    close(listener);
    return 0;
}

TEST(an_older_broker_is_not_asked_what_it_does_not_know, "")
{
    struct ntshm_broker_statistics statistics = {.size = sizeof(statistics)};
    struct ntshm_name_description is = {.size = sizeof(is)};
    struct ntshm_shared shared = {.type = NTSHM_SHARED_RESOURCE, .n_fds = 1};
    const char *directory = getenv("NTSHM_BROKER");
    struct test_child child;
    char asked[16];
    int ends[2];

    require(pipe2(ends, O_CLOEXEC) == 0);
    shared.fds[0] = ends[0];
    require(mkdir(directory, 0700) == 0 || errno == EEXIST);
    require(test_child_start(&child, "older_broker", directory));
    test_child_expect(&child, "listens", MS);
    ok_succeeds(ntshm_broker_statistics(&statistics));
    ok_fails(ntshm_describe_name("Local\\it", &is), ERROR_NOT_SUPPORTED);
    ok_fails(ntshm_create_sharedW(NULL, L"Local\\it", &shared), ERROR_NOT_SUPPORTED);
    ok_succeeds(ntshm_broker_statistics(&statistics)); /* over the same connection */
    snprintf(asked, sizeof(asked), "%u", NT_MESSAGE_STATISTICS);
    test_child_expect(&child, asked, MS);
    test_child_expect(&child, asked, MS);
    ntshm_quiesce();
    ok_eq(test_child_wait(&child, MS), 0);
    close(ends[0]);
    close(ends[1]);
}
