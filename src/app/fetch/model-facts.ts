import type { InventoryModel } from '../../core/domain/inventory.ts';
import { type ModelFacts, NO_FACTS } from '../../core/domain/model-facts.ts';
import type { PinnedFile } from '../../core/domain/pinned-model.ts';
import { RmaError } from '../../core/errors.ts';
import { readGgufFacts } from '../../core/estimate/gguf-facts.ts';
import { licenseOfCard } from '../../core/estimate/model-card.ts';
import { readSafetensorsHeader } from '../../core/estimate/safetensors-header.ts';
import { readTransformersConfig } from '../../core/estimate/transformers-config.ts';
import { weightsByName } from '../../core/estimate/weight-files.ts';
import { layoutOf } from '../../core/source/sources.ts';
import type { StoreReader } from '../../ports/store-reader.ts';
import { type ReadBytes, readGrowing } from './read-growing.ts';

const MIB = 2 ** 20;
/** Longest text that is read, bytes. */
const MAX_TEXT = MIB;
/** Longest headers that are read, bytes: a vocabulary has up to 20 MiB. */
const MAX_GGUF = 64 * MIB;
const MAX_SAFETENSORS = 8 * MIB + 8;

/** Returns the metadata in the files of stored models, by path. */
export async function describeModels(
  models: readonly InventoryModel[],
  reader: StoreReader,
): Promise<ReadonlyMap<string, ModelFacts>> {
  const found = new Map<string, ModelFacts>();
  for (const model of models) found.set(model.path, await modelFacts(model, reader));
  return found;
}

/**
 * Returns the metadata in the files of a stored model: its model card, its `config.json`, and the headers of its weights.
 * What cannot be read is null. Never rejects because of the content of a file.
 */
export async function modelFacts(
  model: Pick<InventoryModel, 'source' | 'files'>,
  reader: StoreReader,
): Promise<ModelFacts> {
  const contents = new Map(model.files.map(({ path, content }) => [path, content]));
  const read: ReadBytes = (file, range) => reader.readContent(contents.get(file.path) ?? '', range);
  const card = await orNull(() => readText(model.files, 'README.md', read));
  const license = card === null ? null : licenseOfCard(card);
  const facts = await weightFacts(model, read);
  return { ...facts, license: license ?? facts.license };
}

async function weightFacts(
  model: Pick<InventoryModel, 'source' | 'files'>,
  read: ReadBytes,
): Promise<ModelFacts> {
  const { files } = model;
  const { format, parts } = layoutOf(model) === 'ollama' ? largestBlob(files) : weightsByName(files);
  if (format === 'gguf') {
    const found = await eachPart(parts, (file) => ggufFacts(file, read));
    return { ...(found[0] ?? NO_FACTS), parameters: sumOf(found.map((part) => part?.parameters ?? null)) };
  }
  const config = await orNull(() => readText(files, 'config.json', read));
  const { architecture, contextLength } =
    (config === null ? null : readTransformersConfig(config)) ?? NO_FACTS;
  const parameters = await eachPart(parts, (file) => safetensorsParameters(file, read));
  return { license: null, architecture, contextLength, parameters: sumOf(parameters) };
}

/** Blobs have no names; the weights are the largest. */
function largestBlob(files: readonly PinnedFile[]) {
  const [largest] = [...files].sort((a, b) => b.bytes - a.bytes);
  return { format: 'gguf' as const, parts: largest === undefined ? [] : [largest] };
}

async function ggufFacts(file: PinnedFile, read: ReadBytes): Promise<ModelFacts | null> {
  const found = await readGrowing(read, { file, most: MAX_GGUF }, (prefix) =>
    readGgufFacts(prefix, file.bytes),
  );
  return found.state === 'done' ? found.facts : null;
}

async function safetensorsParameters(file: PinnedFile, read: ReadBytes): Promise<number | null> {
  const found = await readGrowing(read, { file, most: MAX_SAFETENSORS }, (prefix) =>
    readSafetensorsHeader(prefix, file.bytes),
  );
  return found.state === 'done' ? found.parameters : null;
}

/** One after the other, so that memory does not grow with the number of parts. */
async function eachPart<T>(
  parts: readonly PinnedFile[],
  read: (file: PinnedFile) => Promise<T | null>,
): Promise<readonly (T | null)[]> {
  const found: (T | null)[] = [];
  for (const part of parts) found.push(await orNull(() => read(part)));
  return found;
}

/** Returns null if a part is unknown, or there is none. */
function sumOf(parts: readonly (number | null)[]): number | null {
  if (parts.length === 0 || parts.includes(null)) return null;
  return parts.reduce<number>((sum, part) => sum + (part ?? 0), 0);
}

async function readText(files: readonly PinnedFile[], path: string, read: ReadBytes): Promise<string | null> {
  const file = files.find((each) => each.path === path);
  if (file === undefined || file.bytes > MAX_TEXT) return null;
  return new TextDecoder().decode(await read(file, { from: 0, to: file.bytes }));
}

/** A file that was removed meanwhile, or that this user may not read, has no metadata. */
async function orNull<T>(step: () => Promise<T | null>): Promise<T | null> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof RmaError) return null;
    throw error;
  }
}
