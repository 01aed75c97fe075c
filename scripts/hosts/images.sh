#!/usr/bin/env bash
# The disk that every host starts with: a Docker data directory with the base images. Sourced, not run.

HOSTS_TEMPLATE=h0

# hosts_archive: saves the base images of the private engine, unless this was done. Restores the state of the engine.
hosts_archive() {
  local was=up
  if [ -s "$ENGINE_HOME/images.tar" ] && [ "$(cat "$ENGINE_HOME/images.saved")" = "$(base_images)" ]; then return 0; fi
  "$CHECKOUT/scripts/engine.sh" status >/dev/null || was=down
  "$CHECKOUT/scripts/engine.sh" images --yes
  # shellcheck disable=SC2046 # one name a word
  (engine_context "$CHECKOUT" && engine_docker save $(base_images)) >"$ENGINE_HOME/images.tar"
  base_images >"$ENGINE_HOME/images.saved"
  if [ "$was" = down ]; then "$CHECKOUT/scripts/engine.sh" down; fi
}

# hosts_template: makes the disk from the archive, with a host that is stopped properly afterwards. If rma is built, the disk
# also has its worker image, so that not every host builds it.
hosts_template() {
  local start
  if template_is_done; then return 0; fi
  start=$(ui_now)
  rm -rf "$(host_disk "$HOSTS_TEMPLATE")" "$ENGINE_HOME/images.done"
  host_start "$HOSTS_TEMPLATE"
  host_in "$HOSTS_TEMPLATE" docker load --quiet <"$ENGINE_HOME/images.tar" >/dev/null
  if [ -d "$CHECKOUT/dist" ]; then worker_image; fi
  host_stop "$HOSTS_TEMPLATE"
  template_recipe >"$ENGINE_HOME/images.done"
  ui_done "$start" "disk with the images of hosts"
}

# rma builds its image before it looks into a volume.
worker_image() {
  host_in "$HOSTS_TEMPLATE" docker volume create rma-models >/dev/null
  host_in "$HOSTS_TEMPLATE" env RMA_WORKER_BASE="$(node_image)" "$(command -v node)" "$CHECKOUT/dist/cli/main.js" volumes check --progress none >/dev/null
}

node_image() { cat "$HOSTS_ENGINE_HOME/images/node"; }
base_images() { printf '%s ' "$(node_image)" "$(cat "$HOSTS_ENGINE_HOME/images/llama-server")" 2>/dev/null; }
template_recipe() {
  base_images
  find "$CHECKOUT/dist/image" -type f -print0 2>/dev/null | sort -z | xargs -0r sha256sum
}
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
