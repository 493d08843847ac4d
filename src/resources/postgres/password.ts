/** What PostgreSQL stores in place of a password, so that the password itself never leaves this machine. */
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'

/** scram_common.h: what a server takes unless it was told otherwise. */
const iterations = 4096

/** RFC 5802 and RFC 7677, as PostgreSQL stores it: `SCRAM-SHA-256$ITERATIONS:SALT$STORED:SERVER`. */
export function scramVerifier(password: string, salt: Buffer, rounds = iterations): string {
  return `SCRAM-SHA-256$${rounds}:${salt.toString('base64')}$${scramKeys(password, salt, rounds)}`
}

/** A salt that is the same for the same role and password, so that what is planned is what is applied. */
export function saltFor(role: string, password: string): Buffer {
  return createHash('sha256').update(role).update('\0').update(password).digest().subarray(0, 16)
}

/** Whether the head of a stored password (`SCRAM-SHA-256$ITERATIONS:SALT`, or `md5`) and the sha256 of the rest are those of this one. */
export function isStored(password: string, role: string, head: string, restHash: string): boolean {
  const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')
  if (head === 'md5')
    return (
      hashOf(
        createHash('md5')
          .update(password + role)
          .digest('hex'),
      ) === restHash
    )
  const [, rounds, salt] = /^SCRAM-SHA-256\$(\d{1,7}):([A-Za-z0-9+/=]+)$/.exec(head) ?? []
  if (rounds === undefined || salt === undefined) return false
  return hashOf(scramKeys(password, Buffer.from(salt, 'base64'), Number(rounds))) === restHash
}

function scramKeys(password: string, salt: Buffer, rounds: number): string {
  const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest()
  // SASLprep leaves what is plain text as it is; of the rest this is all that people type.
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, rounds, 32, 'sha256')
  const stored = createHash('sha256').update(hmac(salted, 'Client Key')).digest('base64')
  return `${stored}:${hmac(salted, 'Server Key').toString('base64')}`
}
