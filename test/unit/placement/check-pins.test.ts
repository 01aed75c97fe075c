import { describe, expect, it } from 'vitest';
import { checkPins } from '../../../src/core/placement/check-pins.ts';
import { catalogOf, engineOf, profileServiceOf } from '../../helpers/builders/render-builders.ts';

const engine = engineOf('llm', { gpu: 'optional' });
const catalog = catalogOf({ chat: [profileServiceOf({ gpus: 1 })], cpu: [profileServiceOf()] }, [engine]);
const check = (name: string) =>
  checkPins({ pins: { [name]: ['0'] }, catalog, profiles: ['chat', 'cpu'], names: {} });

describe('a GPU pin', () => {
  it.each(['chat', 'cpu', 'chat-llm'])('accepts %s', (name) => {
    expect(() => check(name)).not.toThrow();
  });

  it.each([
    [
      'a service on the CPU',
      'cpu-llm',
      'gpu.pins: unknown profile or service "cpu-llm"; known: chat, chat-llm, cpu',
    ],
    [
      'an unselected name',
      'other',
      'gpu.pins: unknown profile or service "other"; known: chat, chat-llm, cpu',
    ],
  ])('rejects %s', (_, name, message) => {
    expect(() => check(name)).toThrow(
      expect.objectContaining({
        code: 'RMA_GPU_PIN_UNKNOWN',
        exitCode: 2,
        message: expect.stringContaining(message) as string,
      }),
    );
  });
});
