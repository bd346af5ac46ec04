# What bash offers when a user presses Tab.

bats_require_minimum_version 1.5.0
set -u
: "${MBX_BIN:?is set by ctest: the folder of the built tools}"

setup() {
    PATH=$MBX_BIN:$MBX_SOURCE/scripts:$PATH
    # shellcheck disable=SC1091 # is checked on its own
    source "$MBX_SOURCE/scripts/completion/mbx-tools"
    cd "$BATS_TEST_TMPDIR" || return
}

offers() { # WORD...: the last one is being completed
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    _mbx_tools
    printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' '
}

@test "a tool with commands offers them" {
    [ "$(offers csv-status '')" = "check mark next report retry split " ]
    [ "$(offers csv-status r)" = "report retry " ]
}

@test "a command offers its own options" {
    [[ "$(offers csv-status next --)" == *"--claim-fd "*"--lines "* ]]
    [[ "$(offers csv-status next --)" != *"--alias "* ]]
    [ "$(offers csv-status mark --s)" = "--source --success " ]
}

@test "an option with a few words offers them" {
    [ "$(offers csv-status mark --time-format '')" = "iso short " ]
    [ "$(offers csv-status mark --time-format = i)" = "iso " ]
    [ "$(offers mbx-migrate --phase e)" = "export " ]
}

@test "every option of --help is offered" {
    local tool
    for tool in mbx-migrate mbx-export pst-import mbx-check-inbox; do
        diff <(offers "$tool" -- | tr -s ' ' '\n') \
            <("$tool" --help | grep -oE '^ +(-[A-Za-z], )?--[a-z-]+' | grep -oE -e '--.*' | sort)
        [ "$("$tool" --help | grep -cE '^ +(-[A-Za-z], )?--[a-z]')" -gt 5 ]
    done
}

@test "a server is one of servers.conf" {
    printf '[GW-OLD]\nurl = imaps://a\n[GW-NEW]\nurl = imaps://b\n' >servers.conf
    export MBX_SERVERS=$PWD/servers.conf
    [ "$(offers mbx-export --server '')" = "GW-NEW GW-OLD " ]
    [ "$(offers mbx-export --server GW-O)" = "GW-OLD " ]
}

@test "where a file is wanted, bash offers files" {
    [ "$(offers csv-status check l)" = " " ]
    [ "$(offers mbx-migrate --servers '')" = " " ]
}

@test "it is set up for every tool that is installed" {
    local tool
    for tool in "$MBX_BIN"/*; do
        [[ "$(complete -p "$(basename "$tool")")" == *"-F _mbx_tools"* ]]
    done
}
