#!/usr/bin/env bash
# Names and directories of this checkout's private engine. Sourced by engine.sh.
# All are derived from the path of the checkout, so two checkouts on one machine never conflict.

# engine_context CHECKOUT [legacy]
engine_context() {
  local checkout=$1 variant=${2:-} digest
  ENGINE_VARIANT=$variant
  digest=$(printf '%s' "$checkout" | sha256sum)
  digest=${digest:0:8}
  # Persistent state: packages, images, volumes, logs.
  ENGINE_TOP=$checkout/.engine
  APT_TOP=$ENGINE_TOP/apt
  ENGINE_HOME=$ENGINE_TOP${variant:+/$variant}
  # One name for the cgroup, the mark in the environment of each process, and the run directory.
  ENGINE_ID=rma-$digest${variant:+-$variant}
  # Sockets are in a short path: a socket's path has at most 107 bytes, and a checkout's may be longer.
  ENGINE_RUN=/tmp/$ENGINE_ID
  ENGINE_SOCKET=$ENGINE_RUN/docker.sock
  ENGINE_ROOT=$ENGINE_HOME/root
  ENGINE_BIN=$ENGINE_HOME/bin
  ENGINE_CLI=$ENGINE_HOME/cli
  ENGINE_DATA=$ENGINE_HOME/data
  ENGINE_LOGS=$ENGINE_HOME/logs
  ENGINE_PATH=$ENGINE_BIN:$ENGINE_ROOT/usr/bin:$ENGINE_ROOT/usr/sbin:$ENGINE_ROOT/usr/libexec/docker
  # 20.10 creates /etc/docker for a key that is no longer used; newer engines have neither the key nor the setting
  ENGINE_SETTINGS={}
  # shellcheck disable=SC2089 # the quotes are JSON's
  if [ "$variant" = legacy ]; then ENGINE_SETTINGS='{"deprecated-key-path": "/run/docker-key.json"}'; fi
  # a directory of stand-in GPUs: bin/ is on the daemon's PATH, cdi/ has its device specifications
  ENGINE_GPUS=
  if [ -z "$variant" ]; then ENGINE_GPUS=${RMA_ENGINE_GPUS:-}; fi
  # shellcheck disable=SC2089
  if [ -n "$ENGINE_GPUS" ]; then ENGINE_SETTINGS='{"cdi-spec-dirs": ["'$ENGINE_GPUS'/cdi"]}'; fi
  ENGINE_SUBNET=$(engine_subnet $((16#${digest:0:2})))
  # shellcheck disable=SC2090
  export ENGINE_VARIANT ENGINE_ID ENGINE_RUN ENGINE_SOCKET ENGINE_DATA ENGINE_LOGS ENGINE_PATH ENGINE_SETTINGS ENGINE_SUBNET ENGINE_GPUS
}

# engine_subnet N: prints the first two bytes of a /16 in 10.100-10.227, starting at N. It skips networks that this
# machine routes elsewhere, because containers could not reach them.
engine_subnet() {
  local start=$1 i second
  for ((i = 0; i < 128; i++)); do
    second=$((100 + (start + i) % 128))
    # /proc/net/route has addresses in hex, lowest byte first
    if ! grep -qsiE "^[^[:space:]]+[[:space:]]+[0-9A-F]{4}$(printf %02X "$second")0A" /proc/net/route; then break; fi
  done
  printf '10.%d' "$second"
}

# engine_docker ARGS…: runs the private client on the private engine, with a timeout
engine_docker() {
  DOCKER_HOST=unix://$ENGINE_SOCKET DOCKER_CONFIG=$ENGINE_CLI DOCKER_CONTEXT='' \
    timeout "${ENGINE_TIMEOUT:-60}" "$ENGINE_ROOT/usr/bin/docker" "$@"
}

engine_answers() { [ -S "$ENGINE_SOCKET" ] && ENGINE_TIMEOUT=5 engine_docker version >/dev/null 2>&1; }
