# A PST of ours, read by programs that are not ours: the same folders, messages and attachments.

bats_require_minimum_version 1.5.0

setup_file() {
    export FILE=$BATS_FILE_TMPDIR/varied.pst
    "$MBX_WRITE_VARIED_PST" "$FILE" >"$BATS_FILE_TMPDIR/expected"
}

# Digests that a reader should find: of these kinds of line.
expected_digests() { # KIND ...
    local kind
    for kind; do
        awk -F '\t' -v kind="$kind" '$1 == kind { print $2 }' "$BATS_FILE_TMPDIR/expected"
    done | sort
}

digests_of_files() { # FOLDER
    find "$1" -type f -name '*data-*.bin' -exec sha256sum {} + | cut -d ' ' -f 1 | sort
}

same() { # EXPECTED FOUND
    diff <(printf '%s\n' "$1") <(printf '%s\n' "$2")
}

@test "pffinfo opens it" {
    run -0 pffinfo "$FILE"
    [[ $output == *'64-bit'* ]]
    [[ $output == *'Encryption type:'*'compressible'* ]]
}

@test "pffexport finds every folder, message and attachment, and complains of nothing" {
    local out=$BATS_TEST_TMPDIR/pff name count
    run -0 --separate-stderr pffexport -q -m items -t "$out" "$FILE"
    [[ -z $stderr ]]
    while IFS=$'\t' read -r _ name count; do
        [[ $(find "$out.export/Top of Outlook data file/$name" -mindepth 1 -maxdepth 1 | wc -l) == "$count" ]]
    done < <(grep '^folder' "$BATS_FILE_TMPDIR/expected")
    same "$(expected_digests attachment many)" "$(digests_of_files "$out.export")"
}

# One job (-j 0): run in parallel, readpst now and then leaves messages out.
# It cannot read SIBLOCKs, so a message with more than 338 attachments has none for it.
@test "readpst finds every folder, message and attachment" {
    local out=$BATS_TEST_TMPDIR name count
    run -0 readpst -j 0 -q -S -D -o "$out" "$FILE"
    while IFS=$'\t' read -r _ name count; do
        [[ $count == 0 || $(find "$out/Outlook Data File/$name" -name '[0-9]*' ! -name '*-*' | wc -l) == "$count" ]]
    done < <(grep '^folder' "$BATS_FILE_TMPDIR/expected")
    same "$(expected_digests attachment)" "$(digests_of_files "$out")"
}

@test "pst-extractor finds every folder, message and attachment" {
    [[ -d $MBX_NODE_MODULES/pst-extractor ]] || skip "pst-extractor is not there: build the target roundtrip_node_modules"
    local found=$BATS_TEST_TMPDIR/found
    NODE_PATH=$MBX_NODE_MODULES node "$BATS_TEST_DIRNAME/read_with_pst_extractor.js" "$FILE" >"$found"
    same "$(grep '^folder' "$BATS_FILE_TMPDIR/expected" | sort)" \
        "$(grep -E $'^folder\t(Inbox|Attachments|Many|Empty)\t' "$found" | sort)"
    same "$(expected_digests attachment many)" "$(grep '^attachment' "$found" | cut -f 2 | sort)"
}
