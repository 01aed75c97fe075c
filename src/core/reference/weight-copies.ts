const SAFETENSORS = /\.safetensors$/i;

/** Weights in other formats: PyTorch pickles, TensorFlow, Flax, Rust. Their names repeat the name of the part of the model. */
const TWIN_FORMATS = /\.(bin|pt|pth|pkl|pickle|ckpt|h5|msgpack|ot|npz|pb)$/i;

/** Weights of a whole model, exported for another runtime under a name of their own. */
const EXPORTS: readonly RegExp[] = [
  /\.(onnx|onnx_data(_\d+)?|tflite|gguf|ggml|llamafile|mlmodel)$/i,
  /(^|\/)openvino_[^/]*\.(xml|bin)$/i,
  /(^|\/)saved_model\.pb$/i,
  /\.(mlpackage|mlmodelc)\//i,
];

/** Directories of such exports; they belong to the directory that contains them. */
const EXPORT_DIRECTORY =
  /^(onnx|openvino|coreml|tflite|gguf|ggml|metal|saved_model|.+\.(mlpackage|mlmodelc))$/i;

/** States of a training run, which no engine loads. */
const TRAINING_STATE =
  /^(training_args|optimizer|scheduler|scaler|rng_state[^/]*|random_states[^/]*)\.(bin|pt|pth|pkl)$/i;

/** The weights of Mistral's own release. */
const CONSOLIDATED = /^consolidated[^/]*\.(safetensors|pth|pt|bin|index\.json)$/i;

/** The component that a plain `model.safetensors` contains. */
const WHOLE_MODEL = 'model';

interface Name {
  readonly directory: string;
  readonly file: string;
}

/**
 * Returns the paths of a repository that an engine can do without: copies of weights that the repository has as well.
 * - Weights in another format (`pytorch_model.bin`) next to safetensors of the same component in the same directory.
 * - Exports for other runtimes (ONNX, OpenVINO, Core ML, GGUF) of a directory with the whole model as safetensors.
 * - The original release next to the converted one: `consolidated*` and the directory `original/`.
 */
export function weightCopies(paths: readonly string[]): ReadonlySet<string> {
  const found = contentsOf(paths);
  return new Set(paths.filter((path) => isOriginal(path, found) || isConverted(path, found)));
}

/** Returns the paths of weights that are not safetensors: other formats, exports for other runtimes, states of training. */
export function otherWeights(paths: readonly string[]): ReadonlySet<string> {
  return new Set(
    paths.filter((path) => {
      const weights = nameOf(path).file.replace(/\.index\.json$/i, '');
      return TWIN_FORMATS.test(weights) || EXPORTS.some((format) => format.test(path));
    }),
  );
}

/** Returns whether a file is the state of a training run, which no engine loads. */
export function isTrainingState(path: string): boolean {
  return TRAINING_STATE.test(nameOf(path).file);
}

/** What the weights of a repository contain, by directory. */
interface Contents {
  /** directory/component of safetensors */
  readonly safetensors: ReadonlySet<string>;
  /** directory/component of weights in any format */
  readonly weights: ReadonlySet<string>;
  /** directories with safetensors */
  readonly directories: ReadonlySet<string>;
  /** directories `original/` with weights, with a slash at the end */
  readonly originals: ReadonlySet<string>;
}

function contentsOf(paths: readonly string[]): Contents {
  const weights = paths.filter((path) => SAFETENSORS.test(path) || TWIN_FORMATS.test(path));
  const converted = weights.map(nameOf).filter(({ file }) => !CONSOLIDATED.test(file));
  const safetensors = converted.filter(({ file }) => SAFETENSORS.test(file));
  return {
    safetensors: new Set(safetensors.map(keyOf)),
    weights: new Set(converted.map(keyOf)),
    directories: new Set(safetensors.map(({ directory }) => directory)),
    originals: new Set(weights.flatMap((path) => originalOf(path) ?? [])),
  };
}

/** Returns whether a file repeats, in another format, what safetensors of the repository contain. */
function isConverted(path: string, { safetensors, directories }: Contents): boolean {
  const { directory, file } = nameOf(path);
  const base = withoutExports(directory);
  const isExport = EXPORTS.some((format) => format.test(path));
  if (isExport || (base !== directory && TWIN_FORMATS.test(file))) {
    return safetensors.has(`${base}/${WHOLE_MODEL}`);
  }
  const weights = file.replace(/\.index\.json$/i, '');
  if (!TWIN_FORMATS.test(weights)) return false;
  if (TRAINING_STATE.test(file)) return directories.has(directory);
  return safetensors.has(keyOf({ directory, file: weights }));
}

/** Returns whether a file belongs to the release before the conversion: of Mistral (`consolidated*`) or Llama (`original/`). */
function isOriginal(path: string, { weights, originals }: Contents): boolean {
  const { directory, file } = nameOf(path);
  if (CONSOLIDATED.test(file) && weights.has(`${directory}/${WHOLE_MODEL}`)) return true;
  const original = originalOf(path);
  if (original === null || !originals.has(original)) return false;
  return weights.has(`${original.replace(/\/?original\/$/i, '')}/${WHOLE_MODEL}`);
}

/** Returns the directory `original/` that contains a path; null if none does. */
function originalOf(path: string): string | null {
  return /^(?:.*\/)?original\//i.exec(path)?.[0] ?? null;
}

/**
 * Returns which component of a model a file contains: its name without format, number of the part, and framework.
 * `pytorch_model-00001-of-00002.bin`, `tf_model.h5` and `model.safetensors` contain `model`; `adapter_model.bin` does not.
 */
function componentOf(file: string): string {
  return file
    .toLowerCase()
    .replace(/\.[^.]+$/, '')
    .replace(/[-_.]\d+[-_]of[-_]\d+/, '')
    .replace(/(^|_)(pytorch|tf|flax|rust)_/, '$1');
}

function nameOf(path: string): Name {
  const cut = path.lastIndexOf('/');
  return { directory: path.slice(0, Math.max(0, cut)), file: path.slice(cut + 1) };
}

/** Returns the directory whose model an export directory contains: `a` for `a/onnx`. */
function withoutExports(directory: string): string {
  const parts = directory.split('/');
  const at = parts.findIndex((part) => EXPORT_DIRECTORY.test(part));
  return at === -1 ? directory : parts.slice(0, at).join('/');
}

function keyOf({ directory, file }: Name): string {
  return `${directory}/${componentOf(file)}`;
}
