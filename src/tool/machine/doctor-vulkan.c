// SPDX-License-Identifier: MIT
/*
 * Vulkan drivers, and which memory they import: told by a device of libntshm-d3d12, which tries it
 * when it is made. Each driver is asked in a process of its own, with a deadline: one that crashes
 * or hangs is a line of the report.
 */
#include "tool/machine/doctor.h"

#ifdef NT_TOOL_WITHOUT_D3D12

void nt_doctor_vulkan(struct nt_doctor *doctor)
{
    nt_doctor_say(doctor, NT_HEALTH_OK, "Vulkan", NULL,
                  "this program was built without Direct3D 12");
}

#else

#    define COBJMACROS
#    include <windows.h>
#    include <d3d12.h>
#    include <fcntl.h>
#    include <initguid.h>
#    include <ntshm/d3d12.h>
#    include <signal.h>
#    include <stdio.h>
#    include <stdlib.h>
#    include <sys/wait.h>
#    include <unistd.h>

#    include "tool/kit/process.h"

#    define DEADLINE_MS   30000
#    define MOST_ADAPTERS 16u
#    define VERSION(word) ((word) >> 22 & 0x7f), ((word) >> 12 & 0x3ff), ((word)&0xfff)

/* What the process that asks a driver sends. */
struct answer {
    HRESULT result;
    struct ntshm_d3d12_adapter adapter;
};

_Noreturn static void ask_driver(unsigned index, int fd)
{
    struct answer answer = {.adapter.size = sizeof(answer.adapter)};
    ID3D12Device *device = NULL;
    char text[16];
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

    /* Drivers talk. */
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
    snprintf(text, sizeof(text), "%u", index);
    setenv("NTSHM_D3D12_ADAPTER", text, 1);
    answer.result =
        D3D12CreateDevice(NULL, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Device, (void **)&device);
    if (SUCCEEDED(answer.result))
        answer.result = ntshm_d3d12_get_adapter(device, &answer.adapter);
    _exit(write(fd, &answer, sizeof(answer)) == (ssize_t)sizeof(answer) ? 0 : 1);
}

/* Return: 0; 1: it crashed; 2: it hung; -1: there was no process. */
static int ask(unsigned index, struct answer *ret_answer)
{
    int ends[2], pidfd, status, result = 1;
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return -1;
    fflush(NULL);
    pid = fork();
    if (pid == 0)
        ask_driver(index, ends[1]);
    close(ends[1]);
    pidfd = pid < 0 ? -1 : nt_process_open(pid, 0);
    if (pidfd >= 0 && !nt_process_wait(pidfd, DEADLINE_MS)) {
        kill(pid, SIGKILL);
        result = 2;
    } else if (read(ends[0], ret_answer, sizeof(*ret_answer)) == (ssize_t)sizeof(*ret_answer)) {
        result = 0;
    }
    if (pid > 0)
        waitpid(pid, &status, 0);
    if (pidfd >= 0)
        close(pidfd);
    close(ends[0]);
    return pid < 0 ? -1 : result;
}

static void describe(struct nt_doctor *doctor, const struct ntshm_d3d12_adapter *is)
{
    char text[400];

    snprintf(text, sizeof(text), "%u: %.100s, %.60s %.60s, Vulkan %u.%u.%u", is->index,
             is->device_name, is->driver_name, is->driver_info, VERSION(is->api_version));
    if (is->imports_sections)
        nt_doctor_say(doctor, NT_HEALTH_OK, "Vulkan", NULL, "%s: heaps over sections%s%s", text,
                      is->imports_private ? " and over private memory"
                                          : ", not over private memory",
                      is->buffer_marker ? ", buffer markers" : "");
    else
        nt_doctor_say(doctor, NT_HEALTH_WARNING, "Vulkan",
                      "VK_EXT_external_memory_host is what it takes; a newer driver may have it",
                      "%s: it imports no shared memory: heaps over sections are refused", text);
}

void nt_doctor_vulkan(struct nt_doctor *doctor)
{
    unsigned n_found = 0;
    struct answer answer;

    for (unsigned index = 0; index < MOST_ADAPTERS; index++) {
        int trouble = ask(index, &answer);

        if (trouble > 0) {
            nt_doctor_say(doctor, NT_HEALTH_WARNING, "Vulkan",
                          "another driver: VK_DRIVER_FILES, or NTSHM_D3D12_ADAPTER", "driver %u %s",
                          index, trouble == 1 ? "crashes" : "does not answer");
            n_found++;
            continue;
        }
        if (trouble < 0 || FAILED(answer.result))
            break;
        describe(doctor, &answer.adapter);
        n_found++;
    }
    if (n_found == 0)
        nt_doctor_say(doctor, NT_HEALTH_WARNING, "Vulkan",
                      "apt-get install mesa-vulkan-drivers, or the driver of your GPU",
                      "no driver that Direct3D 12 can stand on");
}

#endif
