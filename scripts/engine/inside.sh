#!/usr/bin/env bash
# First process in the engine's own network and mount namespaces; becomes dockerd.
# Reads its settings from the environment (context.sh).
set -euo pipefail

export PATH=${ENGINE_GPUS:+$ENGINE_GPUS/bin:}$ENGINE_PATH:/usr/sbin:/usr/bin:/sbin:/bin

# shellcheck source=/dev/null
. "${BASH_SOURCE[0]%/*}/machine.sh"

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
