import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const GOLDEN = join(import.meta.dirname, '../../golden');

/** What a golden Compose file passes to a container. */
export interface GoldenService {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

interface ComposeFile {
  readonly services: Readonly<Record<string, Partial<GoldenService> & { readonly image: string }>>;
}

/** Returns the services of all golden files whose image begins so, with dollar signs as Compose reads them. */
export function goldenServices(image: string): readonly GoldenService[] {
  return readdirSync(GOLDEN)
    .filter((name) => name.endsWith('.compose.yaml'))
    .flatMap((name) => {
      const { services } = parse(readFileSync(join(GOLDEN, name), 'utf8')) as ComposeFile;
      return Object.values(services)
        .filter((service) => service.image.startsWith(image))
        .map(({ command = [], environment = {} }) => ({
          command: command.map(unescaped),
          environment: Object.fromEntries(
            Object.entries(environment).map(([key, value]) => [key, unescaped(String(value))]),
          ),
        }));
    });
}

const unescaped = (text: string): string => text.replaceAll('$$', '$');
