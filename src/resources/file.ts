/** One file: its content, mode and owner, or its absence. */
import { z } from 'zod'
import { inputError } from '../base/errors.ts'
import { mask, Secret } from '../base/secret.ts'
import type { Change, State } from '../engine/resource.ts'
import { resource } from '../engine/step.ts'
import { type Shell, sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { writeLibrary } from '../shell/write-library.ts'
import {
  type Content,
  contentHash,
  contentOfSource,
  contentOfText,
  contentSize,
  literalBytes,
  revealed,
} from './file/content.ts'
import { renderTemplate } from './file/template.ts'
import { viewLibrary } from './file/view.ts'
import {
  type AttributeState,
  accountClaims,
  accountPromises,
  attributeFlags,
  attributeWords,
  observedAttributes,
  wantedAttributes,
} from './paths/attributes.ts'
import {
  lackingDirectory,
  look,
  lookLibrary,
  lookMany,
  readLook,
  refusedWay,
  shownBytes,
} from './paths/look.ts'
import { account, entryPath, mode } from './paths/params.ts'

const text = z
  .union([z.string(), z.instanceof(Secret)])
  .refine(given => revealed(given).isWellFormed(), 'must be well-formed Unicode')
  .refine(given => !revealed(given).includes('\0'), 'holds a NUL byte: use `source` for binary content')
  .refine(
    given => Buffer.byteLength(revealed(given)) <= literalBytes,
    'is larger than 256 KB: put it into a file beside the recipe and use `source`',
  )

const params = z
  .strictObject({
    path: entryPath.describe('Where the file is. A symbolic link is followed to a regular file.'),
    content: text.optional().describe('The whole content: text, or a secret, which no diff shows.'),
    source: z
      .string()
      .min(1)
      .optional()
      .describe("A local file of any size, relative to the recipe's folder."),
    template: z.string().min(1).optional().describe('A template beside the recipe or in `templates/`.'),
    vars: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('Values for the holes of the template, which are written `<%= it.name %>`.'),
    mode: mode.optional().describe("Such as '0644', which is what a new file gets; else kept as it is."),
    owner: account.optional().describe('Kept as it is when left out; root for a new file.'),
    group: account.optional().describe('Kept as it is when left out.'),
    state: z.enum(['present', 'absent']).default('present').describe('The file exists or not.'),
    validate: z
      .string()
      .regex(/\S/, 'must be a command')
      .optional()
      .describe(
        'Command that must accept the new file, named `%s`, before it is put in place. Without `%s` it sees the whole host as it will be, the new file in its place (`nginx -t`), while nothing is changed yet.',
      ),
    marker: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Text that the recipe writes into each version of this file: the plan warns before it replaces a file without it.',
      ),
    inPlace: z
      .boolean()
      .default(false)
      .describe('Write into the existing file: for one that is a mount point or must keep its hard links.'),
  })
  .superRefine((given, context) => {
    const named = (['content', 'source', 'template'] as const).filter(name => given[name] !== undefined)
    const refuse = (message: string) => context.addIssue({ code: 'custom', message })
    if (named.length > 1) refuse(`give only one of ${named.join(', ')}`)
    if (given.state === 'absent' && named.length > 0) refuse(`an absent file has no ${named[0]}`)
    if (given.vars && given.template === undefined) refuse('`vars` are for a `template`')
    if (given.marker !== undefined && named.length === 0) refuse('`marker` is for a file with content')
  })
  .transform(({ content, ...given }) => ({
    ...given,
    ready: content === undefined ? undefined : contentOfText(content),
  }))

type FileParams = z.output<typeof params>

