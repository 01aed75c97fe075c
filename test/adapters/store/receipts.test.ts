import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { readReceiptSync, readReceipts } from '../../../src/adapters/store/receipts/receipts.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';

const entry = {
  bytes: 3,
  digest: { algorithm: 'sha256', hex: 'a'.repeat(64) },
  mtimeNs: '1700000000000000001',
  verifiedAt: '2026-01-01T00:00:00.000Z',
};
const receipt = (files: object) => ({ schema: 'rma.receipt/v1', from: 'hf:org/repo@abc', files });

function written(name: string, value: unknown): string {
  const folder = join(tempFolder(), 'receipts');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
  return path;
}

describe('a receipt', () => {
  it('keeps unknown keys of a newer version', () => {
    const newer = receipt({ 'model.gguf': { ...entry, foreign: true, pinnedBy: 'demo' } });
    expect(readReceiptSync(written('r.json', newer))).toEqual(newer);
  });

  it.each([
    ['truncated JSON', '{"schema":"rma.receipt/v1","from"'],
    ['another schema', { ...receipt({}), schema: 'rma.receipt/v2' }],
    ['a file without a time', receipt({ a: { ...entry, mtimeNs: undefined } })],
    ['a file with an unknown hash', receipt({ a: { ...entry, digest: { algorithm: 'crc32', hex: 'a' } } })],
    ['a list of files', receipt([entry])],
  ])('is ignored if it contains %s', async (_what, value) => {
    const path = written('r.json', value);
    expect(readReceiptSync(path)).toBeNull();
    expect(await readReceipts(realDisk, join(path, '..'))).toEqual([]);
  });
});
