import type { PinnedFile } from '../../core/domain/pinned-model.ts';
import type { ByteRange } from '../../ports/range-reader.ts';

/** Reads bytes of a file of a model. */
export type ReadBytes = (file: PinnedFile, range: ByteRange) => Promise<Uint8Array>;

/** Size of the first read, bytes. Each further one is up to four times as large. */
const FIRST = 2 ** 18;

/** What a parser finds in the first bytes of a file: the header, how many bytes it needs, or a fault. */
type Parsed<T> =
  | T
  | { readonly state: 'more'; readonly bytes: number }
  | { readonly state: 'broken'; readonly why: string };

/** Reads more and more of a file until its header is complete, at most `most` bytes. @throws as `read` */
export async function readGrowing<T extends { readonly state: 'done' }>(
  read: ReadBytes,
  { file, most }: { readonly file: PinnedFile; readonly most: number },
  parse: (prefix: Uint8Array) => Parsed<T>,
): Promise<T | { readonly state: 'broken'; readonly why: string }> {
  let prefix: Uint8Array = new Uint8Array();
  for (let size = Math.min(FIRST, file.bytes); ; ) {
    const more = await read(file, { from: prefix.byteLength, to: size });
    prefix = Buffer.concat([prefix, more]);
    if (prefix.byteLength < size)
      return { state: 'broken', why: 'its source sent fewer bytes than its size' };
    const parsed = parse(prefix);
    if (parsed.state !== 'more') return parsed;
    // nothing more to read
    if (size >= file.bytes) return { state: 'broken', why: 'the file ends within its header' };
    if (parsed.bytes > most || size >= most) return { state: 'broken', why: 'its header is too long' };
    size = Math.min(Math.max(parsed.bytes, size * 4), most, file.bytes);
  }
}
