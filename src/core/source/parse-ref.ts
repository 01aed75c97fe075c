import type { ModelRef } from '../domain/model-ref.ts';
import { EXIT, RmaError } from '../errors.ts';
import { SOURCES, sourceOf } from './sources.ts';

const GRAMMAR = `use ${SOURCES.slice(0, -1)
  .map(({ grammar }) => grammar)
  .join(', ')} or ${SOURCES.at(-1)?.grammar}`;

const FUTURE_SOURCES = new Map([['docling', 'a docling model bundle']]);

/**
 * Parses a model reference.
 * @throws RmaError RMA_MODEL_REF_INVALID or RMA_MODEL_SOURCE_UNSUPPORTED, exit 2
 */
export function parseModelRef(text: string): ModelRef {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1]?.toLowerCase() ?? '';
  const source = SOURCES.find(({ schemes }) => schemes.includes(scheme));
  if (source !== undefined) return source.parse(text);
  const future = FUTURE_SOURCES.get(scheme);
  if (future !== undefined) {
    throw new RmaError(
      'RMA_MODEL_SOURCE_UNSUPPORTED',
      `model reference "${text}" is ${future}, which this version does not support`,
      { exitCode: EXIT.usage, hint: GRAMMAR },
    );
  }
  throw unknownScheme(text);
}

/** Returns the one canonical text of a reference: `parseModelRef` parses it to the same value. */
export function formatModelRef(ref: ModelRef): string {
  return sourceOf(ref).format(ref);
}

function unknownScheme(text: string): RmaError {
  const near = SOURCES.find((source) => source.resembles?.(text) === true);
  const hint = near === undefined ? GRAMMAR : `did you mean ${near.schemes[0]}:${text}? (${GRAMMAR})`;
  return new RmaError('RMA_MODEL_REF_INVALID', `invalid model reference "${text}": unknown source prefix`, {
    exitCode: EXIT.usage,
    hint,
  });
}
