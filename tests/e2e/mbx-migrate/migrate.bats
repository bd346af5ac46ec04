# A migration as an administrator runs it: real mailboxes, real PST files, the real tools.
# shellcheck disable=SC2154 # run sets stderr

bats_require_minimum_version 1.5.0
set -u
: "${MBX_BIN:?is set by ctest: the folder of the built tools}"

readonly MESSAGES=10 # in each mailbox

deliver() { # MAILDIR NUMBER FLAGS FILE
    mkdir -p -- "$1"/{cur,new,tmp}
    cp -- "$4" "$1/cur/$((1772400000 + $2 * 3600)).M1P$2.here:2,$3"
}

make_mailbox() { # FOLDER: some folders, MESSAGES messages
    local mail=$MBX_SOURCE/tests/data/mail
    deliver "$1" 1 S "$mail/01-plain.eml"
    deliver "$1" 2 FS "$mail/02-html-inline-image.eml"
    deliver "$1" 3 '' "$mail/03-attachments.eml"
    deliver "$1" 4 RS "$mail/06-no-date-crlf.eml"
    deliver "$1/.Sent" 5 S "$mail/04-forwarded.eml"
    deliver "$1/.Drafts" 6 DS "$mail/08-draft.eml"
    deliver "$1/.Work.Sub" 7 S "$mail/05-raw-8bit-header.eml"
    deliver "$1/.Work.Sub" 8 S "$mail/07-signed.eml"
    deliver "$1/.Work" 9 S "$mail/09-no-final-newline.eml"
    deliver "$1/.Work" 10 S "$mail/01-plain.eml"
}

load ../../support/permissions

refute() { ! "$@"; }

setup() {
    export TZ=UTC
    cd "$BATS_TEST_TMPDIR" || return
    PATH=$MBX_BIN:$MBX_SOURCE/scripts:$PATH
    local alias
    for alias in "$@"; do
        make_mailbox "old/$alias"
        mkdir -p "new/$alias"/{cur,new,tmp}
    done
    printf '[OLD]\nurl = maildir:%s/old/{alias}\n\n[NEW]\nurl = maildir:%s/new/{alias}\n' "$PWD" "$PWD" >servers.conf
}

# One line a message: folder, flags, digest of its bytes.
contents() { # MAILDIR
    (cd -- "$1" && find . -type f -path '*/cur/*' -o -type f -path '*/new/*') | while IFS= read -r file; do
        printf '%s %s %s\n' "$(dirname -- "$(dirname -- "$file")")" "${file##*,}" "$(sha256sum <"$1/$file")"
    done | sort
}

arrived() { # ALIAS
    [ "$(contents "new/$1" | wc -l)" -eq "$MESSAGES" ]
    diff <(contents "old/$1") <(contents "new/$1")
}

row() { # ALIAS: the row, without its time
    grep -F ",$1," l.csv | sed -E 's/,[0-9/]+ [0-9:]+\r?$//; s/\r$//'
}

wait_until() { # COMMAND...
    local i
    for ((i = 0; i < 1500; i++)); do
        ! "$@" 2>/dev/null || return 0
        sleep 0.02
    done
    printf 'did not happen: %s\n' "$*"
    return 1
}

