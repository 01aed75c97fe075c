import type { RmaConfig, SettingOrigin } from '../domain/config.ts';
import { unknownWord } from '../nearest.ts';
import type { ConfigFault } from './fault.ts';
import { originPlace } from './origin-place.ts';

/** Returns a fault if the host of the coordinator is not one of the project. @param origin of `coordinator.host` */
export function unknownCoordinatorHost(
  { coordinator: { host }, hosts }: Pick<RmaConfig, 'coordinator' | 'hosts'>,
  origin: SettingOrigin | undefined,
): readonly ConfigFault[] {
  if (host === undefined || Object.hasOwn(hosts, host)) return [];
  const where = originPlace('coordinator.host', origin);
  return [{ where, message: `coordinator.host: ${unknownWord('host', host, Object.keys(hosts))}` }];
}