/** `file {path, content | source | template+vars, mode, owner, group, state, validate, inPlace}`. */
export const file = resource({
  type: 'file',
  doc: 'One file: its content, mode and owner, or its absence.',
  params,
  examples: [
    { title: 'A small file', params: { path: '/etc/motd', content: 'Managed by ops.\n', mode: '0644' } },
    {
      title: 'A sudo rule, checked before it counts',
      params: {
        path: '/etc/sudoers.d/deploy-reload',
        content: 'deploy ALL=(root) NOPASSWD: /usr/bin/systemctl reload nginx\n',
        mode: '0440',
        owner: 'root',
        group: 'root',
        validate: 'visudo -cf %s',
      },
    },
    {
      title: 'A secret: no diff, no log and no process list shows it',
      params: { path: '/etc/app.token', content: new Secret('s3cret\n'), mode: '0600', owner: 'root' },
    },
    {
      title: 'One file of a configuration that is checked as a whole, before any of it changes',
      params: { path: '/etc/nginx/conf.d/app.conf', content: 'gzip on;\n', validate: 'nginx -t -q' },
    },
    { title: 'No such file', params: { path: '/etc/nginx/sites-enabled/default', state: 'absent' } },
    { title: 'Only the mode', params: { path: '/etc/shadow', mode: '0640' } },
  ],
  identity: ({ path }) => path,
  library: [wayLibrary, lookLibrary, writeLibrary, viewLibrary],
  refuses: true,
  prepare: (given, { folder }) => {
    if (given.source !== undefined) return { ...given, ready: contentOfSource(given.source, folder) }
    if (given.template === undefined) return given
    const rendered = renderTemplate(given.template, given.vars ?? {}, folder)
    const allowed = text.safeParse(rendered)
    if (!allowed.success) throw inputError(`template ${given.template}: ${allowed.error.issues[0]?.message}`)
    return { ...given, ready: contentOfText(rendered) }
  },
  printsVariables: true,
  probe: given => look(lookOf(given)),
  probeMany: many => lookMany(many.map(lookOf)),
  parse: (observation, given) => {
    const found = readLook(observation)
    const kind = found.get('kind') ?? ''
    const sha256 = found.get('sha256')
    return {
      state: kind === 'file' ? 'present' : kind,
      ...(sha256 !== undefined && { content: shownHash(sha256, given) }),
      ...(found.has('to') && { to: found.get('to') ?? '' }),
      ...refusedWay(found),
      ...observedAttributes(found),
    }
  },
  desired: given => {
    if (given.state === 'absent') return { state: 'absent' }
    const content = contentOf(given)
    return {
      state: 'present',
      ...(content && { content: shownHash(contentHash(content), given) }),
      ...wantedAttributes(given),
    }
  },
  impossible: (actual, given) => impossible(actual, given),
  lacks: lackingDirectory,
  apply: (change, given, seen) => [write(change, given, seen)],
  joins: ({ keys }, { state, validate }) =>
    (state === 'absent' || keys.some(({ key }) => key === 'state' || key === 'content')) && {
      slow: validate !== undefined,
    },
  wayBack: () => 'files',
  owns: ({ path }) => [`path:${path}`],
  changesBy: (_path, { state, inPlace }) => (state === 'absent' ? 'name' : inPlace ? 'in place' : 'new file'),
  reads: given => [`path:${given.path}`, ...accountClaims(given)],
  promises: given => [
    { of: `path:${given.path}`, is: given.state === 'absent' ? 'absent' : 'file' },
    ...(given.state === 'absent' ? [] : accountPromises(given)),
  ],
  edits: ({ path, state, ready }) =>
    state === 'present' && ready?.kind === 'text' ? { path, whole: revealed(ready.text) } : undefined,
  payloads: given => {
    const content = given.state === 'present' ? contentOf(given) : undefined
    return content?.kind === 'upload' ? [content] : []
  },
  notes: (detail, given) => {
    if (detail === '' || given.state === 'absent') return []
    if (isSecret(given)) return ['secret: content not shown']
    const unseen = isPrivate(detail, given) ? ['private: content not shown'] : []
    return isForeign(detail, given)
      ? [`replaces a file that was not written by this recipe: it lacks "${given.marker}"`, ...unseen]
      : unseen
  },
  texts: (detail, given) => {
    const content = given.state === 'present' ? contentOf(given) : undefined
    if (detail === '' || content?.kind !== 'text' || content.text instanceof Secret) return undefined
    if (contentSize(content) > shownBytes || isPrivate(detail, given)) return undefined
    const actual = detail.startsWith('text\n') ? detail.slice('text\n'.length) : ''
    if (actual.includes('\0') || Buffer.byteLength(actual) > shownBytes) return undefined
    return { actual, desired: content.text }
  },
})

