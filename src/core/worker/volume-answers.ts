import * as z from 'zod/mini';
import { type SomePaths, VOLUME_STEPS, type VolumeProbe, type VolumeReading } from '../domain/volume.ts';
import { RmaError } from '../errors.ts';
import { parseJson, type Schema } from '../schema/parse.ts';
import { wholeNumber } from '../schema/rules.ts';
import { shell } from '../shell-quote.ts';

const somePaths: Schema<SomePaths> = z.object({ count: wholeNumber(0), first: z.array(z.string()) });

const reading: Schema<VolumeReading> = z.object({
  uid: wholeNumber(0),
  gid: wholeNumber(0),
  mode: wholeNumber(0),
  fileSystem: z.string(),
  mountOptions: z.string(),
  usedBytes: wholeNumber(0),
  files: wholeNumber(0),
  sizeBytes: wholeNumber(0),
  freeBytes: wholeNumber(0),
  inodes: z.nullable(z.object({ total: wholeNumber(0), free: wholeNumber(0) })),
  unreadable: somePaths,
});

const probe: Schema<VolumeProbe> = z.object({
  fault: z.nullable(z.object({ step: z.enum(VOLUME_STEPS), error: z.string() })),
  unwritable: somePaths,
});

/** Parses the output of `rma-worker volume`. @throws RmaError RMA_WORKER_INCOMPATIBLE (1) for an image of another version */
export function parseVolumeReading(json: string, image: string): VolumeReading {
  return readAs(reading, json, image);
}

/** Parses the output of `rma-worker probe-volume`. @throws RmaError as parseVolumeReading */
export function parseVolumeProbe(json: string, image: string): VolumeProbe {
  return readAs(probe, json, image);
}

function readAs<T>(schema: Schema<T>, json: string, image: string): T {
  const parsed = parseJson(schema, json);
  if (parsed.ok) return parsed.value;
  throw new RmaError(
    'RMA_WORKER_INCOMPATIBLE',
    `cannot read the check of a volume of ${image}: ${parsed.faults.join('; ')}`,
    {
      hint: shell`the image belongs to another version of rma; rebuild it: docker image rm ${image}, then rma up`,
    },
  );
}
