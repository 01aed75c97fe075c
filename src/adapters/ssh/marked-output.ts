import { MISSING } from './remote-scripts.ts';

/** Text of the startup files of a login shell that is kept for an error, bytes. */
const LONGEST = 64 * 1024;
const LINE_FEED = 10;

/** The output of a remote command, after the line with its mark. */
export interface MarkedOutput {
  /** `started`; `missing`: the program is not installed; null: the output ended without the mark */
  readonly status: 'started' | 'missing' | null;
  /** what preceded the mark */
  readonly before: string;
  /** what follows it */
  readonly rest: AsyncIterable<Uint8Array>;
}

/** Reads an output up to the line with the mark, which may follow text without a line feed. */
export async function readMarked(bytes: AsyncIterable<Uint8Array>, mark: string): Promise<MarkedOutput> {
  const iterator = bytes[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  while (true) {
    const at = head.indexOf(`${mark} `);
    const end = at < 0 ? -1 : head.indexOf(LINE_FEED, at);
    if (end >= 0) {
      const word = head
        .subarray(at + mark.length + 1, end)
        .toString()
        .trim();
      return {
        status: word === MISSING ? 'missing' : 'started',
        before: head.subarray(0, at).toString(),
        rest: continued(head.subarray(end + 1), iterator),
      };
    }
    const next = await iterator.next();
    if (next.done === true) return { status: null, before: head.toString(), rest: continued(null, iterator) };
    // the mark may be cut in two
    head = Buffer.concat([head.subarray(at < 0 ? -LONGEST : at), next.value]);
  }
}

/** Returns the part of a whole output after the line with the mark; all of it if the mark is not in it. */
export function afterMark(text: string, mark: string): string {
  const at = text.indexOf(`${mark} `);
  const end = at < 0 ? -1 : text.indexOf('\n', at);
  return end < 0 ? text : text.slice(end + 1);
}

async function* continued(
  head: Uint8Array | null,
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (head !== null && head.length > 0) yield head;
  while (true) {
    const next = await iterator.next();
    if (next.done === true) return;
    yield next.value;
  }
}
