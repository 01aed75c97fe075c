import type { ModelRef } from '../../domain/model-ref.ts';
import { EXIT, RmaError } from '../../errors.ts';
import { nearest } from '../../nearest.ts';
import { malformed } from '../malformed.ts';
import { DOCLING_RELEASES, type DoclingPart, type DoclingRelease } from './releases.ts';

/** A reference to models of docling: `docling:NAME[,NAME…][@RELEASE]`. */
export interface DoclingRef extends ModelRef {
  readonly source: 'docling';
  /** in the order of docling, without repetitions */
  readonly names: readonly string[];
  /** release of docling, such as `2.143`; null: the newest that rma supports */
  readonly release: string | null;
}

export const DOCLING_GRAMMAR = 'docling:name[,name][@release]';

/** Names for several models: what docling downloads by default, and everything. */
const SETS = ['default', 'all'] as const;
const FORM = /^docling:([^@]*)(?:@(.*))?$/is;
/** Longest text of a reference, short enough for the names of rma's own records of it. */
const MAX_TEXT = 200;
const NEWEST = Object.keys(DOCLING_RELEASES).at(-1) ?? '';

/** Parses `docling:NAME[,NAME…][@RELEASE]`. @throws RmaError RMA_MODEL_REF_INVALID (2); one for an unknown name lists the known ones */
export function parseDoclingRef(text: string): DoclingRef {
  const [, list = '', named] = FORM.exec(text) ?? [];
  const id = named ?? NEWEST;
  const release = Object.hasOwn(DOCLING_RELEASES, id) ? DOCLING_RELEASES[id] : undefined;
  if (release === undefined) {
    const known = Object.keys(DOCLING_RELEASES).join(', ');
    throw malformed(text, `unknown docling release "${named}"; known: ${known}`, DOCLING_GRAMMAR);
  }
  const known = [...SETS, ...Object.keys(release.models)];
  const given = list.split(',').map((name) => name.trim());
  for (const name of given) if (!known.includes(name)) throw unknownName(text, name, known);
  const names = given.includes('all') ? ['all'] : known.filter((name) => given.includes(name));
  const ref: DoclingRef = { source: 'docling', names, release: named ?? null };
  if (formatDoclingRef(ref).length > MAX_TEXT) {
    throw malformed(text, 'it names too many models', 'docling:all, or several references');
  }
  return ref;
}

export function formatDoclingRef({ names, release }: DoclingRef): string {
  return `docling:${names.join(',')}${release === null ? '' : `@${release}`}`;
}

/** What a reference means. */
export interface DoclingBundle {
  /** such as `2.143` */
  readonly release: string;
  /** each one once */
  readonly parts: readonly DoclingPart[];
}

/** Returns what a parsed reference means. */
export function bundleOf({ names, release }: DoclingRef): DoclingBundle {
  const id = release ?? NEWEST;
  const known = DOCLING_RELEASES[id];
  if (known === undefined) throw new Error(`unknown docling release ${id}`);
  const single = names.flatMap((name) => membersOf(name, known));
  return { release: id, parts: [...new Set(single.flatMap((name) => known.models[name] ?? []))] };
}

function membersOf(name: string, { models, defaults }: DoclingRelease): readonly string[] {
  if (name === 'all') return Object.keys(models);
  return name === 'default' ? defaults : [name];
}

function unknownName(text: string, name: string, known: readonly string[]): RmaError {
  const near = nearest(name, known);
  const reason = name === '' ? 'a name is missing' : `docling has no model "${name}"`;
  return new RmaError(
    'RMA_MODEL_REF_INVALID',
    `invalid model reference "${text}": ${reason}${near === null ? '' : `; did you mean "${near}"?`}`,
    { exitCode: EXIT.usage, hint: `use docling:NAME with one of ${known.join(', ')}`, details: { known } },
  );
}
