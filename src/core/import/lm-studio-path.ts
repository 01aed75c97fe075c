import { HUB_DIRECTORIES } from './hub-repository.ts';

/** Where a file in a directory of LM Studio came from. */
export interface LmStudioPath {
  readonly publisher: string;
  readonly repo: string;
  /** path in the repository */
  readonly name: string;
}

/**
 * Returns what the path `PUBLISHER/REPO/NAME.gguf` says about its origin; null for any other path. Directories of a hub
 * cache have the same depth, but their names are no publishers: an address made of them does not exist.
 */
export function lmStudioPath(path: string): LmStudioPath | null {
  const [, publisher = '', repo = '', name = ''] = /^([^./][^/]*)\/([^/]+)\/(.+\.gguf)$/i.exec(path) ?? [];
  if (name === '' || [publisher, repo].some(isHubName)) return null;
  return { publisher, repo, name };
}

function isHubName(directory: string): boolean {
  return HUB_DIRECTORIES.has(directory) || /^(?:models--.*|[0-9a-f]{40})$/.test(directory);
}
