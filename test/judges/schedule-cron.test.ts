import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cronMachine } from '../helpers/judges/cron-machine.ts';

const HEADER = '# Written by rma cache schedule install; rma cache schedule remove deletes it.';

/** Creates the directory of a store on the machine. */
function storeOn(home: string, name = 'models'): string {
  const store = join(home, name);
  mkdirSync(store);
  return store;
}

it('[req R77] cron runs the entry of rma cache schedule install, quietly, and show has the result', async () => {
  const { home, run } = cronMachine();
  const store = storeOn(home, "100% a'b\\%c");
  const { code, stdout, stderr } = await run(`
    store="$MACHINE/100% a'b\\%c"
    rma cache schedule install --dest "$store" --every '0 3 * * *' --keep 30d -q
    cat "$(rma cache schedule show --dest "$store" -q)" >&2
    cron_until "$store"
    test ! -e mail
    rma cache schedule show --dest "$store" --json
  `);
  expect(code, stderr).toBe(0);
  const quoted = `'${store.replace("'", "'\\''").replace('0%', '0\\%').replace('\\%c', "\\''\\%c")}'`;
  expect(stderr.split('\n').slice(0, 3)).toEqual([
    HEADER,
    '# every: 0 3 * * *',
    `0 3 * * * root ${process.execPath} ${join(process.cwd(), 'dist/cli/main.js')} --dir ${quoted} cache schedule run --dest ${quoted} --keep 30d`,
  ]);
  const shown = JSON.parse(stdout.slice(stdout.indexOf('{')));
  expect(shown).toMatchObject({
    schema: 'rma.cache-schedule/v1',
    backend: 'cron',
    every: '0 3 * * *',
    active: null,
    lastRun: { summary: null, error: null },
    missedRun: null,
  });
  expect(shown.nextRun).toMatch(/T03:00:00.000Z$/);
});

it('[req R77] a line for rma works when it is pasted into a crontab', async () => {
  const { home, run } = cronMachine();
  storeOn(home);
  const { code, stderr, stdout } = await run(`
    mkdir bin && ln -s "$RMA" bin/rma
    (echo "PATH=$MACHINE/bin:$(dirname "$NODE"):/usr/bin:/bin"
     echo "0 3 * * * rma cache schedule run --dest $MACHINE/models --keep 30d") | crontab -
    cron_until models
    test ! -e mail
    cat models/.rma/schedule/*.json
  `);
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ schema: 'rma.cache-run/v1', error: null });
});

it('on a machine without /etc/cron.d, cron runs the entry in the crontab, whose other lines stay', async () => {
  const { home, run } = cronMachine();
  const store = storeOn(home);
  const { code, stdout, stderr } = await run(`
    own_etc && rm -rf /etc/cron.d
    echo '0 1 * * * backup' | crontab -
    rma cache schedule install --dest models --every '0 3 * * *' -q
    cron_until models
    crontab -l
    rma cache schedule remove --dest models
    crontab -l
  `);
  expect(code, stderr).toBe(0);
  const [first, ...lines] = stdout.split('\n');
  expect(first).toMatch(/^crontab -l, lines rma-cache-models-[0-9a-f]{8}$/);
  const name = first?.split(' ').at(-1) ?? '';
  const program = `${process.execPath} ${join(process.cwd(), 'dist/cli/main.js')}`;
  expect(lines).toEqual([
    '0 1 * * * backup',
    `# BEGIN ${name}`,
    HEADER,
    '# every: 0 3 * * *',
    `0 3 * * * ${program} --dir ${store} cache schedule run --dest ${store}`,
    `# END ${name}`,
    `Removed: crontab -l, lines ${name}`,
    '0 1 * * * backup',
    '',
  ]);
});

