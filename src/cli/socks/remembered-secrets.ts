/** Remembers what a person typed to log in, so that connecting again needs nobody at the terminal. */

type Ask = (question: string) => Promise<string>

/**
 * To be called before each login. A remembered answer is given once per login: a question that comes back means that
 * the answer was wrong, and then a person is asked, or nobody is there and the login fails.
 */
export function rememberSecrets(ask: Ask): () => Ask {
  const answers = new Map<string, string>()
  return () => {
    const given = new Set<string>()
    return async question => {
      const known = answers.get(question)
      if (known !== undefined && !given.has(question)) {
        given.add(question)
        return known
      }
      given.add(question)
      answers.delete(question)
      const answer = await ask(question)
      answers.set(question, answer)
      return answer
    }
  }
}
