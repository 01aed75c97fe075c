/** Returns the token of `Authorization: Bearer TOKEN` (RFC 6750 2.1, at most 512 characters); null without one. */
export function bearerToken(authorization: string | undefined): string | null {
  return /^Bearer +([\w.~+/=-]{1,512})$/i.exec(authorization ?? '')?.[1] ?? null;
}
