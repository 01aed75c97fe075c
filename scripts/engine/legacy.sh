#!/usr/bin/env bash
# The Docker Engine (20.10) and Compose (1.29) of Debian 12, unpacked beside the private engine: for tests of versions
# that are too old.

LEGACY_ENGINE=(docker.io containerd runc libdevmapper1.02.1 procps libproc2-0 libseccomp2 tini slirp4netns libslirp0
  libglib2.0-0 libpcre2-8-0 iptables
  libip4tc2 libip6tc2 libxtables12 libnftnl11 libmnl0 libnfnetlink0 libnetfilter-conntrack3)

legacy_recipe() { printf '%s\n' "2 ${LEGACY_ENGINE[*]}"; }
legacy_is_done() { [ "$(cat "$(get_marker)" 2>/dev/null)" = "$(legacy_recipe)" ] && [ -x "$ENGINE_ROOT/usr/sbin/dockerd" ]; }

legacy_get() {
  rm -rf "$(get_marker)" "$ENGINE_ROOT" "$ENGINE_BIN" "$ENGINE_CLI" "$ENGINE_HOME/compose"
  apt_root bookworm
  apt_download bookworm "$ENGINE_HOME/debs" "${LEGACY_ENGINE[@]}"
  apt_unpack "$ENGINE_ROOT" "$ENGINE_HOME/debs"/*.deb
  # Compose 1.29 is a Python program; it comes with its interpreter and C library
  apt_closure bookworm "$ENGINE_HOME/closure" docker-compose
  apt_unpack "$ENGINE_HOME/compose" "$ENGINE_HOME/closure"/*.deb
  get_wrappers
  # this dockerd needs libdevmapper, which a minimal Debian does not have
  ln -sf .with-own-libraries "$ENGINE_BIN/dockerd"
  legacy_cli
  rm -rf "$ENGINE_HOME/debs" "$ENGINE_HOME/closure"
  legacy_recipe >"$(get_marker)"
}

# DOCKER_CONFIG directories, one per kind of Compose: cli (no Compose), cli-v1 (the real 1.29 instead of the plugin) and
# cli-v2 (a plugin that reports 2.17, older than inline configs).
legacy_cli() {
  local kind
  mkdir -p "$ENGINE_CLI/bin" "$ENGINE_HOME"/cli-{v1,v2}/cli-plugins
  ln -sf ../../root/usr/bin/docker "$ENGINE_CLI/bin/docker"
  cp "$ENGINE_SCRIPTS/legacy-compose-v1" "$ENGINE_CLI/bin/docker-compose"
  for kind in v1 v2; do
    cp "$ENGINE_SCRIPTS/legacy-compose-$kind" "$ENGINE_HOME/cli-$kind/cli-plugins/docker-compose"
  done
}
