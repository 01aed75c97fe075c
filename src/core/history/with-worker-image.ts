import type { DesiredState } from '../domain/desired-state.ts';
import type { HistoryContent } from '../domain/history.ts';
import { sha256Hex } from '../hash.ts';

/** What of an entry names the worker image. */
type Named = Pick<HistoryContent, 'files' | 'stack' | 'workerImage'>;

/** Returns an entry whose services run another worker image. Their configuration hashes change, so that their containers do too. */
export function withWorkerImage<E extends Named>(entry: E, image: DesiredState['workerImage']): E {
  const old = entry.workerImage.tag;
  let { compose } = entry.files;
  const services = entry.stack.services.map((service) => {
    if (service.image !== old) return service;
    const configHash = sha256Hex(`${service.configHash} ${image.tag}`).slice(0, 16);
    compose = compose.replaceAll(service.configHash, configHash);
    return { ...service, image: image.tag, configHash };
  });
  return {
    ...entry,
    files: { ...entry.files, compose: compose.replaceAll(old, image.tag) },
    stack: { ...entry.stack, services },
    workerImage: image,
  };
}
