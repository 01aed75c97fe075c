import { describe, expect, it, vi } from 'vitest';
import type { BootOffer } from '../../../src/app/boot/offer-boot.ts';
import { showBootOffer } from '../../../src/cli/commands/boot/show-offer.ts';
import { EXIT, RmaError } from '../../../src/core/errors.ts';
import type { RmaEvent } from '../../../src/core/events.ts';
import { configOf } from '../../helpers/builders/render-builders.ts';
import { FakeServices } from '../../helpers/host/fake-services.ts';

const UNIT = 'rma-demo.service';
const LINE = expect.stringContaining('sudo rma boot install');

interface Setting {
  readonly offer?: BootOffer;
  readonly answer?: boolean | null;
  readonly uid?: number;
  readonly env?: Readonly<Record<string, string>>;
}

async function show(
  { offer = 'systemd', answer = true, uid = 0, env = {} }: Setting,
  services = new FakeServices(),
) {
  services.present = true;
  const events: RmaEvent[] = [];
  const ask = vi.fn(async () => answer);
  await showBootOffer(offer, {
    env,
    host: async () => ({ caller: { uid, gid: uid }, services }),
    config: async () => ({ config: configOf() }),
    selfCommand: async () => ['/usr/bin/node', '/opt/rma/main.js'],
    offer: ask,
    reporter: {
      emit: (event) => {
        events.push(event);
      },
    },
  });
  return { events, asked: ask.mock.calls.length, installed: services.units.has(UNIT) };
}

describe('[case S06] up offers to install the boot unit', () => {
  it('by a question that installs it after a yes', async () => {
    const { events, installed } = await show({});
    expect(installed).toBe(true);
    expect(events).toMatchObject([{ state: 'done', text: `installed /etc/systemd/system/${UNIT}` }]);
  });

  it('and says nothing more after a no', async () => {
    expect(await show({ answer: false })).toEqual({ events: [], asked: 1, installed: false });
  });

  it.each<[string, Setting, number]>([
    ['where nobody can answer', { answer: null }, 1],
    ['without being root', { uid: 1000 }, 0],
    ['in a CI job', { env: { CI: 'true' } }, 0],
  ])('by a line %s', async (_place, setting, asked) => {
    expect(await show(setting)).toEqual({
      events: [{ type: 'step', id: 'boot', state: 'skip', text: LINE }],
      asked,
      installed: false,
    });
  });

  it('without systemd by a line that names the command for crontab', async () => {
    const { events, asked } = await show({ offer: 'cron' });
    expect(asked).toBe(0);
    expect(events).toMatchObject([{ text: expect.stringContaining('rma boot show') }]);
  });

  it('and warns if it cannot be installed, because the services run', async () => {
    const services = new FakeServices();
    vi.spyOn(services, 'install').mockRejectedValue(
      new RmaError('RMA_BOOT_DENIED', 'permission denied', { exitCode: EXIT.notReady, hint: 'sudo' }),
    );
    const { events } = await show({}, services);
    expect(events).toEqual([
      { type: 'warning', code: 'RMA_BOOT_DENIED', text: 'permission denied', hint: 'sudo' },
    ]);
  });
});
