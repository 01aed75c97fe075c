import * as z from 'zod/mini';
import type { ModelUse } from '../domain/model-use.ts';
import { sha256Hex } from '../hash.ts';
import { jsonOrNull, type Schema } from '../schema/parse.ts';
import { text } from '../schema/rules.ts';

const useSchema: Schema<ModelUse & { readonly schema: 'rma.use/v1' }> = z.object({
  schema: z.literal('rma.use/v1'),
  receipt: text(),
  worker: z.nullable(z.object({ host: text(), project: text(), profile: text() })),
  usedAt: text(),
});

/** Returns the file name of the record of a use, `usage/SHA256.json` of a store: one for each model and worker. */
export function useName({ receipt, worker }: Pick<ModelUse, 'receipt' | 'worker'>): string {
  const by = worker === null ? [] : [worker.host, worker.project, worker.profile];
  return `${sha256Hex(JSON.stringify([receipt, ...by]))}.json`;
}

/** Returns the text of the record of a use. */
export function formatUse({ receipt, worker, usedAt }: ModelUse): string {
  return `${JSON.stringify({ schema: 'rma.use/v1', receipt, worker, usedAt })}\n`;
}

/** Parses the record of a use; null for anything else, and for a record under another name than its own. */
export function readUse(json: string, name: string): ModelUse | null {
  const found = jsonOrNull(useSchema, json);
  if (found === null || useName(found) !== name || Number.isNaN(Date.parse(found.usedAt))) return null;
  const { receipt, worker, usedAt } = found;
  return { receipt, worker, usedAt: new Date(usedAt).toISOString() };
}
