import type { Catalog } from '../domain/profile.ts';
import { expandSets, isSetName, nameWithoutSet, setNames } from './model-sets.ts';

/** A set of models, and what is to be downloaded for it. */
export interface SetSize {
  /** `set:starter` */
  readonly name: string;
  readonly missingBytes: number;
}

/**
 * Returns the sets that contain only some of the requested models of sets, largest first.
 * `missing`: the missing bytes of each requested model by its name, such as `set:production/gemma-2-2b-it`.
 */
export function smallerSets(
  { models }: Pick<Catalog, 'models'>,
  missing: ReadonlyMap<string, number>,
): readonly SetSize[] {
  const bytes = new Map(
    [...missing].filter(([name]) => isSetName(name)).map(([name, each]) => [nameWithoutSet(name), each]),
  );
  return setNames(models)
    .map((name) => ({ name, members: expandSets([name], models).map(nameWithoutSet) }))
    .filter(({ members }) => members.length < bytes.size && members.every((each) => bytes.has(each)))
    .map(({ name, members }) => ({
      name,
      missingBytes: members.reduce((sum, each) => sum + (bytes.get(each) ?? 0), 0),
    }))
    .sort((left, right) => right.missingBytes - left.missingBytes);
}
