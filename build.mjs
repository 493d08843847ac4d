/** Builds ops: one bundle in dist/, and the types that recipes are checked with in dist/types/. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { loadedLate } from './pack/loaded-late.mjs'
import { textLoaders } from './text-files.mjs'

const root = fileURLToPath(new URL('.', import.meta.url))
const dist = join(root, 'dist')
const stampFile = join(dist, 'types-stamp')

/**
 * The sources are ES modules, the bundle is CommonJS, which is what V8 keeps compiled. A script that was kept cannot
 * import: a module beside it does.
 */
const esModuleBridge = `const opsBundleUrl = require('node:url').pathToFileURL(__filename).href, opsImport = name => require('./import.cjs')(name);`
const importer = `module.exports = name => import(name)\n`
const lateImport = /\bimport\((?="(?:@inquirer\/prompts|simple-git|mysql2|pg|pg-copy-streams)"\)|new URL\()/g

/** zod carries its messages in some fifty languages; only English is ever asked for. */
const englishOnly = {
  name: 'english-only',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: `export { default as en } from './en.js'`,
      loader: 'js',
      resolveDir: join(root, 'node_modules/zod/v4/locales'),
    }))
  },
}

/** zod reads and writes JSON schemas: nothing here asks it to. */
const withoutJsonSchemas = {
  name: 'without-json-schemas',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]classic[\\/]from-json-schema\.js$/ }, () => ({
      contents: 'export const fromJSONSchema = undefined',
      loader: 'js',
    }))
  },
}

/** ssh2 offers agents for HTTP through a host, and with them loads all that Node has for HTTP: ops has no use for either. */
const withoutHttp = {
  name: 'without-http',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]ssh2[\\/]lib[\\/]http-agents\.js$/ }, () => ({
      contents: 'module.exports = {}',
      loader: 'js',
    }))
  },
}

/** What a recipe imports is made when it is first used: most recipes know a few resources of many. */
const lazyResources = {
  name: 'lazy-resources',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^ops-recipes-core$/ }, () => ({ path: 'core', namespace: 'ops-recipes-core' }))
    onLoad({ filter: /.*/, namespace: 'ops-recipes-core' }, () => ({
      contents: readFileSync(join(root, 'src/index.ts'), 'utf8').replace(allResources, ''),
      loader: 'ts',
      resolveDir: join(root, 'src'),
    }))
    onLoad({ filter: /[\\/]src[\\/]cli[\\/]recipe-library\.ts$/ }, () => ({
      contents: lazyLibrary(),
      loader: 'js',
      resolveDir: join(root, 'src'),
    }))
  },
}

const allResources = `export * from './resources/index.ts'\n`

/** `src/index.ts` without its resources, and beside it each of them behind a getter. */
function lazyLibrary() {
  const part = /^export \{ (\w+) \} from '\.\/([\w-]+\.ts)'$/
  const lines = readFileSync(join(root, 'src/resources/all.ts'), 'utf8')
    .split('\n')
    .filter(line => line.startsWith('export'))
  const each = lines.map(line => {
    const [, name, file] = part.exec(line) ?? []
    if (name === undefined) throw new Error(`build.mjs does not know this form: ${line}`)
    return `${name}: () => require('./resources/${file}').${name}`
  })
  if (!readFileSync(join(root, 'src/index.ts'), 'utf8').includes(allResources))
    throw new Error('build.mjs looks for the resources in src/index.ts')
  const others = ['resources', 'compositions', 'contracts', 'lines'].map(
    name => `${name}: () => require('./resources/index.ts').${name}`,
  )
  return `import * as core from 'ops-recipes-core'
const makers = { ${[...each, ...others].join(', ')} }
let library
export const recipeLibrary = async () => library ??= Object.create(null, {
  ...Object.getOwnPropertyDescriptors({ ...core }),
  ...Object.fromEntries(Object.entries(makers).map(([name, make]) => [name, { enumerable: true, get: make }])),
})
`
}

