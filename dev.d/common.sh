# Words to the person, locks, root rights, Debian packages.

TOOLS=${NETPOLIS_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/netpolis/tools}
LOGS=$TOOLS/log

say() { printf '· %s\n' "$*" >&2; }

fail() {
    printf 'dev: %s\n' "$*" >&2
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# need COMMAND HINT: stop with a hint when a command the project cannot bring itself is missing.
need() { have "$1" || fail "\`$1\` is missing: $2"; }

# try WHAT COMMAND...: one line of progress for a long command; its output only if it fails.
try() {
    local what=$1 log started=$SECONDS
    shift
    mkdir -p "$LOGS"
    log=$LOGS/$(printf '%s' "$what" | tr -cs 'A-Za-z0-9.\n' '-' | cut -c1-60).$$.log
    say "$what ..."
    if "$@" >"$log" 2>&1 </dev/null; then
        rm -f "$log"
        say "$what: done in $((SECONDS - started)) s"
    else
        tail -n 40 "$log" >&2
        say "$what: failed after $((SECONDS - started)) s (whole output: $log)"
        return 1
    fi
}

# slow WHAT COMMAND...: the same, and stop if it fails.
slow() { try "$@" || fail "$1: did not work, see above"; }

# locked NAME COMMAND...: run while no other `./dev` on this machine holds the same lock.
# The descriptor is not inherited by the command (9>&-), so a server left behind holds nothing.
locked() {
    local name=$1
    shift
    mkdir -p "$TOOLS"
    (
        if ! flock --nonblock 9; then
            say "waiting for another ./dev ($name)"
            flock 9
        fi
        "$@" 9>&-
    ) 9>"$TOOLS/.lock-$name"
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif have sudo; then
        sudo "$@"
    else
        fail "this needs root rights and there is no sudo; run as root: $*"
    fi
}

apt_has() { dpkg-query -W -f '${Status}\n' "$1" 2>/dev/null | grep -q '^install ok installed$'; }

# apt_install PACKAGE...: install the missing ones among these Debian packages.
apt_install() {
    local missing=() package
    for package in "$@"; do apt_has "$package" || missing+=("$package"); done
    [ ${#missing[@]} -eq 0 ] && return
    need apt-get "this is not a Debian system; install by its own means what \`${missing[*]}\` are on Debian"
    [ "$(id -u)" = 0 ] || have sudo || fail "not root and no sudo; run as root: apt-get install ${missing[*]}"
    if apt-cache show "${missing[@]}" >/dev/null 2>&1 && try "installing ${missing[*]}" apt_get "${missing[@]}"; then
        return
    fi
    # No package lists yet, or older than the archive.
    slow "reading Debian's package lists" as_root apt-get update
    slow "installing ${missing[*]}" apt_get "${missing[@]}"
}

apt_get() { as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; }
