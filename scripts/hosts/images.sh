#!/usr/bin/env bash
# The disk that every host starts with: a Docker data directory with the base images. Sourced, not run.

HOSTS_TEMPLATE=h0

# hosts_archive: saves the base images of the private engine, unless the disk has them. Restores the state of the engine.
hosts_archive() {
  local was=up
  if template_is_done; then return 0; fi
  "$CHECKOUT/scripts/engine.sh" status >/dev/null || was=down
  "$CHECKOUT/scripts/engine.sh" images --yes
  # shellcheck disable=SC2046 # one name a word
  (engine_context "$CHECKOUT" && engine_docker save $(template_recipe)) >"$ENGINE_HOME/images.tar"
  if [ "$was" = down ]; then "$CHECKOUT/scripts/engine.sh" down; fi
}

# hosts_template: makes the disk from the archive, with a host that is stopped properly afterwards
hosts_template() {
  local start
  if template_is_done; then return 0; fi
  start=$(ui_now)
  rm -rf "$(host_disk "$HOSTS_TEMPLATE")" "$ENGINE_HOME/images.done"
  host_start "$HOSTS_TEMPLATE"
  host_in "$HOSTS_TEMPLATE" docker load --quiet <"$ENGINE_HOME/images.tar" >/dev/null
  host_stop "$HOSTS_TEMPLATE"
  rm "$ENGINE_HOME/images.tar"
  template_recipe >"$ENGINE_HOME/images.done"
  ui_done "$start" "disk with the base images"
}

template_recipe() { printf '%s ' "$(cat "$HOSTS_ENGINE_HOME/images/node")" "$(cat "$HOSTS_ENGINE_HOME/images/llama-server")" 2>/dev/null; }
template_is_done() { [ -s "$ENGINE_HOME/images.done" ] && [ "$(cat "$ENGINE_HOME/images.done")" = "$(template_recipe)" ]; }

# host_new_disk NAME: layers are hard links, because no program writes to them; everything else is a copy
host_new_disk() {
  local disk template
  disk=$(host_disk "$1")
  template=$(host_disk "$HOSTS_TEMPLATE")/docker
  mkdir -p "$disk/docker"
  if [ "$1" = "$HOSTS_TEMPLATE" ] || host_is_legacy; then return 0; fi
  cp -a "$template/image" "$disk/docker"
  cp -al "$template/overlay2" "$disk/docker"
}

hosts_remove_disks() { find "$ENGINE_HOME" -maxdepth 1 -name 'h[1-9]' -exec rm -rf --one-file-system {} +; }
