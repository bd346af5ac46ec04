# The driver's loop, with stand-ins for the tools, so that every step can fail or wait at will.
# shellcheck disable=SC2154 # run sets stderr

bats_require_minimum_version 1.5.0
set -u
: "${MBX_BIN:?is set by ctest: the folder of the built tools}"

setup() {
    export FAKE=$BATS_TEST_TMPDIR/mail TZ=UTC
    mkdir -p "$FAKE"/{OLD,NEW}/{JohnD,MarySm,BobK} "$BATS_TEST_TMPDIR/bin"
    cd "$BATS_TEST_TMPDIR" || return
    local tool
    for tool in mbx-check-inbox mbx-export pst-inspect pst-import; do
        ln -s "$BATS_TEST_DIRNAME/fake-tool" "bin/$tool"
    done
    for tool in JohnD MarySm BobK; do printf '%s' "$tool" >"$FAKE/OLD/$tool/1"; done
    PATH=$BATS_TEST_TMPDIR/bin:$MBX_BIN:$MBX_SOURCE/scripts:$PATH
    printf 'John Doe,JohnD,OLD,NEW\r\nMary Smith,MarySm,OLD,NEW\r\n"K, Bob",BobK,OLD,NEW\r\n' >l.csv
    printf '[OLD]\nurl = eml:%s/OLD/{alias}\n[NEW]\nurl = eml:%s/NEW/{alias}\n' "$FAKE" "$FAKE" >servers.conf
    export MBX_SERVERS=$PWD/servers.conf
}

row() { # ALIAS: the row, without its time
    grep -E "(^|,)$1," l.csv | sed -E 's/,[0-9/]+ [0-9:]+\r?$//; s/\r$//'
}

refute() { ! "$@"; }

ends_with() { # CODE PID
    local code=0
    wait "$2" || code=$?
    [ "$code" -eq "$1" ]
}

wait_for() { # FILE
    local i
    for ((i = 0; i < 500; i++)); do
        [[ ! -e $1 ]] || return 0
        sleep 0.02
    done
    printf '%s did not come\n' "$1"
    return 1
}

@test "everybody is moved, the PST files are gone, the last line has the totals" {
    run --separate-stderr mbx-migrate l.csv
    [ "$status" -eq 0 ]
    [ "$output" = "$PWD/l.csv: 3 recipients, 3 succeeded, 0 failed, 0 pending" ]
    [ "$(row JohnD)" = "SUCCESS,John Doe,JohnD,OLD,NEW,Migrated No Errors" ]
    [ "$(row BobK)" = 'SUCCESS,"K, Bob",BobK,OLD,NEW,Migrated No Errors' ]
    [ "$(<"$FAKE/NEW/MarySm/1")" = MarySm ]
    [ -z "$(find mbx-migrate.work -name '*.pst*')" ]
    [ "$(grep -c '^SUCCESS,.*,[0-9]*/[0-9]*/[0-9][0-9] [0-9]*:[0-9][0-9]:[0-9][0-9].$' l.csv)" -eq 3 ]
    [ ! -s l.csv.log ]
}

@test "the destination's Inbox is looked at before the export and before the import" {
    mbx-migrate --quiet l.csv
    [ "$(grep -c . "$FAKE/calls")" -eq 18 ]
    [ "$(grep JohnD "$FAKE/calls" | cut -d' ' -f1 | tr '\n' ' ')" = \
        "mbx-check-inbox mbx-check-inbox mbx-export pst-inspect mbx-check-inbox pst-import " ]
}

@test "a failure of each step ends that recipient, is logged, and the loop goes on" {
    local step
    for step in "mbx-check-inbox:Error Opening Source Mailbox" "mbx-export:Error Copying Messages" \
        "pst-inspect:Error Checking PST File" "pst-import:Error Importing Messages"; do
        setup_again
        printf '69' >"$FAKE/${step%%:*}.MarySm"
        run --separate-stderr mbx-migrate l.csv
        [ "$status" -eq 65 ]
        [ "$(row MarySm)" = "FAILURE,Mary Smith,MarySm,OLD,NEW,${step#*:}" ]
        [ "$(grep -c ^SUCCESS l.csv)" -eq 2 ]
        grep -q "^== .* OLD MarySm: ${step#*:}\$" l.csv.log
        grep -q "^${step%%:*}: MarySm: does not work today\$" l.csv.log
        grep -q "^\$ '${step%%:*}' " l.csv.log
        [[ $step != pst-import:* ]] || grep -q '^looked at .*/MarySm.pst$' l.csv.log
    done
}
setup_again() {
    rm -rf "${BATS_TEST_TMPDIR:?}"/{mail,bin,l.csv*}
    setup
}

