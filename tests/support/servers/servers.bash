# Real mail servers for tests: Dovecot, Cyrus IMAP and Courier IMAP, each in a folder of its own, on free ports of
# 127.0.0.1, with a certificate of a CA made for the occasion. Nothing of the machine's own is touched.
#
#     source "$MBX_SOURCE/tests/support/servers/servers.bash"
#     setup_file()    { servers_begin; start_dovecot old; start_cyrus new 'altnamespace: no'; }
#     setup()         { need old new; }
#     teardown_file() { servers_end; }
#
# Names are the test's own. The settings behind a name are added to the server's configuration, in its own words.
#     url NAME USER       imap://USER@127.0.0.1:PORT       (needs $servers/ca.pem, or --tls none)
#     url_tls NAME USER   imaps://USER@127.0.0.1:PORT
#     port NAME imap|imaps
#     talk NAME USER COMMAND...   says IMAP commands and prints the answers
# Every server has the users in SERVER_USERS with the password "secret".
#
# A server that cannot be had is skipped by `need`, with the reason; with MBX_NEED_SERVERS=1 in the environment
# that is a failure instead. MBX_SERVERS is the folder that `fetch` has filled.

# shellcheck disable=SC2034 # for the files below
readonly SERVER_USERS=(anna bert carl dora emil fred gina hans)
servers_source=$(dirname -- "${BASH_SOURCE[0]}")
# shellcheck source=/dev/null # checked by itself
source "$servers_source/dovecot.bash"
# shellcheck source=/dev/null # checked by itself
source "$servers_source/cyrus.bash"
# shellcheck source=/dev/null # checked by itself
source "$servers_source/courier.bash"
# shellcheck source=/dev/null # checked by itself
source "$servers_source/../lacking.bash"

servers_begin() {
    # A short name, because Unix sockets take 107 bytes; readable, because servers run as users of their own.
    servers=$(mktemp -d /tmp/mbx-servers.XXXXXX)
    export servers
    chmod 755 "$servers"
    make_certificates "$servers"
}

servers_end() {
    local pid
    for pid in "$servers"/*/pid; do
        [[ ! -e $pid ]] || stop_process "$(<"$pid")"
    done
    as_root rm -rf -- "$servers"
}

need() { # NAME...
    local name
    for name in "$@"; do
        [[ ! -e $servers/$name/missing ]] || lacking "$name: $(<"$servers/$name/missing")" || return
    done
}

port() { # NAME imap|imaps
    cat -- "$servers/$1/$2"
}

url() { # NAME USER
    printf 'imap://%s@127.0.0.1:%s\n' "$2" "$(port "$1" imap)"
}

url_tls() { # NAME USER
    printf 'imaps://%s@127.0.0.1:%s\n' "$2" "$(port "$1" imaps)"
}

talk() { # NAME USER COMMAND...
    "$servers_source/imap" "$(port "$1" imap)" "$2" secret "${@:3}"
}

# For the servers' own files.

as_root() { # COMMAND...
    if ((EUID == 0)); then "$@"; else sudo -n -- "$@"; fi
}

# Runs `configure_KIND NAME` and `run_KIND NAME`, with new ports when somebody else has taken one meanwhile.
start_server() { # KIND NAME SETTINGS
    local kind=$1 name=$2 folder=$servers/$2 reason try
    mkdir -- "$folder"
    if reason=$("lacking_$kind"); then
        printf '%s\n' "$reason" >"$folder/missing"
        return 0
    fi
    printf '%s\n' "$3" >"$folder/settings"
    for try in 1 2 3; do
        read -r imap imaps < <(free_ports 2)
        printf '%s\n' "$imap" >"$folder/imap"
        printf '%s\n' "$imaps" >"$folder/imaps"
        "configure_$kind" "$folder" "$imap" "$imaps"
        # Without bats' own descriptors, which would keep it waiting for the server's end.
        "run_$kind" "$folder" >>"$folder/log" 2>&1 3>&- 4>&- &
        printf '%s\n' $! >"$folder/pid"
        if is_up "$imap" $! && { [[ $3 == *'ssl = no'* ]] || is_up "$imaps" $!; }; then
            ! declare -F "after_start_$kind" >/dev/null || "after_start_$kind" "$folder"
            return 0
        fi
        stop_process "$(<"$folder/pid")"
    done
    printf '%s does not start (try %d):\n%s\n' "$kind" "$try" "$(tail -n 20 "$folder/log")"
    return 1
}

# Below the range from which the kernel takes ports for connections, and at random: what else runs at the same time
# shall not have them before the server has.
free_ports() { # COUNT
    python3 -c 'import random, socket, sys
taken = []
while len(taken) < int(sys.argv[1]):
    try:
        taken.append(socket.create_server(("127.0.0.1", random.randrange(20000, 32768))))
    except OSError:
        pass
print(*[s.getsockname()[1] for s in taken])' "$1"
}

# `kill -0` holds a zombie for alive, and where process 1 reaps late, that lasts.
is_gone() { # PID
    local state
    state=$(sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null) || return 0
    [[ -z $state || $state == Z ]]
}

is_up() { # PORT PID
    local i
    for ((i = 0; i < 500; i++)); do
        ! (exec 5<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null || return 0
        ! is_gone "$2" || return 1
        sleep 0.02
    done
    return 1
}

stop_process() { # PID
    local i
    is_gone "$1" && return
    as_root kill "$1" 2>/dev/null || true
    for ((i = 0; i < 250; i++)); do
        is_gone "$1" && return
        sleep 0.02
    done
    as_root kill -KILL "$1" 2>/dev/null || true
}

make_certificates() { # FOLDER: ca.pem, server.pem, server.key
    local key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)
    printf '%s\n' 'subjectAltName=DNS:localhost,IP:127.0.0.1' 'basicConstraints=CA:FALSE' \
        'extendedKeyUsage=serverAuth' >"$1/extensions"
    openssl req -x509 "${key[@]}" -days 2 -keyout "$1/ca.key" -out "$1/ca.pem" -subj '/CN=test CA' \
        -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign,cRLSign' 2>/dev/null
    openssl req "${key[@]}" -keyout "$1/server.key" -out "$1/server.csr" -subj '/CN=localhost' 2>/dev/null
    openssl x509 -req -in "$1/server.csr" -CA "$1/ca.pem" -CAkey "$1/ca.key" -CAcreateserial -days 2 \
        -extfile "$1/extensions" -out "$1/server.pem" 2>/dev/null
}

lacks_program() { # PROGRAM...: prints the first that is not there, false when all are
    local program
    for program in "$@"; do
        if ! type -P "$program" >/dev/null; then
            printf '%s is not installed: scripts/install-dependencies --test\n' "$program"
            return 0
        fi
    done
    return 1
}

lacks_unpacked() { # cyrus|courier
    [[ ! -d ${MBX_SERVERS:-}/$1 ]] || return 1
    printf '%s is not unpacked: cmake --build BUILD --target mail_servers\n' "$1"
}