@test "a list with everything that can be wrong: the good ones arrive byte for byte, the others say why" {
    setup JohnD MarySm there
    mkdir -p old/full/cur new/full/cur
    make_mailbox old/full
    deliver new/full 1 S "$MBX_SOURCE/tests/data/mail/01-plain.eml"
    make_mailbox old/nowhere
    printf '%s\r\n' 'John Doe,JohnD,OLD,NEW' '"Smith, Mary",MarySm,OLD,NEW' 'Gone,gone,OLD,NEW' \
        'Full,full,OLD,NEW' 'Nowhere,nowhere,OLD,NEW' 'Elsewhere,there,OLD,ELSEWHERE' \
        'Eve,../../x,OLD,NEW' 'Eve,.Sent,OLD,NEW' >l.csv
    run --separate-stderr mbx-migrate --quiet --servers servers.conf l.csv
    [ "$status" -eq 65 ]
    [ "$output" = "$PWD/l.csv: 8 recipients, 2 succeeded, 6 failed, 0 pending" ]
    [[ $stderr = "csv-status: l.csv:6: servers.conf: has no section [ELSEWHERE]"* ]]
    [ "$(row JohnD)" = 'SUCCESS,John Doe,JohnD,OLD,NEW,Migrated No Errors' ]
    [ "$(row MarySm)" = 'SUCCESS,"Smith, Mary",MarySm,OLD,NEW,Migrated No Errors' ]
    [ "$(row gone)" = 'FAILURE,Gone,gone,OLD,NEW,Error Opening Source Mailbox' ]
    [ "$(row full)" = 'FAILURE,Full,full,OLD,NEW,Destination Inbox Missing Or Not Empty' ]
    [ "$(row nowhere)" = 'FAILURE,Nowhere,nowhere,OLD,NEW,Error Opening Destination Mailbox' ]
    [ "$(row there)" = 'FAILURE,Elsewhere,there,OLD,ELSEWHERE,Error Opening Destination Mailbox' ]
    [ "$(row ../../x)" = 'FAILURE,Eve,../../x,OLD,NEW,Error Alias Or Server Cannot Be A File Name' ]
    [ "$(row .Sent)" = 'FAILURE,Eve,.Sent,OLD,NEW,Error Alias Or Server Cannot Be A File Name' ]
    arrived JohnD
    arrived MarySm
    [ "$(find new/full -type f | wc -l)" -eq 1 ]
    [ ! -e new/nowhere ]
    [ -z "$(find mbx-migrate.work -type f)" ]
    grep -q 'servers.conf: has no section \[ELSEWHERE\]' l.csv.log
    grep -q '^maildir:.*/new/full: 1 message$' l.csv.log
}

@test "a profile that gives nobody a password ends the run, and nobody has failed" {
    setup JohnD MarySm
    printf '%s\r\n' 'John Doe,JohnD,OLD,NEW' 'Mary Smith,MarySm,OLD,NEW' >l.csv
    cp l.csv before.csv
    printf 'secret\n' >open
    chmod 644 open
    : >netrc
    chmod 600 netrc
    local profile
    for profile in 'password-file = missing' 'password-file = open' 'password-command = false' 'proxy = foo' \
        'password-environment = MBX_NOT_SET' 'token-environment = MBX_NOT_SET' 'token-command = false' 'netrc-file = missing'; do
        printf '[OLD]\nurl = imap://127.0.0.1:1\n%s\n[NEW]\nurl = maildir:new/{alias}\n' "$profile" >wrong.conf
        run --separate-stderr mbx-migrate --quiet --servers wrong.conf l.csv
        printf '%s: %d\n%s\n' "$profile" "$status" "$stderr"
        [ "$status" -eq 78 ]
        [ -n "$stderr" ]
        cmp l.csv before.csv
    done
    # shellcheck disable=SC2016 # for the shell of the tool
    for profile in 'password-file = {alias}.missing' 'password-command = test -z {alias}' 'token-command = test -z "$MBX_USER"' \
        'netrc-file = netrc'; do
        printf '[OLD]\nurl = imap://127.0.0.1:1\n%s\n[NEW]\nurl = maildir:new/{alias}\n' "$profile" >wrong.conf
        run mbx-migrate --quiet --servers wrong.conf l.csv
        printf '%s: %d\n%s\n' "$profile" "$status" "$output"
        [ "$status" -eq 65 ]
        [ "$(row MarySm)" = 'FAILURE,Mary Smith,MarySm,OLD,NEW,Error Opening Source Mailbox' ]
        cp before.csv l.csv
    done
}

@test "the source is not changed by a single byte" {
    setup JohnD
    printf 'John Doe,JohnD,OLD,NEW\r\n' >l.csv
    find old -type f -exec sha256sum {} + -printf '%p %T@\n' | sort >before
    mbx-migrate --quiet --servers servers.conf l.csv
    find old -type f -exec sha256sum {} + -printf '%p %T@\n' | sort >after
    diff before after
}

