import { endpointList } from '../hub/endpoint-list.ts';
import { HUB_SWITCH, switchedSource } from '../source/repository-sources.ts';
import { parseSwitch } from './value-parsers.ts';

/**
 * Returns the hubs that files of a repository are requested from, in order, by the variables of a container:
 * `RMA_HUB_SOURCES`, else `USE_MODELSCOPE`, whose value is ignored if it is no switch; empty if neither is set.
 */
export function hubOrder(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  const named = endpointList(environment['RMA_HUB_SOURCES'] ?? '');
  const use = parseSwitch(environment[HUB_SWITCH] ?? '');
  return named.length > 0 || !use.ok ? named : [switchedSource(use.value)];
}
