#!/usr/bin/env bash
# Builds judges in Go with C++ parts. Go and the compiler are Debian's packages, unpacked into .judges/build for the time
# of the build. Sourced, not run.

# install_module PINS DIRECTORY: the program of the module, for Debian 12 and newer, with links to the judges that it starts
install_module() {
  local path name
  go_judge "$1" "$2" go_install
  while read -r path name; do
    mkdir -p "$2/$(dirname "$path")"
    ln -s --relative "$(judge_folder "$name")/bin/$name" "$2/$path"
  done < <(tail -n +2 "$1")
}

# install_gotest PINS DIRECTORY: the tests of one package of the module with our own beside them, as a program
install_gotest() { go_judge "$1" "$2" go_build_tests; }

# install_programs PINS DIRECTORY: programs of Kubernetes, in C-free Go
install_programs() { go_judge "$1" "$2" go_build_programs; }

# go_judge PINS DIRECTORY BUILD: runs BUILD ROOT MODULE PINS with Go and the compiler in ROOT
go_judge() {
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
  "$3" "$build/root" "$(head -n 1 "$1")" "$1"
  mkdir -p "$2"
  mv "$build/root/usr/judge" "$2/bin"
  rm -rf "$build" "$APT_TOP"
}

# go_install ROOT MODULE: the program, in ROOT/usr/judge. Its package `version`, if it has one, gets the version of the module,
# as in the builds that its authors release.
go_install() {
  # shellcheck disable=SC2016 # expanded by the inner shell
  go_run "$1" 'exec go install -ldflags "-s -w -X ${1%@*}/version.Version=${1#*@v}" "$1"' "$2"
}

# go_build_programs ROOT MODULE PINS: the packages that the other lines of PINS name, in ROOT/usr/judge. Kubernetes develops its
# libraries in its own repository, outside of the module: go.mod gets their releases, v0.MINOR.PATCH.
go_build_programs() {
  local copy=$JUDGES/copy version=${2##*@v1.} folder
  # shellcheck disable=SC2016 # expanded by the inner shell
  folder=$(go_run "$1" 'exec go mod download -json "$1"' "$2" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
  rm -rf "$copy"
  cp -R "$folder" "$copy"
  chmod -R u+w "$copy"
  sed -i "s#=> ./staging/src/\(.*\)#=> \1 v0.$version#" "$copy/go.mod"
  # shellcheck disable=SC2016,SC2046 # expanded by the inner shell; plain words
  go_run "$1" '
    cd "$1"
    export CGO_ENABLED=0 GOWORK=off
    go build -mod=mod -ldflags "-s -w -X k8s.io/component-base/version.gitVersion=$2" -o /usr/judge/ "${@:3}"' \
    "$copy" "${2#*@}" $(tail -n +2 "$3" | sed 's#^#./#')
  rm -rf "$copy"
}

# go_build_tests ROOT MODULE PINS: the second line of PINS names the package, the third our file with tests; the program is
# ROOT/usr/judge/tests
go_build_tests() {
  local package copy=$JUDGES/copy folder
  package=$(sed -n 2p "$3")
  # shellcheck disable=SC2016 # expanded by the inner shell
  folder=$(go_run "$1" 'exec go mod download -json "$1"' "$2" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
  rm -rf "$copy"
  cp -R "$folder" "$copy"
  chmod -R u+w "$copy"
  cp "$CHECKOUT/$(sed -n 3p "$3")" "$copy/$package/rma_test.go"
  # shellcheck disable=SC2016 # expanded by the inner shell
  go_run "$1" 'cd "$1" && exec go test -c -o /usr/judge/tests "./$2"' "$copy" "$package"
  rm -rf "$copy"
}

# go_run ROOT SCRIPT ARG…: runs a script of this shell with the Go and the compiler of ROOT. The tools expect to be in /usr: a mount
# namespace of this command alone has ROOT/usr there, with two directories of the machine that settings may refer to. Modules
# and objects stay in Go's own caches.
go_run() {
  # shellcheck disable=SC2016 # expanded by the inner shell
  unshare --mount bash -euo pipefail -c '
    for folder in local share/ca-certificates; do
      if [ ! -d "/usr/$folder" ]; then continue; fi
      mkdir -p "$1/usr/$folder"
      mount --bind "/usr/$folder" "$1/usr/$folder"
    done
    mkdir -p "$1/usr/judge"
    mount --rbind "$1/usr" /usr
    unset GOROOT GOOS GOARCH
    export PATH=/usr/bin CGO_ENABLED=1 CC=gcc CXX=g++ GOBIN=/usr/judge
    script=$2
    shift 2
    eval "$script"' bash "$@"
}
