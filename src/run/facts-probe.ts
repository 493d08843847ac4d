/** Reads the facts of a host: one piece of shell, one parser. */

import { bareShell } from '../shell/library.ts'
import factsText from './facts.sh'
import type { Address, Facts } from './facts.ts'

/** Prints `key=value` lines, the same bytes for the same boot as long as nothing changed. */
export const factsProbe = bareShell(factsText)

/** @throws Error when the text is not what `factsProbe` prints. */
export function parseFacts(text: string): Facts {
  const values = new Map<string, string>()
  const addresses: Address[] = []
  for (const line of text.split('\n')) {
    const at = line.indexOf('=')
    if (at < 0) continue
    const [key, value] = [line.slice(0, at), line.slice(at + 1)]
    if (key !== 'address') values.set(key, unquoted(value))
    else addresses.push(...addressOf(value))
  }
  const value = (key: string) => values.get(key) ?? ''
  if (!value('bootId')) throw new Error('the facts of this host came without its boot id')
  return {
    os: {
      id: value('os.ID'),
      version: value('os.VERSION_ID'),
      codename: value('os.VERSION_CODENAME'),
      like: value('os.ID_LIKE').split(' ').filter(Boolean),
      pretty: value('os.PRETTY_NAME'),
    },
    architecture: value('architecture'),
    kernel: value('kernel'),
    hostname: value('hostname'),
    cpus: Number(value('cpus')),
    memoryBytes: Number(value('memoryKib')) * 1024,
    init: value('init') === 'systemd' ? 'systemd' : 'none',
    loginUser: value('loginUser'),
    addresses,
    bootId: value('bootId'),
    machineId: value('machineId'),
  }
}

function unquoted(value: string): string {
  return /^"(.*)"$/.exec(value)?.[1] ?? /^'(.*)'$/.exec(value)?.[1] ?? value
}

/** One line of `ip -o addr`: `eth0    inet 10.0.0.2/24 brd 10.0.0.255 scope global dynamic eth0`. */
function addressOf(line: string): Address[] {
  const found = /^(\S+)\s+(inet6?)\s+([^/\s]+)(?:\/(\d+))?.*?\bscope (\w+)(.*)$/.exec(line)
  const [, device, family, address, prefix, scope, rest = ''] = found ?? []
  if (!device || !address || scope === 'host') return []
  return [
    {
      interface: device,
      family: family === 'inet6' ? 'ipv6' : 'ipv4',
      address,
      prefixLength: Number(prefix ?? (family === 'inet6' ? 128 : 32)),
      scope: scope === 'link' ? 'link' : 'global',
      dynamic: /\bdynamic\b/.test(rest),
    },
  ]
}
