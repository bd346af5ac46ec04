# Runs a command that minds the permissions of files, as everybody's does but root's.
#
#     minding_permissions COMMAND...

minding_permissions() {
    local -r without=-dac_override,-dac_read_search
    if ((EUID == 0)); then
        setpriv --bounding-set="$without" --inh-caps="$without" -- "$@"
    else
        "$@"
    fi
}