/** The compiler of recipes in the bundle, where its own compiled form is kept; what it compiles with stays beside it. */
const bundledJiti = {
  name: 'bundled-jiti',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/]recipe[\\/]jiti\.ts$/ }, () => ({
      contents: `import { createRequire } from 'node:module'
import { join } from 'node:path'
import makeJiti from './node_modules/jiti/dist/jiti.cjs'
let compile
const transform = options => {
  const ours = createRequire(opsBundleUrl)
  compile ??= ours(join(ours.resolve('jiti/package.json'), '../dist/babel.cjs'))
  return compile(options)
}
const onError = error => { throw error }
export const createJiti = (id, options) =>
  makeJiti(id, { transform, ...options }, { onError, nativeImport: name => opsImport(name), createRequire })
`,
      loader: 'js',
      resolveDir: root,
    }))
  },
}

const [bundled, types] = await Promise.all([bundle(), emitTypes()]).catch(reason => {
  // esbuild has already shown what and where.
  process.stderr.write(`The build failed: ${reason.message.split('\n')[0]}\n`)
  process.exit(1)
})
removeOldChunks(bundled)
// Wrong types in the sources are the gate's to refuse (`npm run check`): the bundle is whole without them.
process.stderr.write(types.sources + types.recipes)
// But not those of a declaration (TS4...): the gate writes none, and whoever writes a recipe would read wrong ones.
const isUndeclared = /error TS4\d{3}:/.test(types.sources)
if (isUndeclared || (types.recipes !== '' && types.sources === '')) process.exitCode = 1

/**
 * Bundles the program into one file, as linking many small ones is most of what a start costs: dist/ops-HASH.cjs holds
 * all, and its name changes with its content, as its compiled form is kept by name. dist/cli.js answers `--version` by
 * itself and runs the bundle else; dist/index.js is the part that recipes import, dist/jobs.js that of job files. Answers with the names of the files in dist/.
 */
async function bundle() {
  const common = {
    absWorkingDir: root,
    outdir: 'dist',
    bundle: true,
    platform: 'node',
    target: 'node20.17',
    // Whitespace is a third of what Node has to read at each start; names stay for stack traces.
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    loader: textLoaders,
  }
  const { outputFiles } = await build({
    ...common,
    write: false,
    format: 'cjs',
    entryPoints: [{ in: 'src/bundle.ts', out: 'ops' }],
    // It is read as Latin-1.
    charset: 'ascii',
    alias: { 'ops-recipes': join(root, 'src/index.ts') },
    // ssh2 does without its native parts.
    external: [...loadedLate, '*.node', 'cpu-features'],
    banner: { js: esModuleBridge },
    define: { 'import.meta.url': 'opsBundleUrl' },
    plugins: [englishOnly, withoutJsonSchemas, withoutHttp, lazyResources, bundledJiti],
  })
  const text = outputFiles[0].text.replaceAll(lateImport, 'opsImport(')
  // A method of that name is none, nor is what a message says.
  if (/(?<![.\w$]|async )import\((?!\))/.test(text))
    throw new Error('the bundle imports what build.mjs does not know (lateImport)')
  const foreign = /[^\0-\x7f].*/.exec(text)?.[0]
  if (foreign !== undefined)
    throw new Error(`the bundle is not ASCII (a tagged template keeps its bytes): ${foreign.slice(0, 60)}`)
  const program = `ops-${createHash('sha256').update(text).digest('hex').slice(0, 16)}.cjs`
  mkdirSync(dist, { recursive: true })
  writeFileSync(join(dist, program), text)
  writeFileSync(join(dist, 'import.cjs'), importer)
  const library = createRequire(import.meta.url)(join(dist, program))
  writeFileSync(join(dist, 'index.js'), libraryOf(program, 'recipes', library.recipes()))
  writeFileSync(join(dist, 'jobs.js'), libraryOf(program, 'jobs', library.jobs()))
  const others = await Promise.all([
    build({
      ...common,
      format: 'esm',
      // What only a run of the bundle needs is a file of its own.
      splitting: true,
      entryPoints: [{ in: 'src/cli/main.ts', out: 'cli' }],
      define: { opsBundle: JSON.stringify(program) },
    }),
    build({
      ...common,
      format: 'esm',
      entryPoints: shippedRecipes().map(name => ({
        in: `recipes/${name}`,
        out: `recipes/${name.slice(0, -3)}`,
      })),
      plugins: [leave(/^ops-recipes$/, '../index.js')],
    }),
  ])
  chmodSync(join(dist, 'cli.js'), 0o755)
  return [program, 'import.cjs', 'index.js', 'jobs.js', ...others.flatMap(filesOf)]
}