@test "a mailbox that is missing on either side costs no export" {
    rmdir "$FAKE/NEW/JohnD"
    rm -r "$FAKE/OLD/MarySm"
    run mbx-migrate --quiet l.csv
    [ "$status" -eq 65 ]
    [ "$(row JohnD)" = "FAILURE,John Doe,JohnD,OLD,NEW,Error Opening Destination Mailbox" ]
    [ "$(row MarySm)" = "FAILURE,Mary Smith,MarySm,OLD,NEW,Error Opening Source Mailbox" ]
    refute grep -E 'mbx-export (JohnD|MarySm)' "$FAKE/calls"
}

@test "nothing is written to a destination that is not empty" {
    printf 'x' >"$FAKE/NEW/JohnD/there"
    run mbx-migrate --quiet l.csv
    [ "$(row JohnD)" = "FAILURE,John Doe,JohnD,OLD,NEW,Destination Inbox Missing Or Not Empty" ]
    [ "$(ls "$FAKE/NEW/JohnD")" = there ]
    refute grep 'mbx-export JohnD' "$FAKE/calls"
}

@test "an alias that would be another folder touches nothing" {
    printf 'Eve,../../x,OLD,NEW\r\nEve,a,../OLD,NEW\r\n' >l.csv
    run mbx-migrate --quiet l.csv
    [ "$status" -eq 65 ]
    [ "$(grep -c 'Error Alias Or Server Cannot Be A File Name' l.csv)" -eq 2 ]
    [ ! -e "$FAKE/calls" ]
}

@test "an alias may look like an option" {
    mkdir -p "$FAKE"/{OLD,NEW}/--help
    printf 'x' >"$FAKE/OLD/--help/1"
    printf 'Dash,--help,OLD,NEW\r\n' >l.csv
    mbx-migrate --quiet l.csv
    grep -q '^SUCCESS,Dash,--help,' l.csv
    [ -e "$FAKE/NEW/--help/1" ]
}

@test "a list with an error is refused before anything is touched" {
    printf 'B,,OLD,NEW\r\n' >>l.csv
    run --separate-stderr mbx-migrate l.csv
    [ "$status" -eq 65 ]
    [ "$stderr" = "csv-status: l.csv:4:3: the alias is empty" ]
    [ ! -e "$FAKE/calls" ]
}

@test "a new run touches no finished recipient, and takes up the others" {
    printf '69' >"$FAKE/mbx-export.MarySm"
    mbx-migrate --quiet l.csv || true
    rm "$FAKE/calls" "$FAKE/mbx-export.MarySm"
    run mbx-migrate --quiet l.csv
    [ "$status" -eq 65 ]
    [ ! -e "$FAKE/calls" ]
    csv-status retry l.csv >again.csv
    mbx-migrate --quiet again.csv
    grep -q '^SUCCESS,Mary Smith,' again.csv
}

@test "the first signal lets the current mailbox be finished" {
    : >"$FAKE/mbx-export.JohnD.wait"
    mbx-migrate l.csv >out 2>err &
    local driver=$!
    wait_for "$FAKE/mbx-export.JohnD.waiting"
    kill -TERM "$driver"
    sleep 0.1
    rm "$FAKE/mbx-export.JohnD.wait"
    ends_with 75 "$driver"
    [ "$(<out)" = "$PWD/l.csv: 3 recipients, 1 succeeded, 0 failed, 2 pending" ]
    [ "$(row MarySm)" = "Mary Smith,MarySm,OLD,NEW" ]
    mbx-migrate --quiet l.csv
}

