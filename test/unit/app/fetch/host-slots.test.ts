import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { HostSlots } from '../../../../src/app/fetch/host-slots.ts';

test('files of one host share its connections, whatever the port; those of another host have their own', async () => {
  const slots = new HostSlots(4);
  const started: string[] = [];
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const runs = ['https://a.test/1', 'https://a.test:8443/2', 'https://b.test/3'].map((url) =>
    slots.of(url).run(3, () => {
      started.push(url);
      return ended;
    }),
  );
  await setImmediate();
  expect(started).toEqual(['https://a.test/1', 'https://b.test/3']);
  end();
  await Promise.all(runs);
  expect(started).toHaveLength(3);
});

test('two small files wait for each connection of a host, and large ones count for all of theirs', async () => {
  const slots = new HostSlots(4);
  const started: string[] = [];
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const files = [
    ['large', 3],
    ['small', 1],
    ['other', 1],
    ['third', 1],
  ] as const;
  const runs = files.map(([name, connections]) =>
    slots.transfer({ url: 'https://a.test/', connections, mayRedirect: true }, () => {
      started.push(name);
      return ended;
    }),
  );
  await setImmediate();
  expect(started).toEqual(['large', 'small', 'other']);
  end();
  await Promise.all(runs);
  expect(started).toHaveLength(4);
});

test('one small file waits for each connection of a host that sends its content itself', async () => {
  const slots = new HostSlots(2);
  const started: number[] = [];
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const runs = [1, 2, 3].map((file) =>
    slots.transfer({ url: 'https://a.test/', connections: 1, mayRedirect: false }, () => {
      started.push(file);
      return ended;
    }),
  );
  await setImmediate();
  expect(started).toEqual([1, 2]);
  end();
  await Promise.all(runs);
  expect(started).toHaveLength(3);
});
