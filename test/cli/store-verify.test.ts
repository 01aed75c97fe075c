import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { expectFault } from '../helpers/cli/expect-fault.ts';
import { runRma } from '../helpers/cli/run-rma.ts';
import { builtRma, run, start } from '../helpers/cli/spawn-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { COMMIT, ollamaManifest, plantFile, plantSnapshot } from '../helpers/store/foreign-store.ts';
import { gitSha1, sha256 } from '../helpers/store/model-server.ts';
import { testFetcher } from '../helpers/store/store-fixture.ts';
import { flipByte } from '../helpers/store/verify-fixture.ts';
import { patternContent } from '../hub/content.ts';
import { startHub } from '../hub/hub.ts';

const BLOB = Buffer.alloc(75, 'x');
const PLACE = `ollama/blobs/sha256-${sha256(BLOB)}`;
const CONFIG = gitSha1(Buffer.from('{}'));

let dir = '';
let store = '';
beforeEach(() => {
  dir = tempFolder();
  store = join(dir, 'store');
  plantSnapshot(store, { repo: 'org/name', commit: COMMIT }, { 'config.json': CONFIG });
  plantFile(store, `huggingface/hub/models--org--name/blobs/${CONFIG}`, '{}');
  plantFile(store, 'huggingface/hub/models--org--name/refs/main', COMMIT);
  plantFile(store, PLACE, BLOB);
  plantFile(
    store,
    'ollama/manifests/registry.ollama.ai/library/a/latest',
    ollamaManifest([sha256(BLOB)], sha256(BLOB)),
  );
});

const rma = (...argv: readonly string[]) =>
  runRma(['models', ...argv, '--dest', store], { cwd: dir, env: { HOME: dir } });

describe('rma models verify', () => {
  it('reports what a quick check did not read, and how to read it', async () => {
    expect(await rma('verify')).toMatchObject({
      exitCode: 0,
      stdout: `2 models, 2 files, 77 B: no problem found; 2 files without a valid receipt. To read all content: rma models verify --deep --dest ${store}\n`,
    });
  });

  it('hashes all content with --deep', async () => {
    expect(await rma('verify', '--deep')).toMatchObject({
      exitCode: 0,
      stdout: '2 models, 2 files, 77 B: all correct.\n',
    });
  });

  it('[fail C4] prints each problem in one line with the command that fixes it, and exits with 6', async () => {
    flipByte(join(store, PLACE));
    const { stdout, exitCode } = await rma('verify', '--deep');
    expect(exitCode).toBe(6);
    const [line, summary, ...rest] = stdout.split('\n');
    expect(line).toMatch(
      new RegExp(
        `^${PLACE}: sha256 mismatch: expected ${sha256(BLOB).slice(0, 12)}, found [0-9a-f]{12}; fix: rma models repair ollama:a --dest ${store}$`,
      ),
    );
    expect([summary, ...rest]).toEqual(['2 models, 2 files, 77 B: 1 problem.', '']);
    expect(await rma('verify', '--deep', '-q')).toMatchObject({ stdout: `${PLACE}\n` });
  });

  it('reports as JSON', async () => {
    flipByte(join(store, PLACE));
    const { stdout, exitCode } = await rma('verify', '--deep', '--json');
    expect(exitCode).toBe(6);
    expect(JSON.parse(stdout)).toEqual({
      schema: 'rma.verify/v1',
      deep: true,
      models: [
        { reference: 'hf:org/name', path: expect.any(String), state: 'correct', files: 1, bytes: 2 },
        { reference: 'ollama:a', path: expect.any(String), state: 'wrong', files: 1, bytes: 75 },
      ],
      problems: [
        {
          path: PLACE,
          kind: 'content',
          text: expect.stringMatching(/^sha256 mismatch/),
          reference: 'ollama:a',
          repairable: true,
          fix: `rma models repair ollama:a --dest ${store}`,
        },
      ],
      files: 2,
      bytes: 77,
      unread: 0,
      withoutHash: 0,
      hashedBytes: 77,
      resumedBytes: 0,
    });
  });

  it('checks the named models only', async () => {
    flipByte(join(store, PLACE));
    expect(await rma('verify', '--deep', 'hf:org/name')).toMatchObject({
      exitCode: 0,
      stdout: '1 model, 1 file, 2 B: all correct.\n',
    });
    expectFault(await rma('verify', 'hf:org/other'), { code: 'RMA_MODEL_NOT_FOUND', exitCode: 1 });
  });

  it('reports a file without a known hash', async () => {
    plantFile(store, 'modelscope/org/name/config.json', '{}');
    expect(await rma('verify', '--deep', 'ms:org/name')).toMatchObject({
      exitCode: 0,
      stdout: '1 model, 1 file, 2 B: no problem found; no known hash for 1 file.\n',
    });
  });

  it.each([['verify'], ['repair', '--dry-run']])('%s accepts a name of the catalog', async (...argv) => {
    const repo = 'Qwen/Qwen2.5-0.5B-Instruct-GGUF';
    plantSnapshot(store, { repo, commit: COMMIT }, { 'qwen2.5-0.5b-instruct-q4_k_m.gguf': CONFIG });
    plantFile(store, `huggingface/hub/models--${repo.replace('/', '--')}/blobs/${CONFIG}`, '{}');
    plantFile(store, `huggingface/hub/models--${repo.replace('/', '--')}/refs/main`, COMMIT);
    const { stdout } = await rma(...argv, 'qwen2.5-0.5b-instruct', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ files: 1, bytes: 2 });
  });

  it('finds nothing in an empty store', async () => {
    mkdirSync(join(dir, 'empty'));
    expect(await runRma(['models', 'verify', '--dest', 'empty'], { cwd: dir })).toMatchObject({
      exitCode: 0,
      stdout: 'No models in the store.\n',
    });
  });

  it.each(['0', 'fast', '-1'])('rejects the rate %s', async (rate) => {
    expectFault(await rma('verify', `--max-rate=${rate}`), { code: 'RMA_USAGE_INVALID_VALUE', exitCode: 2 });
  });
});

