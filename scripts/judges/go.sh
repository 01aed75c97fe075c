#!/usr/bin/env bash
# Builds judges in Go with C++ parts. Go and the compiler are Debian's packages, unpacked into .judges/build for the time
# of the build. Sourced, not run.

# install_module PINS DIRECTORY: the program of the module, for Debian 12 and newer
install_module() {
  local build=$JUDGES/build
  rm -rf "$build" "$2"
  # the compiler and C library of Debian 12: what they build also runs on newer ones; its own Go is too old
  all_of 'apt_root bookworm' 'apt_root forky'
  all_of "apt_closure bookworm $(printf %q "$build/debs/bookworm") g++" "apt_closure forky $(printf %q "$build/debs/forky") golang-go"
  apt_unpack_merged "$build/root" "$build"/debs/*/*.deb
  if needs_authorities; then
    python_ensure
    export SSL_CERT_FILE=$PYTHON_HOME/authorities.pem
  fi
  go_install "$build/root" "$(cat "$1")"
  mkdir -p "$2"
  mv "$build/root/usr/judge" "$2/bin"
  rm -rf "$build" "$APT_TOP"
}

# go_install ROOT MODULE: into ROOT/usr/judge. The tools expect to be in /usr: a mount namespace of this command alone
# has ROOT/usr there, with two directories of the machine that settings may refer to. Modules and objects stay in Go's
# own caches.
go_install() {
  # shellcheck disable=SC2016 # expanded by the inner shell
  unshare --mount bash -euo pipefail -c '
    for folder in local share/ca-certificates; do
      if [ ! -d "/usr/$folder" ]; then continue; fi
      mkdir -p "$1/usr/$folder"
      mount --bind "/usr/$folder" "$1/usr/$folder"
    done
    mount --rbind "$1/usr" /usr
    unset GOROOT GOOS GOARCH
    export PATH=/usr/bin CGO_ENABLED=1 CC=gcc CXX=g++ GOBIN=/usr/judge
    exec /usr/bin/go install "$2"' bash "$1" "$2"
}
