# Folder names: separators, prefixes, signs that one server has and another refuses, names in any script.

load imap

# As the source spells them. Between servers they must stay folders of their own, each with its message.
readonly NAMES=('Work' 'INBOX/Work' 'work' 'dog.food@x' '50% off!' 'a^b' 'q\"uote' 'back\\slash' 'st*r' 'Tom &- Jerry'
    'Entw&APw-rfe' '&U,BTF2XnZyyKng-' '&2D3eAA-' 'a  b' 'semi;colon' 'dollar$' 'curly{brace' 'p=2Eq' 'p.q' 'deep'
    'deep/er.x' 'deep/er.x/&AOQ- b')

setup_file() {
    servers_begin
    start_dovecot source 'mail_location = sdbox:~/mail' # its file names are not its folder names
    start_dovecot slash
    start_dovecot dot $'namespace inbox {\n separator = .\n prefix = INBOX.\n}'
    start_cyrus cyrus
    start_cyrus cyrusdot $'altnamespace: no\nunixhierarchysep: no'
    start_courier courier
    local name number=0 commands=()
    for name in "${NAMES[@]}"; do
        printf 'Subject: %s\r\nX-Number: %d\r\n\r\n%s\r\n' "$((++number))" "$number" "$name" >"$BATS_FILE_TMPDIR/$number"
        commands+=("CREATE \"$name\"" "APPEND \"$name\" <$BATS_FILE_TMPDIR/$number")
    done
    talk source anna "${commands[@]}"
    mbx-export --quiet --tls none "$(url source anna)" "$BATS_FILE_TMPDIR/names.pst"
}

teardown_file() { servers_end; }

setup() {
    need source slash dot cyrus cyrusdot courier
    cd "$BATS_TEST_TMPDIR" || return
}

# Every folder has one message, and there are as many as in the source. Prints the names.
each_has_its_own() { # SERVER USER
    compare-mailboxes --contents "$(url "$1" "$2")" >contents
    cat contents
    [[ $(wc -l <contents) == $((${#NAMES[@]} + 1)) ]]
    [[ $(grep -c ' 1$' contents) == "${#NAMES[@]}" ]]
}

import() { # SERVER USER
    cp "$BATS_FILE_TMPDIR/names.pst" names.pst
    pst-import --quiet --tls none names.pst "$(url "$1" "$2")"
    rm -r names.pst.*
}

has() { # NAME...
    local name
    for name in "$@"; do
        grep -qxF "$name 1" contents || { printf 'no folder "%s"\n' "$name"; return 1; }
    done
}

@test "to another Dovecot whose folders are Maildirs" {
    import slash anna
    each_has_its_own slash anna
    has Work INBOX/Work work 'Entwürfe' '台北旧本語' '😀' 'Tom & Jerry' 'st*r' '50% off!' 'dog=2Efood=40x' 'p=2Eq' 'p=2Eq_' 'deep/er=2Ex/ä b'
}

@test "to a Dovecot with a dot and the prefix INBOX" {
    import dot anna
    each_has_its_own dot anna
    has Work 'Work (2)' work 'Entwürfe' '😀' 'dog=2Efood@x' 'p=2Eq' 'p=3D2Eq'
}

@test "to Cyrus with slashes, which refuses some signs" {
    import cyrus anna
    each_has_its_own cyrus anna
    has Work INBOX/Work 'Entwürfe' '😀' dog.food@x '50=25 off=21' 'a=5Eb' 'q=22uote' 'back=5Cslash' 'st*r' 'semi=3Bcolon' \
        'curly=7Bbrace' 'deep/er.x/ä b'
}

@test "to Cyrus with dots below INBOX" {
    import cyrusdot anna
    each_has_its_own cyrusdot anna
    has Work 'Work (2)' dog=2Efood@x '台北旧本語'
}

@test "to Courier, whose names are UTF-8" {
    import courier anna
    each_has_its_own courier anna
    has Work 'Work (2)' 'Entwürfe' '台北旧本語' '😀' 'Tom & Jerry' 'dog=2Efood@x' 'a  b'
}

@test "and back: what came over as another name is a folder of its own again" {
    import cyrusdot bert
    mbx-export --quiet --tls none "$(url cyrusdot bert)" back.pst
    pst-import --quiet --tls none back.pst "$(url source bert)"
    each_has_its_own source bert
    has 'Work (2)' 'Entwürfe' '😀'
}

@test "run again, a renamed folder is found again, and nothing comes twice" {
    cp "$BATS_FILE_TMPDIR/names.pst" names.pst
    pst-import --quiet --tls none names.pst "$(url slash bert)"
    pst-import --quiet --tls none names.pst "$(url slash bert)"
    each_has_its_own slash bert
}

@test "folders are subscribed, and the special ones are marked where the server can" {
    sample_mailbox old
    mbx-export --quiet maildir:old a.pst
    pst-import --quiet --tls none --bad-item-limit 2 a.pst "$(url cyrus carl)"
    talk cyrus carl 'LSUB "" "*"' 'LIST (SPECIAL-USE) "" "*"' >there
    grep -q 'LSUB .* "*Gesendete Elemente' there
    grep -q '\\Sent.*Gesendete Elemente' there
    grep -q '\\Drafts.*Entw&APw-rfe' there
}

@test "other users' and shared folders are not the user's own" {
    talk cyrus cyradmin 'CREATE shared/team' 'SETACL shared/team anyone lrswipkxte' 'SETACL user/emil dora lrswipkxte'
    mbx-export --quiet --tls none "$(url cyrus dora)" dora.pst
    [[ $(pst-inspect folders dora.pst | grep -ciE 'shared|team|other users|emil') == 0 ]]
}
