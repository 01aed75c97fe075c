/** Answers of which one is in flight at any time, until there are enough. */
export interface Answers {
  /** Resolves when all have ended, with those that are not complete. */
  readonly incomplete: () => Promise<readonly AnswerEnd[]>;
}

interface AnswerEnd {
  readonly finish: string | undefined;
  /** whether the stream was complete */
  readonly done: boolean;
}

interface LongAnswer {
  /** resolves when half of its words are read, or at its end */
  readonly half: Promise<void>;
  readonly end: Promise<AnswerEnd>;
}

/** Two of them fit in the context of the test model. */
const WORDS = 1400;

/**
 * Requests a chat response, and the next one when half of it is read, until `enough` settles. Resolves with the first
 * word. A fast machine sends more responses than a slow one, so that a request is in flight whatever its speed.
 */
export async function keepAnswering(port: number, model: string, enough: Promise<unknown>): Promise<Answers> {
  let isEnough = false;
  const settled = enough.finally(() => {
    isEnough = true;
  });
  // read by `incomplete`; the test may fail before
  settled.catch(() => undefined);
  const first = await longAnswer(port, model);
  const more = async (): Promise<readonly AnswerEnd[]> => {
    const ends = [first.end];
    for (let last = first; ; ends.push(last.end)) {
      await last.half;
      if (isEnough) return Promise.all(ends);
      last = await longAnswer(port, model);
    }
  };
  const all = Promise.all([more(), settled]);
  all.catch(() => undefined);
  return {
    incomplete: async () => {
      const [ends] = await all;
      return ends.filter(({ finish, done }) => finish !== 'length' || !done);
    },
  };
}

/** Requests a long response and resolves with its first word. */
async function longAnswer(port: number, model: string): Promise<LongAnswer> {
  const messages = [{ role: 'user', content: 'Talk to me' }];
  const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
    method: 'POST',
    // the server may close a connection that it kept open for the next request
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({ model, messages, stream: true, max_tokens: WORDS, ignore_eos: true }),
  });
  if (response.status !== 200 || response.body === null) throw new Error(`no answer: ${response.status}`);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = (await reader.read()).value ?? '';
  let words = 1;
  let passHalf = (): void => undefined;
  const half = new Promise<void>((resolve) => {
    passHalf = resolve;
  });
  const readAll = async () => {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      text += part.value;
      words += part.value.split('data: ').length - 1;
      if (words >= WORDS / 2) passHalf();
    }
  };
  const end = async (): Promise<AnswerEnd> => {
    // a broken connection leaves an incomplete response
    await readAll().catch(() => undefined);
    passHalf();
    const finish = /"finish_reason":"(\w+)"/.exec(text)?.[1];
    return { finish, done: text.trimEnd().endsWith('data: [DONE]') };
  };
  return { half, end: end() };
}
