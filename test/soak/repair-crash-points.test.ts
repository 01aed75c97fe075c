import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hubForTest } from '../adapters/hub-server/hub-fixture.ts';
import { quickFolder } from '../helpers/files/temp-folder.ts';
import { faultyDisk } from '../helpers/store/faulty-disk.ts';
import { sha256 } from '../helpers/store/model-server.ts';
import { testFetcher } from '../helpers/store/store-fixture.ts';
import { flipByte, repairStore, verifyStore } from '../helpers/store/verify-fixture.ts';
import { tinySafetensors } from '../standins/tiny-safetensors.ts';

const weights = tinySafetensors();
const files = { 'config.json': '{}', 'model.safetensors': { content: weights, lfs: true } };
/** Makes a file of several pieces of the weights. */
const PIECE = Math.ceil(weights.length / 3);
const HUB = 'huggingface/hub/models--org--name';

test.each([
  { fault: 'the process dies', what: 'whole files', pieceBytes: 64 * 2 ** 20 },
  { fault: 'one step fails', what: 'whole files', pieceBytes: 64 * 2 ** 20 },
  { fault: 'the process dies', what: 'pieces', pieceBytes: PIECE },
  { fault: 'one step fails', what: 'pieces', pieceBytes: PIECE },
])(
  '[fail C4] leaves the wrong content or the right one wherever $fault in a repair of $what, loses no file, and the next one completes it',
  async ({ fault, pieceBytes }) => {
    const hub = await hubForTest({ repos: { 'org/name': { files } } });
    const template = quickFolder();
    const fetcher = testFetcher(template, hub.endpoint, { pieceBytes });
    await fetcher.fetch([await fetcher.resolve('hf:org/name')]);
    const [commit = ''] = readdirSync(join(template, HUB, 'snapshots'));
    const place = join(HUB, 'blobs', sha256(weights));
    flipByte(join(template, place));
    rmSync(join(template, HUB, 'snapshots', commit, 'config.json'));
    writeFileSync(join(template, HUB, 'refs/main'), '');
    const wrong = readFileSync(join(template, place));
    let points = 0;
    for (let reached = true; reached; points += 1) {
      const root = quickFolder();
      execFileSync('cp', ['-a', `${template}/.`, root]);
      const { disk, failed } = faultyDisk(points + 1, 'EIO', fault === 'the process dies');
      await repairStore(root, hub.endpoint, { disk, pieceBytes }).catch(() => undefined);
      reached = failed() !== null;
      const after = readFileSync(join(root, place));
      const isRight = after.equals(weights);
      expect(isRight || after.equals(wrong), `after ${failed()}`).toBe(true);
      if (isRight)
        expect(quarantinedContents(root, place), `after ${failed()}`).toContain(wrong.toString('hex'));
      const link = join(root, HUB, 'snapshots', commit, 'config.json');
      if (existsSync(link)) expect(readFileSync(link, 'utf8')).toBe('{}');
      expect(await repairStore(root, hub.endpoint, { pieceBytes }), `after ${failed()}`).toMatchObject({
        exitCode: 0,
      });
      expect(await verifyStore(root, { deep: true }), `after ${failed()}`).toMatchObject({
        problems: [],
        unread: 0,
      });
    }
    expect(points).toBeGreaterThan(40);
  },
  120_000,
);

function quarantinedContents(root: string, place: string): readonly string[] {
  const folder = join(root, '.rma/quarantine');
  return readdirSync(folder)
    .map((id) => join(folder, id, place))
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path).toString('hex'));
}
