/** The verbs: what `ops --help` lists, and where each one lives. A verb's code is loaded only when it is used. */
import type { Verb } from './verb.ts'

export const verbs: readonly Verb[] = [
  {
    name: 'apply',
    usage: 'RECIPE HOST...',
    summary: 'Plan, ask, apply, and prove that it holds.',
    load: () => import('./verbs/apply.ts'),
  },
  {
    name: 'plan',
    usage: 'RECIPE HOST...',
    summary: 'Show what would be done, with diffs; touch nothing.',
    load: () => import('./verbs/plan.ts'),
  },
  {
    name: 'check',
    usage: 'RECIPE HOST...',
    summary: 'Report drift, touch nothing: exit code 2 when something differs.',
    load: () => import('./verbs/check.ts'),
  },
  {
    name: 'run',
    usage: 'HOST... -- COMMAND',
    summary: 'Run one command on many hosts.',
    load: () => import('./verbs/run.ts'),
  },
  {
    name: 'recipes',
    usage: '[NAME]',
    summary: 'List recipes, or show what one does and takes.',
    load: () => import('./verbs/recipes.ts'),
  },
  {
    name: 'resources',
    usage: '[NAME]',
    summary: 'List resources, or show what one does and takes.',
    load: () => import('./verbs/resources.ts'),
  },
  {
    name: 'hosts',
    usage: '[HOST...]',
    summary: 'List hosts and groups, and where each came from.',
    load: () => import('./verbs/hosts.ts'),
  },
  {
    name: 'facts',
    usage: 'HOST...',
    summary: 'Show what is true of a host: system, addresses, memory.',
    load: () => import('./verbs/facts.ts'),
  },
  {
    name: 'kept',
    usage: 'HOST [restore PATH]',
    summary: 'List what files held before they were changed; put one back.',
    load: () => import('./verbs/kept.ts'),
  },
  {
    name: 'history',
    usage: '[HOST...]',
    summary: 'Runs so far; `ops show RUN` tells one, `ops undo RUN` undoes it.',
    load: () => import('./verbs/history.ts'),
  },
  {
    name: 'show',
    usage: 'RUN [HOST...]',
    summary: 'Show what a run did, step by step, with diffs.',
    isNamedBeside: true,
    load: () => import('./verbs/show.ts'),
  },
  {
    name: 'undo',
    usage: 'RUN [HOST...]',
    summary: 'Take a run back: a plan that asks, but for what others changed since.',
    isNamedBeside: true,
    load: () => import('./verbs/undo.ts'),
  },
  {
    name: 'git-remote',
    usage: '[HOST]',
    summary: 'Make a bare repository on a host for this project, and push.',
    load: () => import('./verbs/git-remote.ts'),
  },
  {
    name: 'socks',
    usage: 'HOST | status | stop | exec',
    summary: 'Open a SOCKS proxy that leads out of a host, and stays up.',
    load: () => import('./verbs/socks.ts'),
  },
  {
    name: 'db',
    usage: 'VERB SOURCE ...',
    summary: 'Jobs on the rows of a database; `ops db --help` lists them.',
    load: () => import('./verbs/db.ts'),
  },
  {
    name: 'job',
    usage: 'VERB [NAME]',
    summary: 'Data jobs, written down as files; `ops job --help` lists them.',
    load: () => import('./verbs/job.ts'),
  },
  {
    name: 'logs',
    usage: 'csv | sql | push',
    summary: 'Access logs of hosts as CSV, or asked in SQL.',
    load: () => import('./verbs/logs.ts'),
  },
  {
    name: 'init',
    usage: '[FOLDER]',
    summary: 'Write a recipes folder and an ops.ini to start from.',
    load: () => import('./verbs/init.ts'),
  },
  {
    name: 'completion',
    usage: 'bash|zsh|fish',
    summary: 'Print the completion script of a shell.',
    load: () => import('./verbs/completion.ts'),
  },
]
