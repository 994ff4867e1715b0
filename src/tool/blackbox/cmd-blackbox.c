// SPDX-License-Identifier: MIT
/*
 * `ntshm blackbox`: the table of its commands.
 */
#include "tool/tool.h"

#ifdef NT_TOOL_WITHOUT_D3D12
int nt_tool_blackbox_demo(int argc, char **argv)
{
    (void)argc;
    return nt_tool_error("%s: this build has no libntshm-d3d12", argv[0]);
}

int nt_tool_blackbox_record(int argc, char **argv)
{
    return nt_tool_blackbox_demo(argc, argv);
}
#endif

static const struct nt_tool_command commands[] = {
    {"demo", "lose a device and kill a process, and tell what the GPU was doing",
     nt_tool_blackbox_demo},
    {"read", "print what a live black box or a dump file tells", nt_tool_blackbox_read},
    {"watch", "keep a black box alive and save it when its recorder dies", nt_tool_blackbox_watch},
    {"record", NULL, nt_tool_blackbox_record},
    {NULL, NULL, NULL},
};

int nt_tool_blackbox(int argc, char **argv)
{
    return nt_tool_dispatch(
        commands,
        "Black boxes: GPU progress markers in a named file mapping that is also a Direct3D 12 "
        "heap, so that they outlive the device and the process.",
        argc, argv);
}