@test "a signal from the terminal or timeout passes the tool at work by" {
    local signal
    for signal in INT TERM HUP; do
        setup_again
        : >"$FAKE/mbx-export.JohnD.wait"
        set -m  # a process group of its own, as on a terminal
        mbx-migrate l.csv >out 2>err 3>&- &
        local driver=$!
        set +m
        wait_for "$FAKE/mbx-export.JohnD.waiting"
        kill "-$signal" -- "-$driver"
        sleep 0.1
        rm "$FAKE/mbx-export.JohnD.wait"
        ends_with 75 "$driver"
        [ "$(row JohnD)" = "SUCCESS,John Doe,JohnD,OLD,NEW,Migrated No Errors" ]
        [ "$(row MarySm)" = "Mary Smith,MarySm,OLD,NEW" ]
    done
}

@test "a signal to each process, as service managers send it, leaves the recipient waiting" {
    local at
    for at in mbx-check-inbox mbx-export pst-inspect pst-import; do
        for _ in 1 2 3; do
            setup_again
            : >"$FAKE/$at.JohnD.wait"
            setsid mbx-migrate l.csv >out 2>err 3>&- &
            local driver=$!
            wait_for "$FAKE/$at.JohnD.waiting"
            kill -TERM "$(<"$FAKE/$at.JohnD.waiting")" "$driver"
            ends_with 75 "$driver"
            [ "$(<out)" = "$PWD/l.csv: 3 recipients, 0 succeeded, 0 failed, 3 pending" ]
            [ "$(row JohnD)" = "John Doe,JohnD,OLD,NEW" ]
            rm "$FAKE/$at.JohnD.wait"
            mbx-migrate --quiet l.csv
        done
    done
}

@test "a tool that was killed is a failure, and the log says which signal it was" {
    : >"$FAKE/mbx-export.JohnD.wait"
    mbx-migrate --quiet l.csv >out 2>err &
    local driver=$!
    wait_for "$FAKE/mbx-export.JohnD.waiting"
    kill -KILL "$(<"$FAKE/mbx-export.JohnD.waiting")"
    ends_with 65 "$driver"
    [ "$(row JohnD)" = "FAILURE,John Doe,JohnD,OLD,NEW,Error Copying Messages" ]
    [ "$(grep -c ^SUCCESS l.csv)" -eq 2 ]
    grep -qx 'mbx-export: ended by SIGKILL' l.csv.log
}

@test "the second signal stops at once, and a new run goes on" {
    : >"$FAKE/pst-import.JohnD.wait"
    mbx-migrate l.csv >out 2>err &
    local driver=$!
    wait_for "$FAKE/pst-import.JohnD.waiting"
    kill -TERM "$driver"
    sleep 0.1
    kill -TERM "$driver"
    ends_with 75 "$driver"
    [ "$(row JohnD)" = "John Doe,JohnD,OLD,NEW" ]
    rm "$FAKE/pst-import.JohnD.wait"
    mbx-migrate --quiet l.csv
    [ "$(grep -c ^SUCCESS l.csv)" -eq 3 ]
}

@test "a driver that was killed leaves nothing that a new run would stumble over" {
    local at
    for at in mbx-export pst-inspect pst-import; do
        setup_again
        : >"$FAKE/$at.JohnD.wait"
        mbx-migrate l.csv >out 2>err 3>&- &
        wait_for "$FAKE/$at.JohnD.waiting"
        kill -KILL $!
        # The step outlives the driver, and keeps the claim as long.
        [ "$(csv-status next l.csv)" = $'Mary Smith,MarySm,OLD,NEW' ]
        rm "$FAKE/$at.JohnD.wait"
        local i
        for ((i = 0; i < 200; i++)); do
            [ "$(csv-status next --json l.csv | grep -c JohnD)" -eq 0 ] || break
            sleep 0.02
        done
        mbx-migrate --quiet l.csv
        [ "$(grep -c '^SUCCESS,.*Migrated No Errors' l.csv)" -eq 3 ]
    done
}

