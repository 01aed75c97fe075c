import { GROUP_MOUNT } from '../domain/worker-config.ts';

/** Seconds for a program to stop before a restart of its group: its requests are lost in any case. */
const RESTART_GRACE_SECONDS = 10;

/**
 * Returns the POSIX shell script that is the entrypoint of each engine container of a group; its arguments are a program and
 * the arguments of it. It needs no program but `sh`, `sleep` and `mv`, and ends after a SIGTERM. In the directory that it shares
 * with the worker, it reads `generation`, and writes `running` and `ended`, each with a number in one line.
 */
export function groupScript(stopGraceSeconds: number): string {
  return `# Runs the program of this host in its group: starts it when the worker sets a new generation, because all hosts of the
# group start together, and reports its end, so that all of them restart.
group=${GROUP_MOUNT}
stopping=no
trap 'stopping=yes' TERM INT

number() {
  value=
  [ ! -e "$group/$1" ] || read -r value <"$group/$1"
  echo "\${value:-0}"
}

write() {
  echo "$2" >"$group/$1.new" && mv "$group/$1.new" "$group/$1" || exit 1
}

run() {
  write running "$generation"
  echo "group: generation $generation starts"
  "$@" &
  program=$!
  watch
  end_children
  write ended "$generation"
}

watch() {
  while kill -0 "$program" 2>/dev/null; do
    if [ "$stopping" = yes ]; then
      finish ${stopGraceSeconds}
      return
    elif [ "$(number generation)" != "$generation" ]; then
      echo "group: generation $generation stops"
      finish ${Math.min(RESTART_GRACE_SECONDS, stopGraceSeconds)}
      return
    fi
    sleep 1
  done
  wait "$program"
  echo "group: the program of generation $generation exited with code $?" >&2
}

finish() {
  seconds=$1
  kill -s TERM "$program" 2>/dev/null
  while [ "$seconds" -gt 0 ] && kill -0 "$program" 2>/dev/null; do
    sleep 1
    seconds=$((seconds - 1))
  done
  kill -s KILL "$program" 2>/dev/null
  wait "$program"
}

# Child processes of the program may outlive it and hold GPU memory. In its container, this shell is process 1.
end_children() {
  if [ $$ -eq 1 ]; then kill -s KILL -- -1 2>/dev/null; fi
}

# what ran when the container was killed
write ended "$(number running)"
echo "group: waiting for all hosts"
while [ "$stopping" = no ]; do
  generation=$(number generation)
  if [ "$generation" != 0 ] && [ "$generation" != "$(number running)" ]; then run "$@"; fi
  sleep 1
done
`;
}
