import { type BootUnit, cronLine, isOwnUnit, unitName, unitText, waitOf } from '../../core/boot/boot-unit.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { shell } from '../../core/shell-quote.ts';
import type { Host } from '../../ports/host.ts';

/** The unit of a project, as it is to be and as it is. */
export interface BootService {
  readonly unit: string;
  readonly path: string;
  readonly text: string;
  /** `differs`: installed by another version of rma or for other settings */
  readonly state: 'absent' | 'installed' | 'differs';
  readonly enabled: boolean;
  /** whether systemd manages this machine */
  readonly systemd: boolean;
  /** the same for `crontab -e` */
  readonly cron: string;
}

/** Returns the unit of a project and its state. Changes nothing. */
export async function bootService(
  { services }: Pick<Host, 'services'>,
  desired: BootUnit,
): Promise<BootService> {
  const unit = unitName(desired.project);
  const text = unitText(desired);
  const systemd = await services.isPresent();
  const installed = await services.read(unit);
  return {
    unit,
    path: services.pathOf(unit),
    text,
    state: installed === null ? 'absent' : installed === text ? 'installed' : 'differs',
    enabled: systemd && installed !== null && (await services.isEnabled(unit)),
    systemd,
    cron: cronLine(desired),
  };
}

/** Returns for how long the installed unit of a project waits, seconds; null if it is not installed, or not by rma. */
export async function installedWait(
  { services }: Pick<Host, 'services'>,
  project: string,
): Promise<number | null> {
  return waitOf((await services.read(unitName(project))) ?? '');
}

/**
 * Installs the unit of a project.
 * @throws RmaError RMA_BOOT_NO_SYSTEMD (3), RMA_BOOT_OTHER_UNIT (3), RMA_BOOT_DENIED (3), RMA_BOOT_FAILED (1)
 */
export async function installBootService(
  host: Pick<Host, 'services'>,
  desired: BootUnit,
): Promise<BootService> {
  const before = await bootService(host, desired);
  if (!before.systemd) throw noSystemd(before);
  await checkOwn(host, desired.project);
  if (before.state !== 'installed' || !before.enabled) await host.services.install(before.unit, before.text);
  return bootService(host, desired);
}

/** Removes the unit of a project; returns false if it was not installed. @throws RmaError as installBootService */
export async function removeBootService(
  { services }: Pick<Host, 'services'>,
  project: string,
): Promise<boolean> {
  const unit = unitName(project);
  if ((await services.read(unit)) === null) return false;
  await checkOwn({ services }, project);
  await services.remove(unit);
  return true;
}

/** Checks that rma wrote the unit of a project, if it exists. */
async function checkOwn({ services }: Pick<Host, 'services'>, project: string): Promise<void> {
  const unit = unitName(project);
  const text = await services.read(unit);
  if (text === null || isOwnUnit(text)) return;
  const path = services.pathOf(unit);
  throw new RmaError('RMA_BOOT_OTHER_UNIT', `${path} was not written by rma boot install`, {
    exitCode: EXIT.notReady,
    hint: shell`check it, and remove it if it is not needed: sudo rm ${path}`,
  });
}

function noSystemd({ cron }: BootService): RmaError {
  return new RmaError('RMA_BOOT_NO_SYSTEMD', 'systemd does not manage this machine', {
    exitCode: EXIT.notReady,
    hint: `add this line to root's crontab (sudo crontab -e): ${cron}`,
  });
}
