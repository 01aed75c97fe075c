#!/usr/bin/env bash
# First process in the engine's own network and mount namespaces; becomes dockerd.
# Reads its settings from the environment (context.sh).
set -euo pipefail

export PATH=${ENGINE_GPUS:+$ENGINE_GPUS/bin:}$ENGINE_PATH:/usr/sbin:/usr/bin:/sbin:/bin

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

own_run_folder
own_sys_folder
start_containerd
printf '%s' "$ENGINE_SETTINGS" >/run/dockerd.json # instead of the machine's own /etc/docker/daemon.json

# cgroupfs, whatever the machine uses: systemd does not manage this engine, and its cgroup is removed with it
# host-gateway-ip: slirp4netns forwards connections to this address to the user's own loopback, so
# host.docker.internal reaches the same services as with an ordinary engine
exec dockerd \
  --config-file /run/dockerd.json \
  --data-root "$ENGINE_DATA/docker" \
  --exec-root /run/docker \
  --pidfile /run/docker.pid \
  --containerd /run/containerd/containerd.sock \
  --host "unix://$ENGINE_SOCKET" \
  --group "$(id -gn)" \
  --cgroup-parent "/$ENGINE_ID" \
  --exec-opt native.cgroupdriver=cgroupfs \
  --bip "$ENGINE_SUBNET.0.1/24" \
  --default-address-pool "base=$ENGINE_SUBNET.128.0/17,size=24" \
  --dns 10.0.2.3 \
  --host-gateway-ip 10.0.2.2
