# What the commands need besides compilers: cargo tools, npm packages, browser. Looked up by version first.

TRUNK_VERSION=0.21.14
WASM_PACK_VERSION=0.15.1
# Splits the page's program in two; see web/split.mjs. What the page is compiled with (wasm_split_helpers) is of the same line.
WASM_SPLIT_VERSION=0.2.4
CARGO_FUZZ_VERSION=0.13.2
CARGO_DENY_VERSION=0.20.2
# The wasm-bindgen command must be of the very version that the page is linked with.
WASM_BINDGEN_VERSION=$(sed -n 's/^wasm-bindgen = "=\(.*\)"$/\1/p' Cargo.toml)

# --- cargo tools ---------------------------------------------------------------------------------

tool_dir() { printf '%s/%s-%s' "$TOOLS" "$1" "$2"; }

tool_path() {
    printf '%s:' "$(tool_dir wasm_split_cli_support $WASM_SPLIT_VERSION)/bin" "$(tool_dir trunk $TRUNK_VERSION)/bin" "$(tool_dir wasm-bindgen-cli "$WASM_BINDGEN_VERSION")/bin" \
        "$(tool_dir wasm-pack $WASM_PACK_VERSION)/bin" "$(tool_dir cargo-fuzz $CARGO_FUZZ_VERSION)/bin" \
        "$(tool_dir cargo-deny $CARGO_DENY_VERSION)/bin" "$ROOT/node_modules/.bin"
    printf '%s' "$PATH"
}

# What binds the page's program finds the page's own command of the name wasm-bindgen before the one that this calls. Nothing else may: wasm-pack
# looks beside it for what runs tests.
split_path() { printf '%s:' "$ROOT/web/tools" && tool_path; }

# cargo_tool CRATE VERSION BINARY MINUTES OPT-LEVEL [OPTION...]: one on PATH of the very version serves as well.
cargo_tool() {
    local root
    root=$(tool_dir "$1" "$2")
    [ -x "$root/bin/$3" ] && return
    [ "$("$3" --version 2>/dev/null | cut -d' ' -f2)" = "$2" ] && return
    need_rust
    locked "$1" cargo_install "$root" "$@"
}

cargo_install() {
    local root=$1 crate=$2 version=$3 binary=$4 minutes=$5 optimised=$6
    shift 6
    [ -x "$root/bin/$binary" ] && return # another ./dev was faster
    slow "installing $crate $version (about $minutes min)" \
        env -u RUSTFLAGS \
        CARGO_PROFILE_RELEASE_OPT_LEVEL="$optimised" CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_DEBUG=0 \
        CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_TARGET_DIR="$TOOLS/build-$crate" \
        cargo install --locked --no-track --force "$@" --root "$root.part" "$crate@$version"
    rm -rf "$root"
    mv "$root.part" "$root"
    rm -rf "$TOOLS/build-$crate" # a gigabyte that nobody needs again
}

# Compiling these takes longer than all their runs: only what works through whole programs is optimised, and little.
setup_wasm-bindgen() { cargo_tool wasm-bindgen-cli "$WASM_BINDGEN_VERSION" wasm-bindgen 2 1; }

setup_trunk() {
    # Without what it needs only to reach the network.
    cargo_tool trunk $TRUNK_VERSION trunk 2 0 --no-default-features
}

setup_wasm-split() { cargo_tool wasm_split_cli_support $WASM_SPLIT_VERSION wasm-split-cli 1 1 --features build-binary; }

setup_wasm-pack() {
    setup_wasm
    setup_wasm-bindgen
    cargo_tool wasm-pack $WASM_PACK_VERSION wasm-pack 1 0
}

setup_fuzz() {
    have c++ || apt_install c++ g++
    cargo_tool cargo-fuzz $CARGO_FUZZ_VERSION cargo-fuzz 1 0
}

setup_deny() { cargo_tool cargo-deny $CARGO_DENY_VERSION cargo-deny 2 0; }

# --- npm packages and browser --------------------------------------------------------------------

setup_npm() {
    need node node
    need npm node
    [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 18 ] ||
        fail "Node $(node --version) is too old: 18 or newer is needed, from https://nodejs.org"
    locked npm npm_ci
}

npm_ci() {
    local stamp=node_modules/.netpolis-lock
    cmp -s package-lock.json $stamp && return
    slow "installing npm packages" npm ci --no-audit --no-fund
    cp package-lock.json $stamp
}

# Sets CHROMIUM and CHROMEDRIVER: as given, as found, or Debian's.
setup_browser() {
    local name
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        [ -n "${CHROMIUM:-}" ] || CHROMIUM=$(command -v "$name" || true)
    done
    [ -n "${CHROMIUM:-}" ] || [ ! -x "$MAC_CHROME" ] || CHROMIUM=$MAC_CHROME
    [ -n "${CHROMEDRIVER:-}" ] || CHROMEDRIVER=$(command -v chromedriver || true)
    if [ -z "$CHROMIUM" ] || [ -z "$CHROMEDRIVER" ]; then
        apt_install browser chromium chromium-driver
        CHROMIUM=/usr/bin/chromium CHROMEDRIVER=/usr/bin/chromedriver
    fi
    export CHROMIUM CHROMEDRIVER
}

# Sets FIREFOX: as given, as found, or Debian's; false where there is none.
setup_firefox() {
    [ -n "${FIREFOX:-}" ] || FIREFOX=$(command -v firefox-esr || true)
    if [ -z "$FIREFOX" ] && have apt-get && (apt_install firefox firefox-esr); then
        FIREFOX=/usr/bin/firefox-esr
    fi
    if [ -z "$FIREFOX" ]; then
        say "no firefox-esr here and none to be had: not tried in Firefox (FIREFOX names one)"
        return 1
    fi
    export FIREFOX
}

# What WebKit runs with; false where it is not to be had. Its browser is where Debian puts it, or WEBKIT.
setup_webkit() {
    have_webkit && return
    if have apt-get && (apt_install webkit webkit2gtk-driver xvfb xauth dbus-daemon) && have_webkit; then return; fi
    say "no WebKitGTK with its driver and Xvfb here and none to be had: not tried in WebKit (Debian: webkit2gtk-driver, xvfb, xauth, dbus-daemon)"
    return 1
}

have_webkit() { have WebKitWebDriver && have xvfb-run && have xauth && have dbus-run-session; }

MAC_CHROME="/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"

cmd_setup() {
    local what
    [ $# -gt 0 ] || set -- wasm browser npm wasm-bindgen trunk wasm-pack
    for what in "$@"; do
        declare -F "setup_$what" >/dev/null || fail "unknown thing to set up: \`$what\`"
        "setup_$what"
    done
    say "set up: $*"
}
