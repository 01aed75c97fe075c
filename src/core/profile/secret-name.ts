const WORDS =
  /(?:^|_)(?:TOKEN|PASSWORD|PASSWD|PASS|PWD|SECRET|CREDENTIALS?|PAT|(?:API|ACCESS|PRIVATE|SECRET)_?KEY)(?:_|$)/i;

/** Returns whether a variable with this name usually has a secret, which `docker inspect` would show. */
export function isSecretName(name: string): boolean {
  return WORDS.test(name);
}
