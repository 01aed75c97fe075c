#!/usr/bin/env bash
# Runs a private Docker Engine for this checkout, from Debian's packages: for machines without Docker, and for the tests.
# Its files are in .engine/; it runs in its own network and mount namespaces.
set -euo pipefail

CHECKOUT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
ENGINE_SCRIPTS=$CHECKOUT/scripts/engine
export ENGINE_SCRIPTS
for part in ui parallel preflight apt engine/context engine/consent engine/get engine/up engine/down engine/images engine/standins engine/legacy; do
  # shellcheck source=/dev/null
  . "$CHECKOUT/scripts/$part.sh"
done

usage() {
  cat <<'TEXT'
usage: scripts/engine.sh VERB [--yes]

  check      check that this machine can run the engine; exit 0 or 3
  get        download and unpack the packages into .engine/ (about 90 MB)
  up         start the engine; does nothing if it is running
  images     build the base images (node, llama-server) in it
  images --here  build them in the Docker of this shell, for a machine without an image registry
  images --gpu   also build the images of the tests with stand-in GPUs (Ollama, and programs that behave like vLLM, TEI, Ollama)
  env        print the settings for a shell: eval "$(scripts/engine.sh env)"
             env --images: only the base images
  restart    stop and start it; containers start as after a reboot
  status     show whether it is running, and where; exit 0 or 1
  down       stop it and delete its containers; keep images and volumes
  purge      stop it and delete .engine/
  leftovers  list what is left outside .engine/ (nothing after down)
  legacy     get|up|env|down: the engine of Debian 12 (20.10), for tests of engines that are too old
             legacy env [none|v1|v2]: no Compose, the real 1.29, or a plugin that reports 2.17

  --yes      do not ask before the first download

  RMA_ENGINE_GPUS=DIR  for up, restart, images: run the engine with stand-in GPUs, for tests. DIR/bin is on the daemon's
             PATH, DIR/cdi has its device specifications; up restarts an engine that runs without them
TEXT
}

main() {
  local word words=() yes=0
  for word in "$@"; do
    case $word in
    -y | --yes) yes=1 ;;
    --here) export ENGINE_IMAGES_HERE=1 ;;
    --gpu) ENGINE_IMAGES_GPU=1 ;;
    -h | --help) usage && return 0 ;;
    *) words+=("$word") ;;
    esac
  done
  set -- "${words[@]}"
  if [ "${1:-}" = legacy ]; then
    shift
    engine_context "$CHECKOUT" legacy
    legacy_verb "$yes" "$@"
  else
    engine_context "$CHECKOUT"
    verb "$yes" "$@"
  fi
}

verb() {
  local yes=$1
  case "${2:-}" in
  check) ready && { get_is_done || preflight_apt; } ;;
  get) ready && locked ensure_files "$yes" ;;
  up) ready && locked ensure_up "$yes" ;;
  images) ready && locked ensure_images "$yes" ;;
  restart) ready && locked ensure_restart "$yes" ;;
  env) if [ "${3:-}" = --images ]; then image_env; else engine_env; fi ;;
  status) engine_status ;;
  run-step) "$3" ;;
  down) ready && locked stop_all ;;
  purge) ready && locked purge_all ;;
  leftovers)
    engine_leftovers
    (engine_context "$CHECKOUT" legacy && engine_leftovers)
    (engine_context "$CHECKOUT" hosts && engine_leftovers)
    ;;
  *) wrong_verb "${2:-}" ;;
  esac
}

legacy_verb() {
  case "${2:-}" in
  get) ready && locked ensure_legacy "$1" ;;
  up) ready && locked ensure_legacy_up "$1" ;;
  env) legacy_env "${3:-none}" ;;
  down) ready && locked engine_down ;;
  run-step) "$3" ;;
  *) wrong_verb "legacy${2:+ $2}" ;;
  esac
}

# Prints which verb is unknown, then the usage.
wrong_verb() {
  if [ -n "$1" ]; then ui_error "unknown verb: $1"; else ui_error "a verb is missing"; fi
  usage >&2
  exit 2
}

ready() { engine_preflight; }

# step LOG TEXT FUNCTION: runs a long function as a process of its own (through the internal verb run-step). Called as a
# function under `||` it would lose `set -e` and continue after a failure.
step() { ui_step "$ENGINE_LOGS/$1.log" "$2" "$CHECKOUT/scripts/engine.sh" ${ENGINE_VARIANT:+"$ENGINE_VARIANT"} run-step "$3"; }

