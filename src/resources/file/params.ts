/** What may be asked of a file, and the content that is meant by it. */
import { z } from 'zod'
import { Secret } from '../../base/secret.ts'
import { account, entryPath, mode, presence } from '../paths/params.ts'
import { type Content, contentOfText, literalBytes, revealed } from './content.ts'

/** Of a new file that no mode is asked for. */
export const freshMode = '0644'

export const text = z
  .union([z.string(), z.instanceof(Secret)])
  .refine(given => revealed(given).isWellFormed(), 'must be well-formed Unicode')
  .refine(given => !revealed(given).includes('\0'), 'holds a NUL byte: use `source` for binary content')
  .refine(
    given => Buffer.byteLength(revealed(given)) <= literalBytes,
    'is larger than 256 KB: put it into a file beside the recipe and use `source`',
  )

export const params = z
  .strictObject({
    path: entryPath.describe('Where the file is. A symbolic link is followed to a regular file.'),
    content: text.optional().describe('The whole content: text, or a secret, which no diff shows.'),
    source: z
      .string()
      .min(1)
      .optional()
      .describe("A local file of any size, relative to the recipe's folder."),
    template: z
      .string()
      .min(1)
      .optional()
      .describe(
        'A template beside the recipe, or in the `templates/` that lies beside `recipes/` and ops.ini.',
      ),
    vars: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('Values for the holes of the template, which are written `<%= it.name %>`.'),
    mode: mode
      .optional()
      .describe(`Such as '${freshMode}', which is what a new file gets; else kept as it is.`),
    owner: account.optional().describe('Kept as it is when left out; root for a new file.'),
    group: account.optional().describe('Kept as it is when left out.'),
    state: presence('The file exists or not.'),
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
    // An empty file would come of a value that is not set.
    for (const name of ['content', 'source', 'template'] as const)
      if (name in given && given[name] === undefined)
        refuse(`${name} is given and undefined: leave it out, or give it`)
    if (named.length > 1) refuse(`give only one of ${named.join(', ')}`)
    if (given.state === 'absent' && named.length > 0) refuse(`an absent file has no ${named[0]}`)
    if (given.vars && given.template === undefined) refuse('`vars` are for a `template`')
    if (given.marker !== undefined && named.length === 0) refuse('`marker` is for a file with content')
  })
  .transform(({ content, ...given }) => ({
    ...given,
    ready: content === undefined ? undefined : contentOfText(content),
  }))

export type FileParams = z.output<typeof params>

/** The content that is wanted; undefined when only mode and owner are. */
export function contentOf(given: FileParams): Content | undefined {
  if (given.ready === undefined && (given.source !== undefined || given.template !== undefined)) {
    throw new TypeError(`file ${given.path}: prepare() comes first`)
  }
  return given.ready
}

export function isSecret(given: FileParams): boolean {
  return given.ready?.kind === 'text' && given.ready.text instanceof Secret
}
