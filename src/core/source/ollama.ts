import * as z from 'zod/mini';
import type { PinnedFile, PinnedModel } from '../domain/pinned-model.ts';
import { EXIT, RmaError } from '../errors.ts';
import { parseAnswer } from '../hub/parse-answer.ts';
import type { Schema } from '../schema/parse.ts';
import { matching, text, wholeNumber } from '../schema/rules.ts';
import { digestOf } from '../store/digest.ts';
import {
  badManifest,
  blobFiles,
  layerKinds,
  listFault,
  type OllamaManifest,
  parseManifest,
} from './ollama-manifest.ts';
import {
  formatOllamaRef,
  OLLAMA_GRAMMAR,
  OLLAMA_REGISTRY,
  type OllamaRef,
  ollamaName,
  parseOllamaRef,
} from './ollama-reference.ts';
import { registryRefusal } from './ollama-refusal.ts';
import { pinnedFields } from './pinned-fields.ts';
import { type Access, ask, type Dialog, type Source, type SourceRequest } from './source.ts';

/** A model of an Ollama registry: its layers and its config, as blobs. Each file's path is `sha256-<64 hex>`, its name in the store. */
export interface PinnedOllamaModel extends PinnedModel {
  readonly source: 'ollama';
  /** host[:port] under which the store files it: `registry.ollama.ai` unless the reference names another */
  readonly registry: string;
  readonly namespace: string;
  readonly model: string;
  readonly tag: string;
  /** the manifest as the registry sent it, byte for byte: the store keeps exactly this */
  readonly manifest: string;
}

const ACCEPT = 'application/vnd.docker.distribution.manifest.v2+json';

/** Size limits of manifest and configuration, bytes. Real ones have a few hundred. */
const MAX_MANIFEST = 4 * 1024 * 1024;
const MAX_CONFIG = 1024 * 1024;

/** The name of a blob is its hash: content written there can only have that hash. */
const blob: Schema<PinnedFile> = z.object({
  path: matching(/^sha256-[0-9a-f]{64}$/, 'sha256- and 64 hexadecimal digits'),
  bytes: wholeNumber(0),
  digest: z.object({
    algorithm: z.literal('sha256'),
    hex: matching(/^[0-9a-f]{64}$/, '64 hexadecimal digits'),
  }),
});

const configSchema = z.object({
  remote_model: z.optional(z.unknown()),
  remote_host: z.optional(z.unknown()),
});

/** Registries with Ollama's protocol: a manifest lists every blob with size and hash. */
export const ollama: Source<OllamaRef, PinnedOllamaModel> = {
  id: 'ollama',
  schemes: ['ollama'],
  grammar: OLLAMA_GRAMMAR,
  help: [
    ['ollama:NAME[:TAG]', 'a model of the Ollama registry, tag latest'],
    ['ollama:[HOST/]NS/NAME[:TAG]', 'another namespace or registry, such as hf.co'],
  ],
  endpoint: { fallback: `https://${OLLAMA_REGISTRY}`, environment: 'RMA_OLLAMA_ENDPOINT' },
  token: null,
  store: {
    layout: 'ollama',
    program: 'ollama',
    directory: 'ollama',
    moved: ({ OLLAMA_MODELS: models }) => models || null,
    // one per model, whatever the tag: models share blobs, and two holders write the same one right
    lease: ({ registry, namespace, model }) => `ollama-${registry}+${namespace}+${model}`,
    receipt: ({ registry, namespace, model, tag }) => `ollama/${registry}/${namespace}/${model}/${tag}.json`,
    home: () => '',
  },
  schema: z.object({
    ...pinnedFields('ollama', z.array(blob)),
    registry: matching(/^\w[\w.-]*(?::\d{1,5})?$/, 'a host'),
    namespace: matching(/^\w[\w-]*$/, 'a name'),
    model: matching(/^\w[\w.-]*$/, 'a name'),
    tag: matching(/^\w[\w.-]*$/, 'a tag'),
    manifest: text('the text of a manifest'),
  }),
  parse: parseOllamaRef,
  format: formatOllamaRef,
  servedName: ollamaName,
  // Ollama serves a model under its own name only
  hasOwnName: () => true,
  *resolve(ref, access) {
    const subject = formatOllamaRef(ref);
    const url = `${repository(ref, access.endpoint)}/manifests/${ref.tag}`;
    const manifest = yield* read(ref, { url, headers: { accept: ACCEPT }, maxBytes: MAX_MANIFEST });
    const parsed = parseManifest(manifest, subject);
    yield* rejectUnservable(ref, parsed, access);
    return pinnedOllamaModel(ref, manifest, blobFiles(parsed, subject));
  },
  part: (ref, { manifest, files }) => (manifest === null ? null : pinnedOllamaModel(ref, manifest, files)),
  locate({ ref }, { path }, endpoint) {
    return `${repository(parseOllamaRef(ref), endpoint)}/blobs/${path.replace('sha256-', 'sha256:')}`;
  },
  origin: (model) => `ollama:${fullName(model)}@sha256:${manifestDigest(model)}`,
  fault: ({ ref, manifest, files }) => listFault(manifest, files, ref),
  label: (model, { path }) => `${fullName(model)}/${path}`,
  roles: ({ manifest }) => layerKinds(manifest),
};

