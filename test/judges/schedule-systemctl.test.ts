import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cronMachine } from '../helpers/judges/cron-machine.ts';

it('systemctl enables the timer of rma cache schedule install, and the command of its service runs unchanged', async () => {
  const { home, run } = cronMachine();
  mkdirSync(join(home, 'models'));
  const { code, stdout, stderr } = await run(`
    own_etc
    mkdir -p /run/systemd/system
    rma cache schedule install --dest models --every weekly --keep 30d
    name=$(basename /etc/systemd/system/rma-cache-*.timer .timer)
    systemctl is-enabled "$name.timer"
    $(sed -n 's/^ExecStart=//p' "/etc/systemd/system/$name.service")
    cat models/.rma/schedule/*.json
    rma cache schedule install --dest models --every weekly --keep 30d
    rma cache schedule install --dest models --backend cron --every weekly --keep 30d > moved
    ls /etc/cron.d
    rma cache schedule remove --dest models
    find /etc/systemd/system /etc/cron.d -name 'rma-*'
  `);
  expect(code, stderr).toBe(0);
  const text = stdout.replaceAll(/rma-cache-models-[0-9a-f]{8}/g, 'NAME');
  const program = `${process.execPath} ${join(process.cwd(), 'dist/cli/main.js')}`;
  expect(text).toContain(`/etc/systemd/system/NAME.timer:
  # Written by rma cache schedule install; rma cache schedule remove deletes it.
  # every: 0 0 * * 0
  [Unit]
  Description=Prune the model store ${home}/models on schedule

  [Timer]
  OnCalendar=Sun *-*-* 00:00:00
  Persistent=true

  [Install]
  WantedBy=timers.target
Installed the systemd timer.
`);
  expect(text).toContain(
    `  ExecStart=${program} --dir ${home}/models cache schedule run --dest ${home}/models --keep 30d\n`,
  );
  const rest = text.slice(text.indexOf('(UTC).\n') + 7).replaceAll(/\d{4}-\d\d-\d\d 00:00/g, 'DAY');
  const [enabled, record = '', ...lines] = rest.split('\n');
  expect([enabled, JSON.parse(record)]).toEqual(['enabled', expect.objectContaining({ error: null })]);
  expect(lines).toEqual([
    'Nothing to do: the systemd timer is installed with these values.',
    'Each run prunes with --keep 30d.',
    'Next run: DAY (UTC).',
    'NAME',
    'Removed: /etc/cron.d/NAME',
    '',
  ]);
});
