# Getting in: TLS, ways to log in, where the password comes from, and the words when it fails.
# shellcheck disable=SC2154 # "servers" is set by servers_begin

load imap

setup_file() {
    servers_begin
    start_dovecot dovecot
    sample_deliver "$BATS_FILE_TMPDIR/one" 1 S 01-plain.eml
    dovecot_put dovecot dora "$BATS_FILE_TMPDIR/one"
    sed 's/$/\r/' "$MBX_TEST_DATA/mail/01-plain.eml" >"$BATS_FILE_TMPDIR/crlf.eml"
    start_dovecot bare 'ssl = no'
    start_dovecot crowded $'mail_max_userip_connections = 1\nlisten = 127.0.0.1, 127.0.0.2'
    start_cyrus cyrus
    start_courier courier
}

teardown_file() { servers_end; }

setup() {
    need dovecot bare crowded cyrus courier
    cd "$BATS_TEST_TMPDIR" || return
    unset MBX_PASSWORD
    printf 'secret\n' >password
    chmod 600 password
}

check() { # CODE URL OPTION...
    outcome "$1" mbx-check-inbox "${@:3}" "$2"
}

says() { # WORDS
    # shellcheck disable=SC2154 # set by run
    [[ $stderr == *"$1"* ]] || { printf 'not said: %s\n%s\n' "$1" "$stderr"; return 1; }
}

@test "STARTTLS and imaps with a CA of our own, and refused without it" {
    for server in dovecot cyrus courier; do
        for address in "$(url "$server" anna)" "$(url_tls "$server" anna)"; do
            check 0 "$address" --password-file password --ca-file "$servers/ca.pem"
            check 0 "$address" --password-file password --no-verify
            check 77 "$address" --password-file password
            says 'certificate'
            says 'hint: give the CA with --ca-file'
        done
    done
}

@test "a certificate for another name is refused" {
    check 77 "$(url_tls crowded anna | sed 's/127.0.0.1/127.0.0.2/')" --password-file password --ca-file "$servers/ca.pem"
    says "certificate"
}

@test "a certificate of another CA is refused" {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=other -keyout other.key \
        -out other.pem -addext 'subjectAltName=DNS:other.example' 2>/dev/null
    check 77 "$(url_tls dovecot anna)" --password-file password --ca-file other.pem
}

@test "a server without TLS gets no password, unless told" {
    check 77 "$(url bare anna)" --password-file password --trace trace
    says 'offers no TLS'
    says '--tls none'
    [ ! -e trace ] || ! grep -q 'AUTHENTICATE\|LOGIN' trace
    check 0 "$(url bare anna)" --password-file password --tls opportunistic
    check 0 "$(url bare anna)" --password-file password --tls none
}

@test "every SASL mechanism that a server has" {
    declare -A mechanisms=([dovecot]='PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256'
        [cyrus]='PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256' [courier]='PLAIN CRAM-MD5')
    for server in dovecot cyrus courier; do
        for mechanism in ${mechanisms[$server]}; do
            check 0 "$(url "$server" anna)" --password-file password --ca-file "$servers/ca.pem" --mechanism "$mechanism"
        done
        check 78 "$(url "$server" anna)" --password-file password --tls none --mechanism NONSENSE
    done
}

