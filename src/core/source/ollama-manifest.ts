import * as z from 'zod/mini';
import type { PinnedFile } from '../domain/pinned-model.ts';
import { RmaError } from '../errors.ts';
import { parseAnswer } from '../hub/parse-answer.ts';
import { conflicts } from '../schema/conflicts.ts';
import { jsonOrNull } from '../schema/parse.ts';
import { listOfValid, matching, wholeNumber } from '../schema/rules.ts';
import { EMPTY_SHA256 } from '../store/digest.ts';

/** One blob of a manifest and its role. */
export interface OllamaBlob {
  /** last word of the media type: `model`, `template`, `params`, …; `config` for the configuration; empty for an unknown type */
  readonly kind: string;
  readonly bytes: number;
  /** 64 hex digits */
  readonly sha256: string;
}

export interface OllamaManifest {
  readonly config: OllamaBlob;
  /** in the order of the manifest */
  readonly layers: readonly OllamaBlob[];
}

const OLLAMA_LAYER = /^application\/vnd\.ollama\.image\.([a-z]{1,40})$/;

const MANIFEST_TYPES = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
] as const;

/** As for Ollama, only the media types of layers mean something: the role of the blob. */
const manifestSchema = z.object({
  schemaVersion: z.optional(z.literal(2)),
  mediaType: z.optional(z.enum(MANIFEST_TYPES)),
  config: blobSchema(/^application\/[\w.+-]+\+json$/, 'a media type of JSON'),
  layers: z.array(blobSchema(/^[\w.+-]+\/[\w.+-]+$/, 'a media type')),
});

/**
 * Parses a manifest of an Ollama registry: `{schemaVersion: 2, mediaType, config, layers}`, each entry
 * `{mediaType, digest, size}`. Layers of unknown types are kept, as Ollama keeps them. Digests become file names, so only
 * lower-case sha256 is accepted.
 * @throws RmaError RMA_HUB_BAD_ANSWER
 */
export function parseManifest(text: string, subject: string): OllamaManifest {
  const reject = (fault: string) => badManifest(subject, fault);
  // the store keeps the exact bytes; characters replaced while decoding would be written back wrong
  if (text.includes('\uFFFD')) throw reject('it is not UTF-8');
  const { config, layers } = parseAnswer(manifestSchema, text, reject);
  return {
    config: { ...blobOf(config), kind: 'config' },
    layers: layers.map((layer) => ({ ...blobOf(layer), kind: kindOf(layer.mediaType) })),
  };
}

/**
 * Returns each blob of a manifest once, named as in the store, the configuration last. The role of a blob does not
 * matter: every hash is checked.
 * @throws RmaError RMA_HUB_BAD_ANSWER if one digest has two sizes
 */
export function blobFiles({ config, layers }: OllamaManifest, subject: string): readonly PinnedFile[] {
  const files = new Map<string, PinnedFile>();
  for (const { sha256: hex, bytes } of [...layers, config]) {
    const known = files.get(hex);
    if (known !== undefined && known.bytes !== bytes) {
      throw badManifest(subject, `sha256:${hex} has two sizes, ${known.bytes} and ${bytes}`);
    }
    files.set(hex, { path: `sha256-${hex}`, bytes, digest: { algorithm: 'sha256', hex } });
  }
  return [...files.values()];
}

/** Returns how a list of files differs from the blobs of a manifest, in digest or size; null if it does not. */
export function listFault(manifest: string, files: readonly PinnedFile[], subject: string): string | null {
  let blobs: readonly PinnedFile[];
  try {
    blobs = blobFiles(parseManifest(manifest, subject), subject);
  } catch (error) {
    if (error instanceof RmaError) return error.message;
    throw error;
  }
  const listed = new Map(files.map(({ path, bytes }) => [path, bytes]));
  const wrong = blobs.find(({ path, bytes }) => listed.get(path) !== bytes);
  if (wrong !== undefined) return `its list of files lacks ${wrong.path} with ${wrong.bytes} bytes`;
  const known = new Set(blobs.map(({ path }) => path));
  const other = files.find(({ path }) => !known.has(path));
  return other === undefined ? null : `its manifest does not list ${other.path}`;
}

const layersSchema = z.object({
  layers: listOfValid(
    z.object({ mediaType: matching(OLLAMA_LAYER, 'a media type of Ollama'), digest: z.string() }),
  ),
});

/** Returns the kinds of a manifest's layers by their names in the store; layers of unknown form are left out. */
export function layerKinds(manifest: string): ReadonlyMap<string, string> {
  const { layers } = jsonOrNull(layersSchema, manifest) ?? { layers: [] };
  return new Map(
    layers.map(({ mediaType, digest }) => [digest.replace(/^sha256:/, 'sha256-'), kindOf(mediaType)]),
  );
}

/** Returns the error for a response that is not a manifest: often from a proxy or a sign-in page. */
export function badManifest(subject: string, fault: string): RmaError {
  return new RmaError('RMA_HUB_BAD_ANSWER', `invalid manifest of ${subject}: ${fault}`, {
    hint: 'check the registry address (RMA_OLLAMA_ENDPOINT) and whether a proxy responds instead',
  });
}

/** Returns the last word of a media type of Ollama; empty for any other type. */
function kindOf(mediaType: string): string {
  return OLLAMA_LAYER.exec(mediaType)?.[1] ?? '';
}

function blobSchema(type: RegExp, mustBe: string) {
  return z
    .object({
      mediaType: matching(type, mustBe),
      digest: matching(/^sha256:[0-9a-f]{64}$/, 'a sha256 digest'),
      size: wholeNumber(0),
    })
    .check(
      conflicts(({ digest, size }) =>
        (size === 0) === (digest === `sha256:${EMPTY_SHA256}`)
          ? []
          : [{ path: ['size'], message: `${digest} cannot have ${size} bytes` }],
      ),
    );
}

function blobOf({
  digest,
  size,
}: {
  readonly digest: string;
  readonly size: number;
}): Omit<OllamaBlob, 'kind'> {
  return { bytes: size, sha256: digest.replace('sha256:', '') };
}
