/** Weights, and the configurations with which other programs describe them. */
const MODEL_FILE = /\.(safetensors|gguf|bin|pt|pth|onnx|h5|msgpack)$|(^|\/)config(uration)?\.json$/i;

/** Returns whether a directory with these files may be a model that another program stored without a record. */
export function looksLikeModel(paths: readonly string[]): boolean {
  return paths.some((path) => MODEL_FILE.test(path));
}
