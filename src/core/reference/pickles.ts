import { isTrainingState } from './weight-copies.ts';

/** Formats that are pickles of Python, or archives of them: PyTorch, TorchScript, Lightning, joblib. */
const PICKLES = /\.(bin|pt|pth|pkl|pickle|ckpt|joblib)$/i;

/** Files with the same extension in another format: OpenVINO, whisper.cpp and older ggml. */
const OTHER_FORMATS = /(^|\/)(openvino_[^/]*|ggml-[^/]*)\.bin$/i;

/** The weights of CTranslate2 (faster-whisper), and what is always next to them. */
const CTRANSLATE2 = /(^|\/)model\.bin$/i;
const CTRANSLATE2_VOCABULARY = [
  'vocabulary.json',
  'vocabulary.txt',
  'shared_vocabulary.json',
  'shared_vocabulary.txt',
];

/**
 * Returns the paths of pickles that an engine may load: loading one runs the code in it. States of a training run, which no
 * engine loads, are not among them. Determined by names, as the `*.bin` and `*.pt` that vLLM and transformers load.
 */
export function pickles(paths: readonly string[]): readonly string[] {
  const all = new Set(paths);
  return paths.filter(
    (path) =>
      PICKLES.test(path) && !OTHER_FORMATS.test(path) && !isTrainingState(path) && !isCTranslate2(path, all),
  );
}

function isCTranslate2(path: string, all: ReadonlySet<string>): boolean {
  const directory = path.slice(0, path.lastIndexOf('/') + 1);
  return CTRANSLATE2.test(path) && CTRANSLATE2_VOCABULARY.some((name) => all.has(directory + name));
}
