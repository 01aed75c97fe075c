import type { Command } from '../../ports/command-runner.ts';

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
 * Prints the mark, then becomes the program: what precedes the mark comes from the startup files of the login shell.
 * `copy`: what else prints the mark.
 */
const startScript = (copy: string): string =>
  [
    `PATH=$PATH:${MORE_PATHS}; m=$0`,
    `command -v "$1" >/dev/null 2>&1 || { echo "$m ${MISSING}"; exit 127; }`,
    `echo "$m started"${copy}`,
    'exec "$@"',
  ].join('; ');

const COMMAND = startScript('; echo "$m started" >&2');
const TERMINAL_COMMAND = startScript('');

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

/** A program and its arguments, and variables for it. */
export type RemoteProgram = Pick<Command, 'argv' | 'env'>;

/** Returns the words that run a program on a host. `mark`: of its own, and it begins with that of its connection. */
export function commandWords(mark: string, program: RemoteProgram): readonly string[] {
  return wordsOf(COMMAND, mark, program);
}

/** Like `commandWords`, for a program whose errors reach a terminal: only its output has the mark. */
export function terminalWords(mark: string, program: RemoteProgram): readonly string[] {
  return wordsOf(TERMINAL_COMMAND, mark, program);
}

/** Returns the words that run the supervisor of a connection. */
export function supervisorWords(mark: string): readonly string[] {
  return ['sh', '-c', SUPERVISOR, mark];
}

function wordsOf(script: string, mark: string, { argv, env = {} }: RemoteProgram): readonly string[] {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return ['env', ...variables, `${MARK}${mark}`, 'sh', '-c', script, mark, ...argv];
}
