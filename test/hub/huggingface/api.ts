import { type Answer, json, redirect, text } from '../answer.ts';
import type { Exchange } from '../exchange.ts';
import type { HubState, Protocol } from '../protocol.ts';
import type { Commit, Repo } from '../repos.ts';
import { findOpenRepo, findRepo, findRevision, findUser, refuse } from './access.ts';
import { listFiles, treeAnswer } from './tree.ts';

const DATE = '2026-01-01T00:00:00.000Z';

/** The JSON API of the hub: whoami, repositories, revisions and listings. Metadata of a gated repository is public. */
export const huggingFaceApi: Protocol = (exchange, hub) => {
  const [api, kind, org, name, ...rest] = exchange.segments;
  if (api !== 'api') return undefined;
  if (kind === 'whoami-v2') return userAnswer(exchange, hub);
  if (kind !== 'models' || org === undefined || name === undefined) return undefined;
  const newName = hub.renamed.get(`${org}/${name}`);
  if (newName !== undefined) return movedAnswer(exchange, `${org}/${name}`, newName);
  return modelAnswer(exchange, hub, [`${org}/${name}`, ...rest]);
};

/** Returns a relative redirect to the new name of the repository. */
export function movedAnswer(exchange: Exchange, oldName: string, newName: string): Answer {
  return redirect(307, (exchange.request.url ?? '').replace(oldName, newName));
}

function userAnswer(exchange: Exchange, hub: HubState): Answer {
  const user = findUser(exchange, hub);
  if (!user.ok) return user.refusal;
  const name = user.value;
  if (name === undefined) return refuse(401, undefined, 'Invalid username or password.').refusal;
  const auth = { type: 'access_token', accessToken: { displayName: 'test', role: 'read' } };
  return json(200, { type: 'user', id: name, name, fullname: name, isPro: false, orgs: [], auth });
}

function modelAnswer(exchange: Exchange, hub: HubState, parts: readonly string[]): Answer {
  const [name = '', verb, revision = 'main', ...path] = parts;
  const repo = verb === 'auth-check' ? findOpenRepo(exchange, hub, name) : findRepo(exchange, hub, name);
  if (!repo.ok) return repo.refusal;
  if (verb === 'auth-check') return json(200, {});
  if (verb === 'refs') return json(200, refsOf(repo.value));
  if (verb !== undefined && verb !== 'revision' && verb !== 'tree') return text(404, 'Not Found');
  const commit = findRevision(repo.value, revision);
  if (!commit.ok) return commit.refusal;
  const at = { repo: repo.value, commit: commit.value };
  if (verb === 'tree') return treeAnswer(exchange, hub, { ...at, folder: path.join('/') });
  return json(200, modelInfo(exchange, hub, at));
}

function modelInfo(exchange: Exchange, hub: HubState, at: { readonly repo: Repo; readonly commit: Commit }) {
  const { repo, commit } = at;
  const { name, spec } = repo;
  return {
    _id: commit.sha.slice(0, 24),
    id: name,
    modelId: name,
    author: name.split('/')[0],
    sha: commit.sha,
    lastModified: DATE,
    createdAt: DATE,
    private: spec.private ?? false,
    gated: spec.gated ? 'manual' : false,
    disabled: false,
    downloads: 0,
    likes: 0,
    tags: [],
    siblings: listFiles(exchange, hub, { repo, commit }).map(({ path }) => ({ rfilename: path })),
  };
}

function refsOf({ refs }: Repo) {
  const list = (wanted: 'branch' | 'tag', folder: string) =>
    [...refs]
      .filter(([, { kind }]) => kind === wanted)
      .map(([name, { commit }]) => ({ name, ref: `refs/${folder}/${name}`, targetCommit: commit.sha }));
  return { branches: list('branch', 'heads'), converts: [], tags: list('tag', 'tags') };
}
