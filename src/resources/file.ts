/** One file: its content, mode and owner, or its absence. */
import { inputError } from '../base/errors.ts'
import { mask, Secret } from '../base/secret.ts'
import type { Change, State } from '../engine/resource.ts'
import { resource } from '../engine/step.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { writeLibrary } from '../shell/write-library.ts'
import { contentHash, contentOfSource, contentOfText, contentSize, revealed } from './file/content.ts'
import { contentOf, type FileParams, freshMode, isSecret, params, text } from './file/params.ts'
import { readerNotes } from './file/reader.ts'
import { renderTemplate } from './file/template.ts'
import { viewLibrary } from './file/view.ts'
import { write } from './file/write.ts'
import {
  accountClaims,
  accountPromises,
  attributeFlags,
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

/** `file {path, content | source | template+vars, mode, owner, group, state, validate, inPlace}`. */
export const file = resource({
  type: 'file',
  doc: 'One file: its content, mode and owner, or its absence.',
  undone: 'It is put back as it was, or goes where there was none.',
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
  joins: ({ keys }, { path, state, validate }) =>
    (state === 'absent' || keys.some(({ key }) => key === 'state' || key === 'content')) && {
      slow: validate !== undefined,
      ...(state !== 'absent' && { writes: path }),
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
  notes: (detail, given, _said, change) => {
    if (given.state === 'absent') return []
    const unread = readerNotes({ ...given, mode: finalMode(given, change), content: contentOf(given) })
    if (detail === '') return unread
    if (isSecret(given)) return ['secret: content not shown', ...unread]
    const unseen = isPrivate(detail, given) ? ['private: content not shown'] : []
    return isForeign(detail, given)
      ? [
          `replaces a file that was not written by this recipe: it lacks "${given.marker}"`,
          ...unseen,
          ...unread,
        ]
      : [...unseen, ...unread]
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

/** The hash of a short secret tells the secret, so that it is not shown either. */
function shownHash(sha256: string, given: FileParams): string {
  if (!isSecret(given)) return sha256
  return given.ready && sha256 === contentHash(given.ready) ? mask : `not ${mask}`
}

/** Whether somebody else wrote what is there, as far as its text was seen whole. */
function isForeign(detail: string, { marker }: FileParams): boolean {
  return marker !== undefined && detail.startsWith('text\n') && !detail.includes(marker)
}

/** That of a file that is there may be kept unseen. */
function finalMode({ mode }: FileParams, change: Change | undefined): string | undefined {
  return mode ?? (change?.actual.state === 'absent' ? freshMode : undefined)
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
