import type { PlannedImport } from '../../app/models/import-models.ts';
import {
  addPlaced,
  type ImportKind,
  type ImportOutcome,
  type ImportSource,
  NOTHING_PLACED,
  type PlacedBytes,
} from '../../core/domain/import.ts';
import { pinnedBytes } from '../../core/domain/pinned-model.ts';
import { type ErrorDocument, EXIT, type ExitCode, RmaError, toErrorDocument } from '../../core/errors.ts';

/** One model of an import. */
export interface ImportRow {
  readonly reference: string;
  readonly kind: ImportKind;
  /** absolute path of the directory of its program */
  readonly directory: string;
  readonly bytes: number;
  readonly state: 'new' | 'imported' | 'present' | 'skipped' | 'failed';
  /** what shows that its content is right: published hashes, or for some files only their structure */
  readonly verifiedBy: 'hash' | 'structure' | null;
  /** null: unknown */
  readonly linkableBytes: number | null;
  readonly placed: PlacedBytes;
  /** why it is skipped or failed */
  readonly reason: string | null;
  readonly error: ErrorDocument | null;
}

interface ImportRun {
  readonly sources: readonly ImportSource[];
  readonly planned: readonly PlannedImport[];
  /** of the new ones; null: a dry run */
  readonly outcomes: readonly ImportOutcome[] | null;
}

/** Returns a row for every model, those that cannot be imported last in each source. */
export function rowsOf({ sources, planned, outcomes }: ImportRun): readonly ImportRow[] {
  const left = [...(outcomes ?? [])];
  const rows = planned.map((each) => rowOf(each, each.state === 'new' ? left.shift() : undefined));
  return sources.flatMap((source) => [
    ...rows.filter(({ directory }) => directory === source.directory),
    ...source.rejected.map(({ name, why, reason }): ImportRow => {
      const { kind, directory } = source;
      return {
        reference: name,
        kind,
        directory,
        bytes: 0,
        state: why === 'incomplete' ? 'failed' : 'skipped',
        verifiedBy: null,
        linkableBytes: null,
        placed: NOTHING_PLACED,
        reason,
        error: why === 'incomplete' ? incomplete(reason) : null,
      };
    }),
  ]);
}

/** Returns 0 if nothing failed, 8 if something succeeded, else the exit code of the failures if they have one, else 1. */
export function exitCodeOf(rows: readonly ImportRow[]): ExitCode {
  const codes = rows.flatMap(({ error }) => error?.exitCode ?? []);
  const [first] = codes;
  if (first === undefined) return EXIT.ok;
  if (rows.some(({ state }) => state === 'imported' || state === 'present')) return EXIT.partial;
  return codes.every((code) => code === first) ? first : EXIT.failed;
}

/** Returns the bytes of all models by the way in which they were placed. */
export function placedOf(rows: readonly ImportRow[]): PlacedBytes {
  return rows.reduce((sum, { placed }) => addPlaced(sum, placed), NOTHING_PLACED);
}

function incomplete(reason: string): ErrorDocument {
  return toErrorDocument(
    new RmaError('RMA_IMPORT_INCOMPLETE', reason, {
      exitCode: EXIT.badContent,
      hint: 'complete the model with the program that it belongs to, or use rma models pull',
    }),
  );
}

function rowOf({ found, state, reason, linkableBytes }: PlannedImport, ended?: ImportOutcome): ImportRow {
  const { model, kind, directory } = found;
  return {
    reference: model.ref,
    kind,
    directory,
    bytes: pinnedBytes(model),
    state: ended?.state ?? state,
    verifiedBy: model.files.some(({ digest }) => digest === null) ? 'structure' : 'hash',
    linkableBytes,
    placed: ended?.placed ?? NOTHING_PLACED,
    reason: ended?.error?.message ?? reason,
    error: ended?.error ?? null,
  };
}