/** Returns the name of a model in a store. */
export function ollamaPlace({
  registry,
  namespace,
  model,
  tag,
}: OllamaRef): Pick<PinnedOllamaModel, 'registry' | 'namespace' | 'model' | 'tag'> {
  return { registry: registry ?? OLLAMA_REGISTRY, namespace, model, tag };
}

function pinnedOllamaModel(
  ref: OllamaRef,
  manifest: string,
  files: readonly PinnedFile[],
): PinnedOllamaModel {
  return { source: 'ollama', ref: formatOllamaRef(ref), ...ollamaPlace(ref), manifest, files };
}

/** Rejects models that no engine can serve from the store, before anything is downloaded. */
function* rejectUnservable(ref: OllamaRef, manifest: OllamaManifest, access: Access): Dialog<void> {
  const { config, layers } = manifest;
  const subject = formatOllamaRef(ref);
  if (layers.some(({ kind }) => kind === 'tensor')) {
    throw unservable(
      subject,
      'contains tensors in a format for Apple devices',
      'choose a tag with GGUF weights',
    );
  }
  if (config.bytes > MAX_CONFIG) throw badManifest(subject, `its configuration has ${config.bytes} bytes`);
  const url = `${repository(ref, access.endpoint)}/blobs/sha256:${config.sha256}`;
  const remote = remoteModel(yield* read(ref, { url, maxBytes: MAX_CONFIG }), subject);
  if (remote !== null) {
    const what = `runs in the cloud (as ${remote}) and has no weights to download`;
    throw unservable(subject, what, 'choose a tag without "cloud" in its name');
  }
  if (!layers.some(({ kind }) => kind === 'model')) {
    throw unservable(subject, 'has no weights', 'choose another tag');
  }
}

function* read(ref: OllamaRef, request: SourceRequest): Dialog<string> {
  const reply = yield* ask(request);
  if (reply.status !== 200) throw registryRefusal(ref, reply);
  return reply.text;
}

function repository({ registry, plainHttp, namespace, model }: OllamaRef, endpoint: string): string {
  const base = registry === null ? endpoint : `${plainHttp ? 'http' : 'https'}://${registry}`;
  return `${base}/v2/${namespace}/${model}`;
}

/** Returns the model that Ollama's cloud runs for this one; null for a model that runs locally. */
function remoteModel(config: string, subject: string): string | null {
  const { remote_model: model, remote_host: host } = parseAnswer(configSchema, config, (fault) =>
    badManifest(subject, `its configuration: ${fault}`),
  );
  return model || host ? String(model || host) : null;
}

function unservable(subject: string, what: string, hint: string): RmaError {
  return new RmaError('RMA_MODEL_UNSERVABLE', `${subject} ${what}`, { exitCode: EXIT.usage, hint });
}

function fullName({ registry, namespace, model, tag }: PinnedOllamaModel): string {
  return `${registry}/${namespace}/${model}:${tag}`;
}

/** Returns what Ollama shows as the id of a model: the sha256 of its manifest. */
function manifestDigest({ manifest }: PinnedOllamaModel): string {
  return digestOf('sha256', new TextEncoder().encode(manifest)).hex;
}
