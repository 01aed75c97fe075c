import type { PushSettings } from '../../app/hosts/image-sources.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import type { Context } from '../context/context.ts';

/** Returns how `--push-images` sends images; null without it. */
export async function pushSettings(pushImages: boolean, context: Context): Promise<PushSettings | null> {
  if (!pushImages) return null;
  const { config } = await context.config();
  const isHost = Object.values(config.hosts).some(({ address }) => address === null);
  return { here: isHost ? null : await context.host(), archives: await context.imageArchives() };
}

/** @throws RmaError RMA_USAGE_INVALID (2) for `--push-images` in a project without hosts */
export function refusePush(pushImages: boolean): void {
  if (!pushImages) return;
  throw new RmaError('RMA_USAGE_INVALID', '--push-images requires hosts in rma.yaml', {
    exitCode: EXIT.usage,
    hint: 'add the machines to rma.yaml: rma hosts add NAME ssh://USER@HOST',
  });
}
