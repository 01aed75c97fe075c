#!/usr/bin/env bash
# Builds rma from this checkout; does nothing if the build is newer than its sources.

build_rma() {
  cd "$CHECKOUT"
  if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    ui_step "$LOGS/build.log" "npm packages" npm ci --no-progress || build_failed
  fi
  if build_is_old; then
    ui_step "$LOGS/build.log" "rma built" npm run build || build_failed
  fi
}

build_is_old() {
  local made=dist/cli/main.js
  [ ! -f "$made" ] || [ ! -f build/hub.mjs ] ||
    [ -n "$(find src test/hub scripts/build scripts/build.mjs compose profiles package.json -newer "$made" -print -quit)" ]
}

build_failed() {
  ui_fail 1 "rma could not be built" "The complete output is in $LOGS/build.log."
}
