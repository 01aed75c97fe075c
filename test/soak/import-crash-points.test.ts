import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { verification } from '../../src/core/domain/inventory.ts';
import { quickFolder } from '../helpers/files/temp-folder.ts';
import { faultyDisk } from '../helpers/store/faulty-disk.ts';
import { COMMIT } from '../helpers/store/foreign-store.ts';
import { importAll, sha256, stateOf } from '../helpers/store/import-fixture.ts';
import { testStore } from '../helpers/store/store-fixture.ts';
import { encodeGguf } from '../hub/gguf-file.ts';

const GGUF = Buffer.from(encodeGguf([['general.architecture', { type: 'string', value: 'llama' }]], []));
const REPO = 'models--org--name';

function write(root: string, path: string, data: Uint8Array | string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), data);
}

/** Writes a small directory of each program. Returns its path. */
function planted(kind: 'hf' | 'ollama' | 'ms' | 'lmstudio'): string {
  const other = quickFolder();
  if (kind === 'hf') {
    for (const [path, content] of [
      ['model.gguf', GGUF],
      ['sub/other.gguf', Buffer.from('GGUF other')],
    ] as const) {
      write(other, `${REPO}/blobs/${sha256(content)}`, content);
      mkdirSync(dirname(join(other, REPO, 'snapshots', COMMIT, path)), { recursive: true });
      const up = '../'.repeat(path.split('/').length + 1);
      symlinkSync(`${up}blobs/${sha256(content)}`, join(other, REPO, 'snapshots', COMMIT, path));
    }
    write(other, `${REPO}/refs/main`, COMMIT);
  }
  if (kind === 'ollama') {
    const layer = (content: Uint8Array | string, mediaType: string) => {
      write(other, `blobs/sha256-${sha256(content)}`, content);
      return { mediaType, digest: `sha256:${sha256(content)}`, size: content.length };
    };
    const config = layer('{}', 'application/vnd.docker.container.image.v1+json');
    const layers = [layer(GGUF, 'application/vnd.ollama.image.model')];
    write(other, 'manifests/registry.ollama.ai/library/tiny/latest', JSON.stringify({ config, layers }));
  }
  if (kind === 'ms') {
    write(other, 'hub/models/org/name/.msc', '');
    write(other, 'hub/models/org/name/config.json', '{}');
    write(other, 'hub/models/org/name/sub/model.gguf', GGUF);
  }
  if (kind === 'lmstudio') write(other, 'org/name/model.gguf', GGUF);
  return other;
}

/** Returns the content of the staging area, without the small temporary files of leases and records. */
function staged(root: string): readonly string[] {
  const staging = join(root, '.rma/staging');
  return existsSync(staging) ? readdirSync(staging).filter((name) => !/\.(lease|tmp)$/.test(name)) : [];
}

/** Checks that content under a final name is right. */
function expectSound(root: string): void {
  for (const name of existsSync(root) ? readdirSync(root, { recursive: true, encoding: 'utf8' }) : []) {
    if (name.startsWith('.rma')) continue;
    const hex = /\/(?:sha256-)?([0-9a-f]{64})$/.exec(name)?.[1];
    if (hex !== undefined) expect(sha256(readFileSync(join(root, name))), name).toBe(hex);
    if (name.endsWith('model.gguf')) expect(readFileSync(join(root, name)).equals(GGUF), name).toBe(true);
  }
}

/** Returns whether the store has a model, complete and verified. */
async function isComplete(root: string): Promise<boolean> {
  const [model] = (await testStore(root).inventory()).models;
  return model !== undefined && verification(model) === 'all';
}

test.each([
  ['hf', 'the process dies', true],
  ['hf', 'one step fails', false],
  ['ollama', 'the process dies', true],
  ['ollama', 'one step fails', false],
  ['ms', 'the process dies', true],
  ['ms', 'one step fails', false],
  ['lmstudio', 'the process dies', true],
  ['lmstudio', 'one step fails', false],
] as const)(
  '[fail L6] %s: wherever %s during an import, the store is consistent, the source unchanged, and the next import completes it',
  async (kind, _, forever) => {
    const other = planted(kind);
    const before = stateOf(other);
    let reached = true;
    let points = 0;
    for (let at = 1; reached; at += 1) {
      const root = quickFolder();
      const { disk, failed } = faultyDisk(at, 'EIO', forever);
      await importAll(root, other, { disk }).catch(() => undefined);
      reached = failed() !== null;
      expectSound(root);
      const published = await isComplete(root);
      const again = await importAll(root, other);
      expect(
        again.map(({ error }) => error),
        `after ${failed()} at step ${at}`,
      ).toEqual([null]);
      expectSound(root);
      expect(await isComplete(root)).toBe(true);
      if (!published) expect(staged(root), `after ${failed()} at step ${at}`).toEqual([]);
      points = at;
    }
    expect(stateOf(other)).toBe(before);
    expect(points).toBeGreaterThan(30);
  },
  120_000,
);
