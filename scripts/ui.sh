#!/usr/bin/env bash
# Output of the project's scripts: one line per step with its time, and errors with a hint. Sourced, not run.
# On a terminal the current step is shown and then overwritten; otherwise there is one plain line per finished step.

ui_is_terminal() { [ -t 1 ] && [ "${TERM:-dumb}" != dumb ]; }

# ui_paint CODE TEXT: coloured where colours are wanted (https://no-color.org)
ui_paint() {
  if ui_is_terminal && [ -z "${NO_COLOR:-}" ]; then printf '\033[%sm%s\033[0m' "$1" "$2"; else printf '%s' "$2"; fi
}

# Prints microseconds; the decimal mark of EPOCHREALTIME depends on the locale.
ui_now() { printf '%s' "${EPOCHREALTIME/[,.]/}"; }

# ui_seconds START: the time since START (of ui_now), as "10.1 s"
ui_seconds() {
  local tenths=$((($(ui_now) - $1 + 50000) / 100000))
  printf '%d.%d s' $((tenths / 10)) $((tenths % 10))
}

# ui_done START TEXT: the line of a finished step
ui_done() { printf '  %s %-40s %7s\n' "$(ui_paint 32 ✓)" "$2" "$(ui_seconds "$1")"; }

ui_note() { printf '  %s\n' "$*"; }

# ui_error WHAT HINT…: prints what failed, then each hint on a line of its own, on stderr
ui_error() {
  local what=$1 hint
  shift
  printf 'error: %s\n' "$what" >&2
  for hint in "$@"; do printf '  %s\n' "${hint//$'\n'/$'\n  '}" >&2; done
}

# ui_fail EXIT-CODE WHAT HINT…
ui_fail() {
  local code=$1
  shift
  ui_error "$@"
  exit "$code"
}

# ui_step LOG TEXT COMMAND…: runs the command with its output in LOG (appended) and prints one line.
# When the command fails, prints the end of its output and returns its exit status.
ui_step() {
  local log=$1 text=$2 start status=0 before
  shift 2
  start=$(ui_now)
  mkdir -p "$(dirname "$log")"
  before=$( (wc -l <"$log") 2>/dev/null || echo 0)
  if ui_is_terminal; then printf '  … %s' "$text"; fi
  "$@" >>"$log" 2>&1 </dev/null || status=$?
  if ui_is_terminal; then printf '\r\033[K'; fi
  if [ "$status" -eq 0 ]; then
    ui_done "$start" "$text"
    return 0
  fi
  printf '  %s %-40s %7s\n' "$(ui_paint 31 ✗)" "$text" "$(ui_seconds "$start")" >&2
  tail -n +"$((before + 1))" "$log" | tail -n 15 | sed 's/^/    /' >&2
  printf '    (complete output: %s)\n' "$log" >&2
  return "$status"
}
