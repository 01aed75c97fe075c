/**
 * The served names that an engine's answer lacks; all of them when the text is no such answer.
 * Formats: `{"data": [{"id": …}]}` of OpenAI's `GET /v1/models`, `{"served_model_name": …}` of
 * text-embeddings-inference's `GET /info`, which has no list.
 */
export function missingNames(body: string, names: readonly string[]): readonly string[] {
  const listed = new Set(listedNames(body));
  return names.filter((name) => !listed.has(name));
}

function listedNames(body: string): readonly unknown[] {
  const parsed = parseJson(body);
  if (typeof parsed !== 'object' || parsed === null) return [];
  if ('served_model_name' in parsed) return [parsed.served_model_name];
  if (!('data' in parsed)) return [];
  const { data } = parsed;
  if (!Array.isArray(data)) return [];
  return data.map((entry: unknown) =>
    typeof entry === 'object' && entry !== null && 'id' in entry ? entry.id : undefined,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
