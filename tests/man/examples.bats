# The examples of manual pages, of --help and of the README are run as they stand there, but for the places that
# a test cannot have: these become folders of its own, and mailboxes on servers become Maildirs.

bats_require_minimum_version 1.5.0
set -u
: "${MBX_BIN:?is set by ctest: the folder of the built tools}" "${MBX_MAN:?is set by ctest: the built manual pages}"

setup() {
    export PATH=$MBX_BIN:$MBX_SOURCE/scripts:$PATH LC_ALL=C.UTF-8 TZ=UTC HOME=$BATS_TEST_TMPDIR/home
    unset MBX_SERVERS NETRC
    # shellcheck disable=SC1091 # found at run time
    source "$MBX_SOURCE/tests/support/sample_mailbox.bash"
    mkdir -p "$HOME/.config/mbx-tools"
    printf 'secret\n' >"$HOME/.john"
    chmod 600 "$HOME/.john"
    sample_mailbox "$BATS_TEST_TMPDIR/sample"
    mbx-export --quiet "maildir:$BATS_TEST_TMPDIR/sample" "$BATS_TEST_TMPDIR/sample.pst" >/dev/null
}

here() { # places that a test cannot have → folders of this test
    sed -E -e "s#(^|[ :=])/(srv/mail|media|var/tmp)/#\1$world/\2/#g" \
        -e "s#imaps://john@mail\.example#maildir:$world/server/john#g" \
        -e "s#imaps://\{alias\}@pilot\.example#maildir:$world/old-{alias}#"
}

# What the examples find: a folder with a mailbox to export, PST files to import, a list, and profiles.
make_world() {
    world=$BATS_TEST_TMPDIR/world
    rm -rf -- "$world"
    mkdir -p -- "$world"/{media/{disk,usb,dvd},var/tmp,server/john/cur,srv/mail}
    cd -- "$world" || return
    local alias
    for alias in JohnD MarySm PetraM; do
        cp -a -- "$BATS_TEST_TMPDIR/sample" "old-$alias"
        mkdir -p -- "new-$alias/cur"
    done
    printf '[GW-PILOT1]\nurl = maildir:%s/old-{alias}\n[GW-PROD1]\nurl = maildir:%s/new-{alias}\n' "$PWD" "$PWD" |
        tee servers.conf old.conf new.conf >"$HOME/.config/mbx-tools/servers.conf"
    printf '%s,GW-PILOT1,GW-PROD1\r\n' John,JohnD Mary,MarySm Petra,PetraM >staff.csv
    case $1 in
        mbx-export) cp -a -- "$BATS_TEST_TMPDIR/sample" srv/mail/john; cp -a -- "$BATS_TEST_TMPDIR/sample/." server/john ;;
        csv-status)
            csv-status mark --alias JohnD --source GW-PILOT1 --failure 'Error Copying Messages' staff.csv >/dev/null
            ;;
        mbx-mailbox)
            mkdir srv/mail/john
            pst-import --quiet --work-dir . "$BATS_TEST_TMPDIR/sample.pst" "mbox:$PWD/srv/mail/john/Mail" >/dev/null
            ;;
        mbx-manifest) mbx-export --quiet --manifest SHA256SUMS "maildir:$PWD/old-JohnD" john.pst >/dev/null ;;
        *) tee john.pst media/dvd/john.pst <"$BATS_TEST_TMPDIR/sample.pst" >/dev/null ;;
    esac
}

# Examples, each ended by a line "--".
page_examples() { # PAGE
    awk '/^\.Sh /{on = $2 == "EXAMPLES"; next}
         !on {next}
         /^\.Dl /{print substr($0, 5); print "--"}
         /^\.Ed/{text = 0; print "--"}
         text {print}
         /^\.Bd/{text = 1}' "$MBX_MAN/$1" | sed 's/\\e/\\/g'
}

help_examples() { # COMMAND...
    "$@" --help | awk '/^Examples:$/{on = 1; next}
                       !on {next}
                       /^$/{print "--"; exit}
                       /^  #/{if (count++) print "--"; next}
                       {print substr($0, 3)}'
}

