import { isGgufModel, quantizationOf } from '../../../src/core/reference/quantization.ts';
import { splitPart } from '../../../src/core/reference/split-files.ts';
import { type Answer, json } from '../answer.ts';
import type { Exchange } from '../exchange.ts';
import { findRepo } from '../huggingface/access.ts';
import type { HubState } from '../protocol.ts';
import { findCommit, type HubFile, type Repo } from '../repos.ts';
import { buildOllamaModel, type OllamaModel } from './models.ts';

type Found = { readonly model: OllamaModel } | { readonly refusal: Answer };

const OTHER_TAG = 'Please use another tag or "latest"';

/**
 * Returns the model that the Hugging Face hub serves to Ollama for a repository: tags are quantizations, `latest` is
 * Q4_K_M if there is one. Errors are those of the hub (huggingface/hub-docs, issues 1476 and 2702).
 */
export function hubModel(
  exchange: Exchange,
  hub: HubState,
  { repository, tag }: { readonly repository: string; readonly tag: string },
): Found {
  const repo = findRepo(exchange, hub, repository);
  if (!repo.ok) return { refusal: repo.refusal };
  const models = ggufFiles(repo.value);
  if (models.length === 0) return refused('Repository is not GGUF or is not compatible with llama.cpp');
  const wanted = tag === 'latest' ? 'Q4_K_M' : tag.toUpperCase();
  const file =
    models.find(({ path }) => quantizationOf(path) === wanted) ?? (tag === 'latest' ? models[0] : undefined);
  if (file === undefined)
    return refused(`The specified tag is not a valid quantization scheme. ${OTHER_TAG}`);
  if (splitPart(file.path) !== null) {
    return refused(`The specified tag is a sharded GGUF. Ollama does not support this yet. ${OTHER_TAG}`);
  }
  return { model: modelOf(file) };
}

/** Returns the models of all tags of a repository. */
export function hubModels(hub: HubState, repository: string): readonly OllamaModel[] {
  const repo = hub.repos.get(repository);
  return repo === undefined ? [] : ggufFiles(repo).map(modelOf);
}

function ggufFiles(repo: Repo): readonly HubFile[] {
  const files = [...(findCommit(repo, 'main')?.files.values() ?? [])];
  return files.filter(({ path }) => isGgufModel(path));
}

function modelOf({ path, content }: HubFile): OllamaModel {
  return buildOllamaModel({
    layers: [
      { kind: 'model', content },
      { kind: 'template', content: '{{ .Prompt }}' },
      { kind: 'params', content: JSON.stringify({ stop: ['<|end|>'] }) },
    ],
    config: {
      model_format: 'gguf',
      model_family: 'llama',
      model_families: ['llama'],
      file_type: quantizationOf(path) ?? 'unknown',
      architecture: 'amd64',
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: [] },
    },
  });
}

function refused(error: string): Found {
  return { refusal: json(400, { error }) };
}
