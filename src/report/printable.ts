/** Makes foreign text safe and measurable for a terminal: control characters become visible, wide ones count twice. */

/** C0 without tab and newline, DEL, C1, line separators, and the marks that reorder text on screen. */
const unsafe =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** Text that may hold newlines; everything else that could move the cursor is shown as `\x1b`. */
export function printable(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll('\t', '  ').replace(unsafe, visible)
}

/** The same for text that must stay on one line. */
export function printableLine(text: string): string {
  return printable(text).replaceAll('\n', '\\n')
}

/** What a line of output shows in the end when a program redrew it with carriage returns. */
export function afterRedraws(line: string): string {
  const parts = line.split('\r').filter(part => part !== '')
  return parts.at(-1) ?? ''
}

function visible(character: string): string {
  const code = character.charCodeAt(0)
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`
}

/** Columns that printable text takes on a terminal. */
export function widthOf(text: string): number {
  let width = 0
  for (const character of text) width += columnsOf(character)
  return width
}

/** Cuts printable text to at most `columns`, with an ellipsis where something was cut. */
export function cutTo(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text
  let fitting = ''
  let width = 0
  for (const character of text) {
    width += columnsOf(character)
    if (width > columns - 1) break
    fitting += character
  }
  return `${fitting}…`
}

const zeroWidth = /^[\p{Mn}\p{Me}\u200b-\u200d]$/u
const doubleWidth =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$/u

function columnsOf(character: string): number {
  if (character < '\u0300') return 1
  if (zeroWidth.test(character)) return 0
  return doubleWidth.test(character) ? 2 : 1
}
