import type { PinnedFile, PinnedModel } from '../../core/domain/pinned-model.ts';
import type { Invocation } from '../../ports/invocation.ts';
import type { ByteRange } from '../../ports/range-reader.ts';

/** Size of the first read, bytes. Each further one is up to four times as large. */
const FIRST = 2 ** 18;

type RangePorts = Pick<Invocation, 'sources' | 'ranges' | 'signal'>;

interface HubFile {
  readonly model: PinnedModel;
  readonly file: PinnedFile;
}

/** What a parser finds in the first bytes of a file: the header, how many bytes it needs, or a fault. */
type Parsed<T> =
  | T
  | { readonly state: 'more'; readonly bytes: number }
  | { readonly state: 'broken'; readonly why: string };

/** Reads more and more of a file on a hub until its header is complete, at most `most` bytes. @throws RmaError RMA_HUB_* */
export async function readGrowing<T extends { readonly state: 'done' }>(
  ports: RangePorts,
  { model, file, most }: HubFile & { readonly most: number },
  parse: (prefix: Uint8Array) => Parsed<T>,
): Promise<T | { readonly state: 'broken'; readonly why: string }> {
  let prefix: Uint8Array = new Uint8Array();
  for (let size = Math.min(FIRST, file.bytes); ; ) {
    const more = await readRange(ports, { model, file }, { from: prefix.byteLength, to: size });
    prefix = Buffer.concat([prefix, more]);
    if (prefix.byteLength < size) return { state: 'broken', why: 'the hub sent less than its size' };
    const parsed = parse(prefix);
    if (parsed.state !== 'more') return parsed;
    if (parsed.bytes > most || size >= most) return { state: 'broken', why: 'its header is too long' };
    size = Math.min(Math.max(parsed.bytes, size * 4), most, file.bytes);
  }
}

/** Reads a range of a file on a hub. @throws RmaError RMA_HUB_* */
export async function readRange(
  { sources, ranges, signal }: RangePorts,
  { model, file }: HubFile,
  range: ByteRange,
): Promise<Uint8Array> {
  const source = sources.find((each) => each.source === model.source);
  if (source === undefined) throw new Error(`no source for ${model.ref}`);
  if (range.to <= range.from) return new Uint8Array();
  return ranges.read(source.locate(model, file), range, signal);
}
