import { expect, it } from 'vitest';
import { DockerodeEngine } from '../../../src/adapters/docker/dockerode-engine.ts';
import { standinEngine } from '../../helpers/stack/standin-engine.ts';

it('[req R72] the log of a container can be read from a time on', async () => {
  const log = [
    [1_700_000_000_250, 'first run'],
    [1_700_000_000_500, 'second run'],
    [1_700_000_001_000, 'failed'],
  ] as const;
  const { endpoint } = await standinEngine({ containers: [{ service: 'llm', log }] });
  const engine = new DockerodeEngine(endpoint);
  expect(await engine.logTail('llm', 9)).toEqual(['first run', 'second run', 'failed']);
  expect(await engine.logTail('llm', 9, 1_700_000_000_300)).toEqual(['second run', 'failed']);
  expect(await engine.logTail('llm', 1, 1_700_000_000_300)).toEqual(['failed']);
});
