/** Returns whether a directory is one repository of a hub cache, by its name and the names in it. */
export function isHubRepository(name: string, names: readonly string[]): boolean {
  return /^models--./.test(name) && names.some((each) => HUB_DIRECTORIES.has(each));
}

/** Returns whether a path is below a repository of a hub cache: no directory there is that of another program. */
export function isInsideHubRepository(path: string): boolean {
  return /\/models--[^/]+\/(?:snapshots|blobs|refs)(?:\/|$)/.test(path);
}

/** What a repository of a hub cache consists of. */
export const HUB_DIRECTORIES: ReadonlySet<string> = new Set(['snapshots', 'blobs', 'refs']);
