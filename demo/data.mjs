/**
 * `npm run demo -- data`: old rows leave a table, on a throw-away database of this machine and into an S3 server that it starts
 * too. A writer changes rows meanwhile, the run is killed in the middle, and at the end each row is counted without ops.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startDatabase } from './database.mjs'
import { bucket, s3Login, startS3 } from './s3-server.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const rows = 200_000
/** What is fetched stays there for the next time. */
const cache = join(root, 'node_modules/.cache/ops')

/** Runs it; answers with what was wrong, if anything. */
export async function dataDemo() {
  const folder = mkdtempSync(join(tmpdir(), 'ops-demo-data-'))
  let server
  let s3
  try {
    say('1. A database that listens nowhere, and an S3 server on loopback; the first time they are fetched.')
    ;[server, s3] = await Promise.all([startDatabase(folder, cache), startS3(folder, cache)])
    if (typeof server === 'string') return server
    say(
      typeof s3 === 'string'
        ? `   ${server.name}, with 200,000 rows of 400 days. A folder takes the place of S3: ${s3}.`
        : `   ${server.name}, with 200,000 rows of 400 days, and ${s3.endpoint} with the bucket ${bucket}.`,
    )
    return await story(folder, server.socket, typeof s3 === 'string' ? folderPlace(folder) : s3Place(s3))
  } finally {
    await server?.stop?.()
    await s3?.stop?.()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Where the archive goes: how the command names it, what ops.ini says of it, and how its receipts are counted without ops. */
function folderPlace(folder) {
  return { to: './events', settings: '', env: {}, path: join(folder, 'events'), ending: '.json' }
}

function s3Place({ endpoint, objects }) {
  const settings = `[s3]\nendpoint = ${endpoint}\n`
  const path = join(objects, 'events')
  return { to: `s3://${bucket}/events`, settings, env: s3Login, path, ending: '.json._S3rver_object' }
}

async function story(folder, socket, place) {
  const { createConnection } = await import('mysql2/promise')
  const database = await createConnection({ socketPath: socket, user: 'root', multipleStatements: true })
  await database.query(seed())
  const count = async table => {
    const [[answer]] = await database.query(`SELECT COUNT(*) AS n FROM app.${table}`)
    return Number(answer.n)
  }
  writeFileSync(join(folder, 'ops.ini'), `[db demo]\nsocket = ${socket}\nuser = root\n${place.settings}`)
  const ops = runner(folder, place.env)
  const archive = [
    'db',
    'archive',
    'demo',
    'app.events',
    '--older-than',
    '6mo',
    '--by',
    'created_at',
    '--to',
    place.to,
  ]
  const writer = await startWriter(socket)
  try {
    say('   Somebody writes into it all the time: what is archived is changed meanwhile.')
    say('\n2. What is big, and what of it is old?')
    if ((await ops(['db', 'sizes', 'demo', 'app'])) !== 0) return '`ops db sizes` did not end well.'
    say('\n3. What would be moved? A plan touches nothing.')
    if ((await ops([...archive, '--plan'])) !== 0) return '`ops db archive --plan` did not end well.'
    say('\n4. Do it, and kill it while it works: kill -9.')
    const before = await count('events')
    await killedInTheMiddle(place, ops, [...archive, '--yes'])
    const left = await count('events')
    say(
      `   Killed. ${before - left} rows have left the table; ${chunksOf(place, 'receipts')} chunks are saved, ${chunksOf(place, 'done')} of them deleted.`,
    )
    if (left === before) return 'it was killed before it had deleted anything.'
    say('\n5. The same command again: it looks at what is there, and goes on.')
    if ((await ops([...archive, '--yes'])) !== 0) return 'the second `ops db archive` did not end well.'
    say('\n6. Is all of it whole? Every object is read again, and its rows are hashed.')
    if ((await ops(['db', 'archive', 'verify', place.to])) !== 0)
      return '`ops db archive verify` found something.'
  } finally {
    await writer.stop()
  }
  say('\n7. Back into a table, byte for byte; and then counted without ops.')
  if ((await ops(['db', 'archive', 'restore', place.to, '--into', 'app.again', '--yes'])) !== 0)
    return '`ops db archive restore` did not end well.'
  const problem = await compare(database, writer.versions)
  await database.end()
  return problem
}

/** Each row must be in one of the two tables alone, in the form that was committed last. */
async function compare(database, versions) {
  const [found] = await database.query(
    "SELECT id, version, 'events' AS place FROM app.events UNION ALL SELECT id, version, 'again' FROM app.again",
  )
  const seen = new Map(found.map(row => [Number(row.id), row]))
  if (seen.size !== found.length) return `${found.length - seen.size} rows are in both tables.`
  if (seen.size !== rows) return `${rows - seen.size} rows are in neither table.`
  let archived = 0
  for (const [id, { version, place }] of seen) {
    if (place === 'again') archived += 1
    if (version !== (versions.get(id) ?? 0)) return `row ${id} is not in its newest form.`
  }
  say(
    `   Counted: ${rows - archived} rows in the table and ${archived} in the archive, ${versions.size} of them changed meanwhile;`,
  )
  say('   each is in one of the two alone, in its newest form.')
  return undefined
}

function seed() {
  const first =
    'INSERT INTO events (kind, body, created_at, version) VALUES ' +
    "('x', '', NOW(), 0), ".repeat(999) +
    "('x', '', NOW(), 0);"
  const double =
    'INSERT INTO events (kind, body, created_at, version) SELECT kind, body, created_at, 0 FROM events;'
  return `CREATE DATABASE app; USE app;
    CREATE TABLE events (id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, kind VARCHAR(20) NOT NULL, body VARCHAR(200) NOT NULL,
      created_at DATETIME NOT NULL, version INT NOT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
    ${first} ${double.repeat(7)} ${double.replace(';', ' LIMIT 72000;')}
    SET @n = 0;
    UPDATE events SET id = (@n := @n + 1) ORDER BY id;
    UPDATE events SET created_at = NOW() - INTERVAL (id MOD 400) DAY - INTERVAL (id MOD 86400) SECOND,
      kind = ELT(1 + id MOD 3, 'login', 'order', 'view'), body = REPEAT(MD5(id), 3);
    ALTER TABLE events ADD INDEX (created_at), AUTO_INCREMENT = ${rows + 1};`
}

/** Changes rows, old ones among them, and remembers what was committed of each. */
async function startWriter(socket) {
  const { createConnection } = await import('mysql2/promise')
  const connection = await createConnection({ socketPath: socket, user: 'root', database: 'app' })
  const versions = new Map()
  let isStopped = false
  const working = (async () => {
    while (!isStopped) {
      const id = 1 + Math.floor(Math.random() * rows)
      const [{ affectedRows }] = await connection.query(
        'UPDATE events SET version = version + 1 WHERE id = ?',
        [id],
      )
      if (affectedRows === 1) versions.set(id, (versions.get(id) ?? 0) + 1)
      await pause(1)
    }
    await connection.end()
  })()
  working.catch(() => undefined)
  return {
    versions,
    stop: () => {
      isStopped = true
      return working
    },
  }
}

async function killedInTheMiddle(place, ops, argv) {
  const running = ops(argv, { hidesOutput: true })
  while (running.child.exitCode === null && chunksOf(place, 'done') < 3) await pause(2)
  running.child.kill('SIGKILL')
  await running
}

function chunksOf(place, kind) {
  const path = join(place.path, kind)
  return existsSync(path) ? readdirSync(path).filter(name => name.endsWith(place.ending)).length : 0
}

/** Runs the built program as a person would. Resolves to the exit code. */
function runner(folder, env) {
  return (argv, { hidesOutput = false } = {}) => {
    say(`\n$ ops ${argv.join(' ')}`)
    const child = spawn(process.execPath, [join(root, 'dist/cli.js'), ...argv], {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', hidesOutput ? 'ignore' : 'inherit', hidesOutput ? 'ignore' : 'inherit'],
    })
    const ended = once(child, 'close').then(([code]) => code)
    return Object.assign(ended, { child })
  }
}

function say(text) {
  process.stdout.write(`${text}\n`)
}
