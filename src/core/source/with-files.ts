import type { ModelRef } from '../domain/model-ref.ts';
import { EXIT, RmaError } from '../errors.ts';
import { selectionFault, selectionOf } from '../reference/selection.ts';
import { sourceOf } from './sources.ts';

/** Globs in addition to a reference, as the options of `hf download`. */
export interface FileGlobs {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/**
 * Returns a reference that selects these files of its repository; the reference itself without globs.
 * @throws RmaError RMA_MODEL_REF_INVALID (2) for a reference without a repository, one that selects files already, or a fault in a glob
 */
export function withFiles(ref: ModelRef, { include, exclude }: FileGlobs): ModelRef {
  const pattern = selectionOf(include, exclude);
  if (pattern === null) return ref;
  const text = sourceOf(ref).format(ref);
  const known = ref['pattern'];
  if (known === undefined) throw invalid(text, 'only the files of a repository can be selected (hf:, ms:)');
  if (known !== null) throw invalid(text, `it selects files already: ${known}`);
  const negated = [...include, ...exclude].find((glob) => glob.startsWith('!'));
  const fault =
    negated === undefined ? selectionFault(pattern) : `"${negated}" starts with "!"; use exclude instead`;
  if (fault !== null) throw invalid(text, `include and exclude: ${fault}`);
  return { ...ref, pattern };
}

function invalid(text: string, reason: string): RmaError {
  return new RmaError('RMA_MODEL_REF_INVALID', `cannot select files of ${text}: ${reason}`, {
    exitCode: EXIT.usage,
    hint: 'use a reference such as hf:org/repo with include and exclude, or write them into it: hf:org/repo:*.json,!*.bin',
  });
}
