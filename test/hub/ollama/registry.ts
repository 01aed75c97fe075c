import { createHash } from 'node:crypto';
import { type Answer, json, redirect } from '../answer.ts';
import type { Content } from '../content.ts';
import type { Exchange } from '../exchange.ts';
import type { HubState, Protocol } from '../protocol.ts';
import { hubModel, hubModels } from './hub-models.ts';
import type { OllamaModel } from './models.ts';

/**
 * `/v2/{namespace}/{name}/manifests/{tag}` and `…/blobs/sha256:{hex}`. HEAD of a blob returns its size; GET redirects
 * to another host name, which the Ollama client requires. Repositories of the hub with GGUF files are models too.
 */
export const ollamaRegistry: Protocol = (exchange, hub) => {
  const [root, namespace, name, kind, what = '', ...more] = exchange.segments;
  if (root !== 'v2' || more.length > 0) return undefined;
  const repository = `${namespace}/${name}`;
  if (kind === 'manifests') return manifestAnswer(exchange, hub, { repository, tag: what });
  if (kind === 'blobs') {
    return {
      ...blobAnswer(exchange, hub, { repository, digest: what }),
      aboutFile: !isConfig(hub, repository, what),
    };
  }
  return undefined;
};

/** Returns a blob of any tag of a model. */
export function findBlob(hub: HubState, repository: string, digest: string): Content | undefined {
  const hex = digest.replace(/^sha256:/, '');
  return modelsOf(hub, repository)
    .map(({ blobs }) => blobs.get(hex))
    .find((content) => content !== undefined);
}

/** Clients read the configuration as metadata, like the manifest, so it does not count as content. */
export function isConfig(hub: HubState, repository: string, digest: string): boolean {
  return modelsOf(hub, repository).some(({ sha256 }) => digest === `sha256:${sha256['config']}`);
}

/** Returns the models of a name under all its tags, those of a repository of the hub too. */
function modelsOf(hub: HubState, repository: string): readonly OllamaModel[] {
  const named = [...hub.ollama].filter(([name]) => name.startsWith(`${repository}:`));
  return [...named.map(([, model]) => model), ...hubModels(hub, repository)];
}

function manifestAnswer(
  exchange: Exchange,
  hub: HubState,
  { repository, tag }: { readonly repository: string; readonly tag: string },
): Answer {
  const known = hub.ollama.get(`${repository}:${tag}`);
  if (known !== undefined) return manifestOf(known);
  if (!hub.repos.has(repository)) return refusal('MANIFEST_UNKNOWN', 'manifest unknown');
  const found = hubModel(exchange, hub, { repository, tag });
  return 'model' in found ? manifestOf(found.model) : found.refusal;
}

function manifestOf(model: OllamaModel): Answer {
  const body = Buffer.from(model.manifest, 'utf8');
  const digest = createHash('sha256').update(body).digest('hex');
  const headers = {
    'content-type': 'application/vnd.docker.distribution.manifest.v2+json',
    'content-length': body.length,
    'docker-content-digest': `sha256:${digest}`,
  };
  return { status: 200, headers, body };
}

function blobAnswer(
  exchange: Exchange,
  hub: HubState,
  { repository, digest }: { readonly repository: string; readonly digest: string },
): Answer {
  const content = findBlob(hub, repository, digest);
  if (content === undefined) return refusal('BLOB_UNKNOWN', 'blob unknown to registry');
  if (exchange.method === 'HEAD') {
    return { status: 200, headers: { 'content-length': content.size }, body: new Uint8Array() };
  }
  const path = `/ollama/${repository}/blobs/${digest}`;
  return redirect(307, `${hub.cdnOrigin(exchange)}${path}?${hub.signer.sign(path)}`);
}

function refusal(code: string, message: string): Answer {
  return json(404, { errors: [{ code, message }] });
}
