import type { PinnedModel } from '../domain/pinned-model.ts';
import type { Engine } from '../domain/profile.ts';
import { EXIT, RmaError } from '../errors.ts';
import { scannedDirectory } from '../source/describe-model.ts';

/** A service of a profile, and the models that it serves. */
export interface ScanningService {
  readonly profile: string;
  readonly engine: Pick<Engine, 'name' | 'command' | 'environment' | 'modelsMount'>;
  readonly models: readonly PinnedModel[];
}

/**
 * Checks that an engine that scans a directory finds all its models there.
 * @throws RmaError RMA_MODELS_APART (2)
 */
export function checkDirectory({ profile, engine, models }: ScanningService): void {
  if (!scansDirectory(engine)) return;
  const [first, other] = [...new Map(models.map((model) => [scannedDirectory(model), model]))];
  if (first === undefined || other === undefined) return;
  throw new RmaError(
    'RMA_MODELS_APART',
    `profile ${profile}: engine ${JSON.stringify(engine.name)} scans one directory, but ${first[1].ref} is stored in ${first[0]} and ${other[1].ref} in ${other[0]}`,
    {
      exitCode: EXIT.usage,
      hint: 'store them in one directory: the same #set=NAME for URLs, or `sets` in profiles/models.yaml',
      details: { models: models.map(({ ref }) => ref) },
    },
  );
}

/** Returns whether an engine finds its models in a directory instead of by their paths. */
export function scansDirectory({
  command,
  environment,
  modelsMount,
}: Pick<Engine, 'command' | 'environment' | 'modelsMount'>): boolean {
  const texts = [...command, ...Object.values(environment)];
  return modelsMount !== null || texts.some((text) => text.includes('{models_dir}'));
}
