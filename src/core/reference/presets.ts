import { isProjector } from './gguf-models.ts';
import { isGgufModel, quantizationOf } from './quantization.ts';
import { otherWeights, weightCopies } from './weight-copies.ts';

/**
 * What a tokenizer and the configuration of its model are made of, in the top directory of a repository: transformers,
 * `PreTrainedTokenizerBase.vocab_files_names` of its tokenizers, and `chat_template` of its templates.
 */
const TOKENIZER =
  /^(?:tokenizer\.json|tokenizer_config\.json|special_tokens_map\.json|added_tokens\.json|vocab\.(?:json|txt)|merges\.txt|config\.json|generation_config\.json|[^/]*tokenizer[^/]*\.model(?:\.v\d+)?|(?:spiece|spm|sentencepiece\.bpe)\.model|spm\.[a-z]+|tekken\.json|[^/]*\.tiktoken|[^/]*tokenization_[^/]*\.py|chat_template\.(?:json|jinja)|chat_templates?\/[^/]+\.jinja|additional_chat_templates\/[^/]+\.jinja)$/;

/** The projectors of a vision model, the one that an engine should load first: none loses more with 16 bits than the weights did. */
const PROJECTOR_ORDER: readonly string[] = ['F16', 'FP16', 'BF16', 'F32', 'FP32', 'Q8_0'];

/** Returns the files of a tokenizer and the configuration of its model. */
export function tokenizerFiles(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => TOKENIZER.test(path));
}

/** Returns the safetensors weights of a repository and everything that is no weights; nothing if it has none. */
export function safetensorsFiles(paths: readonly string[]): readonly string[] {
  if (!paths.some((path) => /\.safetensors$/i.test(path))) return [];
  const copies = weightCopies(paths);
  const others = otherWeights(paths);
  return paths.filter((path) => !copies.has(path) && !others.has(path));
}

/** Returns the GGUF files of a quantization (null: all) with all their parts, and one projector if the repository has any. */
export function ggufFiles(paths: readonly string[], quantization: string | null): readonly string[] {
  const models = paths.filter(
    (path) => isGgufModel(path) && (quantization === null || quantizationOf(path) === quantization),
  );
  return models.length === 0 ? [] : [...models, ...projectorOf(paths)];
}

function projectorOf(paths: readonly string[]): readonly string[] {
  const rank = (path: string): number => {
    const at = PROJECTOR_ORDER.indexOf(quantizationOf(path) ?? '');
    return at === -1 ? PROJECTOR_ORDER.length : at;
  };
  const found = paths.filter(isProjector);
  return found.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1)).slice(0, 1);
}