@test "an import that has begun is finished with the PST file it began with" {
    printf '69' >"$FAKE/pst-import.JohnD"
    mkdir -p mbx-migrate.work/OLD
    tar -cf mbx-migrate.work/OLD/JohnD.pst -C "$FAKE/OLD/JohnD" .
    : >mbx-migrate.work/OLD/JohnD.pst.journal
    : >mbx-migrate.work/OLD/JohnD.pst.unfinished
    printf 'half' >"$FAKE/NEW/JohnD/1"
    rm "$FAKE/pst-import.JohnD"
    mbx-migrate --quiet l.csv
    [ "$(<"$FAKE/NEW/JohnD/1")" = JohnD ]
    refute grep 'mbx-export JohnD' "$FAKE/calls"
}

@test "a PST file that is not from an unfinished run is left alone" {
    mkdir -p mbx-migrate.work/OLD
    printf 'mine' >mbx-migrate.work/OLD/JohnD.pst
    run mbx-migrate --quiet l.csv
    [ "$status" -eq 65 ]
    [ "$(row JohnD)" = "FAILURE,John Doe,JohnD,OLD,NEW,Error PST File Exists" ]
    [ "$(<mbx-migrate.work/OLD/JohnD.pst)" = mine ]
}

@test "a stop file stops before the next mailbox" {
    : >stop
    run --separate-stderr mbx-migrate --stop-file stop l.csv
    [ "$status" -eq 75 ]
    [[ "$stderr" == *"stop exists, stopping"* ]]
    [ ! -e "$FAKE/calls" ]
    rm stop
    : >"$FAKE/pst-import.JohnD.wait"
    mbx-migrate --quiet --stop-file stop l.csv >out &
    local driver=$!
    wait_for "$FAKE/pst-import.JohnD.waiting"
    : >stop
    rm "$FAKE/pst-import.JohnD.wait"
    ends_with 75 "$driver"
    [ "$(grep -c ^SUCCESS l.csv)" -eq 1 ]
}

@test "two workers share one list, and nobody is moved twice" {
    local i
    : >l.csv
    for ((i = 0; i < 20; i++)); do
        mkdir -p "$FAKE"/{OLD,NEW}/"r$i"
        printf 'x' >"$FAKE/OLD/r$i/1"
        printf 'N,r%d,OLD,NEW\r\n' "$i" >>l.csv
    done
    mbx-migrate --quiet --error-log a.log l.csv >a.out &
    local first=$!
    mbx-migrate --quiet --error-log b.log l.csv >b.out &
    local second=$!
    local code=0
    wait "$first" || code=$?
    [ "$code" -eq 0 ] || [ "$code" -eq 75 ]
    code=0
    wait "$second" || code=$?
    [ "$code" -eq 0 ] || [ "$code" -eq 75 ]
    [ "$(grep -c ^SUCCESS l.csv)" -eq 20 ]
    [ "$(grep -c pst-import "$FAKE/calls")" -eq 20 ]
    [ "$(sort "$FAKE/calls" | uniq -d | grep -c 'pst-import')" -eq 0 ]
}

@test "a run waits while another list is at work on the same recipient" {
    cp l.csv other.csv
    : >"$FAKE/pst-import.JohnD.wait"
    mbx-migrate --quiet l.csv >out 3>&- &
    local first=$!
    wait_for "$FAKE/pst-import.JohnD.waiting"
    mbx-migrate other.csv >other.out 2>other.err 3>&- &
    local second=$! i
    for ((i = 0; i < 250; i++)); do
        ! grep -q 'waiting for its end' other.err || break
        sleep 0.02
    done
    [ "$(grep -c waiting other.err)" -eq 1 ]
    [ "$(grep -c JohnD "$FAKE/calls")" -eq 6 ]
    rm "$FAKE/pst-import.JohnD.wait"
    ends_with 0 "$first"
    ends_with 65 "$second"
    [ "$(grep -c ^SUCCESS l.csv)" -eq 3 ]
    [ "$(grep -c '^FAILURE,.*,Destination Inbox Missing Or Not Empty' other.csv)" -eq 3 ]
    [ "$(grep -c pst-import "$FAKE/calls")" -eq 3 ]
    [ -z "$(ls mbx-migrate.work)" ]
}

