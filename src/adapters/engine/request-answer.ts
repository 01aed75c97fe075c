import * as z from 'zod/mini';
import type { EngineTarget, TargetModel } from '../../core/domain/worker-config.ts';
import { jsonOrNull } from '../../core/schema/parse.ts';
import type { Clock } from '../../ports/clock.ts';
import { networkReason, sendRequest } from './http-request.ts';
import { withDeadline } from './with-deadline.ts';

interface Options {
  readonly clock: Clock;
  /** of all requests together, milliseconds */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

interface Question {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

const choices = z.object({ choices: z.array(z.unknown()).check(z.minLength(1)) });
const vectors = z.object({ data: z.array(z.unknown()).check(z.minLength(1)) });

/** An engine that does not serve this kind of request returns one of these. */
const NOT_SERVED: readonly number[] = [400, 404, 405, 422, 501];

/**
 * Requests one token of a model, or one vector, from an engine with the API of OpenAI. Returns null if it answers, else why
 * not, in one line.
 * @throws Error the signal's reason
 */
export async function requestAnswer(
  { url }: Pick<EngineTarget, 'url'>,
  model: TargetModel,
  { clock, deadlineMs, signal }: Options,
): Promise<string | null> {
  try {
    return await withDeadline({ clock, ms: deadlineMs, signal }, async (inner) => {
      let reason: string | null = null;
      for (const { path, body } of questions(model)) {
        const target = url.replace(/\/+$/, '') + path;
        const reply = await sendRequest({ method: 'POST', url: target, body, signal: inner });
        const answered = jsonOrNull(choices, reply.body) ?? jsonOrNull(vectors, reply.body);
        if (reply.status === 200 && answered !== null) return null;
        reason ??= `${path} returned ${reply.status}${reply.status === 200 ? ' without an answer' : ''}`;
        if (!NOT_SERVED.includes(reply.status)) return reason;
      }
      return reason;
    });
  } catch (error) {
    signal.throwIfAborted();
    return networkReason(error);
  }
}

function questions({ name, kind }: TargetModel): readonly Question[] {
  const messages = [{ role: 'user', content: 'ready' }];
  const chat = { path: '/v1/chat/completions', body: { model: name, messages, max_tokens: 1 } };
  const completion = { path: '/v1/completions', body: { model: name, prompt: 'ready', max_tokens: 1 } };
  const embedding = { path: '/v1/embeddings', body: { model: name, input: 'ready' } };
  if (kind === 'embedding') return [embedding];
  return kind === null ? [chat, completion, embedding] : [chat, completion];
}
