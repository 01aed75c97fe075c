import * as z from 'zod/mini';
import type { BundleManifest } from '../domain/bundle.ts';
import type { ImportModel } from '../domain/import.ts';
import { EXIT, RmaError } from '../errors.ts';
import { parseJson, type Schema } from '../schema/parse.ts';
import { matching, text } from '../schema/rules.ts';
import { pinnedModelSchema } from '../source/pinned-model-schema.ts';
import { sourceOf } from '../source/sources.ts';
import { pinnedFileSchema } from '../store/pinned-file-schema.ts';
import { contentSchema, extrasFault, extrasSchema } from './bundle-extras.ts';

/** Name of the manifest in a bundle: the first entry of a stream. */
export const MANIFEST_NAME = 'manifest.json';

/** Longest manifest that is read, bytes. */
export const MAX_MANIFEST = 128 * 1024 * 1024;

const SCHEMA = 'rma.bundle/v1';
const sha256 = matching(/^[0-9a-f]{64}$/, '64 hexadecimal digits');

const manifestSchema: Schema<BundleManifest> = z.object({
  schema: z.literal(SCHEMA),
  models: z.array(
    z.object({
      model: pinnedModelSchema,
      files: z.array(z.object({ path: text(), sha256 })),
      whole: z.boolean(),
      listing: z.array(pinnedFileSchema),
    }),
  ),
  contents: z.array(contentSchema),
  extras: z.exactOptional(extrasSchema),
});

/** The schema of a later version. */
const anySchema = z.object({ schema: matching(/^rma\.bundle\/v\d+$/, 'the schema of a bundle') });

/** Returns the path of content in a bundle. */
export function contentName(hex: string): string {
  return `contents/${hex}`;
}

/** Returns the sha256 of content by its path in a bundle; null for any other path. */
export function contentOf(path: string): string | null {
  return /^contents\/([0-9a-f]{64})$/.exec(path)?.[1] ?? null;
}

/** Returns the manifest of models whose files have these sha256 by model and path. */
export function bundleManifest(
  models: readonly ImportModel[],
  sha256Of: (found: ImportModel, path: string) => string,
): BundleManifest {
  const contents = new Map<string, number>();
  const entries = models.map((found) => {
    const { model, whole, listing } = found;
    const files = model.files.map(({ path, bytes }) => {
      const hex = sha256Of(found, path);
      contents.set(hex, bytes);
      return { path, sha256: hex };
    });
    const pinned = model.files.map((file, at) => ({
      ...file,
      digest: file.digest ?? { algorithm: 'sha256' as const, hex: files[at]?.sha256 ?? '' },
    }));
    return { model: { ...model, files: pinned }, files, whole, listing };
  });
  return {
    schema: SCHEMA,
    models: entries,
    contents: [...contents].map(([hex, bytes]) => ({ sha256: hex, bytes })),
  };
}

/** Returns the text of a manifest. */
export function formatManifest(manifest: BundleManifest): string {
  return `${JSON.stringify(manifest)}\n`;
}

/**
 * Parses the manifest of a bundle, which is not trusted: no path in it leads out of a store, and every file has content.
 * @throws RmaError RMA_BUNDLE_INVALID exit 6
 */
export function parseManifest(json: string, subject: string): BundleManifest {
  const parsed = parseJson(manifestSchema, json);
  if (!parsed.ok)
    throw (
      otherVersion(json, subject) ??
      invalidBundle(subject, `its manifest is invalid: ${parsed.faults[0] ?? ''}`)
    );
  const { models, contents, extras } = parsed.value;
  const fault = extras === undefined ? null : extrasFault(extras);
  if (fault !== null) throw invalidBundle(subject, fault);
  const sizes = new Map(contents.map(({ sha256: hex, bytes }) => [hex, bytes]));
  for (const each of models) {
    const differs = modelFault(each, sizes);
    if (differs !== null) throw invalidBundle(subject, `its manifest is inconsistent for ${differs}`);
  }
  return parsed.value;
}

/** Returns the file or model of a manifest that contradicts the rest of it; null if none. */
function modelFault(
  { model, files }: BundleManifest['models'][number],
  sizes: ReadonlyMap<string, number>,
): string | null {
  const fault = sourceOf(model).fault?.(model) ?? null;
  if (fault !== null) return `${model.ref}: ${fault}`;
  const known = new Map(files.map(({ path, sha256: hex }) => [path, hex]));
  const wrong = model.files.find(({ path, bytes, digest }) => {
    const hex = known.get(path);
    const fits = hex !== undefined && sizes.get(hex) === bytes && digest !== null;
    return !fits || (digest.algorithm === 'sha256' && digest.hex !== hex);
  });
  return wrong === undefined ? null : `${wrong.path} of ${model.ref}`;
}

/** Returns the manifest without images and files. */
export function withoutExtras({ extras: _, ...manifest }: BundleManifest): BundleManifest {
  return manifest;
}

/** Returns the models of a bundle whose files are in a directory. */
export function bundledModels({ models }: BundleManifest, directory: string): readonly ImportModel[] {
  return models.map(({ model, files, whole, listing }) => ({
    kind: 'bundle',
    directory,
    model,
    files: files.map(({ path, sha256: hex }) => ({ path, from: contentName(hex) })),
    whole,
    listing,
  }));
}

/** Returns the error for something that is not a bundle, or is a corrupt one. */
export function invalidBundle(subject: string, why: string): RmaError {
  return new RmaError('RMA_BUNDLE_INVALID', `${subject} is not a valid bundle: ${why}`, {
    exitCode: EXIT.badContent,
    hint: 'export it again: rma models bundle export TARGET',
  });
}

/** Returns the error for a bundle of another version of rma; null for any other text. */
function otherVersion(json: string, subject: string): RmaError | null {
  const parsed = parseJson(anySchema, json);
  if (!parsed.ok || parsed.value.schema === SCHEMA) return null;
  return new RmaError(
    'RMA_BUNDLE_INVALID',
    `${subject} was written by another version of rma: it has the schema ${parsed.value.schema}, not ${SCHEMA}`,
    { exitCode: EXIT.badContent, hint: 'import it with that version, or export it again with this one' },
  );
}

/** Returns the error for a bundle that ends early. */
export function truncatedBundle(subject: string, why: string): RmaError {
  return new RmaError('RMA_BUNDLE_INCOMPLETE', `${subject} is incomplete: ${why}`, {
    exitCode: EXIT.badContent,
    hint: 'copy or export the bundle again; nothing was imported',
  });
}
