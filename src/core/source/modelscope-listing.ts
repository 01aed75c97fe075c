import * as z from 'zod/mini';
import type { RmaError } from '../errors.ts';
import { badAnswer } from '../hub/bad-answer.ts';
import { parseAnswer, parseEntries, parsePart } from '../hub/parse-answer.ts';
import { isObject } from '../schema/issue.ts';
import type { Schema } from '../schema/parse.ts';
import { matching, wholeNumber } from '../schema/rules.ts';

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

const answer = z.object({
  Code: z.number(),
  Message: z.catch(z.string(), ''),
  Data: z.optional(z.unknown()),
});
const listing = z.object({ Files: z.nullable(z.array(z.unknown())) });
const msEntry: Schema<MsEntry> = z.object({
  path: z.string(),
  isFolder: z.boolean(),
  bytes: z.nullable(wholeNumber(0)),
  sha256: z.nullable(matching(/^[0-9a-f]{64}$/, '64 hexadecimal digits')),
});

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
  const reject = (fault: string) => msBadAnswer(subject, fault);
  const { Code: code, Message: message, Data: data } = parseAnswer(answer, text, reject);
  if (code === NO_REVISION) return { kind: 'no-revision' };
  if (code !== 200) return { kind: 'refused', code, message };
  const { Files: files } = parsePart(listing, data, reject);
  if (files === null) return { kind: 'no-revision' };
  return { kind: 'listing', entries: parseEntries(msEntry, files.map(asEntry), reject) };
}

/** Returns the HTTP status that corresponds to an error code; null for an unknown code. */
export function statusOfCode(code: number): number | null {
  return STATUS_OF_CODE.get(code) ?? (code >= 400 && code < 600 ? code : null);
}

/** Returns the error for a response that is not in ModelScope's format. */
export function msBadAnswer(subject: string, fault: string): RmaError {
  return badAnswer(subject, fault, 'MODELSCOPE_ENDPOINT');
}

/** Returns an entry of the response under the names of rma; its values are not checked yet. */
function asEntry(entry: unknown): unknown {
  if (!isObject(entry)) return entry;
  const { Path: path, Type: type, Size: size = null, Sha256: sha256 } = entry;
  const isFolder = type === 'tree';
  const hex = typeof sha256 === 'string' && sha256 !== '' ? sha256.toLowerCase() : null;
  return { path, isFolder, bytes: isFolder ? null : size, sha256: hex };
}
