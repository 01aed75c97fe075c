import type { Registration } from '../domain/registration.ts';
import { list, oneOf, record, type Shape, text } from '../shape.ts';

/** Ids and hosts hold no slash, so that `<host>/<id>` in a token's text has one reading. */
const name = text('letters, digits, dots, dashes and underscores (at most 128)', /^\w[\w.-]{0,127}$/);
const short = text('a text of at most 512 characters', /^[^\p{Cc}]{1,512}$/u);

/** Body of a registration and of a heartbeat. */
export const registrationShape: Shape<Registration> = record({
  schema: oneOf('rma.worker/v1'),
  id: name,
  host: name,
  project: short,
  profile: short,
  state: oneOf('ready', 'degraded', 'draining'),
  models: list(
    record({
      name: short,
      ref: short,
      engine: short,
      service: short,
      endpoint: text('an http or https address', /^https?:\/\/[^\s\p{Cc}]{1,500}$/u),
    }),
  ),
  startedAt: text('an RFC 3339 time in UTC', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/),
});
