/** What a run as root does in a directory of a hostile user, as shell that each shell can run again and again. */
import type { Resource, State } from '../../../src/engine/resource.ts'
import { togetherFunctions } from '../../../src/engine/together/together-shell.ts'
import { backup } from '../../../src/resources/backup.ts'
import { directory } from '../../../src/resources/directory.ts'
import { file } from '../../../src/resources/file.ts'
import { gitBare } from '../../../src/resources/git-bare.ts'
import { line } from '../../../src/resources/line.ts'
import { link } from '../../../src/resources/link.ts'
import { option } from '../../../src/resources/option.ts'
import { restoredBackup } from '../../../src/resources/restored-backup.ts'
import { user } from '../../../src/resources/user.ts'
import { quote } from '../../../src/shell/quote.ts'
import type { StepSpec } from './one-step.ts'

/** Her directory, and what she wants to get at: a directory of root, and in it a file and a directory. */
export const herPlace = '/home/guest/d'
export const privatePlace = '/root/private'
/** A word that stands in every file of root there. */
export const canary = 'canary-5d1f'
/** Copies of what is hers, as `backup` would have made them. */
export const copiesOfHers = '/srv/copied/2026-01-02T030405Z'

export interface SwappedStep {
  readonly id: string
  /** As a recipe has it. */
  readonly spec: StepSpec
  /** What she swaps: see the program. */
  readonly swaps: readonly string[]
  /** Functions that probe and apply need. */
  readonly libraries: string
  readonly probe: string
  readonly apply: string
  /** Shell after each try. */
  readonly after?: string
  /** Why it is refused whatever she does. */
  readonly refused?: RegExp
}

// biome-ignore lint/suspicious/noExplicitAny: resources of all kinds meet here.
type AnyMaker = { readonly definition: Resource<any, any> }

const parent = `${privatePlace}=dir:app`
const target = `${privatePlace}/key=file:x`
const stage = `${privatePlace}=stage:s`
const keys = '/root/.ssh=dir:.ssh'

function step(
  id: string,
  swaps: readonly string[],
  { definition }: AnyMaker,
  input: object,
  {
    keys: changed,
    actual = {},
    after,
    refused,
  }: { keys?: readonly string[]; actual?: State; after?: string; refused?: RegExp } = {},
): SwappedStep {
  const params = definition.params.parse(input)
  const desired = definition.desired(params)
  const all = changed ?? Object.keys(desired)
  const change = {
    ...{ actual, desired },
    keys: all.map(key => ({ key, from: undefined, to: desired[key] ?? '' })),
  }
  return {
    ...{ id, swaps, spec: [definition.type, input] },
    libraries: (definition.library ?? []).map(({ text }) => text).join('\n'),
    probe: definition.probe(params).shell,
    apply: (definition.apply?.(change, params) ?? []).map(({ shell }) => shell).join('\n'),
    ...(after !== undefined && { after }),
    ...(refused !== undefined && { refused }),
  }
}

/** The same steps done as one act; whole runs do the first of them. */
function together(id: string, swaps: readonly string[], all: readonly SwappedStep[]): readonly SwappedStep[] {
  return all.slice(0, 1).map(first => ({
    ...first,
    ...{ id, swaps },
    libraries: `${first.libraries}\n${togetherFunctions}`,
    apply: [
      ...all.map(({ apply }, index) => `ops_apply_${index}=${quote(apply)}`),
      `ops_group_at=0; ops_do_members ${all.map((_, index) => index).join(' ')}`,
    ].join('\n'),
  }))
}

/** As herself: what is brought back has to be missing again. */
const hersAway = `runuser -u guest -- rm -rf ${herPlace}/app/back ${herPlace}/app/key 2>/dev/null || :`
const at = (name: string): string => `${herPlace}/${name}`
const hers = { owner: 'guest', mode: '0777' }
const content = 'new content\n'

