import type { ModelGeometry } from '../../core/domain/geometry.ts';
import type { PinnedFile, PinnedModel } from '../../core/domain/pinned-model.ts';
import { RmaError } from '../../core/errors.ts';
import { readGgufHeader } from '../../core/estimate/gguf-header.ts';
import { readSafetensorsHeader } from '../../core/estimate/safetensors-header.ts';
import { readTransformersConfig } from '../../core/estimate/transformers-config.ts';
import { weightFiles } from '../../core/estimate/weight-files.ts';
import type { Invocation } from '../../ports/invocation.ts';

/** What is needed to read the head of a file on a hub. */
export type GeometryPorts = Pick<Invocation, 'sources' | 'ranges' | 'reporter' | 'signal'>;

const MIB = 2 ** 20;
/** First read of a file; it doubles twice over with each further one. */
const FIRST = MIB / 4;
const MAX_GGUF = 16 * MIB;
const MAX_SAFETENSORS = 8 * MIB + 8;
const MAX_CONFIG = MIB;

/**
 * The geometry of a model, from the header of its GGUF file, or from its `config.json` and the header of its first
 * safetensors file. null where there is none to read, the hub refuses, or the header makes no sense: that is told as a debug
 * event and stops nothing, the size of the files then stands in for it.
 */
export async function readGeometry(ports: GeometryPorts, model: PinnedModel): Promise<ModelGeometry | null> {
  try {
    const weights = weightFiles(model);
    if (weights.header === null) return tell(ports, model, 'its files have no header that is known');
    const { format, header, bytes } = weights;
    return format === 'gguf'
      ? await ggufGeometry(ports, model, header, bytes)
      : await safetensorsGeometry(ports, model, header, bytes);
  } catch (error) {
    if (!(error instanceof RmaError) || ports.signal.aborted) throw error;
    return tell(ports, model, error.message);
  }
}

async function ggufGeometry(
  ports: GeometryPorts,
  model: PinnedModel,
  file: PinnedFile,
  weightsBytes: number,
): Promise<ModelGeometry | null> {
  const read = await growing(ports, model, file, MAX_GGUF, (prefix) => readGgufHeader(prefix, file.bytes));
  if (read.state !== 'done') return tell(ports, model, `${file.path}: ${read.why}`);
  return { ...read.geometry, weightsBytes };
}

async function safetensorsGeometry(
  ports: GeometryPorts,
  model: PinnedModel,
  file: PinnedFile,
  weightsBytes: number,
): Promise<ModelGeometry | null> {
  const config = model.files.find(({ path }) => path === 'config.json');
  if (config === undefined) return tell(ports, model, 'it has no config.json');
  if (config.bytes > MAX_CONFIG) return tell(ports, model, `its config.json has ${config.bytes} bytes`);
  const text = new TextDecoder().decode(await head(ports, model, config, config.bytes));
  const figures = readTransformersConfig(text);
  if (figures === null) return tell(ports, model, 'its config.json is no JSON object');
  const read = await growing(ports, model, file, MAX_SAFETENSORS, (prefix) =>
    readSafetensorsHeader(prefix, file.bytes),
  );
  if (read.state !== 'done') return tell(ports, model, `${file.path}: ${read.why}`);
  // the other files hold little beside their tensors
  return { ...figures, weightsBytes: weightsBytes - file.bytes + read.tensorBytes };
}

type Read<T> =
  | T
  | { readonly state: 'more'; readonly bytes: number }
  | { readonly state: 'broken'; readonly why: string };

/** Reads more of the file until the header is whole, or the most that is read of one. */
async function growing<T extends { readonly state: 'done' }>(
  ports: GeometryPorts,
  model: PinnedModel,
  file: PinnedFile,
  most: number,
  parse: (prefix: Uint8Array) => Read<T>,
): Promise<T | { readonly state: 'broken'; readonly why: string }> {
  let prefix: Uint8Array = new Uint8Array();
  for (let wanted = Math.min(FIRST, file.bytes); ; ) {
    const more = await head(ports, model, file, wanted, prefix.byteLength);
    prefix = Buffer.concat([prefix, more]);
    if (prefix.byteLength < wanted) return { state: 'broken', why: 'the hub sent less of it than it has' };
    const read = parse(prefix);
    if (read.state !== 'more') return read;
    if (read.bytes > most || wanted >= most) return { state: 'broken', why: 'its header is too long' };
    wanted = Math.min(Math.max(read.bytes, wanted * 4), most, file.bytes);
  }
}

async function head(
  { sources, ranges, signal }: GeometryPorts,
  model: PinnedModel,
  file: PinnedFile,
  to: number,
  from = 0,
): Promise<Uint8Array> {
  const source = sources.find((each) => each.source === model.source);
  if (source === undefined) throw new Error(`no source for ${model.ref}`);
  if (to <= from) return new Uint8Array();
  return ranges.read(source.locate(model, file), from, to, signal);
}

function tell({ reporter }: GeometryPorts, model: PinnedModel, why: string): null {
  const text = `${model.ref}: no geometry, its size stands in for it: ${why}`;
  reporter.emit({ type: 'log', level: 'debug', text });
  return null;
}
