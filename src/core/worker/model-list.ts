/**
 * The served names that an OpenAI model list lacks; all of them when the text is no such list.
 * Format: `{"data": [{"id": …}]}` of `GET /v1/models`.
 */
export function missingNames(body: string, names: readonly string[]): readonly string[] {
  const listed = new Set(listedNames(body));
  return names.filter((name) => !listed.has(name));
}

function listedNames(body: string): readonly unknown[] {
  const parsed = parseJson(body);
  if (typeof parsed !== 'object' || parsed === null || !('data' in parsed)) return [];
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
