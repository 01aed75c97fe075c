import { join } from 'node:path';
import type { Device } from './devices.ts';
import { deviceFile, FOLDER, INSIDE } from './layout.ts';
import type { HookSettings } from './settings.ts';

export interface CdiSpec {
  readonly text: string;
  /** full names of its devices */
  readonly names: readonly string[];
}

/** A CDI specification like nvidia-ctk's, by index and UUID (github.com/cncf-tags/container-device-interface). */
export function cdiSpec(folder: string, { devices, instead }: HookSettings, revision: string): CdiSpec {
  const bind = (from: string, to: string, right: string) => ({
    hostPath: join(folder, from),
    containerPath: to,
    options: [right, 'nosuid', 'nodev', 'bind'],
  });
  const file = (device: Device) => {
    const given = devices.find(({ uuid }) => uuid === instead[device.uuid]) ?? device;
    const name = deviceFile(devices.indexOf(given), given.uuid);
    return bind(join(FOLDER.devices, `${given.uuid}.json`), join(INSIDE.visible, name), 'ro');
  };
  const named = (name: string, given: readonly Device[]) => ({
    name,
    containerEdits: { mounts: given.map(file) },
  });
  const spec = {
    cdiVersion: '0.6.0',
    kind: 'nvidia.com/gpu',
    devices: [
      ...devices.flatMap((device) => [named(device.index, [device]), named(device.uuid, [device])]),
      named(
        'all',
        devices.filter(({ index }) => !index.includes(':')),
      ),
      // not in nvidia-ctk's: an engine that lists it has read this specification
      { name: `revision-${revision}`, containerEdits: { env: [`RMA_TEST_REVISION=${revision}`] } },
    ],
    containerEdits: {
      // code that reads the variable must not see the value of the machine
      env: ['NVIDIA_VISIBLE_DEVICES=void'],
      mounts: [bind(FOLDER.claims, INSIDE.claims, 'rw'), bind(FOLDER.insideSmi, INSIDE.smi, 'ro')],
    },
  };
  return { text: JSON.stringify(spec), names: spec.devices.map(({ name }) => `${spec.kind}=${name}`) };
}
