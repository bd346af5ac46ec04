# Courier IMAP for servers.bash: separator ".", prefix "INBOX.". Settings are environment variables, as imapd has
# them in its own configuration file. Runs in a mount namespace, where /etc/courier and /run/courier, which its
# login library has built in, are folders of ours.
# shellcheck disable=SC2154 # "servers" is set by servers.bash

start_courier() { # NAME [SETTINGS]
    start_server courier "$1" "${2:-}"
}

courier_maildir() { # NAME USER
    printf '%s\n' "$servers/$1/home/$2/Maildir"
}

courier_quota() { # NAME USER QUOTA: "100000S" for bytes, "5C" for messages
    local maildir
    maildir=$(courier_maildir "$1" "$2")
    "$MBX_SERVERS/courier/usr/bin/maildirmake.courier" -q "$3" "$maildir"
    ((EUID != 0)) || chown -R nobody:nogroup "$maildir"
}

# Beneath: what start_server calls.

readonly COURIER_AUTHDAEMON=/usr/lib/courier/courier-authlib/authdaemond

lacking_courier() {
    PATH=$PATH:/usr/sbin lacks_program "$COURIER_AUTHDAEMON" makeuserdb userdbpw || lacks_unpacked courier ||
        lacks_namespaces
}

lacks_namespaces() {
    ! as_root unshare --mount true 2>/dev/null || return 1
    printf 'Courier needs a mount namespace, and this user may make none\n'
}

configure_courier() { # FOLDER IMAP IMAPS
    local folder=$1 user owner=nobody group=nogroup
    ((EUID == 0)) || { owner=$(id -un) group=$(id -gn); }
    mkdir -p "$folder"/{etc,run/authdaemon,home}
    chmod 711 "$folder/etc"
    printf '%s\n' 'authmodulelist="authuserdb"' 'daemons=2' 'authdaemonvar=/run/courier/authdaemon' 'DEBUG_LOGIN=0' \
        >"$folder/etc/authdaemonrc"
    cat "$servers/server.key" "$servers/server.pem" >"$folder/etc/imapd.pem"
    chmod 600 "$folder/etc/imapd.pem"
    as_root chown courier "$folder/etc/imapd.pem"
    rm -f "$folder/etc/userdb"
    for user in "${SERVER_USERS[@]}"; do
        mkdir -p "$folder/home/$user"
        courier_user "$folder/home/$user" "$(id -u "$owner")" "$(id -g "$owner")" >>"$folder/etc/userdb"
        mkdir -p "$folder/home/$user"/Maildir/{cur,new,tmp}
        ((EUID != 0)) || chown -R "$owner:$group" "$folder/home/$user"
    done
    chmod 600 "$folder/etc/userdb"
    as_root chown -R root "$folder/etc/userdb"
    courier_script "$@" >"$folder/run.sh"
}

courier_user() { # HOME UID GID: its line of userdb
    : "${courier_password:=$(openssl passwd -6 -salt mbx secret)}"
    : "${courier_hmac:=$(printf 'secret\nsecret\n' | PATH=$PATH:/usr/sbin userdbpw -hmac-md5 2>/dev/null)}"
    printf '%s\tuid=%d|gid=%d|home=%s|shell=/bin/sh|imappw=%s|hmac-md5pw=%s\n' "${1##*/}" "$2" "$3" "$1" \
        "$courier_password" "$courier_hmac"
}

courier_script() { # FOLDER IMAP IMAPS
    # Where the users of the mailboxes may go, if the build is below a private home.
    local unpacked=/run/unpacked
    cat <<END
mount -t tmpfs -o mode=755 tmpfs /run && mkdir /run/courier $unpacked || exit 1
mount --bind $MBX_SERVERS/courier $unpacked || exit 1
mount --bind $1/etc /etc/courier && mount --bind $1/run /run/courier || exit 1
PATH=/usr/sbin:/usr/bin:/sbin:/bin
makeuserdb
set -a
. /etc/courier/authdaemonrc
IMAP_CAPABILITY="IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=REFERENCES SORT QUOTA AUTH=CRAM-MD5 AUTH=PLAIN IDLE"
IMAP_STARTTLS=YES IMAP_TLS_REQUIRED=0 IMAP_KEYWORDS=1 IMAP_ACL=1 IMAP_USELOCKS=1 IMAP_TRASHFOLDERNAME=Trash
COURIERTLS=$unpacked/usr/bin/couriertls TLS_CERTFILE=$1/etc/imapd.pem TLS_VERIFYPEER=NONE
$(<"$1/settings")
: "\${IMAP_CAPABILITY_TLS=\$IMAP_CAPABILITY}"
set +a
listen="$unpacked/usr/sbin/couriertcpd -address=127.0.0.1 -maxprocs=40 -maxperip=40 -nodnslookup -noidentlookup"
serve="$unpacked/usr/lib/courier/courier/imaplogin $unpacked/usr/bin/imapd Maildir"
$COURIER_AUTHDAEMON &
children=\$!
\$listen $2 \$serve &
children="\$children \$!"
IMAP_TLS=1 \$listen $3 $unpacked/usr/bin/couriertls -server -tcpd \$serve &
children="\$children \$!"
trap 'kill \$children' TERM
wait
wait
END
}

run_courier() { # FOLDER
    ((EUID == 0)) || exec sudo -n unshare --mount sh "$1/run.sh"
    exec unshare --mount sh "$1/run.sh"
}