/** The names in dist/ of what esbuild wrote, as it lists them. */
function filesOf({ metafile }) {
  return Object.keys(metafile.outputs).map(path => path.replace(/^dist\//, ''))
}

/** The ES module that recipes or job files import: the running program's own library, by name. */
function libraryOf(program, part, library) {
  return `import { createRequire } from 'node:module'
export const { ${Object.keys(library).join(', ')} } = createRequire(import.meta.url)('./${program}').${part}()
`
}

/** A plugin that leaves imports as they are, but of a file in dist/. */
function leave(filter, path) {
  return {
    name: `leave ${path}`,
    setup: ({ onResolve }) => onResolve({ filter }, () => ({ path, external: true })),
  }
}

function shippedRecipes() {
  const names = existsSync(join(root, 'recipes')) ? readdirSync(join(root, 'recipes')) : []
  return names.filter(name => /^[^_.].*\.ts$/.test(name) && !name.endsWith('.d.ts'))
}

/** Writes dist/types and checks the shipped recipes against it, unless no source changed. Answers with the errors. */
async function emitTypes() {
  const stamp = sourceStamp()
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return { sources: '', recipes: '' }
  rmSync(stampFile, { force: true })
  const sources = await typescript('tsconfig.build.json')
  const recipes = shippedRecipes().length > 0 ? await typescript('tsconfig.recipes.json') : ''
  if (sources + recipes === '') writeFileSync(stampFile, stamp)
  return { sources, recipes }
}

async function typescript(project) {
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const argv = [compiler, '-p', project, '--pretty', 'false', '--checkers', '1']
  try {
    // One checker reads what all share once, and memory is not swept: less than half of the work.
    await promisify(execFile)(process.execPath, argv, { cwd: root, env: { ...process.env, GOGC: 'off' } })
    return ''
  } catch (error) {
    return `${project}:\n${error.stdout || error.message}`
  }
}

/** Changes with every byte that the types are made from; nothing that recipes see is in the folders left out. */
function sourceStamp() {
  const hash = createHash('sha256')
  const files = ['src', 'recipes'].flatMap(folder =>
    existsSync(join(root, folder))
      ? readdirSync(join(root, folder), { recursive: true })
          .filter(
            name =>
              name.endsWith('.ts') &&
              !/^(?:cli|inventory|report|mysql|sandbox|transport|tunnel)\//.test(name),
          )
          .map(name => join(folder, name))
      : [],
  )
  files.push(
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'tsconfig.recipes.json',
  )
  for (const file of files.sort())
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0')
  return `${hash.digest('hex')}\n`
}

/** Chunk names hold a hash: those of earlier builds would pile up. */
function removeOldChunks(written) {
  const current = new Set(written)
  for (const folder of ['', 'recipes/']) {
    if (!existsSync(join(dist, folder))) continue
    for (const name of readdirSync(join(dist, folder))) {
      const path = join(dist, folder, name)
      // A program that was started before this build may still load its old chunks: they stay for an hour.
      const isOld = folder !== '' || Date.now() - statSync(path).mtimeMs > 3_600_000
      if (/\.c?js$/.test(name) && !current.has(`${folder}${name}`) && isOld) rmSync(path)
    }
  }
}
