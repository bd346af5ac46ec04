# What the tests of this folder share: load imap

bats_require_minimum_version 1.5.0
: "${MBX_BIN:?is set by ctest: the folder of the built tools}"
export LC_ALL=C.UTF-8 TZ=UTC NO_COLOR=1 MBX_PASSWORD=secret
export PATH="$MBX_BIN:$MBX_SOURCE/scripts:$MBX_SOURCE/tests/roundtrip:$PATH"
# shellcheck source=/dev/null # checked by itself
source "$MBX_SOURCE/tests/support/servers/servers.bash"
# shellcheck source=/dev/null # checked by itself
source "$MBX_SOURCE/tests/support/sample_mailbox.bash"

# A mailbox that every server takes as it is: without NUL bytes and header lines that are none.
plain_mailbox() { # FOLDER
    sample_mailbox "$1"
    local strange number=20
    for strange in "$1/.work" "$1/.Work.2019.R&AOk-sum&AOk-s"; do
        rm -- "$strange"/cur/*
        sample_deliver "$strange" $((number++)) S 07-signed.eml
    done
}

# Exit code and messages of a tool, both: outcome CODE TOOL...
outcome() {
    local expected=$1
    shift
    run --separate-stderr "$@"
    # shellcheck disable=SC2154 # set by run
    if [[ $status != "$expected" ]]; then
        printf 'exit code %s instead of %s: %s\n%s\n%s\n' "$status" "$expected" "$*" "$output" "$stderr"
        return 1
    fi
}
