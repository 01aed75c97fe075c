import { describe, expect, it } from 'vitest';
import { tokenHash } from '../../hub/request-log.ts';
import { ask, askJson } from './http-client.ts';
import { hubForTest, TOKEN } from './hub-fixture.ts';

const files = { 'config.json': '{}' };
const repos = {
  'org/open': { files },
  'org/gated': { files, gated: true, readers: ['alice'] },
  'org/private': { files, private: true, readers: ['alice'] },
};
const BOB = 'hf_bobbobbobbob';
const tokens = { [TOKEN]: 'alice', [BOB]: 'bob' };

const bearer = (token: string | undefined): Readonly<Record<string, string>> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

describe('access to repositories', () => {
  it.each([
    ['an anonymous user', 'org/open', undefined, 200, undefined],
    ['an anonymous user', 'org/gated', undefined, 200, undefined],
    ['an anonymous user', 'org/private', undefined, 401, 'RepoNotFound'],
    ['an anonymous user', 'org/none', undefined, 401, 'RepoNotFound'],
    ['bob', 'org/private', BOB, 404, 'RepoNotFound'],
    ['bob', 'org/none', BOB, 404, 'RepoNotFound'],
    ['alice', 'org/private', TOKEN, 200, undefined],
    ['a client with a wrong token', 'org/open', 'hf_wrong', 401, undefined],
  ])('checks the access of %s to the listing of %s', async (...[, repo, token, status, code]) => {
    const hub = await hubForTest({ repos, tokens });
    const reply = await ask(`${hub.endpoint}/api/models/${repo}/tree/main`, { headers: bearer(token) });
    expect([reply.status, reply.headers['x-error-code']]).toEqual([status, code]);
  });

  it.each([
    ['an anonymous user', undefined, 401],
    ['bob, who has no access', BOB, 403],
  ])('rejects a request for a gated file from %s', async (_, token, status) => {
    const hub = await hubForTest({ repos, tokens });
    const reply = await ask(`${hub.endpoint}/org/gated/resolve/main/config.json`, { headers: bearer(token) });
    expect([reply.status, reply.headers['x-error-code']]).toEqual([status, 'GatedRepo']);
  });

  it('serves a gated file to an allowed user, and checks the token after the redirect', async () => {
    const hub = await hubForTest({ repos, tokens });
    const headers = bearer(TOKEN);
    const link = await ask(`${hub.endpoint}/org/gated/resolve/main/config.json`, { headers });
    const file = `${hub.endpoint}${link.headers.location}`;
    expect([(await ask(file, { headers })).status, (await ask(file)).status]).toEqual([200, 401]);
  });

  it.each([
    ['/api/models/org/open/revision/none', 'RevisionNotFound'],
    ['/org/open/resolve/none/config.json', 'RevisionNotFound'],
    ['/org/open/resolve/main/none.json', 'EntryNotFound'],
    ['/api/models/org/open/tree/main/none', 'EntryNotFound'],
  ])('answers 404 to %s with the code %s', async (path, code) => {
    const hub = await hubForTest({ repos, tokens });
    const reply = await ask(hub.endpoint + path);
    expect([reply.status, reply.headers['x-error-code']]).toEqual([404, code]);
  });

  it('auth-check reports who may read the files', async () => {
    const hub = await hubForTest({ repos, tokens });
    const url = `${hub.endpoint}/api/models/org/gated/auth-check`;
    const statuses = await Promise.all(
      [undefined, BOB, TOKEN].map(async (token) => (await ask(url, { headers: bearer(token) })).status),
    );
    expect(statuses).toEqual([401, 403, 200]);
  });

  it('whoami returns the user of a token', async () => {
    const hub = await hubForTest({ repos, tokens });
    const url = `${hub.endpoint}/api/whoami-v2`;
    expect(await askJson(url, { headers: bearer(TOKEN) })).toMatchObject({ name: 'alice' });
    expect((await ask(url)).status).toBe(401);
  });

  it('logs the hash of a token, never the token', async () => {
    const hub = await hubForTest({ repos, tokens });
    await ask(`${hub.endpoint}/api/whoami-v2`, { headers: bearer(TOKEN) });
    await ask(`${hub.endpoint}/api/whoami-v2`);
    expect(hub.log.entries().map((entry) => [entry.authorized, entry.tokenHash])).toEqual([
      [true, tokenHash(TOKEN)],
      [false, undefined],
    ]);
    expect(JSON.stringify(hub.log.entries())).not.toContain(TOKEN);
  });
});
