import type { GgufMetadata } from '../../hub/gguf-file.ts';
import { MEASURED, type MeasuredModel } from '../../unit/estimate/measured.ts';
import { modelTensors } from './model-tensors.ts';
import { writeSparseGguf } from './sparse-gguf.ts';

/** A model on a server: each of `concurrency` requests has `context` tokens. */
export interface SmallModel extends Pick<MeasuredModel, 'model' | 'architecture' | 'metadata'> {
  readonly context: number;
  readonly concurrency: number;
}

/** What the small copies have: layers of each kind, and requests that fill windows. */
const SMALL: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  cohere2: { layers: 4, context: 6144, concurrency: 1 },
  gemma2: { layers: 2, context: 6144, concurrency: 1 },
  gemma3: { layers: 6 },
  mamba: { layers: 4 },
  nemotron_h: { layers: 8 },
  qwen3next: { layers: 4 },
};
const LAYERS = 2;
const EXPERTS = 16;

/**
 * Returns the measured models with the same attention, width and experts in use, but with 2 to 8 layers and at most 16
 * experts, so that a server loads each in a second. What it keeps for a batch is that of the whole model.
 */
export function smallModels(): readonly SmallModel[] {
  return MEASURED.map(({ model, architecture, metadata }) => {
    const { layers = LAYERS, context = 2048, concurrency = 2 } = SMALL[architecture] ?? {};
    const isEncoder = architecture.endsWith('bert');
    const own = {
      model,
      architecture,
      context: isEncoder ? Number(metadata['context_length']) : context,
      concurrency: isEncoder ? 1 : concurrency,
    };
    return { ...own, metadata: smaller(metadata, layers) };
  });
}

function smaller(metadata: MeasuredModel['metadata'], layers: number): MeasuredModel['metadata'] {
  const limits: Readonly<Record<string, number>> = {
    block_count: layers,
    expert_count: EXPERTS,
    leading_dense_block_count: 1,
  };
  return Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => [
      key,
      typeof value === 'number' ? Math.min(value, limits[key] ?? value) : value.slice(0, layers),
    ]),
  );
}

/** Writes a GGUF file of a model with what llama.cpp requires, but no vocabulary and empty weights. */
export function writeModel(path: string, { model, architecture, metadata }: SmallModel): void {
  const isEncoder = architecture.endsWith('bert');
  const entries = Object.entries(metadata).map(([key, value]): GgufMetadata[number] => [
    `${architecture}.${key}`,
    typeof value === 'number' ? { type: 'u32', value } : { type: 'i32s', value },
  ]);
  const required = Object.entries({
    'attention.layer_norm_rms_epsilon': 1e-5,
    'attention.layer_norm_epsilon': 1e-5,
    'rope.freq_base': 10_000,
    'rope.scaling.factor': 1,
    expert_weights_scale: 1,
    logit_scale: 1,
  }).map(([key, value]): GgufMetadata[number] => [`${architecture}.${key}`, { type: 'f32', value }]);
  const metadataOfAll: GgufMetadata = [
    ['general.architecture', { type: 'string', value: architecture }],
    ['general.name', { type: 'string', value: model }],
    ['tokenizer.ggml.model', { type: 'string', value: 'no_vocab' }],
    ['tokenizer.ggml.token_type_count', { type: 'u32', value: 2 }],
    [`${architecture}.attention.causal`, { type: 'bool', value: !isEncoder }],
  ];
  writeSparseGguf(
    path,
    [...metadataOfAll, ...entries, ...required],
    modelTensors({ architecture, metadata }),
  );
}
