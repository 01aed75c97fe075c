import { type BootService, bootService, installedWait } from '../../../app/boot/boot-service.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { bootDocument } from './boot-document.ts';
import { bootUnit } from './unit.ts';
import { DEFAULT_WAIT_SECONDS } from './wait-option.ts';

export async function showBoot(_input: object, context: Context): Promise<CommandResult> {
  const host = await context.host();
  const { project } = (await context.config()).config;
  const unit = await bootUnit(context, (await installedWait(host, project)) ?? DEFAULT_WAIT_SECONDS);
  const service = await bootService(host, unit);
  return {
    json: bootDocument(unit.project, service),
    human: () => [stateText(service), '', service.systemd ? service.text.trimEnd() : service.cron].join('\n'),
    ids: service.state === 'absent' ? [] : [service.unit],
    ...(service.systemd && service.state !== 'installed' && { next: 'rma boot install' }),
  };
}

function stateText({ path, state, enabled, systemd }: BootService): string {
  if (!systemd) return "systemd does not manage this machine. Line for root's crontab (sudo crontab -e):";
  switch (state) {
    case 'absent':
      return `${path}: not installed`;
    case 'differs':
      return `${path}: installed, but differs from this:`;
    case 'installed':
      return `${path}: installed, ${enabled ? 'enabled' : 'disabled'}`;
  }
}