it('a repeated installation changes nothing, other values are shown as a difference, and remove ends it', async () => {
  const { home, run } = cronMachine();
  storeOn(home);
  const { code, stdout, stderr } = await run(`
    install() { rma cache schedule install --dest models "$@"; }
    install --every daily > first
    ls --full-time /etc/cron.d > before
    install --every daily
    ls --full-time /etc/cron.d | cmp - before
    install --every '30 3 * * 0' --max-size 200GB --dry-run > dry
    ls --full-time /etc/cron.d | cmp - before
    install --every '30 3 * * 0' --max-size 200GB
    rma cache schedule remove --dest models
    rma cache schedule remove --dest models
    ls /etc/cron.d
    tail -n 1 dry
  `);
  expect(code, stderr).toBe(0);
  const program = `${process.execPath} ${join(process.cwd(), 'dist/cli/main.js')}`;
  const run_ = `root ${program} --dir ${home}/models cache schedule run --dest ${home}/models`;
  expect(
    stdout.replaceAll(/rma-cache-models-[0-9a-f]{8}/g, 'NAME').replaceAll(/\d{4}-\d\d-\d\d/g, 'DAY'),
  ).toBe(
    `Nothing to do: the cron entry is installed with these values.
Each run removes leftovers only, no models; to remove models too, add a limit such as --keep 30d.
Next run: DAY 00:00 (UTC).
/etc/cron.d/NAME:
    ${HEADER}
  - # every: 0 0 * * *
  - 0 0 * * * ${run_}
  + # every: 30 3 * * 0
  + 30 3 * * 0 ${run_} --max-size 200GB
Replaced the cron entry.
Each run prunes with --max-size 200GB.
Next run: DAY 03:30 (UTC).
Removed: /etc/cron.d/NAME
Nothing to do: there is no schedule for the model store ${home}/models.
Next run: DAY 03:30 (UTC).
`,
  );
});

it('a file of another program is left alone, and a directory that cannot be written needs sudo', async () => {
  const { home, run } = cronMachine();
  storeOn(home);
  const { code, stdout, stderr } = await run(`
    path=$(rma cache schedule install --dest models --dry-run -q)
    echo '0 1 * * * root backup' > "$path"
    rma cache schedule install --dest models || echo "exit $?"
    rma cache schedule remove --dest models || echo "exit $?"
    cat "$path"
    rm "$path"
    mount -o remount,ro /etc/cron.d
    rma cache schedule install --dest models || echo "exit $?"
  `);
  expect(code, stderr).toBe(0);
  expect(stdout).toBe('exit 3\nexit 3\n0 1 * * * root backup\nexit 3\n');
  expect(stderr.match(/code: \w+/g)).toEqual([
    'code: RMA_SCHEDULE_FOREIGN',
    'code: RMA_SCHEDULE_FOREIGN',
    'code: RMA_SCHEDULE_DENIED',
  ]);
  expect(stderr).toMatch(
    /cannot write \/etc\/cron\.d\/rma-cache-models-\w+ \(EROFS\)\n {2}hint: .*with sudo/,
  );
});

it('cron mails one line when a run did something, and the reason when it failed', async () => {
  const { home, run } = cronMachine();
  const store = storeOn(home);
  const blob = join(store, `ollama/blobs/sha256-${'a'.repeat(64)}`);
  const { code, stdout, stderr } = await run(`
    mkdir -p models/ollama/blobs && echo x > "${blob}" && touch -d '10 days ago' "${blob}"
    rma cache schedule install --dest models --every '0 3 * * *' -q > path
    cron_until models
    test ! -e "${blob}"
    sed '1,/^$/d' mail
    rm mail models/.rma/schedule/*
    mkdir -p models/.rma/projects && echo '{' > models/.rma/projects/box-demo.chat.json
    cron_until models
    sed '1,/^$/d' mail
    rma cache schedule show --dest models
    "$NODE" "$RMA" cache schedule run --dest models || echo "exit $?"
  `);
  expect(code, stderr).toBe(0);
  const [done, failure, ...rest] = stdout.split('\n');
  expect(done).toMatch(/^marked 1 entry \(.*\) for deletion$/);
  expect(failure).toMatch(/^error: .*box-demo\.chat\.json/);
  expect(rest.join('\n')).toContain('  code: RMA_CACHE_ROOTS_UNREADABLE\n');
  expect(rest.join('\n')).toMatch(
    /\nLast run: +20\d\d-\S+ \d\d:\d\d, failed: .*\(RMA_CACHE_ROOTS_UNREADABLE\)\n/,
  );
  expect(stdout).toMatch(/exit 3\n$/);
});
