import { expect, test } from 'vitest';
import { startThreeProfiles } from '../helpers/stack/three-profiles.ts';

test('[case S01] up of one profile after down starts no service of a profile that was up before', async () => {
  const stack = await startThreeProfiles();
  await stack.up('--profile', 'a');
  expect(await stack.rma('down')).toMatchObject({ code: 0 });
  const { endpoints } = await stack.up('--profile', 'b', '--wait-timeout', '60s');
  expect(Object.keys(await stack.containers()).sort()).toEqual(['b-llamacpp', 'b-worker', 'coordinator']);
  expect(endpoints.map(({ service }) => service)).toEqual(['coordinator', 'b-llamacpp']);
});
