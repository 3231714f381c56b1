# What the commands need: compilers, cargo tools, npm packages, browser. Looked up by version first.

TRUNK_VERSION=0.21.14
WASM_PACK_VERSION=0.15.1
CARGO_FUZZ_VERSION=0.13.2
# The wasm-bindgen command must be of the very version that the page is linked with.
WASM_BINDGEN_VERSION=$(sed -n 's/^wasm-bindgen = "=\(.*\)"$/\1/p' web/Cargo.toml)

WASM_TARGET=wasm32-unknown-unknown
# A target that has no standard library at all: only `no_std` code builds for it.
BARE_TARGET=wasm32v1-none

need_rust() {
    need rustup "see https://rustup.rs"
    need cargo "see https://rustup.rs"
    have cc || apt_install gcc libc6-dev
}

# --- the compiler for the browser ----------------------------------------------------------------
# rustup's own toolchain where rustup can fetch the target; else Debian's newer compiler, which comes
# with its source, so that the standard library is built here. Native work stays on rustup's default.

# Sets WASM_TOOLCHAIN, and installs what it names.
setup_wasm() {
    need_rust
    [ -n "${WASM_TOOLCHAIN:-}" ] && return
    # NETPOLIS_DEBIAN_RUST=1 takes the second way at once, which is also how to try it.
    if [ -z "${NETPOLIS_DEBIAN_RUST:-}" ] && rustup_target "$WASM_TARGET" && rustup_target "$BARE_TARGET"; then
        WASM_TOOLCHAIN=$(rustup show active-toolchain | cut -d' ' -f1)
    else
        locked debian-rust setup_debian_rust
        WASM_TOOLCHAIN=netpolis-debian
    fi
    export WASM_TOOLCHAIN
}

# rustup_target TARGET: true if rustup has the target, or could add it. A failure is remembered for a
# day: without the distribution server rustup tries for some seconds each time.
rustup_target() {
    rustup target list --installed 2>/dev/null | grep -qx "$1" && return
    local refused=$TOOLS/.no-rustup-targets
    [ -n "$(find "$refused" -mmin -1440 2>/dev/null)" ] && return 1
    say "asking rustup for the target $1"
    timeout 120 rustup target add "$1" >/dev/null 2>&1 && return
    say "rustup cannot fetch it; using Debian's compiler instead"
    mkdir -p "$TOOLS" && touch "$refused"
    return 1
}

