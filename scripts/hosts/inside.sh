#!/usr/bin/env bash
# First process of a host, in namespaces of its own. Reads its settings from the environment (machines.sh).
set -euo pipefail

# shellcheck source=/dev/null
. "$ENGINE_SCRIPTS/machine.sh"
# shellcheck source=/dev/null
. "$CHECKOUT/scripts/hosts/machines.sh"

main() {
  mount --make-rprivate /
  mount -t proc proc /proc
  hostname "$HOST_NAME"
  own_etc "$HOST_FOLDER"
  export PATH=$HOST_PATH:/usr/sbin:/usr/bin:/sbin:/bin ENGINE_DATA=$HOST_DISK ENGINE_LOGS=$HOST_FOLDER/log
  # a cgroup that a loss of power left
  find /sys/fs/cgroup -depth -type d -path "*/$ENGINE_ID/$HOST_NAME/*" -exec rmdir {} + 2>/dev/null || true
  own_run_folder
  own_sys_folder
  # as on a machine: otherwise dockerd mounts its directory once more, without the volumes
  mount --make-rshared /
  network
  start_containerd
  keep sshd "$HOSTS_SSH/sshd" -D -f "$HOST_FOLDER/sshd_config" -E "$HOST_FOLDER/log/sshd.log"
  keep dockerd start_dockerd
  until "$HOSTS_DOCKER" version >/dev/null 2>&1; do sleep 0.1; done
  touch "$HOST_FOLDER/ready"
  # all that starts here becomes a child of this shell in the end
  while :; do wait || true; sleep 1000 & done
}

network() {
  "$HOST_IP" link set lo up
  until "$HOST_IP" link set eth0 up 2>/dev/null; do sleep 0.05; done
  "$HOST_IP" addr add "$HOST_ADDRESS/24" dev eth0
  "$HOST_IP" addr add "$HOST_ADDRESS6/64" dev eth0 nodad
  "$HOST_IP" route add default via "$HOSTS_NET.1"
  sshd_config >"$HOST_FOLDER/sshd_config"
  mkdir /run/sshd
}

sshd_config() {
  local path=$HOST_FOLDER/bin:${HOST_GPUS:+$HOST_GPUS/smi:}$HOST_CLI/bin:/usr/sbin:/usr/bin:/sbin:/bin
  printf '%s' "$path" >"$HOST_FOLDER/path"
  cat <<CONFIG
Include $HOST_FOLDER/sshd.d/*.conf
ListenAddress $HOST_ADDRESS
ListenAddress $HOST_ADDRESS6
HostKey $HOST_FOLDER/host_key
StrictModes no
PermitRootLogin yes
PasswordAuthentication no
KbdInteractiveAuthentication no
PidFile /run/sshd.pid
SetEnv "PATH=$path"
LogLevel VERBOSE
CONFIG
}

# keep NAME COMMAND…: starts it again when it ends, as an init system does
keep() {
  local name=$1
  shift
  (until [ -e "$HOST_FOLDER/stopping" ]; do
    "$@" >>"$HOST_FOLDER/log/$name.log" 2>&1 </dev/null || true
    sleep 0.2
  done) &
}

start_dockerd() {
  printf '%s' "{${HOST_GPUS:+\"cdi-spec-dirs\": [\"$HOST_GPUS/cdi\"]}}" >/run/dockerd.json
  PATH=${HOST_GPUS:+$HOST_GPUS/bin:}$PATH dockerd \
    --config-file /run/dockerd.json \
    --data-root "$HOST_DISK/docker" \
    --exec-root /run/docker \
    --pidfile /run/docker.pid \
    --containerd /run/containerd/containerd.sock \
    --host unix:///run/docker.sock \
    --group "$(id -gn)" \
    --cgroup-parent "/$ENGINE_ID/$HOST_NAME" \
    --exec-opt native.cgroupdriver=cgroupfs \
    --bip 172.30.0.1/24 \
    --default-address-pool base=172.31.0.0/16,size=24
}

main
