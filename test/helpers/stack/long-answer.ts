/** A streamed chat answer that goes on for some seconds. */
export interface LongAnswer {
  /** reads to the end: why it ended, and whether the stream was complete */
  readonly end: () => Promise<{ readonly finish: string | undefined; readonly done: boolean }>;
}

/** What `end` gives for an answer that nobody cut off. */
export const WHOLE = { finish: 'length', done: true };

/** Asks an engine for many words and resolves when the first has come. */
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
      // a connection that breaks off leaves an answer without an end
      await readAll().catch(() => undefined);
      const finish = /"finish_reason":"(\w+)"/.exec(text)?.[1];
      return { finish, done: text.trimEnd().endsWith('data: [DONE]') };
    },
  };
}
