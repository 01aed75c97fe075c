import { expect, it } from 'vitest';
import { assignProfiles } from '../../../src/core/hosts/assign-profiles.ts';
import type { HostAssignment } from '../../../src/core/hosts/assign-types.ts';
import { assignRequest, hostWith, placementOf } from '../../helpers/builders/assign-builders.ts';
import { manyHosts } from '../../helpers/builders/many-hosts.ts';

const reservedOf = ({ rounds }: HostAssignment): ReadonlyMap<string, number> => {
  const bytes = new Map<string, number>();
  for (const { devices, bytesPerGpu } of [...rounds.values()].flatMap(({ placed }) => placed.services)) {
    for (const { uuid } of devices) bytes.set(uuid, (bytes.get(uuid) ?? 0) + bytesPerGpu);
  }
  return bytes;
};

it('[req R24] assigns 200 services to 20 hosts with 160 GPUs: each once, within the memory of each GPU, and repeatably', () => {
  const request = manyHosts();
  const found = assignProfiles(request);
  expect([...found.profiles.values()].flat().sort()).toEqual(request.profiles.toSorted());
  const reserved = reservedOf(found);
  for (const { state } of request.hosts) {
    for (const { uuid, memory } of state.kind === 'observed' ? state.snapshot.gpus.gpus : [])
      expect(reserved.get(uuid) ?? 0).toBeLessThanOrEqual(memory.totalBytes ?? 0);
  }
  expect(found.notes).toEqual([]);
  expect(assignProfiles(manyHosts()).profiles).toEqual(found.profiles);
});

it('states by how much variants may be better when the search for hosts was cut short', () => {
  // sizes that leave the search thousands of nearly equal ways
  const sizes = Array.from({ length: 24 }, (_, at) => [`p${at}`, [11 + at / 10, 7 + at / 20, 3]] as const);
  const hosts = Array.from({ length: 6 }, (_, at) => hostWith(`h${at}`, { gpus: [20 + at, 13 + at] }));
  const found = assignProfiles(assignRequest(Object.fromEntries(sizes), hosts));
  expect([...found.profiles.values()].flat()).toHaveLength(24);
  expect(found.notes).toEqual([
    expect.stringMatching(
      /^the search for hosts was cut short; variants may be better by \d+ steps in total$/,
    ),
  ]);
});

it('says that another assignment may fit when the search found none before it was cut short', () => {
  const sizes = Array.from({ length: 16 }, (_, at) => [`p${at}`, [6 + at / 10]] as const);
  const hosts = Array.from({ length: 6 }, (_, at) => hostWith(`h${at}`, { gpus: [17 + at / 5] }));
  const placement = Object.fromEntries(sizes.map(([name]) => [name, placementOf()]));
  expect(() => assignProfiles(assignRequest(Object.fromEntries(sizes), hosts, { placement }))).toThrow(
    expect.objectContaining({
      code: 'RMA_HOSTS_NO_FIT',
      message: expect.stringContaining('; the search was cut short, so another assignment may fit'),
    }),
  );
});
