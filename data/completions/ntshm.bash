# SPDX-License-Identifier: MIT
#
# Completion of ntshm for bash. What there is to say the tool says itself (`ntshm complete`); this
# takes the shell's quotes off, and puts them on again: names hold backslashes.

# A word as the command would get it, in REPLY.
_ntshm_plain()
{
    local backslash=$'\001'

    case $1 in
    \'*) REPLY=${1#\'} REPLY=${REPLY%\'} ;;
    \"*) REPLY=${1#\"} REPLY=${REPLY%\"} REPLY=${REPLY//\\\\/\\} ;;
    *)
        REPLY=${1//\\\\/$backslash}
        REPLY=${REPLY//\\/}
        REPLY=${REPLY//$backslash/\\}
        ;;
    esac
}

# A word as it is typed behind CURRENT, in REPLY; fails when that cannot be. A name is what somebody
# else chose: nothing in it may end the quotes, or be run.
_ntshm_quoted()
{
    REPLY=$2
    case $1 in
    \'*) REPLY=${REPLY//\'/\'\\\'\'} ;;
    \"*)
        [[ $REPLY != *!* ]] || return 1 # history: there is no quote against it in here
        if [[ $REPLY == *[\"\$\`]* ]]; then
            REPLY=${REPLY//\\/\\\\}
            REPLY=${REPLY//\"/\\\"}
            REPLY=${REPLY//\$/\\\$}
            REPLY=${REPLY//\`/\\\`}
        fi
        ;;
    *) printf -v REPLY %q "$REPLY" ;;
    esac
}

# Readline cuts words at "=", the tool does not: in `words`, the words up to the cursor.
_ntshm_words()
{
    local i REPLY

    words=()
    for ((i = 1; i <= COMP_CWORD; i++)); do
        _ntshm_plain "${COMP_WORDS[i]}"
        if ((${#words[@]})) && [[ ${COMP_WORDS[i]} == = || ${COMP_WORDS[i - 1]} == = ]] &&
            [[ ${words[-1]} == --* ]]; then
            words[-1]+=$REPLY
        else
            words+=("$REPLY")
        fi
    done
}

_ntshm()
{
    local line word words REPLY current=${COMP_WORDS[COMP_CWORD]} prefix=

    COMPREPLY=()
    _ntshm_words
    # What stands before the last "=" is not replaced.
    [[ ${words[-1]} == --*=* ]] && prefix=${words[-1]%%=*}=
    while IFS= read -r line; do
        case $line in
        $'\t:files')
            compopt -o filenames 2>/dev/null
            while IFS= read -r word; do
                COMPREPLY+=("$word")
            done < <(compgen -f -- "${words[-1]#"$prefix"}")
            ;;
        $'\t:command '*)
            if declare -F _command_offset >/dev/null; then
                _command_offset $((${line##* } + 1))
            elif ((${#words[@]} == ${line##* } + 1)); then
                mapfile -t COMPREPLY < <(compgen -c -- "${words[-1]}")
            else
                compopt -o default 2>/dev/null
            fi
            ;;
        *)
            word=${line%%$'\t'*}
            word=${word#"$prefix"}
            _ntshm_quoted "$current" "$word" && COMPREPLY+=("$REPLY")
            ;;
        esac
    done < <("${COMP_WORDS[0]}" complete -- "${words[@]}" 2>/dev/null)
} && complete -F _ntshm ntshm
