import * as z from 'zod/mini';
import { jsonOrNull } from '../schema/parse.ts';
import { listOfValid } from '../schema/rules.ts';

const openAiList = z.object({ data: listOfValid(z.object({ id: z.string() })) });
const teiInfo = z.object({ served_model_name: z.string() });

/**
 * Returns the served names that are missing in an engine's response; all of them if the response has another format.
 * Formats: `{"data": [{"id": …}]}` of OpenAI's `GET /v1/models`, `{"served_model_name": …}` of
 * text-embeddings-inference's `GET /info`, which has no list.
 */
export function missingNames(body: string, names: readonly string[]): readonly string[] {
  const listed = new Set(listedNames(body));
  return names.filter((name) => !listed.has(name));
}

function listedNames(body: string): readonly string[] {
  const info = jsonOrNull(teiInfo, body);
  if (info !== null) return [info.served_model_name];
  return jsonOrNull(openAiList, body)?.data.map(({ id }) => id) ?? [];
}
