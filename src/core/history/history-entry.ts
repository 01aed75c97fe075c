import * as z from 'zod/mini';
import type { VolumeSpec } from '../domain/config.ts';
import type { HistoryContent, HistoryEntry, HistoryResult, UsedImage } from '../domain/history.ts';
import { EXIT, RmaError } from '../errors.ts';
import { parseJson, type Schema } from '../schema/parse.ts';
import { matching, text, wholeNumber } from '../schema/rules.ts';
import { shell } from '../shell-quote.ts';

const SCHEMA = 'rma.history-entry/v1';

const ROLES = ['coordinator', 'worker', 'engine'] as const;
const volumeRole = z.enum(['store', 'cache']);
const texts = z.record(z.string(), z.string());
const strings = z.array(z.string());
const sha256 = matching(/^sha256:[0-9a-f]{64}$/, 'a sha256 digest');

const volume: Schema<VolumeSpec> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('named'), name: text() }),
  z.object({ type: z.literal('host'), path: text() }),
  z.object({ type: z.literal('nfs'), server: text(), path: text() }),
]);

const content: Schema<HistoryContent> = z.object({
  files: z.object({ compose: text(), resolved: text(), state: text() }),
  stack: z.object({
    services: z.array(
      z.object({
        name: text(),
        role: z.enum(ROLES),
        profile: z.nullable(text()),
        image: text(),
        configHash: text(),
        secrets: strings,
        models: strings,
        engines: strings,
        gpus: strings,
        port: z.nullable(wholeNumber(1)),
      }),
    ),
    volumes: z.array(z.object({ holds: volumeRole, name: text(), options: texts, labels: texts })),
    directories: z.array(z.object({ holds: volumeRole, path: text() })),
    engineImages: strings,
  }),
  workerImage: z.object({ tag: text(), base: text() }),
  settings: z.object({
    bind: text(),
    volumes: z.object({ store: volume, cache: volume }),
    nfsOptions: z.nullable(text()),
    owner: z.nullable(z.object({ uid: wholeNumber(0), gid: wholeNumber(0) })),
    coordinator: z.object({ port: wholeNumber(1), url: z.nullable(text()), tokenFile: z.nullable(text()) }),
  }),
  needs: z.array(
    z.object({
      service: text(),
      devices: strings,
      bytesPerGpu: wholeNumber(0),
      exclusive: z.boolean(),
      ramBytes: wholeNumber(0),
      workers: strings,
    }),
  ),
});

const result: Schema<HistoryResult> = z.discriminatedUnion('state', [
  z.object({ state: z.enum(['applied', 'unfinished']) }),
  z.object({ state: z.literal('failed'), code: text() }),
]);

const usedImage: Schema<UsedImage> = z.object({ id: sha256, digest: z.nullable(sha256) });

const entryHead = z.object({
  schema: z.literal(SCHEMA),
  number: wholeNumber(1),
  time: text(),
  command: z.enum(['up', 'rollback']),
  rollbackTo: z.nullable(wholeNumber(1)),
  version: text(),
  by: text(),
  result,
  images: z.record(z.string(), usedImage),
  content,
});

/** Returns the text of the file of an entry. */
export function formatHistoryEntry(entry: HistoryEntry): string {
  const { files, stack, workerImage, settings, needs, ...head } = entry;
  const document = { schema: SCHEMA, ...head, content: { files, stack, workerImage, settings, needs } };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Parses the file of an entry. @throws RmaError RMA_HISTORY_INVALID exit 2 */
export function parseHistoryEntry(file: string, path: string): HistoryEntry {
  const parsed = parseJson(entryHead, file);
  if (!parsed.ok) throw invalid(path, parsed.faults[0] ?? '');
  const { schema: _, content: applied, ...head } = parsed.value;
  if (path.endsWith(`/${historyFileName(head.number)}`)) return { ...head, ...applied };
  throw invalid(path, `it has the number ${head.number}`);
}

/** Returns the name of the file of an entry. */
export function historyFileName(number: number): string {
  return `${number}.json`;
}

/** Returns the number of the entry in a file of this name; null for other files. */
export function historyNumber(name: string): number | null {
  const digits = /^([1-9]\d{0,8})\.json$/.exec(name)?.[1];
  return digits === undefined ? null : Number(digits);
}

function invalid(path: string, fault: string): RmaError {
  return new RmaError('RMA_HISTORY_INVALID', `invalid history entry ${path}: ${fault}`, {
    exitCode: EXIT.usage,
    hint: shell`choose another entry of rma history; to remove this one: rm ${path}`,
  });
}
