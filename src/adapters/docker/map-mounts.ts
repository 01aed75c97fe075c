import type { ContainerMount } from '../../core/domain/volume.ts';
import { LABEL, ONE_OFF_LABEL } from '../../core/labels.ts';
import type { ContainerEntry } from './engine-answers.ts';

const KINDS: Readonly<Record<string, ContainerMount['kind']>> = { volume: 'volume', bind: 'host' };

/** Returns the mounts in an entry of the engine's container list. */
export function containerMounts({ Names, State, Labels, Mounts }: ContainerEntry): readonly ContainerMount[] {
  const labels = Labels ?? {};
  const container = {
    container: (Names?.[0] ?? '').replace(/^\//, ''),
    project: labels[LABEL.project] ?? labels[ONE_OFF_LABEL] ?? null,
    service: labels[LABEL.service] ?? null,
    running: State === 'running',
  };
  return (Mounts ?? []).map(({ Type, Name, Source, Destination, RW }) => ({
    ...container,
    kind: KINDS[Type] ?? 'other',
    source: (Type === 'volume' ? Name : Source) ?? '',
    path: Destination,
    readOnly: RW === false,
  }));
}
