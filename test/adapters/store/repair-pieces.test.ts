import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { quickFolder } from '../../helpers/files/temp-folder.ts';
import { sha256 } from '../../helpers/store/model-server.ts';
import { pullInto } from '../../helpers/store/pulled-store.ts';
import { sharingDisk } from '../../helpers/store/sharing-disk.ts';
import { testFetcher, testStore, withFreeBytes, writtenBytes } from '../../helpers/store/store-fixture.ts';
import { flipByte, repairStore, verifyStore } from '../../helpers/store/verify-fixture.ts';
import { patternContent } from '../../hub/content.ts';
import type { Hub } from '../../hub/hub.ts';
import { hubForTest } from '../hub-server/hub-fixture.ts';

const MIB = 1024 * 1024;
const PIECE = 2 * MIB;
/** Hashed in a thread; its last piece is shorter. */
const SIZE = 20 * MIB + 1000;
const content = Buffer.from(patternContent(SIZE).read(0, SIZE));
const BLOB = `huggingface/hub/models--org--name/blobs/${sha256(content)}`;
const RECORD = `.rma/pieces/sha256-${sha256(content)}.json`;
const SMALL_PIECES = { pieceBytes: PIECE };

let root = '';
let hub: Hub;
beforeEach(async () => {
  root = quickFolder();
  hub = await hubForTest({
    repos: {
      'org/name': { files: { 'config.json': '{}', 'model.bin': { content, lfs: true } } },
      'org/copy': { files: { 'model.bin': { content, lfs: true } } },
    },
  });
});

async function pull(
  ref = 'hf:org/name',
  options: { readonly pieceBytes?: number } = SMALL_PIECES,
): Promise<void> {
  const fetcher = testFetcher(root, hub.endpoint, options);
  expect(await fetcher.fetch([await fetcher.resolve(ref)])).toMatchObject([{ state: 'present' }]);
  hub.log.clear();
}

/** Bytes of content that the hub has sent. */
function sentBytes(): number {
  return hub.log.contentRequests().reduce((sum, { bytesSent }) => sum + bytesSent, 0);
}

const repair = (options: Parameters<typeof repairStore>[2] = {}) =>
  repairStore(root, hub.endpoint, { ...SMALL_PIECES, ...options });

/** Expects that everything is right, by receipts and by content, and that nothing is left behind. */
async function expectRepaired(): Promise<void> {
  expect(readFileSync(join(root, BLOB)).equals(content)).toBe(true);
  expect(await verifyStore(root)).toMatchObject({ problems: [], unread: 0 });
  expect(await verifyStore(root, { deep: true })).toMatchObject({ problems: [], unread: 0 });
  expect(readdirSync(join(root, '.rma/staging'))).toEqual([]);
}

test.each([
  ['the first byte', [0], PIECE],
  ['one byte', [3 * PIECE + 7], PIECE],
  ['two bytes of one piece', [3 * PIECE, 4 * PIECE - 1], PIECE],
  ['bytes of three pieces, two of them side by side', [PIECE, 5 * PIECE - 1, 5 * PIECE], 3 * PIECE],
  ['the last byte', [SIZE - 1], SIZE % PIECE],
])(
  '[fail C4] a repair of a large file with %s changed downloads only the wrong pieces',
  async (_, wrong, bytes) => {
    await pull();
    for (const at of wrong) flipByte(join(root, BLOB), at);
    const corrupt = readFileSync(join(root, BLOB));
    expect(await repair()).toMatchObject({
      problems: [{ path: BLOB, outcome: 'repaired' }],
      fetchedBytes: bytes,
      exitCode: 0,
    });
    expect(sentBytes()).toBe(bytes);
    const [id = ''] = readdirSync(join(root, '.rma/quarantine'));
    expect(readFileSync(join(root, '.rma/quarantine', id, BLOB)).equals(corrupt)).toBe(true);
    await expectRepaired();
  },
);

test('[fail C9] a repair of a truncated file downloads only what is missing', async () => {
  await pull();
  truncateSync(join(root, BLOB), 3 * PIECE + 5);
  expect(await repair()).toMatchObject({ exitCode: 0, fetchedBytes: SIZE - 3 * PIECE - 5 });
  await expectRepaired();
});

test('[fail C4] a deep verification names the first wrong piece, and a dry run counts it', async () => {
  await pull();
  flipByte(join(root, BLOB), 3 * PIECE + 7);
  const { problems } = await verifyStore(root, { deep: true, ...SMALL_PIECES });
  expect(problems).toMatchObject([{ path: BLOB, kind: 'content', wrongPiece: [3 * PIECE, 4 * PIECE] }]);
  expect(problems[0]?.text).toMatch(/, first wrong piece: bytes 6291456 to 8388607$/);
  // the repair takes this from the verification, and reads nothing again
  expect(await repair({ dryRun: true })).toMatchObject({
    problems: [{ outcome: 'repairable', wrongPiece: [3 * PIECE, 4 * PIECE] }],
    fetchedBytes: PIECE,
  });
  expect(sentBytes()).toBe(0);
});

