import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  findZipDirectory,
  readZipDirectory,
  ZIP_END_BYTES,
  type ZipEntry,
} from '../../../src/core/store/zip-directory.ts';
import { type ZipFile, zipArchive } from '../../helpers/files/zip-archive.ts';

const URL = 'https://example.com/x.zip';

function list(archive: Uint8Array): readonly ZipEntry[] {
  const bytes = archive.subarray(Math.max(0, archive.length - ZIP_END_BYTES));
  const place = findZipDirectory({ bytes, archiveBytes: archive.length, subject: URL });
  return readZipDirectory(archive.subarray(place.offset, place.offset + place.bytes), place, URL);
}

function fault(archive: Uint8Array): unknown {
  try {
    return list(archive);
  } catch (error) {
    return error;
  }
}

const hostile = (file: Partial<ZipFile>) => zipArchive([{ name: 'a.pth', content: 'x', ...file }]);

describe('the directory of a zip archive', () => {
  it('lists files, and leaves out directories', () => {
    const files = [
      { name: 'sub/', content: '', deflate: false },
      { name: 'sub/a.pth', content: 'a'.repeat(1000) },
      { name: 'b.pth', content: 'b', deflate: false },
    ];
    expect(list(zipArchive(files, 'a comment'))).toMatchObject([
      { name: 'sub/a.pth', bytes: 1000, isDeflated: true },
      { name: 'b.pth', bytes: 1, storedBytes: 1, isDeflated: false },
    ]);
  });

  it.each([
    ['../x.pth', 'it contains ".."'],
    ['a/../../x.pth', 'it contains ".."'],
    ['/etc/passwd', 'it is absolute'],
    ['..\\x.pth', 'it contains a backslash'],
    ['C:x.pth', 'it contains a drive letter'],
    ['../', 'it contains ".."'],
  ])('with the entry %s is refused', (name, reason) => {
    expect(fault(hostile({ name }))).toMatchObject({
      code: 'RMA_CONTENT_UNSAFE_ARCHIVE',
      exitCode: 6,
      message: `unsafe entry ${JSON.stringify(name)} in the archive ${URL}: ${reason}`,
    });
  });

  it.each([
    ['a link', { mode: 0o120777 }, 'it is not a regular file'],
    ['a device', { mode: 0o020666 }, 'it is not a regular file'],
    ['content of more than 4 GiB', { bytes: 0xffff_fffe }, null],
  ])('with %s is refused or within the limit', (_, file, reason) => {
    if (reason === null) {
      const two = zipArchive([
        { name: 'a', content: 'x', ...file },
        { name: 'b', content: 'x', ...file },
      ]);
      expect(fault(two)).toMatchObject({
        code: 'RMA_CONTENT_UNSAFE_ARCHIVE',
        message: expect.stringContaining('"b"'),
      });
      return;
    }
    expect(fault(hostile(file))).toMatchObject({
      code: 'RMA_CONTENT_UNSAFE_ARCHIVE',
      exitCode: 6,
      message: `unsafe entry "a.pth" in the archive ${URL}: ${reason}`,
    });
  });

  it.each([
    ['an encrypted file', hostile({ flags: 1 }), 'a.pth is encrypted'],
    ['a zip64 entry', hostile({ bytes: 0xffff_ffff }), 'the entry of a.pth is damaged'],
    ['no end', hostile({}).subarray(0, 60), 'it is not a zip archive, or it is truncated'],
    ['no content at all', Buffer.alloc(0), 'it is not a zip archive, or it is truncated'],
  ])('with %s is refused', (_, archive, reason) => {
    expect(fault(archive)).toMatchObject({
      code: 'RMA_CONTENT_BAD_ARCHIVE',
      exitCode: 6,
      message: `cannot read the archive ${URL}: ${reason}`,
    });
  });

  it('never lists a path out of the directory, whatever the bytes are', () => {
    const archive = zipArchive([
      { name: 'dir/a.pth', content: 'a'.repeat(100) },
      { name: 'b.pth', content: 'b', deflate: false },
    ]);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(archive.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        (changes) => {
          const changed = Buffer.from(archive);
          for (const [at, value] of changes) changed[at] = value;
          const found = fault(changed);
          if (!Array.isArray(found)) {
            expect(found).toMatchObject({ exitCode: 6 });
            return;
          }
          for (const { name } of found as readonly ZipEntry[])
            expect(name).not.toMatch(/^\/|\\|(^|\/)\.\.(\/|$)/);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
