import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { judgeHome, runJudge } from '../helpers/judges/judges.ts';
import { patternContent } from '../hub/content.ts';
import { type Hub, startHub } from '../hub/hub.ts';
import { tokenHash } from '../hub/request-log.ts';

const TOKEN = 'hf_judgetoken0123456789';
const MIB = 1024 * 1024;
const WEIGHTS = patternContent(3_000_000);
const CONFIG = JSON.stringify({ model_type: 'llama', note: 'x'.repeat(3000) });
const files = {
  'config.json': CONFIG,
  'tokenizer/vocab.txt': 'a\nb\n',
  'model.safetensors': WEIGHTS,
};

async function hubForJudge(): Promise<Hub> {
  const hub = await startHub({
    repos: {
      'org/model': { files, revisions: { 'v1.0': { kind: 'tag', files: { 'config.json': '{}' } } } },
      'org/gated': { files, gated: true, readers: ['alice'] },
      'org/private': { files, private: true, readers: ['alice'] },
    },
    tokens: { [TOKEN]: 'alice', hf_bobsjudgetoken012345: 'bob' },
    renamed: { 'old/model': 'org/model' },
    pageSize: 2,
  });
  onTestFinished(() => hub.close());
  return hub;
}

// Both major versions of the client: docling and older engines need a version below 2.
/** The environment of a client run. */
interface Client {
  readonly hub: Hub;
  readonly home: string;
  readonly token?: string | undefined;
}

type FileAt = readonly [path: string, revision?: string];

describe.each(['hf1', 'hf2'] as const)('the real hf client %s', (judge) => {
  const hf = ({ hub, home, token }: Client, args: readonly string[]) =>
    runJudge(judge, ['hf', ...args], {
      HOME: home,
      HF_HOME: home,
      HF_ENDPOINT: hub.endpoint,
      ...(token === undefined ? {} : { HF_TOKEN: token }),
    });

  const snapshotFile = ({ hub, home }: Client, repo: string, [path, revision = 'main']: FileAt): Buffer => {
    const folder = `models--${repo.replace('/', '--')}`;
    return readFileSync(join(home, 'hub', folder, 'snapshots', hub.commit(repo, revision).sha, path));
  };

  it('downloads a repository with a listing of several pages and verifies every hash', async () => {
    const [hub, home] = [await hubForJudge(), judgeHome()];
    const download = await hf({ hub, home }, ['download', 'org/model']);
    expect(download).toMatchObject({ code: 0 });
    expect(
      snapshotFile({ hub, home }, 'org/model', ['model.safetensors']).equals(WEIGHTS.read(0, WEIGHTS.size)),
    ).toBe(true);
    expect(snapshotFile({ hub, home }, 'org/model', ['config.json']).toString()).toBe(CONFIG);
    const check = ['cache', 'verify', 'org/model', '--fail-on-missing-files', '--fail-on-extra-files'];
    expect(await hf({ hub, home }, check)).toMatchObject({ code: 0 });
  });

  it('downloads nothing on a second run', async () => {
    const [hub, home] = [await hubForJudge(), judgeHome()];
    await hf({ hub, home }, ['download', 'org/model']);
    expect(hub.log.contentRequests()).toHaveLength(3);
    hub.log.clear();
    expect(await hf({ hub, home }, ['download', 'org/model'])).toMatchObject({ code: 0 });
    expect(hub.log.contentRequests()).toEqual([]);
  });

  it('downloads a tag', async () => {
    const [hub, home] = [await hubForJudge(), judgeHome()];
    expect(await hf({ hub, home }, ['download', 'org/model', '--revision', 'v1.0'])).toMatchObject({
      code: 0,
    });
    expect(snapshotFile({ hub, home }, 'org/model', ['config.json', 'v1.0']).toString()).toBe('{}');
  });

  it('follows the redirect of a renamed repository', async () => {
    const [hub, home] = [await hubForJudge(), judgeHome()];
    expect(await hf({ hub, home }, ['download', 'old/model', 'config.json'])).toMatchObject({ code: 0 });
  });

  it.each(['org/gated', 'org/private'])(
    'downloads %s with a token, which is never sent to the CDN',
    async (repo) => {
      const [hub, home] = [await hubForJudge(), judgeHome()];
      expect(await hf({ hub, home, token: TOKEN }, ['download', repo])).toMatchObject({ code: 0 });
      const onCdn = hub.log.entries().filter(({ port }) => port === 'cdn');
      const onHub = hub.log.entries().filter(({ path }) => path.startsWith(`/${repo}/resolve/`));
      expect(onCdn.map(({ status, authorized, bytesSent }) => [status, authorized, bytesSent])).toEqual([
        [200, false, WEIGHTS.size],
      ]);
      expect(new Set(onHub.map((entry) => entry.tokenHash))).toEqual(new Set([tokenHash(TOKEN)]));
    },
  );

  it.each([
    ['a gated repository without a token', 'org/gated', undefined, /gated|requires approval/i],
    [
      'a gated repository as a user without access',
      'org/gated',
      'hf_bobsjudgetoken012345',
      /gated|requires approval/i,
    ],
    ['a private repository without a token', 'org/private', undefined, /not found/i],
    ['a missing repository', 'org/none', TOKEN, /not found/i],
  ])('fails with its own message for %s', async (...[, repo, token, words]) => {
    const [hub, home] = [await hubForJudge(), judgeHome()];
    const download = await hf({ hub, home, token }, ['download', repo]);
    expect(download.code).not.toBe(0);
    expect(download.stdout + download.stderr).toMatch(words);
    expect(hub.log.contentRequests().filter(({ status }) => status < 400)).toEqual([]);
  });

  it('reports a missing revision', async () => {
    const [hub, home] = [await hubForJudge(), judgeHome()];
    const download = await hf({ hub, home }, ['download', 'org/model', '--revision', 'none']);
    expect(download.code).not.toBe(0);
    expect(download.stdout + download.stderr).toMatch(/revision.*not found/i);
  });

  it('accepts a flipped byte, which its verification detects', async () => {
    const [hub, home] = [await hubForJudge(), judgeHome()];
    hub.faults.add({ kind: 'flip-byte', path: '*model.safetensors' });
    expect(await hf({ hub, home }, ['download', 'org/model'])).toMatchObject({ code: 0 });
    const check = await hf({ hub, home }, ['cache', 'verify', 'org/model']);
    expect(check.code).toBe(1);
    expect(check.stdout + check.stderr).toContain('model.safetensors');
  });

  // The client writes in steps of 10 MiB.
  it('resumes with a range request after a broken connection', async () => {
    const [hub, home] = [await hubForJudge(), judgeHome()];
    const large = patternContent(24 * MIB);
    hub.publish('org/large', { files: { 'model.safetensors': large } });
    hub.faults.add({ kind: 'cut', bytes: 22 * MIB, port: 'cdn', times: 1 });
    expect(await hf({ hub, home }, ['download', 'org/large'])).toMatchObject({ code: 0 });
    expect(
      snapshotFile({ hub, home }, 'org/large', ['model.safetensors']).equals(large.read(0, large.size)),
    ).toBe(true);
    const onCdn = hub.log.entries().filter(({ port }) => port === 'cdn');
    expect(onCdn.map(({ status, range }) => [status, range])).toEqual([
      [200, undefined],
      [206, `bytes=${20 * MIB}-`],
    ]);
  });

  it('reports the user of the token', async () => {
    const [hub, home] = [await hubForJudge(), judgeHome()];
    const whoami = await hf({ hub, home, token: TOKEN }, ['auth', 'whoami']);
    expect(whoami.stdout).toContain('alice');
  });
});
