import { type Answer, redirect } from '../answer.ts';
import type { Exchange } from '../exchange.ts';
import { fileAnswer } from '../file-answer.ts';
import type { HubState, Protocol } from '../protocol.ts';
import { type Found, findOpenRepo, findRevision, refuse } from './access.ts';
import { movedAnswer } from './api.ts';
import { cdnUrl } from './cdn.ts';
import { type Located, publishedHashes } from './published-file.ts';

/**
 * `/{repo}/resolve/{revision}/{path}`: redirects an LFS file to a signed CDN URL, and a plain file by a relative
 * redirect to `/api/resolve-cache/models/{repo}/{commit}/{path}`, where it is served.
 */
export const huggingFaceResolve: Protocol = (exchange, hub) => {
  const [org, name, verb, revision, ...path] = exchange.segments;
  if (verb !== 'resolve' || revision === undefined || path.length === 0) return undefined;
  const newName = hub.renamed.get(`${org}/${name}`);
  if (newName !== undefined) return movedAnswer(exchange, `${org}/${name}`, newName);
  const located = locate(exchange, hub, { name: `${org}/${name}`, revision, path: path.join('/') });
  return { ...(located.ok ? linkAnswer(exchange, hub, located.value) : located.refusal), aboutFile: true };
};

/** Serves plain files at the URL that `resolve` redirects to. */
export const huggingFaceResolveCache: Protocol = (exchange, hub) => {
  const [api, cache, kind, org, name, revision = '', ...path] = exchange.segments;
  if (api !== 'api' || cache !== 'resolve-cache' || kind !== 'models') return undefined;
  const located = locate(exchange, hub, { name: `${org}/${name}`, revision, path: path.join('/') });
  if (!located.ok) return { ...located.refusal, aboutFile: true };
  const { commit, file } = located.value;
  return fileAnswer(exchange, hub.faults, {
    content: file.content,
    etag: publishedHashes(exchange, hub.faults, located.value).oid,
    compressible: true,
    headers: { 'x-repo-commit': commit.sha, 'content-type': 'text/plain; charset=utf-8' },
  });
};

function linkAnswer(exchange: Exchange, hub: HubState, located: Located): Answer {
  const { repo, commit, file } = located;
  const { oid, sha256 } = publishedHashes(exchange, hub.faults, located);
  const headers = {
    'x-repo-commit': commit.sha,
    'x-linked-size': file.content.size,
    'x-linked-etag': `"${file.lfs ? sha256 : oid}"`,
    'accept-ranges': 'bytes',
  };
  // The path of the file is one segment with escaped slashes, so that clients cannot resolve a `..` in it.
  const name = encodeURIComponent(file.path);
  if (!file.lfs) {
    return redirect(307, `/api/resolve-cache/models/${repo.name}/${commit.sha}/${name}`, headers);
  }
  return redirect(302, cdnUrl(exchange, hub, located), headers);
}

function locate(
  exchange: Exchange,
  hub: HubState,
  wanted: { readonly name: string; readonly revision: string; readonly path: string },
): Found<Located> {
  const repo = findOpenRepo(exchange, hub, wanted.name);
  if (!repo.ok) return repo;
  const commit = findRevision(repo.value, wanted.revision);
  if (!commit.ok) return commit;
  const { sha, files } = commit.value;
  const file = files.get(wanted.path);
  if (file === undefined) {
    const { refusal } = refuse(404, 'EntryNotFound', 'Entry not found');
    const headers = { ...refusal.headers, 'x-repo-commit': sha };
    return { ok: false, refusal: { ...refusal, headers } };
  }
  return { ok: true, value: { repo: repo.value, commit: commit.value, file } };
}
