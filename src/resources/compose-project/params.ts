/** What may be asked of a project of docker compose. */
import { z } from 'zod'
import { Secret } from '../../base/secret.ts'
import { literalBytes } from '../file/content.ts'
import { entryPath } from '../paths/params.ts'

const content = z
  .string()
  .refine(text => text.isWellFormed() && !text.includes('\0'), 'must be well-formed Unicode without NUL')
  .refine(text => text.trim() !== '', 'must not be empty')
  .refine(text => Buffer.byteLength(text) <= literalBytes, 'is larger than 256 KB')
  .transform(text => text.replace(/\n*$/, '\n'))

const value = z
  .union([z.string(), z.instanceof(Secret)])
  .refine(
    given => !/[\u0000-\u0008\u000b-\u001f\u007f]/.test(given instanceof Secret ? given.reveal() : given),
    'must be without control characters other than tab and newline',
  )
  .refine(
    given => (given instanceof Secret ? given.reveal() : given).isWellFormed(),
    'must be well-formed Unicode',
  )

const service = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'must be the name of a service')

export const params = z
  .strictObject({
    path: entryPath.describe(
      'Its folder on the host. Missing folders are made where `content` or `env` is given.',
    ),
    content: content
      .optional()
      .describe(
        'The whole compose.yaml, without secrets: they belong into `env`. Left out: what is in the folder.',
      ),
    source: z
      .string()
      .min(1)
      .optional()
      .describe("The same from a local file, relative to the recipe's folder."),
    env: z
      .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of a variable'), value)
      .optional()
      .describe('The whole .env, mode 0600, for `${NAME}` in the compose file and for `env_file: .env`.'),
    files: z
      .array(
        z
          .string()
          .regex(
            /^[A-Za-z0-9_][A-Za-z0-9_.-]*(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$/,
            'must be a plain path in the folder',
          ),
      )
      .default([])
      .describe(
        'The compose files in the folder, each laid over those before. Left out: as compose finds them.',
      ),
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9_-]*$/, 'must be small letters, digits, - and _')
      .optional()
      .describe('What compose calls it. Left out: as the compose file says, else after the folder.'),
    once: z
      .array(service)
      .default([])
      .describe('Services that end when their work is done, such as a migration: with exit code 0.'),
    pull: z
      .enum(['missing', 'always', 'never'])
      .default('missing')
      .describe(
        '`always`: the plan asks the registries (by docker buildx) for newer images, and pulls none.',
      ),
    removeOrphans: z
      .boolean()
      .default(false)
      .describe('Take away containers of services that are no longer in the compose file.'),
    waitSeconds: z
      .number()
      .int()
      .min(1)
      .max(3600)
      .default(120)
      .describe('How long its services may take to run, and to be healthy where they have a health check.'),
    state: z
      .enum(['up', 'absent'])
      .default('up')
      .describe('`absent`: its containers and networks go; volumes, images and files stay.'),
  })
  .superRefine(({ state, content: text, source, env, files, removeOrphans }, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message })
    if (text !== undefined && source !== undefined)
      refuse('source', 'give only one of `content` and `source`')
    const written = text ?? source
    if (written !== undefined && files.length > 0)
      refuse('files', 'are those that are in the folder already: `content` and `source` are its compose.yaml')
    if (state === 'absent' && (written !== undefined || env !== undefined || removeOrphans))
      refuse('state', 'absent goes with `path`, `name` and `files` alone, and with `once` for the way back')
  })

export type ComposeParams = z.output<typeof params>
