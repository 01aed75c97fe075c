#!/usr/bin/env bash
# Starts, enters and ends hosts, inside of `scripts/hosts.sh run`. Sourced, not run.

# hosts_network: what runs in this namespace is the machine of the user: at HOSTS_NET.1, with a home directory and a key of its
# own. Its files are in memory.
hosts_network() {
  local home=$ENGINE_RUN/user/home n
  mount --make-rprivate /
  mount -t proc proc /proc
  mount -t tmpfs -o mode=755 tmpfs "$ENGINE_RUN"
  mkdir -p -m 700 "$home/.ssh"
  "$HOSTS_IP" link set lo up
  "$HOSTS_IP" link add hosts type bridge
  "$HOSTS_IP" addr add "$HOSTS_NET.1/24" dev hosts
  "$HOSTS_IP" addr add "$HOSTS_NET6:1/64" dev hosts nodad
  "$HOSTS_IP" link set hosts up
  "$HOSTS_SSH/ssh-keygen" -q -t ed25519 -N '' -C '' -f "$home/.ssh/id_ed25519"
  printf 'StrictHostKeyChecking yes\n' >"$home/.ssh/config"
  printf '127.0.0.1 localhost\n' >"$ENGINE_RUN/hosts"
  for n in 1 2 3 4 5 6 7 8 9; do printf '%s h%s\n' "$(host_address "h$n")" "$n" >>"$ENGINE_RUN/hosts"; done
  printf 'nameserver 127.0.0.1\n' >"$ENGINE_RUN/resolv.conf"
  own_etc "$ENGINE_RUN/user"
}

# own_etc FOLDER: accounts with this home directory, and the names of the hosts. OpenSSH reads the home directory from there.
own_etc() {
  printf 'root:x:0:0:root:%s:/bin/bash\nsshd:x:101:65534::/run/sshd:/usr/sbin/nologin\n' "$1/home" >"$1/passwd"
  printf 'root:*:20000:0:99999:7:::\nsshd:*:20000:0:99999:7:::\n' >"$1/shadow"
  chmod 600 "$1/shadow"
  mount --bind "$1/passwd" /etc/passwd
  mount --bind "$1/shadow" /etc/shadow
  mount --bind "$ENGINE_RUN/hosts" /etc/hosts
}

# hosts_command COMMAND…: runs it as the user of that machine, with an environment of its own
hosts_command() {
  local images
  hosts_template
  images=$("$CHECKOUT/scripts/engine.sh" env --images)
  eval "$images"
  unset DOCKER_HOST DOCKER_CONTEXT DOCKER_CONFIG XDG_STATE_HOME XDG_CONFIG_HOME XDG_RUNTIME_DIR SSH_AUTH_SOCK
  export RMA_HOSTS=$ENGINE_ID HOME=$ENGINE_RUN/user/home PATH=$HOSTS_SSH:$HOSTS_CLI/bin:$PATH
  "$@"
}

