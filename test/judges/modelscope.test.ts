import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type JudgeResult, judgeHome, runJudge } from '../helpers/judges/judges.ts';
import { testFetcher } from '../helpers/store/store-fixture.ts';
import { patternContent } from '../hub/content.ts';
import { type Hub, startHub } from '../hub/hub.ts';
import { tokenHash } from '../hub/request-log.ts';

const TOKEN = 'ms-0a1b2c3d-judge-token';
const files = {
  'config.json': '{"model_type": "llama"}\n',
  'README.md': '# a model\n',
  'empty.txt': '',
  'model.safetensors': { content: patternContent(300_000), lfs: true },
  'tokenizer/deep/vocab.txt': 'a\nb\n',
};
const repos = {
  'org/model': { files },
  'org/model.v2': { files },
  'org/private': { files, private: true },
};

const SNAPSHOT = [
  'import json, sys',
  'from modelscope import snapshot_download',
  'print(snapshot_download(sys.argv[1], **json.loads(sys.argv[2])))',
].join('\n');

async function hubForJudge(): Promise<Hub> {
  const hub = await startHub({ repos, tokens: { [TOKEN]: 'alice' } });
  onTestFinished(() => hub.close());
  return hub;
}

interface Sdk {
  readonly hub: Hub;
  readonly home: string;
  readonly token?: string;
}

function sdk(
  { hub, home, token }: Sdk,
  repo: string,
  options: Readonly<Record<string, unknown>>,
): Promise<JudgeResult> {
  const env = {
    HOME: home,
    MODELSCOPE_ENDPOINT: hub.endpoint,
    ...(token === undefined ? {} : { MODELSCOPE_API_TOKEN: token }),
  };
  return runJudge('modelscope', ['python', '-c', SNAPSHOT, repo, JSON.stringify(options)], env);
}

function verify(hub: Hub, root: string, repo: string): Promise<JudgeResult> {
  const folder = ['--local-dir', join(root, 'modelscope', repo)];
  const strict = ['--fail-on-missing-files', '--fail-on-extra-files'];
  const env = { HOME: root, MODELSCOPE_ENDPOINT: hub.endpoint };
  return runJudge('modelscope', ['modelscope', 'cache', 'verify', repo, ...folder, ...strict], env);
}

/** Pulls a reference into a store with rma. */
async function pulled(hub: Hub, ref: string, root = judgeHome()): Promise<string> {
  const fetcher = testFetcher(root, hub.endpoint);
  expect(await fetcher.fetch([await fetcher.resolve(ref)])).toMatchObject([{ state: 'present' }]);
  return root;
}

/** Returns whether rma adopts a store of another program, and the number of content requests. */
async function adoption(hub: Hub, ref: string, root: string) {
  hub.log.clear();
  const fetcher = testFetcher(root, hub.endpoint);
  const model = await fetcher.resolve(ref);
  const [result] = await fetcher.fetch([model]);
  const { state } = await fetcher.store.check(model);
  return { requests: hub.log.contentRequests().length, fetchedBytes: result?.fetchedBytes, state };
}

const TAKEN = { requests: 0, fetchedBytes: 0, state: 'present' };

function expectFiles(folder: string): void {
  for (const [path, spec] of Object.entries(files)) {
    const content = readFileSync(join(folder, path));
    const expected = typeof spec === 'string' ? Buffer.from(spec) : spec.content.read(0, spec.content.size);
    expect(content.equals(expected), path).toBe(true);
  }
}

