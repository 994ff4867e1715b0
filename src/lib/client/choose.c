// SPDX-License-Identifier: MIT
/*
 * Which broker a process talks to; see connect.h. The choice is made at the first connection and
 * kept: an object of one broker is not known to the other. A forked child keeps its parent's.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ipc/place.h"
#include "lib/client/connect.h"
#include "util/log.h"
#include "util/macro.h"

#define SYSTEM_WORD "system"

/* NT_LOCK_CONNECTION */
static enum { OPEN, OWN, SYSTEM } choice;

/* What the environment leaves to choose from; NULL: not that one. */
struct places {
    struct nt_place own, system;
    bool has_own, has_system;
};

static int read_environment(struct places *places, uid_t uid)
{
    const char *broker = secure_getenv("NTSHM_BROKER"), *system = secure_getenv("NTSHM_SYSTEM");
    size_t length = strlen(SYSTEM_WORD);
    bool only_system = broker && strncmp(broker, SYSTEM_WORD, length) == 0 &&
                       (broker[length] == '\0' || broker[length] == ':');
    int r;

    if (only_system)
        system = broker[length] == ':' ? broker + length + 1 : NULL;
    places->has_own = !only_system;
    places->has_system = only_system || system || !broker;
    r = places->has_own ? nt_place_init(&places->own, broker, uid) : 0;
    if (r == 0 && places->has_system)
        r = nt_place_init_system(&places->system, system);
    return r;
}

/*
 * Only whoever owns the directory, or root, can have put the socket there; in root's own directory
 * anybody who serves was let in by root. A directory that others can write is refused before
 * anybody listens to what they put there.
 */
static int check_directory(const struct nt_place *place, uid_t *ret_owner)
{
    struct stat status;

    if (stat(place->directory, &status) < 0)
        return -errno;
    if (status.st_mode & 0022) {
        nt_log(NT_LOG_ERROR, "%s is open to others: refused", place->directory);
        return -EPERM;
    }
    *ret_owner = status.st_uid;
    return 0;
}

static int check_server(const struct nt_place *place, uid_t owner, int fd)
{
    struct nt_os_peer peer;
    int r = nt_os_socket_peer(fd, &peer);

    if (r < 0)
        return r;
    if (owner != 0 && peer.uid != owner && peer.uid != 0) {
        nt_log(NT_LOG_ERROR, "%s is user %u's and served by user %u: refused", place->directory,
               owner, peer.uid);
        return -EPERM;
    }
    return 0;
}

static int connect_system(const struct nt_place *place, int *ret_fd)
{
    NT_CLEANUP(nt_os_closep) int fd = -1;
    uid_t owner = 0;
    int r;

    r = check_directory(place, &owner);
    if (r == -EPERM)
        return r;
    if (r == 0)
        r = nt_os_socket_connect(place->socket, &fd);
    if (r < 0) {
        nt_log(NT_LOG_ERROR, "the broker of this machine at %s does not answer: %s", place->socket,
               strerror(-r));
        return r == -ENOENT ? -ECONNREFUSED : r;
    }
    r = check_server(place, owner, fd);
    if (r < 0)
        return r;
    *ret_fd = nt_steal_fd(&fd);
    return 0;
}

/* Whether this user's own broker runs and has names that must be found. */
static bool own_has_names(const struct places *places, const struct nt_os_peer *who,
                          bool (*has_names)(int fd, const struct nt_os_peer *who))
{
    NT_CLEANUP(nt_os_closep) int fd = -1;

    return nt_broker_connect_own(&places->own, who->uid, false, &fd) == 0 && has_names(fd, who);
}

static bool system_exists(const struct nt_place *place)
{
    struct stat status;

    return stat(place->socket, &status) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

/* Whether it is the machine's that this process talks to. */
static bool chooses_system(const struct places *places, const struct nt_os_peer *who,
                           bool (*has_names)(int fd, const struct nt_os_peer *who))
{
    if (!places->has_own || !places->has_system)
        return places->has_system;
    if (choice != OPEN)
        return choice == SYSTEM;
    return system_exists(&places->system) && !own_has_names(places, who, has_names);
}

int nt_broker_locate(const struct nt_os_peer *who,
                     bool (*has_names)(int fd, const struct nt_os_peer *who),
                     struct nt_place *ret_place, bool *ret_system)
{
    struct places places;
    int r = read_environment(&places, who->uid);

    if (r < 0)
        return r;
    *ret_system = chooses_system(&places, who, has_names);
    *ret_place = *ret_system ? places.system : places.own;
    return 0;
}

int nt_broker_connect(const struct nt_os_peer *who, bool start,
                      bool (*has_names)(int fd, const struct nt_os_peer *who), int *ret_fd)
{
    struct places places;
    bool system;
    int r;

    r = read_environment(&places, who->uid);
    if (r < 0)
        return r;
    system = chooses_system(&places, who, has_names);
    r = system ? connect_system(&places.system, ret_fd)
               : nt_broker_connect_own(&places.own, who->uid, start, ret_fd);
    if (r == 0)
        choice = system ? SYSTEM : OWN;
    return r;
}
