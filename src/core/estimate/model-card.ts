import * as z from 'zod/mini';
import { valueOrNull } from '../schema/parse.ts';
import { readYaml } from '../yaml/read-yaml.ts';

const cardSchema = z.object({
  license: z.optional(z.union([z.string(), z.array(z.string())])),
  license_name: z.optional(z.string()),
});

/**
 * Returns the license in the front matter of a model card, `README.md`; null without one. Of the license `other` its name is
 * returned, if the card has one.
 * Format: https://huggingface.co/docs/hub/model-cards#model-card-metadata
 */
export function licenseOfCard(text: string): string | null {
  const [, front] = /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(text) ?? [];
  if (front === undefined) return null;
  const card = valueOrNull(cardSchema, readYaml({ text: front, file: 'README.md' }).value);
  const license = [card?.license ?? []].flat().join(', ');
  const name = license === 'other' ? card?.license_name : undefined;
  return (name ?? license) || null;
}
