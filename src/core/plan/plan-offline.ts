import type { DesiredState } from '../domain/desired-state.ts';
import { absentFiles } from '../domain/model-check.ts';
import type { Observed } from '../domain/observed.ts';
import { EXIT, type RmaError } from '../errors.ts';
import { shell } from '../shell-quote.ts';
import { type MissingModel, offlineMissing } from '../source/offline-missing.ts';
import type { Operation } from './operation.ts';
import type { PlanCheck } from './plan-types.ts';

/** Returns an error for what the desired state needs of a network: models that the store lacks, images to pull. */
export function planOffline(
  { models }: Pick<DesiredState, 'models'>,
  { store }: Pick<Observed, 'store'>,
  operations: readonly Operation[],
): readonly PlanCheck[] {
  const lacking = [...models.keys()].flatMap((ref): MissingModel[] => {
    const check = store?.get(ref);
    const absent = check === undefined || check.state === 'present' ? [] : absentFiles(check);
    return absent.length === 0 ? [] : [{ ref, files: absent.map(({ path }) => path) }];
  });
  const images = operations.flatMap((each) => (each.kind === 'pull-image' ? [each.image] : []));
  return [
    ...(lacking.length === 0 ? [] : [modelFault(offlineMissing(lacking), lacking)]),
    ...(images.length === 0 ? [] : [imageFault([...new Set(images)])]),
  ];
}

function modelFault(
  { code, message, hint = '', exitCode }: RmaError,
  lacking: readonly MissingModel[],
): PlanCheck {
  const details = { models: lacking.map(({ ref }) => ref).join(' ') };
  return { level: 'error', code, message, hint, exitCode, details };
}

function imageFault(images: readonly string[]): PlanCheck {
  const names = images.join(', ');
  const pulls = images.map((image) => shell`docker pull ${image}`).join(' && ');
  return {
    level: 'error',
    code: 'RMA_OFFLINE_IMAGE',
    message: `offline, and the Docker Engine lacks ${images.length === 1 ? 'the image' : 'the images'} ${names}`,
    hint: `connect to the internet and run ${pulls}, or load ${images.length === 1 ? 'it' : 'them'} with docker load; or run without --offline, RMA_OFFLINE and HF_HUB_OFFLINE`,
    exitCode: EXIT.failed,
    details: { images: images.join(' ') },
  };
}
