/** Writes a piece of shell functions as readable text and sends it without its comments and indentation. */

/** A named piece of shell functions that probes and applies may call; sent once a trip. */
export interface ShellLibrary {
  readonly name: string
  readonly text: string
  /** Only applies call it: a trip that just looks does without. */
  readonly use?: 'apply'
}

/**
 * Template tag: backslashes stay as they are, and `\${` stands for the shell's `${`. Whole-line comments and leading
 * blanks are dropped, since the text travels with every trip; so it must hold no here-documents.
 */
export function library(
  name: string,
  use?: 'apply',
): (strings: TemplateStringsArray, ...parts: readonly string[]) => ShellLibrary {
  return (strings, ...parts) => libraryOf(name, String.raw(strings, ...parts).replaceAll('\\${', '${'), use)
}

/**
 * The same of the text of a `.sh` file: for all that is longer than a few lines, so that editors and shellcheck read it.
 *
 * POSIX sh has no `local`: whatever a function sets, it sets for all. So a name says what it holds, not `ops_a`; what a function
 * reads again after it has called another one has a name of its own; and what it leaves for its caller, the comment above it names.
 */
export function libraryOf(name: string, whole: string, use?: 'apply'): ShellLibrary {
  const text = bareShell(whole).trimEnd()
  return use === undefined ? { name, text } : { name, text, use }
}

/** The text of a `.sh` file as it travels: without comments and indentation. */
export function bareShell(whole: string): string {
  const lines = whole.split('\n').map(line => line.trim())
  return `${lines.filter(line => line !== '' && !line.startsWith('# ') && line !== '#').join('\n')}\n`
}

/** A program of awk as one word of a library, without its comments. @throws TypeError where it holds a quote. */
export function awkWord(program: string): string {
  if (program.includes("'")) throw new TypeError('an awk program in shell quotes cannot hold a quote')
  const bare = program.replaceAll(/^# .*$/gm, '').trim()
  return `'${bare.replaceAll(/\n\s*/g, '\n')}'`
}
