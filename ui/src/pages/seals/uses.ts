/** How uses of a seal (用印登记) are said. */
import type { SealUse } from '../../bindings/SealUse'
import { dateWords, type Day } from '../../format'

/** How things stand, for the head of the page; the latest use comes first. */
export function sealsSentence(uses: readonly SealUse[], today: Day): string {
  const [last] = uses
  if (!last) return '还没有登记过用印。'
  const year = uses.filter(({ on }) => on.slice(0, 4) === today.slice(0, 4)).length
  return `${year > 0 ? `今年用印 ${year} 次` : '今年还没有用印'}，最近一次 ${dateWords(last.on)}。`
}
