# Cyrus IMAP for servers.bash. The administrator is "cyradmin", password "secret", who may act for any user (SASL
# authzid). Unless the settings say otherwise: separator "/", no prefix.
# shellcheck disable=SC2154 # "servers" is set by servers.bash

start_cyrus() { # NAME [SETTINGS]
    start_server cyrus "$1" "${2:-}"
}

# Beneath: what start_server calls.

readonly CYRUS_BIN=/usr/lib/cyrus/bin

lacking_cyrus() {
    PATH=$PATH:/usr/sbin lacks_program "$CYRUS_BIN/master" saslpasswd2 || lacks_unpacked cyrus
}

configure_cyrus() { # FOLDER IMAP IMAPS
    local folder=$1 imapd=$1/imapd user
    mkdir -p "$folder"/conf/{socket,db} "$folder"/{spool,proc,lock,sock}
    # Run by a user who may not enter the folder of the build, if that is below a private home.
    cp "$MBX_SERVERS/cyrus/usr/lib/cyrus/bin/imapd" "$imapd"
    cp "$servers/server.key" "$folder/server.key"
    {
        # Of a setting that is there twice, the last counts.
        printf '%s\n' "configdirectory: $folder/conf" 'defaultpartition: default' \
            "partition-default: $folder/spool" "proc_path: $folder/proc" "mboxname_lockpath: $folder/lock" \
            "lmtpsocket: $folder/sock/lmtp" "idlesocket: $folder/sock/idle" "notifysocket: $folder/sock/notify" \
            'servername: localhost' 'admins: cyradmin' 'proxyservers: cyradmin' 'allowplaintext: yes' \
            'sasl_pwcheck_method: auxprop' 'sasl_auxprop_plugin: sasldb' "sasl_sasldb_path: $folder/sasldb2" \
            'sasl_mech_list: PLAIN LOGIN SCRAM-SHA-256 CRAM-MD5' \
            "tls_server_cert: $servers/server.pem" "tls_server_key: $folder/server.key"
        cyrus_names "$folder"
        cat "$folder/settings"
    } >"$folder/imapd.conf"
    # The master hands -C on to none of its services.
    cat >"$folder/cyrus.conf" <<END
START {
  recover cmd="ctl_cyrusdb -C $folder/imapd.conf -r"
}
SERVICES {
  imap  cmd="$imapd -C $folder/imapd.conf" listen="127.0.0.1:$2" prefork=0
  imaps cmd="$imapd -C $folder/imapd.conf -s" listen="127.0.0.1:$3" prefork=0
}
EVENTS {
}
END
    for user in cyradmin "${SERVER_USERS[@]}"; do
        printf 'secret' | PATH=$PATH:/usr/sbin saslpasswd2 -p -c -f "$folder/sasldb2" -u localhost "$user"
    done
    if ((EUID == 0)); then
        chown -R cyrus:mail "$folder"/{conf,spool,proc,lock,sock,sasldb2,server.key}
    else
        printf '%s\n' "cyrus_user: $(id -un)" "cyrus_group: $(id -gn)" >>"$folder/imapd.conf"
    fi
}

cyrus_names() { # FOLDER: how names look, unless the settings say it
    grep -q '^unixhierarchysep:' "$1/settings" || printf 'unixhierarchysep: yes\n'
    grep -q '^altnamespace:' "$1/settings" || printf 'altnamespace: yes\n'
}

run_cyrus() { # FOLDER
    # The master ends by ending its whole process group: every Cyrus that was started from the same shell.
    exec setsid "$CYRUS_BIN/master" -C "$1/imapd.conf" -M "$1/cyrus.conf" -p "$1/master.pid" -D
}

after_start_cyrus() { # FOLDER: the users' mailboxes
    local user separator=/ commands=()
    ! grep -q '^unixhierarchysep: no' "$1/imapd.conf" || separator=.
    for user in "${SERVER_USERS[@]}"; do
        commands+=("CREATE user$separator$user")
    done
    talk "${1##*/}" cyradmin "${commands[@]}"
}
