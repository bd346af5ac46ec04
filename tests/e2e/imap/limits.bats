# What a server refuses, message by message, and imports that are killed.
# shellcheck disable=SC2154 # "servers" is set by servers_begin, "output" and "stderr" by run

load imap

readonly QUOTA='
plugin {
  quota = count:User quota
  quota_vsizes = yes
  quota_rule = *:storage=200K
  quota_grace = 0
  quota_max_mail_size = 50000
}'

setup_file() {
    servers_begin
    start_dovecot dovecot
    start_dovecot full "$QUOTA"
    start_dovecot announced "$QUOTA
imap_capability = +APPENDLIMIT=50000"
    start_cyrus cyrus $'maxmessagesize: 60000\nmunge8bit: no' # else it writes X for 8-bit bytes in headers
    start_dovecot narrow 'mail_max_userip_connections = 1'
    start_courier courier
    start_courier plain 'IMAP_KEYWORDS=0 IMAP_CAPABILITY="IMAP4rev1 CHILDREN NAMESPACE"'
}

teardown_file() { servers_end; }

setup() {
    need dovecot full announced narrow cyrus courier plain
    cd "$BATS_TEST_TMPDIR" || return
}

# Plain messages FIRST to LAST of about so many bytes.
messages() { # MAILDIR FIRST LAST BYTES
    mkdir -p "$1"/{cur,new,tmp}
    python3 - "$@" <<'END'
import os, sys
folder, first, last, size = sys.argv[1], *map(int, sys.argv[2:])
for n in range(first, last + 1):
    path = f'{folder}/cur/{1500000000 + n}.M{n:06}P1.made:2,S'
    with open(path, 'w') as file:
        file.write(f'From: a@example.com\nSubject: {n}\nMessage-ID: <{n}@example.com>\n\n')
        file.write(('x' * 70 + '\n') * (size // 71 + 1))
    os.utime(path, (1500000000 + n,) * 2)
END
}

import() { # CODE PST URL OPTION...
    outcome "$1" pst-import --tls none --json "${@:4}" "$2" "$3"
}

summary() { # KEY: of the last import
    printf '%s\n' "$output" | jq "select(.type == \"summary\") | .$1"
}

reasons() { # PST: of the messages that were left behind
    jq -r '.kind + ": " + .reason' "$1.refused/list.jsonl"
}

@test "too large and over quota are told apart, and what fits arrives: Dovecot" {
    messages old 1 1 1000
    messages old 2 2 80000
    messages old 3 3 1000
    messages old 4 6 45000
    mbx-export --quiet maildir:old a.pst
    import 65 a.pst "$(url full anna)"
    reasons a.pst
    [[ $(summary messages) == 5 && $(summary missing) == 0 ]]
    [[ $(reasons a.pst | grep -c 'LIMIT.*Mail size is larger') == 1 ]]
    cp a.pst b.pst
    import 65 b.pst "$(url announced anna)"
    [[ $(summary messages) == 5 ]]
    reasons b.pst | grep 'too large: 8.* bytes, the destination takes 50000'
    messages old 7 12 45000
    mbx-export --quiet maildir:old c.pst
    import 73 c.pst "$(url full bert)" --bad-item-limit 100
    [[ $stderr == *'OVERQUOTA'*'Quota exceeded'* && $stderr == *'hint: make room in the mailbox'* ]]
}

@test "too large and over quota: Cyrus, which says how large" {
    messages old 1 2 30000
    messages old 5 5 80000
    messages old 6 6 1000
    messages old 7 7 59500 # over 60000 only as it is sent, with two bytes for each line end
    mbx-export --quiet maildir:old a.pst
    talk cyrus cyradmin 'SETQUOTA user/bert (STORAGE 100)'
    import 65 a.pst "$(url cyrus bert)"
    reasons a.pst
    [[ $(summary messages) == 3 ]]
    reasons a.pst | grep 'too large: 81[0-9]* bytes, the destination takes 60000'
    reasons a.pst | grep 'too large: 60472 bytes, the destination takes 60000'
    messages old 8 11 30000
    mbx-export --quiet maildir:old b.pst
    import 73 b.pst "$(url cyrus bert)" --bad-item-limit 100 --allow-non-empty
    [[ $stderr == *'Over quota'* ]]
}

@test "over quota: Courier" {
    messages old 1 6 30000
    mbx-export --quiet maildir:old a.pst
    courier_quota courier bert 100000S
    import 73 a.pst "$(url courier bert)" --bad-item-limit 100
    [[ $stderr == *'quota'* ]]
}

@test "a full mailbox ends the import instead of leaving thousands behind; with more room it goes on" {
    messages old 1 130 9000
    mbx-export --quiet maildir:old a.pst
    talk cyrus cyradmin 'SETQUOTA user/carl (STORAGE 100)'
    import 73 a.pst "$(url cyrus carl)"
    [[ $stderr == *'Over quota'* && $stderr == *'hint: make room in the mailbox or raise its quota'* ]]
    talk cyrus cyradmin 'SETQUOTA user/carl ()'
    import 0 a.pst "$(url cyrus carl)"
    compare-mailboxes maildir:old "$(url cyrus carl)" --line-ends
}

@test "many refused in a row, then good ones: Cyrus and headers that are none" {
    messages old 1 40 100
    for number in {10..21}; do
        printf 'From: a@example.com\n: no name\n\nrefused\n' >"old/cur/15000000$number.M0000${number}P1.made:2,S"
    done
    mbx-export --quiet maildir:old a.pst
    import 0 a.pst "$(url cyrus dora)" --bad-item-limit 12
    [[ $(summary messages) == 28 && $(summary bad_items) == 12 ]]
    reasons a.pst | grep -c 'invalid header' | grep -x 12
    for kept in a.pst.refused/*.eml; do grep -qx ': no name' "$kept"; done
}

@test "NUL bytes: Cyrus takes them as BINARY, byte for byte" {
    messages old 1 4 100
    printf 'a\0b\n' >>old/cur/1500000002.M000002P1.made:2,S
    mbx-export --quiet maildir:old a.pst
    import 0 a.pst "$(url cyrus anna)"
    [[ $(summary messages) == 4 && $(summary proven) == true ]]
    compare-mailboxes maildir:old "$(url cyrus anna)" --line-ends
}

@test "malformed mail: what is taken is the same, what is changed or refused is said" {
    sample_mailbox old
    mbx-export --quiet maildir:old a.pst
    import 65 a.pst "$(url cyrus emil)"
    [[ $(summary bad_items) == 1 && $(summary messages) == 11 && $(summary altered) == 0 ]]
    cp a.pst b.pst
    import 65 b.pst "$(url dovecot emil)"
    [[ $(summary bad_items) == 0 && $(summary messages) == 12 && $(summary altered) == 1 ]]
    [[ $stderr == *'Work/2019/Résumés 0x'*': is not in the destination'*'holds 1 message with other bytes'* ||
        $stderr == *'Work/2019/Résumés 0x'*': is not in the destination'*'lacks 1 message'* ]]
    import 0 b.pst "$(url dovecot emil)" --proof header
}

@test "long lines, no final line end, no body, no header fields but one: taken by every server" {
    messages old 1 1 100
    for size in 1000 10000 50000; do
        { printf 'Subject: %d\n\n' "$size"; head -c "$size" /dev/zero | tr '\0' y; printf '\n'; } >"old/cur/$size:2,S"
    done
    : >old/cur/empty:2,S # goes as one empty line: no server takes nothing
    printf 'Subject: no end\n\nno line end' >old/cur/end:2,S
    printf 'Subject: no body\n\n' >old/cur/body:2,S
    printf 'Subject: \344\366\374 \303\244\nFrom: \"B\366rse\" <b@example.com>\n\nraw\n' >old/cur/raw:2,S
    mbx-export --quiet maildir:old a.pst
    for server in dovecot cyrus courier; do
        cp a.pst "$server.pst"
        import 0 "$server.pst" "$(url "$server" fred)"
        compare-mailboxes maildir:old "$(url "$server" fred)" --line-ends
    done
}

@test "a server that keeps no keywords and gives no UIDs: the mail arrives, the loss is counted" {
    plain_mailbox old
    mbx-export --quiet maildir:old a.pst
    import 0 a.pst "$(url plain anna)"
    [[ $(summary messages) == 12 && $(summary bad_items) == 0 ]]
    [[ $stderr == *'2 messages with other flags or keywords'* ]]
    compare-mailboxes maildir:old "$(url plain anna)" --line-ends --ignore-empty --no-keywords
}

# Kills an import again and again and lets it end: every message is there once.
kill_and_compare() { # SERVER USER
    local code i
    rm -rf a.pst.*
    for i in 1 2 3; do
        pst-import --quiet --tls none a.pst "$(url "$1" "$2")" >said 2>&1 &
        sleep "0.$((RANDOM % 5))$((RANDOM % 10))"
        kill -KILL $! 2>/dev/null || true
        code=0
        wait $! || code=$?
        [[ $code == 0 || $code == 137 ]] || { cat said; return 1; }
        printf '%s %d: exit code %d, %s records\n' "$1" "$i" "$code" "$(stat -c %s a.pst.journal 2>/dev/null)"
    done
    import 0 a.pst "$(url "$1" "$2")"
    compare-mailboxes maildir:old "$(url "$1" "$2")" --line-ends --ignore-empty --no-keywords
}

@test "killed and run again, each message is there once: Dovecot, Cyrus, Courier, and one without UIDPLUS" {
    plain_mailbox old
    messages old 100 280 2000
    messages old 300 320 20000
    mbx-export --quiet maildir:old a.pst
    for server in dovecot cyrus courier plain; do
        kill_and_compare "$server" gina
    done
}

@test "what a killed import had sent lands while the next one runs: each message is there once" {
    messages old 1 600 12000
    mbx-export --quiet maildir:old a.pst
    pst-import --quiet --tls none a.pst "$(url dovecot bert)" &
    local import=$! maildir
    maildir=$(dovecot_maildir dovecot bert)
    until compgen -G "$maildir/cur/*" >/dev/null; do sleep 0.02; done
    pkill -STOP -P "$(<"$servers/dovecot/pid")" -x imap # with what it has not read yet
    kill -KILL "$import"
    wait "$import" || true
    pst-import --quiet --tls none a.pst "$(url dovecot bert)" >said 2>&1 &
    import=$!
    sleep 1
    pkill -CONT -P "$(<"$servers/dovecot/pid")" -x imap
    wait "$import" || { cat said; return 1; }
    compare-mailboxes maildir:old "$(url dovecot bert)" --line-ends
}

@test "a server that allows one connection gets all folders over one" {
    plain_mailbox old
    messages old 100 120 2000
    mbx-export --quiet maildir:old a.pst
    import 0 a.pst "$(url narrow anna)"
    [[ $(summary proven) == true ]]
    mbx-export --quiet --tls none "$(url narrow anna)" b.pst
    pst-import --quiet b.pst maildir:new
    compare-mailboxes maildir:old maildir:new --line-ends --ignore-empty
}

@test "a server that is killed and comes back within the import" {
    messages old 1 200 20000
    mbx-export --quiet maildir:old a.pst
    pst-import --quiet --tls none a.pst "$(url dovecot hans)" >said 2>&1 &
    local import=$!
    sleep 0.3
    pkill -KILL -P "$(<"$servers/dovecot/pid")" -x imap || true # the server's sessions
    wait "$import" || { cat said; return 1; }
    compare-mailboxes maildir:old "$(url dovecot hans)" --line-ends
}
