import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

/** Why a text could not be read. */
export type ReadFault = 'missing' | 'is-folder' | 'denied' | 'not-utf8' | 'unreadable';

export type ReadResult =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly fault: ReadFault };

const FAULTS: Readonly<Record<string, ReadFault>> = {
  ENOENT: 'missing',
  ENOTDIR: 'missing',
  EISDIR: 'is-folder',
  EACCES: 'denied',
  EPERM: 'denied',
};

/** The file as text. Bytes that are no UTF-8 are a fault, never replaced. */
export async function readTextFile(path: string): Promise<ReadResult> {
  try {
    const bytes = await readFile(path);
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (error) {
    if (error instanceof TypeError) return { ok: false, fault: 'not-utf8' };
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return { ok: false, fault: FAULTS[code] ?? 'unreadable' };
  }
}

/** The whole stream as text. */
export async function readTextStream(stream: Readable): Promise<string> {
  return await text(stream);
}
