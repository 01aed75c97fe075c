import { type Answer, json } from '../answer.ts';
import type { Exchange } from '../exchange.ts';
import type { HubState } from '../protocol.ts';
import { type Commit, findCommit, type Repo } from '../repos.ts';

/** Error codes of ModelScope: unknown repository, access denied, invalid token. */
const NOT_FOUND = 10010205001;
const NO_ACCESS = 10010200001;
const BAD_TOKEN = 10010103009;

/** Returns a successful response of the hub. */
export function success(data: unknown): Answer {
  return json(200, { Code: 200, Data: data, Message: 'success', RequestId: 'test', Success: true });
}

/** Returns an error response of the hub: the HTTP status is nearly always 404. */
export function refusal(code: number, message: string, status = 404): Answer {
  return json(status, { Code: code, Message: message, RequestId: 'test', Success: false });
}

/** Returns the repository if this user may read it, or an error response. */
export function readableRepo(exchange: Exchange, hub: HubState, name: string): Repo | Answer {
  const token = exchange.sessionToken ?? exchange.bearer;
  const user = token === undefined ? undefined : hub.tokens.get(token);
  if (token !== undefined && user === undefined) return refusal(BAD_TOKEN, 'invalid token', 400);
  const repo = hub.repos.get(name);
  if (repo === undefined) return refusal(NOT_FOUND, 'record not found');
  const { spec } = repo;
  const open = spec.private !== true && spec.gated !== true;
  const mayRead = open || (user !== undefined && (spec.readers?.includes(user) ?? true));
  return mayRead ? repo : refusal(NO_ACCESS, 'no permission');
}

/** The default branch of the hub is `master`. */
export function commitAt(repo: Repo, revision: string): Commit | undefined {
  return findCommit(repo, revision) ?? (revision === 'master' ? findCommit(repo, 'main') : undefined);
}
