#!/usr/bin/env bash
# Compares rma with other programs, which it installs, and with an earlier revision of itself, side by side in one run.
# Prints a Markdown table for each comparison.
#   scripts/bench.sh [TEXT…]                downloads, stores and plans; only those whose title contains one of the texts
#   scripts/bench.sh --commands [REVISION]  start-up, `plan` and an idle `up`, with a revision (default HEAD^), on the private
#                                           Docker Engine of this checkout
#   scripts/bench.sh --hosts                `rma ps` on three hosts, with each of them, over ssh: on machines of scripts/hosts.sh
set -euo pipefail

CHECKOUT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$CHECKOUT"
BASE=$CHECKOUT/build/bench-base

main() {
  if [ "${1:-}" = --commands ]; then
    compare_commands "${2:-HEAD^}"
  elif [ "${1:-}" = --hosts ]; then
    npm run --silent build
    describe_machine
    scripts/hosts.sh run node build/bench.mjs --hosts
  else
    scripts/judges.sh hf2 ollama nginx curl aria2 huggingface-hub
    npm run --silent build
    describe_machine
    node build/bench.mjs "$@"
  fi
}

# The date, the machine and its load, for the record.
describe_machine() {
  printf '%s, %s\n' "$(date -u '+%Y-%m-%d %H:%M UTC')" "$(git log -1 --format='%h %s')"
  printf '%s, %s CPUs, %s of memory, Linux %s, Node.js %s, load %s\n' \
    "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" \
    "$(awk '/^MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo)" "$(uname -r)" "$(node --version)" \
    "$(cut -d ' ' -f 1-3 /proc/loadavg)"
}

compare_commands() {
  npm run --silent build
  build_base "$1"
  if ! scripts/engine.sh status >/dev/null 2>&1; then trap 'scripts/engine.sh down' EXIT; fi
  scripts/engine.sh images --yes
  eval "$(scripts/engine.sh env)"
  describe_machine
  printf 'compared with %s\n' "$(git log -1 --format='%h %s' "$1")"
  node build/bench.mjs --base "$BASE/dist/cli/main.js"
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
