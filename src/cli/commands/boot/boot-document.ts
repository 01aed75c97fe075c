import type { BootService } from '../../../app/boot/boot-service.ts';
import type { JsonDocument } from '../../define-command.ts';

/** Returns the unit of a project as JSON. */
export function bootDocument(project: string, service: BootService): JsonDocument {
  return { schema: 'rma.boot/v1', project, ...service };
}
