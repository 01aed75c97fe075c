import type { PinnedFile, PinnedModel, PinnedOllamaModel } from '../domain/pinned-model.ts';
import { digestOf } from '../store/digest.ts';

/** Returns what pins the content, in one line: a commit, a URL, the digest of a manifest. */
export function modelOrigin(model: PinnedModel): string {
  switch (model.source) {
    case 'hf':
      return `hf:${model.repo}@${model.commit}`;
    case 'url':
      return model.url;
    case 'ms':
      return `ms:${model.repo}@${model.revision}`;
    case 'ollama':
      return `ollama:${fullName(model)}@sha256:${manifestDigest(model)}`;
  }
}

/** Returns the origin of one file, for display and as part of a name. */
export function fileOrigin(model: PinnedModel, file: PinnedFile): string {
  return model.source === 'url' ? model.url : `${modelOrigin(model)}/${file.path}`;
}

/** Returns the name of a file in progress lines and errors. */
export function fileLabel(model: PinnedModel, file: PinnedFile): string {
  switch (model.source) {
    case 'url':
      return model.url;
    case 'ollama':
      return `${fullName(model)}/${file.path}`;
    default:
      return `${model.repo}/${file.path}`;
  }
}

function fullName({ registry, namespace, model, tag }: PinnedOllamaModel): string {
  return `${registry}/${namespace}/${model}:${tag}`;
}

/** Returns the model ID that Ollama shows: the sha256 of the manifest. */
function manifestDigest({ manifest }: PinnedOllamaModel): string {
  return digestOf('sha256', new TextEncoder().encode(manifest)).hex;
}
