/**
 * Numbers of JSON, spelled so that MySQL stores just what they say. It reads them by RapidJSON without full precision: of 17 digits,
 * or of an exponent beyond 22, the last bits may come out otherwise. What the server printed itself would not come back then.
 */

/** The same text where all of its numbers are read as they are, or where no other spelling was found. */
export function exactJson(json: Buffer): Buffer {
  const text = json.toString('latin1')
  if (!doubtful.test(text)) return json
  const made = changedNumbers(text, exactNumber)
  return made === text ? json : Buffer.from(made, 'latin1')
}

/** The text of JSON with each of its numbers changed, and none of the digits in its strings. */
export function changedNumbers(json: string, change: (number: string) => string): string {
  let isInString = false
  return json.replace(quoteOrNumber, each => {
    if (each === '"') isInString = !isInString
    return isInString || each === '"' || each.startsWith('\\') ? each : change(each)
  })
}

const doubtful = /\d[eE]|[\d.]{17}|-0/
// Not a string as a whole: of some million characters that would be more than a RegExp can hold.
const quoteOrNumber = /"|\\[\s\S]|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
const parts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/

function exactNumber(number: string): string {
  // MySQL 5.7 prints the DOUBLE -0.0 so.
  if (number === '-0') return '-0.0'
  const value = Number(number)
  if (!/[.eE]/.test(number) || value === 0 || !Number.isFinite(value) || asMysqlReads(number) === value)
    return number
  return otherSpelling(value) ?? number
}

/** No whole number of JSON is larger. */
const mostWhole = { positive: 2n ** 64n - 1n, negative: 2n ** 63n - 1n }
/** From here on a digit more is not read as a part of the whole number. */
const mostExact = 2n ** 53n - 1n
const mostDigits = 17

/** RapidJSON 1.1, ParseNumber and StrtodNormalPrecision. */
export function asMysqlReads(number: string): number {
  const [, sign = '', whole = '', fraction = '', power = '0'] = parts.exec(number) ?? []
  const most = sign === '' ? mostWhole.positive : mostWhole.negative
  let significand = 0n
  let at = 0
  for (; at < whole.length; at++) {
    const next = significand * 10n + BigInt(whole[at] ?? 0)
    if (next > most) break
    significand = next
  }
  const isLong = at < whole.length
  let digits = at === 0 ? 0 : at - 1
  let double = Number(significand)
  for (; at < whole.length; at++) double = double * 10 + Number(whole[at])
  let shift = 0
  let place = 0
  if (!isLong) {
    for (; place < fraction.length && significand <= mostExact; place++) {
      significand = significand * 10n + BigInt(fraction[place] ?? 0)
      shift -= 1
      if (significand !== 0n) digits += 1
    }
    double = Number(significand)
  }
  for (; place < fraction.length && digits < mostDigits; place++) {
    double = double * 10 + Number(fraction[place])
    shift -= 1
    if (double > 0) digits += 1
  }
  const exponent = Number(power) + shift
  const read = exponent < -308 ? scaled(scaled(double, -308), exponent + 308) : scaled(double, exponent)
  return sign === '' ? read : -read
}

function scaled(double: number, exponent: number): number {
  if (exponent < -308) return 0
  return exponent >= 0 ? double * Number(`1e${exponent}`) : double / Number(`1e${-exponent}`)
}

/** One that both RapidJSON and a reader with full precision read as `value`. */
function otherSpelling(value: number): string | undefined {
  const sign = value < 0 ? '-' : ''
  const [mantissa = '', power = '0'] = Math.abs(value).toExponential(30).replace('.', '').split('e')
  for (let digits = 23; digits >= 14; digits--) {
    const base = BigInt(mantissa.slice(0, digits))
    const exponent = Number(power) - digits + 1
    // Where the next DOUBLE is: its neighbours are tried, as the product is rounded once more.
    const step = BigInt(2 ** Math.max(0, base.toString(2).length - 53))
    for (let near = -4n; near <= 4n; near++) {
      for (const part of [0n, step / 4n, -step / 4n]) {
        const spelling = `${sign}${base + near * step + part}e${exponent}`
        if (asMysqlReads(spelling) === value && Number(spelling) === value) return spelling
      }
    }
  }
  return undefined
}
