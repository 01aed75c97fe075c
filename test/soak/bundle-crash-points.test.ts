import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { quickFolder } from '../helpers/files/temp-folder.ts';
import { exported, filled, imported, shown } from '../helpers/store/bundle-fixture.ts';
import { faultyDisk } from '../helpers/store/faulty-disk.ts';
import { sha256 } from '../helpers/store/import-fixture.ts';
import { testStore } from '../helpers/store/store-fixture.ts';

test('[fail L6] wherever a process dies while it imports a bundle, the store is consistent, and the next import completes it', async () => {
  const source = await filled(['hf:org/tiny']);
  const path = join(quickFolder(), 'models.tar');
  await exported(source.root, { kind: 'tar', path, splitBytes: null });
  const place = { kind: 'path', path } as const;
  let reached = true;
  for (let at = 1; reached; at += 1) {
    const root = quickFolder();
    const { disk, failed } = faultyDisk(at, 'EIO', true);
    await imported(root, place, disk).catch(() => undefined);
    reached = failed() !== null;
    for (const name of shown(root)) {
      const hex = /\/(?:sha256-)?([0-9a-f]{64})$/.exec(name)?.[1];
      if (hex !== undefined) expect(sha256(readFileSync(join(root, name))), name).toBe(hex);
    }
    const again = await imported(root, place);
    expect(
      again.outcomes.map(({ error }) => error),
      `after ${failed()}`,
    ).toEqual([null]);
    for (const ref of ['hf:org/tiny'])
      expect(await testStore(root).recall(ref)).toMatchObject({ missing: [] });
  }
});
