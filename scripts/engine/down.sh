#!/usr/bin/env bash
# Stops the engine and removes everything it created outside .engine/, also what a killed run left.

engine_down() {
  if engine_answers; then remove_containers; fi
  # the forwarder first: dockerd waits 5 s for an open connection that follows its events
  stop_gently forward-outside 3
  stop_gently dockerd 15
  engine_clean
}

# Removes containers and networks; images and volumes remain for the next start.
remove_containers() {
  local ids
  ids=$(engine_docker ps --all --quiet) || return 0
  # shellcheck disable=SC2086 # one id a word
  if [ -n "$ids" ]; then engine_docker rm --force --volumes $ids >/dev/null || true; fi
  engine_docker network prune --force >/dev/null || true
}

# stop_gently PART SECONDS
stop_gently() {
  if ! engine_part_lives "$1"; then return 0; fi
  kill -TERM "$(cat "$ENGINE_RUN/$1.pid")" 2>/dev/null || true
  wait_for "$2" part_is_gone "$1" || true
}
part_is_gone() { ! engine_part_lives "$1"; }

# Ends every process of this engine. Its namespaces are bound to no file: they, their links and their mounts end with
# the last process. Then removes the cgroups and the sockets.
engine_clean() {
  thaw_containers
  # SIGKILL for containers: dockerd has ended, and the first process of a container ignores SIGTERM
  signal_all KILL engine_contained
  signal_all TERM
  wait_for 3 no_processes || kill_all
  wait_for 5 remove_cgroups || true
  rm -rf "$ENGINE_RUN"
}

kill_all() {
  wait_for 10 killed_all || ui_fail 1 "engine processes do not exit: $(engine_processes | xargs)" "Inspect them with: ps -f -p PID, then run this again"
}
killed_all() {
  signal_all KILL
  no_processes
}

# A frozen process (docker pause) handles no signal. cgroup versions 1 and 2 have different files for it.
thaw_containers() {
  local folder
  while IFS= read -r folder; do
    if [ -w "$folder/freezer.state" ]; then echo THAWED >"$folder/freezer.state" || true; fi
    if [ -w "$folder/cgroup.freeze" ]; then echo 0 >"$folder/cgroup.freeze" || true; fi
  done < <(engine_cgroups)
}

# signal_all SIGNAL [LISTING]
signal_all() {
  local pids
  pids=$("${2:-engine_processes}")
  # shellcheck disable=SC2086 # one number a word
  if [ -n "$pids" ]; then kill -"$1" $pids 2>/dev/null || true; fi
}
no_processes() { [ -z "$(engine_processes)" ]; }

# is_ours PID: the process has this engine's mark in its environment
is_ours() { grep -qszxF "ENGINE_PROCESS_OF=$ENGINE_ID" "/proc/$1/environ"; }

# Prints the ids of all processes of this engine: those with the mark in their environment (daemons and helpers), and
# those in its cgroup (containers have an environment of their own).
engine_processes() {
  {
    grep -lszxF "ENGINE_PROCESS_OF=$ENGINE_ID" /proc/[0-9]*/environ | cut -d/ -f3 || true
    engine_contained
  } | sort -un
}
engine_contained() { engine_cgroups | sed 's,$,/cgroup.procs,' | xargs -r cat 2>/dev/null | sort -un || true; }

# Prints all cgroups of this engine, deepest first; cgroup version 1 has one tree per controller.
engine_cgroups() {
  local top
  while IFS= read -r top; do find "$top" -depth -type d; done < <(find /sys/fs/cgroup -maxdepth 4 -type d -name "$ENGINE_ID" 2>/dev/null)
}

remove_cgroups() {
  engine_cgroups | xargs -r rmdir 2>/dev/null || true
  [ -z "$(engine_cgroups)" ]
}

# engine_leftovers: prints what remains outside .engine/, one item per line
engine_leftovers() {
  local pid
  for pid in $(engine_processes); do printf 'process %s %s\n' "$pid" "$(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null)"; done
  engine_cgroups | sed 's/^/cgroup /'
  awk -v run="$ENGINE_RUN" -v home="$ENGINE_HOME" '{ gsub(/\\040/, " ", $5) } index($5, run) == 1 || index($5, home "/") == 1 { print "mount " $5 }' /proc/self/mountinfo
  if [ -e "$ENGINE_RUN" ]; then printf 'directory %s\n' "$ENGINE_RUN"; fi
}

engine_purge() {
  # --one-file-system: never delete the content of something mounted below
  rm -rf --one-file-system "$ENGINE_TOP"
}
