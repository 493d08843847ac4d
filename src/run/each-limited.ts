/** What `task` answers for each item, in the order of the items; at most `limit` at once. */
export async function mapLimited<Item, Answer>(
  items: readonly Item[],
  limit: number,
  task: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = []
  await eachLimited([...items.entries()], limit, async ([index, item]) => {
    answers[index] = await task(item)
  })
  return answers
}

/** Runs a task for every item, at most `limit` at once, and waits for all. */
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
