# A small Maildir with what a move must carry: flags, a keyword, dates, special and nested folders, names
# beyond ASCII, holders without mail, malformed messages, a folder that differs from another by case only.
#
#     sample_mailbox FOLDER        needs MBX_TEST_DATA

sample_deliver() { # MAILDIR NUMBER FLAGS FILE
    local name
    mkdir -p -- "$1"/{cur,new,tmp}
    name=$(printf '%d.M%06dP1.sample:2,%s' $((1500000000 + $2 * 86400)) "$2" "$3")
    cp -- "$MBX_TEST_DATA/mail/$4" "$1/cur/$name"
    touch --date="@$((1500000000 + $2 * 86400))" -- "$1/cur/$name"
}

sample_mailbox() { # FOLDER
    local box=$1
    sample_deliver "$box" 1 S 01-plain.eml
    sample_deliver "$box" 2 FRS 02-html-inline-image.eml
    sample_deliver "$box" 3 '' 03-attachments.eml
    sample_deliver "$box" 4 PS 04-forwarded.eml
    sample_deliver "$box" 5 ST 01-plain.eml
    printf '0 Projekt\n1 \044Important\n' >"$box/dovecot-keywords"
    sample_deliver "$box" 6 Sab 07-signed.eml
    sample_deliver "$box/.Gesendete Elemente" 7 S 04-forwarded.eml
    sample_deliver "$box/.Entw&APw-rfe" 8 D 08-draft.eml
    sample_deliver "$box/.Work.2019.R&AOk-sum&AOk-s" 9 S 09-no-final-newline.eml
    sample_deliver "$box/.Work.2019" 10 S 06-no-date-crlf.eml
    sample_deliver "$box/.work" 11 S 05-raw-8bit-header.eml
    sample_deliver "$box/.Junk" 12 '' 10-meeting-request.eml
    mkdir -p -- "$box/.Empty"/{cur,new,tmp}
    local folder
    for folder in "$box"/.[!.]*/; do
        touch -- "$folder/maildirfolder"
    done
}
