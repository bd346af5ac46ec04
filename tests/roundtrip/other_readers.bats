# PSTs of ours, read by programs that are not ours: the same folders, messages, subjects and attachments, and no
# complaint.

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

compare() { # READER FILE
    run "$MBX_SOURCE/tests/roundtrip/compare-readers" --list-pst "$MBX_LIST_PST" \
        --node-modules "$MBX_NODE_MODULES" --work-dir "$BATS_TEST_TMPDIR" --reader "$1" "$2"
    echo "$output"
    [[ $status == 0 ]]
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
    # shellcheck disable=SC1091 # is checked on its own
    source "$MBX_SOURCE/tests/support/lacking.bash"
    [[ -d $MBX_NODE_MODULES/pst-extractor ]] ||
        lacking "pst-extractor is not there: cmake --build BUILD --target roundtrip_node_modules"
    compare pst-extractor "$VARIED"
    compare pst-extractor "$MAILBOX"
    compare pst-extractor "$PLAIN"
}