/** One for each resource that touches a path, and for each way in which it does. */
export function swappedSteps(): readonly SwappedStep[] {
  return [
    step('a directory', [parent], directory, { path: at('app'), ...hers }),
    step('a new directory below', [parent], directory, { path: at('app/new/deep'), ...hers }),
    step('a directory that is to go with all that is in it', [parent], directory, {
      ...{ path: at('app/sub'), state: 'absent', recursive: true },
    }),
    step('a directory that is to go, itself', [parent], directory, {
      ...{ path: at('app'), state: 'absent', recursive: true },
    }),
    step('a file below', [parent, stage], file, { path: at('app/key'), content, ...hers }),
    step('a file', [target, stage], file, { path: at('x'), content, ...hers }),
    ...together(
      'files as one, one of them below',
      [parent, target, stage],
      [
        step('one', [], file, { path: at('x'), content, ...hers }),
        step('other', [], file, { path: at('app/key'), content, ...hers }),
      ],
    ),
    step('a file that keeps its owner', [target], file, { path: at('x'), content }),
    step('the mode of a file', [target], file, { path: at('x'), mode: '0644' }, { keys: ['mode'] }),
    step('the owner of a file', [target], file, { path: at('x'), owner: 'guest' }, { keys: ['owner'] }),
    step('mode and owner of a file', [target], file, { path: at('x'), ...hers }, { keys: ['mode', 'owner'] }),
    step('a file in place', [target], file, { path: at('x'), content, inPlace: true }),
    step('a file in place below', [parent], file, { path: at('app/key'), content, inPlace: true }),
    step('a checked file', [target, parent], file, { path: at('app/key'), content, validate: 'test -s %s' }),
    step('a file that is to go', [parent], file, { path: at('app/key'), state: 'absent' }),
    step('a line', [target, stage], line, { path: at('x'), line: 'one' }),
    step('a line below', [parent], line, { path: at('app/key'), line: 'one' }),
    step('an option', [target], option, { path: at('x'), key: 'a', value: '2' }),
    step('an option below', [parent], option, { path: at('app/key'), key: 'a', value: '2' }),
    ...together(
      'options as one',
      [target, parent],
      [
        step('one', [], option, { path: at('x'), key: 'a', value: '2' }),
        step('two', [], option, { path: at('x'), key: 'b', value: '2' }),
        step('other', [], option, { path: at('app/key'), key: 'a', value: '2' }),
      ],
    ),
    step('a link', [target], link, { path: at('x'), to: 'elsewhere' }, { refused: /not a symbolic link/ }),
    step('a link below', [parent, stage], link, { path: at('app/current'), to: 'elsewhere' }),
    step('a new repository', [parent, stage], gitBare, { path: at('app/new.git'), owner: 'guest' }),
    step(
      'a repository',
      [parent],
      gitBare,
      {
        ...{ path: at('app/git'), branch: 'other', description: 'New', shared: 'group' },
        ...{ owner: 'guest', group: 'guest' },
      },
      { keys: ['branch', 'description', 'shared', 'owner'] },
    ),
    step(
      'copies below',
      [parent],
      backup,
      { paths: ['/srv/source'], to: at('app/copies') },
      { refused: /belongs to guest/ },
    ),
    step('copies of what is hers', [parent], backup, { paths: [at('app/sub')], to: '/srv/copies' }),
    ...['app/key', 'app/back', 'app'].map(name =>
      step(
        `what is brought back to ${name}`,
        [parent, stage],
        restoredBackup,
        { from: '/srv/copied', path: at(name), overwrite: true },
        { actual: { generation: copiesOfHers.replace(/.*\//, '') }, after: hersAway },
      ),
    ),
    step(
      'a user with a home below',
      [parent],
      user,
      { name: 'racer', home: at('app/home') },
      { after: 'userdel racer >/dev/null 2>&1 || :', refused: /no home is made there: .* belongs to guest/ },
    ),
    step('the folder of her keys', [keys], directory, { path: at('.ssh'), owner: 'guest', mode: '0700' }),
    step('her key', [keys], line, { path: at('.ssh/authorized_keys'), line: 'ssh-ed25519 AAAA guest' }),
    step('her keys', [keys], file, {
      path: at('.ssh/authorized_keys'),
      content,
      owner: 'guest',
      mode: '0600',
    }),
  ]
}
