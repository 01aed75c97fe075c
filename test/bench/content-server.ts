import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { judgeProgram } from '../helpers/judges/judge-program.ts';
import { type Content, sha256Of } from '../hub/content.ts';

/** nginx with the content of a hub, so that the server does not limit what is measured. */
export interface ContentServer {
  /** `open` has no limit, `capped` 50 MB/s per connection, `tls` is open, over TLS */
  readonly origins: Readonly<Record<Line, string>>;
  /** the certificate of `tls`, PEM */
  readonly authority: string;
  /** path of the file with this content */
  readonly fileOf: (content: Content) => string;
  readonly close: () => Promise<void>;
}

export type Line = 'open' | 'capped' | 'tls';

const LINES: readonly Line[] = ['open', 'capped', 'tls'];
const PIECE = 4 * 2 ** 20;

/** Writes the contents to files below the directory, and serves them until it is closed. */
export async function startContentServer(
  directory: string,
  contents: readonly Content[],
): Promise<ContentServer> {
  mkdirSync(join(directory, 'content'), { recursive: true });
  const fileOf = (content: Content): string => join(directory, 'content', sha256Of(content));
  for (const content of contents) writeContent(content, fileOf(content));
  const authority = createCertificate(directory);
  const ports = await freePorts(LINES.length);
  writeFileSync(join(directory, 'nginx.conf'), configuration(directory, ports));
  const server = spawn(
    judgeProgram('nginx', 'nginx'),
    ['-p', directory, '-c', 'nginx.conf', '-e', 'stderr'],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const closed = once(server, 'close');
  await answering(ports[0] ?? 0);
  const [open, capped, tls] = ports;
  return {
    // another host name than the hub's: Ollama requires it
    origins: {
      open: `http://localhost:${open}`,
      capped: `http://localhost:${capped}`,
      tls: `https://localhost:${tls}`,
    },
    authority,
    fileOf,
    close: async () => {
      server.kill('SIGTERM');
      await closed;
    },
  };
}

function configuration(directory: string, [open, capped, tls]: readonly number[]): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `  ${kind}_temp_path ${directory}/temp;`)
    .join('\n');
  const locations = `
    location = / { return 204; }
    location ~ ^/repos/[^/]+/[^/]+/([0-9a-f]+)/ { alias ${directory}/content/$1; }
    location ~ /blobs/sha256:([0-9a-f]+)$ { alias ${directory}/content/$1; }`;
  return `daemon off;
master_process off;
error_log stderr;
pid ${directory}/nginx.pid;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  default_type application/octet-stream;
${temporary}
  server { listen 127.0.0.1:${open};${locations}
  }
  server { listen 127.0.0.1:${capped};
    limit_rate 50m;${locations}
  }
  server { listen 127.0.0.1:${tls} ssl;
    ssl_certificate ${directory}/certificate.pem;
    ssl_certificate_key ${directory}/key.pem;${locations}
  }
}
`;
}

function createCertificate(directory: string): string {
  const certificate = join(directory, 'certificate.pem');
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const files = ['-keyout', join(directory, 'key.pem'), '-out', certificate];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...names, ...files],
    {
      stdio: 'ignore',
    },
  );
  return certificate;
}

function writeContent({ size, read }: Content, path: string): void {
  const file = openSync(path, 'w');
  for (let start = 0; start < size; start += PIECE)
    writeSync(file, read(start, Math.min(start + PIECE, size)));
  closeSync(file);
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  for (const server of servers) server.close();
  return ports;
}

/** Resolves once a server accepts requests on the port. */
async function answering(port: number): Promise<void> {
  for (;;) {
    const response = await fetch(`http://127.0.0.1:${port}/`).catch(() => null);
    if (response !== null) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
