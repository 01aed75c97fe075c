import type { Catalog } from '../domain/profile.ts';
import { serviceConflicts } from '../profile/service-conflicts.ts';
import { parseBytes } from '../units.ts';
import type { Notice } from './compose-model.ts';
import type { Conversion, ConvertedService } from './convert-service.ts';

/** Returns the service without what its engine gets from rma, or what a profile cannot set. */
export function fitService(
  service: ConvertedService,
  { engines, models }: Pick<Catalog, 'engines' | 'models'>,
  where: string,
): Conversion {
  const conflicts = serviceConflicts(fileOf(service), { engines, models });
  const notices = conflicts.map(
    ({ message }): Notice => ({ kind: 'note', where, message: `left out: ${message}` }),
  );
  const keys = new Set(conflicts.map(({ path }) => path[0]));
  if (keys.has('models') || keys.has('engine')) {
    return { service: null, notices: conflicts.map(({ message }) => ({ kind: 'skipped', where, message })) };
  }
  const flags = conflicts.flatMap(({ path }) => (path[0] === 'flags' ? [Number(path[1])] : []));
  const variables = conflicts.flatMap(({ path }) => (path[0] === 'environment' ? [String(path[1])] : []));
  return {
    service: {
      ...service,
      flags: withoutFlags(service.flags, flags),
      environment: Object.fromEntries(
        Object.entries(service.environment).filter(([name]) => !variables.includes(name)),
      ),
      utilization: keys.has('utilization') ? null : service.utilization,
      memoryReservation: keys.has('memory_reservation') ? null : service.memoryReservation,
    },
    notices,
  };
}

function fileOf(service: ConvertedService): Parameters<typeof serviceConflicts>[0] {
  const { engine, models, gpus, flags, environment, utilization, memory, memoryReservation } = service;
  return {
    engine,
    models: [...models],
    gpus: typeof gpus === 'object' ? [...gpus] : gpus,
    flags: [...flags],
    environment: { ...environment },
    utilization,
    memory: memory === null ? null : parseBytes(memory),
    memory_reservation: memoryReservation === null ? null : parseBytes(memoryReservation),
  };
}

/** Leaves out flags with their values. */
function withoutFlags(flags: readonly string[], dropped: readonly number[]): readonly string[] {
  const isValue = (at: number): boolean => at < flags.length && !/^--?[A-Za-z]/.test(flags[at] ?? '');
  return flags.filter((_, at) => !dropped.includes(at) && !(dropped.includes(at - 1) && isValue(at)));
}
