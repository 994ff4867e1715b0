// SPDX-License-Identifier: MIT
/*
 * The texts of the kernel about memory, as it writes them.
 */
#include "harness/test.h"
#include "lib/memory/commit-texts.h"
#include "util/macro.h"

static const char meminfo[] = "MemTotal:       24684092 kB\n"
                              "MemFree:        23726904 kB\n"
                              "MemAvailable:   24214880 kB\n"
                              "SwapTotal:       1048576 kB\n"
                              "SwapFree:         524288 kB\n"
                              "CommitLimit:    12342044 kB\n"
                              "Committed_AS:     284976 kB\n";

TEST(fields_are_found_at_the_start_of_a_line, "1.43")
{
    ok_eq(nt_commit_field(meminfo, "MemTotal:", 1), 24684092ull * 1024);
    ok_eq(nt_commit_field(meminfo, "SwapFree:", 1), 524288ull * 1024);
    ok_eq(nt_commit_field(meminfo, "Free:", 1), 1);
    ok_eq(nt_commit_field(meminfo, "MemTot", 1), 1);
    ok_eq(nt_commit_field("", "MemTotal:", 7), 7);
    ok_eq(nt_commit_field("file 5\ninactive_file 4096\nactive_file 8192\n", "active_file", 0),
          8192);
    ok_eq(nt_commit_field("MemTotal: kB\n", "MemTotal:", 3), 3);
    ok_eq(nt_commit_field("MemTotal: 99999999999999999999999 kB\n", "MemTotal:", 3), UINT64_MAX);
}

TEST(room_of_the_machine, "1.43")
{
    ok_eq(nt_commit_machine_room(meminfo, "0\n"), (24214880ull + 524288) * 1024);
    ok_eq(nt_commit_machine_room(meminfo, "1\n"), (24214880ull + 524288) * 1024);
    ok_eq(nt_commit_machine_room(meminfo, ""), (24214880ull + 524288) * 1024);
    ok_eq(nt_commit_machine_room(meminfo, "2\n"), (12342044ull - 284976) * 1024);
    ok_eq(nt_commit_machine_room("CommitLimit: 10 kB\nCommitted_AS: 20 kB\n", "2\n"), 0);
    ok_eq(nt_commit_machine_room("", "0\n"), NT_COMMIT_UNLIMITED);
    ok_eq(nt_commit_machine_room("", "2\n"), NT_COMMIT_UNLIMITED);
}

TEST(numbers_of_cgroups, "1.43")
{
    ok_eq(nt_commit_number("268435456\n"), 268435456);
    ok_eq(nt_commit_number("0\n"), 0);
    ok_eq(nt_commit_number("max\n"), NT_COMMIT_UNLIMITED);
    ok_eq(nt_commit_number("9223372036854771712\n"), NT_COMMIT_UNLIMITED); /* version 1 */
    ok_eq(nt_commit_number("9223372036854710272\n"), NT_COMMIT_UNLIMITED); /* 64 KiB pages */
    ok_eq(nt_commit_number(""), NT_COMMIT_UNLIMITED);
}

TEST(room_of_a_cgroup, "1.43")
{
    struct nt_commit_group group = {.limit = 1000,
                                    .usage = 600,
                                    .cache = 100,
                                    .swap_limit = NT_COMMIT_UNLIMITED,
                                    .swap_usage = 0};

    ok_eq(nt_commit_group_room(&group, 2, 0), 500);
    ok_eq(nt_commit_group_room(&group, 2, 50), 550);
    group.swap_limit = 30;
    group.swap_usage = 10;
    ok_eq(nt_commit_group_room(&group, 2, 50), 520);
    /* Version 1 limits memory and swap together. */
    group.swap_limit = 1020;
    group.swap_usage = 640;
    ok_eq(nt_commit_group_room(&group, 1, 50), 480);
    group.swap_limit = NT_COMMIT_UNLIMITED;
    ok_eq(nt_commit_group_room(&group, 1, 50), 550);
    group.usage = 2000;
    ok_eq(nt_commit_group_room(&group, 1, 0), 0);
    ok_eq(nt_commit_group_room(&group, 2, 0), 0);
    group.limit = NT_COMMIT_UNLIMITED;
    ok_eq(nt_commit_group_room(&group, 2, 5), NT_COMMIT_UNLIMITED);
    ok_eq(nt_commit_group_room(&group, 1, 5), NT_COMMIT_UNLIMITED);
}

TEST(path_of_the_processs_cgroup, "1.43")
{
    static const char hybrid[] = "9:name=systemd:/\n"
                                 "5:cpu,memory,devices:/docker/ab\n"
                                 "4:memory2:/no\n"
                                 "0::/user.slice/x\n";
    char path[32];

    ok(nt_commit_group_path(hybrid, 1, path, sizeof(path)));
    ok_str_eq(path, "/docker/ab");
    ok(nt_commit_group_path(hybrid, 2, path, sizeof(path)));
    ok_str_eq(path, "/user.slice/x");
    ok(nt_commit_group_path("0::/\n", 2, path, sizeof(path)));
    ok_str_eq(path, "");
    ok(nt_commit_group_path("0::/../../outside\n", 2, path, sizeof(path)));
    ok_str_eq(path, "");
    ok(!nt_commit_group_path("0::/\n", 1, path, sizeof(path)));
    ok(!nt_commit_group_path("", 2, path, sizeof(path)));
    ok(!nt_commit_group_path("0::/a/path/that/is/longer/than/the/room\n", 2, path, sizeof(path)));
    ok(!nt_commit_group_path("nonsense\n:\n::\n", 1, path, sizeof(path)));
}
