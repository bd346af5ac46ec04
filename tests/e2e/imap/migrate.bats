# Whole lists between real servers with profiles: Dovecot → PST → Cyrus and Courier → PST → Dovecot.
# shellcheck disable=SC2154 # "servers" is set by servers_begin, "output" by run

load imap

setup_file() {
    servers_begin
    start_dovecot old
    start_cyrus cyrus 'altnamespace: no'
    start_courier courier
    start_dovecot again $'namespace inbox {\n separator = .\n prefix = INBOX.\n}'
}

teardown_file() { servers_end; }

# Each profile logs in another way: as a master user, for the user by SASL, with the user's own password.
setup() {
    need old cyrus courier again
    cd "$BATS_TEST_TMPDIR" || return
    unset MBX_PASSWORD
    printf 'master\n' >master.secret
    printf 'secret\n' >user.secret
    chmod 600 ./*.secret
    cat >servers.conf <<END
[OLD]
url = imaps://127.0.0.1:$(port old imaps)
user = {alias}*boss
password-file = $PWD/master.secret
ca-file = $servers/ca.pem

[CYRUS]
url = imap://127.0.0.1:$(port cyrus imap)
user = cyradmin
authorization-id = {alias}
password-file = $PWD/user.secret
ca-file = $servers/ca.pem

[COURIER]
url = imap://127.0.0.1:$(port courier imap)
user = {alias}
password-command = cat "$PWD/user.secret"
ca-file = $servers/ca.pem

[AGAIN]
url = imaps://127.0.0.1:$(port again imaps)
password-file = $PWD/user.secret
ca-file = $servers/ca.pem
END
}

same() { # SERVER USER SERVER USER
    MBX_PASSWORD=secret compare-mailboxes "$(url "$1" "$2")" "$(url "$3" "$4")" --ignore-empty
}

@test "a list from Dovecot to Cyrus and Courier, and another back to a Dovecot with other names" {
    for alias in anna bert carl dora; do
        plain_mailbox "box.$alias"
        sample_deliver "box.$alias/.Only of $alias" 30 FS 02-html-inline-image.eml
        touch "box.$alias/.Only of $alias/maildirfolder"
        dovecot_put old "$alias" "box.$alias"
    done
    printf '%s\r\n' 'Anna,anna,OLD,CYRUS' 'Bert,bert,OLD,COURIER' 'Carl,carl,OLD,CYRUS' 'Dora,dora,OLD,COURIER' >there.csv
    outcome 0 mbx-migrate --quiet --servers servers.conf there.csv
    [[ $(grep -c '^SUCCESS,.*,Migrated No Errors,' there.csv) == 4 ]]
    same old anna cyrus anna
    same old bert courier bert
    printf '%s\r\n' 'Anna,anna,CYRUS,AGAIN' 'Bert,bert,COURIER,AGAIN' 'Carl,carl,CYRUS,AGAIN' 'Dora,dora,COURIER,AGAIN' >back.csv
    outcome 0 mbx-migrate --quiet --servers servers.conf back.csv
    for alias in anna bert carl dora; do
        same old "$alias" again "$alias"
    done
    [[ $(cat ./*.log | grep -v '\.secret' | grep -c -e secret -e master) == 0 ]]
}

@test "what stands in the way of one does not stop the others, and has clear words in the list and the log" {
    for alias in emil fred gina; do
        sample_deliver "box.$alias" 1 S 07-signed.eml
        dovecot_put old "$alias" "box.$alias"
    done
    sed 's/$/\r/' "$MBX_TEST_DATA/mail/07-signed.eml" >crlf.eml
    talk cyrus fred "APPEND INBOX <$PWD/crlf.eml" >/dev/null
    printf 'wrong\n' >wrong.secret
    chmod 600 wrong.secret
    sed -n '/^\[CYRUS\]/,/^$/ { s/CYRUS/WRONG/; s/user\.secret/wrong.secret/; p }' servers.conf >wrong.conf
    cat wrong.conf >>servers.conf
    printf '%s\r\n' 'Emil,emil,OLD,CYRUS' 'Fred,fred,OLD,CYRUS' 'Gina,gina,OLD,WRONG' 'Nobody,nobody,OLD,CYRUS' >l.csv
    outcome 65 mbx-migrate --quiet --servers servers.conf l.csv
    grep -q '^SUCCESS,Emil,.*,Migrated No Errors,' l.csv
    grep -q '^FAILURE,Fred,.*,Destination Inbox Missing Or Not Empty,' l.csv
    grep -q '^FAILURE,Gina,.*,Error Opening Destination Mailbox,' l.csv
    grep -q '^FAILURE,Nobody,' l.csv
    grep -q "login of 'cyradmin' refused" l.csv.log
    same old emil cyrus emil
}

@test "a profile with which nobody can connect ends the run, and nobody has failed" {
    printf 'Emil,emil,WRONG,CYRUS\r\n' >l.csv
    cp l.csv before.csv
    local line
    for line in 'mechanism = FOO' 'client-certificate = missing.pem' 'ca-file = missing.pem'; do
        sed -n "/^\[OLD\]/,/^\$/ { s/OLD/WRONG/; /^${line%% *} /d; /^\$/d; p }" servers.conf >wrong.conf
        printf '%s\n' "$line" >>wrong.conf
        sed -n '/^\[CYRUS\]/,/^$/p' servers.conf >>wrong.conf
        outcome 78 mbx-migrate --quiet --servers wrong.conf l.csv
        [[ $stderr == *'mbx-migrate: emil: keeps waiting: Error Opening Source Mailbox' ]]
        cmp l.csv before.csv
    done
}

@test "two workers on one list of many small mailboxes: everybody arrives once" {
    local i first
    for i in {11..22}; do
        sample_deliver "box/u$i" 1 S 07-signed.eml
        sample_deliver "box/u$i/.Sent" 2 RS 04-forwarded.eml
        touch "box/u$i/.Sent/maildirfolder"
        printf 'Subject: only of %d\n\nmail\n' "$i" >"box/u$i/cur/3:2,F"
        printf 'User %d,u%d,BOX,AGAIN\r\n' "$i" "$i" >>l.csv
    done
    printf '[BOX]\nurl = maildir:%s/box/{alias}\n' "$PWD" >>servers.conf
    mbx-migrate --quiet --servers servers.conf --error-log a.log l.csv &
    first=$!
    mbx-migrate --quiet --servers servers.conf --error-log b.log l.csv || [[ $? == 75 ]] # the other one is not done yet
    wait "$first" || [[ $? == 75 ]]
    [[ $(grep -c '^SUCCESS,User [0-9]*,u[0-9]*,BOX,AGAIN,Migrated No Errors,' l.csv) == 12 ]]
    [[ $(cut -d, -f3 l.csv | tr '\n' ' ') == "$(printf 'u%d ' {11..22})" ]]
    for i in {11..22}; do
        MBX_PASSWORD=secret compare-mailboxes "maildir:box/u$i" "$(url again "u$i")" --line-ends
    done
}

@test "a journal belongs to the mailbox of one user, who is not in the URL of the profile" {
    sample_deliver box 1 S 07-signed.eml
    mbx-export --quiet maildir:box gina.pst
    local server url
    for server in CYRUS AGAIN; do
        cp gina.pst "$server.pst"
        url=$(sed -n "/^\[$server\]/,/^url/ s/^url = //p" servers.conf)
        to() { pst-import --servers-file servers.conf --server "$server" --alias "$1" "$server.pst" --proof none; }
        outcome 0 to gina
        [[ $output == "${url/:\/\//:\/\/gina@}: "* ]]
        outcome 65 to dora
        [[ $stderr == *"the journal belongs to the destination ${url/:\/\//:\/\/gina@}"* ]]
        outcome 0 to gina
        [[ $output == *' 0 of them'* ]]
    done
}

@test "both sides of a gap: exported here, imported there" {
    sample_deliver box 1 S 07-signed.eml
    sample_deliver box/.Sent 2 S 04-forwarded.eml
    touch box/.Sent/maildirfolder
    dovecot_put old hans box
    printf 'Hans,hans,OLD,COURIER\r\n' >l.csv
    outcome 0 mbx-migrate --quiet --servers servers.conf --phase export --work-dir medium l.csv
    outcome 0 mbx-migrate --quiet --servers servers.conf --phase import medium/l.csv
    same old hans courier hans
}
