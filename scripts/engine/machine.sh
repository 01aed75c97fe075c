#!/usr/bin/env bash
# What the first process of an engine does in its own network and mount namespaces, before dockerd. Sourced, not run.
# Reads its settings from the environment (context.sh).

# The machine's resolver may listen on the loopback of another namespace, so name lookups go through slirp4netns.
# resolv.conf may be a link into /run, which is empty from here on.
own_run_folder() {
  local resolver
  resolver=$(readlink -m /etc/resolv.conf)
  mount -t tmpfs -o mode=755 tmpfs /run
  mkdir -p /run/containerd
  case $resolver in /run/*) mkdir -p "${resolver%/*}" && touch "$resolver" ;; esac
  if [ -e "$resolver" ]; then mount --bind "$ENGINE_RUN/resolv.conf" "$resolver"; fi
}

# /sys shows the links of the network namespace that it was mounted in; dockerd needs those of its own bridges. The
# cgroups remain those of this machine.
own_sys_folder() {
  mkdir /run/sys
  mount --rbind /sys /run/sys
  mount -t sysfs sysfs /sys
  mount --rbind /run/sys/fs/cgroup /sys/fs/cgroup
  umount --lazy /run/sys
  rmdir /run/sys
}

# Started here and not by dockerd, because only a configuration file stops it from creating /opt/containerd.
start_containerd() {
  cat >/run/containerd.toml <<TOML
version = 2
root = "$ENGINE_DATA/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime", "io.containerd.nri.v1.nri", "io.containerd.podsandbox.controller.v1.podsandbox"]
[grpc]
  address = "/run/containerd/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "$ENGINE_DATA/containerd-opt"
TOML
  containerd --config /run/containerd.toml --log-level warn >>"$ENGINE_LOGS/containerd.log" 2>&1 </dev/null &
}
