# The page: build, serve, sizes.

# What Trunk needs to build the page. Side by side, as each alone leaves a core idle for part of its time.
setup_page() {
    setup_wasm
    at_once setup_npm setup_crates setup_wasm-bindgen setup_trunk "$@"
}

# Trunk stops at a NO_COLOR it cannot read as true or false, so it never sees one.
# cmd_build [--dist DIR]
cmd_build() {
    local dist=dist
    if [ "${1:-}" = --dist ]; then
        dist=${2:?--dist needs a folder}
        shift 2
    fi
    [ $# -eq 0 ] || fail "build takes no arguments but --dist DIR"
    setup_page
    setup_small_std
    # What the build draws natively is compiled beside the programs, which take a core each.
    SITE=$dist slow "building the site (release; some minutes the first time)" at_once build_site compile_shell
    say "the site is in $dist/"
    [ "$dist" != dist ] || report_sizes || true
}

build_site() {
    NATIVE_TOOLCHAIN=${RUSTUP_TOOLCHAIN:-} wasm_env \
        env -u NO_COLOR ${SMALL_STD[@]+"${SMALL_STD[@]}"} trunk build --release --public-url ./ --dist "$SITE"
}

# The same command as in web/bundle.mjs, which then finds it done.
compile_shell() { CARGO_TARGET_DIR=${NATIVE_TARGET_DIR:-${CARGO_TARGET_DIR:-target}} cargo build --quiet --locked --workspace --example shell; }

cmd_serve() {
    local port=8080
    while [ $# -gt 0 ]; do
        case "$1" in
            --port) port=${2:?--port needs a number} && shift 2 ;;
            --port=*) port=${1#*=} && shift ;;
            *) fail "serve knows only --port N, not \`$1\`" ;;
        esac
    done
    setup_page compile_page
    # Made by the build, and Trunk watches nothing unless all that it is told not to watch is there.
    mkdir -p www/vendor
    say "serving the page on http://localhost:$port"
    export RUSTUP_TOOLCHAIN=$WASM_TOOLCHAIN PATH
    PATH=$(tool_path)
    # In place of this script, so that stopping it stops the server.
    exec env -u NO_COLOR trunk serve --port "$port"
}

# The page's program as Trunk will ask for it, compiled while Trunk itself still is.
compile_page() {
    slow "compiling the page" wasm_env env -u NO_COLOR cargo build --locked --target "$WASM_TARGET" --manifest-path web/Cargo.toml
}

# The page built by the compiler that this machine would not take: both ways must work from any clone.
cmd_other_compiler() {
    setup_wasm
    local debian=1 folder=target/other-compiler
    [ "$WASM_TOOLCHAIN" != netpolis-debian ] || debian=0
    if [ $debian = 1 ] && ! have apt-get; then
        say "not a Debian system: only rustup's compiler can be tried here"
        return
    fi
    if [ $debian = 0 ] && ! rustup_part target "$WASM_TARGET"; then
        say "rustup can fetch nothing here: only Debian's compiler can be tried"
        return
    fi
    env -u WASM_TOOLCHAIN NETPOLIS_DEBIAN_RUST=$debian NATIVE_TARGET_DIR="${CARGO_TARGET_DIR:-$ROOT/target}" CARGO_TARGET_DIR="$ROOT/$folder" ./dev build --dist "$folder/dist"
    [ -s "$folder/dist/index.html" ] || fail "no page in $folder/dist"
}

# --- sizes ---------------------------------------------------------------------------------------

# In kB (1000 bytes), gzipped as a server would send it. The goal is where the page should be; the limit is what it may not grow past
# unnoticed: whoever raises it says in the commit what for.
WASM_GOAL=400
WASM_LIMIT=1450
FIRST_LOAD_GOAL=800
FIRST_LOAD_LIMIT=1720

cmd_size() {
    [ -f dist/index.html ] || cmd_build
    report_sizes || fail "the site is too large"
}

gzipped() { gzip -9 -c "$1" | wc -c; }
kb() { printf '%d.%d kB' $(($1 / 1000)) $(($1 % 1000 / 100)); }

# What a browser fetches to show the first verdict: pages, scripts, styles, fonts and wasm, without what is
# only fetched on demand (the embed page, examples, licences, what is kept for offline) and what is the same compressed.
report_sizes() {
    local wasm=0 first=0 bytes file
    while IFS= read -r -d '' file; do
        case "$file" in
            */embed.html | */examples/* | */icons/*.png | *.txt | *.map | *.br | *.gz) continue ;;
            */offline.js | */service-worker.js | *.webmanifest) continue ;;
            *.woff2 | *.png) bytes=$(wc -c <"$file") ;; # compressed already
            *) bytes=$(gzipped "$file") ;;
        esac
        case "$file" in *.wasm) wasm=$((wasm + bytes)) ;; esac
        first=$((first + bytes))
        printf '%10s  %s\n' "$(kb "$bytes")" "${file#dist/}"
    done < <(find dist -type f -print0 | sort -z)
    printf '%10s  wasm (goal %d kB, limit %d kB)\n' "$(kb $wasm)" $WASM_GOAL $WASM_LIMIT
    printf '%10s  whole first load (goal %d kB, limit %d kB)\n' "$(kb $first)" $FIRST_LOAD_GOAL $FIRST_LOAD_LIMIT
    [ $wasm -gt 0 ] && [ $wasm -lt $((WASM_LIMIT * 1000)) ] && [ $first -lt $((FIRST_LOAD_LIMIT * 1000)) ]
}
