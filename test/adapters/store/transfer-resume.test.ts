import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { createSlot } from '../../../src/adapters/store/transfer/staging.ts';
import { sendContent, sha256 } from '../../helpers/store/model-server.ts';
import { MIB, sendCut, type TransferRig, transferRig } from '../../helpers/store/transfer-fixture.ts';

interface Left {
  readonly rig: TransferRig;
  readonly part: string;
  readonly journalFile: string;
  readonly journal: { readonly ranges: readonly [[number, number]]; readonly closed: boolean };
  /** bytes that the journal lists as synced */
  readonly durable: number;
}

/** Aborts a transfer within its first MiB and returns its files. */
async function abortedTransfer(): Promise<Left> {
  const controller = new AbortController();
  const rig = await transferRig((n, request, response) => {
    if (n > 1) return sendContent(request, response, rig.content);
    response.writeHead(200, { 'content-length': rig.content.length, etag: etagOf(rig.content) });
    response.write(rig.content.subarray(0, MIB));
  });
  const onBytes = (bytes: number) => {
    if (bytes >= MIB / 2) controller.abort(new Error('SIGTERM'));
  };
  await expect(rig.fetch({ signal: controller.signal, onBytes })).rejects.toThrow('SIGTERM');
  const [name = ''] = readdirSync(rig.folder).filter((file) => file.endsWith('.json'));
  const journalFile = join(rig.folder, name);
  const journal = JSON.parse(readFileSync(journalFile, 'utf8')) as Left['journal'];
  const part = journalFile.replace(/\.json$/, '');
  return { rig, part, journalFile, journal, durable: journal.ranges[0][1] };
}

function etagOf(content: Buffer): string {
  return `"${sha256(content).slice(0, 32)}"`;
}

test('[fail R8] an abort leaves a synced part with a journal, and the next process downloads only the rest', async () => {
  const { rig, part, journal, durable } = await abortedTransfer();
  expect(durable).toBeGreaterThanOrEqual(MIB / 2);
  expect(journal).toMatchObject({ ranges: [[0, statSync(part).size]], closed: true });
  const before = rig.received();
  const { file } = await rig.fetch();
  expect(file.equals(rig.content)).toBe(true);
  expect(rig.received() - before).toBe(rig.content.length - durable);
  expect(rig.server.requests[1]?.headers).toMatchObject({
    range: `bytes=${durable}-${rig.content.length - 1}`,
    'if-range': etagOf(rig.content),
  });
  expect(readdirSync(rig.folder).filter((name) => name.endsWith('.part'))).toHaveLength(1);
});

test('[fail R2] a partial file is resumed whatever its age', async () => {
  const { rig, part, journalFile, durable } = await abortedTransfer();
  for (const path of [part, journalFile]) utimesSync(path, 0, 0);
  const before = rig.received();
  await rig.fetch();
  expect(rig.received() - before).toBe(rig.content.length - durable);
});

/** Copies where the real file system may not be able to clone. */
const cloning: Disk = { ...realDisk, copyFile: (from, to) => realDisk.copyFile(from, to) };

test.each([
  ['copies', realDisk],
  ['clones', cloning],
])('[fail R1] %s the part of a writer that may be alive instead of appending to it', async (_, disk) => {
  const { rig, part, journalFile, journal, durable } = await abortedTransfer();
  writeFileSync(journalFile, JSON.stringify({ ...journal, closed: false }));
  const writer = await realDisk.open(part, 'r+');
  const inode = statSync(part).ino;
  const before = rig.received();
  const { file, path: made } = await rig.fetch({}, disk);
  await writer.write(Buffer.alloc(MIB, 7), 0, MIB, 0);
  await writer.close();
  expect(statSync(made).ino).not.toBe(inode);
  expect(file.equals(rig.content)).toBe(true);
  expect(readFileSync(made).equals(rig.content)).toBe(true);
  expect(rig.received() - before).toBe(rig.content.length - durable);
  expect(existsSync(part)).toBe(false);
});

test('[fail C8] [fail C9] uses the ranges of the journal, not the file size', async () => {
  const { rig, part, durable } = await abortedTransfer();
  writeFileSync(part, Buffer.concat([rig.content.subarray(0, durable), Buffer.alloc(MIB)]));
  expect((await rig.fetch()).file.equals(rig.content)).toBe(true);
  expect(rig.server.requests[1]?.headers.range).toBe(`bytes=${durable}-${rig.content.length - 1}`);
});