@test "a destination that cannot be written costs no export; a source need not be" {
    setup JohnD
    rm old/JohnD/cur/*
    mkdir -p new/MarySm
    make_mailbox old/MarySm
    chmod a-w new/MarySm
    find old -type d -exec chmod a-w {} +
    printf 'J,JohnD,OLD,NEW\r\nM,MarySm,OLD,NEW\r\n' >l.csv
    run minding_permissions mbx-migrate --quiet --servers servers.conf l.csv
    find . -type d -exec chmod u+w {} +
    [ "$status" -eq 65 ]
    [ "$(row JohnD)" = 'SUCCESS,J,JohnD,OLD,NEW,Migrated No Errors' ]
    [ "$(row MarySm)" = 'FAILURE,M,MarySm,OLD,NEW,Error Opening Destination Mailbox' ]
    diff <(contents old/JohnD) <(contents new/JohnD)
    grep -q '^mbx-check-inbox: .*/new/MarySm: nothing can be made in the folder: Permission denied$' l.csv.log
    refute grep -q mbx-export l.csv.log
}

@test "killed at any point and run again, everybody arrives once" {
    local step
    for step in 'mbx-migrate.work/OLD/JohnD.pst.part' 'mbx-migrate.work/OLD/JohnD.pst' 'mbx-migrate.work/OLD/JohnD.pst.journal'; do
        rm -rf old new l.csv*
        setup JohnD MarySm
        printf 'J,JohnD,OLD,NEW\r\nM,MarySm,OLD,NEW\r\n' >l.csv
        mbx-migrate --quiet --servers servers.conf l.csv >/dev/null 2>&1 3>&- &
        local driver=$! tool
        wait_until test -e "$step" -o -e mbx-migrate.work/OLD/MarySm.pst
        tool=$(pgrep -P "$driver" || true)
        kill -KILL "$driver"
        [ -z "$tool" ] || kill -KILL "$tool" || true
        run wait "$driver"
        wait_until csv-status next l.csv
        mbx-migrate --quiet --servers servers.conf l.csv
        arrived JohnD
        arrived MarySm
    done
}

kill_behind_the_row() { # ALIAS
    mkdir -p bin
    # shellcheck disable=SC2016 # for that script
    printf '#!/bin/sh\ncase "$*" in *%s.pst.journal*) kill -KILL $PPID ;; *) exec /bin/rm "$@" ;; esac\n' "$1" >bin/rm
    chmod +x bin/rm
    PATH=$PWD/bin:$PATH run -137 mbx-migrate --quiet --servers servers.conf l.csv
    [ -e "mbx-migrate.work/OLD/$1.pst.journal" ]
}

@test "killed when the row is written and the PST file still there, the next run removes it" {
    setup JohnD MarySm
    printf 'J,JohnD,OLD,NEW\r\nM,MarySm,OLD,NEW\r\n' >l.csv
    kill_behind_the_row JohnD
    [ "$(row JohnD)" = 'SUCCESS,J,JohnD,OLD,NEW,Migrated No Errors' ]
    [ "$(row MarySm)" = M,MarySm,OLD,NEW ]
    [ -e mbx-migrate.work/OLD/JohnD.pst ]
    # Kept: what is another server's, was exported only, or has not come to its import's end.
    local box
    mkdir mbx-migrate.work/OTHER
    for box in OTHER/JohnD OLD/exported OLD/failed; do
        cp "mbx-migrate.work/OLD/JohnD.pst" "mbx-migrate.work/$box.pst"
        cp "mbx-migrate.work/OLD/JohnD.pst.journal" "mbx-migrate.work/$box.pst.journal"
    done
    sed -i '$d' mbx-migrate.work/OLD/failed.pst.journal
    printf 'SUCCESS,E,exported,OLD,NEW,Exported No Errors,5/10/96 10:05:00\r\n' >>l.csv
    printf 'SUCCESS,F,failed,OLD,NEW,Migrated No Errors,5/10/96 10:05:00\r\n' >>l.csv
    mbx-migrate --quiet --dry-run --servers servers.conf l.csv
    [ -e mbx-migrate.work/OLD/JohnD.pst ]
    mbx-migrate --quiet --servers servers.conf l.csv
    [ "$(cd mbx-migrate.work && find . -name '*.pst*' | sort | tr '\n' ' ')" = "./OLD/exported.pst \
./OLD/exported.pst.journal ./OLD/failed.pst ./OLD/failed.pst.journal ./OTHER/JohnD.pst ./OTHER/JohnD.pst.journal " ]
    arrived JohnD
    arrived MarySm
}

