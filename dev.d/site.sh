# The page: build, serve, sizes.

# How the engine's module is built, for the page (www/index.html and web/bundle.mjs say the same) and for the npm package.
ENGINE_PROFILE=engine-release

# What Trunk needs to build the page. Side by side, as each alone leaves a core idle for part of its time.
setup_page() {
    setup_wasm
    at_once setup_npm setup_crates setup_wasm-bindgen setup_wasm-split setup_trunk "$@"
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
    SITE=$dist slow "building the site (release; some minutes the first time)" build_at_once
    say "the site is in $dist/"
    [ "$dist" != dist ] || { made_from >"$(site_stamp)" && { report_sizes || true; }; }
}

# Has dist/ be the release of the files that are here; waits for another ./dev that makes it.
current_site() { locked site make_current_site; }
make_current_site() { has_current_site || cmd_build; }

# True if it is that already, by the same tools. Without git nobody knows.
has_current_site() {
    setup_wasm
    setup_small_std
    [ -f dist/index.html ] && have git && cmp -s <(made_from) "$(site_stamp)" && say "dist/ is of these files already"
}

site_stamp() { echo "${CARGO_TARGET_DIR:-target}/site-made-from"; }

# What dist/ is made from: files, compiler and tools; and dist/ itself, which others may have written since.
made_from() {
    ! have git || git ls-files -z --cached --others --exclude-standard -- . ':!docs' ':!tests' | xargs -0 cksum 2>/dev/null | cksum
    RUSTUP_TOOLCHAIN=$WASM_TOOLCHAIN rustc --version
    echo "${SMALL_STD[*]-}" $TRUNK_VERSION $WASM_SPLIT_VERSION "$WASM_BINDGEN_VERSION"
    cksum dist/index.html
}

# In a shell of its own, which ends if one of the two fails, and then what they wrote is shown.
build_at_once() (at_once build_site compile_shell)

build_site() {
    NATIVE_TOOLCHAIN=${RUSTUP_TOOLCHAIN:-} wasm_env \
        env -u NO_COLOR PATH="$(split_path)" ${SMALL_STD[@]+"${SMALL_STD[@]}"} trunk build --release --public-url ./ --dist "$SITE"
}

# The same command as in web/bundle.mjs, which then finds it done.
compile_shell() { CARGO_TARGET_DIR=${NATIVE_TARGET_DIR:-${CARGO_TARGET_DIR:-target}} cargo build --quiet --locked --workspace --example shell; }

cmd_serve() {
    local port=8080 dist=dist
    while [ $# -gt 0 ]; do
        case "$1" in
            --port) port=${2:?--port needs a number} && shift 2 ;;
            --port=*) port=${1#*=} && shift ;;
            --dist) dist=${2:?--dist needs a folder} && shift 2 ;;
            *) fail "serve knows only --port N and --dist DIR, not \`$1\`" ;;
        esac
    done
    setup_page compile_page
    # Made by the build, and Trunk watches nothing unless all that it is told not to watch is there.
    mkdir -p www/vendor
    say "serving the page on http://localhost:$port"
    export RUSTUP_TOOLCHAIN=$WASM_TOOLCHAIN PATH
    PATH=$(split_path)
    # In place of this script, so that stopping it stops the server.
    exec env -u NO_COLOR trunk serve --port "$port" --dist "$dist"
}

# The page's program and the engine's as Trunk will ask for them, compiled while Trunk itself still is.
compile_page() {
    slow "compiling the page (engine)" compile_part engine --no-default-features
    slow "compiling the page (web)" compile_part web --features split
    [ -n "${WITHOUT_ANSWERS:-}" ] || slow "compiling the page (engine with all answers)" wasm_env env -u NO_COLOR node engine/build.mjs dev
}

compile_part() { wasm_env env -u NO_COLOR cargo build --locked --target "$WASM_TARGET" --manifest-path "$1/Cargo.toml" "${@:2}"; }

# The page's program by the compiler that this machine would not take: both ways must work from any clone. Checked only, as compiling it takes longer
# than all other checks; what is made of programs afterwards is the same for both.
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
    (
        unset WASM_TOOLCHAIN
        export NETPOLIS_DEBIAN_RUST=$debian CARGO_TARGET_DIR=$ROOT/$folder
        setup_wasm
        setup_crates
        setup_small_std
        slow "checking the page by the other compiler" check_page
    )
}

