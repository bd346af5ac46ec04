# From any server to any server: bytes, flags, keywords, dates and folders.

load imap

setup_file() {
    servers_begin
    start_dovecot dovecot
    start_cyrus cyrus 'altnamespace: no'
    start_courier courier
}

teardown_file() { servers_end; }

setup() {
    need dovecot cyrus courier
    cd "$BATS_TEST_TMPDIR" || return
}

move() { # FROM-URL TO-URL
    rm -rf box.pst*
    mbx-export --quiet --tls none "$1" box.pst
    pst-import --quiet --tls none box.pst "$2"
}

@test "a Maildir to each server, and from each server to the others" {
    plain_mailbox old
    declare -A user=([dovecot]=bert [cyrus]=carl [courier]=dora)
    mbx-export --quiet maildir:old box.pst
    for server in dovecot cyrus courier; do
        pst-import --quiet --tls none --work-dir "$(mktemp -d -p .)" box.pst "$(url "$server" anna)"
        compare-mailboxes maildir:old "$(url "$server" anna)" --line-ends --ignore-empty
    done
    for from in dovecot cyrus courier; do
        mbx-export --quiet --tls none "$(url "$from" anna)" "$from.pst"
        for to in dovecot cyrus courier; do
            [[ $to != "$from" ]] || continue
            pst-import --quiet --tls none --work-dir "$(mktemp -d -p .)" "$from.pst" "$(url "$to" "${user[$from]}")"
            compare-mailboxes "$(url "$from" anna)" "$(url "$to" "${user[$from]}")" --ignore-empty
        done
    done
}

@test "what a mail client made on the server comes back to a Maildir" {
    plain_mailbox old
    mv old/cur/*:2,PS old/cur/forwarded:2,S # Dovecot has another way to keep $Forwarded
    dovecot_put dovecot emil old
    move "$(url dovecot emil)" maildir:new
    compare-mailboxes maildir:old maildir:new --line-ends --ignore-empty
}

@test "a source is only read: nothing is seen, nothing changes" {
    plain_mailbox old
    dovecot_put dovecot fred old
    talk dovecot fred 'STATUS INBOX (MESSAGES UNSEEN UIDNEXT HIGHESTMODSEQ)' >before
    mbx-export --quiet --tls none "$(url dovecot fred)" fred.pst
    talk dovecot fred 'STATUS INBOX (MESSAGES UNSEEN UIDNEXT HIGHESTMODSEQ)' 'EXAMINE INBOX' >after
    grep STATUS after | diff before -
    grep -q '[1-9] RECENT' after
}
