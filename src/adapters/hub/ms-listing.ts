import type { RmaError } from '../../core/errors.ts';
import { badAnswer } from './bad-answer.ts';

/** One entry of a listing. */
export interface MsEntry {
  readonly path: string;
  readonly isFolder: boolean;
  /** null where the hub tells none */
  readonly bytes: number | null;
  /** 64 lower-case hexadecimal digits; null where the hub publishes none */
  readonly sha256: string | null;
}

/** What the hub says: a listing, or its own code for a refusal, which HTTP 200 may carry as well. */
export type MsAnswer =
  | { readonly kind: 'listing'; readonly entries: readonly MsEntry[] }
  | { readonly kind: 'no-revision' }
  | { readonly kind: 'refused'; readonly code: number; readonly message: string };

const SHA256 = /^[0-9a-f]{64}$/;

/** The hub's own codes that say more than its HTTP status (it answers 404 to nearly everything), as statuses. */
const STATUS_OF_CODE: ReadonlyMap<number, number> = new Map([
  [10010205001, 404],
  [10010200001, 403],
  [10010103009, 401],
]);
const NO_REVISION = 10990101004;

/**
 * Reads `GET /api/v1/models/{repo}/repo/files`: `{Code, Message, Data: {Files: [{Path, Type, Size, Sha256}]}}`. A revision
 * that does not exist is a success whose list is null, or a code of its own.
 * @throws RmaError RMA_HUB_BAD_ANSWER
 */
export function parseMsListing(text: string, subject: string): MsAnswer {
  const answer = parseJson(text, subject);
  if (!isRecord(answer)) throw msBadAnswer(subject, 'it is no object');
  const { Code: code, Message: message, Data: data } = answer;
  if (typeof code !== 'number') throw msBadAnswer(subject, 'it has no Code');
  if (code === NO_REVISION) return { kind: 'no-revision' };
  if (code !== 200) return { kind: 'refused', code, message: typeof message === 'string' ? message : '' };
  const files = isRecord(data) ? data['Files'] : undefined;
  if (files === null) return { kind: 'no-revision' };
  if (!Array.isArray(files)) throw msBadAnswer(subject, 'it holds no list of files');
  return { kind: 'listing', entries: files.map((entry: unknown) => parseEntry(entry, subject)) };
}

/** The HTTP status that a refusal means; null for a code that says nothing to us. */
export function statusOfCode(code: number): number | null {
  return STATUS_OF_CODE.get(code) ?? (code >= 400 && code < 600 ? code : null);
}

export function msBadAnswer(subject: string, fault: string, cause?: unknown): RmaError {
  return badAnswer(subject, fault, cause, 'MODELSCOPE_ENDPOINT');
}

function parseEntry(entry: unknown, subject: string): MsEntry {
  if (!isRecord(entry)) throw msBadAnswer(subject, 'the listing holds something that is not a file');
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
    throw msBadAnswer(subject, `the answer is not JSON: it starts with ${start}`, error);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
