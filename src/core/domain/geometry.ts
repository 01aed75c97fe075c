/**
 * The values that determine a model's GPU memory, read from its header (GGUF) or its `config.json` (safetensors). null:
 * not in the header.
 */
export interface ModelGeometry {
  readonly architecture: string | null;
  readonly layers: number | null;
  readonly attentionHeads: number | null;
  readonly kvHeads: number | null;
  /** elements per head of keys and of values */
  readonly keyLength: number | null;
  readonly valueLength: number | null;
  /** maximum context of the model, tokens */
  readonly contextLength: number | null;
  /** bytes of all weights according to the header, including projector and adapter */
  readonly weightsBytes: number;
}