@test "killed behind the row of a list, another list begins anew instead of taking its PST file for its own" {
    setup JohnD
    printf 'J,JohnD,OLD,NEW\r\n' | tee l.csv >later.csv
    kill_behind_the_row JohnD
    deliver old/JohnD 11 S "$MBX_SOURCE/tests/data/mail/01-plain.eml"
    run mbx-migrate --quiet --servers servers.conf later.csv
    [ "$status" -eq 65 ]
    grep -q '^FAILURE,J,JohnD,OLD,NEW,Destination Inbox Missing Or Not Empty,' later.csv
    rm -r new/JohnD
    mkdir -p new/JohnD/{cur,new,tmp}
    csv-status retry later.csv >again.csv
    mbx-migrate --quiet --servers servers.conf again.csv
    diff <(contents old/JohnD) <(contents new/JohnD)
}

@test "killed before the row of a list, another list goes on, and the log says what that means" {
    setup JohnD
    printf 'J,JohnD,OLD,NEW\r\n' | tee l.csv >later.csv
    kill_behind_the_row JohnD
    cp later.csv l.csv
    mbx-migrate --quiet --servers servers.conf later.csv
    grep -q '^SUCCESS,J,JohnD,OLD,NEW,Migrated No Errors,' later.csv
    grep -q 'warning: .*/JohnD.pst: its import had come to its end; mail that is newer' later.csv.log
    [ ! -e mbx-migrate.work/OLD ]
    arrived JohnD
}

@test "two workers on one list move everybody once" {
    local aliases=(a b c d e f) alias
    setup "${aliases[@]}"
    for alias in "${aliases[@]}"; do printf 'N,%s,OLD,NEW\r\n' "$alias"; done >l.csv
    mbx-migrate --quiet --servers servers.conf --error-log a.log l.csv >a.out 2>a.err &
    local first=$!
    mbx-migrate --quiet --servers servers.conf --error-log b.log l.csv >b.out 2>b.err || [ "$?" -eq 75 ]
    wait "$first" || [ "$?" -eq 75 ]
    [ "$(grep -c '^SUCCESS,.*Migrated No Errors' l.csv)" -eq 6 ]
    for alias in "${aliases[@]}"; do arrived "$alias"; done
}

@test "both sides of a gap, with the manifest of sha256sum and the rules of a sound PST" {
    setup JohnD MarySm BobK
    printf 'J,JohnD,OLD,NEW\r\nM,MarySm,OLD,NEW\r\nB,BobK,OLD,NEW\r\n' >l.csv
    mbx-migrate --quiet --servers servers.conf --phase export --work-dir medium l.csv
    (cd medium && sha256sum --check --strict --quiet SHA256SUMS)
    [ "$(wc -l <medium/SHA256SUMS)" -eq 3 ]
    rm -r old/MarySm old/BobK
    # The one was damaged before it was counted, the other is sound and not the file that was exported.
    printf 'x' | dd of=medium/OLD/MarySm.pst bs=1 seek=20000 conv=notrunc status=none
    (cd medium && sha256sum OLD/*.pst >SHA256SUMS)
    cp medium/OLD/JohnD.pst medium/OLD/BobK.pst
    run mbx-migrate --quiet --servers servers.conf --phase import medium/l.csv
    [ "$status" -eq 65 ]
    arrived JohnD
    [ -z "$(find new/MarySm new/BobK -type f)" ]
    grep -q '^FAILURE,M,MarySm,OLD,NEW,Error Checking PST File,' medium/l.csv
    grep -q '^error B1: block .*dwCRC is ' medium/l.csv.log
    grep -q '^FAILURE,B,BobK,OLD,NEW,Error Checking PST File,' medium/l.csv
    grep -q 'OLD/BobK.pst: its SHA-256 is ' medium/l.csv.log
}

@test "a second run over the same mailboxes is refused, and the first result stays" {
    setup JohnD
    printf 'J,JohnD,OLD,NEW\r\n' >l.csv
    cp l.csv again.csv
    mbx-migrate --quiet --servers servers.conf l.csv
    run mbx-migrate --quiet --servers servers.conf again.csv
    [ "$status" -eq 65 ]
    grep -q 'Destination Inbox Missing Or Not Empty' again.csv
    arrived JohnD
}
