/** A reporter of vitest that keeps for the end of a long run what its reader looks for: what failed and why, and what passed only at a second try. */
import { appendFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'

export default class KeptForTheEnd {
  onTestCaseResult(test) {
    const { state, errors } = test.result()
    const again = test.diagnostic()?.retryCount ?? 0
    if (state === 'failed') keep(`failed: ${nameOf(test)}`, errors)
    else if (again > 0) keep(`passed only at a second try: ${nameOf(test)}`, errors)
  }

  onTestRunEnd(modules, unhandled) {
    for (const module of modules)
      for (const error of module.errors()) keep(`did not load: ${module.relativeModuleId}`, [error])
    if (unhandled.length > 0) keep('failed: outside of any test', unhandled)
  }
}

function nameOf(test) {
  return `${test.module.relativeModuleId} > ${test.fullName}`
}

function keep(title, errors = []) {
  const lines = errors.flatMap(({ message = '', stack = '' }) => [
    ...stripVTControlCharacters(String(message)).split('\n').slice(0, 30),
    ...stack.split('\n').slice(0, 4),
  ])
  appendFileSync(
    process.env.OPS_TEST_KEPT,
    `${[title, ...lines.map(line => `    ${line.slice(0, 300)}`)].join('\n')}\n`,
  )
}
