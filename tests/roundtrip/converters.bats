# What our mail keeps of a store's messages, beside readpst and pffexport.

bats_require_minimum_version 1.5.0

setup() {
    : "${MBX_BIN:?is set by ctest: the folder of the built tools}"
    export PATH="$MBX_BIN:$PATH" LC_ALL=C.UTF-8
    # shellcheck disable=SC1091 # is checked on its own
    source "$MBX_SOURCE/tests/support/sample_mailbox.bash"
}

compare() { # FILE...
    "$MBX_SOURCE/tests/roundtrip/compare-converters" --verbose --bin "$MBX_BIN" --list-pst "$MBX_LIST_PST" \
        --write-msg-pst "$MBX_WRITE_MSG_PST" --work-dir "$BATS_TEST_TMPDIR" "$@"
}

# Columns of the table: fact, messages that have it, losses of pst-import, readpst, pffexport.
nothing_lost() {
    echo "$output"
    [[ $output != *'lost by pst-import'* ]]
    grep -Eq "^message +$1 +0 " <<<"$output"
}

@test "mail made from properties keeps what the store holds" {
    sample_mailbox "$BATS_TEST_TMPDIR/maildir"
    mbx-export --quiet "maildir:$BATS_TEST_TMPDIR/maildir" "$BATS_TEST_TMPDIR/mailbox.pst"
    run -0 compare "$BATS_TEST_TMPDIR/mailbox.pst"
    nothing_lost 12
}

@test "what is not there is seen to be missing" {
    sample_mailbox "$BATS_TEST_TMPDIR/maildir"
    mbx-export --quiet "maildir:$BATS_TEST_TMPDIR/maildir" "$BATS_TEST_TMPDIR/mailbox.pst"
    mkdir "$BATS_TEST_TMPDIR/bin"
    ln -s "$MBX_BIN/pst-inspect" "$BATS_TEST_TMPDIR/bin/pst-inspect"
    printf '#!/bin/sh\nexec "%s" --folder INBOX "$@"\n' "$MBX_BIN/pst-import" >"$BATS_TEST_TMPDIR/bin/pst-import"
    chmod +x "$BATS_TEST_TMPDIR/bin/pst-import"
    run -1 compare --bin "$BATS_TEST_TMPDIR/bin" "$BATS_TEST_TMPDIR/mailbox.pst"
    echo "$output"
    grep -Eq '^message +12 +6 +0 +0$' <<<"$output"
}

# bats test_tags=corpus
@test "real PSTs and Outlook items of the shared corpus keep what they hold" {
    run -0 compare "$MBX_SHARED"/corpus/*/*.pst "$MBX_SHARED"/corpus/*/*.msg
    nothing_lost 39
}

# bats test_tags=corpus
@test "what mail cannot say is counted, and named with its message" {
    cd "$BATS_TEST_TMPDIR"
    "$MBX_WRITE_MSG_PST" msg.pst "$MBX_SHARED"/corpus/*/*.msg >names
    run -0 --separate-stderr pst-import --verbose msg.pst maildir:new
    # shellcheck disable=SC2154 # set by run
    echo "$stderr"
    # Of a contact and of a message that was never sent; nothing else in these 34 is lost.
    grep -Fq ': From: no Internet address is known of "Shkolnik M.I."' <<<"$stderr"
    grep -Fq ': From: no Internet address is known of "Robert Duncan"' <<<"$stderr"
    grep -Fq 'losses of the conversion: lossy-address 2' <<<"$stderr"
    [[ $(grep -c 'pst-import: warning: ' <<<"$stderr") == 2 ]]
}
