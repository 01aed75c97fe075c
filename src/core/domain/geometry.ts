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
  /** what its layers keep, one entry per kind of layer; absent: all keep `kvHeads` × (`keyLength` + `valueLength`) */
  readonly cache?: readonly CachedLayers[];
  /** what the buffers of a batch depend on */
  readonly sizes?: ModelSizes;
  /** bytes of all weights according to the header, including projector and adapter */
  readonly weightsBytes: number;
}

/** Numbers of elements; null: unknown. */
export interface ModelSizes {
  /** of a hidden state */
  readonly width: number | null;
  /** of one token inside the widest layer */
  readonly inside: number | null;
  readonly vocabulary: number | null;
}

/** Layers that keep the same. Elements have 16 bits. */
export type CachedLayers =
  /** keys and values of every token: elements per token and layer */
  | { readonly kind: 'full'; readonly layers: number; readonly elements: number }
  /** only of the last `window` tokens, if the engine discards the others */
  | {
      readonly kind: 'window';
      readonly layers: number;
      readonly elements: number;
      readonly window: number;
    }
  /** one compressed vector per token (multi-head latent attention); `expanded` in engines that keep keys and values */
  | {
      readonly kind: 'latent';
      readonly layers: number;
      readonly elements: number;
      readonly expanded: number;
    }
  /** a state of fixed size per request (Mamba, linear attention, convolution) */
  | { readonly kind: 'state'; readonly layers: number; readonly bytes: number };
