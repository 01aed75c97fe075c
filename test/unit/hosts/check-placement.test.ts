import { describe, expect, it } from 'vitest';
import { checkPlacement } from '../../../src/core/hosts/check-placement.ts';
import { placementOf } from '../../helpers/builders/assign-builders.ts';

const hosts = [
  { name: 'gpu1', labels: { room: 'east' } },
  { name: 'gpu2', labels: { room: 'west' } },
];
const check = (over: Parameters<typeof placementOf>[0], profile = 'chat') =>
  checkPlacement({ placement: { [profile]: placementOf(over) }, hosts, profiles: ['chat', 'ocr'] });

describe('checkPlacement', () => {
  it('accepts names and patterns of hosts, and labels that they have', () => {
    const placement = { hosts: ['gpu1', '*2'], labels: { room: 'w*' } };
    expect(() => [check({}), check(placement)]).not.toThrow();
  });

  it.each([
    ['a profile', { profile: 'chta' }, 'unknown profile "chta"; did you mean "chat"?'],
    ['a host', { hosts: ['gpu3'] }, 'unknown host "gpu3"; did you mean "gpu1"?'],
    ['a pattern of hosts', { hosts: ['cpu*'] }, 'no host matches "cpu*"; hosts: gpu1, gpu2'],
    ['a label', { labels: { rom: 'east' } }, 'unknown label "rom"; did you mean "room"?'],
    [
      'a value of a label',
      { labels: { room: 'north' } },
      'no host has the label room=north; its values: east, west',
    ],
  ])('rejects %s that does not exist', (_, { profile = 'chat', ...over }: Case, fault) => {
    const start = `rma.yaml:3:5: placement.${profile}: `;
    expect(() => check({ ...over, where: 'rma.yaml:3:5' }, profile)).toThrow(
      expect.objectContaining({ code: 'RMA_PLACEMENT_UNKNOWN', exitCode: 2, message: `${start}${fault}` }),
    );
  });
});

type Case = Parameters<typeof placementOf>[0] & { readonly profile?: string };