test('[fail C4] a deep verification names each wrong piece of a file that it has found right before', async () => {
  await pull();
  const deep = { deep: true, ...SMALL_PIECES };
  expect(await verifyStore(root, deep)).toMatchObject({ problems: [] });
  for (const at of [PIECE, 4 * PIECE, 6 * PIECE - 1, SIZE - 1]) flipByte(join(root, BLOB), at);
  const ranges = [
    [PIECE, 2 * PIECE],
    [4 * PIECE, 6 * PIECE],
    [SIZE - (SIZE % PIECE), SIZE],
  ];
  const { problems } = await verifyStore(root, deep);
  expect(problems).toMatchObject([{ wrongPiece: ranges[0], wrongPieces: ranges }]);
  expect(problems[0]?.text).toMatch(
    /, wrong bytes 2097152 to 4194303, 8388608 to 12582911, 20971520 to 20972519$/,
  );
  const fetchedBytes = 3 * PIECE + (SIZE % PIECE);
  expect(await repair({ dryRun: true })).toMatchObject({ problems: [{ wrongPieces: ranges }], fetchedBytes });
  expect(await repair()).toMatchObject({ fetchedBytes, exitCode: 0 });
  expect(sentBytes()).toBe(fetchedBytes);
  // the record keeps its checksums
  for (const at of [0, 2, 4, 6].map((piece) => piece * PIECE)) flipByte(join(root, BLOB), at);
  expect((await verifyStore(root, deep)).problems[0]?.text).toMatch(
    /, wrong bytes 0 to 2097151, 4194304 to 6291455, 8388608 to 10485759 and 1 more range$/,
  );
});

test.each([
  ['is missing', () => rmSync(join(root, RECORD)), 0],
  ['is corrupt', () => writeFileSync(join(root, RECORD), '{'), 0],
  [
    'has wrong hashes',
    () => {
      const record = JSON.parse(readFileSync(join(root, RECORD), 'utf8'));
      record.hashes = record.hashes.map(() => sha256(Buffer.from('other')));
      writeFileSync(join(root, RECORD), JSON.stringify(record));
    },
    // the first piece, before the hash of the file shows that the record is wrong
    PIECE,
  ],
])(
  'without usable hashes, because the record %s, a repair downloads the whole file',
  async (_, change, more) => {
    await pull();
    change();
    flipByte(join(root, BLOB), 3 * PIECE);
    expect(await repair()).toMatchObject({ exitCode: 0, fetchedBytes: SIZE + more });
    await expectRepaired();
    // the hashes of the download replace them
    hub.log.clear();
    flipByte(join(root, BLOB), 3 * PIECE);
    expect(await repair()).toMatchObject({ exitCode: 0, fetchedBytes: PIECE });
  },
);

test('a deep verification records the hashes of a file that another program downloaded', async () => {
  await pull();
  rmSync(join(root, '.rma'), { recursive: true });
  expect(await verifyStore(root, { deep: true, ...SMALL_PIECES })).toMatchObject({ problems: [] });
  flipByte(join(root, BLOB), 5 * PIECE);
  expect(await repair()).toMatchObject({ exitCode: 0, fetchedBytes: PIECE });
});

test('[fail C6] an interrupted repair continues with what it had downloaded', async () => {
  await pull();
  for (const at of [PIECE, 6 * PIECE]) flipByte(join(root, BLOB), at);
  const stop = new AbortController();
  const fetcher = testFetcher(root, hub.endpoint, SMALL_PIECES);
  const transfer: typeof fetcher.transfer = {
    unpack: (job) => fetcher.transfer.unpack(job),
    fetch: (job) =>
      fetcher.transfer.fetch({
        ...job,
        signal: AbortSignal.any([job.signal, stop.signal]),
        onBytes: (done, received) => {
          job.onBytes(done, received);
          if (received > 0) stop.abort(new Error('SIGTERM'));
        },
      }),
  };
  expect(await repair({ fetcher: { ...fetcher, transfer } })).toMatchObject({
    problems: [{ outcome: 'failed' }],
  });
  const before = sentBytes();
  expect(readFileSync(join(root, BLOB)).equals(content)).toBe(false);
  const { fetchedBytes, exitCode } = await repair();
  expect(exitCode).toBe(0);
  expect(fetchedBytes).toBeLessThan(2 * PIECE);
  expect(before + fetchedBytes).toBeLessThan(3 * PIECE);
  await expectRepaired();
});

const noRoom = (needed: string, free: string) => ({
  outcome: 'failed',
  message: expect.stringMatching(
    new RegExp(`^not enough disk space .*: ${needed} MiB needed, ${free} MiB free$`),
  ),
});

test.each([
  ['shares blocks', { disk: sharingDisk, free: 70, outcome: { outcome: 'repaired' } }],
  // one piece, and what is kept free
  ['shares blocks and is almost full', { disk: sharingDisk, free: 65, outcome: noRoom('66.0', '65.0') }],
  ['copies', { disk: realDisk, free: 70, outcome: noRoom('84.0', '70.0') }],
  ['copies and has just enough space', { disk: realDisk, free: 84.1, outcome: { outcome: 'repaired' } }],
])('on a file system that %s, a repair reserves what it writes', async (_, { disk, free, outcome }) => {
  await pull();
  flipByte(join(root, BLOB), PIECE);
  const copied = () => (disk === realDisk ? writtenBytes(root) : 0);
  const store = withFreeBytes(testStore(root, { disk }), () => free * MIB - copied());
  const fetcher = testFetcher(root, hub.endpoint, { ...SMALL_PIECES, disk, store });
  expect(await repair({ disk, fetcher })).toMatchObject({ problems: [outcome] });
});

test('the hashes go with the last model that has the content', async () => {
  await pull();
  await pull('hf:org/copy');
  const store = testStore(root);
  const remove = async (name: string) => {
    const { models } = await store.inventory();
    const paths = models.filter(({ references }) => references.includes(name)).map(({ path }) => path);
    await store.remove(paths, {
      force: false,
      onWait: () => undefined,
      signal: new AbortController().signal,
    });
  };
  await remove('hf:org/name');
  expect(existsSync(join(root, RECORD))).toBe(true);
  await remove('hf:org/copy');
  expect(existsSync(join(root, RECORD))).toBe(false);
});

test('a file of one piece has no record', async () => {
  await pullInto(root, hub, ['hf:org/name']);
  expect(existsSync(join(root, '.rma/pieces'))).toBe(false);
});
