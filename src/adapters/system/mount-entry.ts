/** The file system that is mounted at a path. */
export interface MountEntry {
  readonly fileSystem: string;
  /** those of the mount, then those of the file system, separated by commas; whether this mount is read-only is left out */
  readonly options: string;
}

/**
 * Returns the last mount at a path from the text of /proc/self/mountinfo, which hides earlier ones; null if nothing is
 * mounted there. Format: proc_pid_mountinfo(5).
 */
export function mountEntry(mountinfo: string, path: string): MountEntry | null {
  const line = mountinfo.split('\n').findLast((each) => unescaped(each.split(' ')[4] ?? '') === path);
  if (line === undefined) return null;
  const [before = '', after = ''] = line.split(' - ');
  const [fileSystem = '', , own = ''] = after.split(' ');
  const ofMount = (before.split(' ')[5] ?? '').split(',').filter((each) => each !== 'ro' && each !== 'rw');
  const options = [...ofMount, ...own.split(',')];
  return { fileSystem, options: [...new Set(options)].filter((each) => each !== '').join(',') };
}

/** Spaces, tabs, line feeds and backslashes are written in octal. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
