/** The sub-verbs of `ops job`: what its help lists, and where each one lives. */
import type { Verb } from '../verb.ts'

export const jobVerbs: readonly Verb[] = [
  {
    name: 'list',
    usage: '',
    summary: 'List the jobs of this project.',
    load: () => import('./list.ts'),
  },
  {
    name: 'plan',
    usage: 'NAME',
    summary: 'Show what a job would do; touch nothing.',
    load: () => import('./plan.ts'),
  },
  {
    name: 'run',
    usage: 'NAME [--yes] [--on-failure COMMAND]',
    summary: 'Plan, ask, do and prove it.',
    load: () => import('./run.ts'),
  },
  {
    name: 'history',
    usage: '[NAME] [--last N] [--on HOST]',
    summary: 'Show what its runs did, from any machine.',
    load: () => import('./history.ts'),
  },
  {
    name: 'schedule',
    usage: "NAME HOST --at 'daily 03:00' [--on-failure COMMAND] | --undo",
    summary: 'Make a host run a job by itself, as a plan that asks.',
    load: () => import('./schedule.ts'),
  },
]
