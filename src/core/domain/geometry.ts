/**
 * What decides a model's need of GPU memory beside the size of its weights, read from its header (GGUF) or its
 * `config.json` (safetensors). null: the header does not say.
 */
export interface ModelGeometry {
  readonly architecture: string | null;
  readonly layers: number | null;
  readonly attentionHeads: number | null;
  readonly kvHeads: number | null;
  /** elements of one head in keys and in values */
  readonly keyLength: number | null;
  readonly valueLength: number | null;
  /** tokens the model was made for */
  readonly contextLength: number | null;
  /** bytes of all weights, from the header's own table; a projector or adapter counts too */
  readonly weightsBytes: number;
}
