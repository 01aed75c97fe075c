// Forwards the ports that containers publish on the engine's loopback to the user's own loopback.
//
//   forwarder.mjs inside FORWARD.SOCK [ADDRESS]     in the engine's network namespace: connects to ADDRESS (127.0.0.1)
//   forwarder.mjs outside FORWARD.SOCK DOCKER.SOCK  in the user's: listens on 127.0.0.1, one port per published port
//
// A Unix socket with a path crosses network namespaces, so the two halves connect there. Each connection starts with two
// bytes, the port; then the data follows, in both directions, each closed independently.
import { rmSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';

const LOOPBACK = '127.0.0.1';
const RETRY_MS = 1000;
/** Starts and stops of containers change what is published; nothing else does. */
const EVENTS = JSON.stringify({ type: ['container'], event: ['start', 'die', 'stop', 'pause', 'unpause'] });

const log = (text) => console.log(`${new Date().toISOString()} ${text}`);

const main = ([role, ...rest]) => {
  if (role === 'inside' && rest.length >= 1) serveInside(rest[0], rest[1] ?? LOOPBACK);
  else if (role === 'outside' && rest.length === 2) mirrorPorts(rest[0], rest[1]);
  else {
    console.error('usage: forwarder.mjs inside FORWARD.SOCK [ADDRESS] | outside FORWARD.SOCK DOCKER.SOCK');
    process.exitCode = 2;
  }
};

const serveInside = (socketPath, address) => {
  // left by a run that was killed
  rmSync(socketPath, { force: true });
  const server = net.createServer({ allowHalfOpen: true }, (outer) => {
    onPort(outer, (port) => {
      join(outer, net.connect({ host: address, port, allowHalfOpen: true, noDelay: true }));
    });
  });
  server.listen(socketPath, () => log(`ready on ${socketPath}, connecting to ${address}`));
};

/** Calls back with the port that a connection begins with; the bytes after it stay unread. */
const onPort = (socket, done) => {
  const read = () => {
    const head = socket.read(2);
    if (head === null) return;
    socket.off('readable', read);
    socket.off('error', drop);
    done(head.readUInt16BE(0));
  };
  const drop = () => socket.destroy();
  socket.on('readable', read);
  socket.on('error', drop);
};

/** Bytes both ways. An end in one direction leaves the other open; a fault in one socket ends both. */
const join = (a, b) => {
  const tie = (from, to) => {
    from.on('error', () => abort(to));
    from.pipe(to);
  };
  tie(a, b);
  tie(b, a);
};

/** A broken connection must not look like a finished one, where the socket's kind can say so. */
const abort = (socket) => {
  if (socket instanceof net.Socket && socket.remotePort !== undefined) socket.resetAndDestroy();
  else socket.destroy();
};

const mirrorPorts = (forwardPath, dockerPath) => {
  /** @type {Map<number, net.Server>} */
  const mirrored = new Map();
  const sync = serialized(async () => {
    const wanted = await publishedPorts(dockerPath);
    for (const [port, server] of mirrored) {
      if (wanted.has(port)) continue;
      mirrored.delete(port);
      server.close();
      log(`closed ${LOOPBACK}:${port}`);
    }
    const opened = await Promise.all([...wanted].map((port) => mirror(port, mirrored, forwardPath)));
    // another program may release the port without an event of a container
    if (opened.includes(false)) setTimeout(sync, RETRY_MS).unref();
  });
  follow(dockerPath, sync);
};

/** Returns whether the port is forwarded; false when another program on the user's side uses it. */
const mirror = (port, mirrored, forwardPath) => {
  if (mirrored.has(port)) return Promise.resolve(true);
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (user) => {
    const inner = net.connect({ path: forwardPath, allowHalfOpen: true });
    const head = Buffer.alloc(2);
    head.writeUInt16BE(port, 0);
    inner.write(head);
    join(user, inner);
  });
  return new Promise((resolve) => {
    server.once('error', (error) => {
      log(`cannot forward ${LOOPBACK}:${port}: ${error.code ?? error.message}; retrying`);
      resolve(false);
    });
    server.listen(port, LOOPBACK, () => {
      mirrored.set(port, server);
      log(`forwarding ${LOOPBACK}:${port}`);
      resolve(true);
    });
  });
};

/** Runs one call at a time; a call made meanwhile causes one more run after it. */
const serialized = (work) => {
  let running = false;
  let again = false;
  const run = async () => {
    again = running;
    if (running) return;
    running = true;
    try {
      await work();
    } catch (error) {
      // the engine is starting or stopping: the next event, or the next connection to it, lists again
      log(`cannot list containers: ${error.message}`);
    }
    running = false;
    if (again) await run();
  };
  return run;
};

/** TCP ports that running containers publish on an address that the engine's loopback answers for. */
const publishedPorts = async (dockerPath) => {
  const containers = JSON.parse(await get(dockerPath, '/containers/json'));
  const ports = containers.flatMap((container) => container.Ports ?? []);
  const ours = ports.filter(
    (p) => p.Type === 'tcp' && p.PublicPort && (p.IP === LOOPBACK || p.IP === '0.0.0.0'),
  );
  return new Set(ours.map((p) => p.PublicPort));
};

/** Follows Docker's events until the process ends; calls back on each, and once after each connection, since events may be missed. */
const follow = (dockerPath, changed) => {
  const again = () => setTimeout(() => follow(dockerPath, changed), RETRY_MS / 4);
  const path = `/events?filters=${encodeURIComponent(EVENTS)}`;
  const request = http.get({ socketPath: dockerPath, path, agent: false }, (response) => {
    void changed();
    response.on('data', () => void changed());
    response.on('close', again);
    response.on('error', () => {});
  });
  request.on('error', (error) => {
    // an incomplete response ends with 'close'
    if (request.res === null || request.res === undefined) again();
    if (error.code !== 'ENOENT' && error.code !== 'ECONNREFUSED') log(`events: ${error.message}`);
  });
};

const get = (socketPath, path) =>
  new Promise((resolve, reject) => {
    const request = http.get({ socketPath, path, agent: false, timeout: 10_000 }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(Buffer.concat(chunks).toString('utf8'));
        else reject(new Error(`${path}: HTTP ${response.statusCode}`));
      });
    });
    request.on('timeout', () => request.destroy(new Error(`${path}: no answer in 10 s`)));
    request.on('error', reject);
  });

main(process.argv.slice(2));
