# SPDX-License-Identifier: MIT
#
# Completion of ntshm for fish. What there is to say the tool says itself (`ntshm complete`).

function __ntshm_complete
    set -l typed (commandline -opc)
    set -l program $typed[1]
    set -e typed[1]
    set -l current (commandline -ct | string unescape 2>/dev/null)
    test -n "$current"; or set current (commandline -ct | string trim --left --chars "'\"")
    for line in ($program complete -- $typed "$current" 2>/dev/null)
        switch $line
            case \t:files
                __fish_complete_path (string replace --regex -- '^--[^=]*=' '' "$current")
            case \t':command *'
                __fish_complete_subcommand --fcs-skip=(math (string split ' ' $line)[-1] + 1)
            case '*'
                echo $line
        end
    end
end

complete --command ntshm --no-files --arguments '(__ntshm_complete)'
