# Signatures verify after a mailbox was in a PST exactly when they did before.

bats_require_minimum_version 1.5.0

setup_file() {
    : "${MBX_BIN:?is set by ctest: the folder of the built tools}"
    # shellcheck source=/dev/null # checked by itself
    source "$MBX_SOURCE/tests/support/servers/servers.bash"
    servers_begin
    start_dovecot dovecot
    export PATH="$MBX_SOURCE/tests/roundtrip:$PATH"
    # The same mail for all tests: keys and signatures take their time.
    if has_signers; then
        make-signed-mail "$BATS_FILE_TMPDIR/lf"
        make-signed-mail "$BATS_FILE_TMPDIR/crlf" --crlf
        cp -r "$MBX_TEST_DATA/mail" "$BATS_FILE_TMPDIR" # without the one that holds a NUL: no IMAP server takes that
        rm "$BATS_FILE_TMPDIR/mail/09-no-final-newline.eml"
        MBX_TEST_DATA=$BATS_FILE_TMPDIR make-signed-mail "$BATS_FILE_TMPDIR/imap"
    fi
}

has_signers() { /usr/bin/python3 -c 'import dkim, nacl' && command -v gpg >/dev/null; }

teardown_file() { servers_end; }

setup() {
    export PATH="$MBX_BIN:$MBX_SOURCE/tests/roundtrip:$PATH" LC_ALL=C.UTF-8 MBX_PASSWORD=secret
    # shellcheck source=/dev/null # checked by itself
    source "$MBX_SOURCE/tests/support/servers/servers.bash"
    cd "$BATS_TEST_TMPDIR" || return
    has_signers || lacking "python3-dkim or gnupg is not there: scripts/install-dependencies --test"
}

signed_mail() { # lf|crlf|imap
    cp -r "$BATS_FILE_TMPDIR/$1" old
    mapfile -t keys <"$BATS_FILE_TMPDIR/$1.keys"
}

# row KIND STATE COUNT...: a row of the table that was printed
row() {
    local kind=$1 state=$2
    shift 2
    # shellcheck disable=SC2154 # set by run
    grep -Ex "$kind +$state$(printf ' +%s' "$@")" <<<"$output" || { echo "$output"; return 1; }
}

# What make-signed-mail makes, before and after.
all_the_same() { # FOLDER [DKIM-SIGNATURES]
    run -0 compare-signatures "${keys[@]}" old "$1"
    row DKIM verifies "${2:-54}" "${2:-54}"
    row DKIM 'does not verify' "${2:-54}" "${2:-54}"
    row S/MIME verifies 28 28
    row S/MIME 'does not verify' 7 7
    row PGP verifies 22 22
    row PGP 'does not verify' 8 8
    [[ $output == *' signatures: the same afterwards' ]]
}

@test "a changed letter is noticed" {
    signed_mail lf
    cp -r old new
    file=$(grep -rl 'Subject: smime_clear: plain$' new | head -n 1)
    sed -i 's/all is well/all is lost/' "$file"
    run -1 compare-signatures "${keys[@]}" old new
    [[ $output == *'S/MIME: verifies, then does not verify in new/'* && $output == *'1 differ' ]]
}

@test "signed mail in LF" {
    signed_mail lf
    mbx-export --quiet maildir:old a.pst
    pst-import --quiet a.pst maildir:new
    all_the_same new
}

@test "signed mail in CRLF" {
    signed_mail crlf
    mbx-export --quiet maildir:old a.pst
    pst-import --quiet a.pst maildir:new
    all_the_same new
}

@test "signed mail to an IMAP server and back" {
    need dovecot
    signed_mail imap
    mbx-export --quiet maildir:old a.pst
    pst-import --quiet --tls none a.pst "$(url dovecot anna)"
    mbx-export --quiet --tls none "$(url dovecot anna)" b.pst
    pst-import --quiet b.pst maildir:new
    all_the_same new 48
}

@test "signed mail made from properties: what Outlook itself keeps of a signature" {
    signed_mail lf
    mbx-export --quiet maildir:old a.pst
    pst-import --quiet --no-exact-source a.pst maildir:new
    run compare-signatures "${keys[@]}" new
    # Clear-signed, opaque and forwarded; Outlook does not keep what is signed inside of another multipart.
    row S/MIME verifies 21
    row S/MIME 'does not verify' 7
}

# bats test_tags=corpus
@test "Outlook's own S/MIME messages" {
    "$MBX_WRITE_MSG_PST" msg.pst "$MBX_SHARED"/corpus/*/*.msg
    pst-import --quiet msg.pst maildir:new
    run -0 compare-signatures new
    row S/MIME verifies 2
    row S/MIME encrypted 2
}

# bats test_tags=corpus
@test "all signed mail of the corpus" {
    mkdir -p old/{cur,new,tmp}
    number=0
    while IFS= read -r -d '' file; do
        case $file in
            *.mbox | *.msg | *.pst | *.tsv | *.md) continue ;;
        esac
        cp -- "$file" "old/cur/$((1500000000 + ++number)).corpus:2,S"
    done < <(grep -rlZaiE '^DKIM-Signature:|multipart/(signed|encrypted)|pkcs7-mime|BEGIN PGP SIGNED' "$MBX_SHARED/corpus")
    echo "$number files"
    mbx-export --quiet maildir:old a.pst
    pst-import --quiet a.pst maildir:new
    compare-signatures old new >&3
    cp -- "$MBX_SHARED/corpus/linux-api-list/linux-api-list.mbox" list
    mbx-export --quiet mbox:list b.pst
    pst-import --quiet b.pst mbox:again --work-dir .
    compare-signatures list again >&3
}
