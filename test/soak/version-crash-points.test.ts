import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { quickFolder } from '../helpers/files/temp-folder.ts';
import { faultyDisk } from '../helpers/store/faulty-disk.ts';
import { filesIn } from '../helpers/store/ms-fixture.ts';
import { DIRECTORIES, FIRST, pullOfVersions, SECOND, THIRD } from '../helpers/store/versions-fixture.ts';

test.each(
  DIRECTORIES.flatMap((each) => [
    { ...each, what: 'a new directory', before: false },
    { ...each, what: 'a directory with an earlier version', before: true },
  ]),
)(
  '[fail D2] wherever a pull of $ref into $what is killed, a pull of the next version replaces its files, and none of the user',
  async ({ ref, place, before }) => {
    const pull = await pullOfVersions(ref);
    let points = 0;
    for (let reached = true; reached; points += 1) {
      const root = quickFolder();
      const folder = join(root, place);
      if (before) await pull(FIRST, root);
      const { disk, failed } = faultyDisk(points + 1, 'EIO', true);
      await pull(SECOND, root, disk);
      reached = failed() !== null;
      const own = existsSync(folder) ? ['mine.txt'] : [];
      for (const name of own) writeFileSync(join(folder, name), 'mine');
      const step = `after ${failed()} at step ${points + 1}`;
      expect(await pull(THIRD, root), step).toMatchObject({ state: 'present' });
      expect(filesIn(folder), step).toEqual([...Object.keys(THIRD), ...own].sort());
      expect(readFileSync(join(folder, 'config.json'), 'utf8'), step).toBe(THIRD['config.json']);
      expect(filesIn(join(root, '.rma/receipts')).filter((name) => !name.endsWith('.json'))).toEqual([]);
    }
    expect(points).toBeGreaterThan(40);
  },
  120_000,
);
