# Tests, lints, proofs and measurements.

# For `cargo test` too, which runs in another folder.
[ ! -d "${NETPOLIS_CONFORMANCE:-}" ] || { NETPOLIS_CONFORMANCE=$(cd "$NETPOLIS_CONFORMANCE" && pwd) && export NETPOLIS_CONFORMANCE; }
CONFORMANCE_DEFAULT=${NETPOLIS_CONFORMANCE:-../shared/conformance}
CASES_DEFAULT=../shared/cases
# How programs that go through data are built; by the tests as these themselves are, as compiling core once more takes longer than it saves.
RUN_PROFILE=${RUN_PROFILE:-release}
NATIVE_PARTS=(native conformance cases)
BROWSER_PARTS=(editor serve wasm npm e2e)

# --- tests ---------------------------------------------------------------------------------------

# Runs every part, even after one failed, and closes with the number of tests that ran. All of them run in two lanes side by side, as compilers
# and browsers leave a core idle for part of their time; parts that are named run one after the other.
cmd_test() {
    local part logs failed
    for part in "$@"; do
        declare -F "test_$part" >/dev/null || fail "unknown tests \`$part\`; there are: ${NATIVE_PARTS[*]} ${BROWSER_PARTS[*]}"
    done
    need_rust
    logs=$(mktemp -d)
    if [ $# -gt 0 ]; then
        by_name=1 run_parts "$@" 2>&1 | tee "$logs/named"
    else
        setup_wasm # both lanes would install it
        say "tests of the browser run beside the others (${BROWSER_PARTS[*]}); what they say comes after them"
        run_parts "${BROWSER_PARTS[@]}" >"$logs/browser" 2>&1 &
        run_parts "${NATIVE_PARTS[@]}" 2>&1 | tee "$logs/native"
        wait
        cat "$logs/browser"
    fi
    while IFS= read -r part; do say "$part"; done < <(grep -ho 'left out: .*' "$logs"/* | sort -u)
    failed=$(sed -n 's/^tests failed: //p' "$logs"/* | paste -sd ' ' -)
    cat "$logs"/* | count_tests "$(wc -w <<<"$failed")"
    rm -rf "$logs"
    [ -z "$failed" ] || fail "failed: $failed"
}

# run_parts PART...: one after the other, with a line for each that failed. With `by_name`, data that is missing is a failure.
run_parts() {
    local part status
    for part in "$@"; do
        say "tests: $part"
        TIMEFORMAT="· tests: $part took %0R s, and of processors %0U s"
        # A subshell of its own, so that a failing command ends the part and nothing else.
        set +e
        time (
            set -euo pipefail
            "test_$part"
        )
        status=$?
        set -e
        [ $status = 0 ] || echo "tests failed: $part"
    done
}

# Adds up the closing lines of cargo test (and wasm-bindgen's runner), node's runner and our end-to-end run. A part
# that failed without a failed test (it did not compile, or disagreed with a conformance case) counts as one.
count_tests() {
    awk -v parts="$1" '
        /^test result: /             { passed += $4; failed += $6 }
        /^(# |ℹ )pass [0-9]+$/       { passed += $3 }
        /^(# |ℹ )fail [0-9]+$/       { failed += $3 }
        /^e2e: [0-9]+ passed, [0-9]+ failed$/ { passed += $2; failed += $4 }
        END { if (failed < parts) failed = parts; printf "%d passed, %d failed\n", passed, failed }
    '
}

# Without what the part `conformance` runs, too.
test_native() { cargo test --workspace --quiet --no-fail-fast -- --skip agreement_never_falls_below_what_is_recorded; }

test_editor() {
    setup_npm
    node --test web/editor/
}

# Every crate that has tests for the browser, in headless Chromium.
test_wasm() {
    setup_wasm-pack
    setup_browser
    local crate
    for crate in core view engine web tests; do
        grep -q wasm-bindgen-test "$crate/Cargo.toml" || continue
        WASM_BINDGEN_TEST_TIMEOUT=300 WASM_BINDGEN_TEST_WEBDRIVER_JSON=$ROOT/web/webdriver.json \
            wasm_env wasm-pack --log-level error test --headless --chrome --mode no-install "$crate"
    done
}

test_conformance() {
    [ -z "${NETPOLIS_CONFORMANCE:-}" ] || local by_name=1
    ! has_data conformance "$CONFORMANCE_DEFAULT" || RUN_PROFILE=dev cmd_conformance
}

test_cases() {
    ! has_data cases "$CASES_DEFAULT" || RUN_PROFILE=dev cmd_cases "$CASES_DEFAULT" --held docs/cases.md
}

# The npm package as somebody would install it: in Node, in Chromium, built by Vite; and that its module replies what the native program does.
test_npm() {
    cmd_package npm
    setup_browser
    local folders=(www/examples) replies status=0
    [ ! -d "$CONFORMANCE_DEFAULT" ] || folders+=("$CONFORMANCE_DEFAULT")
    replies=$(mktemp)
    cargo run --quiet -p netpolis-tests --bin replies -- "${folders[@]}" >"$replies"
    REPLIES=$replies node --test tests/npm/*.test.mjs || status=1
    rm -f "$replies"
    return $status
}

# has_data PART FOLDER: false where the folder is not there, which is said, or is a failure where the part was asked for by its name.
has_data() {
    [ ! -d "$2" ] || return 0
    [ "${by_name:-0}" = 0 ] || fail "no data for the tests \`$1\` in \`$2\`"
    say "left out: $1 (no data in $2)"
    return 1
}

# The built site in headless Chromium, and what depends on the browser most in Firefox, where that is to be had.
test_e2e() {
    [ -f tests/e2e/run.mjs ] || return 0
    current_site
    setup_browser
    local status=0
    rm -rf tests/e2e/shots
    e2e_in_parts chromium || status=1
    if setup_firefox; then
        say "the same in Firefox: hands and storage"
        e2e_in_parts firefox --hands || status=1
    fi
    return $status
}

# e2e_in_parts BROWSER [OPTION...]: half of the checks beside the other half, as a browser that waits leaves a core idle. They wait longer than alone for what must come.
e2e_in_parts() {
    local logs part pids=() pid status=0
    logs=$(mktemp -d)
    for part in 1 2; do
        E2E_PATIENCE_MS=${E2E_PATIENCE_MS:-15000} node tests/e2e/run.mjs --browser "$@" --part $part/2 >"$logs/$part" 2>&1 &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do wait "$pid" || status=1; done
    cat "$logs"/*
    rm -rf "$logs"
    return $status
}

# The same in WebKit; only when it is asked for by name, until it passes every time: on a busy machine its driver loses pastes and keys.
test_webkit() {
    current_site
    setup_webkit || fail "no WebKit to try it in"
    local status=0
    node tests/e2e/run.mjs --browser webkit || status=1
    # An old WebKit is tried where it is installed.
    if have WPEWebDriver && have_webkit; then
        say "the same in WebKit 2.38, which is as old as Safari 16"
        node tests/e2e/run.mjs --browser webkit-old || status=1
    fi
    return $status
}

# `./dev serve` as after a fresh clone: the page must answer. Its site is not that of dist/, which is a release.
test_serve() {
    export WITHOUT_ANSWERS=1 # one program less to compile, by the same steps
    setup_page compile_page # not counted in the wait below
    rm -rf www/vendor
    local port pid answers=0 dist=${CARGO_TARGET_DIR:-target}/served
    port=$(node -e 'const s = require("net").createServer().listen(0, () => { console.log(s.address().port); s.close(); })')
    ./dev serve --port "$port" --dist "$dist" >/dev/null 2>&1 &
    pid=$!
    for _ in $(seq 180); do
        if node -e "fetch('http://127.0.0.1:$port/').then((r) => r.text()).then((t) => process.exit(t.includes('start.js') ? 0 : 1), () => process.exit(1))"; then
            answers=1
            break
        fi
        kill -0 $pid 2>/dev/null || break
        sleep 1
    done
    kill $pid 2>/dev/null || true
    wait $pid 2>/dev/null || true
    printf 'e2e: %d passed, %d failed\n' $answers $((1 - answers))
    [ $answers = 1 ]
}

cmd_conformance() {
    local dir=${1:-$CONFORMANCE_DEFAULT} held=()
    [ -d "$dir" ] || fail "no conformance data in \`$dir\`; name the folder: ./dev conformance DIR"
    # Other folders need not have every set that is recorded.
    [ $# -gt 0 ] || held=(--held docs/conformance.md)
    need_rust
    cargo run --quiet --profile "$RUN_PROFILE" -p netpolis-tests --bin conformance -- "$dir" ${held[@]+"${held[@]}"}
}

# cmd_cases [DIR] [--table FILE] [--held FILE]
cmd_cases() {
    local dir=$CASES_DEFAULT
    case "${1:---}" in --*) ;; *) dir=$1 && shift ;; esac
    [ -d "$dir" ] || fail "no cases in \`$dir\`; name the folder: ./dev cases DIR"
    need_rust
    cargo build --quiet --profile "$RUN_PROFILE" -p netpolis
    cargo run --quiet --profile "$RUN_PROFILE" -p netpolis-tests --bin cases -- "$dir" --netpolis "${CARGO_TARGET_DIR:-target}/${RUN_PROFILE/dev/debug}/netpolis" "$@"
}

# --- lints and proofs ----------------------------------------------------------------------------

# Runs every check, even after one failed.
cmd_lint() {
    setup_lint
    setup_wasm
    local findings=()
    cargo fmt --all --check || findings+=(formatting)
    cargo clippy --quiet --workspace --exclude netpolis-web --exclude netpolis-engine --all-targets -- -D warnings || findings+=(clippy)
    wasm_env cargo clippy --quiet -p netpolis-engine -p netpolis-web --all-targets --target "$WASM_TARGET" -- -D warnings || findings+=("clippy for the browser")
    RUSTDOCFLAGS="-D warnings" cargo doc --quiet --no-deps -p netpolis-core || findings+=(documentation)
    find web/src -name '*.rs' | sort | xargs awk -f dev.d/page.awk || findings+=("what the page names")
    find core/src -name '*.rs' | sort | xargs awk -f dev.d/layers.awk ARCHITECTURE.md || findings+=("the order of core's modules")
    [ ${#findings[@]} -eq 0 ] || fail "findings in: ${findings[*]}"
    say "formatting, clippy, documentation and the order of modules: no findings"
}

setup_lint() {
    need_rust
    local component
    for component in rustfmt clippy; do
        rustup_part component $component || fail "$component is missing. Install it: rustup component add $component"
    done
}

# A target without `std`: a crate that uses it anywhere, or depends on one that does, cannot be checked.
cmd_no_std() {
    setup_wasm
    local build_std=()
    if [ "$WASM_TOOLCHAIN" = netpolis-debian ]; then
        # Debian's compiler has no libraries for this target, but their source.
        build_std=(-Z build-std=core,alloc)
    else
        rustup_part target "$BARE_TARGET" || fail "the target $BARE_TARGET is missing. Install it: rustup target add $BARE_TARGET"
    fi
    RUSTC_BOOTSTRAP=1 wasm_env cargo check --quiet -p netpolis-core --target "$BARE_TARGET" ${build_std[@]+"${build_std[@]}"}
    say "netpolis-core compiles for $BARE_TARGET, which has no standard library"
}

# --- words ---------------------------------------------------------------------------------------

# Sentences on standard output; the phrases among them that are to be avoided on standard error.
cmd_words() {
    need_rust
    cargo run --quiet -p netpolis-tests --bin words
}

cmd_docs() {
    need_rust
    NETPOLIS_WRITE_DOCS=1 cargo test --quiet -p netpolis-core --test documents the_manual_of_lints
}

# What dependencies are held to, of the workspace and of the fuzz targets: deny.toml. Licences, duplicates and sources need no network; known
# vulnerabilities need RustSec's database, and without it that is said and is no failure.
cmd_deny() {
    setup_deny
    setup_crates
    cargo fetch --quiet --locked --offline --manifest-path fuzz/Cargo.toml 2>/dev/null ||
        slow "fetching crates of the fuzz targets" cargo fetch --locked --manifest-path fuzz/Cargo.toml
    local findings=() manifest
    for manifest in Cargo.toml fuzz/Cargo.toml; do
        cargo_deny --offline --manifest-path $manifest check "${DENY_QUIET[@]}" licenses bans sources || findings+=("$manifest")
    done
    if within 120 env PATH="$(tool_path)" cargo-deny --config deny.toml --log-level off fetch db >/dev/null 2>&1; then
        for manifest in Cargo.toml fuzz/Cargo.toml; do
            cargo_deny --offline --manifest-path $manifest check "${DENY_QUIET[@]}" advisories || findings+=("advisories of $manifest")
        done
    else
        say "advisories: not checked, because RustSec's database cannot be fetched here (https://github.com/RustSec/advisory-db)"
    fi
    [ ${#findings[@]} -eq 0 ] || fail "findings in: ${findings[*]}"
    say "licences, duplicates and sources of dependencies: no findings"
}

# Either of the two lock files lacks some crate that has an exception in deny.toml.
DENY_QUIET=(--hide-inclusion-graph -A unmatched-skip -A license-exception-not-encountered)

cargo_deny() { PATH=$(tool_path) cargo-deny --config deny.toml --log-level error "$@"; }

# The published packages with the oldest compiler that they name, where rustup has it or can fetch it.
cmd_msrv() {
    need_rust
    local version
    version=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml).0
    if ! rustup toolchain list | grep -q "^$version-" &&
        ! rustup_fetch "Rust $version" toolchain install "$version" --profile minimal --no-self-update; then
        say "minimum Rust version: not checked, because rustup cannot fetch Rust $version here (clippy holds the standard library to it)"
        return
    fi
    setup_crates
    RUSTUP_TOOLCHAIN=$version CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/msrv \
        cargo check --quiet --locked --offline -p netpolis-core -p netpolis-lessons -p netpolis
    say "netpolis-core, netpolis-lessons and netpolis build with Rust $version"
}

# cmd_package [cargo] [npm]: the packages as they would be published, all of them or those that are named.
cmd_package() {
    [ $# -gt 0 ] || set -- cargo npm
    local kind
    for kind in "$@"; do
        declare -F "package_$kind" >/dev/null || fail "unknown package \`$kind\`; there are: cargo npm"
    done
    for kind in "$@"; do "package_$kind"; done
}

# The cargo packages, each built from what is in it.
package_cargo() {
    setup_crates
    # Cargo keeps what it unpacked of a version, also of one that has never been published and is another now.
    rm -rf "${CARGO_HOME:-$HOME/.cargo}"/registry/{src,cache}/-*/netpolis-*
    cargo package --quiet --locked --offline --allow-dirty -p netpolis-core -p netpolis-lessons -p netpolis
    say "cargo packages are in ${CARGO_TARGET_DIR:-target}/package"
}

# The npm package: the engine's module with all answers, which the page has too, with what JavaScript needs around it. NPM_PROFILE names cargo's profile: `dev` is
# built in a minute, and is large and slow.
package_npm() {
    setup_wasm
    at_once setup_npm setup_crates setup_wasm-bindgen
    local profile=${NPM_PROFILE:-$ENGINE_PROFILE} bindings
    if [ "$profile" = dev ]; then SMALL_STD=(); else setup_small_std; fi
    slow "compiling the engine ($profile; some minutes the first time)" compile_engine "$profile"
    bindings=$(compile_engine "$profile")
    node npm/build.mjs "$bindings" dist-npm
    say "the npm package is in dist-npm/: $(cd dist-npm && ls ./*.tgz)"
}

# The same as web/bundle.mjs does, which then finds it done; writes the folder.
compile_engine() { wasm_env env ${SMALL_STD[@]+"${SMALL_STD[@]}"} node engine/build.mjs "$1"; }

# --- measurements --------------------------------------------------------------------------------

cmd_bench() {
    need_rust
    if [ "${1:-}" = --page ]; then
        shift
        bench_page "$@"
        return
    fi
    if [ "${1:-}" = --frames ]; then
        shift
        [ -f dist/index.html ] || cmd_build
        setup_npm
        setup_browser
        node tests/e2e/frames.mjs "$@"
        return
    fi
    if [ "${1:-}" = --layout ]; then
        shift
        cargo run --quiet --release -p netpolis-web --example layout -- "$@"
        return
    fi
    case " $* " in *" --wasm "*) setup_wasm ;; esac
    cargo run --quiet --release -p netpolis-tests --bin bench -- "$@"
}

# The built page in a browser, as a slow visitor has it and with large clusters: bench_page [--runs N] [--table FILE]
bench_page() {
    [ -f dist/index.html ] || cmd_build
    setup_npm
    setup_browser
    local scenes
    scenes=$(mktemp -d)
    cmd_generate --pods 1000 --policies 300 --seed 1 "$scenes/small"
    cmd_generate --pods 10000 --policies 3000 --seed 1 "$scenes/large"
    node tests/e2e/measure.mjs --scenes "$scenes" "$@"
    rm -rf "$scenes"
}

cmd_generate() {
    need_rust
    cargo run --quiet --release -p netpolis-tests --bin generate -- "$@"
}

cmd_fuzz() {
    local target seconds=${2:-60}
    setup_fuzz
    # The sanitizers are unstable options, which the stable compiler takes only so.
    export RUSTC_BOOTSTRAP=1
    # The project's own texts to begin with, a name for each.
    local seeds text number=0
    seeds=$(mktemp -d)
    while IFS= read -r -d '' text; do
        number=$((number + 1))
        cp "$text" "$seeds/$number"
    done < <(find www/examples cli/tests tests/tests -type f ! -name '*.rs' -print0)
    for target in ${1:-$(PATH=$(tool_path) cargo fuzz list)}; do
        say "fuzzing $target for $seconds s"
        mkdir -p "fuzz/corpus/$target"
        PATH=$(tool_path) cargo fuzz run "$target" "fuzz/corpus/$target" "$seeds" -- -max_total_time="$seconds" -print_final_stats=1
    done
    rm -rf "$seeds"
}

cmd_clean() { rm -rf target dist dist-npm pkg node_modules www/vendor fuzz/target; }
