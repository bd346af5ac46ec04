# Mailbox → PST → mailbox: all of it, once, and the same bytes.

setup() {
    : "${MBX_BIN:?is set by ctest: the folder of the built tools}"
    export PATH="$MBX_BIN:$PATH" LC_ALL=C.UTF-8
    compare=$MBX_SOURCE/tests/roundtrip/compare-mailboxes
    cd "$BATS_TEST_TMPDIR" || return
}

small() { # FOLDER
    # shellcheck disable=SC1091 # is checked on its own
    source "$MBX_SOURCE/tests/support/sample_mailbox.bash"
    sample_mailbox "$1"
}

large() { # FOLDER: 100 messages, 10 MB
    "$MBX_SOURCE/tests/bench/make-mail" "$1" 100 10000000 3
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

@test "messages of no bytes are moved with a warning each, and fail nothing" {
    small old
    for i in {1..10}; do
        : >"old/cur/15000000$i.M1P1.empty:2,S"
        touch --date="@$((1500000000 + i))" "old/cur/15000000$i.M1P1.empty:2,S"
    done
    mbx-export maildir:old a.pst 2>said
    [[ $(grep -c 'is empty (0 bytes)' said) == 10 ]]
    [[ ! -e a.pst.bad ]]
    pst-inspect check --quiet a.pst
    for kind in maildir mbox eml; do
        pst-import --quiet a.pst "$kind:new-$kind" --work-dir "$BATS_TEST_TMPDIR"
        rm -f a.pst.journal
    done
    "$compare" maildir:old maildir:new-maildir
    "$compare" maildir:old mbox:new-mbox --ignore-empty
    "$compare" maildir:old eml:new-eml --no-flags --no-keywords --no-dates --ignore-empty
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

# bats test_tags=corpus
@test "a generated Maildir with malformed mail and keywords comes back as it was" {
    "$MBX_SHARED/tools/make-maildir" old --quiet --jobs 1 --messages 150 --max-size 300k --odd 0.2 --keywords
    mbx-export maildir:old a.pst
    pst-import a.pst maildir:new
    "$compare" maildir:old maildir:new --ignore-empty
}

@test "what keeps the sources of generated mail is at most 0.5 % of the PST" {
    large old
    "$MBX_EXACT_SOURCE" --most 0.5 maildir:old
}

# What tests of the conversion cannot see: that the PST gives every property back as it was taken.
# bats test_tags=corpus
@test "real mail comes back as it was" {
    for set in cpython-test-email enmime james-mime4j kmime mailparser notmuch roundcube ruby-mail; do
        # Some sets have mail in other files, too; it stays behind, and nothing else does.
        mbx-export --quiet --bad-item-limit 1000 "eml:$MBX_SHARED/corpus/$set" "$set.pst"
        [[ ! -e $set.pst.bad ]] || [[ $(jq -r .kind "$set.pst.bad/list.jsonl" | sort -u) == 'not reached' ]]
        pst-import --quiet "$set.pst" "eml:$set"
        "$compare" "eml:$MBX_SHARED/corpus/$set" "eml:$set" --no-flags --no-keywords --no-dates --ignore-empty
    done
}

@test "a PST without encoding holds the same" {
    small old
    mbx-export --quiet --encoding none maildir:old a.pst
    [[ $(pst-inspect summary a.pst) == *'encoding   none'* ]]
    pst-inspect check --quiet a.pst
    pst-import --quiet a.pst maildir:new
    "$compare" maildir:old maildir:new
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

# An import into $1 (a store's kind), killed again and again and at last run to its end; $2... for the comparison.
# MBX_ROUNDS says how often that is done.
survives_kills() { # KIND [OPTION]...
    local i file start took round killed
    small old
    for i in {100..500}; do
        sample_deliver old "$i" S 01-plain.eml
        file=$(printf 'old/cur/%d.M%06dP1.sample:2,S' $((1500000000 + i * 86400)) "$i")
        printf 'X-Number: %d\n' "$((i / 2))" | cat - "$MBX_TEST_DATA/mail/01-plain.eml" >"$file" # in pairs
        touch --date="@$((1500000000 + i * 86400))" "$file"
    done
    mbx-export --quiet maildir:old a.pst
    start=$(date +%s%3N)
    pst-import --quiet --work-dir . a.pst "$1:whole"
    took=$(($(date +%s%3N) - start))
    rm a.pst.journal
    for ((round = 1; round <= ${MBX_ROUNDS:-1}; ++round)); do
        rm -rf a.pst.journal new
        killed=0
        for _ in {1..6}; do
            import_and_kill "$1:new" $((took / 10 + RANDOM * took / 65536))
        done
        pst-import a.pst "$1:new"
        echo "round $round: killed $killed times"
        "$compare" maildir:old "$1:new" "${@:2}"
    done
}

@test "an import killed anywhere and run again brings every message once" {
    survives_kills maildir
}

@test "an import into mbox files survives being killed, too" {
    survives_kills mbox --ignore-empty
}

@test "an import into .eml files survives being killed, too" {
    survives_kills eml --no-flags --no-keywords --no-dates --ignore-empty
    mbx-export --quiet eml:new b.pst # flags, keywords and dates are in a table beside the files
    pst-import --quiet b.pst maildir:again
    "$compare" maildir:old maildir:again --ignore-empty
}

# Begins an export of 10 MB to a.pst, and signals it once it writes. Sets `code`.
export_and_signal() { # SIGNAL
    large old
    mbx-export --quiet maildir:old a.pst &
    until [[ -e a.pst.part ]]; do
        kill -0 $! || return 1
        sleep 0.01
    done
    kill "-$1" $!
    code=0
    wait $! || code=$?
}

@test "a killed export leaves no PST, and the next one makes it" {
    export_and_signal KILL
    [[ $code == 137 && ! -e a.pst ]]
    mbx-export --quiet maildir:old a.pst
    [[ -s a.pst && ! -e a.pst.part ]]
}

@test "SIGTERM stops an export with exit code 75 and leaves nothing" {
    export_and_signal TERM
    [[ $code == 75 && ! -e a.pst && ! -e a.pst.part ]]
}

# Neither the message nor the store says when it came.
undated() { # FOLDER
    mkdir -p "$1"/{cur,new,tmp}
    printf 'Subject: undated\n\nhello\n' >"$1/cur/undated:2,S"
    touch --date=@0 "$1/cur/undated:2,S"
}

@test "a message without any date gets none on its way" {
    undated old
    mbx-export --quiet maildir:old a.pst
    pst-inspect check --quiet a.pst
    [[ $(pst-inspect messages a.pst) == *" -  "*undated* ]]
    pst-import --quiet a.pst mbox:exact --work-dir "$BATS_TEST_TMPDIR"
    [[ $(head -n 1 exact/INBOX) == *"Thu Jan  1 00:00:00 1970" ]]
    rm a.pst.journal
    mbx-export --quiet --no-exact-source maildir:old rebuilt.pst
    pst-import --quiet rebuilt.pst eml:rebuilt
    run grep -ri "^Date:" rebuilt
    [[ $status == 1 ]]
}

@test "of two imports into one mailbox on disk the second is sent away" {
    small old
    mbx-export --quiet maildir:old a.pst
    for kind in maildir mbox eml; do
        mkdir "new-$kind"
        run flock --nonblock "new-$kind" pst-import --work-dir work a.pst "$kind:new-$kind"
        [[ $status == 75 && $output == *"another import into this mailbox"* ]]
        [[ ! -e work/a.pst.journal ]]
        pst-import --quiet --work-dir "work-$kind" a.pst "$kind:new-$kind"
    done
}

@test "a file in the place of the journal is not taken for one" {
    small old
    mbx-export --quiet maildir:old a.pst
    pst-import --quiet a.pst maildir:new
    echo hello >a.pst.journal
    run pst-import a.pst maildir:other
    [[ $status == 65 && $output == *"no journal of an import"* ]]
    [[ $(<a.pst.journal) == hello ]]
}

@test "a finished file stays though the report of it cannot be written" {
    small old
    run bash -c 'mbx-export maildir:old a.pst >/dev/full'
    [[ $status == 74 && $output == *"a.pst is complete"* ]]
    pst-inspect check --quiet a.pst
}
