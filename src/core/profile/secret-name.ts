const WORDS =
  /(?:^|_)(?:TOKEN|PASSWORD|PASSWD|PASS|PWD|SECRET|CREDENTIALS?|PAT|(?:API|ACCESS|PRIVATE|SECRET)_?KEY)(?:_|$)/i;

/** Returns whether a variable with this name usually has a secret, which `docker inspect` would show. */
export function isSecretName(name: string): boolean {
  return WORDS.test(name);
}

/** Not those of vLLM whose values are no secrets: --long-prefill-token-threshold, --allow-credentials. */
const SECRET_FLAG =
  /^--?(?:.*[-_])?(?:passw(?:or)?d|secret|(?:api|private|access|secret)[-_]?key|(?:hf|hub|api|auth|access|bearer)[-_]token)$|^--?token$/i;

/** Returns whether a flag, without its value, is one for a secret. */
export function isSecretFlag(name: string): boolean {
  return SECRET_FLAG.test(name);
}