@test "a wrong password is refused in clear words, on each server" {
    printf 'wrong\n' >wrong
    chmod 600 wrong
    for server in dovecot cyrus courier; do
        (check 77 "$(url "$server" anna)" --password-file wrong --tls none && says "login of 'anna' refused") \
            >"$server.out" 2>&1 &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do wait "$pid" || { cat ./*.out; return 1; }; done
}

@test "quotes, blanks and letters beyond ASCII in passwords, by LOGIN and by SASL" {
    for user in quote blank umlaut; do
        password=$(sed -n "s/^$user:{PLAIN}//p" "$servers/dovecot/passwords")
        for mechanism in PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256; do
            MBX_PASSWORD=$password check 0 "$(url dovecot "$user")" --tls none --mechanism "$mechanism"
        done
    done
}

@test "the password from a command, a netrc file, a variable; never in the trace" {
    printf 'machine 127.0.0.1 login anna password secret\n' >netrc
    chmod 600 netrc
    check 0 "$(url dovecot anna)" --tls none --password-command 'printf "%s\n" secret' --mechanism LOGIN --trace trace
    check 0 "$(url dovecot anna)" --tls none --netrc-file netrc --mechanism PLAIN --trace trace
    MBX_PASSWORD=secret check 0 "$(url dovecot anna)" --tls none --trace trace
    check 78 "$(url dovecot anna)" --tls none --password-command 'exit 1'
    check 77 "$(url dovecot anna)" --tls none --password-command "exit \$((\${#MBX_USER} > 0))"
    check 77 "$(url dovecot anna)" --tls none --token-command "exit \$((\${#MBX_USER} > 0))"
    check 78 "$(url dovecot anna)" --tls none --token-command 'exit 1'
    says 'token command: the command ended with exit code 1'
    check 78 "$(url dovecot anna)" --tls none --password-file /dev/null
    check 78 "$(url dovecot anna)" --tls none --password-file missing
    check 77 "$(url dovecot bert)" --tls none --netrc-file netrc
    check 78 "$(url dovecot anna)" --tls none --netrc-file missing
    grep -q CAPABILITY trace
    secrets=("secret" "$(printf 'secret' | base64)" "$(printf '\0anna\0secret' | base64)")
    for text in "${secrets[@]}"; do
        ! grep -qF -- "$text" trace
    done
}

@test "a master user opens another's mailbox: Dovecot's form and SASL's" {
    printf 'master\n' >master
    chmod 600 master
    check 1 "$(url dovecot 'dora*boss')" --tls none --password-file master
    check 1 "$(url dovecot boss)" --tls none --password-file master --authorization-id dora --mechanism PLAIN
    check 77 "$(url dovecot 'dora*anna')" --tls none --password-file password
    talk cyrus carl "APPEND INBOX <$BATS_FILE_TMPDIR/crlf.eml" >/dev/null
    check 1 "$(url cyrus cyradmin)" --tls none --password-file password --authorization-id carl
    check 77 "$(url cyrus anna)" --tls none --password-file password --authorization-id carl
}

@test "OAuth tokens from a command, by both mechanisms; a bad one is refused" {
    token=$(dovecot_token dora)
    for mechanism in XOAUTH2 OAUTHBEARER; do
        check 1 "$(url dovecot dora)" --tls none --mechanism "$mechanism" --token-command "echo $token"
        check 77 "$(url dovecot dora)" --tls none --mechanism "$mechanism" --token-command "echo x$token"
        says "login of 'dora' refused"
        check 77 "$(url dovecot bert)" --tls none --mechanism "$mechanism" --token-command "echo $token"
    done
    MBX_TOKEN=$token check 1 "$(url dovecot dora)" --tls none
}

@test "an Inbox that is empty, that has messages, that is not there" {
    for server in dovecot cyrus courier; do
        check 0 "$(url "$server" gina)" --tls none --password-file password
        [[ $output == *': 0 messages' ]]
        for _ in 1 2 3; do
            talk "$server" gina "APPEND INBOX <$BATS_FILE_TMPDIR/crlf.eml" >/dev/null
        done
        check 1 "$(url "$server" gina)" --tls none --password-file password
        [[ $output == *': 3 messages' ]]
    done
    talk cyrus cyradmin 'SETACL user/hans cyradmin lrswipkxtecda' 'DELETE user/hans'
    check 1 "$(url cyrus hans)" --tls none --password-file password
    [[ $output == *': no Inbox' ]]
    rm -r "$(courier_maildir courier hans)"
    check 77 "$(url courier hans)" --tls none --password-file password ||
        check 69 "$(url courier hans)" --tls none --password-file password
}

@test "each port with the scheme of the other one: the words name the right one" {
    check 69 "imaps://anna@127.0.0.1:$(port dovecot imap)" --password-file password --ca-file "$servers/ca.pem"
    says 'hint: imaps:// is TLS from the start, as on port 993; port 143 is for imap://'
    check 69 "imap://anna@127.0.0.1:$(port dovecot imaps)" --password-file password --timeout 1
    says 'hint: imap:// is not TLS from the start, as on port 143; port 993 is for imaps://'
}

@test "nobody listens" {
    check 69 "imap://anna@127.0.0.1:$(free_ports 1)" --tls none --password-file password
    says 'cannot connect'
    [[ $stderr != *hint* ]]
}

@test "too many connections of one user: wait, then say so" {
    exec {held}<>"/dev/tcp/127.0.0.1/$(port crowded imap)"
    printf 'a LOGIN anna secret\r\n' >&"$held"
    sleep 0.3
    check 75 "$(url crowded anna)" --tls none --password-file password
    says 'Maximum number of connections'
    exec {held}>&-
}
