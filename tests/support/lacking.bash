# For what a test needs and the machine may not have.

# Skips the test, with the reason on the screen; with MBX_NEED_SERVERS=1, as in CI, the test fails instead.
lacking() { # REASON
    [[ ${MBX_NEED_SERVERS:-} == 1 ]] || skip "$1"
    printf '%s\n' "$1"
    return 1
}
