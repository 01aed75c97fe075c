import * as z from 'zod/mini';
import { canonicalJson } from '../canonical-json.ts';
import { type PinnedModel, pinnedBytes } from '../domain/pinned-model.ts';
import { EXIT, RmaError } from '../errors.ts';
import { sha256Hex } from '../hash.ts';
import { parseJson } from '../schema/parse.ts';
import { matching, text } from '../schema/rules.ts';
import { modelVersion } from './describe-model.ts';
import { isEntryOf, pinnedModelSchema } from './pinned-model-schema.ts';
import { isChanged, validatorsOf } from './validators.ts';

/** `rma.lock`: what the models and images of a project are, exactly. Kept in version control next to rma.yaml. */
export interface LockFile {
  /** by reference */
  readonly models: ReadonlyMap<string, PinnedModel>;
  /** optional models that their source does not have, with its message */
  readonly missing: ReadonlyMap<string, string>;
  /** image → digest (`sha256:…`) */
  readonly images: ReadonlyMap<string, string>;
}

export const EMPTY_LOCK: LockFile = { models: new Map(), missing: new Map(), images: new Map() };

const SCHEMA = 'rma.lock/v1';
const lockFile = z.object({
  schema: z.literal(SCHEMA),
  models: z.record(z.string(), pinnedModelSchema),
  missing: z.optional(z.record(z.string(), text())),
  images: z.optional(z.record(z.string(), matching(/^sha256:[0-9a-f]{64}$/, 'a sha256 digest'))),
});

/** Returns the text of `rma.lock`: sorted, one value a line, the same for the same content. */
export function formatLockFile({ models, missing, images }: LockFile): string {
  const file = {
    schema: SCHEMA,
    models: Object.fromEntries(models),
    ...(missing.size > 0 && { missing: Object.fromEntries(missing) }),
    ...(images.size > 0 && { images: Object.fromEntries(images) }),
  };
  return `${canonicalJson(file, 2)}\n`;
}

/**
 * Parses the text of `rma.lock`. The file is not trusted: no path in it may lead out of the store.
 * @throws RmaError RMA_LOCKFILE_INVALID exit 2
 */
export function parseLockFile(content: string, path: string): LockFile {
  const parsed = parseJson(lockFile, content);
  if (!parsed.ok) throw invalid(path, parsed.faults[0] ?? '');
  const { models, missing = {}, images = {} } = parsed.value;
  const mixed = Object.keys(models).find((ref) => !isEntryOf(models[ref], ref));
  if (mixed !== undefined)
    throw invalid(path, `the entry "${mixed}" has the reference "${models[mixed]?.ref}"`);
  return {
    models: new Map(Object.entries(models)),
    missing: new Map(Object.entries(missing)),
    images: new Map(Object.entries(images)),
  };
}

/** Returns whether two resolutions of a reference are the same files: version, paths, sizes, and hashes or else validators. */
export function samePin(one: PinnedModel, other: PinnedModel): boolean {
  const essence = (model: PinnedModel) =>
    canonicalJson([modelVersion(model), [...model.files].sort((a, b) => (a.path < b.path ? -1 : 1))]);
  return essence(one) === essence(other) && !isChanged(one, other);
}

/** Returns one hash for the files of a model: that of its only file, else of the list of paths, sizes, hashes and validators. */
export function contentVersion(model: PinnedModel): string {
  const { files } = model;
  const validators = validatorsOf(model);
  const [only, ...more] = files;
  const known = more.length === 0 && only?.digest?.algorithm === 'sha256' ? only.digest.hex : null;
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const list = Object.keys(validators).length === 0 ? sorted : [sorted, validators];
  return `sha256:${known ?? sha256Hex(canonicalJson(list))}`;
}

/** Returns the bytes that a model has and another one lacks; content that several files share is counted once. */
export function newBytes(model: PinnedModel, before: PinnedModel | null): number {
  const known = new Set(before?.files.map(({ digest }) => digest?.hex) ?? []);
  const missing = model.files.filter(({ digest }) => digest === null || !known.has(digest.hex));
  const unique = [...new Map(missing.map((file) => [file.digest?.hex ?? file.path, file])).values()];
  return pinnedBytes({ ...model, files: unique });
}

function invalid(path: string, fault: string): RmaError {
  return new RmaError('RMA_LOCKFILE_INVALID', `invalid lock file ${path}: ${fault}`, {
    exitCode: EXIT.usage,
    hint: 'restore it from version control, or remove it and write it again: rma models lock',
  });
}
