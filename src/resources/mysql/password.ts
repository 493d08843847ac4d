/** What MySQL and MariaDB store in place of a password, so that the password itself never leaves this machine. */
import { createHash } from 'node:crypto'

const sha1 = (data: string | Buffer) => createHash('sha1').update(data).digest()
const sha256 = (...parts: readonly (string | Buffer)[]) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** `mysql_native_password`: MariaDB's default, and MySQL's until 5.7. */
export function nativePassword(password: string): string {
  return `*${sha1(sha1(password)).toString('hex').toUpperCase()}`
}

const saltBytes = 20
/** What MySQL 8 takes; its setting `caching_sha2_password_digest_rounds` (8.0.24) is 10000 by default in MySQL 9.7. */
export const usualRounds = 5000
const roundsStep = 1000
const mostRounds = 0xfff * roundsStep

/** `caching_sha2_password`: MySQL's default since 8.0. The salt has 20 characters, none of them `$`. */
export function cachingSha2Password(password: string, salt: string | Buffer, rounds = usualRounds): string {
  const whole = Math.min(Math.max(rounds, usualRounds), mostRounds)
  const thousands = Math.floor(whole / roundsStep)
  const head = `$A$${thousands.toString(16).toUpperCase().padStart(3, '0')}$`
  return `${head}${salt.toString()}${shaCryptDigest(password, salt, thousands * roundsStep)}`
}

/** A salt that is the same for the same account and password, so that what is planned is what is applied. */
export function saltFor(account: string, password: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
  const bytes = createHash('sha512').update(account).update('\0').update(password).digest()
  return [...bytes.subarray(0, saltBytes)].map(byte => letters[byte % letters.length]).join('')
}

/** Salt and rounds of a stored `caching_sha2_password`, whose first 27 bytes these are in hex; undefined: it is not understood here. */
export function saltOf(headHex: string): { readonly salt: Buffer; readonly rounds: number } | undefined {
  const head = Buffer.from(headHex, 'hex')
  const [prefix, thousands] = /^\$A\$([0-9A-Fa-f]{3})\$/.exec(head.toString('latin1')) ?? []
  if (prefix === undefined || thousands === undefined || head.length !== prefix.length + saltBytes)
    return undefined
  return { salt: head.subarray(prefix.length), rounds: Number.parseInt(thousands, 16) * roundsStep }
}

/**
 * The digest of SHA-256 crypt (Ulrich Drepper, "Unix crypt using SHA-256 and SHA-512"), with 5000 rounds or as many
 * as are said, and without that scheme's limit of 16 characters of salt.
 */
export function shaCryptDigest(password: string, salt: string | Buffer, rounds = usualRounds): string {
  const key = Buffer.from(password)
  const spice = Buffer.from(salt)
  const alternate = sha256(key, spice, key)
  const parts: Buffer[] = [key, spice, repeated(alternate, key.length)]
  for (let left = key.length; left > 0; left >>= 1) parts.push(left & 1 ? alternate : key)
  let digest = sha256(...parts)
  const keyBytes = repeated(sha256(...new Array<Buffer>(key.length).fill(key)), key.length)
  const saltSum = sha256(...new Array<Buffer>(16 + (digest[0] ?? 0)).fill(spice))
  const spiceBytes = repeated(saltSum, spice.length)
  for (let round = 0; round < rounds; round++) {
    const odd = round % 2 === 1
    const pieces = [odd ? keyBytes : digest]
    if (round % 3 !== 0) pieces.push(spiceBytes)
    if (round % 7 !== 0) pieces.push(keyBytes)
    pieces.push(odd ? digest : keyBytes)
    digest = sha256(...pieces)
  }
  return shaCryptText(digest)
}

/** The bytes over and over, cut at a length. */
function repeated(bytes: Buffer, length: number): Buffer {
  return Buffer.alloc(length, bytes.subarray(0, Math.max(1, bytes.length)))
}

const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Three bytes become four characters, in the order that crypt(3) gives them. */
function shaCryptText(digest: Buffer): string {
  let text = ''
  const add = (a: number, b: number, c: number, characters: number) => {
    let value = (a << 16) | (b << 8) | c
    for (let left = characters; left > 0; left--) {
      text += alphabet[value & 63]
      value >>= 6
    }
  }
  const at = (index: number) => digest[index] ?? 0
  for (let index = 0; index < 10; index++) {
    const [one, two, three] = [index, index + 10, index + 20]
    const turned = index % 3
    if (turned === 0) add(at(one), at(two), at(three), 4)
    else if (turned === 1) add(at(three), at(one), at(two), 4)
    else add(at(two), at(three), at(one), 4)
  }
  add(0, at(31), at(30), 3)
  return text
}
