# Dovecot for servers.bash. Any user may log in with the password "secret"; "USER*boss" with "master" is the master
# user; "quote", "blank" and "umlaut" have passwords like that; OAuth tokens are JWTs signed with the key "shared-secret". Mailboxes are Maildirs, see dovecot_maildir.
# shellcheck disable=SC2154 # "servers" is set by servers.bash

start_dovecot() { # NAME [SETTINGS]
    start_server dovecot "$1" "${2:-}"
}

dovecot_maildir() { # NAME USER
    printf '%s\n' "$servers/$1/mail/$2/mail"
}

# Puts a Maildir in the place of a user's mailbox.
dovecot_put() { # NAME USER MAILDIR
    mkdir -p -- "$servers/$1/mail/$2"
    cp -a -- "$3" "$(dovecot_maildir "$1" "$2")"
    ((EUID != 0)) || chown -R nobody:nogroup -- "$servers/$1/mail/$2"
}

# dovecot_token USER: an access token that Dovecot accepts for that user.
dovecot_token() {
    python3 - "$1" <<'END'
import base64, hashlib, hmac, json, sys, time
def part(data): return base64.urlsafe_b64encode(data).rstrip(b'=')
now = int(time.time())
claims = {'sub': sys.argv[1], 'iss': 'https://issuer.example', 'iat': now, 'exp': now + 600}
text = part(b'{"alg":"HS256","typ":"JWT"}') + b'.' + part(json.dumps(claims).encode())
print((text + b'.' + part(hmac.new(b'shared-secret', text, hashlib.sha256).digest())).decode())
END
}

# Beneath: what start_server calls.

lacking_dovecot() {
    PATH=$PATH:/usr/sbin lacks_program dovecot
}

configure_dovecot() { # FOLDER IMAP IMAPS
    local folder=$1 owner=nobody group=nogroup
    mkdir -p "$folder"/{mail,state,keys/default/HS256}
    if ((EUID == 0)); then
        chown nobody:nogroup "$folder/mail"
    else
        owner=$(id -un) group=$(id -gn)
    fi
    printf 'boss:{PLAIN}master\n' >"$folder/masters"
    printf '%s\n' 'quote:{PLAIN}a"b\c' 'blank:{PLAIN} a  b ' 'umlaut:{PLAIN}pässwörd€' >"$folder/passwords"
    printf 'shared-secret' | base64 >"$folder/keys/default/HS256/default"
    cat >"$folder/oauth2.conf" <<END
introspection_mode = local
local_validation_key_dict = fs:posix:prefix=$folder/keys/
username_attribute = sub
issuers = https://issuer.example
END
    cat >"$folder/dovecot.conf" <<END
base_dir = $folder/run
state_dir = $folder/state
log_path = $folder/log
protocols = imap
listen = 127.0.0.1
first_valid_uid = 100
ssl = yes
ssl_cert = <$servers/server.pem
ssl_key = <$servers/server.key
disable_plaintext_auth = no
auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256 xoauth2 oauthbearer
auth_failure_delay = 0
auth_master_user_separator = *
mail_max_userip_connections = 50
mail_location = maildir:~/mail
mail_plugins = quota
protocol imap {
  mail_plugins = \$mail_plugins imap_quota imap_zlib
}
namespace inbox {
  inbox = yes
  separator = /
  prefix =
}
service imap-login {
  inet_listener imap {
    port = $2
  }
  inet_listener imaps {
    port = $3
    ssl = yes
  }
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
passdb {
  driver = passwd-file
  args = $folder/masters
  master = yes
}
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = $folder/oauth2.conf
}
passdb {
  driver = passwd-file
  args = $folder/passwords
}
passdb {
  driver = static
  mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256
  args = password=secret
}
userdb {
  driver = static
  args = uid=$owner gid=$group home=$folder/mail/%u
}
END
    if ((EUID != 0)); then
        cat >>"$folder/dovecot.conf" <<END
default_login_user = $owner
default_internal_user = $owner
default_internal_group = $group
service anvil {
  chroot =
}
service imap-login {
  chroot =
}
END
    fi
    cat "$folder/settings" >>"$folder/dovecot.conf"
}

run_dovecot() { # FOLDER
    PATH=$PATH:/usr/sbin exec dovecot -F -c "$1/dovecot.conf"
}
