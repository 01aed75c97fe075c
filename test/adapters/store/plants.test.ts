import { readdirSync, realpathSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { snapshot } from '../../helpers/files/snapshot.ts';
import { filledStore, type StoreKind } from '../../helpers/store/planted-store.ts';
import { type Plant, plant } from '../../helpers/store/plants.ts';

const HUB = 'huggingface/hub/models--org--tiny';
const isRoot = process.getuid?.() === 0;

/** Records and contents, by the store that has them. Whatever is in their place is replaced; a directory never is. */
const FILES: readonly (readonly [StoreKind, string])[] = [
  ['hf', '.rma/receipts/hf/models--org--tiny/{commit}.json'],
  ['hf', '.rma/projects/box-demo.chat.json'],
  ['hf', `${HUB}/refs/main`],
  ['hf', `${HUB}/trees/{commit}.json`],
  ['hf', `${HUB}/blobs/{blob}`],
  ['hf', `${HUB}/snapshots/{commit}/model.safetensors`],
  ['ms', 'modelscope/org/tiny/model.safetensors'],
  ['ollama', '.rma/receipts/ollama/registry.ollama.ai/library/tiny/latest.json'],
  ['ollama', 'ollama/manifests/registry.ollama.ai/library/tiny/latest'],
  ['ollama', 'ollama/blobs/sha256-{blob}'],
];

/** Everything that is no regular file, or no record. */
const NO_FILES: readonly Plant[] = [
  'pipe',
  'socket',
  'link out',
  'dangling link',
  'link loop',
  'sparse file of 1 TiB',
  'sparse file of 100 MiB',
  ...(isRoot ? (['device'] as const) : []),
];

const DIRECTORIES: readonly (readonly [StoreKind, string])[] = [
  ['hf', '.rma'],
  ['hf', '.rma/receipts'],
  ['hf', '.rma/receipts/hf'],
  ['hf', '.rma/leases'],
  ['hf', '.rma/staging'],
  ['hf', '.rma/projects'],
  ['hf', 'huggingface'],
  ['hf', 'huggingface/hub'],
  ['hf', HUB],
  ['hf', `${HUB}/blobs`],
  ['hf', `${HUB}/refs`],
  ['hf', `${HUB}/snapshots`],
  ['hf', `${HUB}/snapshots/{commit}`],
  ['hf', `${HUB}/trees`],
  ['ms', 'modelscope'],
  ['ms', 'modelscope/org'],
  ['ms', 'modelscope/org/tiny'],
  ['ollama', 'ollama'],
  ['ollama', 'ollama/blobs'],
  ['ollama', 'ollama/manifests'],
  ['ollama', 'ollama/manifests/registry.ollama.ai/library/tiny'],
  ['ollama', '.rma/receipts/ollama'],
];

const cases = (places: typeof FILES, plants: readonly Plant[]) =>
  places.flatMap(([kind, path]) => plants.map((what) => ({ what, path, kind })));

async function outcome({ kind, path, what }: { kind: StoreKind; path: string; what: Plant }) {
  const store = await filledStore(kind);
  await plant(store.at(path), what, store.outside);
  const before = await snapshot(store.outside);
  const said = await store.use();
  // nothing was written through a link, and the next run reports the same or has nothing to do
  expect(await snapshot(store.outside)).toEqual(before);
  expect(await store.use()).toBe(said);
  if (said === 'healed') {
    const { size } = statSync(store.at(path));
    expect(size).toBeLessThan(10_000);
    expect(realpathSync(store.at(path)).startsWith(`${store.root}/`)).toBe(true);
    expect(readdirSync(store.at('.rma/staging'))).toEqual([]);
  }
  return said;
}

describe('a store', () => {
  it.each([
    ...cases(FILES.slice(0, 1), NO_FILES),
    ...cases(FILES.slice(1), ['pipe', 'link out', 'sparse file of 100 MiB']),
  ])('[case A02] replaces a $what at $path', async (planted) => {
    expect(await outcome(planted)).toBe('healed');
  });

  it.each(cases(FILES, ['directory']))(
    '[case A02] refuses a directory in place of $path',
    async (planted) => {
      // a ModelScope directory is the user's: its names are never replaced
      const code = planted.kind === 'ms' ? 'RMA_STORE_NAME_TAKEN' : 'RMA_STORE_NOT_A_FILE';
      expect(await outcome(planted)).toBe(code);
    },
  );

  it.each([
    ...cases(DIRECTORIES, ['link out']),
    ...cases(DIRECTORIES.slice(0, 2), ['dangling link', 'link loop']),
  ])('[case A03] refuses a $what at $path', async (planted) => {
    expect(await outcome(planted)).toBe('RMA_STORE_LINK');
  });

  it.each([...cases(DIRECTORIES, ['pipe']), ...cases(DIRECTORIES.slice(0, 2), ['file'])])(
    '[case A02] refuses a $what in place of the directory $path',
    async (planted) => {
      expect(await outcome(planted)).toBe('RMA_STORE_NOT_A_FOLDER');
    },
  );
});
