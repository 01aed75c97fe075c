import type { ImportModel } from '../domain/import.ts';
import type { ModelRef } from '../domain/model-ref.ts';
import { RmaError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { wholeOf } from '../source/model-record.ts';
import { parseModelRef } from '../source/parse-ref.ts';
import { sourceOf } from '../source/sources.ts';

/**
 * Returns the models that references mean, in their order, each once; all without references. A repository that the store
 * has by patterns only means all of them: `rma models ls` shows it without a pattern.
 * @throws RmaError RMA_MODEL_NOT_FOUND (1), RMA_MODEL_REF_* (2)
 */
export function selectModels(
  models: readonly ImportModel[],
  refs: readonly string[],
): readonly ImportModel[] {
  if (refs.length === 0) return models;
  return [...new Set(refs.flatMap((text) => meant(models, text)))];
}

function meant(models: readonly ImportModel[], text: string): readonly ImportModel[] {
  const ref = parseModelRef(text);
  const exact = models.filter(({ model }) => keyOf(parseModelRef(model.ref)) === keyOf(ref));
  if (exact.length > 0) return exact;
  const parts = models.filter(({ model }) => isPartOf(model, ref));
  if (parts.length > 0) return parts;
  throw new RmaError('RMA_MODEL_NOT_FOUND', `the store has no complete model ${text}`, {
    hint: hintOf([...new Set(models.map(({ model }) => shownRef(model.ref)))], text),
  });
}

/** Returns whether a model has files of what a reference without a pattern means; its commit may be shortened. */
function isPartOf({ ref: own, commit }: ImportModel['model'], ref: ModelRef): boolean {
  if (wholeOf(ref) !== null) return false;
  const mine = parseModelRef(own);
  const whole = wholeOf(mine) ?? mine;
  if (keyOf(whole) === keyOf(ref)) return true;
  const { revision } = ref;
  const isCommit = typeof revision === 'string' && /^[0-9a-f]{7,40}$/.test(revision);
  if (!isCommit || whole.source !== ref.source || typeof commit !== 'string') return false;
  return commit.startsWith(revision) && keyOf({ ...whole, revision }) === keyOf(ref);
}

function hintOf(names: readonly string[], text: string): string {
  if (names.length === 0) return 'download it first: rma models pull';
  const near = nearest(text, names);
  if (near !== null) return `closest match: ${near}`;
  return `the store has ${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}`;
}

/** Returns a reference without its pattern, as `rma models ls` shows it. */
function shownRef(text: string): string {
  const whole = wholeOf(parseModelRef(text));
  return whole === null ? text : sourceOf(whole).format(whole);
}

function keyOf(ref: ModelRef): string {
  const source = sourceOf(ref);
  return source.key?.(ref) ?? source.format(ref);
}