# Runs each example on standard input in a world of its own. `expected` is how many there are at least.
run_each() { # TOOL EXPECTED
    local line example='' count=0
    while IFS= read -r line; do
        if [[ $line != -- ]]; then
            example+=$line$'\n'
            continue
        fi
        make_world "$1"
        example=$(here <<<"$example")
        printf '%s\n' "$example"
        bash -euo pipefail -c "$example" </dev/null || return
        example=''
        count=$((count + 1))
    done
    ((count >= $2))
}

@test "csv-status(1)" { page_examples csv-status.1 | run_each csv-status 3; }
@test "mbx-check-inbox(1)" { page_examples mbx-check-inbox.1 | run_each mbx-check-inbox 1; }
@test "mbx-export(1)" { page_examples mbx-export.1 | run_each mbx-export 3; }
@test "mbx-mailbox(5)" { page_examples mbx-mailbox.5 | run_each mbx-mailbox 1; }
@test "mbx-manifest(5)" { page_examples mbx-manifest.5 | run_each mbx-manifest 1; }
@test "mbx-migrate(1)" { page_examples mbx-migrate.1 | run_each mbx-migrate 4; }
@test "pst-import(1)" { page_examples pst-import.1 | run_each pst-import 4; }
@test "pst-inspect(1)" { page_examples pst-inspect.1 | run_each pst-inspect 4; }

@test "mbx-list(5): both lists are sound" {
    local line list='' count=0
    while IFS= read -r line; do
        [[ $line == -- ]] || { list+=$line$'\n'; continue; }
        printf '%s' "$list" >"$BATS_TEST_TMPDIR/list.csv"
        csv-status check "$BATS_TEST_TMPDIR/list.csv"
        list='' count=$((count + 1))
    done < <(page_examples mbx-list.5)
    [ "$count" -eq 2 ]
    [ "$(csv-status report --lines "$BATS_TEST_TMPDIR/list.csv" | tr '\n' ' ')" = "2 1 1 0 " ]
}

@test "servers.conf(5): every section is understood" {
    make_world servers
    page_examples servers.conf.5 | grep -v '^--$' | here >servers.conf
    printf 'A,a,%s,ARCHIVE\r\n' GW-PILOT1 GW-PROD1 | sed 's/A,a,GW-PROD1/B,b,GW-PROD1/' >list.csv
    csv-status check --servers servers.conf list.csv
    mkdir -p srv/mail/john/cur
    mbx-check-inbox --servers-file servers.conf --server ARCHIVE --alias john
}

@test "--help of each tool" {
    local command
    for command in check next mark retry report split; do
        help_examples csv-status "$command" | run_each any 1
    done
    help_examples csv-status | run_each csv-status 3
    help_examples mbx-migrate | run_each any 2
    help_examples mbx-export | run_each mbx-export 2
    help_examples pst-import | run_each pst-import 2
    help_examples mbx-check-inbox | run_each mbx-check-inbox 1
    help_examples pst-inspect | run_each any 3
    for command in summary folders messages show check nodes blocks dump map; do
        help_examples pst-inspect "$command" | run_each pst-inspect 1
    done
}

readme() { # HEADING N: the Nth block of code below it
    awk -v heading="$1" -v wanted="$2" '/^#/{on = $0 == heading; block = 0}
        on && /^    /{if (!inside) block++; inside = 1; if (block == wanted) print substr($0, 5); next}
        /./{inside = 0}' "$MBX_SOURCE/README.md"
}

first_migration() { # N: the block of commands, in a world with the list and the profiles of the README
    make_world readme
    mkdir -p srv/mail/{JohnD,MarySm}/Maildir/cur
    readme '## A first migration' 1 | tee list.csv
    readme '## A first migration' 2 | here | tee servers.conf
    readme '## A first migration' "$1" | here >commands
    [ -s commands ]
    bash -euxo pipefail commands
    [ "$(find srv/mail -type f -path '*/cur/*' | wc -l)" -eq 24 ]
}

@test "README: a first migration" { first_migration 3; }
@test "README: both sides of a gap" { first_migration 4; }

@test "README: what it is" {
    make_world mbx-export
    rm -r server/john/*
    mkdir server/john/cur
    cp staff.csv list.csv
    readme '# mbx-tools' 1 | here >commands
    [ "$(wc -l <commands)" -eq 4 ]
    bash -euxo pipefail commands
}