describe('a ModelScope directory of rma, read by the real SDK', () => {
  it('loads offline, by path and by name', async () => {
    const hub = await hubForJudge();
    const root = await pulled(hub, 'ms:org/model');
    hub.log.clear();
    const folder = join(root, 'modelscope/org/model');
    const offline = { local_files_only: true };
    const byPath = await sdk({ hub, home: root }, 'org/model', { ...offline, local_dir: folder });
    expect(byPath).toMatchObject({ code: 0 });
    const byName = await sdk({ hub, home: root }, 'org/model', {
      ...offline,
      cache_dir: join(root, 'modelscope'),
    });
    expect(byName).toMatchObject({ code: 0 });
    expect([byPath.stdout.trim(), byName.stdout.trim().split('\n').at(-1)]).toEqual([folder, folder]);
    expect(hub.log.entries()).toEqual([]);
    expectFiles(folder);
  });

  it('is used online without a content request', async () => {
    const hub = await hubForJudge();
    const root = await pulled(hub, 'ms:org/model');
    hub.log.clear();
    const folder = join(root, 'modelscope/org/model');
    expect(await sdk({ hub, home: root }, 'org/model', { local_dir: folder })).toMatchObject({ code: 0 });
    expect(hub.log.contentRequests()).toEqual([]);
  });

  it('passes the verification of the SDK, which detects a flipped byte; rma repairs only that file', async () => {
    const hub = await hubForJudge();
    const root = await pulled(hub, 'ms:org/model');
    expect(await verify(hub, root, 'org/model')).toMatchObject({ code: 0 });
    const path = join(root, 'modelscope/org/model/model.safetensors');
    const content = readFileSync(path);
    content[1000] = (content[1000] ?? 0) ^ 1;
    writeFileSync(path, content);
    expect(await verify(hub, root, 'org/model')).toMatchObject({ code: 1 });
    expect(await adoption(hub, 'ms:org/model', root)).toMatchObject({ fetchedBytes: 300_000 });
    expect(await verify(hub, root, 'org/model')).toMatchObject({ code: 0 });
  });
});

describe('a download of the real SDK', () => {
  it.each(['org/model', 'org/model.v2'])(
    'of %s in its cache is linked into place without a content request',
    async (repo) => {
      const hub = await hubForJudge();
      const root = judgeHome();
      const cache = join(root, 'modelscope');
      expect(await sdk({ hub, home: root }, repo, { cache_dir: cache })).toMatchObject({ code: 0 });
      expect(await adoption(hub, `ms:${repo}`, root)).toEqual(TAKEN);
      const folder = join(cache, repo);
      expectFiles(folder);
      const [seed] = readdirSync(cache, { recursive: true, encoding: 'utf8' }).filter((name) =>
        /snapshots.*safetensors$/.test(name),
      );
      const inode = statSync(join(folder, 'model.safetensors')).ino;
      expect(statSync(join(cache, seed ?? '')).ino).toBe(inode);
      expect(await verify(hub, root, repo)).toMatchObject({ code: 0 });
    },
  );

  it('in a plain directory is adopted in place', async () => {
    const hub = await hubForJudge();
    const root = judgeHome();
    const folder = join(root, 'modelscope/org/model');
    expect(await sdk({ hub, home: root }, 'org/model', { local_dir: folder })).toMatchObject({ code: 0 });
    expect(await adoption(hub, 'ms:org/model', root)).toEqual(TAKEN);
    expectFiles(folder);
  });

  it('that is partial is completed without downloading that part again', async () => {
    const hub = await hubForJudge();
    const root = judgeHome();
    const folder = join(root, 'modelscope/org/model');
    await sdk({ hub, home: root }, 'org/model', { local_dir: folder, allow_patterns: ['*.safetensors'] });
    expect(existsSync(join(folder, 'config.json'))).toBe(false);
    expect((await adoption(hub, 'ms:org/model', root)).fetchedBytes).toBeLessThan(1000);
    expectFiles(folder);
  });
});

it('the real SDK sends its token only to the hub, and can read a private repository with it', async () => {
  const hub = await hubForJudge();
  const home = judgeHome();
  const options = { local_dir: join(home, 'private') };
  expect(await sdk({ hub, home }, 'org/private', options)).not.toMatchObject({ code: 0 });
  expect(await sdk({ hub, home: home, token: TOKEN }, 'org/private', options)).toMatchObject({ code: 0 });
  const hashes = hub.log.entries().flatMap(({ tokenHash: hash }) => hash ?? []);
  expect(new Set(hashes)).toEqual(new Set([tokenHash(TOKEN)]));
  expect(hub.log.entries().filter(({ port, authorized }) => port === 'cdn' && authorized)).toEqual([]);
});
