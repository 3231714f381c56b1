# Holds the page to what it may name: it asks the engine by messages and links no evaluator, so that it stays small. Reads every file of
# web/src. Tests may name anything, and so may what runs natively alone: `shell.rs` and `handout.rs`, when the site is built, and `graph/judge.rs`, which measures pictures.

FNR == 1 { skip = FILENAME ~ /(^|[\/_])tests(\.rs|\/)/ || FILENAME ~ /\/(shell|handout|graph\/judge)\.rs$/ }

# Tests stand at the end of a file.
/^#\[cfg\(test\)\]/ { getline following; if (following ~ /^mod [a-z_]+ \{/) skip = 1 }

skip || /^[ \t]*\/\// { next }

/(^|[^A-Za-z_])(Evaluator|Analysis|kept_reply)([^A-Za-z_]|$)/ { wrong("the page evaluates nothing itself: ask the engine") }

{
    line = $0
    while (match(line, /netpolis_core::[a-z_]+/)) {
        named = substr(line, RSTART + 15, RLENGTH - 15)
        line = substr(line, RSTART + RLENGTH)
        if (named != "text" && named != "settings") wrong("of core the page names `text` and `settings`, not `" named "`")
    }
}

function wrong(what) { print FILENAME ":" FNR ": " what; bad++ }

END { exit bad > 0 }
