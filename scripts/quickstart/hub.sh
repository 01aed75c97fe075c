#!/usr/bin/env bash
# Chooses the hub: the Hugging Face hub, or a local one that serves a tiny model under the same name.

REAL_HUB=https://huggingface.co
HUB_STATE=$HOME_DIR/hub.json
HUB_PID=$HOME_DIR/hub.pid
HUB_LOG=$LOGS/hub-requests.ndjson

use_hub() {
  local wanted=$1
  if [ "$wanted" = auto ]; then
    if hub_runs; then wanted=local; elif real_hub_answers; then wanted=real; else wanted=local; fi
  fi
  HUB_KIND=$wanted
  if [ "$wanted" = real ]; then
    if ! real_hub_answers; then
      ui_fail 1 "$REAL_HUB does not respond" "Check the network, or use a tiny test model: scripts/quickstart.sh --hub local"
    fi
    ui_note "hub: $REAL_HUB (the model is about 0.5 GB)"
    return 0
  fi
  ui_step "$LOGS/hub.log" "local hub" start_hub || exit 1
  export HF_ENDPOINT
  HF_ENDPOINT=$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1], "utf8")).endpoint' "$HUB_STATE")
  # no token is sent to a test hub
  unset HF_TOKEN HF_TOKEN_PATH
  ui_note "hub: $HF_ENDPOINT (local; its tiny test model answers with random words)"
}

real_hub_answers() {
  node -e 'fetch(process.argv[1], { method: "HEAD", signal: AbortSignal.timeout(4000) }).then((r) => process.exit(r.status < 500 ? 0 : 1), () => process.exit(1))' "$REAL_HUB/api/models?limit=1" 2>/dev/null
}

# Process ids are reused: the process must also have the state file of this hub among its arguments.
hub_runs() { [ -f "$HUB_PID" ] && [ -f "$HUB_STATE" ] && grep -qszxF -- "$HUB_STATE" "/proc/$(cat "$HUB_PID")/cmdline"; }

start_hub() {
  local hosts=(--host 127.0.0.1) gateway tries=0
  if hub_runs; then return 0; fi
  # containers reach services of this machine at the address of Docker's bridge, not on loopback
  gateway=$(docker network inspect bridge --format '{{(index .IPAM.Config 0).Gateway}}' 2>/dev/null) || gateway=
  if [ -n "$gateway" ] && ip -o address 2>/dev/null | grep -qF " $gateway/"; then hosts+=(--host "$gateway"); fi
  # its state file has the ports of the last run, so that addresses in generated files stay valid
  setsid node "$CHECKOUT/build/hub.mjs" "${hosts[@]}" --state "$HUB_STATE" --log "$HUB_LOG" \
    >>"$LOGS/hub.log" 2>&1 </dev/null &
  echo $! >"$HUB_PID"
  until [ "$(hub_pid_of_state)" = "$(cat "$HUB_PID")" ]; do
    if ! kill -0 "$(cat "$HUB_PID")" 2>/dev/null || [ $((tries += 1)) -gt 100 ]; then return 1; fi
    sleep 0.1
  done
}

hub_pid_of_state() {
  node -p 'JSON.parse(require("fs").readFileSync(process.argv[1], "utf8")).pid' "$HUB_STATE" 2>/dev/null || true
}

stop_hub() {
  if hub_runs; then kill "$(cat "$HUB_PID")" 2>/dev/null || true; fi
  rm -f "$HUB_PID"
}
