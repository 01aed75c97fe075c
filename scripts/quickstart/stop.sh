#!/usr/bin/env bash
# Stops what quickstart started, and deletes what it created. Other projects may use the private engine too.

QUICKSTART_PROJECT=rma-quickstart

take_down() {
  if [ ! -d "$HOME_DIR" ]; then
    ui_note "nothing to stop: quickstart has started nothing here"
    return 0
  fi
  stop_worker
  if is_private; then stop_engine; fi
}

stop_worker() {
  local start
  start=$(ui_now)
  if is_private; then eval "$("$CHECKOUT/scripts/engine.sh" env)"; fi
  if [ -f "$CHECKOUT/dist/cli/main.js" ] && [ -d "$HOME_DIR/project" ] && engine_responds; then
    rma down --quiet </dev/null >/dev/null || exit $?
  fi
  stop_hub
  ui_done "$start" "worker and hub stopped"
}

# Stopping the private engine deletes its containers.
stop_engine() {
  local others
  others=$(other_containers)
  if [ -z "$others" ]; then
    "$CHECKOUT/scripts/engine.sh" down
    return 0
  fi
  ui_note "the docker engine keeps running: it has containers of other projects"
  printf '%s\n' "$others" | sed 's/^/    /'
  ui_note "to stop it, and delete its containers: scripts/engine.sh down"
}

# purge [--yes]
purge() {
  local start
  if [ ! -d "$HOME_DIR" ]; then
    ui_note "nothing to delete: quickstart has created nothing here"
    return 0
  fi
  if is_private; then purge_consent "$@"; fi
  stop_worker
  start=$(ui_now)
  if is_private; then
    "$CHECKOUT/scripts/engine.sh" purge
  elif engine_responds; then
    docker volume rm "$QUICKSTART_PROJECT-models" "$QUICKSTART_PROJECT-cache" >/dev/null 2>&1 || true
  fi
  rm -rf "$HOME_DIR"
  ui_done "$start" "models and files of quickstart deleted"
}

# purge_consent [--yes]: names what other projects have in the private engine; on a terminal asks, elsewhere requires --yes
purge_consent() {
  local others answer
  eval "$("$CHECKOUT/scripts/engine.sh" env)"
  others=$(other_containers && other_volumes)
  if [ -z "$others" ]; then return 0; fi
  if [ "${1:-}" = --yes ] || [ -t 0 ]; then
    printf 'The private engine also has, and --purge deletes:\n%s\n' "$others"
    if [ "${1:-}" = --yes ]; then return 0; fi
    read -r -p 'Delete them? [y/N] ' answer
    case $answer in [yY]*) return 0 ;; esac
    ui_fail 3 "nothing was deleted" "To stop only: scripts/quickstart.sh --down"
  fi
  ui_fail 3 "the private engine has containers or volumes of other projects, which --purge would delete too:" \
    "$others" "To delete them: scripts/quickstart.sh --purge --yes"
}

is_private() { [ "$(cat "$ENGINE_CHOICE" 2>/dev/null)" = private ]; }
engine_responds() { docker version >/dev/null 2>&1; }

# Prints "container NAME (project PROJECT)" for the containers of other projects, one a line.
other_containers() {
  local project name
  engine_responds || return 0
  docker ps --all --format '{{or (.Label "com.docker.compose.project") "-"}} {{.Names}}' |
    while read -r project name; do
      case $project in
      "$QUICKSTART_PROJECT") ;;
      -) printf 'container %s\n' "$name" ;;
      *) printf 'container %s (project %s)\n' "$name" "$project" ;;
      esac
    done
}

# Prints "volume NAME (SIZE)" for the named volumes of other projects, one a line; the engine need not run.
other_volumes() {
  local folder name
  for folder in "$CHECKOUT"/.engine/data/docker/volumes/*/_data; do
    name=$(basename "$(dirname "$folder")")
    # 64 digits: a volume without a name, which belongs to a container
    if [ ! -d "$folder" ] || [[ $name == "$QUICKSTART_PROJECT"-* || $name =~ ^[0-9a-f]{64}$ ]]; then continue; fi
    printf 'volume %s (%s)\n' "$name" "$(du -xsh "$folder" | cut -f1)"
  done
}
