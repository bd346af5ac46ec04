# Golden tests: run a command, compare standard output, standard error and the exit code with files.
#
# tests/golden/<tool>/<tool>.bats loads this file and has one test for each case, named as a sentence:
#
#     load ../golden
#     @test "check names file, line and column of a bad row" { golden check-bad-row; }
#     @test "every case has a test" { golden_cases_have_tests; }
#
# tests/golden/<tool>/check-bad-row/ holds
#     cmd      bash, run in an empty folder of its own with the tools in PATH; $CASE is the case's folder
#     stdout   what is expected there; no file: nothing
#     stderr   the same
#     exit     the exit code; no file: 0
#
# Both outputs are scrubbed of what differs from run to run (scrub, below) before they are compared.
# MBX_GOLDEN_UPDATE=1 writes the files instead of comparing: read the diff before you commit it.

set -u
: "${MBX_BIN:?is set by ctest: the folder of the built tools}"
readonly GOLDEN_SECONDS=60  # a case that hangs fails
export LC_ALL=C.UTF-8 TZ=UTC NO_COLOR=1
export PATH="$MBX_BIN:${MBX_BIN%/*}/tests/bin:$PATH"

# Run-time values become words: the run's folder, the case's folder, identifiers, dates, process ids.
scrub() {
    sed -E \
        -e "s#${RUN_FOLDER}#RUN#g" \
        -e "s#${CASE}#CASE#g" \
        -e 's/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/GUID/g' \
        -e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z/DATE/g' \
        -e 's#\b[0-9]{1,2}/[0-9]{1,2}/[0-9]{2} [0-9]{1,2}:[0-9]{2}:[0-9]{2}#SHORT-DATE#g' \
        -e 's/\b(mbx-tools\)) [0-9]+\.[0-9]+\.[0-9]+/\1 VERSION/g' \
        -e 's/\bpid [0-9]+/pid PID/g' \
        -e 's/\b[0-9]+\.[0-9] s$/SECONDS s/' \
        -e 's/"seconds":[0-9.e-]+/"seconds":SECONDS/'
}

golden_compare() { # WHAT FOUND
    local expected=$CASE/$1
    if [[ ${MBX_GOLDEN_UPDATE:-} == 1 ]]; then
        if [[ -s $2 ]]; then cp -- "$2" "$expected"; else rm -f -- "$expected"; fi
        return 0
    fi
    [[ -e $expected ]] || expected=/dev/null
    diff -u --label "expected $1" --label "found $1" "$expected" "$2"
}

golden() { # CASE
    CASE=$BATS_TEST_DIRNAME/$1
    RUN_FOLDER=$(realpath -- "$BATS_TEST_TMPDIR")/run
    export CASE
    [[ -f $CASE/cmd ]] || { printf 'no case %s\n' "$CASE"; return 1; }
    mkdir -- "$RUN_FOLDER"
    local found=$BATS_TEST_TMPDIR code=0
    (cd "$RUN_FOLDER" && timeout "$GOLDEN_SECONDS" bash -u "$CASE/cmd") </dev/null >"$found/stdout.raw" 2>"$found/stderr.raw" || code=$?
    scrub <"$found/stdout.raw" >"$found/stdout"
    scrub <"$found/stderr.raw" >"$found/stderr"
    if ((code == 0)); then : >"$found/exit"; else printf '%d\n' "$code" >"$found/exit"; fi
    local failed=0 what
    for what in stdout stderr exit; do
        golden_compare "$what" "$found/$what" || failed=1
    done
    return "$failed"
}

# A case that no test names would pass for ever.
golden_cases_have_tests() {
    local folder name failed=0
    for folder in "$BATS_TEST_DIRNAME"/*/; do
        name=$(basename "$folder")
        if ! grep -qE "golden +$name *;? *\}?\$" "$BATS_TEST_FILENAME"; then
            printf 'no test names the case %s\n' "$name"
            failed=1
        fi
    done
    return "$failed"
}
