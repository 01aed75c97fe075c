#!/usr/bin/env bash
# Starts the worker and sends it a request.

rma() { node "$CHECKOUT/dist/cli/main.js" --dir "$HOME_DIR/project" "$@"; }

start_worker() {
  local start
  mkdir -p "$HOME_DIR/project"
  if [ ! -f "$HOME_DIR/project/rma.yaml" ]; then
    cat >"$HOME_DIR/project/rma.yaml" <<YAML
project: rma-quickstart
profiles: [$PROFILE]
volumes:
  store: named:rma-quickstart-models
  cache: named:rma-quickstart-cache
YAML
  fi
  start=$(ui_now)
  printf '\n  $ rma up --profile %s\n' "$PROFILE"
  rma up --profile "$PROFILE" </dev/null || exit $?
  echo
  ui_done "$start" "worker ready"
}

# Asks the coordinator for a model, and then sends a request to its engine, as a client would.
ask_worker() {
  rma ps --json >"$HOME_DIR/ps.json" || exit $?
  ui_step "$LOGS/chat.log" "test request" node "$CHECKOUT/scripts/quickstart/ask.mjs" "$HOME_DIR/ps.json" "$HOME_DIR/answer.txt" || exit 1
  sed 's/^/    /' "$HOME_DIR/answer.txt"
}

say_next() {
  echo
  if [ "$(cat "$ENGINE_CHOICE")" = private ]; then
    printf '  use this Docker      eval "$(%q env)"\n' "$CHECKOUT/scripts/engine.sh"
  fi
  if [ "$HUB_KIND" = local ]; then
    printf '  use this hub         export HF_ENDPOINT=%q\n' "$HF_ENDPOINT"
  fi
  printf '  show the worker      node %q --dir %q status\n' "$CHECKOUT/dist/cli/main.js" "$HOME_DIR/project"
  printf '  pull a model         node %q models pull qwen2.5-0.5b-instruct --dest ./models\n' "$CHECKOUT/dist/cli/main.js"
  printf '  stop everything      %q --down\n' "$CHECKOUT/scripts/quickstart.sh"
  echo
  echo '  To start another worker next to this one: export RMA_COORDINATOR_PORT=7710'
}
