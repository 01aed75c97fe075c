import type { ModelGeometry } from '../../core/domain/geometry.ts';
import type { PinnedFile, PinnedModel } from '../../core/domain/pinned-model.ts';
import { RmaError } from '../../core/errors.ts';
import { readGgufHeader } from '../../core/estimate/gguf-header.ts';
import { readSafetensorsHeader } from '../../core/estimate/safetensors-header.ts';
import { readTransformersConfig } from '../../core/estimate/transformers-config.ts';
import { weightFiles } from '../../core/estimate/weight-files.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { readGrowing, readRange } from './read-header.ts';

/** What reads the header of a file on a hub. */
export type GeometryPorts = Pick<Invocation, 'sources' | 'ranges' | 'reporter' | 'signal'>;

const MIB = 2 ** 20;
const MAX_GGUF = 16 * MIB;
const MAX_SAFETENSORS = 8 * MIB + 8;
const MAX_CONFIG = MIB;
const NO_HEADER = 'its files have no known header';

/**
 * Returns the geometry of a model, from the header of its GGUF file, or from its `config.json` and the header of its first
 * safetensors file, if it has one; null when it has none, the hub rejects the request, or the header cannot be parsed. The reason is a debug
 * message: the sizes of the files are used instead.
 */
export async function readGeometry(ports: GeometryPorts, model: PinnedModel): Promise<ModelGeometry | null> {
  const found = await geometryOrReason(ports, model);
  if (typeof found !== 'string') return found;
  const text = `${model.ref}: no geometry, using the sizes of its files: ${found}`;
  ports.reporter.emit({ type: 'log', level: 'debug', text });
  return null;
}

async function geometryOrReason(ports: GeometryPorts, model: PinnedModel): Promise<ModelGeometry | string> {
  try {
    const { format, header: file, bytes } = weightFiles(model);
    if (format !== 'gguf') return await configGeometry(ports, model, { file, bytes });
    return file === null ? NO_HEADER : await ggufGeometry(ports, model, { file, bytes });
  } catch (error) {
    if (!(error instanceof RmaError) || ports.signal.aborted) throw error;
    return error.message;
  }
}

/** The file with the header, and the bytes of all weights. */
interface Weights<File = PinnedFile> {
  readonly file: File;
  readonly bytes: number;
}

async function ggufGeometry(
  ports: GeometryPorts,
  model: PinnedModel,
  { file, bytes: weightsBytes }: Weights,
): Promise<ModelGeometry | string> {
  const read = await readGrowing(ports, { model, file, most: MAX_GGUF }, (prefix) =>
    readGgufHeader(prefix, file.bytes),
  );
  return read.state === 'done' ? { ...read.geometry, weightsBytes } : `${file.path}: ${read.why}`;
}

async function configGeometry(
  ports: GeometryPorts,
  model: PinnedModel,
  { file, bytes }: Weights<PinnedFile | null>,
): Promise<ModelGeometry | string> {
  const config = model.files.find(({ path }) => path === 'config.json');
  if (config === undefined) return file === null ? NO_HEADER : 'it has no config.json';
  if (config.bytes > MAX_CONFIG) return `its config.json has ${config.bytes} bytes`;
  const figures = readTransformersConfig(await readText(ports, model, config));
  if (figures === null) return 'its config.json is not a JSON object';
  // PyTorch and ONNX files hold little beside their tensors
  if (file === null) return { ...figures, weightsBytes: bytes };
  const read = await readGrowing(ports, { model, file, most: MAX_SAFETENSORS }, (prefix) =>
    readSafetensorsHeader(prefix, file.bytes),
  );
  if (read.state !== 'done') return `${file.path}: ${read.why}`;
  return { ...figures, weightsBytes: bytes - file.bytes + read.tensorBytes };
}

async function readText(ports: GeometryPorts, model: PinnedModel, file: PinnedFile): Promise<string> {
  return new TextDecoder().decode(await readRange(ports, { model, file }, { from: 0, to: file.bytes }));
}
