#!/usr/bin/env bash
# Starts the engine: dockerd and containerd in namespaces of their own, slirp4netns for the way out, the forwarder.

# Restarts helpers that ended, without touching the containers. Replaces a daemon that does not respond or has other GPUs
# than requested.
engine_up() {
  if ! engine_answers || ! has_gpus_as_asked; then
    stop_gently dockerd 15
    engine_clean
    # /tmp is writable for all users: mkdir fails if another user has created a directory of this name
    mkdir -m 700 "$ENGINE_RUN" || ui_fail 3 "$ENGINE_RUN belongs to another user" "rm -rf $ENGINE_RUN"
    mkdir -p "$ENGINE_DATA" "$ENGINE_LOGS"
    printf '%s' "$ENGINE_GPUS" >"$ENGINE_RUN/gpus"
    start_daemon
  fi
  engine_part_lives slirp4netns || start_network
  engine_part_lives forward-inside || start_forward_inside
  engine_part_lives forward-outside || start_forward_outside
  wait_until_ready
}

# A daemon detects GPUs only when it starts.
has_gpus_as_asked() { [ "$(cat "$ENGINE_RUN/gpus" 2>/dev/null)" = "$ENGINE_GPUS" ]; }

# Containers restart if their restart policy requires it, as after a reboot.
engine_restart() {
  stop_gently forward-outside 3
  stop_gently dockerd 15
  engine_clean
  engine_up
}

# engine_part_lives PART: process ids are reused, so the process must also have the mark
engine_part_lives() {
  local pid
  pid=$(cat "$ENGINE_RUN/$1.pid" 2>/dev/null) && [ -n "$pid" ] && is_ours "$pid"
}

# in_background PART COMMAND…: starts it with the mark, in a session of its own and without the caller's files, so that
# it outlives the calling shell
in_background() {
  local part=$1
  shift
  (
    close_inherited_files
    exec env "ENGINE_PROCESS_OF=$ENGINE_ID" setsid "$@"
  ) >>"$ENGINE_LOGS/$part.log" 2>&1 </dev/null &
  printf '%s' $! >"$ENGINE_RUN/$part.pid"
}

# A daemon that inherits the caller's open files would also hold its locks and pipes.
close_inherited_files() {
  local fd
  for fd in /proc/"$BASHPID"/fd/*; do
    fd=${fd##*/}
    if [ "$fd" -gt 2 ]; then eval "exec $fd>&-"; fi
  done
}

start_daemon() {
  rm -f "$ENGINE_LOGS"/{dockerd,containerd,slirp4netns,forward-inside,forward-outside}.log
  printf 'nameserver 10.0.2.3\n' >"$ENGINE_RUN/resolv.conf"
  # slave: later mounts of this machine are visible to containers; mounts of the engine are not visible here
  in_background dockerd unshare --net --mount --propagation slave bash "$ENGINE_SCRIPTS/inside.sh"
  wait_for 10 in_own_namespace || ui_fail 1 "the engine's network namespace was not created" "See $ENGINE_LOGS/dockerd.log"
}

daemon_pid() { cat "$ENGINE_RUN/dockerd.pid"; }
in_own_namespace() { [ "$(readlink "/proc/$(daemon_pid)/ns/net")" != "$(readlink /proc/self/ns/net)" ]; }

# Outbound connections in user space: no bridge, firewall rule or forwarding on the machine itself.
start_network() {
  in_background slirp4netns "$ENGINE_BIN/slirp4netns" --configure --mtu=65520 --netns-type=path "/proc/$(daemon_pid)/ns/net" tap0
}

start_forward_inside() {
  in_background forward-inside nsenter --target "$(daemon_pid)" --net "$(command -v node)" \
    "$ENGINE_SCRIPTS/forwarder.mjs" inside "$ENGINE_RUN/forward.sock"
}

start_forward_outside() {
  in_background forward-outside "$(command -v node)" \
    "$ENGINE_SCRIPTS/forwarder.mjs" outside "$ENGINE_RUN/forward.sock" "$ENGINE_SOCKET"
}

wait_until_ready() {
  wait_for "${ENGINE_START_SECONDS:-60}" engine_settled || true
  if engine_serves; then return 0; fi
  tail -n 12 "$ENGINE_LOGS"/{containerd,dockerd,slirp4netns}.log >&2 || true
  describe_processes >&2
  ui_error "the private Docker Engine did not start" "The end of its logs is above; the logs are in $ENGINE_LOGS" \
    "To start over: scripts/engine.sh purge, then scripts/engine.sh up"
  engine_clean
  exit 1
}

# Prints what each process of the engine waits for: a daemon that hangs before its first line leaves empty logs.
describe_processes() {
  local pid
  for pid in $(engine_processes); do
    printf 'process %s (%s), state %s\n' "$pid" "$(cat "/proc/$pid/comm")" "$(sed -n 's/^State:[[:space:]]*//p' "/proc/$pid/status")"
    sed 's/^/    /' "/proc/$pid/stack"
  done 2>/dev/null || true
}

# Either it serves, or a part has ended and it never will.
engine_settled() { engine_serves || ! { engine_part_lives dockerd && engine_part_lives slirp4netns; }; }
engine_serves() { engine_answers && has_way_out; }
has_way_out() { grep -qs '^tap0' "/proc/$(daemon_pid)/net/route"; }

# wait_for SECONDS COMMAND…: polls until the command succeeds or the time has passed
wait_for() {
  local end=$(($(uptime_seconds) + $1))
  shift
  until "$@"; do
    if [ "$(uptime_seconds)" -ge "$end" ]; then return 1; fi
    sleep 0.05
  done
}

# Not bash's SECONDS: it follows the wall clock, and jumps when a suspended or resumed machine sets its time.
uptime_seconds() {
  local uptime
  read -r uptime _ </proc/uptime
  printf '%s' "${uptime%.*}"
}
