# Words to the person, locks, root rights, packages of the system.

TOOLS=${NETPOLIS_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/netpolis/tools}
LOGS=$TOOLS/log

say() { printf '· %s\n' "$*" >&2; }

fail() {
    printf 'dev: %s\n' "$*" >&2
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

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

# within SECONDS COMMAND...: give up after that time, where the system has a command for it (macOS has none).
within() {
    local seconds=$1
    shift
    if have timeout; then timeout "$seconds" "$@"; else "$@"; fi
}

# at_once FUNCTION...: run them side by side; fails if one of them fails, after all have ended.
at_once() {
    local pids=() pid step failed=0
    for step in "$@"; do
        (
            set -euo pipefail
            "$step"
        ) &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do wait "$pid" || failed=1; done
    [ $failed = 0 ] || fail "could not set up everything, see above"
}

# locked NAME COMMAND...: run while no other `./dev` on this machine holds the same lock.
locked() {
    local lock=$TOOLS/.lock-$1
    shift
    mkdir -p "$TOOLS"
    if have flock; then
        # The descriptor is not inherited by the command (9>&-), so a server left behind holds nothing.
        (
            if ! flock --nonblock 9; then
                say "waiting for another ./dev"
                flock 9
            fi
            "$@" 9>&-
        ) 9>"$lock"
    else
        locked_by_folder "$lock.d" "$@"
    fi
}

# The same without flock (macOS): whoever makes the folder holds the lock; one whose holder has died is taken over.
locked_by_folder() {
    local folder=$1 told=
    shift
    until mkdir "$folder" 2>/dev/null; do
        if ! kill -0 "$(cat "$folder/pid" 2>/dev/null || echo $$)" 2>/dev/null; then
            rm -rf "$folder"
            continue
        fi
        [ -n "$told" ] || say "waiting for another ./dev"
        told=1
        sleep 1
    done
    (
        trap 'rm -rf "$folder"' EXIT
        sh -c 'echo "$PPID"' >"$folder/pid"
        "$@"
    )
}

# --- packages of the system -----------------------------------------------------------------------
# Debian and its kin are served; for others the command that installs what is missing is named.

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif have sudo; then
        sudo "$@"
    else
        fail "this needs root rights and there is no sudo; run as root: $*"
    fi
}

# need COMMAND WHAT: stop with the command that installs it when something the project cannot bring itself is missing.
need() { have "$1" || fail "\`$1\` is missing. Install it: $(how_to_install "$2")"; }

# how_to_install WHAT: the command line that installs it on this system. WHAT: rustup, node, cc, c++ or browser.
how_to_install() {
    local manager
    if [ "$1" = rustup ]; then
        if have brew; then
            echo "brew install rustup && rustup default stable"
        else
            echo "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh"
        fi
        return
    fi
    for manager in apt-get dnf zypper pacman apk brew; do
        have "$manager" || continue
        case "$manager $1" in
            "apt-get cc") echo "sudo apt-get install gcc libc6-dev" ;;
            "apt-get c++") echo "sudo apt-get install g++" ;;
            "apt-get node") echo "sudo apt-get install nodejs npm (18 or newer)" ;;
            "apt-get browser") echo "sudo apt-get install chromium chromium-driver" ;;
            "dnf cc" | "zypper cc") echo "sudo $manager install gcc" ;;
            "dnf c++" | "zypper c++") echo "sudo $manager install gcc-c++" ;;
            "dnf node") echo "sudo dnf install nodejs npm" ;;
            "zypper node") echo "sudo zypper install nodejs-default npm-default" ;;
            "dnf browser" | "zypper browser") echo "sudo $manager install chromium chromedriver" ;;
            "pacman cc" | "pacman c++") echo "sudo pacman -S gcc" ;;
            "pacman node") echo "sudo pacman -S nodejs npm" ;;
            "pacman browser") echo "sudo pacman -S chromium" ;;
            "apk cc" | "apk c++") echo "sudo apk add build-base" ;;
            "apk node") echo "sudo apk add nodejs npm" ;;
            "apk browser") echo "sudo apk add chromium chromium-chromedriver" ;;
            "brew node") echo "brew install node" ;;
            "brew browser") echo "brew install --cask google-chrome chromedriver" ;;
            "brew "*) echo "xcode-select --install" ;;
        esac
        return
    done
    case "$1" in
        node) echo "Node 18 or newer from https://nodejs.org" ;;
        browser) echo "Chromium or Chrome and its chromedriver, then set CHROMIUM and CHROMEDRIVER to their paths" ;;
        *) [ "$(uname)" = Darwin ] && echo "xcode-select --install" || echo "a C and C++ compiler (gcc or clang)" ;;
    esac
}

apt_has() { dpkg-query -W -f '${Status}\n' "$1" 2>/dev/null | grep -q '^install ok installed$'; }

# apt_install WHAT PACKAGE...: install the missing ones among these Debian packages.
apt_install() {
    local what=$1 missing=() package
    shift
    have apt-get || fail "missing: $what. Install it: $(how_to_install "$what")"
    for package in "$@"; do apt_has "$package" || missing+=("$package"); done
    [ ${#missing[@]} -eq 0 ] && return
    [ "$(id -u)" = 0 ] || have sudo || fail "not root and no sudo; run as root: apt-get install ${missing[*]}"
    if apt-cache show "${missing[@]}" >/dev/null 2>&1 && try "installing ${missing[*]}" apt_get "${missing[@]}"; then
        return
    fi
    # No package lists yet, or older than the archive.
    slow "reading Debian's package lists" as_root apt-get update
    slow "installing ${missing[*]}" apt_get "${missing[@]}"
}

apt_get() { as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; }
