#!/usr/bin/env bash
# Machines for the tests of several hosts, on this one: each has its own network, processes, name, OpenSSH server, Docker Engine
# and stand-in GPUs. They exist only inside of `run`: its end ends them. Nothing else of this machine changes.
set -euo pipefail

CHECKOUT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
ENGINE_SCRIPTS=$CHECKOUT/scripts/engine
export CHECKOUT ENGINE_SCRIPTS
for part in ui preflight apt engine/context engine/up engine/down hosts/context hosts/images hosts/machines; do
  # shellcheck source=/dev/null
  . "$CHECKOUT/scripts/$part.sh"
done

usage() {
  cat <<'TEXT'
usage: scripts/hosts.sh VERB

  run COMMAND…          run a command in a network where hosts can be started; they end with it
  start [NAME…]         in such a command: start these hosts (h1 to h9; default h1 h2), also again after kill
  kill NAME…            in such a command: end all processes of hosts, as a loss of power does; their disks remain
  remove NAME…          in such a command: kill hosts and delete their disks; the next start makes new ones
  link NAME up|down     in such a command: plug in the network cable of a host, or pull it
  trust NAME            in such a command: make the host key of a host known to the user
  in NAME COMMAND…      in such a command: run a command on a host, without SSH

  The user of the command can log in to each host: ssh h1

  RMA_HOST_ENGINE=legacy  for start: the engine of Debian 12 (20.10)
  RMA_HOST_DISK=SIZE      for start: a disk of this size for its volumes, such as 16g, in memory
  RMA_HOST_GPUS=DIR       for start: stand-in GPUs: DIR/bin and DIR/smi are on PATH, DIR/cdi has the device specifications
TEXT
}

main() {
  hosts_context
  case "${1:-}" in
  run) shift && hosts_run "$@" ;;
  start) shift && inside && hosts_start "$@" ;;
  kill) shift && inside && hosts_kill "$@" ;;
  remove) shift && inside && hosts_remove "$@" ;;
  link) shift && inside && host_link "$@" ;;
  trust) shift && inside && host_trust "$1" ;;
  in) shift && inside && host_in "$@" ;;
  run-inside) shift && run_inside "$@" ;;
  -h | --help) usage ;;
  *)
    ui_error "unknown verb: ${1:-none}"
    usage >&2
    exit 2
    ;;
  esac
}

inside() { [ "${RMA_HOSTS:-}" = "$ENGINE_ID" ] || ui_fail 2 "no hosts can run here" "Run it in: scripts/hosts.sh run bash"; }

# hosts_run COMMAND…: everything that starts in the PID namespace ends with its first process, and that with this one. What
# a killed run left is removed first.
hosts_run() {
  local status=0
  [ $# -gt 0 ] || ui_fail 2 "a command is missing" "usage: scripts/hosts.sh run COMMAND…"
  preflight_debian "scripts/hosts.sh"
  "$CHECKOUT/scripts/judges.sh" openssh iproute2 >/dev/null
  hosts_lock
  "$CHECKOUT/scripts/engine.sh" legacy get --yes
  hosts_archive
  engine_clean
  hosts_remove_disks
  mkdir -m 700 "$ENGINE_RUN"
  ENGINE_PROCESS_OF=$ENGINE_ID unshare --net --mount --pid --fork --kill-child bash "$CHECKOUT/scripts/hosts.sh" run-inside "$@" || status=$?
  engine_clean
  hosts_remove_disks
  return "$status"
}

run_inside() {
  hosts_network
  hosts_command "$@"
}

# One run at a time per checkout.
hosts_lock() {
  local lock
  mkdir -p "$ENGINE_HOME"
  exec {lock}>"$ENGINE_HOME/lock"
  flock "$lock"
}

main "$@"