@test "a run that waits for another one can be stopped" {
    mkdir -p mbx-migrate.work/OLD
    exec 9<>mbx-migrate.work/OLD/JohnD.pst.lock
    flock 9
    mbx-migrate l.csv >out 2>err 3>&- 9>&- &
    local driver=$! i
    for ((i = 0; i < 250; i++)); do
        ! grep -q 'waiting for its end' err || break
        sleep 0.02
    done
    kill -TERM "$driver"
    ends_with 75 "$driver"
    [ "$(row JohnD)" = "John Doe,JohnD,OLD,NEW" ]
    [ -e mbx-migrate.work/OLD/JohnD.pst.lock ]
    exec 9>&-
    mbx-migrate --quiet l.csv
    [ -z "$(ls mbx-migrate.work)" ]
}

@test "the closing line that cannot be written is an error" {
    run --separate-stderr bash -c 'mbx-migrate --quiet l.csv >/dev/full'
    [ "$status" -eq 74 ]
    [ "$stderr" = "mbx-migrate: standard output cannot be written" ]
    [ "$(grep -c ^SUCCESS l.csv)" -eq 3 ]
}

@test "both sides of a gap: what travels is verified" {
    mbx-migrate --quiet --phase export --work-dir medium l.csv
    [ "$(row JohnD)" = "SUCCESS,John Doe,JohnD,OLD,NEW,Exported No Errors" ]
    [ "$(find medium -type f | sort | tr '\n' ' ')" = \
        "medium/OLD/BobK.pst medium/OLD/JohnD.pst medium/OLD/MarySm.pst medium/SHA256SUMS medium/l.csv " ]
    [ "$(head -n 1 medium/l.csv)" = $'John Doe,JohnD,OLD,NEW\r' ]
    rm -r "$FAKE/OLD" "$FAKE/calls"
    run mbx-migrate --quiet --phase import --work-dir medium l.csv
    [ "$status" -eq 64 ]
    [ ! -e "$FAKE/calls" ]
    run mbx-migrate --quiet --phase import medium/l.csv
    [ "$status" -eq 0 ]
    [ "$(grep -c 'Migrated No Errors' medium/l.csv)" -eq 3 ]
    refute grep mbx-export "$FAKE/calls"
    [ "$(grep JohnD "$FAKE/calls" | cut -d' ' -f1 | tr '\n' ' ')" = "mbx-check-inbox pst-inspect pst-import " ]
    [ "$(<"$FAKE/NEW/JohnD/1")" = JohnD ]
}

@test "each side of a gap needs the profiles of its own servers only" {
    sed -n '/OLD/,+1p' servers.conf >old.conf
    sed -n '/NEW/,+1p' servers.conf | sed '/OLD/d' >new.conf
    run -0 --separate-stderr mbx-migrate --quiet --phase export --servers old.conf --work-dir medium l.csv
    [ -z "$stderr" ]
    run -0 --separate-stderr mbx-migrate --quiet --phase import --servers new.conf medium/l.csv
    [ -z "$stderr" ]
}

@test "a PST file from a medium that is not sound fails its recipient, and the others go on" {
    mbx-migrate --quiet --phase export --work-dir medium l.csv
    rm "$FAKE/calls"
    printf '1' >"$FAKE/pst-inspect.JohnD"
    run mbx-migrate --quiet --phase import medium/l.csv
    [ "$status" -eq 65 ]
    grep -q '^FAILURE,John Doe,JohnD,OLD,NEW,Error Checking PST File,' medium/l.csv
    [ "$(grep -c '^SUCCESS,.*Migrated No Errors' medium/l.csv)" -eq 2 ]
    refute grep 'pst-import JohnD' "$FAKE/calls"
    [ -z "$(ls -A "$FAKE/NEW/JohnD")" ]
    [ -e medium/OLD/JohnD.pst ]
}

@test "a PST file is checked again before an import that was interrupted goes on" {
    mbx-migrate --quiet --phase export --work-dir medium l.csv
    : >medium/OLD/JohnD.pst.journal
    rm "$FAKE/calls"
    printf '1' >"$FAKE/pst-inspect.JohnD"
    run mbx-migrate --quiet --phase import medium/l.csv
    grep -q '^FAILURE,John Doe,JohnD,OLD,NEW,Error Checking PST File,' medium/l.csv
    refute grep 'pst-import JohnD' "$FAKE/calls"
}

