import { installBootService } from '../../../app/boot/boot-service.ts';
import type { BootOffer } from '../../../app/boot/offer-boot.ts';
import { RmaError } from '../../../core/errors.ts';
import type { Host } from '../../../ports/host.ts';
import type { Context } from '../../context/context.ts';
import { bootUnit, type UnitContext } from './unit.ts';
import { DEFAULT_WAIT_SECONDS } from './wait-option.ts';

/** What the offer needs of a context. */
export interface OfferContext extends UnitContext, Pick<Context, 'offer' | 'reporter'> {
  readonly host: () => Promise<Pick<Host, 'caller' | 'services'>>;
}

const LINES: Readonly<Record<BootOffer, string>> = {
  systemd: 'to start services whose GPU was not ready at boot: sudo rma boot install (see rma boot --help)',
  cron: 'to start services whose GPU was not ready at boot: rma boot show prints a line for crontab',
};

/**
 * Asks root on a terminal whether to install the systemd unit of the project; otherwise prints the command. A unit that
 * cannot be installed is a warning: the services run.
 */
export async function showBootOffer(offer: BootOffer, context: OfferContext): Promise<void> {
  const { reporter } = context;
  const answer = offer === 'systemd' ? await promptToInstall(context) : null;
  if (answer === null) reporter.emit({ type: 'step', id: 'boot', state: 'skip', text: LINES[offer] });
  if (answer === true) await install(context);
}

/** Returns null where a prompt is useless: only root can install the unit, and a CI job has no terminal. */
async function promptToInstall(context: OfferContext): Promise<boolean | null> {
  const isRoot = (await context.host()).caller.uid === 0;
  if (!isRoot || (context.env['CI'] ?? '') !== '') return null;
  return context.offer(
    'After a reboot, Docker does not retry services whose GPU was not ready. Install a systemd unit that does (rma boot install)?',
  );
}

async function install(context: OfferContext): Promise<void> {
  const { reporter } = context;
  try {
    const unit = await bootUnit(context, DEFAULT_WAIT_SECONDS);
    const { path } = await installBootService(await context.host(), unit);
    reporter.emit({ type: 'step', id: 'boot', state: 'done', text: `installed ${path}` });
  } catch (error) {
    if (!(error instanceof RmaError)) throw error;
    const { code, message: text, hint } = error;
    reporter.emit({ type: 'warning', code, text, ...(hint !== undefined && { hint }) });
  }
}
