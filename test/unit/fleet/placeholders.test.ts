import { describe, expect, it } from 'vitest';
import { placeholdersOf } from '../../../src/core/fleet/placeholders.ts';
import { promptCacheMiB } from '../../../src/core/fleet/prompt-cache.ts';
import { selectServices } from '../../../src/core/profile/select-services.ts';
import { catalogOf, fleetInputOf, profileServiceOf } from '../../helpers/builders/render-builders.ts';

const GIB = 2 ** 30;

describe('the RAM for states of earlier prompts', () => {
  it.each([
    { limit: 2 * GIB, model: GIB / 2, mib: 384 },
    // at most the default of llama-server
    { limit: 128 * GIB, model: GIB, mib: 8192 },
    { limit: GIB, model: 2 * GIB, mib: 0 },
    { limit: null, model: GIB, mib: 1024 },
  ])('[case E02] is $mib MiB with a limit of $limit bytes and a model of $model', ({ limit, model, mib }) => {
    expect(promptCacheMiB(limit, model)).toBe(mib);
  });
});

describe('the tokens of a batch', () => {
  const tokens = (contextLength: number | null) => {
    const service = profileServiceOf({ context: 512, concurrency: 32 });
    const selection = selectServices(catalogOf({ chat: [service] }), ['chat']);
    const ref = selection.refs[0] ?? '';
    const contextLengths = new Map(contextLength === null ? [] : [[ref, contextLength]]);
    const [selected] = selection.services;
    if (selected === undefined) throw new Error('nothing selected');
    return placeholdersOf(fleetInputOf({ selection, contextLengths }), selected)['batch_tokens'];
  };

  it('[case E07] hold at least one text of the greatest length that the model supports', () => {
    expect(tokens(null)).toBe('16384');
    expect(tokens(512)).toBe('16384');
    expect(tokens(32_768)).toBe('32768');
  });
});
