import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { containerCommand } from '../../../src/core/schedule/container-command.ts';
import { cronFile, crontabEntry } from '../../../src/core/schedule/cron-entry.ts';
import { parseCron } from '../../../src/core/schedule/cron-expression.ts';
import { readBlock, withBlock, withoutBlock } from '../../../src/core/schedule/crontab-block.ts';
import { lineDiff } from '../../../src/core/schedule/line-diff.ts';
import { type CommandSchedule, everyOf, scheduleName } from '../../../src/core/schedule/schedule.ts';
import { systemdTimer } from '../../../src/core/schedule/systemd-timer.ts';

const HEADER = '# Written by rma cache schedule install; rma cache schedule remove deletes it.';

const schedule: CommandSchedule = {
  name: 'rma-cache-demo',
  title: 'the model store of project demo',
  every: parseCron('30 3 * * sun'),
  command: ['/usr/bin/node', '/opt/rma/main.js', '--dir', '/srv/my demo', 'cache', 'schedule', 'run'],
  environment: { PATH: '/usr/bin:/bin' },
  user: 'root',
  docker: true,
};

describe('a schedule is written', () => {
  it('for systemd as a service and a timer that also catches up', () => {
    expect(systemdTimer(schedule)).toEqual([
      {
        file: 'rma-cache-demo.service',
        text: `${HEADER}
[Unit]
Description=Prune the model store of project demo
After=docker.service

[Service]
Type=oneshot
Environment=PATH=/usr/bin:/bin
ExecStart=/usr/bin/node /opt/rma/main.js --dir "/srv/my demo" cache schedule run
`,
      },
      {
        file: 'rma-cache-demo.timer',
        text: `${HEADER}
# every: 30 3 * * 0
[Unit]
Description=Prune the model store of project demo on schedule

[Timer]
OnCalendar=Sun *-*-* 03:30:00
Persistent=true

[Install]
WantedBy=timers.target
`,
      },
    ]);
  });

  it('for systemd with the account that owns the directory', () => {
    const [service] = systemdTimer({ ...schedule, user: 'models', docker: false, environment: {} });
    expect(service.text).toContain('[Service]\nType=oneshot\nUser=models\nExecStart=');
    expect(service.text).not.toContain('docker.service');
  });

  it('for /etc/cron.d with the user, and for a crontab without', () => {
    const command =
      "PATH=/usr/bin:/bin /usr/bin/node /opt/rma/main.js --dir '/srv/my demo' cache schedule run\n";
    const head = `${HEADER}\n# every: 30 3 * * 0\n`;
    expect(cronFile(schedule)).toEqual({
      file: 'rma-cache-demo',
      text: `${head}30 3 * * 0 root ${command}`,
    });
    expect(crontabEntry(schedule).text).toBe(`${head}30 3 * * 0 ${command}`);
  });

  it('for cron with every % escaped, which ends a command there', () => {
    const { text } = crontabEntry({ ...schedule, command: ['/usr/bin/node', '/srv/100%/main.js', "it's %"] });
    expect(text).toContain(" /srv/100\\%/main.js 'it'\\''s \\%'\n");
  });

  it('for cron with a backslash before % in quotes of its own, where it does not escape the escape', () => {
    const { text } = crontabEntry({ ...schedule, command: ['/usr/bin/node', 'a\\%b', 'c\\\\%'] });
    expect(text).toContain(" 'a\\''\\%b' 'c\\\\''\\%'\n");
  });

  it.each([
    ['a line break', '/srv/a\nb', 'it has control characters'],
    ['more than 998 characters', `/srv/${'a'.repeat(1000)}`, 'more than 998'],
  ])('not for cron if the command has %s', (_name, path, reason) => {
    const command = ['/usr/bin/node', path] as const;
    expect(() => cronFile({ ...schedule, command })).toThrow(reason);
  });

  it('for Docker as a container that no project owns, without network, capabilities and socket', () => {
    const { file, text, argv } = containerCommand({
      name: 'rma-cache-demo',
      every: parseCron('daily'),
      image: 'rma-worker:1',
      mount: 'type=volume,source=rma-models,target=/models',
      user: '1000:1000',
      request: '{"every":"0 0 * * *"}',
    });
    expect(file).toBe('rma-cache-demo');
    expect(text).toBe(`${HEADER}
# every: 0 0 * * *
docker run \\
  --detach --name rma-cache-demo --restart unless-stopped --pull never \\
  --user 1000:1000 --network none --cap-drop ALL --security-opt no-new-privileges:true \\
  --mount type=volume,source=rma-models,target=/models \\
  rma-worker:1 rma-worker schedule '{"every":"0 0 * * *"}'
`);
    expect(argv?.slice(0, 3)).toEqual(['docker', 'run', '--detach']);
    expect(argv?.join(' ')).not.toMatch(/docker\.sock|rma\.project/);
  });

  it('with its expression, which is read back', () => {
    const texts = [systemdTimer(schedule)[1].text, cronFile(schedule).text, crontabEntry(schedule).text];
    expect(texts.map(everyOf)).toEqual(['30 3 * * 0', '30 3 * * 0', '30 3 * * 0']);
    expect(everyOf('[Timer]\nOnCalendar=daily\n')).toBeNull();
  });
});

