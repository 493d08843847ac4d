/** Colours for terminals, and none where they are not wanted. */

/** Wraps text in a look; identity functions where colours are off. */
export interface Style {
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  green(text: string): string
  yellow(text: string): string
  cyan(text: string): string
}

const same = (text: string): string => text

export const plainStyle: Style = { bold: same, dim: same, red: same, green: same, yellow: same, cyan: same }

const look =
  (on: number, off: number) =>
  (text: string): string =>
    text === '' ? '' : `\x1b[${on}m${text}\x1b[${off}m`

export const colourStyle: Style = {
  bold: look(1, 22),
  dim: look(2, 22),
  red: look(31, 39),
  green: look(32, 39),
  yellow: look(33, 39),
  cyan: look(36, 39),
}

/** Colours only on a terminal that can, unless NO_COLOR is set to anything; FORCE_COLOR wins over the terminal. */
export function styleFor(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): Style {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return plainStyle
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '' && env.FORCE_COLOR !== '0') return colourStyle
  return isTerminal && env.TERM !== 'dumb' ? colourStyle : plainStyle
}
