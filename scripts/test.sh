#!/usr/bin/env bash
# The test suite: static checks, unit, adapter and command-line tests, the outside judges, then end to end on a real
# Docker Engine. Needs Node.js, git and root on Debian 12 or newer, amd64; everything else is unpacked below this checkout.
#   scripts/test.sh          less than 20 minutes on two cores
#   scripts/test.sh --all    and then the tests that take minutes, and those with stand-in GPUs, as CI runs it
set -euo pipefail

CHECKOUT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
for part in ui preflight apt; do
  # shellcheck source=/dev/null
  . "$CHECKOUT/scripts/$part.sh"
done
cd "$CHECKOUT"
REPORTS=$CHECKOUT/build/reports
# on a busy machine dockerd can take minutes to load its own program
export ENGINE_START_SECONDS=300

main() {
  local all=0
  case ${1:-} in
  '') ;;
  --all) all=1 ;;
  *) ui_fail 2 "unknown argument '$1'" "usage: scripts/test.sh [--all]" ;;
  esac
  preflight
  npm ci --no-progress
  mkdir -p "$REPORTS"
  rm -f "$REPORTS"/*.json
  # the judges are downloaded and built while the checks run that need none; the quick tests need OpenSSH
  install_judges openssh &
  local judges=$!
  npm run --silent lint
  wait "$judges" || judges_failed
  install_judges &
  judges=$!
  for script in types arch unused build; do npm run --silent "$script"; done
  suite fast unit adapters cli
  wait "$judges" || judges_failed
  suite judges judges
  trap 'scripts/engine.sh down; stop_soak' EXIT
  scripts/engine.sh images --yes
  if [ "$all" = 1 ]; then start_soak; fi
  suite e2e e2e
  if [ "$all" = 1 ]; then
    suite faults faults
    suite hosts hosts
    suite gpu gpu
    await_soak
  fi
  node scripts/sum-tests.mjs "$REPORTS"/*.json
}

preflight() {
  preflight_node
  preflight_program git
  preflight_debian "scripts/test.sh"
  preflight_apt
}

# install_judges [NAME…]
install_judges() { scripts/judges.sh "$@" >"$REPORTS/judges.log" 2>&1; }
judges_failed() { ui_fail 1 "the judges could not be installed" "$(tail -n 5 "$REPORTS/judges.log")"; }

# The soak tests use no Docker Engine: one file at a time runs beside the tests that mostly wait for containers.
SOAK=
start_soak() {
  nice npx vitest run --project soak --maxWorkers=1 --reporter=default --reporter=json \
    --outputFile.json="$REPORTS/soak.json" >"$REPORTS/soak.log" 2>&1 &
  SOAK=$!
}
await_soak() {
  local status=0
  wait "$SOAK" || status=$?
  cat "$REPORTS/soak.log"
  SOAK=
  [ "$status" = 0 ] || ui_fail 1 "soak tests failed" "their output is in $REPORTS/soak.log"
}
stop_soak() { [ -z "$SOAK" ] || kill "$SOAK" 2>/dev/null || true; }

# suite NAME PROJECT…; the tests with several hosts run where these are reachable
suite() {
  local name=$1 project args=() within=()
  shift
  for project in "$@"; do args+=(--project "$project"); done
  if [ "$name" = hosts ]; then within=(scripts/hosts.sh run); fi
  "${within[@]}" npx vitest run "${args[@]}" --reporter=default --reporter=json --outputFile.json="$REPORTS/$name.json"
}

main "$@"
