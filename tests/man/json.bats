# What the sections "JSON OUTPUT" of the manual pages tell of each record, name and type of its fields, is what the tools
# write on sample data.

bats_require_minimum_version 1.5.0
set -u
: "${MBX_BIN:?is set by ctest: the folder of the built tools}" "${MBX_MAN:?is set by ctest: the built manual pages}"

setup() {
    export PATH=$MBX_BIN:$PATH LC_ALL=C.UTF-8 TZ=UTC
    # shellcheck disable=SC1091 # found at run time
    source "$MBX_SOURCE/tests/support/sample_mailbox.bash"
    cd -- "$BATS_TEST_TMPDIR" || return
    sample_mailbox sample
    : >compared
}

told() { # PAGE RECORD: "name type" of each field and each type that it may have
    awk -v record="$2" '
        /^\.Sh /{in_section = $0 == ".Sh JSON OUTPUT"}
        /^\.Ss /{on = in_section && substr($0, 5) == record}
        !on {next}
        /^\.It Li /{count = split(substr($0, 8), names, / , /); next}
        count {
            sub(/[:;].*/, "")
            types = split($0, type, /, | or /)
            for (i = 1; i <= count; i++) for (t = 1; t <= types; t++) print names[i], type[t]
            count = 0
        }' "$MBX_MAN/$1" | sort -u
}

written() { # FILTER: the same of the records on standard input. Within "proof" as "proof.found".
    jq -r "$1"' | paths as $path | select(all($path[]; type == "string") and ($path | length == 1 or .[0] == "proof"))
        | "\($path | join(".")) \(getpath($path) | type)"' | sort -u
}

# The records on standard input that the filter takes are as the page tells.
agree() { # PAGE RECORD FILTER
    local told written
    printf '%s: %s\n' "$1" "$2"
    printf '%s\n' "$2" >>compared
    told=$(told "$1" "$2")
    written=$(written "$3")
    [[ -n $written ]]
    diff -u <(cut -d' ' -f1 <<<"$told" | uniq) <(cut -d' ' -f1 <<<"$written" | uniq)
    comm -13 <(printf '%s\n' "$told") <(printf '%s\n' "$written") | diff /dev/null -
}

# Those of each type, where a field "type" says so.
agree_by_type() { # PAGE, records on standard input
    local type
    cat >records
    for type in $(jq -r .type records | sort -u); do
        agree "$1" "Type $type" "select(.type == \"$type\") | del(.type)" <records
    done
}

# No record of the page is left.
all_compared() { # PAGE
    diff -u <(awk '/^\.Sh /{on = $0 == ".Sh JSON OUTPUT"} on && /^\.Ss /{print substr($0, 5)}' "$MBX_MAN/$1" | sort) \
        <(sort -u compared)
}

block_offsets() { pst-inspect blocks --json "$1" | jq .offset; } # FILE

damage() { # FILE OFFSET: of a block
    printf '\377' | dd of="$1" bs=1 seek="$(($2 + 6))" conv=notrunc status=none
}

@test "mbx-export(1)" {
    ln -s missing sample/cur/1500000000.link:2,S
    {
        mbx-export --json --dry-run maildir:sample a.pst
        mbx-export --json --bad-item-limit 1 maildir:sample a.pst
    } | agree_by_type mbx-export.1
    all_compared mbx-export.1
    agree mbx-export.1 'Type bad_item' . <a.pst.bad/list.jsonl
}

@test "pst-import(1)" {
    mbx-export --quiet maildir:sample a.pst >/dev/null
    damage a.pst "$(block_offsets a.pst | sed -n 2p)"
    mkdir -p there/cur
    {
        pst-import --json --dry-run a.pst maildir:there
        pst-import --json --bad-item-limit 1 --exclude Junk a.pst maildir:there
    } | agree_by_type pst-import.1
    all_compared pst-import.1
    agree pst-import.1 'Type bad_item' . <a.pst.refused/list.jsonl
}

@test "mbx-check-inbox(1)" {
    mbx-check-inbox --json maildir:sample >state || [ $? -eq 1 ]
    agree_by_type mbx-check-inbox.1 <state
    all_compared mbx-check-inbox.1
}

@test "csv-status(1)" {
    printf '%s,OLD,NEW\r\n' John,JohnD Mary,MarySm >list.csv
    {
        csv-status next --json list.csv
        csv-status mark --json --alias JohnD --source OLD --failure Text list.csv
        csv-status retry --json list.csv
    } | agree csv-status.1 'A row: next, mark, retry' .
    csv-status check --json list.csv | agree csv-status.1 'Totals: check, report' .
    csv-status report --json list.csv | agree csv-status.1 'Totals: check, report' 'select(has("list"))'
    csv-status report --json list.csv | agree csv-status.1 'Reasons: report' 'select(has("list") | not)'
    csv-status split --json list.csv 1 | agree csv-status.1 'New lists: split' .
    all_compared csv-status.1
}

@test "pst-inspect(1)" {
    local page=pst-inspect.1 offset node count=0
    mbx-export --quiet maildir:sample a.pst >/dev/null
    for offset in $(block_offsets a.pst); do
        cp a.pst "b$((++count)).pst"
        damage "b$count.pst" "$offset"
    done
    pst-inspect summary --json a.pst | agree "$page" summary .
    pst-inspect folders --all --json a.pst | agree "$page" folders .
    pst-inspect messages --json a.pst | agree "$page" messages .
    pst-inspect messages --cross-check --json b?.pst >records || [ $? -eq 1 ]
    agree "$page" 'messages --cross-check, a difference' 'select(has("place"))' <records
    agree "$page" 'messages --cross-check, the last one' 'select(has("place") | not)' <records
    pst-inspect messages --json a.pst | jq -r .nid | while read -r node; do
        pst-inspect show --properties --json a.pst "$node"
    done >records
    agree "$page" 'show --properties' . <records
    pst-inspect show --properties --json a.pst 0x21 >>records
    agree "$page" 'show --properties, a property' '.. | objects | select(has("tag"))' <records
    printf 'no PST\n' >c.pst
    pst-inspect check --json --level info ./*.pst >records || [ $? -eq 65 ]
    agree "$page" 'check, a finding' 'select(has("rule"))' <records
    agree "$page" 'check, the last one of a file' 'select(has("rule") | not)' <records
    pst-inspect check --rules --json | agree "$page" 'check --rules' .
    pst-inspect nodes --json a.pst | agree "$page" nodes .
    pst-inspect blocks --json a.pst | agree "$page" blocks .
    pst-inspect dump --json a.pst 0x200024 >records
    pst-inspect dump --json a.pst 0x200024 0x692 >>records
    agree "$page" 'dump, a value' 'select(has("tag"))' <records
    agree "$page" 'dump, a column of a table' 'select(has("column"))' <records
    agree "$page" 'dump, a row of a table' 'select(has("row"))' <records
    agree "$page" 'dump, a subnode' 'select(has("subnode"))' <records
    [ -z "$(jq -c 'select([.tag, .column, .row, .subnode] == [null, null, null, null])' records)" ]
    pst-inspect dump --raw --json a.pst 0x21 | agree "$page" 'dump --raw' .
    pst-inspect map --json a.pst >records
    agree "$page" 'map, a section' 'select(has("section"))' <records
    agree "$page" 'map, a use' 'select(has("section") | not)' <records
    all_compared "$page"
}
