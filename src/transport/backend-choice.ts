/** Decides whether ssh2 may be used for a host: only where it honours all that the resolved ssh config asks for. */
import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import type { HostKeyCheck } from './host-keys.ts'
import type { IdentitySources } from './identities.ts'
import { isPkcs8, ssh2KeyTypes } from './identity-file.ts'
import type { ResolvedHost, SshSettings } from './ssh-config.ts'
import { type Algorithms, ssh2Algorithms } from './ssh2-algorithms.ts'

/** Settings that the ssh2 backend honours itself. */
const honoured = [
  'addressfamily',
  'batchmode',
  'bindaddress',
  'connecttimeout',
  'globalknownhostsfile',
  'hashknownhosts',
  'host',
  'hostkeyalias',
  'hostname',
  'identitiesonly',
  'identityagent',
  'identityfile',
  'port',
  'proxyjump',
  'stricthostkeychecking',
  'user',
  'userknownhostsfile',
]

/** Settings that change nothing about who is let in where: comfort, terminals, forwardings of the ssh program. */
const harmless = [
  'addkeystoagent',
  'canonicaldomains',
  'canonicalizefallbacklocal',
  'canonicalizemaxdots',
  'canonicalizepermittedcnames',
  'channeltimeout',
  'clearallforwardings',
  'compression',
  'connectionattempts',
  'controlmaster',
  'controlpath',
  'controlpersist',
  'dynamicforward',
  'enableescapecommandline',
  'enablesshkeysign',
  'escapechar',
  'exitonforwardfailure',
  'fingerprinthash',
  'forkafterauthentication',
  'forwardagent',
  'forwardx11',
  'forwardx11timeout',
  'forwardx11trusted',
  'gatewayports',
  'hostbasedacceptedalgorithms',
  'ignoreunknown',
  'ipqos',
  'localcommand',
  'localforward',
  'loglevel',
  'logverbose',
  'numberofpasswordprompts',
  'obscurekeystroketiming',
  'permitlocalcommand',
  'permitremoteopen',
  'proxyusefdpass',
  'rekeylimit',
  'remotecommand',
  'remoteforward',
  'requesttty',
  'sendenv',
  'serveralivecountmax',
  'serveraliveinterval',
  'sessiontype',
  'setenv',
  'stdinnull',
  'streamlocalbindmask',
  'streamlocalbindunlink',
  'syslogfacility',
  'tag',
  'tcpkeepalive',
  'tunnel',
  'tunneldevice',
  'updatehostkeys',
  'versionaddendum',
  'visualhostkey',
  'xauthlocation',
]

/** Only mean something when another setting, judged by itself, is on. */
const dependent = [
  'casignaturealgorithms',
  'gssapiclientidentity',
  'gssapidelegatecredentials',
  'gssapikexalgorithms',
  'gssapirenewalforcesrekey',
  'gssapiserveridentity',
  'gssapitrustdns',
]

const ignored = new Set([...honoured, ...harmless, ...dependent])

/** Lists of algorithms: the ones of ours that the setting allows are used. */
const lists: readonly (readonly [keyword: string, ours: keyof Algorithms])[] = [
  ['ciphers', 'cipher'],
  ['kexalgorithms', 'kex'],
  ['macs', 'hmac'],
]

/** What ssh2 would not honour, and what it may negotiate. */
export interface Ssh2Fitness {
  /** Why the openssh backend is needed; empty where ssh2 does all that `ssh` would. */
  readonly lacks: readonly string[]
  readonly algorithms: Algorithms
}

/** Compares the resolved settings with what this `ssh` does by default. An allow-list: what is not known counts. */
export function ssh2Fitness(
  host: ResolvedHost,
  defaults: SshSettings,
  hostKeys: Pick<HostKeyCheck, 'hasCertificateAuthority' | 'host'>,
  sources: IdentitySources,
): Ssh2Fitness {
  const lacks: string[] = []
  const algorithms = { ...ssh2Algorithms }
  for (const [keyword, values] of host.settings) {
    const list = lists.find(([name]) => name === keyword)
    const isDefault = values.join('\n') === (defaults.get(keyword) ?? []).join('\n')
    if (ignored.has(keyword) || isDefault) continue
    if (list) {
      const allowed = (values[0] ?? '').split(',')
      algorithms[list[1]] = allowed.filter(name => ssh2Algorithms[list[1]].includes(name))
      if (!ssh2Algorithms[list[1]].includes(allowed[0] ?? '')) lacks.push(`${keyword} prefers ${allowed[0]}`)
    } else if (keyword === 'hostkeyalgorithms' || keyword === 'pubkeyacceptedalgorithms') {
      const missing = ssh2KeyAlgorithms.filter(name => !(values[0] ?? '').split(',').includes(name))
      if (missing.length > 0) lacks.push(`${keyword} is restricted`)
    } else if (keyword === 'gssapiauthentication' || keyword === 'gssapikeyexchange') {
      if (values[0] === 'yes' && hasKerberosTicket()) lacks.push(`${keyword} is on and there is a ticket`)
    } else {
      lacks.push(`${keyword} is set`)
    }
  }
  if (hostKeys.hasCertificateAuthority) lacks.push(`known_hosts trusts an authority for ${hostKeys.host}`)
  return { lacks: [...lacks, ...keyProblems(sources)], algorithms }
}

const ssh2KeyAlgorithms = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
]

function keyProblems(sources: IdentitySources): string[] {
  const files = sources.files.flatMap(file => {
    if (existsSync(`${file.path}-cert.pub`)) return [`${file.path}-cert.pub is a certificate`]
    if (isPkcs8(file)) return [`${file.path} is in the format PKCS#8`]
    const keyType = file.keyType
    return keyType !== undefined && !ssh2KeyTypes.has(keyType) && keyType !== 'ssh-dss'
      ? [`${file.path} is of type ${keyType}`]
      : []
  })
  const offered = sources.identitiesOnly
    ? sources.agentKeys.filter(key => sources.files.some(file => file.publicKey?.equals(key.publicKey)))
    : sources.agentKeys
  const agent = offered
    .filter(key => !ssh2KeyTypes.has(key.keyType))
    .map(key => `the agent holds a key of type ${key.keyType}`)
  return [...files, ...agent]
}

/** GSSAPI is switched on by default on Debian; it only matters to whoever holds a ticket. */
function hasKerberosTicket(): boolean {
  const cache = process.env.KRB5CCNAME
  return cache === undefined ? existsSync(`/tmp/krb5cc_${userInfo().uid}`) : cache !== ''
}
