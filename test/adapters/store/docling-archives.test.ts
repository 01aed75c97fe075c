import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { DOCLING_RELEASES } from '../../../src/core/source/docling/releases.ts';
import { type ZipFile, zipArchive } from '../../helpers/files/zip-archive.ts';
import { doclingContents, doclingStore } from '../../helpers/store/docling-fixture.ts';
import { contentAt } from '../../helpers/store/docling-hashes.ts';
import { startHub } from '../../hub/hub.ts';

vi.mock('../../../src/core/source/docling/releases.ts', async (original) => {
  const { withTestHashes } = await import('../../helpers/store/docling-hashes.ts');
  return withTestHashes(await original());
});

const RELEASE = DOCLING_RELEASES['2.143']!;
const CRAFT = 'https://github.com/JaidedAI/EasyOCR/releases/download/pre-v1.1.6/craft_mlt_25k.zip';
const MODEL = { name: 'craft_mlt_25k.pth', content: contentAt(CRAFT) };

/** Starts a hub with another archive of the first EasyOCR model. */
async function withArchive(archive: Uint8Array) {
  const { repos, assets } = doclingContents(RELEASE);
  const hub = await startHub({ repos, assets: { ...assets, [new URL(CRAFT).pathname.slice(1)]: archive } });
  onTestFinished(() => hub.close());
  return { hub, ...doclingStore(hub) };
}

test.each<[string, ZipFile]>([
  ['../evil.pth', { name: '../evil.pth', content: 'x' }],
  ['/tmp/evil.pth', { name: '/tmp/evil.pth', content: 'x' }],
  ['evil', { name: 'evil', content: '/etc/passwd', mode: 0o120777 }],
])('an archive with the unsafe entry %s is refused before anything is downloaded', async (name, entry) => {
  const { hub, folder, fetcher } = await withArchive(zipArchive([MODEL, entry]));
  await expect(fetcher.resolve('docling:easyocr')).rejects.toMatchObject({
    code: 'RMA_CONTENT_UNSAFE_ARCHIVE',
    exitCode: 6,
    message: expect.stringContaining(`${JSON.stringify(name)} in the archive ${CRAFT}`),
  });
  expect(existsSync(folder)).toBe(false);
  expect(hub.log.contentRequests().length).toBe(1);
});

test.each([
  ['has other content', zipArchive([{ ...MODEL, content: MODEL.content.replace('c', 'C') }])],
  [
    'unpacks to more than its entry says',
    zipArchive([{ ...MODEL, content: `${MODEL.content}more`, bytes: MODEL.content.length }]),
  ],
  [
    'unpacks to less than its entry says',
    zipArchive([{ ...MODEL, content: 'less', bytes: MODEL.content.length }]),
  ],
  ['has another checksum', zipArchive([{ ...MODEL, crc: 1 }])],
])('an archive that %s publishes nothing', async (_, archive) => {
  const { root, folder, fetch } = await withArchive(archive);
  expect(await fetch('docling:easyocr')).toMatchObject([
    {
      state: 'failed',
      error: { exitCode: 6, message: expect.stringContaining('EasyOcr/craft_mlt_25k.pth') },
    },
  ]);
  expect(existsSync(join(folder, 'EasyOcr'))).toBe(false);
  expect(existsSync(join(root, '.rma/receipts/docling'))).toBe(false);
});

test.each([
  [
    'without the model',
    zipArchive([{ name: 'other.pth', content: 'x' }]),
    'it does not contain craft_mlt_25k.pth',
  ],
  ['that is a web page', Buffer.from('<html></html>'), 'it is not a zip archive, or it is truncated'],
])('an archive %s is refused', async (_, archive, reason) => {
  const { fetcher } = await withArchive(archive);
  await expect(fetcher.resolve('docling:easyocr')).rejects.toMatchObject({
    code: 'RMA_CONTENT_BAD_ARCHIVE',
    exitCode: 6,
    message: `cannot read the archive ${CRAFT}: ${reason}`,
  });
});

test('an archive with damaged data is downloaded once more', async () => {
  const { hub, folder, fetch } = await withArchive(zipArchive([MODEL]));
  // the first request reads the directory
  hub.faults.add({ kind: 'flip-byte', path: '*craft_mlt_25k.zip', offset: 60, skip: 1, times: 1 });
  expect(await fetch('docling:easyocr')).toMatchObject([{ state: 'present' }]);
  expect(hub.log.contentRequests().filter(({ path }) => path.endsWith('craft_mlt_25k.zip')).length).toBe(3);
  expect(readFileSync(join(folder, 'EasyOcr/craft_mlt_25k.pth'), 'utf8')).toBe(MODEL.content);
});

test('further files of an archive are stored too, as docling-tools does', async () => {
  const { folder, fetch } = await withArchive(zipArchive([MODEL, { name: 'LICENSE', content: 'free' }]));
  expect(await fetch('docling:easyocr')).toMatchObject([{ state: 'present' }]);
  expect(readFileSync(join(folder, 'EasyOcr/LICENSE'), 'utf8')).toBe('free');
});
