/** A vendor's repository of packages with one package in it, signed by a key that is made for the test. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { Host } from '../hosts/host.ts'

const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest()
const number = (value: number, bytes: number) => {
  const buffer = Buffer.alloc(bytes)
  buffer.writeUIntBE(value, 0, bytes)
  return buffer
}

/** RFC 4880, 3.2: the number of bits, and the bytes from the first that is not zero. */
function mpi(bytes: Buffer): Buffer {
  const from = bytes.findIndex(byte => byte !== 0)
  const rest = bytes.subarray(from < 0 ? bytes.length : from)
  const bits = rest.length === 0 ? 0 : rest.length * 8 - Math.clz32(rest[0] ?? 0) + 24
  return Buffer.concat([number(bits, 2), rest])
}

const packet = (tag: number, body: Buffer) =>
  Buffer.concat([Buffer.from([0xc0 | tag, 0xff]), number(body.length, 4), body])
const subpacket = (type: number, body: Buffer) => Buffer.concat([Buffer.from([body.length + 1, type]), body])

function armored(title: string, data: Buffer): string {
  const lines = data.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN PGP ${title}-----\n\n${lines.join('\n')}\n-----END PGP ${title}-----\n`
}

/** An Ed25519 key as OpenPGP has it (RFC 4880 and draft-koch-eddsa-for-openpgp). */
export function openpgpKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const point = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
  const made = number(1_700_000_000, 4)
  const curve = Buffer.from('092b06010401da470f01', 'hex')
  const body = Buffer.concat([
    Buffer.from([4]),
    made,
    Buffer.from([22]),
    curve,
    mpi(Buffer.concat([Buffer.from([0x40]), point])),
  ])
  const framed = Buffer.concat([Buffer.from([0x99]), number(body.length, 2), body])
  const fingerprint = createHash('sha1').update(framed).digest()
  const signature = (type: number, signed: Buffer, more: readonly Buffer[] = []) =>
    signaturePacket(privateKey, fingerprint, type, signed, [subpacket(2, made), ...more])
  const name = Buffer.from('vendor of the test <nobody@example.com>')
  const named = Buffer.concat([framed, Buffer.from([0xb4]), number(name.length, 4), name])
  const certified = signature(0x13, named, [subpacket(27, Buffer.from([3]))])
  return {
    fingerprint: fingerprint.toString('hex').toUpperCase(),
    key: armored('PUBLIC KEY BLOCK', Buffer.concat([packet(6, body), packet(13, name), certified])),
    sign: (text: string) => armored('SIGNATURE', signature(0, Buffer.from(text))),
  }
}

function signaturePacket(
  key: KeyObject,
  fingerprint: Buffer,
  type: number,
  signed: Buffer,
  about: readonly Buffer[],
): Buffer {
  const hashed = Buffer.concat([...about, subpacket(33, Buffer.concat([Buffer.from([4]), fingerprint]))])
  const head = Buffer.concat([Buffer.from([4, type, 22, 8]), number(hashed.length, 2), hashed])
  const digest = sha256(Buffer.concat([signed, head, Buffer.from([4, 0xff]), number(head.length, 4)]))
  const both = sign(null, digest, key)
  const unhashed = subpacket(16, fingerprint.subarray(-8))
  return packet(
    2,
    Buffer.concat([
      ...[head, number(unhashed.length, 2), unhashed, digest.subarray(0, 2)],
      ...[mpi(both.subarray(0, 32)), mpi(both.subarray(32))],
    ]),
  )
}

/** Builds the package `nodejs` on the host, whose program is the one at `program`, and puts a signed repository around it. */
export async function putVendorRepository(host: Host, folder: string, program: string) {
  const vendor = openpgpKey()
  const control =
    'Package: nodejs\\nVersion: 22.0.0-1nodesource1\\nArchitecture: all\\nMaintainer: Nobody <nobody@example.com>\\nDescription: made by a test\\n'
  const built =
    await host.read(`set -e; mkdir -p /root/deb/DEBIAN /root/deb/usr/bin ${folder}/pool ${folder}/dists/nodistro/main/binary-amd64
printf '${control}' >/root/deb/DEBIAN/control
printf '#!/bin/sh\\nexec ${program} "$@"\\n' >/root/deb/usr/bin/node; chmod 0755 /root/deb/usr/bin/node
dpkg-deb -b /root/deb ${folder}/pool/nodejs.deb >/dev/null; stat -c %s ${folder}/pool/nodejs.deb; sha256sum ${folder}/pool/nodejs.deb | cut -d ' ' -f 1`)
  const [size = '', hash = ''] = built.split('\n')
  const packages = `${control.replaceAll('\\n', '\n')}Filename: pool/nodejs.deb\nSize: ${size}\nSHA256: ${hash}\n\n`
  const release = `Origin: vendor\nLabel: vendor\nSuite: nodistro\nCodename: nodistro\nDate: Mon, 01 Jan 2024 00:00:00 UTC\nArchitectures: amd64 all\nComponents: main\nSHA256:\n ${sha256(packages).toString('hex')} ${packages.length} main/binary-amd64/Packages\n`
  const files = {
    'main/binary-amd64/Packages': packages,
    Release: release,
    'Release.gpg': vendor.sign(release),
  }
  for (const [path, text] of Object.entries(files))
    await host.read(
      `echo ${Buffer.from(text).toString('base64')} | base64 -d >${folder}/dists/nodistro/${path}`,
    )
  return vendor
}