test.each([
  ['empty', ''],
  ['broken', '{"schema":"rma.part/v1"'],
  [
    'of another size',
    '{"schema":"rma.part/v1","etag":null,"urlHost":"x","bytes":5,"ranges":[[0,5]],"closed":true}',
  ],
  [
    'ahead of its file',
    `{"schema":"rma.part/v1","etag":null,"urlHost":"x","bytes":${2 * MIB},"ranges":[[0,${2 * MIB}]],"closed":true}`,
  ],
  [
    'beyond the end of the file',
    `{"schema":"rma.part/v1","etag":null,"urlHost":"x","bytes":${2 * MIB},"ranges":[[0,10],[20,${2 * MIB + 1}]],"closed":true}`,
  ],
  [
    'with a range that ends before it starts',
    `{"schema":"rma.part/v1","etag":null,"urlHost":"x","bytes":${2 * MIB},"ranges":[[20,10]],"closed":true}`,
  ],
])('[fail R6] discards a part whose journal is %s', async (_, text) => {
  const { rig, journalFile } = await abortedTransfer();
  writeFileSync(journalFile, text);
  const slot = await createSlot(realDisk, rig.folder, rig.content.length);
  expect(slot).toMatchObject({ inherit: null, durableBytes: 0 });
  expect((await rig.fetch({ slot })).file.equals(rig.content)).toBe(true);
});

test('[fail C8] detects wrong bytes in a part by the hash and replaces it', async () => {
  const { rig, part, durable } = await abortedTransfer();
  writeFileSync(part, Buffer.alloc(durable));
  expect((await rig.fetch()).file.equals(rig.content)).toBe(true);
});

test('[fail R5] a second abort while the part is verified loses nothing', async () => {
  const { rig, durable } = await abortedTransfer();
  const controller = new AbortController();
  controller.abort(new Error('again'));
  await expect(rig.fetch({ signal: controller.signal })).rejects.toThrow('again');
  const slot = await createSlot(realDisk, rig.folder, rig.content.length);
  expect(slot.durableBytes).toBe(durable);
});

test('[fail R3] a network error keeps the downloaded bytes', async () => {
  const rig = await transferRig((n, request, response) => {
    if (n === 1) sendCut(request, response, { content: rig.content, bytes: MIB });
    else response.destroy();
  });
  await expect(rig.fetch()).rejects.toMatchObject({ code: 'RMA_HUB_UNREACHABLE' });
  expect((await createSlot(realDisk, rig.folder, rig.content.length)).durableBytes).toBe(MIB);
});

test('requests the rest without a delay after a range smaller than requested', async () => {
  const rig = await transferRig((n, request, response) => {
    if (n === 1) return sendCut(request, response, { content: rig.content, bytes: 1000 });
    const from = Number(/\d+/.exec(request.headers.range ?? '')?.[0]);
    const headers = { range: `bytes=${from}-${from + 999}` };
    sendContent({ method: 'GET', headers }, response, rig.content);
  }, 20_000);
  expect((await rig.fetch()).file.equals(rig.content)).toBe(true);
  expect(rig.server.requests).toHaveLength(20);
  expect(rig.clock.sleeps).toHaveLength(1);
});

test('reuses a complete part that was not published', async () => {
  const rig = await transferRig();
  await rig.fetch();
  const { file } = await rig.fetch();
  expect(file.equals(rig.content)).toBe(true);
  expect(rig.server.requests).toHaveLength(1);
});

test('[fail R8] resumes a part with gaps: downloads each gap and nothing else', async () => {
  const { rig, part, journalFile, journal, durable } = await abortedTransfer();
  const etag = etagOf(rig.content);
  const content = Buffer.from(rig.content).fill(0, 100, 200).fill(0, 5000, durable);
  writeFileSync(part, Buffer.concat([content.subarray(0, durable), rig.content.subarray(durable)]));
  const ranges = [[0, 100], [200, 5000], [durable, MIB * 2 - 7]]; // biome-ignore format: one row
  writeFileSync(journalFile, JSON.stringify({ ...journal, etag, ranges }));
  const before = rig.received();
  expect((await rig.fetch()).file.equals(rig.content)).toBe(true);
  expect(rig.received() - before).toBe(100 + durable - 5000 + 7);
  const asked = rig.server.requests.slice(1).map(({ headers }) => [headers.range, headers['if-range']]);
  expect(asked).toEqual([
    ['bytes=100-199', etag],
    [`bytes=5000-${durable - 1}`, etag],
    [`bytes=${MIB * 2 - 7}-${MIB * 2 - 1}`, etag],
  ]);
});
