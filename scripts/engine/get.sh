#!/usr/bin/env bash
# Downloads and unpacks the engine's packages into .engine/. Nothing is installed.

# From forky: Docker 28 with Compose 2.40. Programs that are linked with the C library come from bookworm, so that they
# run on Debian 12.
GET_FORKY=(docker.io docker-cli docker-compose docker-buildx containerd tini-static)
# ps is for `docker top`.
GET_BOOKWORM=(runc procps libproc2-0 libseccomp2 slirp4netns libslirp0 libglib2.0-0 libpcre2-8-0 iptables
  libip4tc2 libip6tc2 libxtables12 libnftnl11 libmnl0 libnfnetlink0 libnetfilter-conntrack3)
GET_IPTABLES=(iptables ip6tables iptables-save iptables-restore ip6tables-save ip6tables-restore)

# The marker is written last. If it is missing or has another list, the packages are unpacked again.
get_marker() { printf '%s/get.done' "$ENGINE_HOME"; }
get_recipe() { printf '%s\n' "2 ${GET_FORKY[*]} ${GET_BOOKWORM[*]}"; }
get_is_done() { [ "$(cat "$(get_marker)" 2>/dev/null)" = "$(get_recipe)" ] && [ -x "$ENGINE_ROOT/usr/sbin/dockerd" ]; }

get_engine() {
  local debs=$ENGINE_HOME/debs
  rm -rf "$(get_marker)" "$ENGINE_ROOT" "$ENGINE_BIN" "$ENGINE_CLI"
  all_of 'apt_root forky' 'apt_root bookworm'
  all_of 'get_debs forky' 'get_debs bookworm'
  apt_unpack "$ENGINE_ROOT" "$debs"/*.deb
  get_wrappers
  get_cli
  rm -rf "$debs"
  get_recipe >"$(get_marker)"
}

get_debs() {
  case $1 in
  forky) apt_download forky "$ENGINE_HOME/debs" "${GET_FORKY[@]}" ;;
  bookworm) apt_download bookworm "$ENGINE_HOME/debs" "${GET_BOOKWORM[@]}" ;;
  esac
}

# Wrappers for the programs from bookworm, which have their own libraries. They use paths relative to themselves, so a
# checkout can be moved and its path can contain spaces.
get_wrappers() {
  local name
  mkdir -p "$ENGINE_BIN"
  cp "$ENGINE_SCRIPTS/with-own-libraries" "$ENGINE_BIN/.with-own-libraries"
  for name in runc ps slirp4netns "${GET_IPTABLES[@]}"; do ln -sf .with-own-libraries "$ENGINE_BIN/$name"; done
}

# The part for a user's shell: the client and its plugins, not the daemon's tools.
get_cli() {
  local plugin
  mkdir -p "$ENGINE_CLI"/{bin,cli-plugins}
  ln -sf ../../root/usr/bin/docker "$ENGINE_CLI/bin/docker"
  for plugin in compose buildx; do
    ln -sf "../../root/usr/libexec/docker/cli-plugins/docker-$plugin" "$ENGINE_CLI/cli-plugins/docker-$plugin"
    [ -x "$ENGINE_CLI/cli-plugins/docker-$plugin" ] || ui_fail 1 "the packages do not contain the docker-$plugin plugin" "rm -rf '$ENGINE_HOME' and run this again"
  done
}
