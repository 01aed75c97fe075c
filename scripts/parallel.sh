#!/usr/bin/env bash
# Runs shell functions side by side. Sourced, not run.

# all_of 'FUNCTION WORD'…: runs them side by side; fails when one fails. (`wait` without arguments always returns 0.)
all_of() {
  local words pid failed=0 pids=()
  for words in "$@"; do
    # shellcheck disable=SC2086 # a function's name and plain words, split on purpose
    ($words) &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || failed=1; done
  return "$failed"
}
