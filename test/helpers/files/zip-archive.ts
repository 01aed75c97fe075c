import { crc32, deflateRawSync } from 'node:zlib';

/** A file of a zip archive. The fields that are not set follow from the content. */
export interface ZipFile {
  readonly name: string;
  readonly content: Uint8Array | string;
  /** default true */
  readonly deflate?: boolean;
  /** size in the headers */
  readonly bytes?: number;
  readonly crc?: number;
  /** mode with file type, as Unix has it; default: a regular file */
  readonly mode?: number;
  /** general purpose bits; 1: encrypted */
  readonly flags?: number;
}

const MADE_BY_UNIX = (3 << 8) | 20;

/** Returns a zip archive with these files. Source: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT 4.3 */
export function zipArchive(files: readonly ZipFile[], comment = ''): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const file of files) {
    const { body, entry } = encoded(file, offset);
    bodies.push(body);
    directory.push(entry);
    offset += body.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(Buffer.byteLength(comment), 20);
  return Buffer.concat([...bodies, entries, end, Buffer.from(comment)]);
}

function encoded(file: ZipFile, offset: number) {
  const content = Buffer.from(file.content);
  const { deflate = true, bytes = content.length, crc = crc32(content), mode = 0o100644, flags = 0 } = file;
  const data = deflate ? deflateRawSync(content) : content;
  const name = Buffer.from(file.name);
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt16LE(flags, 2);
  common.writeUInt16LE(deflate ? 8 : 0, 4);
  common.writeUInt32LE(crc, 10);
  common.writeUInt32LE(data.length, 14);
  common.writeUInt32LE(bytes, 18);
  common.writeUInt16LE(name.length, 22);
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE((mode << 16) >>> 0, 6);
  rest.writeUInt32LE(offset, 10);
  const made = Buffer.alloc(2);
  made.writeUInt16LE(MADE_BY_UNIX, 0);
  return {
    body: Buffer.concat([Buffer.from('PK\x03\x04'), common, name, data]),
    entry: Buffer.concat([Buffer.from('PK\x01\x02'), made, common, rest, name]),
  };
}
