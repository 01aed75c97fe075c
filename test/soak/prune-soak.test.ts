import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/adapters/clock/system-clock.ts';
import { DEFAULT_POLICY, type PrunePolicy } from '../../src/core/cache/policy.ts';
import type { PinnedModel } from '../../src/core/domain/pinned-model.ts';
import { RmaError } from '../../src/core/errors.ts';
import { sha256Hex } from '../../src/core/hash.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { StagedFile } from '../../src/ports/model-store.ts';
import { quickFolder } from '../helpers/files/temp-folder.ts';
import { randomOf } from '../helpers/random/seeded.ts';
import { noWait, testCache } from '../helpers/store/cache-fixture.ts';
import { testStore } from '../helpers/store/store-fixture.ts';

const STEPS = 1000;
const SEED = 20261128;

/** Everything that nothing needs goes at once, and is deleted by the next run. */
const EAGER: PrunePolicy = {
  ...DEFAULT_POLICY,
  keepSeconds: 0,
  partialsSeconds: null,
  orphansSeconds: 0,
  graceSeconds: 0,
};

/** Waits for leases are shorter than for real downloads; everything else is the real clock. */
const clock: Clock = {
  ...systemClock,
  sleep: (ms, signal) => systemClock.sleep(ms <= 500 ? 1 : ms, signal),
};

const content = (name: string) => Buffer.from(`content of ${name}`.padEnd(200, name));
const file = (path: string, name: string) => {
  const hex = sha256Hex(content(name));
  return { path, bytes: 200, digest: { algorithm: 'sha256' as const, hex } };
};
const blobOf = (name: string) => file(`sha256-${sha256Hex(content(name))}`, name);

/** Ollama models of which each shares a blob with the next, and two commits of each of two repositories. */
const ollama = (model: string, blobs: readonly string[]): PinnedModel => ({
  source: 'ollama',
  ref: `ollama:${model}`,
  registry: 'registry.ollama.ai',
  namespace: 'library',
  model,
  tag: 'latest',
  manifest: manifestOf(blobs),
  files: blobs.map(blobOf),
});
const hf = (repo: string, digit: string, contents: readonly string[]): PinnedModel => ({
  source: 'hf',
  ref: `hf:org/${repo}@${digit.repeat(40)}`,
  repo: `org/${repo}`,
  revision: digit.repeat(40),
  commit: digit.repeat(40),
  complete: true,
  files: contents.map((name) => file(`${name}.bin`, name)),
});
const MODELS: readonly PinnedModel[] = [
  ollama('m0', ['c0', 'w0', 'shared']),
  ollama('m1', ['c1', 'w0', 'w1']),
  ollama('m2', ['c2', 'w1', 'w2']),
  ollama('m3', ['c3', 'w2', 'shared']),
  hf('a', '1', ['x', 'y']),
  hf('a', '2', ['x', 'z']),
  hf('b', '3', ['x', 'y', 'v']),
  hf('b', '4', ['v']),
];
/** needed from the start, with content that others share */
const NEEDED = [MODELS[0], MODELS[4]].flatMap((model) => model ?? []);

function manifestOf([config = '', ...layers]: readonly string[]): string {
  const blob = (name: string, mediaType: string) => ({
    mediaType,
    digest: `sha256:${sha256Hex(content(name))}`,
    size: 200,
  });
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    config: blob(config, 'application/vnd.docker.container.image.v1+json'),
    layers: layers.map((name) => blob(name, 'application/vnd.ollama.image.model')),
  });
}

