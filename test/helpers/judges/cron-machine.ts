import { dirname, join, resolve } from 'node:path';
import { runProcess } from '../process/run-process.ts';
import { judgeHome, judgeProgram } from './judges.ts';

/** A machine with Debian's cron, in mount namespaces of its own: only its scripts see its files below /etc, /run and /var/spool. */
export interface CronMachine {
  /** a directory for stores and outputs, which all scripts share */
  readonly home: string;
  /** Runs a shell script as root. `rma` is the built command line. */
  readonly run: (script: string) => ReturnType<typeof runProcess>;
}

/**
 * `cron_until STORE` starts cron three seconds before 03:00, waits until STORE has a result, stops cron and waits for its jobs. Mail
 * of cron is appended to `mail`. `own_etc` makes /etc a copy that the script may change.
 */
const PRELUDE = String.raw`
set -eu
cd "$MACHINE"
mount --make-rprivate /
for dir in /etc/cron.d /var/spool /run /usr/sbin; do mount -t tmpfs none "$dir"; done
mkdir -p /var/spool/cron/crontabs
printf '#!/bin/sh\ncat >> "%s"\n' "$MACHINE/mail" > /usr/sbin/sendmail
chmod 755 /usr/sbin/sendmail
rma() { "$NODE" "$RMA" "$@"; }
own_etc() {
  cp -a /etc "$MACHINE/etc"
  mount --bind "$MACHINE/etc" /etc
}
cron_until() {
  rm -f cron.pipe
  mkfifo cron.pipe
  cat cron.pipe > cron.log &
  reader=$!
  FAKETIME='@2026-11-29 02:59:57' LD_PRELOAD=$FAKETIME_LIBRARY cron -f > cron.pipe 2>&1 &
  for _ in $(seq 600); do
    if grep -qs . "$1"/.rma/schedule/*.json; then break; fi
    sleep 0.1
  done
  kill $!
  # its jobs keep the pipe open
  wait $reader
}
`;

/** Returns a machine with cron and systemctl; only the first has more than files there. */
export function cronMachine(): CronMachine {
  const home = judgeHome();
  const programs = [judgeProgram('cron', 'cron'), judgeProgram('systemd', 'systemctl')].map((path) =>
    dirname(path),
  );
  const library = '../root/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';
  const env = {
    PATH: `${programs.join(':')}:/usr/local/bin:/usr/bin:/bin`,
    HOME: '/root',
    TZ: 'UTC',
    MACHINE: home,
    NODE: process.execPath,
    RMA: resolve('dist/cli/main.js'),
    FAKETIME_LIBRARY: join(programs[0] ?? '', library),
    SYSTEMD_OFFLINE: '1',
  };
  return {
    home,
    run: (script) => runProcess('unshare', ['--mount', 'bash', '-c', `${PRELUDE}\n${script}`], env),
  };
}
