/**
 * Returns whether the real path in the first line is on a read-only mount, by the lines of /proc/self/mountinfo after it
 * (proc_pid_mountinfo(5)); false without any.
 */
export function isMountedReadOnly(text: string): boolean {
  const [path = '', ...mounts] = text.split('\n');
  const above = mounts.filter((line) => isAbove(unescaped(line.split(' ')[4] ?? ''), path));
  // the deepest mount has the file; of several at one place, the last hides the others
  const depth = Math.max(...above.map((line) => (line.split(' ')[4] ?? '').length));
  const [before = '', after = ''] =
    above.findLast((line) => line.split(' ')[4]?.length === depth)?.split(' - ') ?? [];
  const options = [before.split(' ')[5], after.split(' ')[2]].flatMap((each) => each?.split(',') ?? []);
  return options.includes('ro');
}

function isAbove(mount: string, path: string): boolean {
  return mount === '/' || (mount !== '' && (path === mount || path.startsWith(`${mount}/`)));
}

/** Spaces, tabs, line feeds and backslashes are written in octal. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
