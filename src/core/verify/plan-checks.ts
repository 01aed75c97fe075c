import type { InventoryFile, InventoryModel } from '../domain/inventory.ts';
import type { StoreScan } from '../domain/store-scan.ts';
import type { Expected, Fix, Problem, ReceiptName } from '../domain/verification.ts';
import { below } from '../inventory/grouped-tree.ts';
import { blobFiles, parseManifest } from '../source/ollama-manifest.ts';
import { layoutOf } from '../source/sources.ts';
import { checkMissing } from './check-missing.ts';
import { ExpectedFiles, named } from './expected.ts';
import {
  blobPlace,
  fetchFix,
  hasContent,
  type ModelFacts,
  type StoreSnapshot,
  sizeText,
} from './model-facts.ts';
import { type WeightFormat, weightFormat } from './structure.ts';

/** Content to check. */
export interface ContentCheck {
  readonly place: string;
  readonly bytes: number;
  /** equal for all paths of the same content */
  readonly inode: string;
  readonly reference: string;
  readonly modelPath: string;
  readonly name: string;
  /** what it may be; empty: no hash is known */
  readonly expected: readonly Expected[];
  /** a receipt confirms size and modification time */
  readonly isVerified: boolean;
  /** format by its name; `unknown`: its first bytes decide; null: no header to check */
  readonly format: WeightFormat | 'unknown' | null;
  /** receipts that describe it */
  readonly receipts: readonly ReceiptName[];
  readonly fix: Fix | null;
}

export interface CheckPlan {
  /** shared content once */
  readonly contents: readonly ContentCheck[];
  /** what is wrong without reading any content */
  readonly problems: readonly Problem[];
}

/** Returns the content to check of the models, and the problems that names, sizes and links already show. */
export function planChecks(seen: StoreSnapshot): CheckPlan {
  const expected = new ExpectedFiles(seen.scan, seen.texts);
  const receipts = expected.receiptNames(seen.inventory.models);
  const manifests = manifestsOf(seen.scan);
  const contents = new Map<string, ContentCheck>();
  const problems = new Map<string, Problem>();
  for (const model of recordedFirst(seen.models)) {
    const manifest = manifests.get(model.path) ?? null;
    const facts = { model, expected, receipts, seen, manifest, blobs: blobsOf(manifest) };
    for (const file of model.files) {
      const check = contentCheck(facts, file);
      const wrong = wrongLink(facts, file, check) ?? wrongSize(check);
      if (wrong !== null) problems.set(wrong.path, problems.get(wrong.path) ?? wrong);
      else if (!contents.has(check.place)) contents.set(check.place, check);
    }
    for (const problem of checkMissing(facts))
      problems.set(problem.path, problems.get(problem.path) ?? problem);
  }
  return {
    contents: [...contents.values()].filter(({ place }) => !problems.has(place)),
    problems: [...problems.values()],
  };
}

/** Shared content is fetched for the first model: one that rma downloaded exists at its source, a copy of it may not. */
function recordedFirst(models: readonly InventoryModel[]): readonly InventoryModel[] {
  const isRecorded = ({ records }: InventoryModel) => records.some((path) => path.startsWith('models/'));
  return [...models.filter(isRecorded), ...models.filter((model) => !isRecorded(model))];
}

function contentCheck(facts: ModelFacts, file: InventoryFile): ContentCheck {
  const { model, expected, receipts } = facts;
  const published = expected.published(model, file.path);
  const may = published.length > 0 ? published : named(file).map((each) => sized(each, model, file));
  return {
    place: file.content,
    bytes: file.bytes,
    inode: file.inode,
    reference: model.references[0],
    modelPath: model.path,
    name: file.path,
    expected: may,
    isVerified: file.isVerified,
    format: layoutOf(model) === 'ollama' ? 'unknown' : weightFormat(file.path),
    receipts: receipts.get(file.content) ?? [],
    fix: fetchFix(facts, file.path, { expected: may, place: file.content, seenBytes: file.bytes }),
  };
}

/** The manifest of an Ollama model has the sizes of its blobs, which the inventory has compared. */
function sized(each: Expected, model: InventoryModel, { bytes }: InventoryFile): Expected {
  return layoutOf(model) === 'ollama' ? { ...each, bytes } : each;
}

/** Returns the problem of a link that leads to other content than its name must have. */
function wrongLink(facts: ModelFacts, file: InventoryFile, check: ContentCheck): Problem | null {
  const { model, seen } = facts;
  const [actual] = named(file);
  const right = check.expected.filter(({ digest }) => digest.algorithm === actual?.digest.algorithm);
  if (model.commit === null || actual === undefined || right.length === 0) return null;
  const [wanted] = right;
  if (wanted === undefined || right.some(({ digest }) => digest.hex === actual.digest.hex)) return null;
  const place = blobPlace(model, wanted.digest.hex);
  const inPlace = hasContent(seen, place, wanted.bytes);
  return {
    path: `${model.path}/${file.path}`,
    kind: 'link',
    text: `link mismatch: expected ${wanted.digest.hex.slice(0, 12)}, found ${actual.digest.hex.slice(0, 12)}`,
    reference: model.references[0],
    fix: fetchFix(facts, file.path, { expected: right, place, seenBytes: null, link: file.path, inPlace }),
  };
}

function wrongSize({ place, bytes, reference, expected, fix }: ContentCheck): Problem | null {
  const sizes = expected.flatMap((each) => each.bytes ?? []);
  if (sizes.length === 0 || sizes.length < expected.length || sizes.includes(bytes)) return null;
  return { path: place, kind: 'size', text: sizeText(bytes, sizes[0] ?? 0), reference, fix };
}

function blobsOf(manifest: string | null): ReadonlyMap<string, number> {
  const files = manifest === null ? [] : blobFiles(parseManifest(manifest, ''), '');
  return new Map(files.map(({ path, bytes }) => [path, bytes]));
}

function manifestsOf({ trees }: StoreScan): ReadonlyMap<string, string> {
  const ollama = trees.filter((tree) => layoutOf(tree) === 'ollama');
  return new Map(
    ollama.flatMap((tree) => [...tree.texts].map(([path, text]) => [below(tree, path), text] as const)),
  );
}