# With what Trunk asks for, by www/index.html.
check_page() {
    wasm_env env -u NO_COLOR ${SMALL_STD[@]+"${SMALL_STD[@]}"} \
        cargo check --locked --offline --target "$WASM_TARGET" --manifest-path web/Cargo.toml --features split
}

# --- sizes ---------------------------------------------------------------------------------------

# In kB (1000 bytes), gzipped as a server would send it. The goal is where it should be; the limit is what it may not grow past
# unnoticed: whoever raises it says in the commit what for. The page's own program is what is needed to see a verdict; its second one
# comes when the first picture stands, the engine beside it, the larger engine when it is first needed.
PAGE_GOAL=400
PAGE_LIMIT=638
LATE_LIMIT=190
ENGINE_GOAL=950
ENGINE_LIMIT=1898
# The larger engine, which is fetched when a fix, checks, another list of answers or a lesson is first asked for.
ANSWERS_LIMIT=2549
FIRST_LOAD_GOAL=800
FIRST_LOAD_LIMIT=890

cmd_size() {
    current_site
    report_sizes && return
    setup_wasm
    # The limits are those of a page whose standard library was built for size, as a release is.
    has_std_source || { say "larger than the limits, which are not held where the source of the standard library is missing" && return; }
    fail "the site is too large"
}

gzipped() { gzip -9 -c "$1" | wc -c; }
kb() { printf '%d.%d kB' $(($1 / 1000)) $(($1 % 1000 / 100)); }

# What a browser fetches to show the first verdict: pages, scripts, styles, fonts and the page's wasm; then the engine. Without what is only
# fetched on demand (the larger engine, the embed page with its scripts, examples, replies for them, licences, what is kept for offline) and what is the same compressed.
report_sizes() {
    local page=0 late=0 engine=0 answers=0 first=0 bytes file
    while IFS= read -r -d '' file; do
        case "$file" in
            */embed.html | */gallery* | */examples/* | */lessons/* | */words/* | */replies/* | */pictures/* | */handouts/* | */icons/*.png | *.txt | *.map | *.br | *.gz) continue ;;
            */findings.json | */messages.js | */evaluator.js | */evaluator-worker.js | */embed.js | */present.js | */serve.py | */offline.js | */service-worker.js | *.webmanifest) continue ;;
            *.woff2 | *.png) bytes=$(wc -c <"$file") ;; # compressed already
            *) bytes=$(gzipped "$file") ;;
        esac
        case "$file" in
            */netpolis-engine*.wasm) engine=$((engine + bytes)) ;;
            */netpolis-answers*.wasm) answers=$((answers + bytes)) ;;
            */netpolis-late*.wasm) late=$((late + bytes)) ;;
            */netpolis-engine* | */netpolis-answers* | */worker.js) ;;
            *.wasm) page=$((page + bytes)) && first=$((first + bytes)) ;;
            *) first=$((first + bytes)) ;;
        esac
        printf '%10s  %s\n' "$(kb "$bytes")" "${file#dist/}"
    done < <(find dist -type f -print0 | sort -z)
    printf '%10s  wasm of the page (goal %d kB, limit %d kB)\n' "$(kb $page)" $PAGE_GOAL $PAGE_LIMIT
    printf '%10s  wasm of the page that comes when the first picture stands (limit %d kB)\n' "$(kb $late)" $LATE_LIMIT
    printf '%10s  wasm of the engine (goal %d kB, limit %d kB)\n' "$(kb $engine)" $ENGINE_GOAL $ENGINE_LIMIT
    printf '%10s  wasm of the page and the engine\n' "$(kb $((page + late + engine)))"
    printf '%10s  wasm of the larger engine, fetched when it is first needed (limit %d kB)\n' "$(kb $answers)" $ANSWERS_LIMIT
    printf '%10s  whole first load, without the engine (goal %d kB, limit %d kB)\n' "$(kb $first)" $FIRST_LOAD_GOAL $FIRST_LOAD_LIMIT
    [ $page -gt 0 ] && [ $page -lt $((PAGE_LIMIT * 1000)) ] && [ $late -gt 0 ] && [ $late -lt $((LATE_LIMIT * 1000)) ] && [ $engine -gt 0 ] && [ $engine -lt $((ENGINE_LIMIT * 1000)) ] &&
        [ $answers -gt 0 ] && [ $answers -lt $((ANSWERS_LIMIT * 1000)) ] &&
        [ $first -lt $((FIRST_LOAD_LIMIT * 1000)) ]
}
