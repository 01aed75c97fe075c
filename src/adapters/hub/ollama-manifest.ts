import type { PinnedFile } from '../../core/domain/pinned-model.ts';
import { RmaError } from '../../core/errors.ts';
import { EMPTY_SHA256 } from '../../core/store/digest.ts';

/** One blob of a manifest and its role. */
export interface OllamaBlob {
  /** last word of the media type: `model`, `template`, `params`, …; `config` for the configuration */
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

const MANIFEST_TYPES: readonly unknown[] = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
];
const CONFIG_TYPE = /^application\/vnd\.docker\.container\.image\.v1\+json$/;
const LAYER_TYPE = /^application\/vnd\.ollama\.image\.([a-z]{1,40})$/;
const DIGEST = /^sha256:([0-9a-f]{64})$/;

/**
 * Parses a manifest of an Ollama registry: `{schemaVersion: 2, mediaType, config, layers}`, each entry
 * `{mediaType, digest, size}`. Digests become file names, so only lower-case sha256 is accepted.
 * @throws RmaError RMA_HUB_BAD_ANSWER
 */
export function parseManifest(text: string, subject: string): OllamaManifest {
  const manifest = parseJson(text, subject);
  if (manifest['schemaVersion'] !== 2) throw badManifest(subject, 'its schemaVersion is not 2');
  if (!MANIFEST_TYPES.includes(manifest['mediaType'])) {
    throw badManifest(subject, `its mediaType is ${shown(manifest['mediaType'])}`);
  }
  const { layers } = manifest;
  if (!Array.isArray(layers)) throw badManifest(subject, 'it has no layers array');
  return {
    config: { ...parseBlob(manifest['config'], CONFIG_TYPE, subject), kind: 'config' },
    layers: layers.map((layer: unknown) => parseBlob(layer, LAYER_TYPE, subject)),
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

/** Returns the error for a response that is not a manifest: often from a proxy or a sign-in page. */
export function badManifest(subject: string, fault: string, cause?: unknown): RmaError {
  return new RmaError('RMA_HUB_BAD_ANSWER', `invalid manifest of ${subject}: ${fault}`, {
    hint: 'check the registry address (RMA_OLLAMA_ENDPOINT) and whether a proxy responds in its place',
    cause,
  });
}

function parseBlob(value: unknown, type: RegExp, subject: string): OllamaBlob {
  if (!isRecord(value)) throw badManifest(subject, 'an entry is not an object');
  const { mediaType, digest, size } = value;
  const kind = typeof mediaType === 'string' ? type.exec(mediaType) : null;
  if (kind === null) throw badManifest(subject, `an entry has the media type ${shown(mediaType)}`);
  const hex = typeof digest === 'string' ? DIGEST.exec(digest)?.[1] : undefined;
  if (hex === undefined) throw badManifest(subject, `an entry has the digest ${shown(digest)}`);
  const isSize = typeof size === 'number' && Number.isSafeInteger(size) && size >= 0;
  if (!isSize || (size === 0) !== (hex === EMPTY_SHA256)) {
    throw badManifest(subject, `sha256:${hex} has the size ${shown(size)}`);
  }
  return { kind: kind[1] ?? '', bytes: size, sha256: hex };
}

function parseJson(text: string, subject: string): Record<string, unknown> {
  // the store keeps the exact bytes; characters replaced while decoding would be written back wrong
  if (text.includes('\uFFFD')) throw badManifest(subject, 'it is not UTF-8');
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
  } catch (error) {
    throw badManifest(subject, `it is not JSON, it starts with ${shown(text.slice(0, 40))}`, error);
  }
  throw badManifest(subject, 'it is not an object');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return value === undefined ? 'none' : JSON.stringify(value).slice(0, 80);
}