hosts_start() {
  local name pids=()
  if [ $# -eq 0 ]; then set -- h1 h2; fi
  for name in "$@"; do
    [[ $name =~ ^h[1-9]$ ]] || ui_fail 2 "a host cannot be named '$name'" "Names are h1 to h9."
    host_start "$name" &
    pids+=($!)
  done
  for name in "${pids[@]}"; do wait "$name"; done
}

# host_start NAME: returns when its engine and its SSH server answer
host_start() {
  local name=$1 folder
  folder=$(host_folder "$name")
  if host_lives "$name"; then return 0; fi
  if [ ! -e "$folder" ]; then host_create "$name"; fi
  rm -f "$folder"/{ready,stopping}
  HOST_NAME=$name HOST_FOLDER=$folder HOST_DISK=$(host_disk "$name") HOST_ADDRESS=$(host_address "$name") \
    HOST_ADDRESS6=$(host_address6 "$name") \
    HOST_CLI=$(host_cli) HOST_PATH=$(host_path) HOST_GPUS=${RMA_HOST_GPUS:-} HOST_IP=$HOSTS_IP \
    setsid unshare --net --mount --pid --uts --ipc --fork --kill-child bash "$CHECKOUT/scripts/hosts/inside.sh" \
    >>"$folder/log/start.log" 2>&1 </dev/null &
  printf '%s' $! >"$folder/pid"
  # this shell prints nothing when the host is killed
  disown
  wait_for 20 host_connect "$name" && wait_for "${ENGINE_START_SECONDS:-60}" host_settled "$name" || true
  if [ -e "$folder/ready" ] && wait_for 20 host_is_reachable "$name"; then return 0; fi
  tail -n 15 "$folder"/log/*.log >&2
  ui_fail 1 "host $name did not start" "The ends of its logs are above; they are in $folder/log."
}

# the programs of its engine, and its client
host_path() { if host_is_legacy; then printf '%s' "$HOSTS_LEGACY_PATH"; else printf '%s' "$HOSTS_PATH"; fi; }
host_cli() { if host_is_legacy; then printf '%s' "$HOSTS_LEGACY_CLI"; else printf '%s' "$HOSTS_CLI"; fi; }
host_is_legacy() { [ "${RMA_HOST_ENGINE:-}" = legacy ]; }

# host_create NAME: a new disk, a new home directory, a new host key that the user knows
host_create() {
  local folder
  folder=$(host_folder "$1")
  host_new_disk "$1"
  mkdir -p -m 700 "$folder/home/.ssh" "$folder/home/.docker"
  mkdir -p "$folder"/{log,bin,sshd.d}
  # the old client has no Compose
  if ! host_is_legacy; then ln -s "$HOSTS_CLI/cli-plugins" "$folder/home/.docker/cli-plugins"; fi
  cp "$ENGINE_RUN/user/home/.ssh/id_ed25519.pub" "$folder/home/.ssh/authorized_keys"
  cp "$CHECKOUT/scripts/hosts/date" "$folder/bin/date"
  if [ -n "${RMA_HOST_DISK:-}" ]; then
    mkdir "$(host_disk "$1")/docker/volumes"
    mount -t tmpfs -o "size=$RMA_HOST_DISK,mode=701" tmpfs "$(host_disk "$1")/docker/volumes"
  fi
  "$HOSTS_SSH/ssh-keygen" -q -t ed25519 -N '' -C '' -f "$folder/host_key"
  host_trust "$1"
}

# host_trust NAME: the user knows this key of it and no other. Hosts start side by side.
host_trust() {
  local known=$ENGINE_RUN/user/home/.ssh/known_hosts key lock
  key=$(cat "$(host_folder "$1")/host_key.pub")
  exec {lock}>"$ENGINE_RUN/known_hosts.lock"
  flock "$lock"
  host_distrust "$1"
  printf '%s %s\n' "$1" "$key" "$(host_address "$1")" "$key" "$(host_address6 "$1")" "$key" >>"$known"
  exec {lock}>&-
}

host_distrust() {
  local known=$ENGINE_RUN/user/home/.ssh/known_hosts
  if [ ! -e "$known" ]; then return 0; fi
  awk -v name="$1" -v v4="$(host_address "$1")" -v v6="$(host_address6 "$1")" '$1 != name && $1 != v4 && $1 != v6' "$known" >"$known.new"
  mv "$known.new" "$known"
}

# host_connect NAME: gives the host its network card
host_connect() {
  local pid
  pid=$(host_pid "$1") || return 1
  "$HOSTS_IP" link del "to-$1" 2>/dev/null || true
  "$HOSTS_IP" link add "to-$1" type veth peer name eth0 netns "$pid" 2>/dev/null || return 1
  "$HOSTS_IP" link set "to-$1" master hosts up
}

# host_link NAME up|down: the network card needs a moment
host_link() {
  "$HOSTS_IP" link set "to-$1" "$2"
  if [ "$2" = up ]; then wait_for 20 host_is_reachable "$1"; fi
}
host_is_reachable() { (exec 3<>"/dev/tcp/$(host_address "$1")/22") 2>/dev/null; }

# host_pid NAME: the first process of the host, in this PID namespace; fails when it does not run in namespaces of its own yet
host_pid() {
  local starter pid
  starter=$(cat "$(host_folder "$1")/pid" 2>/dev/null) || return 1
  pid=$(cat "/proc/$starter/task/$starter/children" 2>/dev/null) || return 1
  [ -n "$pid" ] || return 1
  printf '%s' "${pid%% *}"
}
host_lives() { host_pid "$1" >/dev/null; }
host_settled() { [ -e "$(host_folder "$1")/ready" ] || ! host_lives "$1"; }

# host_in NAME COMMAND…
host_in() {
  local name=$1 pid
  shift
  pid=$(host_pid "$name") || ui_fail 1 "host $name does not run" "scripts/hosts.sh start $name"
  nsenter --target "$pid" --all env HOME="$(host_folder "$name")/home" PATH="$(cat "$(host_folder "$name")/path"):$HOSTS_PATH" "$@"
}

hosts_kill() {
  local name
  for name in "$@"; do
    if ! host_lives "$name"; then continue; fi
    kill -KILL "$(cat "$(host_folder "$name")/pid")"
    wait_for 10 host_is_gone "$name"
  done
}
host_is_gone() { ! host_lives "$1" && [ ! -e "/proc/$(cat "$(host_folder "$1")/pid")" ]; }

# hosts_remove NAME…: its host key is no longer known either
hosts_remove() {
  local name
  for name in "$@"; do
    hosts_kill "$name"
    umount "$(host_disk "$name")/docker/volumes" 2>/dev/null || true
    rm -rf --one-file-system "$(host_disk "$name")" "$(host_folder "$name")"
    host_distrust "$name"
  done
}

# host_stop NAME: stops its engine first, which completes its files
host_stop() {
  touch "$(host_folder "$1")/stopping"
  host_in "$1" sh -c 'kill -TERM "$(cat /run/docker.pid)"'
  wait_for 20 host_engine_ended "$1"
  hosts_kill "$1"
}
host_engine_ended() { ! host_in "$1" test -e /run/docker.pid; }
