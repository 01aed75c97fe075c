import { Readable } from 'node:stream';
import { type Extract, extract } from 'tar-stream';

/** A file in a tar stream. */
export type TarEntry = Extract extends AsyncIterable<infer E> ? E : never;

/** The entries of a tar stream, in their order; each must be read to its end before the next. */
export interface TarEntries {
  /** Returns the next entry; null after the last. */
  next(): Promise<TarEntry | null>;
  /** Returns the fault behind an error that an entry threw: a waiting entry only gets the error that the parser has ended. */
  cause(error: unknown): unknown;
  /** Stops the reading, and waits until the source is released. */
  stop(): Promise<void>;
}

/** Parses a tar stream. Faults of the source are thrown as they are; see `isTarFault` for those of the format. */
export function readTar(source: AsyncIterable<unknown>, signal: AbortSignal): TarEntries {
  const entries = extract();
  const fed = feed(source, entries, signal);
  // a stream from another program may not send anything for long
  const release = () => {
    if (source instanceof Readable) source.destroy();
  };
  signal.addEventListener('abort', release);
  // awaited by `next` and `stop`
  fed.catch(() => undefined);
  const iterator = entries[Symbol.asyncIterator]();
  let fault: unknown = null;
  entries.once('error', (error) => {
    fault = error;
  });
  return {
    cause: (error) => (isEnd(error) && fault !== null ? fault : error),
    async next() {
      const entry = await iterator.next();
      if (entry.done !== true) return entry.value;
      await fed;
      signal.removeEventListener('abort', release);
      return null;
    },
    async stop() {
      entries.destroy(new Error('stopped'));
      release();
      signal.removeEventListener('abort', release);
      await fed.catch(() => undefined);
    },
  };
}

function isEnd(error: unknown): boolean {
  return (error as { readonly code?: unknown }).code === 'STREAM_DESTROYED';
}

/** Reads an entry to its end. */
export async function skipEntry(entry: TarEntry, signal: AbortSignal): Promise<void> {
  for await (const _ of entry) signal.throwIfAborted();
}

/** Returns the whole content of an entry. */
export async function entryBytes(entry: TarEntry): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of entry) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}

/** Returns whether an error is about the format: the parser has no codes, and all other errors have one. */
export function isTarFault(error: unknown): error is Error {
  return error instanceof Error && !('code' in error);
}

/** Feeds a stream into the parser. Rejects with the fault of the source. */
async function feed(source: AsyncIterable<unknown>, entries: Extract, signal: AbortSignal): Promise<void> {
  try {
    for await (const chunk of source) {
      signal.throwIfAborted();
      if (entries.destroyed) return;
      if (!entries.write(Buffer.from(chunk as Uint8Array))) await drained(entries);
    }
    entries.end(null);
  } catch (error) {
    entries.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

/** Waits until the parser accepts more data, or is destroyed. */
function drained(entries: Extract): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      entries.off('drain', go);
      entries.off('close', go);
      resolve();
    };
    entries.on('drain', go);
    entries.on('close', go);
    if (entries.destroyed) go();
  });
}
