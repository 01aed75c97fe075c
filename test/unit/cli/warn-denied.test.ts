import { expect, it } from 'vitest';
import { warnDenied } from '../../../src/cli/commands/warn-denied.ts';
import type { RmaEvent } from '../../../src/core/events.ts';

it('names each directory of a store that may not be read', () => {
  const events: RmaEvent[] = [];
  const reporter = { emit: (event: RmaEvent) => void events.push(event) };
  warnDenied({ reporter }, ['ollama', 'gguf/default']);
  expect(events).toMatchObject([
    {
      type: 'warning',
      code: 'RMA_STORE_DIRECTORY_DENIED',
      text: 'ollama in the store cannot be read: permission denied; its models are not listed',
    },
    { text: expect.stringMatching(/^gguf\/default in the store/) },
  ]);
});