# One verb at a time per checkout. purge deletes the lock with its directory, so a waiting process checks again.
locked() {
  local lock
  while :; do
    mkdir -p "$ENGINE_TOP"
    exec {lock}>"$ENGINE_TOP/lock"
    flock "$lock"
    if [ "$ENGINE_TOP/lock" -ef "/proc/$$/fd/$lock" ]; then break; fi
    exec {lock}>&-
  done
  "$@"
}

ensure_files() {
  if get_is_done; then return 0; fi
  preflight_consent "$1"
  step get "docker engine: packages" get_engine || fetch_failed
}

ensure_up() {
  local start
  ensure_files "$1"
  start=$(ui_now)
  engine_up
  ui_done "$start" "docker engine: $(engine_docker version --format '{{.Server.Version}}')"
}

ensure_restart() {
  local start
  ensure_files "$1"
  start=$(ui_now)
  engine_restart
  ui_done "$start" "docker engine restarted"
}

ensure_images() {
  if [ -n "${ENGINE_IMAGES_HERE:-}" ]; then
    preflight_consent "$1"
    mkdir -p "$ENGINE_LOGS"
  else
    ensure_up "$1"
  fi
  step images "base images: node, llama-server" images_build || fetch_failed
  if [ -n "${ENGINE_IMAGES_GPU:-}" ]; then ensure_standins; fi
}

ensure_standins() {
  "$CHECKOUT/scripts/judges.sh" hf1 ollama >/dev/null
  step images "stand-in images: vllm, tei, ollama" standins_build || ui_fail 1 "the stand-in images could not be built" "The output is above."
}

ensure_legacy() {
  if legacy_is_done; then return 0; fi
  preflight_consent "$1"
  step get "old docker engine: packages" legacy_get || fetch_failed
}

ensure_legacy_up() {
  local start
  ensure_legacy "$1"
  start=$(ui_now)
  engine_up
  ui_done "$start" "old docker engine: $(engine_docker version --format '{{.Server.Version}}')"
}

fetch_failed() {
  ui_fail 1 "the packages could not be fetched or unpacked" "Check that 'apt-get update' works on this machine, then run this again: it continues where it stopped."
}

stop_all() {
  local start
  start=$(ui_now)
  engine_down
  (engine_context "$CHECKOUT" legacy && engine_down)
  # of a killed scripts/hosts.sh
  (engine_context "$CHECKOUT" hosts && engine_clean)
  ui_done "$start" "docker engine stopped"
}

purge_all() {
  local start
  stop_all
  start=$(ui_now)
  engine_purge
  ui_done "$start" "docker engine deleted, with its images and volumes"
}

# Printed for eval: every value is quoted for the shell.
engine_env() {
  printf 'export DOCKER_HOST=%q\n' "unix://$ENGINE_SOCKET"
  printf 'export DOCKER_CONFIG=%q\n' "${1:-$ENGINE_CLI}"
  # shellcheck disable=SC2016 # the caller's PATH, not ours
  printf 'export PATH=%q:"$PATH"\n' "$ENGINE_CLI/bin"
  echo 'unset DOCKER_CONTEXT DOCKER_TLS DOCKER_TLS_VERIFY DOCKER_CERT_PATH DOCKER_API_VERSION'
  image_env
}

image_env() {
  local node llama
  if node=$(image_name node); then printf 'export RMA_WORKER_BASE=%q\n' "$node"; fi
  if llama=$(image_name llama-server); then printf 'export RMA_IMAGES=%q\n' "llamacpp=$llama,llamacpp-router=$llama"; fi
  standin_env
}

legacy_env() {
  case $1 in
  none) engine_env ;;
  v1 | v2) engine_env "$ENGINE_HOME/cli-$1" ;;
  *) wrong_verb "legacy env $1" ;;
  esac
}

engine_status() {
  local forwarded
  if ! engine_answers; then
    echo "down ($ENGINE_HOME)"
    return 1
  fi
  printf 'up      %s\n' "$(engine_docker version --format 'Docker Engine {{.Server.Version}}')"
  printf 'socket  %s\nstate   %s\nlogs    %s\n' "$ENGINE_SOCKET" "$ENGINE_HOME" "$ENGINE_LOGS"
  if [ -s "$ENGINE_RUN/gpus" ]; then printf 'gpus    %s\n' "$(cat "$ENGINE_RUN/gpus")"; fi
  forwarded=$(engine_docker ps --format '{{.Names}} {{.Ports}}')
  if [ -n "$forwarded" ]; then printf '%s\n' "$forwarded" | sed 's/^/runs    /'; fi
}

main "$@"
