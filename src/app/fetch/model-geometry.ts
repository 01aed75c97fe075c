import type { ModelGeometry } from '../../core/domain/geometry.ts';
import type { PinnedFile, PinnedModel } from '../../core/domain/pinned-model.ts';
import { readGgufHeader } from '../../core/estimate/gguf-header.ts';
import { readSafetensorsHeader } from '../../core/estimate/safetensors-header.ts';
import { readTransformersConfig } from '../../core/estimate/transformers-config.ts';
import { weightFiles } from '../../core/estimate/weight-files.ts';
import { type ReadBytes, readGrowing } from './read-growing.ts';

const MIB = 2 ** 20;
const MAX_GGUF = 16 * MIB;
const MAX_SAFETENSORS = 8 * MIB + 8;
const MAX_CONFIG = MIB;
const NO_HEADER = 'its files have no known header';

/**
 * Returns the geometry of a model, from the header of its GGUF file, or from its `config.json` and the header of its first
 * safetensors file, if it has one; a text with the reason if it has none, or its header cannot be parsed. @throws as `read`
 */
export async function modelGeometry(model: PinnedModel, read: ReadBytes): Promise<ModelGeometry | string> {
  const { format, header: file, bytes } = weightFiles(model);
  if (format !== 'gguf') return configGeometry(model, read, { file, bytes });
  return file === null ? NO_HEADER : ggufGeometry(read, { file, bytes });
}

/** The file with the header, and the bytes of all weights. */
interface Weights<File = PinnedFile> {
  readonly file: File;
  readonly bytes: number;
}

async function ggufGeometry(
  read: ReadBytes,
  { file, bytes: weightsBytes }: Weights,
): Promise<ModelGeometry | string> {
  const header = await readGrowing(read, { file, most: MAX_GGUF }, (prefix) =>
    readGgufHeader(prefix, file.bytes),
  );
  return header.state === 'done' ? { ...header.geometry, weightsBytes } : `${file.path}: ${header.why}`;
}

async function configGeometry(
  model: PinnedModel,
  read: ReadBytes,
  { file, bytes }: Weights<PinnedFile | null>,
): Promise<ModelGeometry | string> {
  const config = model.files.find(({ path }) => path === 'config.json');
  if (config === undefined) return file === null ? NO_HEADER : 'it has no config.json';
  if (config.bytes > MAX_CONFIG) return `its config.json has ${config.bytes} bytes`;
  const figures = readTransformersConfig(await readText(read, config));
  if (figures === null) return 'its config.json is not a JSON object';
  // PyTorch and ONNX files contain little besides their tensors
  if (file === null) return { ...figures, weightsBytes: bytes };
  const header = await readGrowing(read, { file, most: MAX_SAFETENSORS }, (prefix) =>
    readSafetensorsHeader(prefix, file.bytes),
  );
  if (header.state !== 'done') return `${file.path}: ${header.why}`;
  return { ...figures, weightsBytes: bytes - file.bytes + header.tensorBytes };
}

async function readText(read: ReadBytes, file: PinnedFile): Promise<string> {
  return new TextDecoder().decode(await read(file, { from: 0, to: file.bytes }));
}