@test "a PST file that changed on its way is refused, also when its import has begun" {
    local begun
    for begun in no yes; do
        setup_again
        rm -rf medium
        mbx-migrate --quiet --phase export --work-dir medium l.csv
        printf 'x' >>medium/OLD/JohnD.pst
        [[ $begun == no ]] || : >medium/OLD/JohnD.pst.journal
        run mbx-migrate --quiet --phase import medium/l.csv
        [ "$status" -eq 65 ]
        grep -q '^FAILURE,John Doe,' medium/l.csv
        [ ! -e "$FAKE/NEW/JohnD/1" ]
    done
}

@test "a PST file that is missing on the other side is a failure" {
    mbx-migrate --quiet --phase export --work-dir medium l.csv
    rm medium/OLD/JohnD.pst
    run mbx-migrate --quiet --phase import medium/l.csv
    [ "$status" -eq 65 ]
    grep -q '^FAILURE,John Doe,JohnD,OLD,NEW,Error PST File Missing,' medium/l.csv
}

@test "what could not be taken along stays, and the row says so" {
    mkdir -p mbx-migrate.work/OLD/JohnD.pst.refused
    run mbx-migrate --quiet l.csv
    [ "$(row JohnD)" = "SUCCESS,John Doe,JohnD,OLD,NEW,Migrated With Bad Items" ]
    [ -d mbx-migrate.work/OLD/JohnD.pst.refused ]
    grep -q '^== .* OLD JohnD: Migrated With Bad Items$' l.csv.log
}

@test "an error log that cannot be made is refused before anything is touched" {
    mkdir folder
    run -73 --separate-stderr mbx-migrate --error-log none/e.log l.csv
    [[ $stderr == 'mbx-migrate: none/e.log: cannot be written: No such file or directory'$'\n'*hint:* ]]
    run -73 --separate-stderr mbx-migrate --error-log folder l.csv
    [[ $stderr == 'mbx-migrate: folder: cannot be written: Is a directory'* ]]
    [[ ! -e l.csv.lock && ! -e mbx-migrate.work && ! -e $FAKE/calls ]]
}

@test "an error log that takes no more ends the loop, and what it lacks is on the screen" {
    echo 65 >"$FAKE/mbx-export.MarySm"
    run -74 --separate-stderr mbx-migrate --error-log /dev/full l.csv
    [[ $stderr == *'mbx-migrate: /dev/full: cannot be written: No space left on device'* ]]
    [[ $stderr == *'mbx-export: MarySm: does not work today'* && $stderr != *'line '* ]]
    [ "$output" = "$PWD/l.csv: 3 recipients, 1 succeeded, 1 failed, 1 pending" ]
    [ "$(row MarySm)" = 'FAILURE,Mary Smith,MarySm,OLD,NEW,Error Copying Messages' ]
}

@test "a work folder that cannot be made is refused" {
    run -73 --separate-stderr mbx-migrate --work-dir l.csv/work l.csv
    [[ $stderr == *'mbx-migrate: l.csv/work: cannot be made: Not a directory' ]]
}

@test "what a tool warned of is in the log, though everything was moved" {
    printf 'mbx-export: warning: Old: is no mbox\n' >"$FAKE/mbx-export.JohnD.says"
    mbx-migrate --quiet l.csv
    [ "$(row JohnD)" = "SUCCESS,John Doe,JohnD,OLD,NEW,Migrated No Errors" ]
    grep -q '^mbx-export: warning: Old: is no mbox$' l.csv.log
    refute grep -q MarySm l.csv.log
}

@test "a display name may be empty" {
    printf ',JohnD,OLD,NEW\r\nMary Smith,MarySm,OLD,NEW\r\n' >l.csv
    run mbx-migrate --quiet l.csv
    [ "$status" -eq 0 ]
    [ "$(row JohnD)" = "SUCCESS,,JohnD,OLD,NEW,Migrated No Errors" ]
    [ "$(row MarySm)" = "SUCCESS,Mary Smith,MarySm,OLD,NEW,Migrated No Errors" ]
}

