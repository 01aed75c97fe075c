#!/usr/bin/env bash
# Installs outside programs that judge what rma wrote, each in a Python environment of its own:
# .judges/NAME-VERSION/. Prints one line per judge: its name, a space, its folder.
#   scripts/judges.sh [NAME…]     all of them without a name
# What a judge is made of stands in scripts/judges/NAME.txt, exact versions throughout, the judge itself first.
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
    [ -f "$(pins "$name")" ] || ui_fail 2 "unknown judge '$name'" "Known: $(known_judges | xargs)"
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

known_judges() { find "$CHECKOUT/scripts/judges" -name '*.txt' -printf '%f\n' | sed 's/\.txt$//' | sort; }
pins() { printf '%s/scripts/judges/%s.txt' "$CHECKOUT" "$1"; }
judge_folder() { printf '%s/%s-%s' "$JUDGES" "$1" "$(sed -n '1s/.*==//p' "$(pins "$1")")"; }

# Whole when the copy of its pins is there, which is written last.
ensure_judge() {
  local folder
  folder=$(judge_folder "$1")
  if cmp -s "$folder/pins.txt" "$(pins "$1")"; then return 0; fi
  ui_step "$JUDGES/$1.log" "judge $1: $(basename "$folder")" install_judge "$1" "$folder" >&2 ||
    ui_fail 1 "judge '$1' could not be installed" \
      "See whether 'python3 -m venv' (Debian: apt-get install python3-venv) and 'pip download pip' work, then run this again."
}

install_judge() {
  rm -rf "$2"
  python3 -m venv "$2"
  "$2/bin/python" -m pip install --no-input --disable-pip-version-check --requirement "$(pins "$1")"
  "$2/bin/python" -m pip check
  cp "$(pins "$1")" "$2/pins.txt"
}

main "$@"
