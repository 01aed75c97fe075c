#!/usr/bin/env bash
# Installs outside programs that judge what rma wrote, each in a directory of its own: .judges/NAME-VERSION/, programs in bin/.
# Prints one line per judge: its name, a space, its directory.
#   scripts/judges.sh [NAME…]     without a name all but vllm, which test/by-hand starts, and the programs of by-hand/
# scripts/judges/ has the parts of a judge, scripts/judges/by-hand/ those of programs that only the benchmark, npm run test:nfs or
# npm run test:kubernetes runs; exact versions throughout:
#   NAME.txt      a Python environment: pip's requirements, the judge itself first
#   NAME.wheel    the Python files of a wheel without what it requires, and a Python environment: the wheel first
#   NAME.packages packages of Debian 12, NAME==VERSION, the judge itself first, and the paths of programs in them
#   NAME.forky    the same from Debian's next release, which has one version at a time, with its C library; a line
#                 VARIABLE=PATH is set for the programs
#   NAME.module   a Go program with C++ parts: MODULE@vVERSION, then a line PATH JUDGE for each judge that it starts from PATH;
#                 built for minutes once
#   NAME.server   a model server in Python, for the CPU, with all its wheels; only if it is named, because it needs gigabytes
#   NAME.programs programs of Kubernetes in Go: MODULE@vVERSION, then the path of each program; built for many minutes once
#   NAME.npm      packages of Node.js, NAME==VERSION, the judge itself first
#   NAME.gotest   the tests of a package of such a module, with a file of ours: MODULE@vVERSION, package and file, a line each
# Python, Go and the C++ compiler are Debian's packages, unpacked below .judges/: the machine's own are not used.
set -euo pipefail

CHECKOUT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
JUDGES=$CHECKOUT/.judges
APT_TOP=$JUDGES/apt
for part in ui parallel preflight apt judges/python judges/go judges/debian judges/npm; do
  # shellcheck source=/dev/null
  . "$CHECKOUT/scripts/$part.sh"
done

main() {
  local name
  if [ "${1:-}" = install-step ]; then
    "install_${2##*.}" "$2" "$3"
    # written last: without it the judge is not complete
    cp "$2" "$3/pins.txt"
    return 0
  fi
  if [ $# -eq 0 ]; then
    # shellcheck disable=SC2046 # plain names
    set -- $(known_judges)
  fi
  for name in "$@"; do
    [ -n "$(pins "$name")" ] || ui_fail 2 "unknown judge '$name'" "Known: $(known_judges | xargs) vllm"
  done
  mkdir -p "$JUDGES"
  # one run at a time: two would write into the same directory
  exec 9>"$JUDGES/lock"
  flock 9
  for name in "$@"; do
    ensure_judge "$name"
    printf '%s %s\n' "$name" "$(judge_folder "$name")"
  done
}

known_judges() {
  find "$CHECKOUT/scripts/judges" -maxdepth 1 \( -name '*.txt' -o -name '*.wheel' -o -name '*.module' -o -name '*.packages' -o -name '*.forky' -o -name '*.gotest' \) -printf '%f\n' | sed 's/\.[a-z]*$//' | sort
}

# Prints the file with the parts of a judge; nothing for an unknown one.
pins() {
  local kind folder
  for folder in "$CHECKOUT/scripts/judges" "$CHECKOUT/scripts/judges/by-hand"; do
    for kind in txt wheel module gotest programs packages forky server npm; do
      if [ -f "$folder/$1.$kind" ]; then printf '%s' "$folder/$1.$kind"; fi
    done
  done
}

judge_folder() { printf '%s/%s-%s' "$JUDGES" "$1" "$(sed -n '1s/.*\(==\|@v\)//p' "$(pins "$1")")"; }

# The installation is a process of its own (install-step, for this use only): as a function under `||` it would lose
# `set -e`, and continue after a fault.
ensure_judge() {
  local folder pins
  folder=$(judge_folder "$1")
  pins=$(pins "$1")
  if [[ $pins = *.module ]]; then ensure_started_judges "$pins"; fi
  if cmp -s "$folder/pins.txt" "$pins"; then return 0; fi
  preflight_debian "scripts/judges.sh"
  preflight_apt
  if [[ $pins = *.server ]]; then preflight_server; fi
  ui_step "$JUDGES/$1.log" "judge $1: $(basename "$folder")" "$CHECKOUT/scripts/judges.sh" install-step "$pins" "$folder" >&2 ||
    ui_fail 1 "judge '$1' could not be installed" "$(way_out "${pins##*.}")"
}

# ensure_started_judges PINS: those that the program of a module starts
ensure_started_judges() {
  local name
  # shellcheck disable=SC2013 # plain names
  for name in $(sed -n '2,$s/.* //p' "$1"); do ensure_judge "$name"; done
}

# What a model server needs from this machine, beside the packages of Python.
preflight_server() {
  preflight_program gcc
  preflight_program nm binutils
  ldconfig -p | grep -q 'libnuma\.so\.1 ' || ui_fail 3 "libnuma.so.1 is not installed" "apt-get install libnuma1"
  grep -qw avx2 /proc/cpuinfo || ui_fail 3 "this CPU has no AVX2, which vLLM needs"
  [ "$(df --output=avail --block-size=1G "$JUDGES" | tail -n 1)" -ge 5 ] ||
    ui_fail 3 "less than 5 GiB are free in $JUDGES" "Free some, then run this again."
}

way_out() {
  case $1 in
    packages | forky) echo "Check that 'apt-get update' works on this machine, then run this again." ;;
    npm) echo "Check that 'npm ping' works on this machine, then run this again." ;;
    txt | wheel | server) echo "Check that 'apt-get update' and 'pip download pip' work on this machine, then run this again." ;;
    module | gotest | programs) echo "Check that 'apt-get update' works and that this machine reaches a Go module proxy, then run this again." ;;
  esac
}

# Whether pip and Go need Debian's list of certificate authorities, because the machine has none.
needs_authorities() { [ ! -e /etc/ssl/certs/ca-certificates.crt ] && [ -z "${SSL_CERT_FILE:-}" ]; }

main "$@"