describe('rma models verify --deep', () => {
  it('continues after SIGKILL where it stopped, and starts over when it had reached its end', async () => {
    const large = Buffer.alloc(4 * 1024 * 1024, 'y');
    plantFile(store, `ollama/blobs/sha256-${sha256(large)}`, large);
    const manifest = ollamaManifest([sha256(BLOB)], sha256(BLOB)).replace(/"layers":\[/, (start) => {
      const layer = {
        mediaType: 'application/vnd.ollama.image.model',
        digest: `sha256:${sha256(large)}`,
        size: large.length,
      };
      return `${start}${JSON.stringify(layer)},`;
    });
    plantFile(store, 'ollama/manifests/registry.ollama.ai/library/b/latest', manifest);
    const journal = join(store, '.rma/verify.jsonl');
    const argv = ['models', 'verify', '--deep', '--json', '--dest', store];
    // the large file comes last, and takes an hour at this rate
    const child = start(builtRma(...argv, '--max-rate', '1KiB'), { cwd: dir });
    onTestFinished(() => void child.kill('SIGKILL'));
    await expect
      .poll(() => (existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length : 0))
      .toBe(3);
    child.kill('SIGKILL');
    await once(child, 'close');
    const again = await run(builtRma(...argv), { cwd: dir });
    expect(JSON.parse(again.stdout)).toMatchObject({
      problems: [],
      resumedBytes: 77,
      hashedBytes: large.length,
    });
    const fresh = await run(builtRma(...argv), { cwd: dir });
    expect(JSON.parse(fresh.stdout)).toMatchObject({
      problems: [],
      resumedBytes: 0,
      hashedBytes: 77 + large.length,
    });
  });

  it('reads a file again that changed after an interrupted run had hashed it', async () => {
    await rma('verify', '--deep');
    const journal = join(store, '.rma/verify.jsonl');
    const lines = readFileSync(journal, 'utf8').trim().split('\n');
    // as after a kill before the end, with half a line
    writeFileSync(journal, `${lines.slice(0, 2).join('\n')}\n${lines[2]?.slice(0, 5)}`);
    flipByte(join(store, PLACE));
    const { stdout, exitCode } = await rma('verify', '--deep', '--json');
    expect(exitCode).toBe(6);
    expect(JSON.parse(stdout)).toMatchObject({ resumedBytes: 2, hashedBytes: 75 });
  });

  it('works on a store that it may not write to', async () => {
    const uid = 65_534;
    mkdirSync(join(store, '.rma'), { recursive: true });
    await chmod(dir, 0o755);
    const reader = await run(builtRma('models', 'verify', '--deep', '--json', '--dest', store), {
      cwd: '/',
      uid,
    });
    expect(JSON.parse(reader.stdout)).toMatchObject({ problems: [], hashedBytes: 77 });
    expect(existsSync(join(store, '.rma/verify.jsonl'))).toBe(false);
  });
});

describe('rma models repair', () => {
  it('shows what it would do, then does it, then has nothing to do', async () => {
    const hub = await startHub({
      repos: { 'org/big': { files: { 'a.bin': { content: patternContent(5000), lfs: true } } } },
    });
    onTestFinished(() => hub.close());
    const fetcher = testFetcher(store, hub.endpoint);
    const model = await fetcher.resolve('hf:org/big');
    await fetcher.fetch([model]);
    const place = `huggingface/hub/models--org--big/blobs/${model.files[0]?.digest?.hex}`;
    flipByte(join(store, place));
    const repair = (...argv: readonly string[]) =>
      runRma(['models', 'repair', 'hf:org/big', ...argv, '--dest', store], {
        cwd: dir,
        env: { HOME: dir, HF_ENDPOINT: hub.endpoint },
      });
    const wrong = `${place}: sha256 mismatch: `;
    const planned = await repair('--dry-run');
    expect(planned).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(wrong) });
    expect(planned.stdout).toMatch(/; would be repaired\nTo download: 4\.9 KiB\.\n$/);
    const done = await repair();
    expect(done.stdout).toMatch(/; repaired\n1 of 1 problem repaired, 4\.9 KiB downloaded\.\n$/);
    expect(done.exitCode).toBe(0);
    expect(await repair()).toMatchObject({
      exitCode: 0,
      stdout: '1 model, 1 file, 4.9 KiB: nothing to repair.\n',
    });
    flipByte(join(store, place));
    const { stdout } = await repair('--json');
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'rma.repair/v1',
      dryRun: false,
      problems: [{ path: place, kind: 'content', reference: 'hf:org/big', outcome: 'repaired' }],
      fetchedBytes: 5000,
    });
  });

  it('contacts no hub with --offline', async () => {
    flipByte(join(store, PLACE));
    expectFault(await rma('repair', '--offline'), {
      code: 'RMA_OFFLINE_MISSING',
      exitCode: 1,
      words: ['ollama:a'],
    });
    expect(await rma('repair', '--offline', 'hf:org/name')).toMatchObject({ exitCode: 0 });
  });
});
