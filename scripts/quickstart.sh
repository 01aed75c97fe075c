#!/usr/bin/env bash
# From a fresh clone to a registered worker that responds: builds rma, finds or sets up a Docker Engine, starts a worker.
# Its files are in .quickstart/ and .engine/ of this checkout, and in the Docker that it uses.
set -euo pipefail

CHECKOUT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
HOME_DIR=$CHECKOUT/.quickstart
LOGS=$HOME_DIR/logs
PROFILE=cpu-worker
for part in ui preflight quickstart/build quickstart/docker quickstart/hub quickstart/worker quickstart/stop; do
  # shellcheck source=/dev/null
  . "$CHECKOUT/scripts/$part.sh"
done

usage() {
  cat <<'TEXT'
usage: scripts/quickstart.sh [--engine auto|own|private] [--hub auto|real|local] [--yes]
                             [--coordinator-port PORT] [--port SERVICE=PORT]
       scripts/quickstart.sh --down
       scripts/quickstart.sh --purge [--yes]

Builds rma, starts a worker that downloads its model and registers, and sends a test request to its engine.

  --engine   the Docker to use: your own, or a private one from Debian's packages (default auto: your own if it works)
  --hub      the source of the model: the Hugging Face hub, or a local hub with a tiny test model
             (default auto: the Hugging Face hub if it responds)
  --coordinator-port, --port
             other ports than 7700 for the coordinator and 8080 for the engine (RMA_COORDINATOR_PORT, RMA_PORTS)
  --yes      do not ask: before the first download, or before --purge deletes what other projects have in the engine
  --down     stop the worker, the hub and the private engine; keep models and images. The engine keeps running if it has
             containers of other projects
  --purge    stop them, then delete the containers and models of quickstart, and the private engine with all images and
             volumes; the build stays
TEXT
}

main() {
  local engine=auto hub=auto verb=run yes=()
  while [ $# -gt 0 ]; do
    case $1 in
    # not `… && shift`: there a failure would not end the script
    --engine)
      engine=$(choice "$1" "${2:-}" auto own private)
      shift
      ;;
    --hub)
      hub=$(choice "$1" "${2:-}" auto real local)
      shift
      ;;
    --coordinator-port)
      RMA_COORDINATOR_PORT=$(given "$1" "${2:-}")
      export RMA_COORDINATOR_PORT
      shift
      ;;
    --port)
      RMA_PORTS=${RMA_PORTS:+$RMA_PORTS,}$(given "$1" "${2:-}")
      export RMA_PORTS
      shift
      ;;
    --down) verb=down ;;
    --purge) verb=purge ;;
    -y | --yes) yes=(--yes) ;;
    -h | --help) usage && return 0 ;;
    *) ui_error "unknown option: $1" "See scripts/quickstart.sh --help." && exit 2 ;;
    esac
    shift
  done
  case $verb in
  run) run "$engine" "$hub" "${yes[@]}" ;;
  down) take_down ;;
  purge) purge "${yes[@]}" ;;
  esac
}

# given OPTION VALUE: prints the value of an option that requires one
given() {
  if [ -z "$2" ]; then ui_fail 2 "$1 requires a value" "See scripts/quickstart.sh --help."; fi
  printf '%s' "$2"
}

choice() {
  local option=$1 given=$2 word
  shift 2
  for word in "$@"; do
    if [ "$word" = "$given" ]; then printf '%s' "$word" && return 0; fi
  done
  ui_fail 2 "$option must be one of: $*" "Current value: '${given}'"
}

run() {
  local engine=$1 hub=$2
  shift 2
  mkdir -p "$LOGS"
  preflight_node
  choose_docker "$engine"
  build_rma
  use_docker "$@"
  use_hub "$hub"
  use_images "$@"
  start_worker
  ask_worker
  say_next
}

main "$@"
