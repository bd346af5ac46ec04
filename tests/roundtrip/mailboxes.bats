# Mailbox → PST → mailbox: all of it, once, and the same bytes.

setup() {
    : "${MBX_BIN:?is set by ctest: the folder of the built tools}"
    export PATH="$MBX_BIN:$PATH" LC_ALL=C.UTF-8
    compare=$MBX_SOURCE/tests/roundtrip/compare-mailboxes
    shared=${MBX_SHARED:-$MBX_SOURCE/../shared}
    cd "$BATS_TEST_TMPDIR" || return
}

small() { # FOLDER
    source "$MBX_SOURCE/tests/support/sample_mailbox.bash"
    sample_mailbox "$1"
}

generated() { # FOLDER OPTION...
    [[ -x $shared/tools/make-maildir ]] || skip "no make-maildir in $shared"
    "$shared/tools/make-maildir" --quiet --jobs 1 "${@:2}" "$1"
    find "$1" -type f -empty -path '*/cur/*' -delete # stores take them for what a crash left
}

@test "a small Maildir comes back as it was" {
    small old
    mbx-export maildir:old a.pst
    pst-import a.pst maildir:new
    "$compare" maildir:old maildir:new
}

@test "a PST goes into mbox files and back into a Maildir" {
    small old
    mbx-export maildir:old a.pst
    pst-import a.pst mbox:boxes
    "$compare" maildir:old mbox:boxes --ignore-empty
    mbx-export mbox:boxes b.pst
    pst-import b.pst maildir:new
    "$compare" maildir:old maildir:new --ignore-empty
}

@test "a PST goes into .eml files and back into a Maildir" {
    small old
    mbx-export maildir:old a.pst
    pst-import a.pst eml:files
    "$compare" maildir:old eml:files --no-flags --no-keywords --no-dates --ignore-empty
    mbx-export eml:files b.pst
    pst-import b.pst maildir:new
    "$compare" maildir:old maildir:new --ignore-empty
}

@test "libpff reads the same mailbox" {
    small old
    mbx-export maildir:old a.pst
    pst-import --reader libpff a.pst maildir:new
    "$compare" maildir:old maildir:new
}

@test "a source is not changed by an export" {
    small old
    snapshot() { find old -printf '%p %s %m %T@ %C@\n' | sort; }
    snapshot >before
    mbx-export maildir:old a.pst
    snapshot | diff before -
}

@test "a generated Maildir with malformed mail and keywords comes back as it was" {
    generated old --messages 150 --max-size 300k --odd 0.2 --keywords
    mbx-export maildir:old a.pst
    pst-import a.pst maildir:new
    "$compare" maildir:old maildir:new --ignore-empty
}

# Runs `pst-import --quiet a.pst $1` and kills it after a random part of the given milliseconds. Sets `killed`.
import_and_kill() { # DESTINATION MILLISECONDS
    local code=0
    pst-import --quiet a.pst "$1" 2>said &
    sleep "$(printf '%d.%03d' $(($2 / 1000)) $(($2 % 1000)))"
    kill -KILL $! 2>/dev/null || true
    wait $! || code=$?
    [[ $code == 0 || $code == 137 ]] || { echo "exit code $code"; cat said; return 1; }
    [[ $code == 0 ]] || killed=$((killed + 1))
}

@test "an import killed anywhere and run again brings every message once" {
    small old
    for i in {100..900}; do
        sample_deliver old "$i" S 01-plain.eml
        file=$(printf 'old/cur/%d.M%06dP1.sample:2,S' $((1500000000 + i * 86400)) "$i")
        printf 'X-Number: %d\n' "$((i / 2))" | cat - "$MBX_TEST_DATA/mail/01-plain.eml" >"$file" # in pairs
        touch --date="@$((1500000000 + i * 86400))" "$file"
    done
    mbx-export --quiet maildir:old a.pst
    start=$(date +%s%3N)
    pst-import --quiet --work-dir . a.pst maildir:whole
    took=$(($(date +%s%3N) - start))
    rm a.pst.journal
    for round in 1 2 3; do
        rm -rf a.pst.journal new
        killed=0
        for _ in {1..6}; do
            import_and_kill maildir:new $((took / 10 + RANDOM * took / 65536))
        done
        pst-import a.pst maildir:new
        echo "round $round: killed $killed times"
        "$compare" maildir:old maildir:new
    done
}

@test "a killed export leaves no PST, and the next one makes it" {
    generated old --messages 60 --max-size 200k
    timeout --signal=KILL 0.2 mbx-export --quiet maildir:old a.pst || true
    [[ ! -e a.pst ]] || skip 'the export was faster than the signal'
    mbx-export --quiet maildir:old a.pst
    [[ -s a.pst && ! -e a.pst.part ]]
}

@test "SIGTERM stops an export with exit code 75 and leaves nothing" {
    generated old --messages 60 --max-size 200k
    mbx-export --quiet maildir:old a.pst &
    sleep 0.2
    kill -TERM $! || skip 'the export was faster than the signal'
    code=0
    wait $! || code=$?
    [[ $code == 75 ]] || { [[ $code == 0 ]] && skip 'the export was faster than the signal'; }
    [[ ! -e a.pst && ! -e a.pst.part ]]
}
