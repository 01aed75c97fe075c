import { absentFiles } from '../../../core/domain/model-check.ts';
import type { ModelRef } from '../../../core/domain/model-ref.ts';
import type { PinnedModel } from '../../../core/domain/pinned-model.ts';
import type { StoredModel } from '../../../core/domain/stored-model.ts';
import { RmaError } from '../../../core/errors.ts';
import type { LayoutWriter } from '../layouts/layout-writer.ts';
import type { ModelRecords } from './model-records.ts';

/**
 * Returns what a reference means without its source: by its record, or by what other programs left in its layout where that
 * is complete or there is no record; null if neither is known.
 */
export async function recallModel(
  records: ModelRecords,
  layout: LayoutWriter,
  ref: ModelRef,
): Promise<StoredModel | null> {
  const record = records.recall(ref);
  const recorded = record === null ? null : storedModel(layout, record.model, record.recordedAt);
  if (recorded?.missing.length === 0) return recorded;
  const found = await layout.recall(ref).catch(unusable);
  const stored = found === null ? null : storedModel(layout, found, null);
  return stored !== null && (recorded === null || stored.missing.length === 0) ? stored : recorded;
}

function storedModel(layout: LayoutWriter, model: PinnedModel, recordedAt: string | null): StoredModel {
  const check = layout.check(model);
  return { model, recordedAt, missing: absentFiles(check), check };
}

/** Files of other programs that rma cannot use are ignored. */
function unusable(error: unknown): null {
  if (error instanceof RmaError && error.code !== 'RMA_STORE_LINK') return null;
  throw error;
}
