#!/usr/bin/env bash
# Checks what a script needs from this machine, before the script changes or downloads anything. Sourced, not run.
# Each check prints one error and exits with 3 when the machine lacks something.

MIN_NODE=20.19.0

# preflight_node: Node.js is new enough, and npm exists
preflight_node() {
  local version
  version=$(node --version 2>/dev/null | tr -d v) ||
    ui_fail 3 "Node.js is not installed" "Install Node.js $MIN_NODE or newer: https://nodejs.org/en/download"
  if [ "$(printf '%s\n%s\n' "$MIN_NODE" "$version" | sort -V | head -n 1)" != "$MIN_NODE" ]; then
    ui_fail 3 "Node.js $version is too old" "Install Node.js $MIN_NODE or newer: https://nodejs.org/en/download"
  fi
  preflight_program npm
}

# preflight_program NAME [PACKAGE]: the program is on the PATH
preflight_program() {
  command -v "$1" >/dev/null || ui_fail 3 "$1 is not installed" "apt-get install ${2:-$1}"
}

# preflight_debian SUBJECT: Debian 12 or newer on amd64, as root, with the right to create namespaces
preflight_debian() {
  local fault
  fault=$(debian_fault)
  [ -z "$fault" ] || ui_fail 3 "$1 $fault"
}

# Prints what keeps the private engine and the tests from this machine; nothing when they can run.
debian_fault() {
  local id version
  id=$(os_release ID)
  version=$(os_release VERSION_ID)
  if [ "$(uname -s)" != Linux ] || [ "$(uname -m)" != x86_64 ] || [ "$id" != debian ] || [ "${version:-99}" -lt 12 ]; then
    echo "runs on Debian 12 or newer, amd64 (this is ${id:-unknown} ${version:-}, $(uname -m))"
  elif [ "$(id -u)" != 0 ]; then
    echo "needs root (this is user $(id -un 2>/dev/null || id -u))"
  elif ! unshare --net --mount true 2>/dev/null; then
    echo "needs network and mount namespaces, and this root cannot create them (in a container: docker run --privileged)"
  fi
}

os_release() { (
  # shellcheck disable=SC1091
  . /etc/os-release 2>/dev/null && printf '%s' "${!1:-}"
) || true; }

# preflight_apt: apt has a Debian mirror, and Debian's keys are installed
preflight_apt() {
  apt_mirror >/dev/null
  apt_keyring >/dev/null
}
