#!/usr/bin/env bash
# Packages of Node.js for the benchmark. Sourced, not run.

# install_npm PINS DIRECTORY: every line NAME==VERSION, the package itself first. No install script runs.
install_npm() {
  rm -rf "$2"
  mkdir -p "$2"
  echo '{ "private": true }' >"$2/package.json"
  sed 's/==/@/' "$1" | xargs npm install --prefix "$2" --save-exact --ignore-scripts --no-audit --no-fund
}
