// SPDX-License-Identifier: MIT
/*
 * A writer of an LMDB environment that is meant to be killed, and who counts afterwards: each
 * transaction adds one to a sum that all share and to the writer's own count, so that a torn or
 * lost transaction shows as a difference.
 *
 * usage: lmdb-kill DIRECTORY           count; exit code 1 when the sums differ
 *        lmdb-kill DIRECTORY WRITER    write until killed
 */
#include <lmdb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_WRITERS 1000

static int fail(const char *what, int error)
{
    fprintf(stderr, "%s: %s\n", what, mdb_strerror(error));
    return 2;
}

static uint64_t number_at(MDB_txn *transaction, MDB_dbi database, const char *key)
{
    MDB_val name = {strlen(key), (void *)key}, value;
    uint64_t number = 0;

    if (mdb_get(transaction, database, &name, &value) == 0)
        memcpy(&number, value.mv_data, sizeof(number));
    return number;
}

static int add_one(MDB_txn *transaction, MDB_dbi database, const char *key)
{
    uint64_t number = number_at(transaction, database, key) + 1;
    MDB_val name = {strlen(key), (void *)key}, value = {sizeof(number), &number};

    return mdb_put(transaction, database, &name, &value, 0);
}

static int step(MDB_env *environment, const char *writer)
{
    MDB_txn *transaction;
    MDB_dbi database;
    int error = mdb_txn_begin(environment, NULL, 0, &transaction);

    if (error)
        return error;
    error = mdb_dbi_open(transaction, NULL, 0, &database);
    if (!error)
        error = add_one(transaction, database, "sum");
    if (!error)
        error = add_one(transaction, database, writer);
    if (error) {
        mdb_txn_abort(transaction);
        return error;
    }
    return mdb_txn_commit(transaction);
}

static int count(MDB_env *environment)
{
    MDB_txn *transaction;
    MDB_dbi database;
    uint64_t sum, writers = 0;
    char key[16];
    int error = mdb_txn_begin(environment, NULL, MDB_RDONLY, &transaction);

    if (error || (error = mdb_dbi_open(transaction, NULL, 0, &database)))
        return fail("reading", error);
    sum = number_at(transaction, database, "sum");
    for (unsigned i = 0; i < MAX_WRITERS; i++) {
        snprintf(key, sizeof(key), "%u", i);
        writers += number_at(transaction, database, key);
    }
    mdb_txn_abort(transaction);
    printf("%llu transactions, %llu of the writers\n", (unsigned long long)sum,
           (unsigned long long)writers);
    return sum != writers;
}

int main(int argc, char **argv)
{
    MDB_env *environment;
    int error = mdb_env_create(&environment);

    if (error || argc < 2)
        return 2;
    mdb_env_set_mapsize(environment, 10485760);
    error = mdb_env_open(environment, argv[1], MDB_NOSYNC, 0600);
    if (error)
        return fail("opening", error);
    if (argc < 3)
        error = count(environment);
    else
        while ((error = step(environment, argv[2])) == 0)
            ;
    if (argc > 2)
        error = fail("writing", error);
    mdb_env_close(environment);
    return error;
}
