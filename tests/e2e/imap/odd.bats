# Mail and folders that other tools stumble over, through real servers.
# shellcheck disable=SC2154 # "servers" is set by servers_begin, "output" and "stderr" by run

load imap

setup_file() {
    servers_begin
    start_dovecot dovecot
    start_cyrus cyrus 'munge8bit: no'
    start_courier courier
    local kind
    for kind in gz bz2 lz4 zstd; do
        start_dovecot "packed-$kind" "protocol imap {
 mail_plugins = \$mail_plugins zlib
}
plugin {
 zlib_save = $kind
}"
    done
    start_dovecot gmail $'namespace inbox {\n mailbox "All Mail" {\n  auto = create\n  special_use = \\All\n }\n}'
}

teardown_file() { servers_end; }

setup() {
    need dovecot cyrus courier
    cd "$BATS_TEST_TMPDIR" || return
    mkdir -p old/{cur,new,tmp}
}

# Imports a.pst into that user's mailbox of each server, and compares.
everywhere() { # USER
    local server
    for server in dovecot cyrus courier; do
        cp a.pst "$server.pst"
        outcome 0 pst-import --quiet --tls none "$server.pst" "$(url "$server" "$1")"
        compare-mailboxes maildir:old "$(url "$server" "$1")" --line-ends
    done
}

@test "lines of a million bytes" {
    { printf 'Subject: long\n\n'; head -c 1000000 /dev/zero | tr '\0' y; printf '\nend\n'; } >old/cur/1:2,S
    { printf 'Subject: long header\nX-Long: '; head -c 9900 /dev/zero | tr '\0' z; printf '\n\nbody\n'; } >old/cur/2:2,
    mbx-export --quiet maildir:old a.pst
    everywhere anna
}

