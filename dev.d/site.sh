# The page: build, serve, sizes.

# Trunk stops at a NO_COLOR it cannot read as true or false, so it never sees one.
cmd_build() {
    [ $# -eq 0 ] || fail "build takes no arguments"
    setup_npm
    setup_trunk
    setup_small_std
    slow "building the site (release; some minutes the first time)" \
        wasm_env env -u NO_COLOR "${SMALL_STD[@]}" trunk build --release --public-url ./
    say "the site is in dist/"
    report_sizes || true
}

cmd_serve() {
    local port=8080
    while [ $# -gt 0 ]; do
        case "$1" in
            --port) port=${2:?--port needs a number} && shift 2 ;;
            --port=*) port=${1#*=} && shift ;;
            *) fail "serve knows only --port N, not \`$1\`" ;;
        esac
    done
    setup_npm
    setup_trunk
    say "building the page, then serving it on http://localhost:$port (the first build takes a minute or two)"
    export RUSTUP_TOOLCHAIN=$WASM_TOOLCHAIN PATH
    PATH=$(tool_path)
    # In place of this script, so that stopping it stops the server.
    exec env -u NO_COLOR trunk serve --port "$port"
}

# --- sizes ---------------------------------------------------------------------------------------

# In kB (1000 bytes), gzipped as a server would send it. The goal is where the page should be; the limit is what it may not grow past
# unnoticed: whoever raises it says in the commit what for.
WASM_GOAL=400
WASM_LIMIT=1000
FIRST_LOAD_GOAL=800
FIRST_LOAD_LIMIT=1270

cmd_size() {
    [ -f dist/index.html ] || cmd_build
    report_sizes || fail "the site is too large"
}

gzipped() { gzip -9 -c "$1" | wc -c; }
kb() { printf '%d.%d kB' $(($1 / 1000)) $(($1 % 1000 / 100)); }

# What a browser fetches to show the first verdict: pages, scripts, styles, fonts and wasm, without what is
# only fetched on demand (the embed page, examples, licences).
report_sizes() {
    local wasm=0 first=0 bytes file
    while IFS= read -r -d '' file; do
        case "$file" in
            */embed.html | */examples/* | *.txt | *.map) continue ;;
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
