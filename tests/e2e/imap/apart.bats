# The servers that the other tests here rely on.
# shellcheck disable=SC2154 # "servers" is set by servers_begin

load imap

setup_file() {
    servers_begin
    start_cyrus first
    start_cyrus second
    start_dovecot third
}

teardown_file() { servers_end; }

@test "a server that ends takes no other with it" {
    need first second third
    stop_process "$(<"$servers/first/pid")"
    sleep 0.5
    talk second anna NOOP
    talk third anna NOOP
    talk second anna NOOP
}
