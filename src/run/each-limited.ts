/** What `task` answers for each item, in the order of the items; at most `limit` at once, and none begins after the first that fails. */
export async function mapLimited<Item, Answer>(
  items: readonly Item[],
  limit: number,
  task: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = []
  let isFailed = false
  await eachLimited([...items.entries()], limit, async ([index, item]) => {
    if (isFailed) return
    try {
      answers[index] = await task(item)
    } catch (thrown) {
      isFailed = true
      throw thrown
    }
  })
  return answers
}

/** Runs a task for every item, at most `limit` at once, and waits for all of them unless one throws. */
export async function eachLimited<Item>(
  items: readonly Item[],
  limit: number,
  task: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items.values()
  const worker = async () => {
    for (const item of queue) await task(item)
  }
  await Promise.all(Array.from({ length: Math.max(1, Math.min(limit, items.length)) }, worker))
}
