# PSTs of ours, read by programs that are not ours: the same folders, messages, subjects and attachments, each message as
# its mail has it, and no complaint.

bats_require_minimum_version 1.5.0

setup_file() {
    : "${MBX_BIN:?is set by ctest: the folder of the built tools}"
    export PATH="$MBX_BIN:$PATH" LC_ALL=C.UTF-8
    export VARIED=$BATS_FILE_TMPDIR/varied.pst MAILBOX=$BATS_FILE_TMPDIR/mailbox.pst PLAIN=$BATS_FILE_TMPDIR/plain.pst
    "$MBX_WRITE_VARIED_PST" "$VARIED" >"$BATS_FILE_TMPDIR/expected"
    # shellcheck disable=SC1091 # is checked on its own
    source "$MBX_SOURCE/tests/support/sample_mailbox.bash"
    sample_mailbox "$BATS_FILE_TMPDIR/maildir"
    mbx-export --quiet "maildir:$BATS_FILE_TMPDIR/maildir" "$MAILBOX"
    mbx-export --quiet --encoding none "maildir:$BATS_FILE_TMPDIR/maildir" "$PLAIN"
}

compare_readers() {
    "$MBX_SOURCE/tests/roundtrip/compare-readers" --list-pst "$MBX_LIST_PST" --node-modules "$MBX_NODE_MODULES" \
        --work-dir "$BATS_TEST_TMPDIR" "$@"
}

compare() { # READER FILE
    run compare_readers --reader "$1" "$2"
    echo "$output"
    [[ $status == 0 ]]
}

need_pst_extractor() {
    # shellcheck disable=SC1091 # is checked on its own
    source "$MBX_SOURCE/tests/support/lacking.bash"
    [[ -d $MBX_NODE_MODULES/pst-extractor ]] ||
        lacking "pst-extractor is not there: cmake --build BUILD --target roundtrip_node_modules"
}

@test "our reader finds what was written" {
    "$MBX_LIST_PST" "$VARIED" >"$BATS_TEST_TMPDIR/found"
    diff <(grep '^folder' "$BATS_FILE_TMPDIR/expected" | sort) \
        <(grep -E $'^folder\t(Inbox|Attachments|Many|Empty)\t' "$BATS_TEST_TMPDIR/found" | sort)
    diff <(awk -F '\t' '$1 == "attachment" || $1 == "many" { print $2 }' "$BATS_FILE_TMPDIR/expected" | sort) \
        <(awk -F '\t' '$1 == "attachment" { print $3 }' "$BATS_TEST_TMPDIR/found" | sort)
}

@test "pffinfo opens them" {
    for file in "$VARIED" "$MAILBOX"; do
        run -0 pffinfo "$file"
        [[ $output == *'64-bit'* ]]
        [[ $output == *'Encryption type:'*'compressible'* ]]
    done
}

@test "pffexport finds every folder, message and attachment" {
    compare pffexport "$VARIED"
    compare pffexport "$MAILBOX"
    compare pffexport "$PLAIN"
}

@test "readpst finds every folder, message and attachment" {
    compare readpst "$VARIED"
    compare readpst "$MAILBOX"
    compare readpst "$PLAIN"
}

@test "pst-extractor finds every folder, message and attachment" {
    need_pst_extractor
    compare pst-extractor "$VARIED"
    compare pst-extractor "$MAILBOX"
    compare pst-extractor "$PLAIN"
}

# The reader of ours that goes with this one has other mail than the PST.
@test "a message that is not as its mail has it is told, field by field" {
    need_pst_extractor
    cat >"$BATS_TEST_TMPDIR/list_pst" <<EOF
#!/usr/bin/env bash
"$MBX_LIST_PST" "\$@"
sed -i 's/Anna Ex/Bert Ex/; s/^To: John/To: Jane/; s/2026 09:15:00/2025 09:15:00/; s/20260302.1/20260302.7/
    s/Minutes/Hours/; s/minutes/hours/' "\$2"/*.eml
EOF
    chmod +x "$BATS_TEST_TMPDIR/list_pst"
    MBX_LIST_PST=$BATS_TEST_TMPDIR/list_pst run -1 compare_readers "$MAILBOX"
    echo "$output"
    for field in subject from sender recipients submitted text; do
        [[ $output =~ pffexport:\ [^:]+:\ [^:]+:\ $field: ]]
    done
    for field in subject from sender recipients shown submitted 'message id' text; do
        [[ $output =~ pst-extractor:\ [^:]+:\ [^:]+:\ $field: ]]
    done
    [[ $output =~ readpst:\ [^:]+:\ [^:]+:\ text: ]]
}

# bats test_tags=corpus
@test "real and generated mail is shown as its mail has it" {
    need_pst_extractor
    cd "$BATS_TEST_TMPDIR"
    for set in enmime mimekit notmuch roundcube ruby-mail; do
        mbx-export --quiet --bad-item-limit 1000 --check none "eml:$MBX_SHARED/corpus/$set" "$set.pst"
    done
    run -0 compare_readers --reader pffexport --reader pst-extractor ./*.pst
    "$MBX_SHARED/tools/make-maildir" mail --quiet --jobs 1 --messages 100 --max-size 100k --odd 0.2
    mbx-export --quiet maildir:mail generated.pst
    run -0 compare_readers generated.pst
}
