import { createHash } from 'node:crypto';
import { type Answer, json } from '../answer.ts';
import { type Exchange, encodePath } from '../exchange.ts';
import type { HubState } from '../protocol.ts';
import type { Commit, HubFile, Repo } from '../repos.ts';
import { refuse } from './access.ts';
import { fileTarget, type PublishedHashes, publishedHashes } from './published-file.ts';

/** A file under the name that the hub publishes. */
export interface ListedFile {
  readonly path: string;
  readonly file: HubFile;
  readonly hashes: PublishedHashes;
}

const COMMIT_TEXT = { title: 'Upload files', date: '2026-01-01T00:00:00.000Z' };
const SAFE = { status: 'safe', avScan: { status: 'safe' }, pickleImportScan: null };

/** `GET /api/models/{repo}/tree/{revision}[/{folder}]`: files and directories, in pages joined by `Link: …; rel="next"`. */
export function treeAnswer(
  exchange: Exchange,
  hub: HubState,
  { repo, commit, folder }: { readonly repo: Repo; readonly commit: Commit; readonly folder: string },
): Answer {
  const prefix = folder === '' ? '' : `${folder}/`;
  const files = listFiles(exchange, hub, { repo, commit }).filter(({ path }) => path.startsWith(prefix));
  if (files.length === 0 && folder !== '') {
    return refuse(404, 'EntryNotFound', `${folder} does not exist on "${commit.sha}"`).refusal;
  }
  const recursive = exchange.query.get('recursive') === 'true';
  const expand = exchange.query.get('expand') === 'true';
  const entries = entriesOf(files, prefix, expand ? commit : null).filter(
    ({ path }) => recursive || !path.slice(prefix.length).includes('/'),
  );
  const limit = Math.min(hub.pageSize, Number(exchange.query.get('limit') ?? hub.pageSize));
  const start = Number(exchange.query.get('cursor') ?? 0);
  const end = start + limit;
  const next = end < entries.length ? { link: `<${pageUrl(exchange, end)}>; rel="next"` } : {};
  return json(200, entries.slice(start, end), next);
}

export function listFiles(
  exchange: Exchange,
  { faults }: HubState,
  { repo, commit }: { readonly repo: Repo; readonly commit: Commit },
): ListedFile[] {
  return [...commit.files.values()].map((file) => {
    const located = { repo, commit, file };
    const path = faults.strike('list-as', fileTarget(exchange, located))?.as ?? file.path;
    return { path, file, hashes: publishedHashes(exchange, faults, located) };
  });
}

/** Returns the entries of a listing, each with the commit if given. */
function entriesOf(files: readonly ListedFile[], prefix: string, commit: Commit | null) {
  const lastCommit = commit === null ? {} : { lastCommit: { id: commit.sha, ...COMMIT_TEXT } };
  const folders = [...foldersOf(files, prefix)].map((path) => ({
    type: 'directory',
    oid: createHash('sha1')
      .update(`${commit?.sha ?? ''} ${path}`)
      .digest('hex'),
    size: 0,
    path,
    ...lastCommit,
  }));
  const security = commit === null ? {} : { securityFileStatus: SAFE };
  return [...folders, ...files.map((file) => ({ ...fileEntry(file), ...lastCommit, ...security }))];
}

function fileEntry({ file, path, hashes }: ListedFile) {
  const { size } = file.content;
  const lfs = file.lfs ? { lfs: { oid: hashes.sha256, size, pointerSize: file.pointerSize } } : {};
  return { type: 'file', oid: hashes.oid, size, ...lfs, path };
}

function foldersOf(files: readonly ListedFile[], prefix: string): Set<string> {
  const folders = new Set<string>();
  for (const { path } of files) {
    for (let slash = path.indexOf('/', prefix.length); slash > 0; slash = path.indexOf('/', slash + 1)) {
      folders.add(path.slice(0, slash));
    }
  }
  return folders;
}

function pageUrl({ origin, path, query }: Exchange, cursor: number): string {
  const next = new URLSearchParams(query);
  next.set('cursor', String(cursor));
  return `${origin}${encodePath(path)}?${next}`;
}
