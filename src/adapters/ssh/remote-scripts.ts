/**
 * A variable that marks the processes of a command on the host. A session without a terminal gets no signal when its
 * connection ends: the supervisor finds its processes by this variable, also those that the program started.
 */
const MARK = 'RMA_REMOTE_COMMAND=';

/** The PATH of logins without a terminal often lacks these, where NAS systems, snaps and administrators put programs. */
const MORE_PATHS = '/usr/local/bin:/usr/local/sbin:/usr/sbin:/sbin:/snap/bin';

/** In place of the mark when the program is not installed. */
export const MISSING = 'missing';

/**
 * Prints the mark on both outputs, then becomes the program: what precedes the mark comes from the startup files of the
 * login shell.
 */
const COMMAND = [
  `PATH=$PATH:${MORE_PATHS}; m=$0`,
  `command -v "$1" >/dev/null 2>&1 || { echo "$m ${MISSING}"; exit 127; }`,
  'echo "$m started"; echo "$m started" >&2',
  'exec "$@"',
].join('; ');

/**
 * Runs as long as the connection, and ends with it: prints the facts of the user and the machine, then reads words. `now`:
 * prints the clock; another word: stops the processes with this mark. At the end it stops what still runs.
 */
const SUPERVISOR = [
  "trap '' HUP",
  `stop() { for p in $(grep -lsF "${MARK}$1" /proc/[0-9]*/environ); do p=\${p#/proc/}; kill "\${p%/environ}" 2>/dev/null; done; }`,
  `state=\${XDG_STATE_HOME:-$HOME/.local/state}`,
  'printf "%s\\n" "$0 started" "uid=$(id -u)" "gid=$(id -g)" "home=$HOME" "stateHome=$state" "hostname=$(uname -n)" ready',
  'while read -r word; do case $word in now) echo "now=$(date +%s.%N)";; *) stop "$word";; esac; done',
  'stop "$0"',
].join('; ');

/** Returns the words that run a program on a host. `mark`: of its own, and it begins with that of its connection. */
export function commandWords(
  mark: string,
  { argv, env = {} }: { readonly argv: readonly string[]; readonly env?: Readonly<Record<string, string>> },
): readonly string[] {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return ['env', ...variables, `${MARK}${mark}`, 'sh', '-c', COMMAND, mark, ...argv];
}

/** Returns the words that run the supervisor of a connection. */
export function supervisorWords(mark: string): readonly string[] {
  return ['sh', '-c', SUPERVISOR, mark];
}
