import * as z from 'zod/mini';
import { sha256Hex } from '../hash.ts';
import { keyedRef } from '../inventory/needed-by.ts';
import { jsonOrNull, type Schema } from '../schema/parse.ts';
import { text } from '../schema/rules.ts';

const pinSchema: Schema<{ readonly schema: 'rma.pin/v1'; readonly model: string }> = z.object({
  schema: z.literal('rma.pin/v1'),
  model: text(),
});

/** Parses the text of a pin, `.rma/pins/SHA256.json`: the reference or path of a model that prune keeps. Null for anything else. */
export function parsePin(json: string): string | null {
  return jsonOrNull(pinSchema, json)?.model ?? null;
}

/** Returns the text of the pin of a model. */
export function formatPin(model: string): string {
  return `${JSON.stringify({ schema: 'rma.pin/v1', model })}\n`;
}

/** Returns the file name of the pin of a model; spellings of one reference have one pin. */
export function pinName(model: string): string {
  return `${sha256Hex(keyedRef(model)?.key ?? model)}.json`;
}
