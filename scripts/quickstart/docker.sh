#!/usr/bin/env bash
# Chooses the Docker: the user's own when it is there and new enough, else a private one.

ENGINE_CHOICE=$HOME_DIR/engine

use_docker() {
  local wanted=$1 why
  shift
  # what was chosen at first stays, or a second run would look for the worker in another Docker
  if [ "$wanted" = auto ] && [ -f "$ENGINE_CHOICE" ]; then wanted=$(cat "$ENGINE_CHOICE"); fi
  if [ "$wanted" != private ] && why=$(own_docker_fault) && [ -z "$why" ]; then
    printf own >"$ENGINE_CHOICE"
    ui_note "Docker: your own, $(docker version --format 'Engine {{.Server.Version}}'), Compose $(docker compose version --short)"
    return 0
  fi
  if [ "$wanted" = own ]; then
    ui_fail 3 "your Docker cannot be used: $why" "mend it, or use a private engine: scripts/quickstart.sh --engine private"
  fi
  if [ "$wanted" = auto ]; then ui_note "Docker: a private engine, because $why"; fi
  "$CHECKOUT/scripts/engine.sh" up "$@" || exit $?
  printf private >"$ENGINE_CHOICE"
  eval "$("$CHECKOUT/scripts/engine.sh" env)"
}

# Prints why the user's own Docker will not do; nothing when it will.
own_docker_fault() {
  local server compose
  if ! command -v docker >/dev/null; then echo "there is no docker command" && return 0; fi
  server=$(timeout 10 docker version --format '{{.Server.Version}}' 2>/dev/null) || server=
  if [ -z "$server" ]; then echo "no Docker Engine answers" && return 0; fi
  if is_older "$server" 25.0; then echo "Docker Engine $server is older than 25.0" && return 0; fi
  compose=$(docker compose version --short 2>/dev/null) || compose=
  if [ -z "$compose" ]; then echo "the Compose plugin is missing" && return 0; fi
  if is_older "$compose" 2.24; then echo "Docker Compose $compose is older than 2.24"; fi
}

is_older() {
  [ "$1" != "$2" ] && [ "$(printf '%s\n%s\n' "${1#v}" "$2" | sort -V | head -n 1)" = "${1#v}" ]
}

# Images come from where the model comes from: without the internet, base images are made of Debian's packages.
use_images() {
  local into=()
  if [ "$HUB_KIND" = real ] || [ -n "${RMA_WORKER_BASE:-}" ]; then return 0; fi
  if [ "$(cat "$ENGINE_CHOICE")" = own ]; then into=(--here); fi
  "$CHECKOUT/scripts/engine.sh" images "${into[@]}" "$@" || exit $?
  eval "$("$CHECKOUT/scripts/engine.sh" env --images)"
}
