import type { RmaError } from '../../core/errors.ts';
import { badAnswer } from './bad-answer.ts';

/** One entry of a listing. */
export interface MsEntry {
  readonly path: string;
  readonly isFolder: boolean;
  /** null if the hub reports none */
  readonly bytes: number | null;
  /** 64 lower-case hexadecimal digits; null if the hub publishes none */
  readonly sha256: string | null;
}

/** A parsed response: a listing, or the hub's own error code, which may come with HTTP 200. */
export type MsAnswer =
  | { readonly kind: 'listing'; readonly entries: readonly MsEntry[] }
  | { readonly kind: 'no-revision' }
  | { readonly kind: 'refused'; readonly code: number; readonly message: string };

const SHA256 = /^[0-9a-f]{64}$/;

/** HTTP statuses for the hub's own codes; its real status is 404 for nearly every error. */
const STATUS_OF_CODE: ReadonlyMap<number, number> = new Map([
  [10010205001, 404],
  [10010200001, 403],
  [10010103009, 401],
]);
const NO_REVISION = 10990101004;

/**
 * Parses `GET /api/v1/models/{repo}/repo/files`: `{Code, Message, Data: {Files: [{Path, Type, Size, Sha256}]}}`. For an
 * unknown revision the hub returns success with a null list, or a code of its own.
 * @throws RmaError RMA_HUB_BAD_ANSWER
 */
export function parseMsListing(text: string, subject: string): MsAnswer {
  const answer = parseJson(text, subject);
  if (!isRecord(answer)) throw msBadAnswer(subject, 'it is not an object');
  const { Code: code, Message: message, Data: data } = answer;
  if (typeof code !== 'number') throw msBadAnswer(subject, 'it has no Code');
  if (code === NO_REVISION) return { kind: 'no-revision' };
  if (code !== 200) return { kind: 'refused', code, message: typeof message === 'string' ? message : '' };
  const files = isRecord(data) ? data['Files'] : undefined;
  if (files === null) return { kind: 'no-revision' };
  if (!Array.isArray(files)) throw msBadAnswer(subject, 'it contains no file list');
  return { kind: 'listing', entries: files.map((entry: unknown) => parseEntry(entry, subject)) };
}

/** Returns the HTTP status that corresponds to an error code; null for an unknown code. */
export function statusOfCode(code: number): number | null {
  return STATUS_OF_CODE.get(code) ?? (code >= 400 && code < 600 ? code : null);
}

/** Returns the error for a response that is not in ModelScope's format. */
export function msBadAnswer(subject: string, fault: string, cause?: unknown): RmaError {
  return badAnswer(subject, fault, cause, 'MODELSCOPE_ENDPOINT');
}

function parseEntry(entry: unknown, subject: string): MsEntry {
  if (!isRecord(entry)) throw msBadAnswer(subject, 'an entry of the file list is not a file');
  const { Path: path, Type: type, Size: size, Sha256: sha256 } = entry;
  if (typeof path !== 'string') throw msBadAnswer(subject, 'a file has no name');
  const isFolder = type === 'tree';
  const hex = typeof sha256 === 'string' ? sha256.toLowerCase() : '';
  if (hex !== '' && !SHA256.test(hex)) throw msBadAnswer(subject, `${path} has no sha256`);
  return { path, isFolder, bytes: isFolder ? null : sizeOf(size, path, subject), sha256: hex || null };
}

function sizeOf(value: unknown, path: string, subject: string): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw msBadAnswer(subject, `${path} has no size`);
}

function parseJson(text: string, subject: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const start = JSON.stringify(text.slice(0, 40));
    throw msBadAnswer(subject, `it is not JSON: it starts with ${start}`, error);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
