/** Returns the models that the coordinator lists; null while it does not respond. */
export async function listedModels(port: number): Promise<readonly string[] | null> {
  const answer = await ask<{ readonly data: readonly { readonly id: string }[] }>(port, '/v1/models');
  return answer?.data.map(({ id }) => id) ?? null;
}

/** Returns the states of the workers in the coordinator; none while it does not respond. */
export async function registeredStates(port: number): Promise<readonly string[]> {
  const answer = await ask<{ readonly workers: readonly { readonly state: string }[] }>(port, '/v1/workers');
  return answer?.workers.map(({ state }) => state) ?? [];
}

async function ask<Answer>(port: number, path: string): Promise<Answer | null> {
  try {
    return (await (await fetch(`http://127.0.0.1:${port}${path}`)).json()) as Answer;
  } catch {
    return null;
  }
}
