# Holds core's modules to the order that ARCHITECTURE.md states: a module may only name those before it, so that there are no
# circles. Reads ARCHITECTURE.md first, then every file of core/src. Tests may name anything.

FILENAME == "ARCHITECTURE.md" {
    if (/^Modules of `core`, in order/) listed = 1
    if (listed && /^[`]|, *$|\.$/) {
        line = $0
        while (match(line, /`[a-z_]+`[,.]/)) {
            name = substr(line, RSTART + 1, RLENGTH - 3)
            last = substr(line, RSTART + RLENGTH - 1, 1)
            line = substr(line, RSTART + RLENGTH)
            order[name] = ++count
            if (last == ".") { listed = 0; break }
        }
    }
    next
}

FNR == 1 {
    path = FILENAME
    sub(/^core\/src\//, "", path)
    module = path
    sub(/\/.*/, "", module)
    sub(/\.rs$/, "", module)
    skip = path == "lib.rs" || path ~ /(^|\/)tests(\.rs|\/)/
    if (!skip && !(module in order)) wrong(path ": ARCHITECTURE.md does not place the module `" module "`")
    if (!(module in order)) skip = 1
}

# Tests stand at the end of a file.
/^#\[cfg\(test\)\]/ { getline following; if (following ~ /^mod [a-z_]+ \{/) skip = 1 }

skip || /^[ \t]*\/\// { next }

/use crate::\{/ { wrong(path ":" FNR ": name one module in each `use crate::…`") }

{
    line = $0
    while (match(line, /crate::[a-z_]+/)) {
        named = substr(line, RSTART + 7, RLENGTH - 7)
        line = substr(line, RSTART + RLENGTH)
        if (named in order && order[named] > order[module])
            wrong(path ":" FNR ": `" module "` comes before `" named "` in ARCHITECTURE.md and may not name it")
    }
}

function wrong(what) { print what; bad++ }

END {
    if (count < 10) { print "ARCHITECTURE.md: no list `Modules of `core`, in order`"; bad++ }
    exit bad > 0
}
