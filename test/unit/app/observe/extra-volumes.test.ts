import { describe, expect, it } from 'vitest';
import { checkExtraVolumes } from '../../../../src/app/observe/check-extra-volumes.ts';
import type { ExtraVolume } from '../../../../src/core/domain/profile.ts';
import { buildFleet } from '../../../../src/core/fleet/build-fleet.ts';
import { selectServices } from '../../../../src/core/profile/select-services.ts';
import { catalogOf, fleetInputOf, profileServiceOf } from '../../../helpers/builders/render-builders.ts';
import { filesOf } from '../../../helpers/host/port-builders.ts';
import { snapshotOf } from '../../../helpers/host/snapshot-of.ts';

const at = (source: ExtraVolume['source']): ExtraVolume => ({ source, path: '/x', readOnly: true });
const fleetOf = (volume: ExtraVolume) => {
  const catalog = catalogOf({ chat: [profileServiceOf({ extraVolumes: [volume] })] });
  return buildFleet(fleetInputOf({ selection: selectServices(catalog, ['chat']) }));
};
const files = filesOf({}, { facts: async () => null });

describe('checkExtraVolumes', () => {
  it.each([
    [{ type: 'named', name: 'prompts' }, 'volume prompts does not exist', 'docker volume create prompts'],
    [{ type: 'host', path: '/data/my certs' }, '/data/my certs does not exist', "mkdir -p '/data/my certs'"],
  ] as const)('reports that %j is missing', async (source, message, command) => {
    await expect(checkExtraVolumes({ files }, fleetOf(at(source)), snapshotOf())).rejects.toMatchObject({
      code: 'RMA_EXTRA_VOLUME_MISSING',
      exitCode: 3,
      message: `services.chat-llm: ${message}`,
      hint: `create it: ${command}; or correct extra_volumes in rma.yaml`,
    });
  });
});
