/** Turns argv into the one string that sshd hands to the login shell, whichever shell that is. */

const plainWord = /^[A-Za-z0-9_@%+:,./-][A-Za-z0-9_@%+=:,./-]*$/

/** Bytes that single quotes protect alike in sh, bash, dash, fish, csh and zsh. */
const quotable = /^[\x20\x22-\x26\x28-\x5b\x5d-\x7e]+$/

/**
 * Joins words; each stands bare, or in single quotes where every login shell reads those alike.
 * @throws TypeError for anything else: such data goes over stdin to `exec /bin/sh`.
 */
export function commandLine(argv: readonly string[]): string {
  return argv
    .map(word => {
      if (plainWord.test(word)) return word
      if (quotable.test(word)) return `'${word}'`
      throw new TypeError('only plain words can be arguments of a remote program')
    })
    .join(' ')
}
