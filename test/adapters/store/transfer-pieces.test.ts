import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sha256 } from '../../helpers/store/model-server.ts';
import { MIB, PIECE, parallelRig, type TransferRig } from '../../helpers/store/transfer-fixture.ts';

const SIZE = 6 * PIECE;

/** Aborts a transfer in its fifth piece, changes bytes of the part on disk, and resumes it. Returns the bytes that were received then. */
async function resumed(rig: TransferRig, wrong: readonly number[], connections = 1): Promise<number> {
  const controller = new AbortController();
  const onBytes = (bytes: number) => {
    if (bytes > 4 * PIECE + MIB) controller.abort(new Error('SIGTERM'));
  };
  await expect(rig.fetch({ signal: controller.signal, onBytes })).rejects.toThrow('SIGTERM');
  const [name = ''] = readdirSync(rig.folder).filter((file) => file.endsWith('.part'));
  const part = join(rig.folder, name);
  const content = readFileSync(part);
  for (const at of wrong) content[at] = (content[at] ?? 0) ^ 1;
  writeFileSync(part, content);
  const before = rig.received();
  expect((await rig.fetch({ connections })).file.equals(rig.content)).toBe(true);
  return rig.received() - before - (SIZE - content.length);
}

test.each([
  ['no piece', [], 0],
  ['one piece', [PIECE + 1000], 1],
  ['two pieces', [100, 3 * PIECE], 2],
  ['two pieces side by side', [2 * PIECE - 1, 2 * PIECE], 2],
])(
  '[fail C6] of a partial file with %s changed on disk, only that is fetched again',
  async (_, wrong, pieces) => {
    const rig = await parallelRig(null, { size: SIZE });
    expect(await resumed(rig, wrong)).toBe(pieces * PIECE);
  },
);

test('[fail C6] wrong pieces are fetched over several connections too', async () => {
  const rate = (responses: number) => MIB * Math.max(1, responses);
  const rig = await parallelRig(null, { size: SIZE, rate });
  expect(await resumed(rig, [100, 3 * PIECE], 8)).toBe(2 * PIECE);
});

test('[fail C6] bytes after the last complete piece have no hash: if they are wrong, the file is downloaded once more', async () => {
  const rig = await parallelRig(null, { size: SIZE });
  expect(await resumed(rig, [4 * PIECE + 5])).toBe(SIZE);
});

test('a piece that the server sends with another hash than recorded is received twice, then verified by the hash of the file', async () => {
  const rig = await parallelRig(null, { size: SIZE });
  const controller = new AbortController();
  const onBytes = (bytes: number) => {
    if (bytes > 3 * PIECE) controller.abort(new Error('SIGTERM'));
  };
  await expect(rig.fetch({ signal: controller.signal, onBytes })).rejects.toThrow('SIGTERM');
  const [name = ''] = readdirSync(rig.folder).filter((file) => file.endsWith('.json'));
  const journal = JSON.parse(readFileSync(join(rig.folder, name), 'utf8')) as { pieces: string[] };
  const pieces = journal.pieces.map((hex) => hex.replace(/^./, (digit) => (digit === '0' ? '1' : '0')));
  writeFileSync(join(rig.folder, name), JSON.stringify({ ...journal, pieces }));
  const before = rig.received();
  expect((await rig.fetch()).file.equals(rig.content)).toBe(true);
  expect(rig.received() - before).toBeLessThan(SIZE);
});

test('[fail C6] a download that is interrupted again at once keeps the hashes that an earlier one recorded', async () => {
  const rig = await parallelRig(null, { size: SIZE });
  const interrupt = async (bytes: number): Promise<readonly string[]> => {
    const controller = new AbortController();
    const onBytes = (received: number) => {
      if (received >= bytes) controller.abort(new Error('SIGTERM'));
    };
    await expect(rig.fetch({ signal: controller.signal, onBytes })).rejects.toThrow('SIGTERM');
    const [name = ''] = readdirSync(rig.folder).filter((file) => file.endsWith('.json'));
    return (JSON.parse(readFileSync(join(rig.folder, name), 'utf8')) as { pieces: string[] }).pieces;
  };
  const recorded = await interrupt(4 * PIECE + MIB);
  const expected = [1, 2, 3, 4].map((count) => sha256(rig.content.subarray(0, count * PIECE)));
  expect(recorded).toEqual(expected);
  expect(await interrupt(0)).toEqual(expected);
});
