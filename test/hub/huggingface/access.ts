import { type Answer, json } from '../answer.ts';
import type { Exchange } from '../exchange.ts';
import type { HubState } from '../protocol.ts';
import { type Commit, findCommit, type Repo } from '../repos.ts';

/** The requested object, or an error response. */
export type Found<T> = { readonly ok: true; readonly value: T } | Refused;

export interface Refused {
  readonly ok: false;
  readonly refusal: Answer;
}

/** Returns the user of the request's token, undefined without a token; rejects an unknown token. */
export function findUser({ bearer }: Exchange, { tokens }: HubState): Found<string | undefined> {
  if (bearer === undefined) return { ok: true, value: undefined };
  const value = tokens.get(bearer);
  if (value !== undefined) return { ok: true, value };
  return refuse(401, undefined, 'Invalid credentials in Authorization header');
}

/** Returns the repository if visible to this user. Anonymous users get 401 for missing and private ones alike. */
export function findRepo(exchange: Exchange, hub: HubState, name: string): Found<Repo> {
  const user = findUser(exchange, hub);
  if (!user.ok) return user;
  const repo = hub.repos.get(name);
  if (repo !== undefined && (!repo.spec.private || mayRead(repo, user.value)))
    return { ok: true, value: repo };
  return user.value === undefined
    ? refuse(401, 'RepoNotFound', 'Invalid username or password.')
    : refuse(404, 'RepoNotFound', 'Repository not found');
}

/** Like `findRepo`, for files: those of a gated repository require access. */
export function findOpenRepo(exchange: Exchange, hub: HubState, name: string): Found<Repo> {
  const found = findRepo(exchange, hub, name);
  const user = findUser(exchange, hub);
  if (!found.ok || !user.ok) return found;
  if (!found.value.spec.gated || mayRead(found.value, user.value)) return found;
  const start = `Access to model ${name} is restricted`;
  return user.value === undefined
    ? refuse(401, 'GatedRepo', `${start}. You must have access to it and be authenticated to access it.`)
    : refuse(403, 'GatedRepo', `${start} and you are not in the authorized list.`);
}

export function findRevision(repo: Repo, revision: string): Found<Commit> {
  const value = findCommit(repo, revision);
  if (value !== undefined) return { ok: true, value };
  return refuse(404, 'RevisionNotFound', `Invalid rev id: ${revision}`);
}

/** Returns an error response of the hub, with code and message in headers. */
export function refuse(status: number, code: string | undefined, message: string): Refused {
  const coded = code === undefined ? {} : { 'x-error-code': code };
  const refusal = json(status, { error: message }, { 'x-error-message': message, ...coded });
  return { ok: false, refusal };
}

function mayRead({ spec }: Repo, user: string | undefined): boolean {
  return user !== undefined && (spec.readers === undefined || spec.readers.includes(user));
}
