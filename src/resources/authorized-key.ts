/** One public key that may log in as a user. */
import { z } from 'zod'
import { resource } from '../engine/step.ts'
import { sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { writeLibrary } from '../shell/write-library.ts'
import { expiredLookLibrary } from './accounts/expired-look.ts'
import { keyChangeLibrary } from './authorized-key/change.ts'
import { keyLookLibrary } from './authorized-key/look.ts'
import { publicKeyProblem } from './authorized-key/public-key.ts'
import { directoryChangeLibrary } from './directory/change.ts'
import { lookLibrary } from './paths/look.ts'
import { accountName, oneLine, presence, readKeys } from './paths/params.ts'

const params = z
  .strictObject({
    user: accountName.describe('Who may log in with it.'),
    key: oneLine
      .transform(text => text.trim())
      .describe('The public key: its line of a `.pub` file, as `ssh-ed25519 AAAA... name`.'),
    options: oneLine
      .default('')
      .describe('What stands before it, as `from="10.0.0.0/8",no-pty`; none unless given.'),
    exclusive: z.boolean().default(false).describe('No other key may log in as this user.'),
    state: presence('The key is there or not.'),
  })
  .superRefine(({ key, options, exclusive, state }, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message })
    const problem = publicKeyProblem(key)
    if (problem !== undefined) refuse('key', problem)
    if (!/^(?:[^\s"]|"(?:[^"\\]|\\.)*")*$/.test(options))
      refuse('options', 'has a blank outside of double quotes, or a quote that is not closed')
    if (state === 'absent' && (exclusive || options !== ''))
      refuse('state', 'an absent key has no options, and is not the only one')
  })

type KeyParams = z.output<typeof params>

/** Type and text: what makes it this key. */
const keyOf = ({ key }: KeyParams): string => key.split(/\s+/, 2).join(' ')
/** The detail is the home, and what keeps the user out whatever the key. */
const homeIn = (detail: string): string => detail.split('\n', 1)[0]?.trim() ?? ''
/** A home elsewhere is known from the detail only. */
const usualHome = ({ user }: KeyParams): string => (user === 'root' ? '/root' : `/home/${user}`)

/** `authorizedKey {user, key, options, exclusive, state}`. */
export const authorizedKey = resource({
  type: 'authorizedKey',
  doc: 'One public key that may log in as a user, in the `.ssh/authorized_keys` of their home.',
  undone: 'The file of keys is put back as it was.',
  params,
  examples: [
    {
      title: 'A key for those who deploy',
      params: {
        user: 'deploy',
        key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKhXN+zGxfhbrSDRXojyz/XY33RYZ2Ewxy+EEuRXKZYX ann@laptop',
      },
    },
    {
      title: 'For one command from one network, and no other key',
      params: {
        user: 'backup',
        key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFq5sjjClTUx5qeHpeFdqQXDededgiEYhY2c9UPkAGnI backup',
        options: 'restrict,from="10.0.0.0/8",command="/usr/bin/rrsync -ro /srv"',
        exclusive: true,
      },
    },
    {
      title: 'Somebody left',
      params: {
        user: 'deploy',
        key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKhXN+zGxfhbrSDRXojyz/XY33RYZ2Ewxy+EEuRXKZYX',
        state: 'absent',
      },
    },
  ],
  identity: given => `${given.user} ${given.key.split(/\s+/).slice(2).join(' ') || keyOf(given).slice(-16)}`,
  library: [
    wayLibrary,
    lookLibrary,
    expiredLookLibrary,
    keyLookLibrary,
    directoryChangeLibrary,
    writeLibrary,
    keyChangeLibrary,
  ],
  refuses: true,
  probe: given => sh`ops_key_look ${given.user} ${keyOf(given)}`,
  parse: observation => {
    if (/^user=absent\n?$/.test(observation))
      return { state: 'absent', others: 'none', elsewhere: 'none', also: 'none' }
    const { state = '', options, others, elsewhere, also, accepted, why } = readKeys(observation, ['state'])
    return {
      state,
      ...(options !== undefined && { options: options === '' ? 'none' : options }),
      ...(others !== undefined && { others: others === '0' ? 'none' : others }),
      ...(elsewhere !== undefined && { elsewhere }),
      ...(also !== undefined && { also }),
      ...(accepted !== undefined && { accepted }),
      ...(why !== undefined && { why }),
    }
  },
  desired: ({ state, options, exclusive }) =>
    state === 'absent'
      ? { state, elsewhere: 'none' }
      : {
          state,
          options: options === '' ? 'none' : options,
          ...(exclusive && { others: 'none', also: 'none' }),
          accepted: 'yes',
        },
  impossible: ({ state, elsewhere = 'none', also = 'none', accepted, why }, given, detail = '') => {
    if (state === 'refused') return String(why)
    if (given.state === 'absent' && elsewhere !== 'none')
      return `sshd reads ${elsewhere} as well, and this key stands there: take it out of that file`
    if (given.exclusive && also !== 'none')
      return `sshd reads ${also} as well, and other keys stand there: take them out of that file`
    if (given.state === 'present' && accepted === 'the account has expired')
      return `${given.user} may not log in with any key, as the account has expired (\`chage -l ${given.user}\` says when): \`chage -E -1 -I -1 ${given.user}\` ends that; or leave the key out`
    if (given.state === 'present' && String(accepted).startsWith('sshd '))
      return `a key here lets nobody in as ${given.user}, as ${accepted}: a step before this one changes that setting, or a \`file\` step writes the key where sshd looks`
    const home = homeIn(detail)
    // Of what lies in the home the step takes care; the home itself is for others to use.
    if (given.state === 'absent' || home === '' || !String(accepted).startsWith(`${home} `)) return undefined
    return `sshd would not read the keys of ${given.user}: ${accepted}. Set its owner and mode by a \`directory\` step before`
  },
  apply: (_change, given) => [
    sh`ops_key ${given.user} ${given.state} ${keyOf(given)} ${lineOf(given)} ${given.exclusive ? 'exclusive' : ''} ${/^\S+\s+\S+\s+\S/.test(given.key) ? 'named' : ''}`,
  ],
  wayBack: () => 'files',
  owns: given => [`path:${usualHome(given)}/.ssh/authorized_keys#${keyOf(given)}`],
  promises: ({ user, state }) => (state === 'absent' ? [] : [{ of: `user:${user}`, is: 'there' }]),
  edits: given => ({
    path: `${usualHome(given)}/.ssh/authorized_keys`,
    ...(given.state === 'present' && { leaves: [lineOf(given)] }),
    takes: line => (given.exclusive ? !line.includes(keyOf(given)) : false),
    accepts: text => text.includes(keyOf(given)) === (given.state === 'present'),
  }),
  reads: given => [
    `user:${given.user}`,
    `path:${usualHome(given)}/.ssh/authorized_keys`,
    `path:${usualHome(given)}`,
    'path:/etc/ssh/',
  ],
  notes: (detail, { user, state, exclusive }) => {
    const [, kept = '', more = '', others = ''] = detail.split('\n')
    const isGoing = state === 'absent'
    return [
      ...(isGoing || kept === '' ? [] : [`no key lets ${user} in as long as sshd goes by this: ${kept}`]),
      ...(isGoing || more === '' ? [] : [more]),
      ...((isGoing || exclusive) && others !== ''
        ? [`sshd lets ${user} in by this as well, which is not judged: ${others}`]
        : []),
    ]
  },
  affects: (given, detail) => {
    const home = homeIn(detail) || usualHome(given)
    return [`path:${home}/.ssh/authorized_keys`, `path:${home}/.ssh`]
  },
})

function lineOf({ options, key }: KeyParams): string {
  return options === '' ? key : `${options} ${key}`
}
