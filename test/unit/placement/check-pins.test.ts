import { describe, expect, it } from 'vitest';
import { checkPins } from '../../../src/core/placement/check-pins.ts';
import { selectServices } from '../../../src/core/profile/select-services.ts';
import { catalogOf, engineOf, profileServiceOf } from '../../helpers/builders/render-builders.ts';

const engine = engineOf('llm', { gpu: 'optional' });
const catalog = catalogOf({ chat: [profileServiceOf({ gpus: 1 })], cpu: [profileServiceOf()] }, [engine]);
const check = (name: string) =>
  checkPins({ pins: { [name]: ['0'] }, catalog, profiles: ['chat', 'cpu'], names: {} });

describe('a GPU pin', () => {
  it.each(['chat', 'cpu', 'chat-llm'])('accepts %s', (name) => {
    expect(() => check(name)).not.toThrow();
  });

  it('accepts the service of a variant that is not the preferred one, by its existing name', () => {
    const [service] = catalog.profiles.get('chat')?.variants[0]?.services ?? [];
    const variants = [
      { name: 'cpu', services: [{ ...service!, gpus: 0 }] },
      { name: 'gpu', services: [service!] },
    ] as const;
    const profiles = new Map(catalog.profiles).set('chat', { ...catalog.profiles.get('chat')!, variants });
    const given = { catalog: { ...catalog, profiles }, profiles: ['chat'] };
    const pins = (name: string) => ({ [name]: ['0'] });
    expect(() => checkPins({ ...given, pins: pins('chat-llm'), names: {} })).not.toThrow();
    const [gpu] = selectServices(given.catalog, ['chat'], { variants: new Map([['chat', 'gpu']]) }).services;
    const names = { 'old-llm': gpu?.identity ?? '' };
    expect(() => checkPins({ ...given, pins: pins('old-llm'), names })).not.toThrow();
    expect(() => checkPins({ ...given, pins: pins('chat-llm'), names })).toThrow('chat-llm');
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