@test "a list of those who are tried again goes on with the import that has begun" {
    printf '74' >"$FAKE/pst-import.JohnD"
    mbx-migrate --quiet l.csv || true
    [ -e mbx-migrate.work/OLD/JohnD.pst ]
    : >mbx-migrate.work/OLD/JohnD.pst.journal
    rm "$FAKE/calls" "$FAKE/pst-import.JohnD"
    csv-status retry l.csv >again.csv
    mbx-migrate --quiet again.csv
    [ "$(cut -d' ' -f1 "$FAKE/calls")" = pst-import ]
}

@test "the list for the import keeps those of an earlier list of the same name" {
    cp l.csv all.csv
    grep -v JohnD all.csv >l.csv
    mbx-migrate --quiet --phase export --work-dir gap l.csv
    grep JohnD all.csv >l.csv
    mbx-migrate --quiet --phase export --work-dir gap l.csv
    [ "$(cut -d, -f1 gap/l.csv | tr '\n' ' ')" = 'Mary Smith "K John Doe ' ]
    # Exported once more: nobody is there twice.
    rm gap/OLD/BobK.pst
    printf 'Bob,BobK,OLD,NEW\n' >l.csv
    mbx-migrate --quiet --phase export --work-dir gap l.csv
    [ "$(cut -d, -f1 gap/l.csv | tr '\n' ' ')" = 'Mary Smith John Doe Bob ' ]
    mbx-migrate --quiet --phase import gap/l.csv
    [ "$(grep -c 'Migrated No Errors' gap/l.csv)" -eq 3 ]
}

@test "an export does not replace a list whose import has begun" {
    mbx-migrate --quiet --phase export --work-dir gap l.csv
    mbx-migrate --quiet --phase import gap/l.csv
    cp gap/l.csv before.csv
    run --separate-stderr mbx-migrate --quiet --phase export --work-dir gap l.csv
    [ "$status" -eq 73 ]
    [[ "$stderr" == *"gap/l.csv: its import has begun"* ]]
    cmp gap/l.csv before.csv
}

