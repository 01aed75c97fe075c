#!/usr/bin/env bash
# Names, directories and addresses of the hosts of this checkout. Sourced, not run.

HOSTS_NET=10.77.0
HOSTS_NET6=fd00:77:

# The packages are those of the private engine; everything else is separate, below .engine/hosts and /tmp/rma-…-hosts.
hosts_context() {
  engine_context "$CHECKOUT"
  HOSTS_ENGINE_HOME=$ENGINE_HOME
  HOSTS_CLI=$ENGINE_CLI
  HOSTS_DOCKER=$ENGINE_ROOT/usr/bin/docker
  HOSTS_PATH=$ENGINE_PATH
  HOSTS_IP=$(judge_bin iproute2)/ip
  HOSTS_SSH=$(judge_bin openssh)
  engine_context "$CHECKOUT" legacy
  HOSTS_LEGACY_CLI=$ENGINE_CLI
  HOSTS_LEGACY_PATH=$ENGINE_PATH
  engine_context "$CHECKOUT" hosts
  export HOSTS_NET HOSTS_NET6 HOSTS_SSH HOSTS_DOCKER
}

# judge_bin NAME: the directory with the programs of a judge
judge_bin() { printf '%s/.judges/%s-%s/bin' "$CHECKOUT" "$1" "$(sed -n '1s/.*==//p' "$CHECKOUT/scripts/judges/$1.packages")"; }

# host_folder NAME: its files that end with the run; host_disk NAME: its directory on disk
host_folder() { printf '%s/%s' "$ENGINE_RUN" "$1"; }
host_disk() { printf '%s/%s' "$ENGINE_HOME" "$1"; }
host_address() { printf '%s.1%s' "$HOSTS_NET" "${1#h}"; }
host_address6() { printf '%s:1%s' "$HOSTS_NET6" "${1#h}"; }
