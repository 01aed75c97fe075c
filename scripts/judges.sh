#!/usr/bin/env bash
# Installs outside programs that judge what rma wrote, each in a folder of its own: .judges/NAME-VERSION/, programs in bin/.
# Prints one line per judge: its name, a space, its folder.
#   scripts/judges.sh [NAME…]     all of them without a name
# What a judge is made of stands in scripts/judges/, exact versions throughout:
#   NAME.txt      a Python environment: pip's requirements, the judge itself first
#   NAME.module   a Go program with C parts: one line, MODULE@vVERSION; built for minutes once
set -euo pipefail

CHECKOUT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/ui.sh
. "$CHECKOUT/scripts/ui.sh"
JUDGES=$CHECKOUT/.judges

main() {
  local name
  if [ $# -eq 0 ]; then
    # shellcheck disable=SC2046 # plain names
    set -- $(known_judges)
  fi
  for name in "$@"; do
    [ -n "$(pins "$name")" ] || ui_fail 2 "unknown judge '$name'" "Known: $(known_judges | xargs)"
  done
  mkdir -p "$JUDGES"
  # one run at a time: two would write into the same folder
  exec 9>"$JUDGES/lock"
  flock 9
  for name in "$@"; do
    ensure_judge "$name"
    printf '%s %s\n' "$name" "$(judge_folder "$name")"
  done
}

known_judges() {
  find "$CHECKOUT/scripts/judges" \( -name '*.txt' -o -name '*.module' \) -printf '%f\n' | sed 's/\.[a-z]*$//' | sort
}

# The file that says what a judge is made of; nothing for an unknown one.
pins() {
  local kind
  for kind in txt module; do
    if [ -f "$CHECKOUT/scripts/judges/$1.$kind" ]; then printf '%s' "$CHECKOUT/scripts/judges/$1.$kind"; fi
  done
}

judge_folder() { printf '%s/%s-%s' "$JUDGES" "$1" "$(sed -n '1s/.*\(==\|@v\)//p' "$(pins "$1")")"; }

# Whole when the copy of its pins is there, which is written last.
ensure_judge() {
  local folder pins
  folder=$(judge_folder "$1")
  pins=$(pins "$1")
  if cmp -s "$folder/pins.txt" "$pins"; then return 0; fi
  ui_step "$JUDGES/$1.log" "judge $1: $(basename "$folder")" "install_${pins##*.}" "$pins" "$folder" >&2 ||
    ui_fail 1 "judge '$1' could not be installed" "$(way_out "${pins##*.}")"
}

way_out() {
  case $1 in
    txt) echo "See whether 'python3 -m venv' (Debian: apt-get install python3-venv) and 'pip download pip' work, then run this again." ;;
    module) echo "See whether 'go version' says 1.24 or newer and 'g++ --version' 10 or newer, then run this again." ;;
  esac
}

install_txt() {
  rm -rf "$2"
  python3 -m venv "$2"
  "$2/bin/python" -m pip install --no-input --disable-pip-version-check --requirement "$1"
  "$2/bin/python" -m pip check
  cp "$1" "$2/pins.txt"
}

# Sources and objects stay in Go's own caches; only the program comes here.
install_module() {
  rm -rf "$2"
  CGO_ENABLED=1 GOBIN=$2/bin go install "$(cat "$1")"
  cp "$1" "$2/pins.txt"
}

main "$@"