/** Does what a download does, without a network. */
async function pull(root: string, model: PinnedModel): Promise<void> {
  const store = testStore(root, { clock });
  const { signal } = noWait;
  const lease = await store.lease(model, () => undefined, signal);
  try {
    const missing = await store.adopt(model, () => undefined, signal);
    const staged = new Map<(typeof missing)[number], StagedFile>();
    for (const each of missing) {
      const name = NAMES.get(each.digest?.hex ?? '') ?? '';
      const { path } = await store.stage(model, each);
      writeFileSync(path, content(name));
      staged.set(each, { path, digest: { algorithm: 'sha256', hex: sha256Hex(content(name)) } });
    }
    await lease.confirm();
    await store.publish(model, staged);
  } finally {
    await lease.release();
  }
}
const NAMES = new Map(
  ['c0', 'c1', 'c2', 'c3', 'w0', 'w1', 'w2', 'shared', 'x', 'y', 'z', 'v'].map((name) => [
    sha256Hex(content(name)),
    name,
  ]),
);

async function remove(root: string, model: PinnedModel): Promise<void> {
  const store = testStore(root, { clock });
  const { models } = await store.inventory();
  const paths = models.filter(({ references }) => references.includes(model.ref)).map(({ path }) => path);
  await store.remove(paths, { force: false, ...noWait }).catch((error: unknown) => {
    if (!(error instanceof RmaError && error.code === 'RMA_MODEL_NEEDED')) throw error;
  });
}

const BLOBS = 'ollama/blobs';
const MANIFESTS = 'ollama/manifests/registry.ollama.ai/library';

/** Returns the text of a file; none if it is removed meanwhile. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Returns the blobs that a manifest names and the store does not have, as a reader sees them. */
function missingNow(root: string): readonly string[] {
  const missing: string[] = [];
  const exists = (path: string) => existsSync(join(root, path));
  for (const name of exists(MANIFESTS) ? readdirSync(join(root, MANIFESTS)) : []) {
    const path = join(root, MANIFESTS, name, 'latest');
    const text = textOf(path);
    for (const [digest] of text.matchAll(/sha256:[0-9a-f]{64}/g)) {
      // a removal takes the manifest before its blobs
      if (!exists(`${BLOBS}/${digest.replace(':', '-')}`) && existsSync(path))
        missing.push(`${name} ${digest}`);
    }
  }
  return missing;
}

test('[fail L9] [fail U5] in 1,000 random steps of pulls, prunes, removals and readers, no referenced file is ever missing', async () => {
  const root = quickFolder();
  const random = randomOf(SEED);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const store = testStore(root, { clock });
  await store.prepare();
  const refs = NEEDED.map(({ ref }) => ref);
  await store.recordNeeds({ host: 'box', project: 'demo', profile: 'chat', refs });
  for (const model of NEEDED) await pull(root, model);
  const cache = () => testCache(root, { clock });
  const step = (): Promise<unknown> => {
    const kind = random();
    if (kind < 0.5) return pull(root, pick(MODELS));
    if (kind < 0.7) return remove(root, pick(MODELS));
    if (kind < 0.9) return cache().prune(EAGER, noWait);
    return cache().undo([], noWait);
  };
  let isDone = false;
  const violations: string[] = [];
  const reader = (async () => {
    while (!isDone) {
      violations.push(...missingNow(root));
      for (const model of NEEDED) {
        const { state } = await store.check(model);
        if (state !== 'present') violations.push(`${model.ref} ${state}`);
      }
      await systemClock.sleep(2);
    }
  })();
  for (let steps = 0; steps < STEPS; steps += 4) {
    await Promise.all([step(), step(), step(), step()]);
    expect(violations, `after ${steps} steps, seed ${SEED}`).toEqual([]);
    if (steps % 40 !== 0) continue;
    // nothing else runs: what a dry run announces is what goes
    const { plan, due } = await cache().preview(EAGER);
    const { marked, deleted } = await cache().prune(EAGER, noWait);
    const facts = (items: readonly { readonly name: string; readonly diskBytes: number }[]) =>
      items.map(({ name, diskBytes }) => ({ name, diskBytes }));
    expect([facts(marked), facts(deleted)]).toEqual([facts(plan.entries), facts(due)]);
    expect((await store.inventory()).models.flatMap(({ missing }) => missing)).toEqual([]);
  }
  isDone = true;
  await reader;
  expect(violations).toEqual([]);
}, 600_000);
