#!/bin/sh
# Records what nvidia-smi answers on this machine, as a fixture for tests. Needs a POSIX shell and nvidia-smi.
set -u
umask 077

usage() {
  cat <<'END'
Usage: scripts/record-gpu.sh DIR

Records the answers of this machine's NVIDIA driver in DIR, which must be empty or missing. Changes nothing.
Serial numbers and the names of processes are replaced. Each command has 5 seconds, where the program timeout exists.

Files: NAME (stdout), NAME.stderr, and commands.txt with the exit status of each. 124 means that it timed out.
END
}
fail() {
  printf 'error: %s\n' "$2" >&2
  exit "$1"
}

case ${1:-} in
-h | --help) usage && exit 0 ;;
esac
[ $# -eq 1 ] || { usage >&2; exit 2; }
dir=$1
[ ! -e "$dir" ] || [ -d "$dir" ] || fail 2 "$dir is not a directory"
[ ! -d "$dir" ] || [ -z "$(ls -A "$dir")" ] || fail 2 "$dir is not empty; choose another directory"
command -v nvidia-smi >/dev/null 2>&1 || fail 3 'nvidia-smi not found; the NVIDIA driver is not installed'
mkdir -p "$dir" || fail 1 "cannot create $dir"

# limited COMMAND...: at most 5 seconds
limited() {
  if command -v timeout >/dev/null 2>&1; then timeout -k 1 5 "$@"; else "$@"; fi
}
# Removes what identifies the machine, its boards or its users.
cleaned() {
  sed -e 's#<serial>[^<]*</serial>#<serial>0</serial>#' \
    -e 's#<board_id>[^<]*</board_id>#<board_id>0x0</board_id>#' \
    -e 's#<chassis_serial_number>[^<]*<#<chassis_serial_number>N/A<#' \
    -e 's#<process_name>.*</process_name>#<process_name>program</process_name>#'
}
# The name of the process is the last of four fields.
cleaned_rows() {
  sed -e 's#^\([^,]*, [^,]*, [^,]*, \).*$#\1program#'
}
# record FILE FILTER COMMAND...
record() {
  file=$1 filter=$2
  shift 2
  limited "$@" >"$dir/$file.raw" 2>"$dir/$file.stderr"
  status=$?
  "$filter" <"$dir/$file.raw" >"$dir/$file"
  rm -f "$dir/$file.raw"
  printf '%s\t%s\t%s\n' "$status" "$file" "$*" >>"$dir/commands.txt"
  echo "recorded $file (exit $status)"
}

new=index,uuid,pci.bus_id,driver_version,memory.total,memory.reserved,memory.used,memory.free,utilization.gpu,temperature.gpu,mig.mode.current,compute_cap,name
old=index,uuid,pci.bus_id,driver_version,memory.total,memory.used,memory.free,utilization.gpu,temperature.gpu,name
record log.xml cleaned nvidia-smi -q -x
record list.txt cat nvidia-smi -L
record capabilities.csv cat nvidia-smi --query-gpu=uuid,compute_cap --format=csv,noheader
record gpus.csv cat nvidia-smi "--query-gpu=$new" --format=csv,noheader,nounits
record gpus-old-fields.csv cat nvidia-smi "--query-gpu=$old" --format=csv,noheader,nounits
record processes.csv cleaned_rows nvidia-smi --query-compute-apps=gpu_uuid,pid,used_memory,process_name --format=csv,noheader,nounits
record topology.txt cat nvidia-smi topo -m
record mig.txt cat nvidia-smi mig -lgi
if command -v nvidia-ctk >/dev/null 2>&1; then record cdi.txt cat nvidia-ctk cdi list; fi
if command -v docker >/dev/null 2>&1; then record runtimes.json cat docker info --format '{{json .Runtimes}}'; fi
{
  echo "recorded: $(date -u +%Y-%m-%dT%H:%M:%SZ)"
  echo "kernel: $(uname -srm)"
  sed -n 's/^\(NVRM version: .*[0-9]\)  .*/\1/p' /proc/driver/nvidia/version 2>/dev/null
  nvidia-ctk --version 2>/dev/null | head -n 1
  docker --version 2>/dev/null
} >"$dir/provenance.txt"
echo "done: $dir; check that it contains nothing private before you publish it"
