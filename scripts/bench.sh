#!/usr/bin/env bash
# Compares downloads with hf and curl, and rma's own commands with an earlier revision, side by side in one run.
#   scripts/bench.sh [REVISION]    the revision to compare with (default HEAD^)
# Uses the private Docker Engine of this checkout for the commands. Prints medians and ratios.
set -euo pipefail

CHECKOUT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$CHECKOUT"
BASE=$CHECKOUT/build/bench-base

main() {
  local revision=${1:-HEAD^}
  scripts/judges.sh hf2
  npm run --silent build
  build_base "$revision"
  if ! scripts/engine.sh status >/dev/null 2>&1; then trap 'scripts/engine.sh down' EXIT; fi
  scripts/engine.sh images --yes
  eval "$(scripts/engine.sh env)"
  printf '\ncommands are compared with %s\n' "$(git log -1 --format='%h %s' "$revision")"
  node build/bench.mjs "$BASE/dist/cli/main.js"
}

# The packages of the revision are installed only where its lock file differs from that of this checkout.
build_base() {
  rm -rf "$BASE"
  mkdir -p "$BASE"
  git archive "$1" | tar -x -C "$BASE"
  rm "$BASE/biome.json" # a second configuration below this checkout stops its lint
  if cmp -s "$BASE/package-lock.json" package-lock.json; then
    ln -s "$CHECKOUT/node_modules" "$BASE/node_modules"
  else
    (cd "$BASE" && npm ci --no-progress --silent)
  fi
  (cd "$BASE" && npm run --silent build)
}

main "$@"
