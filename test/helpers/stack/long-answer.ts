/** A streamed chat response that takes several seconds. */
export interface LongAnswer {
  /** reads the rest; returns the finish reason and whether the stream was complete */
  readonly end: () => Promise<{ readonly finish: string | undefined; readonly done: boolean }>;
}

/** The result of `end` for a complete response. */
export const WHOLE = { finish: 'length', done: true };

/** Requests a long response and resolves with its first word. */
export async function longAnswer(port: number, model: string): Promise<LongAnswer> {
  const messages = [{ role: 'user', content: 'Talk to me' }];
  const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages, stream: true, max_tokens: 1500, ignore_eos: true }),
  });
  if (response.status !== 200 || response.body === null) throw new Error(`no answer: ${response.status}`);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = (await reader.read()).value ?? '';
  const readAll = async () => {
    for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
  };
  return {
    end: async () => {
      // a broken connection leaves an incomplete response
      await readAll().catch(() => undefined);
      const finish = /"finish_reason":"(\w+)"/.exec(text)?.[1];
      return { finish, done: text.trimEnd().endsWith('data: [DONE]') };
    },
  };
}
