import * as z from 'zod/mini';
import type { ModelFacts } from '../domain/model-facts.ts';
import { RmaError } from '../errors.ts';
import { parseJson, type Schema } from '../schema/parse.ts';
import { text } from '../schema/rules.ts';
import { shell } from '../shell-quote.ts';

/** Path of a model in the inventory → the metadata in its files. */
export type DescribedModels = ReadonlyMap<string, ModelFacts>;

const facts: Schema<ModelFacts> = z.object({
  license: z.nullable(z.string()),
  architecture: z.nullable(z.string()),
  parameters: z.nullable(z.number()),
  contextLength: z.nullable(z.number()),
});
const described: Schema<readonly (readonly [string, ModelFacts])[]> = z.array(z.tuple([text(), facts]));

/** Returns the output of `rma-worker describe`: one line of JSON. */
export function formatDescribed(models: DescribedModels): string {
  return `${JSON.stringify([...models])}\n`;
}

/** Parses the output of `rma-worker describe`. @throws RmaError RMA_WORKER_INCOMPATIBLE exit 1, for a worker image of another version */
export function readDescribed(json: string, image: string): DescribedModels {
  const parsed = parseJson(described, json);
  if (parsed.ok) return new Map(parsed.value);
  throw new RmaError(
    'RMA_WORKER_INCOMPATIBLE',
    `cannot read the description of models that ${image} printed: ${parsed.faults.slice(0, 3).join('; ')}`,
    {
      hint: shell`the image belongs to another version of rma; rebuild it: docker image rm ${image}, then rma up`,
    },
  );
}