/** The content that is wanted; undefined when only mode and owner are. */
function contentOf(given: FileParams): Content | undefined {
  if (given.ready === undefined && (given.source !== undefined || given.template !== undefined)) {
    throw new TypeError(`file ${given.path}: prepare() comes first`)
  }
  return given.ready
}

function isSecret(given: FileParams): boolean {
  return given.ready?.kind === 'text' && given.ready.text instanceof Secret
}

/** The hash of a short secret tells the secret, so that it is not shown either. */
function shownHash(sha256: string, given: FileParams): string {
  if (!isSecret(given)) return sha256
  return given.ready && sha256 === contentHash(given.ready) ? mask : `not ${mask}`
}

/** Whether somebody else wrote what is there, as far as its text was seen whole. */
function isForeign(detail: string, { marker }: FileParams): boolean {
  return marker !== undefined && detail.startsWith('text\n') && !detail.includes(marker)
}

/** What others may not read on the host, no diff shows. */
function isPrivate(detail: string, { mode: wanted }: FileParams): boolean {
  return detail.startsWith('private') || (wanted !== undefined && (Number.parseInt(wanted, 8) & 4) === 0)
}

function lookOf(given: FileParams): { path: string; flags: string } {
  if (given.state === 'absent') return { path: given.path, flags: 'hr' }
  const content = contentOf(given)
  const flags = `${content ? 'h' : ''}${attributeFlags(given)}` || '-'
  return { path: given.path, flags: content ? `${flags}:${contentHash(content).slice(0, 8)}` : flags }
}

function impossible({ state, why }: State, given: FileParams): string | undefined {
  if (state === 'refused') return String(why)
  if (state === 'directory') return `${given.path} is a directory`
  if (state === 'special') return `${given.path} is a device, pipe or socket`
  if (given.state === 'absent') return undefined
  if (state === 'dangling') return `${given.path} is a symbolic link that leads nowhere`
  return undefined
}

function write(
  { keys, actual }: Change<'state' | 'content' | 'to' | 'why' | keyof AttributeState>,
  given: FileParams,
  seen?: string,
): Shell {
  const { path } = given
  const was = replaced(actual, seen)
  if (given.state === 'absent') return sh`ops_remove_in_turn ${path} ${was}`
  const differs = (key: string) => keys.some(change => change.key === key)
  const content = contentOf(given)
  if (content && (differs('state') || differs('content'))) {
    const options = [
      `size=${contentSize(content)}`,
      `sha=${contentHash(content)}`,
      ...was,
      ...attributeWords(given),
      ...validation(given),
      ...(given.inPlace ? ['place'] : []),
    ]
    return sh`ops_write ${path} ${options} -- ${producer(content)}`
  }
  if (differs('state')) {
    const empty = [`sha=${contentHash(contentOfText(''))}`, ...was, ...attributeWords(given)]
    return sh`ops_write ${path} ${empty} -- :`
  }
  const changed = (key: 'mode' | 'owner' | 'group') => (differs(key) ? (given[key] ?? '') : '')
  return sh`ops_attributes ${path} ${changed('mode')} ${changed('owner')} ${changed('group')}`
}

/** What was looked at, as a word of the write library: what is anything else by then is neither replaced nor removed. */
function replaced({ state, content, to }: State, seen = `sha256=${content}`): readonly string[] {
  if (state === 'absent') return ['was=absent']
  // Of a link that is to go, what it leads to does not matter.
  if (to !== undefined) return [`to=${to}`]
  // As the host told it: of a secret, the state has no hash.
  const hash = /^sha256=([0-9a-f]{64})$/m.exec(seen)?.[1]
  return hash === undefined ? [] : [`was=${hash}`]
}

function validation({ validate }: FileParams): readonly string[] {
  if (validate === undefined) return []
  return validate.includes('%s') ? [`check=${validate.replaceAll('%s', '"$1"')}`] : [`view=${validate}`]
}

function producer(content: Content): Shell {
  if (content.kind === 'text') return sh`printf %s ${revealed(content.text)}`
  return sh`ops_payload ${content.sha256}`
}