@test "a header whose continuation lacks the blank, and HTML that has spilled into one" {
    printf 'From: a@example.com\nX-Spam-Report: * 1.0 SOME\n* 2.0 OTHER: no blank\nSubject: fold\n\nbody\n' >old/cur/1:2,S
    printf 'From: a@example.com\nSubject: html\n<html><body>\n<p>spilled: here</p>\n</body></html>\n\nbody\n' >old/cur/2:2,
    mbx-export --quiet maildir:old a.pst
    for server in dovecot courier; do
        cp a.pst "$server.pst"
        outcome 0 pst-import --quiet --tls none "$server.pst" "$(url "$server" bert)"
        compare-mailboxes maildir:old "$(url "$server" bert)" --line-ends
    done
    # Cyrus takes none of them; the bytes are kept.
    outcome 65 pst-import --quiet --tls none a.pst "$(url cyrus bert)"
    jq -r .reason a.pst.refused/list.jsonl >reasons
    grep -c 'invalid header' reasons | grep -x 2
    cat a.pst.refused/*.eml | grep -x '<p>spilled: here</p>'
}

@test "a Cyrus that cannot store obeys the lines of mail; none that does harm gets there" {
    local store="$servers/careless/spool/stage."
    start_cyrus careless 'altnamespace: no'
    need careless
    printf 'Subject: harm\n\nx DELETE INBOX/Kept\nm5 NOOP\n' >old/cur/1:2,S
    printf 'Subject: harmless\n\nx CAPABILITY\n' >old/cur/2:2,
    mbx-export --quiet maildir:old a.pst
    talk careless anna 'CREATE INBOX/Kept'
    as_root rm -rf "$store"
    touch "$store"
    outcome 65 pst-import --tls none a.pst "$(url careless anna)"
    [[ $stderr == *'lines of a message that it refused for commands'* ]]
    [[ $(jq -r .reason a.pst.refused/list.jsonl | sort -u) == 'the server refuses the message: System I/O error' ]]
    talk careless anna 'LIST "" "*"' | grep -q INBOX/Kept
    rm "$store"
    outcome 0 pst-import --quiet --tls none a.pst "$(url careless anna)"
    talk careless anna 'DELETE INBOX/Kept'
    compare-mailboxes maildir:old "$(url careless anna)" --line-ends
}

@test "header bytes beyond ASCII that Cyrus makes X: the messages are altered, not missing, and there by their headers" {
    start_cyrus munging
    need munging
    printf 'From: B\303\266rse <a@example.com>\nSubject: \303\244\nDate: Mon, 23 Nov 2026 06:00:00 +0000\nMessage-ID: <1@x>\n\n\303\244\n' >old/cur/1:2,S
    printf 'From: a@example.com\nSubject: \344\366 Latin-1\nDate: Mo, 23 M\344r 2026 06:00:00 +0000\n\nraw\n' >old/cur/2:2,
    printf 'From: a@example.com\nSubject: plain\nX-Note: \303\244\nMessage-ID: <3@x>\n\nplain\n' >old/cur/3:2,
    printf 'From: a@example.com\nSubject: plain\nMessage-ID: <4@x>\n\n\303\244 only here\n' >old/cur/4:2,
    mbx-export --quiet maildir:old a.pst
    outcome 65 pst-import --tls none --json a.pst "$(url munging gina)"
    [[ $(jq 'select(.type == "folder").proof | .found == 1 and .altered == 3 and .missing == 0 and .others == 0' <<<"$output") == true ]]
    [[ $stderr == *'hint: --proof header'* ]]
    outcome 0 pst-import --tls none --json --proof header a.pst "$(url munging gina)"
    [[ $(jq 'select(.type == "summary") | .sent == 0 and .proven' <<<"$output") == true ]]
    talk munging gina 'EXAMINE INBOX' 'FETCH 1:* (BODY.PEEK[HEADER.FIELDS (SUBJECT)])' | grep -q '^Subject: XX Latin-1'
}

@test "a date before 1970 is left out where the server refuses it" {
    printf 'Subject: old\r\n\r\ntext\r\n' >old.eml
    talk dovecot hans 'APPEND INBOX "17-Jul-1969 02:44:25 +0000" <old.eml'
    mbx-export --quiet --tls none "$(url dovecot hans)" a.pst
    for server in cyrus courier; do
        cp a.pst "$server.pst"
        outcome 0 pst-import --tls none "$server.pst" "$(url "$server" hans)"
        [[ $stderr == *'may not keep a date before 1970'* && $stderr == *'1 message with another date'* ]]
        compare-mailboxes "$(url dovecot hans)" "$(url "$server" hans)" --ignore-empty --no-dates
    done
}

@test "mail that is marked as deleted stays marked, and is not lost" {
    printf 'Subject: going\n\nsoon\n' >old/cur/1:2,ST
    printf 'Subject: staying\n\nlong\n' >old/cur/2:2,FRS
    mbx-export --quiet maildir:old a.pst
    everywhere carl
    talk dovecot carl 'EXAMINE INBOX' 'FETCH 1:* (FLAGS)' | grep -c '\\Deleted' | grep -qx '[12]'
}

@test "names and headers beyond ASCII and beyond 16 bits arrive exactly at Courier, which says a word about it once" {
    local folder="old/.😀 𝄞.𐍈&x" number
    mkdir -p "$folder"/{cur,new,tmp}
    touch "$folder/maildirfolder"
    for number in {1..20}; do
        printf 'From: B\303\266rse <b\303\266rse@ex\303\244mple.com>\nSubject: %d \360\237\230\200\n\nraw \360\237\230\200 \377\n' \
            "$number" >"$folder/cur/$number:2,S"
    done
    printf 'From: a@example.com\nSubject: \344\366 Latin-1\n\nraw\n' >old/cur/1:2,S
    mbx-export --quiet maildir:old a.pst
    outcome 0 pst-import --tls none a.pst "$(url courier emil)"
    (($(grep -c 'implement Unicode' <<<"$stderr") <= 2)) # once for each connection
    compare-mailboxes maildir:old "$(url courier emil)" --line-ends --ignore-empty
}

@test "NUL bytes are refused at Courier and kept; bare CR, which it takes away, is said" {
    printf 'From: a@example.com\nSubject: nul\n\na\0b\n' >old/cur/1:2,S
    printf 'From: a@example.com\nSubject: nul at the end\n\nab\n\0\0' >old/cur/2:2,S
    printf 'From: a@example.com\nSubject: cr\nMessage-ID: <3@x>\nDate: Mon, 23 Nov 2026 06:00:00 +0000\n\none\rtwo\nthree\n' >old/cur/3:2,S
    printf 'From: a@example.com\nSubject: cr in the header\rX: y\n\nbody\n' >old/cur/4:2,S
    printf 'From: a@example.com\nSubject: plain\n\nplain\n' >old/cur/5:2,S
    mbx-export --quiet maildir:old a.pst
    outcome 65 pst-import --tls none --json a.pst "$(url courier fred)"
    jq -r .reason a.pst.refused/list.jsonl | grep -c 'holds NUL bytes, and the server does not take them' | grep -qx 2
    cmp a.pst.refused/000001.eml old/cur/1:2,S
    cmp a.pst.refused/000002.eml old/cur/2:2,S
    # The message without Message-ID and Date is known by its bytes alone: missing, and another one is there.
    [[ $(jq 'select(.type == "folder").proof | .found == 1 and .altered == 1 and .missing == 1 and .others == 1' <<<"$output") == true ]]
    [[ $(jq 'select(.type == "summary").proven' <<<"$output") == false ]]
    [[ $(grep -c 'has other bytes there' <<<"$stderr") == 2 ]]
}

@test "300 folders one within the other" {
    local folder=tree level
    for level in {1..300}; do
        folder+=/f
        mkdir -p "$folder"
        printf 'Subject: %d\n\nlevel\n' "$level" >"$folder/1.eml"
    done
    mbx-export --quiet eml:tree deep.pst
    pst-inspect check deep.pst
    pst-import --quiet deep.pst eml:back
    [[ $(find back -name '*.eml' | wc -l) == 300 ]]
    for server in dovecot cyrus courier; do
        cp deep.pst "$server.pst"
        outcome 0 pst-import --quiet --tls none "$server.pst" "$(url "$server" dora)"
        compare-mailboxes --contents "$(url "$server" dora)" >contents
        [[ $(awk '{ n += $NF } END { print n }' contents) == 300 ]]
    done
}

@test "a mail under three labels and in the folder that shows all: each copy is taken, and the folder named" {
    need gmail
    printf 'Subject: one\r\nMessage-ID: <1@example.org>\r\n\r\ntext\r\n' >one
    printf 'Subject: archived\r\nMessage-ID: <2@example.org>\r\n\r\ntext\r\n' >two
    talk gmail anna 'CREATE Work' 'CREATE Private' 'APPEND INBOX <one' 'APPEND Work <one' 'APPEND Private <one' \
        'APPEND "All Mail" <one' 'APPEND "All Mail" <two'
    mbx-export --tls none "$(url gmail anna)" a.pst >summary 2>said
    grep -q ' 5 messages' summary
    [[ $(grep -c 'All Mail: shows messages of other folders.*--exclude .\\All.' said) == 1 ]]
    [[ $(grep -c 'shows messages' said) == 1 ]]
    mbx-export --dry-run --tls none "$(url gmail anna)" b.pst 2>said >plan
    grep -q 'All Mail: shows messages of other folders' said
    mbx-export --exclude '\All' --tls none "$(url gmail anna)" b.pst >summary 2>said
    grep -q ' 3 messages' summary
    [[ ! -s said ]]
}

@test "a Maildir whose messages Dovecot has compressed with gzip comes out as it went in" {
    local packed
    need packed-gz
    { printf 'Subject: large\r\n\r\n'; seq -f '%.0f lines of the body\r' 200000; } >large
    printf 'Subject: small\r\n\r\ntext\r\n' >small
    talk packed-gz anna 'APPEND INBOX (\Seen) <large' 'CREATE Work' 'APPEND Work <small'
    packed=$(dovecot_maildir packed-gz anna)
    [[ $(head -c 2 "$packed"/cur/*S=*:2,S | od -An -tx1) == ' 1f 8b' ]]
    mbx-export --quiet "maildir:$packed" a.pst
    pst-import --quiet a.pst maildir:new
    tr -d '\r' <large | cmp - new/cur/*:2,S
    tr -d '\r' <small | cmp - new/.Work/cur/*
}

@test "a message that Dovecot has compressed otherwise is named, and kept" {
    local kind
    printf 'Subject: kept\r\n\r\n%s\r\n' "$(seq 1000)" >message
    for kind in bz2:bzip2 lz4:lz4 zstd:zstd; do
        need "packed-${kind%:*}"
        talk "packed-${kind%:*}" anna 'APPEND INBOX <message'
        cp -r "$(dovecot_maildir "packed-${kind%:*}" anna)" "${kind%:*}"
        outcome 65 mbx-export "maildir:${kind%:*}" a.pst
        [[ $(jq -r .reason a.pst.bad/list.jsonl) == *"compressed with ${kind#*:}; "*'imap://'* ]]
        cmp "$(find "${kind%:*}" -name "$(jq -r .id a.pst.bad/list.jsonl)*")" a.pst.bad/000001.eml
    done
}
