#!/usr/bin/env bash
# Chooses the Docker: the user's own when it responds and is new enough, otherwise a private one.

ENGINE_CHOICE=$HOME_DIR/engine

# choose_docker auto|own|private: sets DOCKER_KIND to own or private, and DOCKER_FAULT to why it is not the user's own.
# Exits when the Docker of that kind cannot be used here; starts and downloads nothing.
choose_docker() {
  DOCKER_KIND=$1
  DOCKER_FAULT=
  # the first choice stays, or a second run would look for the worker in another Docker
  if [ "$DOCKER_KIND" = auto ] && [ -f "$ENGINE_CHOICE" ]; then DOCKER_KIND=$(cat "$ENGINE_CHOICE"); fi
  if [ "$DOCKER_KIND" != private ]; then DOCKER_FAULT=$(own_docker_fault); fi
  if [ "$DOCKER_KIND" = own ] && [ -n "$DOCKER_FAULT" ]; then
    ui_fail 3 "your Docker cannot be used: $DOCKER_FAULT" "Fix it, or use a private engine: scripts/quickstart.sh --engine private"
  fi
  if [ "$DOCKER_KIND" = auto ]; then
    if [ -z "$DOCKER_FAULT" ]; then DOCKER_KIND=own; else DOCKER_KIND=private; fi
  fi
  if [ "$DOCKER_KIND" = private ]; then "$CHECKOUT/scripts/engine.sh" check || exit $?; fi
}

use_docker() {
  if [ "$DOCKER_KIND" = own ]; then
    ui_note "Docker: your own, $(docker version --format 'Engine {{.Server.Version}}'), Compose $(docker compose version --short)"
  else
    if [ -n "$DOCKER_FAULT" ]; then ui_note "Docker: a private engine, because $DOCKER_FAULT"; fi
    "$CHECKOUT/scripts/engine.sh" up "$@" || exit $?
    eval "$("$CHECKOUT/scripts/engine.sh" env)"
  fi
  printf '%s' "$DOCKER_KIND" >"$ENGINE_CHOICE"
}

# Prints why the user's own Docker cannot be used; nothing when it can.
own_docker_fault() {
  local server compose
  if ! command -v docker >/dev/null; then echo "docker is not installed" && return 0; fi
  server=$(timeout 10 docker version --format '{{.Server.Version}}' 2>/dev/null) || server=
  if [ -z "$server" ]; then echo "no Docker Engine responds" && return 0; fi
  if is_older "$server" 25.0; then echo "Docker Engine $server is older than 25.0" && return 0; fi
  compose=$(docker compose version --short 2>/dev/null) || compose=
  if [ -z "$compose" ]; then echo "the Compose plugin is missing" && return 0; fi
  if is_older "$compose" 2.24; then echo "Docker Compose $compose is older than 2.24"; fi
}

is_older() {
  [ "$1" != "$2" ] && [ "$(printf '%s\n%s\n' "${1#v}" "$2" | sort -V | head -n 1)" = "${1#v}" ]
}

# With the local hub there may be no image registry either: then base images are built from Debian's packages.
use_images() {
  local into=()
  if [ "$HUB_KIND" = real ] || [ -n "${RMA_WORKER_BASE:-}" ]; then return 0; fi
  if [ "$(cat "$ENGINE_CHOICE")" = own ]; then into=(--here); fi
  "$CHECKOUT/scripts/engine.sh" images "${into[@]}" "$@" || exit $?
  eval "$("$CHECKOUT/scripts/engine.sh" env --images)"
}
