import { type Answer, redirect } from '../answer.ts';
import type { Exchange } from '../exchange.ts';
import { fileAnswer } from '../file-answer.ts';
import { cdnUrl } from '../huggingface/cdn.ts';
import { listFiles } from '../huggingface/tree.ts';
import type { HubState, Protocol } from '../protocol.ts';
import type { Repo } from '../repos.ts';
import { commitAt, readableRepo, refusal, success } from './access.ts';

/** Maximum number of entries in a listing; the hub truncates silently. */
const LISTING_LIMIT = 3000;
const COMMITTED = 1767225600;

/** ModelScope: the same repositories under `/api/v1/models/`, as used by its clients. */
export const modelScopeApi: Protocol = (exchange, hub) => {
  const [api, version, kind, org, name, ...verb] = exchange.segments;
  if (api !== 'api' || version !== 'v1' || kind !== 'models' || name === undefined) return undefined;
  const repo = readableRepo(exchange, hub, `${org}/${name}`);
  const isFile = verb.join('/') === 'repo';
  if ('status' in repo) return { ...repo, aboutFile: isFile };
  if (isFile) return { ...contentAnswer(exchange, hub, repo), aboutFile: true };
  if (verb.length === 0) return success({ Path: org, Name: name, Id: 1 });
  if (verb.join('/') === 'revisions') return success({ RevisionMap: revisionsOf(repo) });
  return verb.join('/') === 'repo/files' ? listing(exchange, hub, repo) : undefined;
};

/** For an unknown revision, the response is successful and `Files` is null. */
function listing(exchange: Exchange, hub: HubState, repo: Repo): Answer {
  const commit = commitAt(repo, exchange.query.get('Revision') ?? 'master');
  if (commit === undefined) return success({ Files: null });
  const root = exchange.query.get('Root') ?? '';
  const prefix = root === '' ? '' : `${root}/`;
  const recursive = exchange.query.get('Recursive') === 'True';
  const common = { Revision: commit.sha, CommittedDate: COMMITTED };
  const files = listFiles(exchange, hub, { repo, commit }).map(({ path, file, hashes }) => ({
    Path: path,
    Name: path.split('/').at(-1),
    Type: 'blob',
    Size: file.content.size,
    Sha256: hashes.sha256,
    IsLFS: file.lfs,
    ...common,
  }));
  const folders = [...foldersOf(files.map(({ Path }) => Path))].map((path) => ({
    Path: path,
    Name: path.split('/').at(-1),
    Type: 'tree',
    Size: 0,
    Sha256: '',
    ...common,
  }));
  const entries = [...folders, ...files].filter(
    ({ Path }) => Path.startsWith(prefix) && (recursive || !Path.slice(prefix.length).includes('/')),
  );
  return success({ Files: entries.slice(0, LISTING_LIMIT) });
}

/** Redirects large files to the CDN and serves small ones directly. */
function contentAnswer(exchange: Exchange, hub: HubState, repo: Repo): Answer {
  const path = exchange.query.get('FilePath') ?? '';
  const commit = commitAt(repo, exchange.query.get('Revision') ?? 'master');
  const file = commit?.files.get(path);
  if (commit === undefined || file === undefined) return refusal(10990101007, 'no such file');
  if (file.lfs) return redirect(302, cdnUrl(exchange, hub, { repo, commit, file }));
  const named = { ...exchange, path: `${exchange.path}/${path}` };
  return fileAnswer(named, hub.faults, { content: file.content, etag: file.sha256 });
}

function revisionsOf({ refs }: Repo) {
  const list = (wanted: 'branch' | 'tag') =>
    [...refs]
      .filter(([, { kind }]) => kind === wanted)
      .map(([name]) => ({ Revision: name === 'main' ? 'master' : name, CreatedAt: COMMITTED }));
  return { Branches: list('branch'), Tags: list('tag') };
}

function foldersOf(paths: readonly string[]): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const path of paths) {
    for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      folders.add(path.slice(0, slash));
    }
  }
  return folders;
}
