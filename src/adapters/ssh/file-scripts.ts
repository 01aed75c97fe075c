/** The path does not exist. */
export const ABSENT = 44;
/** The file is a pipe, a device or a socket. */
export const NOT_A_FILE = 45;

/** Error texts of all programs in English, with the reason of the system at their end. */
const START = 'export LC_ALL=C';
/**
 * `absent PATH`: ends with ABSENT if the path does not exist. A directory that may not be searched hides what is in it: then
 * the command that follows reports the reason.
 */
const FIND_ABSENT = [
  'absent() { [ -e "$1" ] && return',
  'd=$1; until [ -e "$d" ]; do d=$(dirname -- "$d"); done',
  `[ -d "$d" ] && [ ! -x "$d" ] || exit ${ABSENT}; }`,
];

/** Joins lines into one: csh, as a login shell, passes no word with a line feed on. */
function script(...lines: readonly string[]): string {
  return lines.join('; ').replaceAll(' do; ', ' do ');
}

/** Scripts for every POSIX shell, with the programs of GNU coreutils or BusyBox. `$1` is the path. */
export const READ = script(
  START,
  ...FIND_ABSENT,
  'absent "$1"',
  `[ -f "$1" ] || [ -d "$1" ] || [ ! -e "$1" ] || [ "$1" = /dev/null ] || exit ${NOT_A_FILE}`,
  'exec cat -- "$1"',
);

/**
 * `$2`: the mode, `$3`: the bytes of the content on stdin, `$4`: a name for the temporary file. A connection that is lost ends
 * the input early: an incomplete file is never published.
 */
export const WRITE = script(
  START,
  'd=$(dirname -- "$1") && mkdir -p -- "$d" || exit 1',
  '[ ! -d "$1" ] || { echo "Is a directory" >&2; exit 1; }',
  't=$1.$$.$4.tmp',
  'fail() { rm -f -- "$t"; exit 1; }',
  '(umask 077; set -C; cat >"$t") || fail',
  '[ "$(wc -c <"$t")" -eq "$3" ] || { echo "Interrupted" >&2; fail; }',
  'chmod -- "$2" "$t" || fail',
  'e=$(dd if=/dev/null of="$t" conv=notrunc,fsync 2>&1) || { echo "$e" >&2; fail; }',
  'mv -f -- "$t" "$1" || fail',
);

/** `$2`: the mode. */
export const CREATE_DIRECTORY = script(START, 'mkdir -p -- "$1" && chmod -- "$2" "$1"');

export const REMOVE = script(START, 'rm -rf -- "$1"');

/** Keeps the files whose writer runs, by the process ID in their names. */
export const REMOVE_LEFTOVERS = script(
  START,
  'cd -- "$1" 2>/dev/null || exit 0',
  'for f in *.tmp .*.tmp; do',
  '[ -e "$f" ] || [ -L "$f" ] || continue',
  `p=\${f%.*.tmp}; p=\${p##*.}`,
  'case $p in ""|*[!0-9]*) ;; *) if [ -e "/proc/$p" ] || kill -0 "$p" 2>/dev/null; then continue; fi;; esac',
  'rm -f -- "$f" || exit 1',
  'done',
);

/** Prints the names, each with a NUL. */
export const LIST = script(
  START,
  ...FIND_ABSENT,
  'absent "$1"',
  `[ -d "$1" ] || [ ! -e "$1" ] || exit ${ABSENT}`,
  '[ -r "$1" ] && cd -- "$1" 2>/dev/null || { echo "Permission denied" >&2; exit 1; }',
  'for f in * .*; do',
  'case $f in .|..) continue;; esac',
  'if [ -e "$f" ] || [ -L "$f" ]; then printf "%s\\0" "$f"; fi',
  'done',
);

/** Prints the kind, the owner, the permissions in octal, and the time of the last change in seconds. */
export const FACTS = script(START, ...FIND_ABSENT, 'absent "$1"', 'exec stat -L -c "%F|%u|%g|%a|%Y" -- "$1"');

/** `$2`: the user, `$3`: the group. */
export const CHOWN = script(START, 'exec chown -- "$2:$3" "$1"');

/** Prints the real path of an existing one, then all mounts. `test -w` of BusyBox ignores read-only mounts. */
export const MOUNTS = script(
  START,
  '[ -e "$1" ] || exit 0',
  'if [ -d "$1" ]; then cd -- "$1" && pwd -P; else cd -- "$(dirname -- "$1")" && pwd -P; fi || exit 0',
  'cat /proc/self/mountinfo',
);

/** Prints the table of `df` for the path, or for its nearest existing parent. */
export const FREE = script(
  START,
  'd=$1; until [ -e "$d" ] || [ -L "$d" ]; do d=$(dirname -- "$d"); done',
  'exec df -Pk -- "$d"',
);
