# Shared by the scripts beside it; sourced, not run. Sets `root` to the package's folder and goes there;
# `called_from` is the folder it came from.

called_from=$PWD
root=$(CDPATH="" cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# The packages of the system that the build needs, as Debian and Ubuntu call them.
system_packages=(libopenblas-dev libsndfile1-dev)

say() { printf '\n== %s\n' "$*"; }

stop() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# Prints the help of the calling script: the comment at its top, after the #! line.
print_help() {
    awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "$root/Scripts/$(basename -- "$0")"
}

need_swift() {
    command -v swift > /dev/null || stop "swift was not found. Install Swift 6.3 or newer from https://www.swift.org/install."
}

is_installed() {
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2> /dev/null)" = installed ]
}

# Installs what is missing of the system's packages, with apt-get.
set_up() {
    need_swift
    # Other systems than Debian and Ubuntu: take what pkg-config finds.
    if ! command -v dpkg-query > /dev/null || ! command -v apt-get > /dev/null; then
        if command -v pkg-config > /dev/null && pkg-config --exists openblas sndfile; then return; fi
        stop "this script installs packages with apt-get, which is not here.
Install the development files of OpenBLAS and libsndfile by hand (with their pkg-config files), then run it again."
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
        command -v sudo > /dev/null || stop "missing: ${missing[*]}. There is no sudo here; as root, run: $by_hand"
        # Where nobody can type a password, sudo has to fail at once.
        if [ -t 0 ]; then as_root=(sudo); else as_root=(sudo -n); fi
    fi
    say "Installing ${missing[*]}"
    "${as_root[@]}" apt-get update -q < /dev/null || echo "apt-get update failed; trying with the lists that are here."
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
        "${missing[@]}" < /dev/null || stop "apt-get install failed. Install by hand: $by_hand"
}
