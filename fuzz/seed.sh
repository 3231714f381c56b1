#!/usr/bin/env bash
# Copies manifests into the corpora, for a fuzzer to begin with: fuzz/seed.sh FOLDER...
# Corpora are not kept in the repository; whatever folders of YAML and JSON are at hand will do. fuzz/seeds holds a few texts of Azure's.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
[ $# -gt 0 ] || {
    echo "usage: fuzz/seed.sh FOLDER..." >&2
    exit 2
}
mkdir -p corpus/azure corpus/flow_logs corpus/load corpus/load_to_connectivity corpus/load_to_path
cp ../tests/flow_logs/*.json* ../tests/flow_logs/*.log corpus/flow_logs/
find "$@" -type f \( -name '*.yaml' -o -name '*.yml' -o -name '*.json' -o -name '*.sh' \) -size -64k -print0 |
    while IFS= read -r -d '' file; do
        name=$(sha1sum "$file" | cut -c1-16)
        cp "$file" "corpus/load/$name"
        # The first byte chooses the settings.
        { printf '\0' && cat "$file"; } |
            tee "corpus/azure/$name" "corpus/load_to_connectivity/$name" >"corpus/load_to_path/$name"
    done