it('a schedule is named after its project, or after its directory so that no two share a name', () => {
  expect(scheduleName({ project: 'demo' })).toBe('rma-cache-demo');
  const names = ['/srv/Models!', '/data/Models!', '/'].map((directory) => scheduleName({ directory }));
  expect(names).toEqual([
    expect.stringMatching(/^rma-cache-models-[0-9a-f]{8}$/),
    expect.stringMatching(/^rma-cache-models-[0-9a-f]{8}$/),
    expect.stringMatching(/^rma-cache-store-[0-9a-f]{8}$/),
  ]);
  expect(new Set(names).size).toBe(3);
});

describe('an entry in a crontab', () => {
  const block = { name: 'rma-cache-demo', text: '# every: 0 3 * * *\n0 3 * * * true\n' };

  it('is added after the lines of the user, replaced in its place and removed, and nothing else changes', () => {
    const own = 'MAILTO=me\n0 1 * * * backup';
    const added = withBlock(own, block);
    expect(added).toBe(`${own}\n# BEGIN rma-cache-demo\n${block.text}# END rma-cache-demo\n`);
    expect(readBlock(added, block.name)).toBe(block.text);
    const more = `${added}0 2 * * * other\n`;
    const replaced = withBlock(more, { ...block, text: '0 4 * * * true\n' });
    expect(replaced).toBe(
      `${own}\n# BEGIN rma-cache-demo\n0 4 * * * true\n# END rma-cache-demo\n0 2 * * * other\n`,
    );
    expect(withoutBlock(replaced, block.name)).toBe(`${own}\n0 2 * * * other\n`);
  });

  it('is not mixed up with that of another project, whatever the crontab contains', () => {
    const line = fc.constantFrom(
      '# BEGIN rma-cache-demo',
      '# END rma-cache-demo',
      '# BEGIN other',
      '# END other',
      'x',
      '',
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const crontab = lines.map((each) => `${each}\n`).join('');
        fc.pre(readBlock(crontab, block.name) === null && !crontab.includes('# BEGIN rma-cache-demo'));
        const added = withBlock(crontab, block);
        expect(readBlock(added, block.name)).toBe(block.text);
        expect(withoutBlock(added, block.name)).toBe(crontab);
        expect(readBlock(added, 'other')).toBe(readBlock(crontab, 'other'));
      }),
    );
  });
});

describe('a difference of lines', () => {
  it('marks what is removed and added', () => {
    expect(lineDiff('a\nb\nc\n', 'a\nx\nc\nd\n')).toEqual(['  a', '- b', '+ x', '  c', '+ d']);
    expect(lineDiff('', 'a\n')).toEqual(['+ a']);
  });

  it('contains both texts', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 });
    fc.assert(
      fc.property(text, text, (before, after) => {
        const diff = lineDiff(
          before.map((line) => `${line}\n`).join(''),
          after.map((line) => `${line}\n`).join(''),
        );
        const side = (mark: string) => diff.filter((line) => line[0] !== mark).map((line) => line.slice(2));
        expect([side('+'), side('-')]).toEqual([before, after]);
      }),
    );
  });
});
