# ANSI stores in a code page that the user states: folder names, subjects and addresses come out in UTF-8.

bats_require_minimum_version 1.5.0

setup() {
    : "${MBX_BIN:?is set by ctest: the folder of the built tools}"
    export PATH="$MBX_BIN:$PATH" LC_ALL=C.UTF-8
    cd "$BATS_TEST_TMPDIR" || return
    ansi=$MBX_SHARED/corpus/pstsdk/sample2.pst
}

# as_in PAGE TEXT: an ANSI store whose folder "Sample2" and word "sample" are TEXT in the page, made and imported
as_in() {
    local page=$1 text=$2 bytes
    bytes=$(printf '%s' "$text" | iconv -f utf-8 -t "cp$page" | od -An -v -tx1 | tr -d ' \n')
    bytes=$(printf '%s' "$bytes" | sed 's/../\\x&/g')
    # shellcheck disable=SC2059 # the bytes are the format
    "$MBX_RECODE_ANSI_PST" "$ansi" a.pst Sample2 "$(LC_ALL=C printf "${bytes}2")" \
        'is a sample message' "$(LC_ALL=C printf "is a $bytes message")"
    pst-inspect check --quiet a.pst
    rm -rf new a.pst.journal
    pst-import --quiet --code-page "$page" a.pst maildir:new
    run -0 pst-inspect folders --code-page "$page" a.pst
    [[ $output == *" ${text}2 "* ]]
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
        "$MBX_SOURCE/tests/roundtrip/compare-mailboxes" maildir:new --contents | grep -Fx "${text}2 1"
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
    run -64 --separate-stderr pst-import --code-page 12345 --work-dir . "$ansi" maildir:new
    # shellcheck disable=SC2154 # set by run
    [[ $stderr == *'there is no code page 12345'* && ! -e new ]]
}
