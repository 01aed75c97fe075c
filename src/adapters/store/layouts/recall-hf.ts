import { basename, join } from 'node:path';
import type { PinnedFile } from '../../../core/domain/pinned-model.ts';
import { cacheName, type PinnedHfModel, pinnedHfModel } from '../../../core/source/huggingface.ts';
import { parseTree } from '../../../core/source/huggingface-tree.ts';
import type { RepositoryRef } from '../../../core/source/repository.ts';
import { decides, looksWhole, type StoredListing } from '../../../core/source/stored-listing.ts';
import { NO_RECORD, unless } from '../disk/disk.ts';
import type { StoreContext } from '../receipts/receipt-store.ts';

const COMMIT = /^[0-9a-f]{40}$/;
/** Where the cache is, and what is known of its files. */
export interface HfCache {
  readonly root: string;
  readonly context: StoreContext;
  /** Returns the paths that rma's receipt of a snapshot has. */
  readonly recorded: (repo: string, commit: string) => ReadonlySet<string>;
}

/**
 * Returns what a reference selects of a repository in the cache, by its ref, and by its listing or else the links of its
 * snapshot; null if the cache does not determine it.
 */
export async function recallHf(cache: HfCache, ref: RepositoryRef): Promise<PinnedHfModel | null> {
  for (const repo of await spellings(cache, ref.repo)) {
    const at = commitOf(cache, repo, ref.revision);
    const listing = at === null ? null : await listingOf(cache, repo, at);
    if (at === null || listing === null || !decides(listing, ref)) continue;
    const model = pinnedHfModel(ref, { repo, commit: at, listing: listing.files });
    return listing.whole ? model : { ...model, complete: false };
  }
  return null;
}

/** Returns the repositories of the cache with this name, whatever its case; the exact name first. */
async function spellings({ root, context }: HfCache, repo: string): Promise<readonly string[]> {
  const wanted = cacheName(repo).toLowerCase();
  const names = (await unless(NO_RECORD, context.disk.readdir(root))) ?? [];
  const owner = repo.split('/')[0] ?? '';
  const found = names
    .filter((name) => name.toLowerCase() === wanted)
    .map((name) => name.slice('models--'.length))
    // names of owners contain no `--`
    .map((name) => `${name.slice(0, owner.length)}/${name.slice(owner.length + '--'.length)}`);
  return [...found.filter((name) => name === repo), ...found.filter((name) => name !== repo).sort()];
}

function commitOf({ root, context }: HfCache, repo: string, revision: string): string | null {
  if (COMMIT.test(revision)) return revision;
  const text = context.guard.readText(join(root, cacheName(repo), 'refs', revision))?.trim() ?? '';
  return COMMIT.test(text) ? text : null;
}

async function listingOf(cache: HfCache, repo: string, at: string): Promise<StoredListing | null> {
  const { root, context } = cache;
  const text = context.guard.readText(join(root, cacheName(repo), 'trees', `${at}.json`));
  const files = text === null ? null : parseTree(text);
  if (files === null) return linkedFiles(cache, repo, at);
  // rma lists what it stored, which may be a part of the repository
  const recorded = cache.recorded(repo, at);
  return { files, whole: files.some(({ path }) => !recorded.has(path)) };
}

/** Returns the files of a snapshot by its links, whose targets are named by their hashes; null if one is not such a link. */
async function linkedFiles(
  { root, context }: HfCache,
  repo: string,
  at: string,
): Promise<StoredListing | null> {
  const snapshot = join(root, cacheName(repo), 'snapshots', at);
  const files: PinnedFile[] = [];
  for (const path of context.guard.namesBelow(snapshot)) {
    const place = join(snapshot, path);
    const stats = context.guard.fileStats(place);
    if (stats === null) continue;
    const target = await unless(['EINVAL', ...NO_RECORD], context.disk.readlink(place));
    const hex = basename(String(target ?? ''));
    if (!COMMIT.test(hex) && !/^[0-9a-f]{64}$/.test(hex)) return null;
    const algorithm = hex.length === 64 ? 'sha256' : 'git-sha1';
    files.push({ path, bytes: Number(stats.size), digest: { algorithm, hex } });
  }
  return files.length === 0 ? null : { files, whole: looksWhole(files.map(({ path }) => path)) };
}
