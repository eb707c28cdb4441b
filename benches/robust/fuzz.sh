#!/bin/sh
# Builds the fuzz targets and runs them: fuzz.sh [SECONDS [AT_ONCE [TARGET...]]]
# Default: 900 seconds each, two at once, all of them. Corpora and findings lie in $KEFU_FUZZ, default target/fuzz; the build
# in CARGO_TARGET_DIR, default target. Prints for every target what libFuzzer counted, also of one that was stopped early;
# ends with 1 when one found something. With KEFU_FUZZ_BUILD=no the programs of the last build are run.
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-900}
at_once=${2:-2}
[ $# -gt 2 ] && shift 2 || set --
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
work=${KEFU_FUZZ:-$PWD/target/fuzz}
if [ "${KEFU_FUZZ_BUILD:-yes}" = yes ]; then
    # The versions that the program is built with.
    [ -f tests/fuzz/Cargo.lock ] || cp Cargo.lock tests/fuzz/Cargo.lock
    RUSTC_WRAPPER="$PWD/tests/fuzz/instrumented" cargo build --manifest-path tests/fuzz/Cargo.toml --bins
fi
[ $# -gt 0 ] || set -- $(sed -n 's/^name = "\([a-z_]*\)"$/\1/p' tests/fuzz/Cargo.toml)
mkdir -p "$work"
# An input is a file: one that lies in memory, read by one thread.
[ -d /dev/shm ] && [ -w /dev/shm ] && export TMPDIR=/dev/shm
export RAYON_NUM_THREADS=1 MALLOC_ARENA_MAX=2
one() {
    mkdir -p "$work/$1/corpus" "$work/$1/found"
    seeds="$work/$1/corpus tests/fuzz/seeds/$1"
    case $1 in
        formats) seeds="$seeds tests/fuzz/seeds/json tests/fuzz/seeds/workbook tests/fuzz/seeds/container src/ingest/fixtures" ;;
        workbook | parquet | container) seeds="$seeds src/ingest/fixtures" ;;
    esac
    kept=
    for folder in $seeds; do [ -d "$folder" ] && kept="$kept $folder"; done
    "$CARGO_TARGET_DIR/debug/$1" $kept -max_total_time="$seconds" -artifact_prefix="$work/$1/found/" -timeout=30 \
        -rss_limit_mb=3000 -max_len=16384 -print_final_stats=1 -verbosity=1 > "$work/$1/log" 2>&1 || echo "$1 ended with $?" >> "$work/$1/log"
}
running=0
for target in "$@"; do
    [ "$target" = kefu-fuzz ] && continue
    one "$target" &
    running=$((running + 1))
    if [ "$running" -ge "$at_once" ]; then wait; running=0; fi
done
wait
found=0
for target in "$@"; do
    [ "$target" = kefu-fuzz ] && continue
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$target/log")
    [ -n "$runs" ] || runs=$(sed -n 's/^#\([0-9]*\).*/\1/p' "$work/$target/log" | tail -n 1)
    covered=$(grep -o 'cov: [0-9]*' "$work/$target/log" | tail -n 1)
    # An input that only took long is none.
    findings=$(find "$work/$target/found" -type f ! -name 'slow-unit-*' | wc -l)
    echo "$target: ${runs:-0} executions, ${covered:-cov: 0}, $findings findings"
    [ "$findings" = 0 ] || found=1
done
exit $found
