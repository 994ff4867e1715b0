// SPDX-License-Identifier: MIT
/*
 * A service whose memory every user may read, and nobody else may write.
 *
 *   prices publish    makes Global\prices; each line of standard input is a new price
 *   prices read       prints the price, and each new one, until the service ends
 *
 * The security descriptor says who may do what: the service's user everything, everyone else
 * reads. Who may only read gets memory that he cannot map for writing whatever he tries, and he
 * cannot hold the service up: readers take no lock. That it is alive they see from a mutex, which
 * it has as long as it lives, however it ends.
 *
 * Users share Global\ when one broker serves the machine (data/README.md); the service's user is
 * then in the group ntshm-global. Without that each user has names of his own.
 *
 * Build: cc prices.c $(pkg-config --cflags --libs ntshm)
 */
#include <windows.h>
#include <sddl.h>

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

/* Protected (nothing is inherited); the owner: all; everyone: to read, and to wait. */
#define MAY_READ "D:P(A;;GA;;;OW)(A;;GR;;;WD)"
#define MAY_WAIT "D:P(A;;GA;;;OW)(A;;GX;;;WD)"

struct prices {
    _Atomic UINT32 version; /* odd while the price is being written */
    char price[60];
};

static int failed(const char *what)
{
    fprintf(stderr, "%s: error %lu\n", what, (unsigned long)GetLastError());
    return 1;
}

static BOOL with_descriptor(const char *sddl, SECURITY_ATTRIBUTES *attributes)
{
    *attributes = (SECURITY_ATTRIBUTES){.nLength = sizeof(*attributes)};
    return ConvertStringSecurityDescriptorToSecurityDescriptorA(
        sddl, SDDL_REVISION_1, &attributes->lpSecurityDescriptor, NULL);
}

static void write_price(struct prices *prices, const char *price)
{
    UINT32 version = atomic_load(&prices->version);

    atomic_store(&prices->version, version + 1);
    atomic_thread_fence(memory_order_seq_cst);
    snprintf(prices->price, sizeof(prices->price), "%s", price);
    atomic_store(&prices->version, version + 2);
}

static int publish(void)
{
    SECURITY_ATTRIBUTES may_read, may_wait;
    HANDLE section, news, alive;
    struct prices *prices;
    char line[60];

    if (!with_descriptor(MAY_READ, &may_read) || !with_descriptor(MAY_WAIT, &may_wait))
        return failed("descriptor");
    section = CreateFileMappingA(INVALID_HANDLE_VALUE, &may_read, PAGE_READWRITE, 0,
                                 sizeof(*prices), "Global\\prices");
    /* Somebody else's memory of that name is not ours to trust. */
    if (!section || GetLastError() == ERROR_ALREADY_EXISTS)
        return failed("Global\\prices");
    news = CreateEventA(&may_wait, TRUE, FALSE, "Global\\prices-news");
    alive = CreateMutexA(&may_wait, TRUE, "Global\\prices-alive");
    prices = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    LocalFree(may_read.lpSecurityDescriptor);
    LocalFree(may_wait.lpSecurityDescriptor);
    if (!news || !alive || !prices)
        return failed("Global\\prices-news");
    printf("published\n");
    fflush(stdout);
    while (fgets(line, sizeof(line), stdin)) {
        line[strcspn(line, "\n")] = '\0';
        write_price(prices, line);
        PulseEvent(news);
    }
    UnmapViewOfFile(prices);
    CloseHandle(section);
    CloseHandle(news);
    return !ReleaseMutex(alive) || !CloseHandle(alive);
}

/* A copy that nobody wrote meanwhile, and its version. */
static UINT32 read_price(struct prices *prices, char *ret_price)
{
    UINT32 version;

    do {
        version = atomic_load(&prices->version);
        memcpy(ret_price, prices->price, sizeof(prices->price));
        atomic_thread_fence(memory_order_seq_cst);
    } while (version % 2 || version != atomic_load(&prices->version));
    ret_price[sizeof(prices->price) - 1] = '\0';
    return version;
}

static int read_prices(void)
{
    HANDLE section = OpenFileMappingA(FILE_MAP_READ, FALSE, "Global\\prices");
    struct prices *prices = section ? MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0) : NULL;
    HANDLE either[] = {OpenEventA(SYNCHRONIZE, FALSE, "Global\\prices-news"),
                       OpenMutexA(SYNCHRONIZE, FALSE, "Global\\prices-alive")};
    UINT32 version, seen = 0;
    char price[60];
    DWORD heard;

    if (!prices || !either[0] || !either[1])
        return failed("Global\\prices");
    if (!OpenFileMappingA(FILE_MAP_WRITE, FALSE, "Global\\prices"))
        printf("writing is refused: error %lu\n", (unsigned long)GetLastError());
    do {
        version = read_price(prices, price);
        if (version != seen)
            printf("%s\n", price);
        seen = version;
        fflush(stdout);
        /* News between the look and the wait are seen a second later. */
        heard = WaitForMultipleObjects(2, either, FALSE, 1000);
    } while (heard == WAIT_OBJECT_0 || heard == WAIT_TIMEOUT);
    printf("the service has ended\n");
    UnmapViewOfFile(prices);
    CloseHandle(either[1]);
    CloseHandle(either[0]);
    return !CloseHandle(section);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "publish") == 0)
        return publish();
    if (argc == 2 && strcmp(argv[1], "read") == 0)
        return read_prices();
    fprintf(stderr, "usage: prices publish|read\n");
    return 2;
}
