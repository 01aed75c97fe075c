import { EXIT, RmaError } from '../errors.ts';
import { ggufModels } from '../reference/gguf-models.ts';
import { quantizationsOf } from '../reference/quantization.ts';
import type { RepoRef } from '../reference/repo-ref.ts';
import { nearestPaths, pathsOf } from '../reference/select-files.ts';
import { formatItem, isLiteral, parseSelection, type SelectionItem } from '../reference/selection.ts';

const SHOWN = 12;

/**
 * Returns the error for a reference of which a part selects no file of its repository: the whole reference, or an item
 * that names a file, a preset or one of several quantizations; null if each part selects some.
 */
export function selectionError(
  ref: Pick<RepoRef, 'repo' | 'revision' | 'pattern'>,
  listing: readonly { readonly path: string }[],
): RmaError | null {
  const paths = listing.map(({ path }) => path);
  if (paths.length === 0) {
    return new RmaError('RMA_HUB_NO_MATCH', `${ref.repo} has no files at revision "${ref.revision}"`);
  }
  const items = ref.pattern === null ? [] : parseSelection(ref.pattern);
  const faulty = items.find((item) => isRequired(item) && pathsOf(item, paths).length === 0);
  if (faulty !== undefined) return nothingFor(faulty, ref.repo, paths);
  const models = ggufModels(paths);
  const unnamed = items.some((item) => item.kind === 'gguf' && item.quantization === null);
  if (unnamed && models.length > 1) return severalQuantizations(ref.repo, paths, models.length);
  return null;
}

/** Returns the error for a reference that matches no file of its repository. */
export function noMatch({ repo, pattern }: RepoRef, listing: readonly { readonly path: string }[]): RmaError {
  const paths = listing.map(({ path }) => path);
  const [first] = parseSelection(pattern ?? '*');
  const several = pattern?.includes(',') === true;
  return first === undefined || several
    ? nothingIn(repo, pattern ?? '', paths)
    : nothingFor(first, repo, paths);
}

/** A pattern in a list may match nothing; what names something exactly is misspelled then. */
function isRequired(item: SelectionItem): boolean {
  if (item.kind === 'exclude') return false;
  return item.kind !== 'glob' || isLiteral(item.glob);
}

function nothingFor(item: SelectionItem, repo: string, paths: readonly string[]): RmaError {
  if (item.kind === 'glob' || item.kind === 'exclude') return nothingIn(repo, formatItem(item), paths);
  const labels = quantizationsOf(paths);
  if (item.kind === 'gguf') {
    const what =
      item.quantization === null ? 'GGUF models' : `GGUF model with quantization ${item.quantization}`;
    return none(repo, what, {
      hint: labels.length === 0 ? noLabels(paths) : `its quantizations: ${listed(labels)}`,
    });
  }
  const what = item.kind === 'safetensors' ? 'safetensors weights' : 'tokenizer files';
  const gguf = labels.length > 0 ? `; its GGUF quantizations: ${listed(labels)}` : '';
  return none(repo, what, { hint: `for all files, use "all" instead${gguf}` });
}

function nothingIn(repo: string, pattern: string, paths: readonly string[]): RmaError {
  const near = nearestPaths(paths, pattern, 3);
  return new RmaError('RMA_HUB_NO_MATCH', `no file of ${repo} matches "${pattern}" (${paths.length} files)`, {
    hint: `closest matches: ${near.join(', ')}`,
    details: { nearest: near },
  });
}

function none(repo: string, what: string, { hint }: { readonly hint: string }): RmaError {
  return new RmaError('RMA_HUB_NO_MATCH', `${repo} has no ${what}`, { hint });
}

function severalQuantizations(repo: string, paths: readonly string[], count: number): RmaError {
  const labels = quantizationsOf(paths);
  return new RmaError('RMA_MODEL_REF_AMBIGUOUS', `${repo} has ${count} GGUF models`, {
    exitCode: EXIT.usage,
    hint:
      labels.length === 0
        ? `name the file: ${listed(ggufModels(paths))}`
        : `name a quantization, such as gguf:${labels.includes('Q4_K_M') ? 'Q4_K_M' : labels[0]}: ${listed(labels)}`,
  });
}

function noLabels(paths: readonly string[]): string {
  const models = ggufModels(paths);
  return models.length === 0 ? 'choose a repository with GGUF files' : `name the file: ${listed(models)}`;
}

function listed(names: readonly string[]): string {
  return `${names.slice(0, SHOWN).join(', ')}${names.length > SHOWN ? ', …' : ''}`;
}
