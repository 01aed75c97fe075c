import {
  cpSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { modelVersion } from '../../src/core/source/describe-model.ts';
import { type JudgeResult, judgeHome, runJudge } from '../helpers/judges/judges.ts';
import { testFetcher } from '../helpers/store/store-fixture.ts';
import { patternContent } from '../hub/content.ts';
import { type Hub, startHub } from '../hub/hub.ts';

const WEIGHTS = patternContent(300_000);
const files = {
  'config.json': '{"model_type": "llama"}\n',
  'README.md': '# a model\n',
  'empty.txt': '',
  'model.safetensors': { content: WEIGHTS, lfs: true },
  'copy/model.safetensors': { content: WEIGHTS, lfs: true },
  'tokenizer/deep/vocab.txt': 'a\nb\n',
};
const repos = {
  'org/model': {
    files,
    revisions: {
      'v1.0': { kind: 'tag', files: { 'config.json': '{}' } },
      'refs/pr/3': { kind: 'branch', files: { 'config.json': '{"pr": 3}', 'model.gguf': 'GGUF' } },
    },
  },
  'org/formats': { files: { ...files, 'pytorch_model.bin': { content: patternContent(50_000), lfs: true } } },
} as const;

const SNAPSHOT = [
  'import sys',
  'from huggingface_hub import snapshot_download',
  'print(snapshot_download(sys.argv[1], revision=sys.argv[2], allow_patterns=sys.argv[3:] or None))',
].join('\n');

async function hubForJudge(): Promise<Hub> {
  const hub = await startHub({ repos });
  onTestFinished(() => hub.close());
  return hub;
}

/** Pulls a reference into a store with rma. Returns the store and the commit. */
async function pulled(hub: Hub, ref: string, root = judgeHome()): Promise<{ root: string; commit: string }> {
  const fetcher = testFetcher(root, hub.endpoint);
  const model = await fetcher.resolve(ref);
  expect(await fetcher.fetch([model])).toMatchObject([{ state: 'present' }]);
  return { root, commit: modelVersion(model) };
}

/** Adopts a store of another program with rma. Returns content requests, bytes downloaded and the warm state. */
async function adoption(
  hub: Hub,
  ref: string,
  root: string,
): Promise<{ requests: number; fetchedBytes: number; warm: string }> {
  hub.log.clear();
  const fetcher = testFetcher(root, hub.endpoint);
  const model = await fetcher.resolve(ref);
  const [result] = await fetcher.fetch([model]);
  expect(result).toMatchObject({ state: 'present' });
  const { state: warm } = await fetcher.store.check(model);
  return { requests: hub.log.contentRequests().length, fetchedBytes: result?.fetchedBytes ?? -1, warm };
}

describe.each(['hf1', 'hf2'] as const)('a store read by the real hub client %s', (judge) => {
  const env = (root: string, more: Record<string, string> = {}) => ({
    HOME: root,
    HF_HOME: join(root, 'huggingface'),
    ...more,
  });
  const offline = (root: string, ...args: string[]): Promise<JudgeResult> =>
    runJudge(judge, ['python', '-c', SNAPSHOT, ...args], env(root, { HF_HUB_OFFLINE: '1' }));
  const online = (root: string, hub: Hub, ...args: string[]): Promise<JudgeResult> =>
    runJudge(judge, ['hf', ...args], env(root, { HF_ENDPOINT: hub.endpoint }));

  it('is listed without a warning and passes verification, with no missing or extra files', async () => {
    const hub = await hubForJudge();
    const { root } = await pulled(hub, 'hf:org/model');
    await pulled(hub, 'hf:org/model@v1.0', root);
    const list = await online(root, hub, 'cache', 'ls');
    expect(list).toMatchObject({ code: 0 });
    expect(list.stdout).toContain('org/model');
    expect(list.stdout + list.stderr).not.toMatch(/warn|corrupt/i);
    const check = ['cache', 'verify', 'org/model', '--fail-on-missing-files', '--fail-on-extra-files'];
    expect(await online(root, hub, ...check)).toMatchObject({ code: 0 });
    expect(await online(root, hub, ...check, '--revision', 'v1.0')).toMatchObject({ code: 0 });
  });

  it.each([
    ['a whole repository', 'hf:org/model', [], 6],
    ['a repository without its other weights', 'hf:org/formats', [], 6],
    ['files that match a pattern', 'hf:org/model:*.safetensors', ['*.safetensors'], 2],
    ['one file', 'hf:org/model:config.json', ['config.json'], 1],
  ] as const)('has %s available offline by branch and by commit', async (...[, ref, patterns, count]) => {
    const hub = await hubForJudge();
    const { root, commit } = await pulled(hub, ref);
    const repo = ref.slice('hf:'.length).split(':')[0] ?? '';
    for (const revision of ['main', commit]) {
      for (const asked of [patterns, []]) {
        const answer = await offline(root, repo, revision, ...asked);
        expect(answer, answer.stderr).toMatchObject({ code: 0 });
        const folder = answer.stdout.trim();
        expect(basename(folder)).toBe(commit);
        const found = readdirSync(folder, { recursive: true, encoding: 'utf8' });
        expect(found.filter((name) => statSync(join(folder, name)).isFile())).toHaveLength(count);
      }
    }
  });

  it.each(['v1.0', 'refs/pr/3'])('has %s available offline by its name and its commit', async (revision) => {
    const hub = await hubForJudge();
    const { root, commit } = await pulled(hub, `hf:org/model@${revision}`);
    for (const each of [revision, commit]) {
      const answer = await offline(root, 'org/model', each);
      expect(answer, answer.stderr).toMatchObject({ code: 0 });
      expect(basename(answer.stdout.trim())).toBe(commit);
    }
    const check = ['cache', 'verify', 'org/model', '--fail-on-missing-files', '--fail-on-extra-files'];
    expect(await online(root, hub, ...check, '--revision', revision)).toMatchObject({ code: 0 });
    expect(await online(root, hub, 'cache', 'ls', '--revisions')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(revision),
    });
  });

  it('can grow from a partial to a full repository without downloading that part again', async () => {
    const hub = await hubForJudge();
    const { root } = await pulled(hub, 'hf:org/model:*.safetensors');
    expect((await adoption(hub, 'hf:org/model', root)).fetchedBytes).toBeLessThan(1000);
    const check = ['cache', 'verify', 'org/model', '--fail-on-missing-files', '--fail-on-extra-files'];
    expect(await online(root, hub, ...check)).toMatchObject({ code: 0 });
    const answer = await offline(root, 'org/model', 'main');
    expect(readFileSync(join(answer.stdout.trim(), 'tokenizer/deep/vocab.txt'), 'utf8')).toBe('a\nb\n');
  });

  it('is reported as incomplete if a file of the snapshot is missing', async () => {
    const hub = await hubForJudge();
    const { root, commit } = await pulled(hub, 'hf:org/model');
    rmSync(join(root, 'huggingface/hub/models--org--model/snapshots', commit, 'config.json'));
    const answer = await offline(root, 'org/model', 'main');
    expect(answer.code).not.toBe(0);
    expect(answer.stderr).toContain('IncompleteSnapshotError');
  });

  it('needs no download for a repository pulled by rma', async () => {
    const hub = await hubForJudge();
    const { root } = await pulled(hub, 'hf:org/model');
    hub.log.clear();
    expect(await online(root, hub, 'download', 'org/model')).toMatchObject({ code: 0 });
    expect(hub.log.contentRequests()).toEqual([]);
  });

  it('and written by it is adopted by rma without a content request', async () => {
    const hub = await hubForJudge();
    const root = judgeHome();
    expect(await online(root, hub, 'download', 'org/model')).toMatchObject({ code: 0 });
    expect(await adoption(hub, 'hf:org/model', root)).toEqual({
      requests: 0,
      fetchedBytes: 0,
      warm: 'present',
    });
  });

  it('and partly written by it is completed by rma without downloading that part again', async () => {
    const hub = await hubForJudge();
    const root = judgeHome();
    expect(await online(root, hub, 'download', 'org/model', '--include', '*.safetensors')).toMatchObject({
      code: 0,
    });
    hub.log.clear();
    const fetcher = testFetcher(root, hub.endpoint);
    const [result] = await fetcher.fetch([await fetcher.resolve('hf:org/model')]);
    expect(result).toMatchObject({ state: 'present' });
    expect(result?.fetchedBytes).toBeLessThan(1000);
    expect(await online(root, hub, 'cache', 'verify', 'org/model', '--fail-on-missing-files')).toMatchObject({
      code: 0,
    });
  });

  it('and written by it is repaired by rma file by file, which the client itself does not do', async () => {
    const hub = await hubForJudge();
    const root = judgeHome();
    await online(root, hub, 'download', 'org/model');
    const snapshot = join(root, 'huggingface/hub/models--org--model/snapshots', hub.commit('org/model').sha);
    const path = join(snapshot, 'model.safetensors');
    const content = readFileSync(path);
    content[1000] = (content[1000] ?? 0) ^ 1;
    writeFileSync(path, content);
    expect(await online(root, hub, 'download', 'org/model')).toMatchObject({ code: 0 });
    expect(await online(root, hub, 'cache', 'verify', 'org/model')).toMatchObject({ code: 1 });
    expect(await adoption(hub, 'hf:org/model', root)).toMatchObject({
      fetchedBytes: 300_000,
      warm: 'present',
    });
    expect(await online(root, hub, 'cache', 'verify', 'org/model')).toMatchObject({ code: 0 });
  });

  it('with files instead of symbolic links is adopted unchanged and loads offline', async () => {
    const hub = await hubForJudge();
    const source = judgeHome();
    await online(source, hub, 'download', 'org/model');
    const root = judgeHome();
    cpSync(join(source, 'huggingface/hub'), join(root, 'huggingface/hub'), {
      recursive: true,
      dereference: true,
    });
    rmSync(join(root, 'huggingface/hub/models--org--model/blobs'), { recursive: true });
    expect(await adoption(hub, 'hf:org/model', root)).toEqual({
      requests: 0,
      fetchedBytes: 0,
      warm: 'present',
    });
    const snapshot = join(root, 'huggingface/hub/models--org--model/snapshots', hub.commit('org/model').sha);
    expect(statSync(join(snapshot, 'model.safetensors')).nlink).toBe(1);
    expect(await offline(root, 'org/model', 'main')).toMatchObject({ code: 0 });
  });

  it('with blobs linked to a shared directory is adopted, and the shared files are kept', async () => {
    const hub = await hubForJudge();
    const { root } = await pulled(hub, 'hf:org/model');
    const cache = join(root, 'huggingface/hub/models--org--model');
    const shared = join(root, 'shared');
    cpSync(join(cache, 'blobs'), shared, { recursive: true });
    for (const blob of readdirSync(shared)) {
      renameSync(join(cache, 'blobs', blob), join(root, 'old-blob'));
      symlinkSync(join('../../../../shared', blob), join(cache, 'blobs', blob));
    }
    rmSync(join(root, '.rma'), { recursive: true });
    const before = readdirSync(shared);
    expect(await adoption(hub, 'hf:org/model', root)).toEqual({
      requests: 0,
      fetchedBytes: 0,
      warm: 'present',
    });
    expect(readdirSync(shared)).toEqual(before);
    expect(await offline(root, 'org/model', 'main')).toMatchObject({ code: 0 });
  });
});
