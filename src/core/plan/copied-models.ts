import { distributionOf, type HostModels } from '../hosts/distribution.ts';
import type { Operation } from './operation.ts';

/** Returns the operations; the downloads of models that a host copies from another one say so. @param stores of all hosts of the plan */
export function copiedModels(
  operations: readonly Operation[],
  stores: readonly HostModels[],
): readonly Operation[] {
  const { first, servers } = distributionOf(stores);
  const sourcesOf = (ref: string, host: string): readonly string[] =>
    stores
      .filter((each) => each.host !== host && servers.includes(each.host))
      .filter((each) => each.missing.get(ref) === 0 || first.get(each.host)?.includes(ref) === true)
      .map((each) => each.host);
  return operations.map((operation) => {
    if (operation.kind !== 'fetch-model' || first.get(operation.host)?.includes(operation.ref) === true) {
      return operation;
    }
    const [source] = sourcesOf(operation.ref, operation.host);
    if (source === undefined) return operation;
    return { ...operation, cause: `${operation.cause}; copied from host ${source}` };
  });
}
