import { addAbortSignal, type Readable } from 'node:stream';
import { arrayBuffer } from 'node:stream/consumers';
import { readPlain } from './read-plain.ts';

/** Why a text could not be read. */
export type ReadFault = 'missing' | 'is-directory' | 'special' | 'denied' | 'not-utf8' | 'unreadable';

export type ReadResult =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly fault: ReadFault };

const FAULTS: Readonly<Record<string, ReadFault>> = {
  ENOENT: 'missing',
  ENOTDIR: 'missing',
  EISDIR: 'is-directory',
  EFTYPE: 'special',
  EACCES: 'denied',
  EPERM: 'denied',
};

/** Reads a file as text. Bytes that are not UTF-8 are a fault, never replaced. */
export async function readTextFile(path: string): Promise<ReadResult> {
  return await asText(async () => await readPlain(path));
}

/** Reads a whole stream as text; returns a fault if the signal is aborted. */
export async function readTextStream(stream: Readable, signal: AbortSignal): Promise<ReadResult> {
  return await asText(async () => await arrayBuffer(addAbortSignal(signal, stream)));
}

async function asText(read: () => Promise<ArrayBuffer | Uint8Array>): Promise<ReadResult> {
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(await read()) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return { ok: false, fault: 'not-utf8' };
    return { ok: false, fault: FAULTS[code] ?? 'unreadable' };
  }
}
