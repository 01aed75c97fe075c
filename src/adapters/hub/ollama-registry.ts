import * as z from 'zod/mini';
import type { PinnedFile, PinnedModel, PinnedOllamaModel } from '../../core/domain/pinned-model.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { registryRefusal } from '../../core/hub/registry-refusal.ts';
import type { ModelRef } from '../../core/reference/model-ref.ts';
import {
  formatOllamaRef,
  OLLAMA_REGISTRY,
  type OllamaRef,
  parseOllamaRef,
} from '../../core/reference/parse-ollama-ref.ts';
import type { HttpClient } from '../../ports/http-client.ts';
import type { FileLocation, ModelSource } from '../../ports/model-source.ts';
import { badManifest, blobFiles, type OllamaManifest, parseManifest } from './ollama-manifest.ts';
import { parseAnswer } from './parse-answer.ts';

export interface OllamaOptions {
  /** address of `registry.ollama.ai` or of a mirror */
  readonly endpoint: string;
  readonly http: HttpClient;
}

const configSchema = z.object({
  remote_model: z.optional(z.unknown()),
  remote_host: z.optional(z.unknown()),
});

const ACCEPT = 'application/vnd.docker.distribution.manifest.v2+json';

/** Size limits of manifest and configuration, bytes. Real ones have a few hundred. */
const MAX_MANIFEST = 4 * 1024 * 1024;
const MAX_CONFIG = 1024 * 1024;

/** Registries with Ollama's protocol: a manifest lists every blob with size and hash. Requests are anonymous. */
export class OllamaRegistrySource implements ModelSource {
  readonly source = 'ollama';
  readonly #endpoint: string;
  readonly #http: HttpClient;

  constructor({ endpoint, http }: OllamaOptions) {
    this.#endpoint = endpoint.replace(/\/+$/, '');
    this.#http = http;
  }

  async resolve(ref: ModelRef, signal?: AbortSignal): Promise<PinnedOllamaModel> {
    if (ref.source !== 'ollama') throw new Error(`a ${ref.source} reference reached the Ollama source`);
    const subject = formatOllamaRef(ref);
    const url = `${this.#repository(ref)}/manifests/${ref.tag}`;
    const text = await this.#read(ref, { url, headers: { accept: ACCEPT }, maxBytes: MAX_MANIFEST }, signal);
    const manifest = parseManifest(text, subject);
    await this.#rejectUnservable(ref, manifest, signal);
    const { namespace, model, tag } = ref;
    return {
      source: 'ollama',
      ref: subject,
      registry: ref.registry ?? OLLAMA_REGISTRY,
      namespace,
      model,
      tag,
      manifest: text,
      files: blobFiles(manifest, subject),
    };
  }

  locate(model: PinnedModel, file: PinnedFile): FileLocation {
    if (model.source !== 'ollama') throw new Error(`a ${model.source} model reached the Ollama source`);
    const digest = file.path.replace('sha256-', 'sha256:');
    return { url: `${this.#repository(parseOllamaRef(model.ref))}/blobs/${digest}`, authorization: null };
  }

  /** Rejects models that no engine can serve from the store, before anything is downloaded. */
  async #rejectUnservable(
    ref: OllamaRef,
    { config, layers }: OllamaManifest,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const subject = formatOllamaRef(ref);
    if (layers.some(({ kind }) => kind === 'tensor')) {
      throw unservable(
        subject,
        'contains tensors in a format for Apple devices',
        'choose a tag with GGUF weights',
      );
    }
    if (config.bytes > MAX_CONFIG) throw badManifest(subject, `its configuration has ${config.bytes} bytes`);
    const url = `${this.#repository(ref)}/blobs/sha256:${config.sha256}`;
    const remote = remoteModel(await this.#read(ref, { url, maxBytes: MAX_CONFIG }, signal), subject);
    if (remote !== null) {
      const what = `runs in the cloud (as ${remote}) and has no weights to download`;
      throw unservable(subject, what, 'choose a tag without "cloud" in its name');
    }
    if (!layers.some(({ kind }) => kind === 'model')) {
      throw unservable(subject, 'has no weights', 'choose another tag');
    }
  }

  #repository({ registry, plainHttp, namespace, model }: OllamaRef): string {
    const base = registry === null ? this.#endpoint : `${plainHttp ? 'http' : 'https'}://${registry}`;
    return `${base}/v2/${namespace}/${model}`;
  }

  async #read(
    ref: OllamaRef,
    request: { readonly url: string; readonly maxBytes: number; readonly headers?: Record<string, string> },
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const options = { ...request, ...(signal === undefined ? {} : { signal }) };
    const answer = await this.#http.read({ method: 'GET', ...options });
    if (answer.status !== 200) throw registryRefusal(ref, answer.status);
    return answer.text;
  }
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
