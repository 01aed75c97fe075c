import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../src/core/cache/policy.ts';
import { hubForTest } from '../adapters/hub-server/hub-fixture.ts';
import { quickFolder, tempFolder } from '../helpers/files/temp-folder.ts';
import { bundleProgram, startProgram } from '../helpers/process/program.ts';
import { randomOf } from '../helpers/random/seeded.ts';
import { clockAhead, noWait, storeTree, testCache } from '../helpers/store/cache-fixture.ts';
import { testFetcher } from '../helpers/store/store-fixture.ts';
import { type Content, patternContent } from '../hub/content.ts';
import type { Hub } from '../hub/hub.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const POINTS = 50;
const SEED = 20261128;
const killedFetcher = fileURLToPath(new URL('../adapters/store/programs/killed-fetcher.ts', import.meta.url));

/** Content that starts like a GGUF file. */
function ggufContent(size: number, seed: number): Content {
  const { read } = patternContent(size, seed);
  return {
    size,
    read: (start, end) => {
      const bytes = Buffer.from(read(start, end));
      if (start < 4) Buffer.from('GGUF').subarray(start, end).copy(bytes);
      return bytes;
    },
  };
}

const sha256 = ({ size, read }: Content): string => createHash('sha256').update(read(0, size)).digest('hex');

/** Starts a hub with the same files on every source. */
function hubWith(contents: readonly Content[]): Promise<Hub> {
  const files = contents.map((content, index) => [`part-${index}.gguf`, content] as const);
  const listed = files.map(([path, content]) => [path, { content, lfs: true }] as const);
  return hubForTest({
    repos: { 'org/model': { files: { 'config.json': '{}\n', ...Object.fromEntries(listed) } } },
    ollama: {
      'library/tiny:latest': {
        layers: contents.map((content, index) => ({ kind: index === 0 ? 'model' : 'projector', content })),
        config: { model_format: 'gguf' },
      },
    },
    files: Object.fromEntries(files),
  });
}

type RefsOf = (hub: Hub, contents: readonly Content[]) => readonly string[];

const SOURCES: Readonly<Record<string, RefsOf>> = {
  hf: () => ['hf:org/model'],
  ms: () => ['ms:org/model'],
  ollama: () => ['ollama:tiny'],
  url: (hub, contents) =>
    contents.map((each, index) => `${hub.endpoint}/files/part-${index}.gguf#sha256=${sha256(each)}&set=all`),
};

interface Pull {
  readonly program: string;
  readonly hub: Hub;
  readonly refs: readonly string[];
  readonly syncBytes: number;
}

interface Ended {
  readonly written: number;
  readonly names: number;
}

/** Pulls in a process that kills itself at a point. Returns what it printed last. */
async function pullUntil(pull: Pull, root: string, [kind, at]: readonly [string, number]): Promise<Ended> {
  const { program, hub, refs, syncBytes } = pull;
  const args = [root, hub.endpoint, String(syncBytes), kind, String(at), ...refs];
  const run = startProgram(program, args);
  const { code, stdout, stderr } = await run.ended;
  expect({ code, signal: run.child.signalCode, stderr }).toEqual(
    kind === 'end' ? { code: 0, signal: null, stderr: '' } : { code: null, signal: 'SIGKILL', stderr: '' },
  );
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Ended;
}

/** Pulls in this process. Returns the bytes that it received. */
async function complete({ hub, refs }: Pull, root: string): Promise<number> {
  const fetcher = testFetcher(root, hub.endpoint);
  const models = [];
  for (const ref of refs) models.push(await fetcher.resolve(ref));
  const results = await fetcher.fetch(models);
  expect(results.map(({ state }) => state)).toEqual(refs.map(() => 'present'));
  return results.reduce((sum, result) => sum + result.fetchedBytes, 0);
}

/** Deletes what is left over, long after the pulls. */
async function sweep(root: string): Promise<void> {
  const policy = { ...DEFAULT_POLICY, graceSeconds: 0 };
  await testCache(root, { clock: clockAhead(30) }).prune(policy, noWait);
  await testCache(root, { clock: clockAhead(60) }).prune(policy, noWait);
}

/** Returns the content of the models, and the names of all other files. */
function contentOf(root: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(storeTree(root)).map(([path, text]) => [path, path.startsWith('.rma/') ? '' : text]),
  );
}

test.each(Object.entries(SOURCES))(
  '[fail R1] [fail R7] [fail R8] %s: a pull that is killed at 50 points loses no synced data and leaves no orphan',
  async (_, refsOf) => {
    const sizes = [700 * KIB, 1, 400 * KIB + 1, 300 * KIB, 128 * KIB];
    const contents = sizes.map((size, index) => ggufContent(Math.max(4, size), index + 1));
    const hub = await hubWith(contents);
    const syncBytes = 64 * KIB;
    const program = await bundleProgram(killedFetcher);
    const pull = { program, hub, refs: refsOf(hub, contents), syncBytes };
    const whole = quickFolder();
    const { written: total, names } = await pullUntil(pull, whole, ['end', 0]);
    await sweep(whole);
    const expected = contentOf(whole);

    const random = randomOf(SEED);
    for (let point = 0; point < POINTS; point += 1) {
      // one in each fiftieth of the bytes; every second one at a final name instead
      const share = (point + random()) / POINTS;
      const at =
        point % 2 === 0
          ? (['bytes', share * total] as const)
          : (['name', Math.floor(share * names)] as const);
      const root = quickFolder();
      const { written } = await pullUntil(pull, root, at);
      const again = (await complete(pull, root)) - (total - written);
      // what the pace allows, and a write of each file that had ended before its sync was due
      expect(again, `${at.join(' ')}, seed ${SEED}`).toBeLessThanOrEqual(
        2 * syncBytes + sizes.length * 256 * KIB,
      );
      await sweep(root);
      expect(contentOf(root), `${at.join(' ')}, seed ${SEED}`).toEqual(expected);
      expect(readdirSync(join(root, '.rma/staging'))).toEqual([]);
    }
  },
);

test('[fail R7] a pull of four large files that is killed fetches at most 64 MiB plus buffers again', async () => {
  const contents = [1, 2, 3, 4].map((seed) => ggufContent(48 * MIB, seed));
  const hub = await hubWith(contents);
  const program = await bundleProgram(killedFetcher);
  const pull = { program, hub, refs: ['hf:org/model'], syncBytes: 32 * MIB };
  const root = tempFolder();
  const { written } = await pullUntil(pull, root, ['bytes', 120 * MIB]);
  const total = contents.reduce((sum, { size }) => sum + size, '{}\n'.length);
  expect((await complete(pull, root)) - (total - written)).toBeLessThanOrEqual(68 * MIB);
});
