# Compilers: one pinned version for everything, and a way to WebAssembly on machines where rustup can fetch nothing.

# What the project is built, checked and tested with. A newer compiler would do, but may warn of what this one does not.
RUST_VERSION=1.95.0

WASM_TARGET=wasm32-unknown-unknown
# A target that has no standard library at all: only `no_std` code builds for it.
BARE_TARGET=wasm32v1-none

# Exports RUSTUP_TOOLCHAIN: the pinned compiler, or the person's default one if that is new enough and rustup cannot fetch.
need_rust() {
    [ -z "${NATIVE_RUST:-}" ] || return 0
    need rustup rustup
    have cc || apt_install cc gcc libc6-dev
    if [ -z "${RUSTUP_TOOLCHAIN:-}" ]; then
        if rustup_toolchain; then
            export RUSTUP_TOOLCHAIN=$RUST_VERSION
        elif is_recent "$(rustc --version 2>/dev/null | cut -d' ' -f2)"; then
            say "rustup cannot fetch Rust $RUST_VERSION here; using the default toolchain, $(rustc --version)"
        else
            fail "Rust $RUST_VERSION is needed. Install it: rustup toolchain install $RUST_VERSION"
        fi
    fi
    export NATIVE_RUST=ready
}

# is_recent VERSION: not older than the pinned one.
is_recent() { [ -n "$1" ] && [ "$(printf '%s\n' "$RUST_VERSION" "$1" | sort -t. -k1,1n -k2,2n -k3,3n | head -n 1)" = "$RUST_VERSION" ]; }

rustup_toolchain() {
    # Not `rustup run`, which may install it with everything that nobody asked for.
    rustup toolchain list 2>/dev/null | grep -q "^$RUST_VERSION-" ||
        rustup_fetch "Rust $RUST_VERSION" toolchain install "$RUST_VERSION" --profile minimal --no-self-update
}

# rustup_part KIND NAME: true if the compiler in use has this target or component, or rustup could add it.
rustup_part() {
    local name=$2
    # rustup appends the platform to the names of components: rust-src has none, clippy has.
    rustup "$1" list --installed 2>/dev/null | grep -qE "^$name(-$(host_platform))?$" ||
        rustup_fetch "Rust's $1 $name" "$1" add "$name" || return
    # rustup answers from its own list, which knows nothing of files that somebody removed.
    local library
    library=$(rustc --print sysroot)/lib/rustlib
    case "$name" in
    wasm*) [ -d "$library/$name/lib" ] ;;
    rust-src) [ -d "$library/src/rust/library/std" ] ;;
    esac
}

host_platform() { rustc -vV | sed -n 's/^host: //p'; }

# rustup_fetch WHAT ARGUMENTS...: a failure is remembered for a day, as without the distribution server rustup tries for some seconds each time.
rustup_fetch() {
    local what=$1 refused
    refused=$TOOLS/.refused-$(printf '%s' "$*" | cksum | cut -d' ' -f1)
    shift
    [ -z "$(find "$refused" -mmin -1440 2>/dev/null)" ] || return 1
    say "asking rustup for $what"
    within 300 rustup "$@" >/dev/null 2>&1 </dev/null && return
    mkdir -p "$TOOLS" && touch "$refused"
    return 1
}

# --- the compiler for the browser ----------------------------------------------------------------
# The pinned compiler where rustup can fetch its target; else Debian's newer compiler, which comes with its source, so that the standard
# library is built here.

# Sets WASM_TOOLCHAIN, and installs what it names. NETPOLIS_DEBIAN_RUST=1 takes Debian's compiler at once, =0 takes no other than rustup's.
setup_wasm() {
    need_rust
    [ -z "${WASM_TOOLCHAIN:-}" ] || return 0
    local debian=${NETPOLIS_DEBIAN_RUST:-}
    if [ "$debian" != 1 ] && rustup_part target "$WASM_TARGET"; then
        WASM_TOOLCHAIN=${RUSTUP_TOOLCHAIN:-$(rustup show active-toolchain | cut -d' ' -f1)}
    elif [ "$debian" = 0 ] || ! have apt-get; then
        fail "the target $WASM_TARGET is missing. Install it: rustup target add --toolchain $RUST_VERSION $WASM_TARGET"
    else
        [ "$debian" = 1 ] || say "rustup cannot fetch it; using Debian's compiler instead"
        locked debian-rust setup_debian_rust
        WASM_TOOLCHAIN=netpolis-debian
    fi
    export WASM_TOOLCHAIN
}

setup_debian_rust() {
    apt_install rustup rustc-web cargo-web rust-web-src rust-web-llvm rust-web-clippy
    # Debian's rust-lld is a link to the lld of one LLVM version, which is a package of its own.
    apt_install rustup "$(basename "$(readlink /usr/bin/rust-lld)")"
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

# wasm_env COMMAND...: run with the compiler for the browser and the right tools first on PATH.
wasm_env() { RUSTUP_TOOLCHAIN=$WASM_TOOLCHAIN PATH=$(tool_path) "$@"; }

# Sets SMALL_STD: the environment in which cargo builds the standard library too, for size, and without the words of panics, which
# nobody who looks at the page would read. Empty where its source cannot be had; then the page is a seventh larger.
setup_small_std() {
    setup_wasm
    SMALL_STD=()
    if has_std_source; then
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

# True if the standard library can be built here, without the network from now on: its source is there, and the crates that it uses.
has_std_source() {
    local library
    library=$(RUSTUP_TOOLCHAIN=$WASM_TOOLCHAIN rustc --print sysroot)/lib/rustlib/src/rust/library
    # Debian's source is a package of its own, and brings all but one of its crates along.
    if [ "$WASM_TOOLCHAIN" = netpolis-debian ]; then
        [ -d "$library/std" ] || return
    else
        RUSTUP_TOOLCHAIN=$WASM_TOOLCHAIN rustup_part component rust-src || return
    fi
    (
        cd "$library" || exit
        export RUSTUP_TOOLCHAIN=$WASM_TOOLCHAIN RUSTC_BOOTSTRAP=1
        cargo fetch --quiet --locked --offline >/dev/null 2>&1 ||
            try "fetching the crates of the standard library" cargo fetch --locked
    )
}

# The project's crates, as Trunk calls cargo without the network.
setup_crates() {
    need_rust
    cargo fetch --quiet --locked --offline >/dev/null 2>&1 || slow "fetching crates" cargo fetch --locked
}
