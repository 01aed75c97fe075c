import { parseBytes } from '../units.ts';

/** What `rma cache prune` may remove. A limit of null does not apply. */
export interface PrunePolicy {
  /** models that were not used for this long, seconds */
  readonly keepSeconds: number | null;
  /** least recently used models until the store occupies at most this, bytes */
  readonly maxBytes: number | null;
  /** least recently used models if the file system has less free space than `lowBytes`, until it has `highBytes` */
  readonly minFree: FreeTarget | null;
  /** commits of a repository except its newest ones */
  readonly keepRevisions: number | null;
  /** expressions that a model must match to be removed; without a limit above, all models that match are */
  readonly filters: readonly string[];
  /** partial downloads without progress for this long, seconds */
  readonly partialsSeconds: number | null;
  /** content without a model that is older, seconds */
  readonly orphansSeconds: number | null;
  /** files in quarantine for longer, seconds */
  readonly quarantineSeconds: number | null;
  /** nothing used within this time is marked, and nothing marked within it is deleted, seconds */
  readonly graceSeconds: number;
}

export interface FreeTarget {
  readonly lowBytes: number;
  readonly highBytes: number;
}

const DAY = 86_400;

/** The policy without options: leftovers only, no model. */
export const DEFAULT_POLICY: PrunePolicy = {
  keepSeconds: null,
  maxBytes: null,
  minFree: null,
  keepRevisions: null,
  filters: [],
  partialsSeconds: 7 * DAY,
  orphansSeconds: DAY,
  quarantineSeconds: 7 * DAY,
  graceSeconds: DAY,
};

/** Returns whether a policy may remove models, not only leftovers. */
export function removesModels(policy: PrunePolicy): boolean {
  const { keepSeconds, maxBytes, minFree, keepRevisions, filters } = policy;
  return (
    [keepSeconds, maxBytes, minFree, keepRevisions].some((limit) => limit !== null) || filters.length > 0
  );
}

/** The shortest time between mark and deletion while the free-space target is not met, seconds. */
export const PRESSURE_GRACE_SECONDS = 600;

/** Parses a size with its unit, bytes; null for any other text. A bare number is a forgotten unit: `--max-size 200` would empty the store. */
export function parseSize(text: string): number | null {
  return /\d$/.test(text.trim()) ? null : parseBytes(text);
}

/** Parses a free-space target `LOW` or `LOW:HIGH`; without HIGH it is a tenth above LOW. Null for any other text. */
export function parseFreeTarget(text: string): FreeTarget | null {
  const [low = '', high, ...rest] = text.split(':');
  const lowBytes = parseSize(low);
  if (lowBytes === null || rest.length > 0) return null;
  const highBytes = high === undefined ? Math.round(lowBytes * 1.1) : parseSize(high);
  return highBytes === null || highBytes < lowBytes ? null : { lowBytes, highBytes };
}