setup_debian_rust() {
    apt_install rustc-web cargo-web rust-web-src rust-web-llvm rust-web-clippy
    # Debian's rust-lld is a link to the lld of one LLVM version, which is a package of its own.
    apt_install "$(basename "$(readlink /usr/bin/rust-lld)")"
    rustup toolchain list | grep -q '^netpolis-debian\b' || rustup toolchain link netpolis-debian /usr

    local lib=/usr/lib/rustlib/$WASM_TARGET/lib compiler
    compiler=$(/usr/bin/rustc --version)
    [ "$(cat "$lib/.netpolis" 2>/dev/null)" = "$compiler" ] && return
    local work
    work=$(mktemp -d)
    mkdir -p "$work/src"
    touch "$work/src/lib.rs"
    printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n' >"$work/Cargo.toml"
    # Bitcode, or link-time optimisation fails; `test`, or tests in the browser cannot be compiled.
    slow "building the standard library for $WASM_TARGET (about 30 s)" \
        env -C "$work" -u RUSTUP_TOOLCHAIN RUSTFLAGS=-Cembed-bitcode=yes RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc \
        CARGO_TARGET_DIR="$work/target" \
        /usr/bin/cargo build --release -Z build-std=std,panic_abort,test --target "$WASM_TARGET"
    rm -f "$work/target/$WASM_TARGET/release/deps/"libempty*
    as_root mkdir -p "$lib"
    as_root rm -f "$lib"/*.rlib
    as_root cp "$work/target/$WASM_TARGET/release/deps/"*.rlib "$lib/"
    printf '%s\n' "$compiler" | as_root tee "$lib/.netpolis" >/dev/null
    rm -rf "$work"
    # What was compiled against another standard library cannot be linked with this one.
    rm -rf "${CARGO_TARGET_DIR:-target}/$WASM_TARGET"
}

# Sets SMALL_STD: the environment in which cargo builds the standard library too, for size, and without the words of panics, which
# nobody who looks at the page would read. Empty where its source cannot be had; then the page is a seventh larger.
setup_small_std() {
    setup_wasm
    local source
    source=$(RUSTUP_TOOLCHAIN=$WASM_TOOLCHAIN rustc --print sysroot)/lib/rustlib/src/rust/library/std
    if [ ! -d "$source" ] && [ "$WASM_TOOLCHAIN" != netpolis-debian ]; then
        say "asking rustup for the source of the standard library"
        RUSTUP_TOOLCHAIN=$WASM_TOOLCHAIN timeout 120 rustup component add rust-src >/dev/null 2>&1 || true
    fi
    SMALL_STD=()
    if [ -d "$source" ]; then
        SMALL_STD=(
            # What follows is not stable; the compiler is, and is pinned.
            RUSTC_BOOTSTRAP=1
            CARGO_UNSTABLE_BUILD_STD=std,panic_abort
            CARGO_UNSTABLE_BUILD_STD_FEATURES=optimize_for_size
            CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="-Zunstable-options -Cpanic=immediate-abort"
        )
    else
        say "no source of the standard library: the page will be larger than it could be"
    fi
}

# wasm_env COMMAND...: run with the compiler for the browser and the right tools first on PATH.
wasm_env() { RUSTUP_TOOLCHAIN=$WASM_TOOLCHAIN PATH=$(tool_path) "$@"; }

# --- cargo tools ---------------------------------------------------------------------------------

tool_dir() { printf '%s/%s-%s' "$TOOLS" "$1" "$2"; }

tool_path() {
    printf '%s:' "$(tool_dir trunk $TRUNK_VERSION)/bin" "$(tool_dir wasm-bindgen-cli "$WASM_BINDGEN_VERSION")/bin" \
        "$(tool_dir wasm-pack $WASM_PACK_VERSION)/bin" "$(tool_dir cargo-fuzz $CARGO_FUZZ_VERSION)/bin" \
        "$ROOT/node_modules/.bin"
    printf '%s' "$PATH"
}

# cargo_tool CRATE VERSION BINARY MINUTES OPT-LEVEL [OPTION...]
cargo_tool() {
    local root
    root=$(tool_dir "$1" "$2")
    [ -x "$root/bin/$3" ] && return
    need_rust
    locked cargo-install cargo_install "$root" "$@"
}

cargo_install() {
    local root=$1 crate=$2 version=$3 binary=$4 minutes=$5 optimised=$6
    shift 6
    [ -x "$root/bin/$binary" ] && return # another ./dev was faster
    slow "installing $crate $version (about $minutes min)" \
        env -u RUSTUP_TOOLCHAIN -u RUSTFLAGS \
        CARGO_PROFILE_RELEASE_OPT_LEVEL="$optimised" CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_DEBUG=0 \
        CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_TARGET_DIR="$TOOLS/build" \
        cargo install --locked --no-track --force "$@" --root "$root.part" "$crate@$version"
    rm -rf "$root"
    mv "$root.part" "$root"
    rm -rf "$TOOLS/build" # a gigabyte that nobody needs again
}

# Compiling these takes longer than all their runs: only what works through whole programs is optimised, and little.
setup_wasm-bindgen() { cargo_tool wasm-bindgen-cli "$WASM_BINDGEN_VERSION" wasm-bindgen 2 1; }

setup_trunk() {
    setup_wasm
    setup_wasm-bindgen
    # Without what it needs only to reach the network.
    cargo_tool trunk $TRUNK_VERSION trunk 2 0 --no-default-features
}

setup_wasm-pack() {
    setup_wasm
    setup_wasm-bindgen
    cargo_tool wasm-pack $WASM_PACK_VERSION wasm-pack 1 0
}

setup_fuzz() {
    have c++ || apt_install g++
    cargo_tool cargo-fuzz $CARGO_FUZZ_VERSION cargo-fuzz 1 0
}

# --- npm packages and browser --------------------------------------------------------------------

setup_npm() {
    need node "Node 18 or newer, from https://nodejs.org or Debian's package nodejs"
    need npm "it comes with Node, or as Debian's package npm"
    locked npm npm_ci
}

npm_ci() {
    local stamp=node_modules/.netpolis-lock
    cmp -s package-lock.json $stamp && return
    slow "installing npm packages" npm ci --no-audit --no-fund
    cp package-lock.json $stamp
}

setup_browser() {
    if [ -n "${CHROMIUM:-}" ] && [ -n "${CHROMEDRIVER:-}" ]; then return; fi
    apt_install chromium chromium-driver
    export CHROMIUM=/usr/bin/chromium CHROMEDRIVER=/usr/bin/chromedriver
}

cmd_setup() {
    local what
    [ $# -gt 0 ] || set -- wasm browser npm trunk wasm-pack
    for what in "$@"; do
        declare -F "setup_$what" >/dev/null || fail "unknown thing to set up: \`$what\`"
        "setup_$what"
    done
    say "set up: $*"
}