@test "a dry run opens both sides and changes nothing" {
    printf 'x' >"$FAKE/NEW/MarySm/there"
    cp l.csv before.csv
    run --separate-stderr mbx-migrate --quiet --dry-run l.csv
    [ "$status" -eq 65 ]
    [ "$output" = "JohnD on OLD: ready
MarySm on OLD: Destination Inbox Missing Or Not Empty
BobK on OLD: ready" ]
    cmp l.csv before.csv
    [ "$(echo l.csv*)" = l.csv ]
    refute grep -vE '^mbx-check-inbox ' "$FAKE/calls"
}

@test "a dry run keeps no row from those who work on the list" {
    : >"$FAKE/mbx-check-inbox.JohnD.wait"
    mbx-migrate --quiet --dry-run l.csv >out 2>err &
    local driver=$!
    wait_for "$FAKE/mbx-check-inbox.JohnD.waiting"
    [ "$(csv-status next l.csv)" = 'John Doe,JohnD,OLD,NEW' ]
    rm "$FAKE/mbx-check-inbox.JohnD.wait"
    ends_with 0 "$driver"
}

@test "PST files are kept when asked, and nobody else may read them" {
    mbx-migrate --quiet --keep-pst l.csv
    [ "$(stat -c %a mbx-migrate.work/OLD/JohnD.pst)" = 600 ]
    [ ! -e mbx-migrate.work/OLD/JohnD.pst.unfinished ]
}

@test "result times are ISO when asked" {
    mbx-migrate --quiet --time-format iso l.csv
    [ "$(grep -cE ',[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z.$' l.csv)" -eq 3 ]
}

@test "a tool that is missing is named" {
    rm bin/pst-import
    PATH=$BATS_TEST_TMPDIR/bin:$MBX_SOURCE/scripts:/usr/bin:/bin
    ln -s "$MBX_BIN/csv-status" bin/
    run --separate-stderr mbx-migrate l.csv
    [ "$status" -eq 78 ]
    [[ "$stderr" == "mbx-migrate: pst-import is not in PATH"* ]]
}

@test "a list where nothing can be written is refused with a reason" {
    mkdir l.csv.lock
    run --separate-stderr mbx-migrate l.csv
    [ "$status" -eq 73 ]
    [[ "$stderr" == *"put it where it can be written"* ]]
    [ ! -e "$FAKE/calls" ]
}

@test "wrong usage is exit code 64" {
    local words
    for words in "" "a b" "--nonsense l.csv" "--phase both l.csv" "--bad-item-limit x l.csv" \
        "--time-format long l.csv" "l.csv --servers" "--import-option=--dry-run l.csv" \
        "--export-option -V l.csv" "--import-option=--work-dir=x l.csv"; do
        # shellcheck disable=SC2086 # words
        run mbx-migrate $words
        [ "$status" -eq 64 ]
    done
}

@test "options are handed on to the tools" {
    printf '69' >"$FAKE/pst-import.JohnD"
    printf 'John Doe,JohnD,OLD,NEW\r\n' >m.csv
    run mbx-migrate --quiet --bad-item-limit 3 --servers servers.conf --export-option=--mail-only \
        --import-option --proof=header m.csv
    grep -q "'mbx-export' '--bad-item-limit' '3' '--mail-only' '--server=OLD' '--alias=JohnD' '--servers-file=servers.conf'" m.csv.log
    grep -q "'pst-import' '--bad-item-limit' '3' '--proof=header' " m.csv.log
}

@test "what would be wrong for everybody ends the run, and nobody has failed" {
    cp l.csv before.csv
    unset MBX_SERVERS
    local -a cases=(
        "78:there are no server profiles:--quiet"
        "66:no-such.conf:--servers no-such.conf"
        "66:$PWD/bin:--servers $PWD/bin"
        "78:wrong.conf:1:--servers wrong.conf"
    )
    printf 'pasword = x\n' >wrong.conf
    local case
    for case in "${cases[@]}"; do
        # shellcheck disable=SC2086 # words
        HOME=$PWD XDG_CONFIG_HOME='' run --separate-stderr mbx-migrate ${case##*:} l.csv
        [ "$status" -eq "${case%%:*}" ]
        case=${case#*:}
        [[ $stderr == *"${case%:*}"* ]]
        cmp l.csv before.csv
    done
}

@test "an import without its manifest is refused before anything is touched" {
    mbx-migrate --quiet --phase export --work-dir medium l.csv
    rm medium/SHA256SUMS "$FAKE/calls"
    cp medium/l.csv before.csv
    run -66 --separate-stderr mbx-migrate --phase import medium/l.csv
    [[ $stderr == *'medium/SHA256SUMS: there is no such manifest, or it cannot be read'*'hint: '* ]]
    cmp medium/l.csv before.csv
    [ ! -e "$FAKE/calls" ]
}

@test "where nobody has been exported there is nothing to import, and no manifest" {
    rm -r "$FAKE/OLD"
    run -65 mbx-migrate --quiet --phase export --work-dir medium l.csv
    run -0 mbx-migrate --quiet --phase import medium/l.csv
    [[ $output == *'/medium/l.csv: 0 recipients, 0 succeeded, 0 failed, 0 pending' ]]
}

@test "an option that a tool does not know ends the run, and nobody has failed" {
    cp l.csv before.csv
    printf '64' >"$FAKE/mbx-export.JohnD"
    run --separate-stderr mbx-migrate --export-option=--foo l.csv
    [ "$status" -eq 64 ]
    [[ $stderr == *"mbx-export: JohnD: does not work today"* ]]
    cmp l.csv before.csv
}

@test "a full folder for temporary files is said once, and nobody has failed" {
    cp l.csv before.csv
    mkdir -p full/x
    ln -s /dev/full full/x/said
    printf '#!/bin/sh\necho full/x\n' >bin/mktemp
    chmod +x bin/mktemp
    run mbx-migrate --quiet l.csv # not --separate-stderr: bats would use that mktemp as well
    [ "$status" -eq 73 ]
    [[ $output == *"full/x: cannot be written"* ]]
    cmp l.csv before.csv
}
