#!/usr/bin/env bash
# First process of the engine's own network and mount namespaces; becomes dockerd.
# Gets its settings from the environment (context.sh).
set -euo pipefail

export PATH=${ENGINE_GPUS:+$ENGINE_GPUS/bin:}$ENGINE_PATH:/usr/sbin:/usr/bin:/sbin:/bin

# The machine's resolver may listen on a loopback that is not ours: name lookups go through slirp4netns.
# The file may be a link into /run, which is empty from here on.
own_run_folder() {
  local resolver
  resolver=$(readlink -m /etc/resolv.conf)
  mount -t tmpfs -o mode=755 tmpfs /run
  mkdir -p /run/containerd
  case $resolver in /run/*) mkdir -p "${resolver%/*}" && touch "$resolver" ;; esac
  if [ -e "$resolver" ]; then mount --bind "$ENGINE_RUN/resolv.conf" "$resolver"; fi
}

# /sys shows the links of the network namespace it was mounted in, and dockerd reads those of its bridges. The cgroups
# stay as they are on this machine.
own_sys_folder() {
  mkdir /run/sys
  mount --rbind /sys /run/sys
  mount -t sysfs sysfs /sys
  mount --rbind /run/sys/fs/cgroup /sys/fs/cgroup
  umount --lazy /run/sys
  rmdir /run/sys
}

# Started by us and not by dockerd, because only a config file of ours keeps it from making /opt/containerd.
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
printf '%s' "$ENGINE_SETTINGS" >/run/dockerd.json # the machine's own /etc/docker/daemon.json is not for us

# cgroupfs whatever the machine has: systemd does not know this engine, and its cgroup must go with it
# host-gateway-ip: slirp4netns passes connections to this address on to the user's own loopback, so that
# host.docker.internal means there what it means with an ordinary engine and a service on all addresses
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
