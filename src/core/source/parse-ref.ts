import type { ModelRef } from '../domain/model-ref.ts';
import { EXIT, RmaError } from '../errors.ts';
import { MAIN_SOURCES, sourceOf } from './sources.ts';
import type { Spelled } from './spelled/spelled.ts';
import { spelledReference } from './spelled/spelled-reference.ts';

const GRAMMAR = `use ${MAIN_SOURCES.slice(0, -1)
  .map(({ grammar }) => grammar)
  .join(', ')} or ${MAIN_SOURCES.at(-1)?.grammar}`;

/**
 * Parses a model reference, or a name that means one: `org/repo`, `llava:7b`, the address of a model's page.
 * @throws RmaError RMA_MODEL_REF_INVALID or RMA_MODEL_REF_AMBIGUOUS, exit 2
 */
export function parseModelRef(text: string): ModelRef {
  const spelled = spelledReference(text);
  if (spelled === null) return parseWithScheme(text);
  if (spelled.kind === 'reference') return parseWithScheme(spelled.ref);
  throw notOneModel(text, spelled);
}

function parseWithScheme(text: string): ModelRef {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1]?.toLowerCase() ?? '';
  const source = MAIN_SOURCES.find(({ schemes }) => schemes.includes(scheme));
  if (source === undefined) throw unknownScheme(text);
  return source.parse(text);
}

/** Returns the one canonical text of a reference: `parseModelRef` parses it to the same value. */
export function formatModelRef(ref: ModelRef): string {
  return sourceOf(ref).format(ref);
}

function unknownScheme(text: string): RmaError {
  return new RmaError('RMA_MODEL_REF_INVALID', `invalid model reference "${text}": unknown source prefix`, {
    exitCode: EXIT.usage,
    hint: GRAMMAR,
  });
}

function notOneModel(text: string, spelled: Exclude<Spelled, { kind: 'reference' }>): RmaError {
  const hint = spelled.refs.length === 0 ? GRAMMAR : `use ${spelled.refs.join(' or ')}`;
  const details = { references: spelled.refs };
  if (spelled.kind === 'other') {
    return new RmaError('RMA_MODEL_REF_INVALID', `invalid model reference "${text}": it is ${spelled.what}`, {
      exitCode: EXIT.usage,
      hint,
      details,
    });
  }
  return new RmaError(
    'RMA_MODEL_REF_AMBIGUOUS',
    `"${text}" can mean ${spelled.refs.length} models: files of a repository, or a tag of an Ollama registry`,
    { exitCode: EXIT.usage, hint, details },
  );
}
