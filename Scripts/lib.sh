# Functions shared by the other scripts, which source this file. Changes to the package's folder, `root`; `called_from` is
# the previous working directory.

called_from=$PWD
root=$(CDPATH="" cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# The Debian and Ubuntu packages required by the build.
system_packages=(libopenblas-dev libsndfile1-dev)

say() { printf '\n== %s\n' "$*"; }

stop() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# Prints the help of the calling script: the comment after its #! line.
print_help() {
    awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "$root/Scripts/$(basename -- "$0")"
}

need_swift() {
    command -v swift > /dev/null || stop "swift not found. Install Swift 6.3 or newer from https://www.swift.org/install."
}

is_installed() {
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2> /dev/null)" = installed ]
}

# Installs missing system packages with apt-get.
set_up() {
    need_swift
    # On other systems than Debian and Ubuntu, rely on pkg-config.
    if ! command -v dpkg-query > /dev/null || ! command -v apt-get > /dev/null; then
        if command -v pkg-config > /dev/null && pkg-config --exists openblas sndfile; then return; fi
        stop "apt-get not found, which this script uses to install packages.
Install the development files of OpenBLAS and libsndfile manually (with their pkg-config files), then run this script again."
    fi
    local missing=() package
    for package in "${system_packages[@]}"; do
        is_installed "$package" || missing+=("$package")
    done
    command -v pkg-config > /dev/null || missing+=(pkg-config)
    [ ${#missing[@]} -gt 0 ] || return 0

    local by_hand="apt-get update && apt-get install ${missing[*]}"
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo > /dev/null || stop "missing: ${missing[*]}. sudo not found; run as root: $by_hand"
        # Without a terminal, sudo must fail instead of asking for a password.
        if [ -t 0 ]; then as_root=(sudo); else as_root=(sudo -n); fi
    fi
    say "Installing ${missing[*]}"
    "${as_root[@]}" apt-get update -q < /dev/null || echo "apt-get update failed; continuing with the existing package lists."
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
        "${missing[@]}" < /dev/null || stop "apt-get install failed. To install manually, run: $by_hand"
}
