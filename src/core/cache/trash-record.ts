import * as z from 'zod/mini';
import { jsonOrNull, type Schema } from '../schema/parse.ts';
import { text, textWithout } from '../schema/rules.ts';
import { pathFault } from '../store/safe-path.ts';

/** What prune removes as a whole. Paths are relative to the store. */
export interface PrunedItem {
  readonly kind: 'model' | 'partial' | 'orphan' | 'quarantine';
  readonly name: string;
  readonly path: string;
  readonly source: string | null;
  /** name of the lease under which it changes; null if there is none */
  readonly lease: string | null;
  readonly commit: string | null;
  readonly references: readonly string[];
  readonly reason: string;
  readonly bytes: number;
  /** bytes on disk that its deletion frees */
  readonly diskBytes: number;
  /** bytes on disk that hard links outside of the store keep; absent in a record of an older rma */
  readonly linkedBytes?: number | undefined;
  /** all content of the model, also what other entries or models have */
  readonly uses: readonly string[];
  /** receipts and records, below `.rma`, which are deleted with it */
  readonly records: readonly string[];
}

/** `record.json` in a directory of the trash: what was moved there, and where it was. */
export interface TrashRecord extends PrunedItem {
  readonly schema: 'rma.trash/v1';
  /** `marking`: a process is moving the files, or died while it did */
  readonly state: 'marking' | 'marked';
  /** RFC 3339, UTC */
  readonly markedAt: string;
  /** original paths by the names of the files in the directory: names first, then content */
  readonly moves: readonly TrashMove[];
}

export interface TrashMove {
  readonly from: string;
  readonly part: 'name' | 'content';
}

/** A path of the store, or an absolute one next to a part of it. */
const path = textWithout((value) => pathFault(value.replace(/^\//, '')), 'a path');

const schema: Schema<TrashRecord> = z.object({
  schema: z.literal('rma.trash/v1'),
  state: z.enum(['marking', 'marked']),
  kind: z.enum(['model', 'partial', 'orphan', 'quarantine']),
  name: text(),
  path,
  source: z.nullable(text()),
  lease: z.nullable(text()),
  commit: z.nullable(text()),
  references: z.array(text()),
  reason: text(),
  markedAt: text(),
  bytes: z.number(),
  diskBytes: z.number(),
  linkedBytes: z.optional(z.number()),
  moves: z.array(z.object({ from: path, part: z.enum(['name', 'content']) })),
  uses: z.array(path),
  records: z.array(path),
});

/** Parses the record of a directory of the trash; null for anything else. */
export function parseTrashRecord(json: string): TrashRecord | null {
  const record = jsonOrNull(schema, json);
  return record === null || Number.isNaN(Date.parse(record.markedAt)) ? null : record;
}

/** Names of directories of the trash: the time in UTC, and a UUID. */
const TRASH_ID = /^\d{8}T\d{6}Z-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Returns the name of a directory of the trash. `now`: milliseconds since the epoch. */
export function trashId(now: number, uuid: string): string {
  return `${new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')}-${uuid}`;
}

/** Returns whether a name is that of a directory of the trash. */
export function isTrashId(name: string): boolean {
  return TRASH_ID.test(name);
}
