import { tinyEmbedder } from '../tiny-embedder.ts';
import { type TinyGgufOptions, tinyGguf } from '../tiny-gguf.ts';
import { tinyProjector } from '../tiny-projector.ts';
import type { OllamaLayerSpec, OllamaModelSpec } from './models.ts';

const LICENSE = 'Apache License 2.0. Random weights, made for tests.\n';
const TEMPLATE = '{{ if .System }}{{ .System }}\n{{ end }}user: {{ .Prompt }}\nassistant: {{ .Response }}';

/** A chat model for a real Ollama: the tiny llama with a template, parameters, a system prompt and a license. */
export function tinyOllamaChat(options: TinyGgufOptions = {}): OllamaModelSpec {
  return {
    layers: [
      { kind: 'model', content: tinyGguf(options) },
      ...textLayers({ num_predict: 16, temperature: 0 }),
      { kind: 'system', content: 'You answer in short words.' },
    ],
    config: configOf('llama', ['llama']),
  };
}

/** An embedding model with the architecture of nomic-embed-text. */
export function tinyOllamaEmbedder(options: { readonly seed?: number } = {}): OllamaModelSpec {
  return {
    layers: [
      { kind: 'model', content: tinyEmbedder(options) },
      { kind: 'license', content: LICENSE },
      { kind: 'params', content: JSON.stringify({ num_ctx: 512 }) },
    ],
    config: configOf('nomic-bert', ['nomic-bert']),
  };
}

/** A vision model like llava: the tiny llama and an image projector. */
export function tinyOllamaVision(options: TinyGgufOptions = {}): OllamaModelSpec {
  return {
    layers: [
      { kind: 'model', content: tinyGguf(options) },
      { kind: 'projector', content: tinyProjector() },
      ...textLayers({ num_predict: 16, temperature: 0 }),
    ],
    config: configOf('llama', ['llama', 'clip']),
  };
}

function textLayers(params: Readonly<Record<string, unknown>>): readonly OllamaLayerSpec[] {
  return [
    { kind: 'license', content: LICENSE },
    { kind: 'template', content: TEMPLATE },
    { kind: 'params', content: JSON.stringify(params) },
  ];
}

function configOf(family: string, families: readonly string[]): OllamaModelSpec['config'] {
  return {
    model_format: 'gguf',
    model_family: family,
    model_families: families,
    model_type: '0.8M',
    file_type: 'F32',
    architecture: 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [] },
  };
}
