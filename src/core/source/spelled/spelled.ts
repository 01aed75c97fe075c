/** What the name of a model, as people write it, means. */
export type Spelled =
  /** the text of one reference, with its scheme */
  | { readonly kind: 'reference'; readonly ref: string }
  /** several references, none more likely than the others */
  | { readonly kind: 'ambiguous'; readonly refs: readonly string[] }
  /** something known that names no model; `what` completes "it is …"; `refs` may be what was meant */
  | { readonly kind: 'other'; readonly what: string; readonly refs: readonly string[] };

const FILE_NAME = /\.(?:gguf|safetensors|bin|json|txt|md|onnx|pt|pth)$/i;

const PRESET = /^(?:safetensors|tokenizer|all|gguf(?::.*)?)$/;

/** Returns whether a path ends like that of a file of a model. */
export function isFileName(text: string): boolean {
  return FILE_NAME.test(text);
}

/** Returns whether the part after `org/repo:` selects files, unlike the tag of a quantization. */
export function isFilePattern(text: string): boolean {
  return /[*?/[,!]/.test(text) || PRESET.test(text) || isFileName(text);
}
