# ANSI stores in a code page that the user states: folder names, subjects and addresses come out in UTF-8.

bats_require_minimum_version 1.5.0

setup() {
    : "${MBX_BIN:?is set by ctest: the folder of the built tools}"
    export PATH="$MBX_BIN:$MBX_SOURCE/tests/roundtrip:$PATH" LC_ALL=C.UTF-8
    cd "$BATS_TEST_TMPDIR" || return
}

as_ansi() { # PAGE SOURCE: a.pst
    rm -f unicode.pst
    mbx-export --quiet --encoding none --no-exact-source "$2" unicode.pst
    recode-as-ansi "$1" unicode.pst a.pst
    pst-inspect check --quiet --strict a.pst
    [[ $(pst-inspect summary a.pst) == *'PST, ANSI'* ]]
}

# as_in PAGE TEXT: an ANSI store with TEXT as a folder's name and in a subject, made and imported
as_in() {
    local page=$1 text=$2
    rm -rf old new a.pst.journal
    mkdir -p "old/$text"
    printf 'From: anna@a.example\nMessage-ID: <1@a.example>\nSubject: =?utf-8?B?%s?=\n\nhello\n' \
        "$(printf 'Here is a %s message' "$text" | base64 --wrap 0)" >"old/$text/1.eml"
    as_ansi "$page" eml:old
    pst-import --quiet --code-page "$page" a.pst maildir:new
    run -0 pst-inspect folders --code-page "$page" a.pst
    [[ $output == *" $text "* ]]
}

subject() { # in UTF-8, of the only message
    /usr/bin/env python3 - "$1" <<'END'
import email, email.policy, os, sys
for place, _, names in os.walk(sys.argv[1]):
    for name in names:
        if os.path.basename(place) == 'cur':
            with open(os.path.join(place, name), 'rb') as file:
                print(email.message_from_binary_file(file, policy=email.policy.default)['Subject'])
END
}

@test "Japanese, Chinese, Korean and Russian stores" {
    while read -r page text; do
        echo "code page $page"
        as_in "$page" "$text"
        [[ $(subject new) == "Here is a $text message" ]]
        run -0 pst-inspect messages --code-page "$page" a.pst
        [[ $output == *"Here is a $text message"* ]]
        compare-mailboxes maildir:new --contents | grep -Fx "$text 1"
    done <<'END'
932 試験例
936 测试例
949 시험예
950 測試例
1251 Пример
1250 Příkla
1253 Δείγμα
END
}

@test "both readers agree" {
    as_in 932 試験例
    mv new own
    rm -f a.pst.journal
    pst-import --quiet --code-page 932 --reader libpff a.pst maildir:new
    [[ $(subject new) == 'Here is a 試験例 message' ]]
    [[ $(subject own) == "$(subject new)" ]]
}

@test "without the page the text is garbled, but nothing is lost" {
    as_in 1251 Пример
    rm -rf new a.pst.journal
    pst-import --quiet a.pst maildir:new
    [[ $(subject new) == 'Here is a Ïðèìåð message' ]]
}

@test "a code page that there is not is refused, and nothing is written" {
    as_in 1251 Пример
    rm -rf new a.pst.journal
    run -64 --separate-stderr pst-import --code-page 12345 a.pst maildir:new
    # shellcheck disable=SC2154 # set by run
    [[ $stderr == *'there is no code page 12345'* && ! -e new ]]
}

@test "a whole mailbox in an ANSI store: readers of all kinds find the same" {
    # shellcheck disable=SC1091 # is checked on its own
    source "$MBX_SOURCE/tests/support/sample_mailbox.bash"
    sample_mailbox old
    as_ansi 1252 maildir:old
    pst-import --quiet a.pst maildir:new
    rm a.pst.journal
    pst-import --quiet --reader libpff a.pst maildir:libpff
    compare-mailboxes maildir:new maildir:libpff
    compare-mailboxes maildir:old --contents >expected
    compare-mailboxes maildir:new --contents | diff expected -
    run -0 pffinfo a.pst
    [[ $output == *'32-bit'* ]]
    mkdir readpst
    readpst -D -o readpst a.pst
    [[ $(cat readpst/* | grep -c '^From ') == 12 ]]
}
