#!/usr/bin/env bash
# The whole test suite: static checks, unit, adapter and command-line tests, then end to end on a real Docker Engine.
set -euo pipefail
cd "$(dirname "$0")/.."
npm ci --no-progress
npm run check
