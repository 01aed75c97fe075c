#!/usr/bin/env bash
# Builds rma from this checkout; does nothing when the build is newer than everything it is made of.

MIN_NODE=20.19.0

build_rma() {
  check_node
  cd "$CHECKOUT"
  if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    ui_step "$LOGS/build.log" "npm packages" npm ci --no-progress || build_failed
  fi
  if build_is_old; then
    ui_step "$LOGS/build.log" "rma built" npm run build || build_failed
  fi
}

check_node() {
  local version
  version=$(node --version 2>/dev/null | tr -d v) ||
    ui_fail 3 "Node.js is missing" "install Node.js $MIN_NODE or newer: https://nodejs.org/en/download"
  if [ "$(printf '%s\n%s\n' "$MIN_NODE" "$version" | sort -V | head -n 1)" != "$MIN_NODE" ]; then
    ui_fail 3 "Node.js $version is too old" "install Node.js $MIN_NODE or newer: https://nodejs.org/en/download"
  fi
}

build_is_old() {
  local made=dist/cli/main.js
  [ ! -f "$made" ] || [ ! -f build/hub.mjs ] ||
    [ -n "$(find src test/hub scripts/build scripts/build.mjs compose profiles package.json -newer "$made" -print -quit)" ]
}

build_failed() {
  ui_fail 1 "rma could not be built" "the whole output: $LOGS/build.log"
}
